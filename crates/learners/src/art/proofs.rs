//! What must hold of categories, whatever the samples are.

use ndarray::{Array2, ArrayView1, Axis};

use super::{Art, Kind, Outcome};
use crate::labels::Labels;
use crate::{Data, Proof, Witness};

/// Samples of a config's data that are learned once more to see that templates shrink.
const LEARNED_AGAIN: usize = 200;

impl<K: Kind> Art<K> {
    /// The rows of the proof on these data.
    pub fn proofs_on(&self, on: &str, data: &Data) -> Vec<Proof> {
        let s = self.coded(data.x.view());
        let row = |quantity, witness, wrong: usize| {
            Proof::within(on, quantity, witness, wrong as f64, 0.0)
        };
        let found = self.found(&s);
        let other = s.rows().into_iter().zip(&found);
        let other = other.filter(|(s, found)| self.best(*s) != found.category);
        let quantity = "category of each sample, of all that pass the vigilance";
        let mut proofs = vec![
            row(quantity, Witness::ExactEnumeration, other.count()),
            row(
                "templates that grow",
                Witness::Invariant,
                self.growing(data),
            ),
        ];
        if self.stable && self.settings.rate == 1.0 {
            let taken = found.iter().filter(|found| found.category.is_some());
            let searched = taken.filter(|found| found.resets > 0).count();
            let quantity = "samples that search for their category, once learning has ended";
            proofs.push(row(quantity, Witness::Invariant, searched));
        }
        if self.settings.complement && self.settings.rate == 1.0 {
            proofs.push(self.boxes_are_small(on, data));
        }
        proofs
    }

    /// The category with the largest T of all that pass the vigilance, looking at each.
    fn best(&self, s: ArrayView1<'_, f64>) -> Option<usize> {
        let mut best = None;
        for category in 0..self.categories() {
            let chosen = self.choice(s, category) > 0.0 && self.passes_vigilance(s, category);
            let better = |best| self.choice(s, category) > self.choice(s, best);
            if chosen && best.is_none_or(better) {
                best = Some(category);
            }
        }
        best
    }

    /// Times a number of a template grew while some of the samples were learned from the beginning.
    fn growing(&self, data: &Data) -> usize {
        let some: Vec<usize> = (0..data.len().min(LEARNED_AGAIN)).collect();
        let mut again = Self {
            w: Array2::zeros((0, self.w.ncols())),
            labels: Labels::none(0, data.t.ncols()),
            ..*self
        };
        let s = again.coded(data.x.select(Axis(0), &some).view());
        let mut grown = 0;
        for _ in 0..2 {
            for s in s.rows() {
                let before = again.w.clone();
                again.learn(s, &mut Outcome::default());
                let pairs = before.iter().zip(&again.w);
                grown += pairs.filter(|(before, after)| after > before).count();
            }
        }
        grown
    }

    /// No box is larger than D (1 − ρ); by how much one is.
    fn boxes_are_small(&self, on: &str, data: &Data) -> Proof {
        let bound = data.x.ncols() as f64 * (1.0 - self.settings.vigilance);
        let sizes = (0..self.categories()).map(|category| self.size(category));
        let excess = sizes.map(|size| size - bound).fold(0.0, f64::max);
        let quantity = "size of each box beyond D (1 - vigilance)";
        Proof::within(on, quantity, Witness::Invariant, excess, 1e-9)
    }
}
