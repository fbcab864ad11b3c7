//! Cascade-correlation: a network that begins without hidden units and grows by one at a time.
//!
//! ```math
//! f(z) = \frac{1}{1 + e^{-z}} - \tfrac12, \qquad
//! V_h = f\Bigl(\sum_{i < h} w_{hi} V_i\Bigr), \qquad
//! y_o = f\Bigl(\sum_i w_{oi} V_i\Bigr)
//! ```
//! ```math
//! S = \sum_o \Bigl| \sum_n (V_n - \overline{V}) (E_{no} - \overline{E_o}) \Bigr|
//!     \Big/ \sum_{n,o} E_{no}^2, \qquad
//! \frac{\partial S}{\partial w_i} =
//!     \sum_{n,o} \sigma_o \frac{E_{no} - \overline{E_o}}{\sum E^2}\, f'_n V_{ni}
//! ```
//!
//! V are the values of bias, inputs and hidden units, each of which sees all before it. By turns
//!
//! 1. the **outputs** learn by quickprop on the slopes Σₙ (y − t)(f′ + 0.1) Vₙᵢ, until all are
//!    within 0.4 of their targets of ±½ (victory), or the squared error does not change any more;
//! 2. **candidates** of random weights, which nothing listens to yet, learn by quickprop to make S
//!    large: their covariance with the error E that is left. E is (y − t)(f′ + 0.1), or the raw
//!    y − t; σ is the sign of the covariance in the epoch before. The best is **installed**: its
//!    incoming weights are frozen, and it begins with an outgoing weight of −1 times its
//!    covariance.
//!
//! A pass is one turn: a hidden unit (none in the first), and the outputs over all there are.
//! Slopes are sums over all samples; ε is divided by their number, that of candidates also by the
//! number of incoming weights.
//!
//! | | shape |
//! |---|---|
//! | x, t | `[N, D]`, `[N, K]` of 0 and 1: one output for two classes, else one for each |
//! | V | `[1 + D + H, N]`: the samples are columns |
//! | `hidden.h.weight` | `[1 + D + h]`: bias, inputs, the hidden units before |
//! | `output.weight` | `[K, 1 + D + H]` |
//!
//! Source: S. E. Fahlman, C. Lebiere, "The cascade-correlation learning architecture",
//! CMU-CS-90-100, and the first author's program, which settles what the report leaves open. It
//! differs here in that each output's error has a mean of its own, as in the report (the program
//! takes one of all outputs, and of each candidate's value the sum at its random start); that
//! candidates see the errors after the last step of the outputs; and that the outputs learn once
//! more behind the last unit.

mod candidate;
mod network;
mod patience;
mod picture;
mod pool;
mod proofs;
mod quickprop;
mod slopes;
#[cfg(test)]
mod tests;
mod turn;

use contract::{NamedTensors, Streams, TensorError};
use ndarray::{Array2, ArrayView2, Ix2};
use rand::RngExt;
use spec::Problem;
use spec::learners::{CascadeCorrelationSpec, Correlate};
use spec::measures::Values;

use crate::{Data, Findings, Learner, Proof, Slope, Stop, Tick};
use candidate::Candidate;
use network::{Errors, Network, outputs};
use patience::Patience;
pub use proofs::proofs;
use quickprop::{Memory, Quickprop, with_column};
pub use slopes::slopes;
use turn::Turn;

/// A network that grows.
#[derive(Clone)]
pub struct CascadeCorrelation {
    settings: CascadeCorrelationSpec,
    streams: Streams,
    network: Network,
    /// Of the output weights, from phase to phase.
    memory: Memory<Ix2>,
    /// What each pass has come to.
    turns: Vec<Turn>,
}

impl CascadeCorrelation {
    /// Before the first pass: the outputs alone, with random weights.
    ///
    /// # Errors
    /// None: whatever can be coded can begin.
    pub fn new(settings: &CascadeCorrelationSpec, data: &Data) -> Result<Self, Problem> {
        let mut rng = data.streams.stream("initial/output.weight");
        let range = settings.weight_range;
        let shape = (data.t.ncols(), 1 + data.x.ncols());
        let output = Array2::from_shape_simple_fn(shape, || rng.random_range(-range..=range));
        Ok(Self {
            settings: *settings,
            streams: data.streams,
            memory: Memory::new(output.raw_dim()),
            network: Network {
                hidden: Vec::new(),
                output,
            },
            turns: Vec::new(),
        })
    }

    /// Step 1: the outputs learn. Adds to the number of epochs.
    fn train_outputs(
        &mut self,
        values: ArrayView2<'_, f64>,
        t: ArrayView2<'_, f64>,
        epochs: &mut usize,
        tick: Tick<'_>,
    ) -> Result<Errors, Stop> {
        let rule = Quickprop {
            epsilon: self.settings.output.epsilon / values.ncols() as f64,
            mu: self.settings.mu,
            decay: self.settings.output.decay,
        };
        let mut patience =
            Patience::from_the_start(self.settings.patience[0], self.settings.change[0]);
        let mut errors = self.errors(values, t)?;
        for epoch in 1..=self.settings.epochs[0] {
            if errors.wrong == 0 {
                break;
            }
            tick()?;
            let slopes = output_slopes(errors.times_derivative.view(), values);
            rule.update(&mut self.network.output, &slopes, &mut self.memory);
            *epochs += 1;
            let squared = errors.squared;
            errors = self.errors(values, t)?;
            if patience.is_over(epoch, squared) {
                break;
            }
        }
        Ok(errors)
    }

    /// What the outputs are away from their targets.
    fn errors(
        &self,
        values: ArrayView2<'_, f64>,
        t: ArrayView2<'_, f64>,
    ) -> Result<Errors, Problem> {
        let errors = Errors::of(&outputs(self.network.output.view(), values), t);
        match errors.squared.is_finite() {
            true => Ok(errors),
            false => Err(Problem::new(
                "learner.cascade_correlation",
                "the outputs are no numbers any more: weighted sums of the inputs became infinite",
            )
            .hint("scale the inputs, or use a smaller output.epsilon")),
        }
    }

    /// The errors that candidates correlate with, `[K, N]`.
    fn correlated<'a>(&self, errors: &'a Errors) -> &'a Array2<f64> {
        match self.settings.correlate {
            Correlate::ErrorTimesDerivative => &errors.times_derivative,
            Correlate::RawError => &errors.raw,
        }
    }

    /// The same as they see them, `[K, N]`.
    fn residual(&self, errors: &Errors) -> Array2<f64> {
        candidate::residual(self.correlated(errors))
    }

    /// A candidate becomes a hidden unit; its value is a row of the values.
    fn install(&mut self, unit: Candidate, values: &mut Array2<f64>) {
        let value = network::respond(unit.weight.view(), values.view());
        values
            .push_row(value.view())
            .expect("a value for each sample");
        let weight = |o: usize| -unit.covariance[o];
        self.network.output = with_column(&self.network.output, weight);
        self.memory = self.memory.with_column();
        self.network.hidden.push(unit.weight);
    }

    /// A hidden unit, but in the first turn, and the outputs.
    fn turn(&mut self, data: &Data, tick: Tick<'_>) -> Result<Turn, Stop> {
        let mut values = self.network.values(data.x.view());
        let t = &data.t.t() - 0.5;
        let (mut epochs, mut score) = (0, 0.0);
        if let Some(last) = self.turns.last() {
            epochs = last.epochs;
            let residual = self.residual(&self.errors(values.view(), t.view())?);
            let residual = residual.view();
            let pool = self.pool(values.view(), residual);
            let best = self.train_candidates(pool, values.view(), residual, &mut epochs, tick)?;
            score = best.score();
            self.install(best, &mut values);
        }
        let errors = self.train_outputs(values.view(), t.view(), &mut epochs, tick)?;
        Ok(Turn {
            output: self.network.output.clone(),
            epochs,
            wrong: errors.wrong,
            squared: errors.squared,
            score,
        })
    }
}

/// Σₙ (y − t)(f′ + 0.1) Vₙᵢ, `[K, U]`.
fn output_slopes(errors: ArrayView2<'_, f64>, values: ArrayView2<'_, f64>) -> Array2<f64> {
    let mut slopes = Array2::zeros((errors.nrows(), values.nrows()));
    for (mut slopes, errors) in slopes.rows_mut().into_iter().zip(errors.rows()) {
        slopes.assign(&values.dot(&errors));
    }
    slopes
}

/// Two samples with the same input and different targets, by their places.
fn contradiction(data: &Data) -> Option<[usize; 2]> {
    let mut order: Vec<usize> = (0..data.len()).collect();
    let key = |&n: &usize| data.x.row(n).to_vec();
    order.sort_by(|a, b| {
        key(a)
            .partial_cmp(&key(b))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut pairs = order.windows(2).map(|pair| [pair[0], pair[1]]);
    pairs.find(|[a, b]| data.x.row(*a) == data.x.row(*b) && data.t.row(*a) != data.t.row(*b))
}

impl Learner for CascadeCorrelation {
    fn passes(&self) -> usize {
        1 + self.settings.units
    }

    fn is_done(&self) -> bool {
        let last = self.turns.last();
        last.is_some_and(|last| last.wrong == 0) || self.turns.len() == self.passes()
    }

    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop> {
        // A turn that is interrupted leaves nothing behind.
        let mut next = self.clone();
        let turn = next.turn(data, tick)?;
        let [epochs, wrong, squared, score] = turn.numbers();
        next.turns.push(turn);
        *self = next;
        Ok(Values::from([
            ("hidden_units".into(), self.network.hidden.len() as f64),
            ("epochs_in_all".into(), epochs),
            ("error_bits".into(), wrong),
            ("squared_error".into(), squared),
            ("score".into(), score),
        ]))
    }

    /// Outputs from 0 to 1.
    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let values = self.network.values(x);
        let y = outputs(self.network.output.view(), values.view());
        (y + 0.5).reversed_axes()
    }

    fn weights(&self) -> NamedTensors<f64> {
        let mut weights = NamedTensors::default();
        for (h, weight) in self.network.hidden.iter().enumerate() {
            weights.insert(format!("hidden.{h}.weight"), weight.clone().into_dyn());
        }
        let output = self.network.output.clone();
        weights.insert("output.weight", output.into_dyn());
        weights
    }

    fn state(&self) -> NamedTensors<f64> {
        self.saved()
    }

    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        self.load(state)
    }

    fn load_weights(&mut self, weights: &NamedTensors<f64>) -> Result<(), TensorError> {
        self.load_network(weights)
    }

    /// A row for each number of hidden units.
    fn findings(&self, _: &Data) -> Vec<Findings> {
        let columns = ["epochs", "error bits", "squared error", "S"];
        let table = Findings::new("hidden units", &columns);
        let turns = self.turns.iter().enumerate();
        let table = turns.fold(table, |table, (units, turn)| {
            table.row(&units.to_string(), &turn.numbers())
        });
        vec![table]
    }

    fn warnings(&self, data: &Data) -> Vec<String> {
        let Some(last) = self.turns.last().filter(|last| last.wrong > 0) else {
            return Vec::new();
        };
        let (wrong, all, units) = (last.wrong, data.t.len(), self.network.hidden.len());
        let remedy = match contradiction(data) {
            Some([a, b]) => format!(
                "samples {} and {} have the same input and different classes, so no network gets \
                 all of them right: leave such samples out",
                a.min(b) + 1,
                a.max(b) + 1
            ),
            None => "allow more of them in learner.cascade_correlation.units, or more \
                     candidates"
                .into(),
        };
        let plural = if units == 1 { "" } else { "s" };
        vec![format!(
            "{wrong} of {all} outputs are still wrong by 0.4 or more with {units} hidden \
             unit{plural}; {remedy}"
        )]
    }

    fn slopes(&self, data: &Data) -> Vec<Slope> {
        self.slopes_on("these data", data)
    }

    fn pictures(&self, data: &Data) -> Vec<(&'static str, String)> {
        let film = self.film(data).map(|film| ("film.svg", film));
        let staircase = ("staircase.svg", self.staircase(data));
        film.into_iter().chain([staircase]).collect()
    }

    fn proofs(&self, data: &Data) -> Vec<Proof> {
        self.proofs_on("these data", data)
    }
}

impl CascadeCorrelation {
    /// Bias and inputs.
    fn inputs(&self) -> usize {
        self.network.output.ncols() - self.network.hidden.len()
    }
}
