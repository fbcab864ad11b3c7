//! What ART1 and fuzzy ART have in common: choice, vigilance, reset, resonance.
//!
//! A category is a template w. A sample s tries the categories in the order of their *choice*, T,
//! the largest first and of equal ones the first. One that fails the *vigilance* is *reset*, and
//! the next is tried. The first that passes is in *resonance* and learns:
//!
//! ```math
//! T_j = \frac{|\mathbf{s} \wedge \mathbf{w}_j|}{\alpha + |\mathbf{w}_j|}, \qquad
//! |\mathbf{s} \wedge \mathbf{w}_j| \ge \rho\, |\mathbf{s}|, \qquad
//! \mathbf{w}_j \leftarrow \beta\, (\mathbf{s} \wedge \mathbf{w}_j) + (1 - \beta)\, \mathbf{w}_j
//! ```
//!
//! where ∧ is the smaller of two numbers (of bits: and) and |·| the sum. When all fail the sample
//! founds a category, w = s; when no unit is free it is *rejected*, an outcome of its own.
//! Templates only shrink, so learning ends. Then every sample that is not rejected chooses its
//! category at once: that has w ≤ s, so T = |w| / (α + |w|) with |w| ≥ ρ|s|, more than any category
//! with a smaller overlap can have.

mod picture;
mod proofs;
#[cfg(test)]
mod tests;

use contract::{NamedTensors, TensorError};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, array, concatenate};
use spec::Problem;
use spec::learners::FuzzyArtSpec;
use spec::measures::Values;

use crate::labels::Labels;
use crate::{Data, Findings, Learner, Proof, Stop, Tick};

/// A match that misses the vigilance by no more than this share is rounding.
const ROUNDING: f64 = 1e-12;
/// Rows of a table that somebody still reads.
const MOST_ROWS: usize = 64;

/// What tells ART1 and fuzzy ART apart.
pub trait Kind: Copy {
    /// Its settings, those of ART1 as fuzzy ART has them.
    fn settings(&self) -> FuzzyArtSpec;

    /// Finds samples that it cannot learn.
    ///
    /// # Errors
    /// The first of them.
    fn expect(&self, data: &Data) -> Result<(), Problem>;
}

/// Categories, as many as the samples so far have asked for.
pub struct Art<K> {
    kind: K,
    settings: FuzzyArtSpec,
    /// Templates `[C, D]`, or `[C, 2 D]` with complement coding.
    w: Array2<f64>,
    passes: usize,
    stable: bool,
    labels: Labels,
}

/// The end of a search: the category in resonance, if there is one, and the resets before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub category: Option<usize>,
    /// Categories that were chosen before it and failed the vigilance.
    pub resets: usize,
}

/// What happened in a pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Outcome {
    resets: usize,
    rejected: usize,
    changes: usize,
}

/// |s ∧ w|.
fn overlap(s: ArrayView1<'_, f64>, w: ArrayView1<'_, f64>) -> f64 {
    s.iter().zip(w).map(|(s, w)| s.min(*w)).sum()
}

impl<K: Kind> Art<K> {
    /// Before the first pass: no category.
    ///
    /// # Errors
    /// When there are samples that it cannot learn.
    pub fn new(kind: &K, data: &Data) -> Result<Self, Problem> {
        kind.expect(data)?;
        let settings = kind.settings();
        let inputs = data.x.ncols() * if settings.complement { 2 } else { 1 };
        Ok(Self {
            kind: *kind,
            settings,
            w: Array2::zeros((0, inputs)),
            passes: 0,
            stable: false,
            labels: Labels::none(0, data.t.ncols()),
        })
    }

    /// Templates `[C, D]`, or `[C, 2 D]` with complement coding.
    pub fn templates(&self) -> ArrayView2<'_, f64> {
        self.w.view()
    }

    fn categories(&self) -> usize {
        self.w.nrows()
    }

    /// Samples `[N, D]` as categories see them. What lies beyond 0 and 1, as test samples can, is
    /// taken at the border.
    fn coded(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let x = x.mapv(|x| x.clamp(0.0, 1.0));
        match self.settings.complement {
            true => concatenate![Axis(1), x, 1.0 - &x],
            false => x,
        }
    }

    /// T of a category.
    fn choice(&self, s: ArrayView1<'_, f64>, category: usize) -> f64 {
        let w = self.w.row(category);
        overlap(s, w) / (self.settings.choice + w.sum())
    }

    /// Whether a category passes the vigilance.
    fn passes_vigilance(&self, s: ArrayView1<'_, f64>, category: usize) -> bool {
        let all = s.sum();
        overlap(s, self.w.row(category)) >= (self.settings.vigilance - ROUNDING) * all
    }

    /// Searches the categories for one that takes the sample.
    fn search(&self, s: ArrayView1<'_, f64>) -> Found {
        let choices = (0..self.categories()).map(|category| (self.choice(s, category), category));
        // Without overlap nothing is chosen.
        let mut choices: Vec<(f64, usize)> = choices.filter(|(choice, _)| *choice > 0.0).collect();
        choices.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let taken = choices
            .iter()
            .position(|&(_, c)| self.passes_vigilance(s, c));
        Found {
            category: taken.map(|place| choices[place].1),
            resets: taken.unwrap_or(choices.len()),
        }
    }

    /// Learns one sample, and returns its category.
    fn learn(&mut self, s: ArrayView1<'_, f64>, outcome: &mut Outcome) -> Option<usize> {
        let found = self.search(s);
        outcome.resets += found.resets;
        match found.category {
            Some(category) => {
                let (rate, mut changed) = (self.settings.rate, false);
                for (w, s) in self.w.row_mut(category).iter_mut().zip(s) {
                    // What is not above the sample stays as it is, to the bit.
                    if *w > *s {
                        let moved = rate * *s + (1.0 - rate) * *w;
                        changed |= moved != *w;
                        *w = moved;
                    }
                }
                outcome.changes += usize::from(changed);
                Some(category)
            }
            None if self.categories() < self.settings.units => {
                self.w
                    .push_row(s)
                    .expect("a template has the size of a sample");
                outcome.changes += 1;
                Some(self.categories() - 1)
            }
            None => {
                outcome.rejected += 1;
                None
            }
        }
    }

    /// Learns all samples, as they stand.
    fn learn_all(&mut self, s: &Array2<f64>, tick: Tick<'_>) -> Result<Outcome, Stop> {
        let mut outcome = Outcome::default();
        for s in s.rows() {
            self.learn(s, &mut outcome);
            tick()?;
        }
        Ok(outcome)
    }

    /// Learns all samples once more, as they stand, and returns their categories.
    pub fn categories_of(&mut self, data: &Data) -> Vec<Option<usize>> {
        let (s, mut outcome) = (self.coded(data.x.view()), Outcome::default());
        let samples = s.rows().into_iter();
        samples.map(|s| self.learn(s, &mut outcome)).collect()
    }

    /// The category of each sample, without learning.
    fn found(&self, s: &Array2<f64>) -> Vec<Found> {
        s.rows().into_iter().map(|s| self.search(s)).collect()
    }

    /// D − |w|: how far the box of a category reaches, summed over its sides, with complement
    /// coding.
    fn size(&self, category: usize) -> f64 {
        let w = self.w.row(category);
        (w.len() / 2) as f64 - w.sum()
    }

    /// Samples that no category takes.
    fn rejected(&self, data: &Data) -> usize {
        data.len() - self.labels.hits.sum() as usize
    }
}

impl<K: Kind> Learner for Art<K> {
    fn passes(&self) -> usize {
        self.settings.passes
    }

    fn is_done(&self) -> bool {
        self.stable || self.passes == self.settings.passes
    }

    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop> {
        let (s, before) = (self.coded(data.x.view()), self.w.clone());
        let outcome = self.learn_all(&s, tick).inspect_err(|_| self.w = before)?;
        self.passes += 1;
        self.stable = outcome.changes == 0;
        let found = self.found(&s).into_iter().map(|found| found.category);
        self.labels = Labels::of(self.categories(), found, data.t.view());
        Ok(Values::from([
            ("categories".into(), self.categories() as f64),
            ("resets".into(), outcome.resets as f64),
            ("rejected".into(), outcome.rejected as f64),
            ("changes".into(), outcome.changes as f64),
        ]))
    }

    /// The labels of the category that takes a sample; not a number where none does, or where its
    /// category has no sample to say what it is.
    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let found = self.found(&self.coded(x));
        let mut y = Array2::from_elem((x.nrows(), self.labels.means.ncols()), f64::NAN);
        for (mut y, found) in y.rows_mut().into_iter().zip(found) {
            if let Some(category) = found.category.filter(|&c| self.labels.hits[c] > 0.0) {
                y.assign(&self.labels.means.row(category));
            }
        }
        y
    }

    fn weights(&self) -> NamedTensors<f64> {
        let mut weights = NamedTensors::default();
        weights.insert("weight", self.w.clone().into_dyn());
        self.labels.insert(&mut weights);
        weights
    }

    fn state(&self) -> NamedTensors<f64> {
        let mut state = self.weights();
        let at = array![self.passes as f64, f64::from(u8::from(self.stable))];
        state.insert("passes, stable", at.into_dyn());
        state
    }

    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        let categories = state.get("weight").map_or(0, |weight| weight.shape()[0]);
        let weight = state.expect("weight", &[categories, self.w.ncols()])?;
        let at = state.expect("passes, stable", &[2])?;
        self.labels.restore(state, categories)?;
        let numbers: Array1<f64> = weight.iter().copied().collect();
        let shape = (categories, self.w.ncols());
        self.w = numbers
            .into_shape_with_order(shape)
            .expect("so many numbers");
        (self.passes, self.stable) = (at[0] as usize, at[1] != 0.0);
        Ok(())
    }

    /// Each category with its classes, its samples and the size of its template or box.
    fn findings(&self, data: &Data) -> Vec<Findings> {
        if self.categories() > MOST_ROWS {
            return Vec::new();
        }
        let size = match self.settings.complement {
            true => "size of its box",
            false => "sum of its template",
        };
        let mut table = Findings::new("category", &["samples", size]);
        for category in 0..self.categories() {
            let name = format!("{}  {}", category + 1, self.labels.names(category, data));
            let size = match self.settings.complement {
                true => self.size(category),
                false => self.w.row(category).sum(),
            };
            table = table.row(name.trim_end(), &[self.labels.hits[category], size]);
        }
        vec![table]
    }

    fn warnings(&self, data: &Data) -> Vec<String> {
        let mut warnings = Vec::new();
        let (rejected, units) = (self.rejected(data), self.settings.units);
        if rejected > 0 {
            warnings.push(format!(
                "{rejected} of {} samples are rejected: no category takes them, and all {units} \
                 units are in use; allow more units, or a smaller vigilance",
                data.len()
            ));
        }
        if !self.stable {
            warnings.push(format!(
                "categories still changed in pass {}, the last: allow more passes",
                self.passes
            ));
        }
        warnings
    }

    fn pictures(&self, data: &Data) -> Vec<(&'static str, String)> {
        vec![("categories.svg", self.picture(data))]
    }

    fn proofs(&self, data: &Data) -> Vec<Proof> {
        self.proofs_on("these data", data)
    }
}

/// After as many passes as it takes.
pub fn learned<K: Kind>(kind: &K, data: &Data) -> Art<K> {
    let mut art = Art::new(kind, data).expect("samples that it can learn");
    while !art.is_done() {
        // Nobody asks to stop.
        let _ = art.pass(data, &|| Ok(()));
    }
    art
}
