//! The rows of the proof of a Hopfield network.

use contract::Streams;
use ndarray::{Array2, array};
use rand::seq::SliceRandom;
use spec::learners::{HopfieldSpec, Update};

use super::{Hopfield, State};
use crate::{Data, Learner, Proof, Witness};

impl Hopfield {
    /// Flips of these recalls at which E, taken as xᵀ W x each time, did not fall by 2 |Σⱼ Wᵢⱼ xⱼ|.
    pub(super) fn energy_falls(&self, on: &str, starts: impl Iterator<Item = State>) -> Proof {
        let mut wrong = 0;
        for start in starts {
            let mut before = start.clone();
            self.recall(start, Update::Given, &mut |x| {
                let flipped = (0..x.len()).find(|&unit| x[unit] != before[unit]);
                let sum = flipped.map_or(0.0, |unit| self.w.row(unit).dot(&before));
                let fall = self.energy(&before) - self.energy(x);
                wrong += usize::from(fall <= 0.0 || fall != 2.0 * sum.abs());
                before.assign(x);
            });
        }
        let quantity = "energy falls at every flip";
        Proof::within(on, quantity, Witness::Invariant, wrong as f64, 0.0)
    }

    /// What stays is what no single flip improves; and that is where each recall ends.
    pub(super) fn all_states_agree(&self, on: &str) -> [Proof; 2] {
        let is_lowest = |x: &State| {
            let energy = self.energy(x);
            (0..self.units()).all(|unit| {
                let mut flipped = x.clone();
                flipped[unit] *= -1.0;
                self.energy(&flipped) >= energy
            })
        };
        let differs = |x: &State| self.is_fixed(x) != is_lowest(x);
        let fixed = self.all_states().filter(differs).count();
        let astray = |x: &State| {
            let ends = [Update::Given, Update::Drawn].map(|update| {
                let end = self.recall(x.clone(), update, &mut |_| ());
                is_lowest(&end) && self.energy(&end) <= self.energy(x)
            });
            ends != [true; 2]
        };
        let astray = self.all_states().filter(astray).count();
        let row = |quantity, wrong: usize| {
            Proof::within(on, quantity, Witness::ExactEnumeration, wrong as f64, 0.0)
        };
        [
            row("fixed points, of all states", fixed),
            row("ends of recalls, from all states", astray),
        ]
    }
}

/// After the pass over these patterns.
pub(super) fn learned(patterns: Array2<f64>) -> (Hopfield, Data) {
    let data = Data::new(patterns.clone(), patterns);
    let hopfield = Hopfield::new(&HopfieldSpec::default(), &data);
    let mut hopfield = hopfield.expect("patterns of two values");
    // Nobody asks to stop.
    let _ = hopfield.pass(&data, &|| Ok(()));
    (hopfield, data)
}

/// Two orthogonal patterns of six units.
pub(super) fn two_patterns() -> Array2<f64> {
    array![
        [1.0, 1.0, 1.0, 1.0, -1.0, -1.0],
        [1.0, -1.0, 1.0, -1.0, 1.0, -1.0],
    ]
}

/// Five patterns of twelve units, drawn: more than they can keep.
pub(super) fn drawn_patterns() -> Array2<f64> {
    let mut signs: Vec<f64> = (0..60)
        .map(|i| if i % 2 == 0 { 1.0 } else { -1.0 })
        .collect();
    signs.shuffle(&mut Streams::new(1).stream("patterns"));
    Array2::from_shape_fn((5, 12), |(pattern, unit)| signs[12 * pattern + unit])
}

/// Two patterns worked by hand, and more than twelve units can keep.
pub fn proofs() -> Vec<Proof> {
    let (two, data) = learned(two_patterns());
    let on = "two patterns of six units";
    let energies: Vec<f64> = two.patterns(&data).iter().map(|x| two.energy(x)).collect();
    let stay = two
        .patterns(&data)
        .iter()
        .filter(|x| two.is_fixed(x))
        .count();
    let mut proofs = vec![
        Proof::of(on, "energies", Witness::ClosedForm, &energies, &[-12.0; 2]),
        Proof::of(
            on,
            "patterns that stay",
            Witness::ClosedForm,
            &[stay as f64],
            &[2.0],
        ),
        two.energy_falls(on, two.all_states()),
    ];
    proofs.extend(two.all_states_agree(on));
    let (many, _) = learned(drawn_patterns());
    let on = "five patterns of twelve units";
    proofs.push(many.energy_falls(on, many.all_states()));
    proofs.extend(many.all_states_agree(on));
    proofs
}
