//! A self-organising map: a sheet of units that unfolds over the data, so that neighbours in the
//! sheet stand for samples that are alike.
//!
//! ```math
//! b = \arg\min_j |\mathbf{x} - \mathbf{w}_j|, \qquad
//! \mathbf{w}_j \leftarrow \mathbf{w}_j + \eta\, h_{bj}\, (\mathbf{x} - \mathbf{w}_j), \qquad
//! h_{bj} = e^{-d_{bj}^2 / 2 \sigma^2}
//! ```
//!
//! for one sample after the other (online), where b is the winner, d the distance of two units in
//! the sheet, and σ and η become smaller from step to step. With b held fixed the step is −η times
//! the gradient of ½ Σⱼ h |x − wⱼ|². All samples at once (batch) make this sum over the samples as
//! small as it can be:
//!
//! ```math
//! \mathbf{w}_j = \frac{\sum_n h_{b_n j}\, \mathbf{x}_n}{\sum_n h_{b_n j}}
//! ```
//!
//! which is k-means as soon as h is 0 but for the winner. The samples of each winner are summed
//! first, so that the batch rule is two products of matrices.
//!
//! The *quantisation error* is the mean distance of a sample to its winner. The *topographic error*
//! is the share of samples whose two nearest units are no neighbours in the sheet; neighbours are
//! at most 1.42 apart, so of squares also those at the corners (as MiniSom has it), and of hexagons
//! the six around. The *explained variance* is 1 − Σ |x − w_b|² / Σ |x − mean|². The *U-matrix* has
//! at each unit its mean distance from its neighbours: ridges are borders of clusters.
//!
//! | | shape |
//! |---|---|
//! | x | `[N, D]` |
//! | w (`weight`), the units row by row of the sheet | `[J, D]` |
//! | h, d² | `[J, J]` |
//! | `hits`, samples of each unit | `[J]` |
//! | `labels`, mean target of these samples | `[J, K]` |
//!
//! Source: T. Kohonen, "Self-organized formation of topologically correct feature maps", Biological
//! Cybernetics 43 (1982), and *Self-Organizing Maps*, 2001; the numbers are held against MiniSom
//! 2.3.6.

mod initial;
mod picture;
mod proofs;
mod quality;
mod sheet;
mod slopes;
#[cfg(test)]
mod tests;

use contract::{NamedTensors, TensorError};
use kernels::matmul::matmul;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, array};
use rand::seq::SliceRandom;
use spec::Problem;
use spec::learners::{Decay, Neighborhood, SampleOrder, SomRule, SomSpec};
use spec::measures::Values;

use crate::labels::Labels;
use crate::winners::{Winner, nearest_two, winners};
use crate::{Data, Findings, Learner, Proof, Slope, Stop, Tick};
pub use proofs::proofs;
use quality::spread;
use sheet::Sheet;
pub use slopes::slopes;

/// Rows of a table that somebody still reads.
const MOST_ROWS: usize = 64;
/// A single column with this share of the variance decides all distances.
const NEARLY_ALL: f64 = 0.9;

/// A map on its way over the data.
pub struct Som {
    settings: SomSpec,
    sheet: Sheet,
    /// `[J, D]`
    w: Array2<f64>,
    /// Passes so far.
    passes: usize,
    labels: Labels,
    /// The winners of the training samples with these weights, once they are known.
    won: Option<Vec<Winner>>,
}

/// A number on its way from its beginning to its end, at this share of all steps.
fn decayed(decay: Decay, [begin, end]: [f64; 2], share: f64) -> f64 {
    match decay {
        Decay::Linear => begin + (end - begin) * share,
        Decay::Exponential => begin * (end / begin).powf(share),
        Decay::Asymptotic => begin / (1.0 + (begin / end - 1.0) * share),
    }
}

/// h of a squared distance in the sheet.
fn neighborhood(kind: Neighborhood, squared: f64, radius: f64) -> f64 {
    let scaled = squared / (radius * radius);
    match kind {
        Neighborhood::Gaussian => (-scaled / 2.0).exp(),
        Neighborhood::Bubble => f64::from(u8::from(scaled <= 1.0)),
        Neighborhood::MexicanHat => (1.0 - scaled) * (-scaled / 2.0).exp(),
        Neighborhood::Triangle => (1.0 - scaled.sqrt()).max(0.0),
    }
}

impl Som {
    /// Before the first pass.
    ///
    /// # Errors
    /// When an input is no number.
    pub fn new(settings: &SomSpec, data: &Data) -> Result<Self, Problem> {
        expect_finite(data)?;
        Ok(Self::with_weights(
            settings,
            data,
            initial::weights(settings, data),
        ))
    }

    /// The same with these weights `[J, D]`.
    fn with_weights(settings: &SomSpec, data: &Data, w: Array2<f64>) -> Self {
        Self {
            settings: *settings,
            sheet: Sheet::new(settings),
            w,
            passes: 0,
            labels: Labels::none(settings.units(), data.t.ncols()),
            won: None,
        }
    }

    fn units(&self) -> usize {
        self.w.nrows()
    }

    /// Takes one sample: finds the winner, moves it and its neighbours towards the sample.
    fn step(&self, w: &mut Array2<f64>, x: ArrayView1<'_, f64>, share: f64) {
        let SomSpec { decay, .. } = self.settings;
        let rate = decayed(decay, self.settings.learning_rate, share);
        let radius = decayed(decay, self.settings.radius, share);
        let winner = nearest_two(x, w.view(), 0..w.nrows()).first;
        let squared = self.sheet.squared.row(winner);
        for (mut w, &squared) in w.rows_mut().into_iter().zip(squared) {
            let g = rate * neighborhood(self.settings.neighborhood, squared, radius);
            if g != 0.0 {
                w.zip_mut_with(&x, |w, x| *w += g * (x - *w));
            }
        }
    }

    /// The order in which the online rule takes the samples of a pass.
    fn order(&self, data: &Data) -> Vec<usize> {
        let mut order: Vec<usize> = (0..data.len()).collect();
        if self.settings.order == SampleOrder::Drawn {
            let stream = format_args!("shuffle/{}", self.passes + 1);
            order.shuffle(&mut data.streams.stream_of(stream));
        }
        order
    }

    /// One sample after the other.
    fn online(&self, data: &Data, tick: Tick<'_>) -> Result<Array2<f64>, Stop> {
        let mut w = self.w.clone();
        let steps = (self.settings.passes * data.len()) as f64;
        let before = self.passes * data.len();
        for (step, sample) in (before..).zip(self.order(data)) {
            self.step(&mut w, data.x.row(sample), step as f64 / steps);
            tick()?;
        }
        Ok(w)
    }

    /// All samples at once, of which these are the winners: each unit is the mean of the samples,
    /// weighted by h. A unit that no sample reaches stays where it is.
    fn batch(&self, data: &Data, won: &[Winner], radius: f64) -> Array2<f64> {
        let (units, inputs) = self.w.dim();
        let (mut sums, mut counts) = (Array2::zeros((units, inputs)), Array1::zeros(units));
        for (x, winner) in data.x.rows().into_iter().zip(won) {
            sums.row_mut(winner.first).scaled_add(1.0, &x);
            counts[winner.first] += 1.0;
        }
        let kind = self.settings.neighborhood;
        let h = self.sheet.squared.mapv(|d| neighborhood(kind, d, radius));
        let mut w = Array2::zeros((units, inputs));
        matmul(h.view(), sums.view(), w.view_mut());
        for (unit, mut w) in w.rows_mut().into_iter().enumerate() {
            let weight = h.row(unit).dot(&counts);
            match weight > REACHED {
                true => w.mapv_inplace(|sum| sum / weight),
                false => w.assign(&self.w.row(unit)),
            }
        }
        w
    }

    /// The winners of the training samples with the weights as they are.
    fn won(&mut self, data: &Data) -> Vec<Winner> {
        let known = self.won.take();
        known.unwrap_or_else(|| winners(data.x.view(), self.w.view()))
    }
}

/// With less weight than this no sample has reached a unit: h is 0 but for rounding.
const REACHED: f64 = 1e-200;

fn expect_finite(data: &Data) -> Result<(), Problem> {
    let wrong = data.x.indexed_iter().find(|(_, x)| !x.is_finite());
    let Some(((sample, input), x)) = wrong else {
        return Ok(());
    };
    let (input, sample) = (&data.inputs[input], sample + 1);
    let reason = format!("{input} of sample {sample} is {x}, and no unit is nearest to that");
    Err(Problem::new("learner.som", reason).hint("leave such samples out"))
}

impl Learner for Som {
    fn passes(&self) -> usize {
        self.settings.passes
    }

    fn is_done(&self) -> bool {
        self.passes == self.settings.passes
    }

    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop> {
        self.w = match self.settings.rule {
            SomRule::Online => self.online(data, tick)?,
            SomRule::Batch => {
                tick()?;
                let share = self.passes as f64 / self.settings.passes as f64;
                let radius = decayed(self.settings.decay, self.settings.radius, share);
                let won = self.won(data);
                self.batch(data, &won, radius)
            }
        };
        self.passes += 1;
        let won = winners(data.x.view(), self.w.view());
        let first = won.iter().map(|won| Some(won.first));
        self.labels = Labels::of(self.units(), first, data.t.view());
        let measured = self.measured(data, &won);
        self.won = Some(won);
        Ok(measured)
    }

    /// The labels of the nearest unit that has samples.
    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let used = self.labels.used();
        let mut y = Array2::zeros((x.nrows(), self.labels.means.ncols()));
        if used.is_empty() {
            return y;
        }
        let won = winners(x, self.w.select(Axis(0), &used).view());
        for (mut y, won) in y.rows_mut().into_iter().zip(won) {
            y.assign(&self.labels.means.row(used[won.first]));
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
        state.insert("passes", array![self.passes as f64].into_dyn());
        state
    }

    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        let weight = state.expect("weight", &[self.w.nrows(), self.w.ncols()])?;
        let passes = state.expect("passes", &[1])?[0] as usize;
        self.labels.restore(state, self.w.nrows())?;
        self.w.assign(weight);
        (self.passes, self.won) = (passes, None);
        Ok(())
    }

    /// Samples and U-matrix of each unit of a sheet that is small enough to be read.
    fn findings(&self, data: &Data) -> Vec<Findings> {
        if self.units() > MOST_ROWS {
            return Vec::new();
        }
        let titles = ["samples", "distance to neighbours"];
        let mut units = Findings::new("unit (row, column)", &titles);
        for (unit, distance) in self.u_matrix().into_iter().enumerate() {
            let [_, columns] = self.settings.grid;
            let (row, column) = (unit / columns + 1, unit % columns + 1);
            let name = format!("{row}, {column}  {}", self.labels.names(unit, data));
            units = units.row(name.trim_end(), &[self.labels.hits[unit], distance]);
        }
        vec![units]
    }

    fn warnings(&self, data: &Data) -> Vec<String> {
        let mut warnings = Vec::new();
        let (units, samples) = (self.units(), data.len());
        if units > samples {
            warnings.push(format!(
                "{units} units for {samples} samples: most units stand for none, so a smaller grid \
                 says as much"
            ));
        }
        if units == 1 {
            warnings.push(
                "a sheet of one unit has no second nearest unit, so there is no topographic error"
                    .into(),
            );
        }
        let spread = spread(data);
        let all = spread.sum();
        let most = spread.iter().position(|s| *s > NEARLY_ALL * all);
        if let Some(input) = most.filter(|_| spread.len() > 1) {
            let share = (100.0 * spread[input] / all).floor();
            warnings.push(format!(
                "{} has {share} % of the variance of all inputs, so distances are those of it \
                 alone: scale the data (scale = \"standardize\")",
                data.inputs[input]
            ));
        }
        warnings
    }

    fn slopes(&self, data: &Data) -> Vec<Slope> {
        self.slopes_on("these data", data)
    }

    fn pictures(&self, data: &Data) -> Vec<(&'static str, String)> {
        vec![("map.svg", self.picture(data))]
    }

    fn proofs(&self, data: &Data) -> Vec<Proof> {
        self.proofs_on("these data", data)
    }
}
