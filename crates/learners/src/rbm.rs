//! A restricted Boltzmann machine: visible and hidden units, with weights between the two layers
//! and none inside them.
//!
//! ```math
//! E(\mathbf{v}, \mathbf{h}) = -\mathbf{b} \cdot \mathbf{v} - \mathbf{c} \cdot \mathbf{h}
//!   - \mathbf{v}^\top W \mathbf{h}, \qquad
//! P(h_j = 1 \mid \mathbf{v}) = \sigma(c_j + (\mathbf{v}^\top W)_j), \qquad
//! P(v_i = 1 \mid \mathbf{h}) = \sigma(b_i + (W \mathbf{h})_i)
//! ```
//! ```math
//! F(\mathbf{v}) = -\mathbf{b} \cdot \mathbf{v} - \sum_j \ln(1 + e^{c_j + (\mathbf{v}^\top W)_j}),
//! \qquad \ln P(\mathbf{v}) = -F(\mathbf{v}) - \ln Z, \qquad
//! \frac{\partial \ln P}{\partial W} = \langle \mathbf{v} \mathbf{h}^\top \rangle_{\text{data}}
//!   - \langle \mathbf{v} \mathbf{h}^\top \rangle_{\text{model}}
//! ```
//!
//! Gaussian visible units have ½|v − b|² in place of −b·v, so v given h is normal around b + W h
//! with variance 1. Softmax units are groups of which one is on, by the softmax of b + W h.
//!
//! Where a probability is used, and where a sample:
//!
//! | place | what |
//! |---|---|
//! | v of the data | as they are: values between 0 and 1 are probabilities |
//! | h of the data, in ⟨v h⟩ | probabilities P(h given v) |
//! | h from which the chain begins | samples of them (CD); samples that the last chain left (PCD) |
//! | v in the chain | samples; with `reconstruction = "mean"` probabilities (or Gaussian means) |
//! | h between two Gibbs steps | samples |
//! | h at the end of the chain, in ⟨v h⟩ | probabilities |
//! | features, reconstructions, the up-pass of `predict` | probabilities both ways |
//! | annealed importance sampling, fantasies | samples; fantasies show the last v as probabilities |
//!
//! The rule: CD-k takes the model's side from k Gibbs steps that begin at the sample, PCD-k from
//! chains that go on from batch to batch, `exact` from the sum over all states. A batch's mean
//! gradient g moves the weights by Δ ← m Δ + η (g − λ W), W ← W + Δ, biases without λ.
//!
//! | | shape |
//! |---|---|
//! | v, h | `[N, D]`, `[N, H]` |
//! | W (here), `weight` (as `linear` has it) | `[D, H]`, `[H, D]` |
//! | b (`visible_bias`), c (`bias`) | `[D]`, `[H]` |
//! | chains of PCD | `[batch, H]` |
//! | softmax regression on P(h given v), where the target is a class | `[K, H]`, `[K]` |
//!
//! Epochs are computed in f32; ln Z, likelihoods and the exact gradient in f64.
//!
//! Sources: G. E. Hinton, "Training products of experts by minimizing contrastive divergence",
//! Neural Computation 14 (2002); T. Tieleman, "Training restricted Boltzmann machines using
//! approximations to the likelihood gradient", ICML 2008; G. E. Hinton, "A practical guide to
//! training restricted Boltzmann machines", UTML TR 2010-003.

mod classifier;
mod data;
mod exact;
mod gradient;
mod likelihood;
mod machine;
mod measures;
mod picture;
mod proofs;
mod slopes;
#[cfg(test)]
mod tests;
mod update;

use contract::{NamedTensors, Streams, TensorError};
use ndarray::{Array1, Array2, ArrayView2, array};
use rand::seq::SliceRandom;
use rand_distr::{Distribution, Normal};
use spec::Problem;
use spec::learners::{RbmSpec, Rule};
use spec::measures::Values;

pub use proofs::proofs;
pub use slopes::slopes;

use crate::{Data, Findings, Learner, Proof, Slope, Stop, Tick, Witness};
use classifier::Classifier;
use gradient::Gradient;
use likelihood::Estimate;
use machine::{Machine, first_rows};
use update::Batch;

/// With so few units in a layer the likelihood is measured after each pass; with up to 20 after the
/// last.
const FEW_UNITS: usize = 14;

/// A restricted Boltzmann machine on its way.
pub struct Rbm {
    settings: RbmSpec,
    streams: Streams,
    machine: Machine<f32>,
    /// The last change of each parameter.
    change: Gradient<f32>,
    /// Hidden samples of the persistent chains, `[batch, H]`; no rows without them.
    chains: Array2<f32>,
    /// The samples that are learned from, `[N, D]`, and those held back.
    x: Array2<f32>,
    held: Array2<f32>,
    /// Where the target is a class.
    classifier: Option<Classifier>,
    /// ln Z after the last pass, if it was computed.
    estimate: Option<Estimate>,
    epochs: usize,
    updates: usize,
    batch: Batch,
}

impl Rbm {
    /// Before the first epoch: normal weights, biases of 0.
    ///
    /// # Errors
    /// When the inputs are nothing that such visible units can be.
    pub fn new(settings: &RbmSpec, data: &Data) -> Result<Self, Problem> {
        let classes = data::expect(settings, data)?;
        let (inputs, hidden) = (data.x.ncols(), settings.hidden);
        let (x, held) = data::parts(settings, data);
        if x.is_empty() {
            let reason = "no sample is left to learn from";
            return Err(Problem::new("learner.rbm.held_back", reason).hint("hold back fewer"));
        }
        let chains = match settings.rule {
            Rule::Pcd(_) => settings.batch_size.min(x.nrows()),
            Rule::Cd(_) | Rule::Exact => 0,
        };
        Ok(Self {
            settings: *settings,
            streams: data.streams,
            machine: initial(settings, inputs, data.streams),
            change: Gradient::zeros((inputs, hidden)),
            chains: Array2::zeros((chains, hidden)),
            x,
            held,
            classifier: classes.map(|classes| Classifier::new(hidden, classes)),
            estimate: None,
            epochs: 0,
            updates: 0,
            batch: Batch::default(),
        })
    }

    /// All samples once, in a new order.
    fn epoch(&mut self, tick: Tick<'_>) -> Result<(), Stop> {
        let mut order: Vec<usize> = (0..self.x.nrows()).collect();
        order.shuffle(
            &mut self
                .streams
                .stream_of(format_args!("shuffle/{}", self.epochs + 1)),
        );
        for rows in order.chunks(self.settings.batch_size) {
            self.update(rows);
            rows.iter().try_for_each(|_| tick())?;
        }
        self.epochs += 1;
        Ok(())
    }

    /// E(v | P(h | v)): probabilities up and down.
    fn reconstructed(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        let h = self.features(x);
        let mut v = Array2::zeros(x.raw_dim());
        self.machine.means(h.view(), v.view_mut());
        v
    }

    /// P(h | v): what a layer on top sees.
    fn features(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        let mut h = Array2::zeros((x.nrows(), self.settings.hidden));
        self.machine.hidden(x, h.view_mut());
        h
    }

    /// Fits the softmax regression, if there are classes, anew.
    fn classify(&mut self, data: &Data) {
        if self.classifier.is_none() {
            return;
        }
        let h = self
            .features(data.x.mapv(|x| x as f32).view())
            .mapv(f64::from);
        let fitted = Classifier::fit(h.view(), data.t.view(), &self.settings.classifier);
        self.classifier = Some(fitted);
    }
}

/// Weights from the stream of their name, in f64.
fn initial(settings: &RbmSpec, inputs: usize, streams: Streams) -> Machine<f32> {
    let mut rng = streams.stream("initial/weight");
    let normal = Normal::new(0.0, settings.initial).expect("a deviation of 0 or more");
    let mut draw = || normal.sample(&mut rng) as f32;
    Machine {
        visible: settings.visible,
        w: Array2::from_shape_simple_fn((inputs, settings.hidden), &mut draw),
        b: Array1::zeros(inputs),
        c: Array1::zeros(settings.hidden),
    }
}

impl Learner for Rbm {
    fn passes(&self) -> usize {
        self.settings.epochs.div_ceil(self.settings.report)
    }

    fn is_done(&self) -> bool {
        self.epochs >= self.settings.epochs
    }

    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop> {
        for _ in 0..self.settings.report.min(self.settings.epochs - self.epochs) {
            self.epoch(tick)?;
        }
        self.classify(data);
        self.estimate = self.log_z(FEW_UNITS, self.is_done());
        Ok(self.measured())
    }

    /// Probabilities of the classes; where the input is the target, its reconstruction.
    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let x = x.mapv(|x| x as f32);
        match &self.classifier {
            Some(classifier) => {
                let h = self.features(x.view()).mapv(f64::from);
                classifier.probabilities(h.view())
            }
            None => self.reconstructed(x.view()).mapv(f64::from),
        }
    }

    fn weights(&self) -> NamedTensors<f64> {
        let mut weights = NamedTensors::default();
        let weight = self.machine.w.t().mapv(f64::from);
        weights.insert(
            "weight",
            weight.as_standard_layout().into_owned().into_dyn(),
        );
        weights.insert("bias", self.machine.c.mapv(f64::from).into_dyn());
        weights.insert("visible_bias", self.machine.b.mapv(f64::from).into_dyn());
        if let Some(classifier) = &self.classifier {
            weights.insert("classifier.weight", classifier.w.clone().into_dyn());
            weights.insert("classifier.bias", classifier.d.clone().into_dyn());
        }
        weights
    }

    fn state(&self) -> NamedTensors<f64> {
        let mut state = self.weights();
        let Gradient { w, b, c } = self.change.cast::<f64>();
        state.insert("change.weight", w.into_dyn());
        state.insert("change.visible_bias", b.into_dyn());
        state.insert("change.bias", c.into_dyn());
        state.insert("chains", self.chains.mapv(f64::from).into_dyn());
        let at = array![self.epochs as f64, self.updates as f64];
        state.insert("epochs, updates", at.into_dyn());
        state
    }

    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        let (inputs, hidden) = self.machine.w.dim();
        let matrix = |name, shape: (usize, usize)| -> Result<Array2<f64>, TensorError> {
            let tensor = state.expect(name, &[shape.0, shape.1])?;
            Ok(Array2::from_shape_fn(shape, |(i, j)| tensor[[i, j]]))
        };
        let vector = |name, len| -> Result<Array1<f64>, TensorError> {
            let tensor = state.expect(name, &[len])?;
            Ok(tensor.iter().copied().collect())
        };
        let weight = matrix("weight", (hidden, inputs))?;
        let machine = Machine {
            visible: self.machine.visible,
            w: weight.t().as_standard_layout().into_owned(),
            b: vector("visible_bias", inputs)?,
            c: vector("bias", hidden)?,
        };
        let change = Gradient {
            w: matrix("change.weight", (inputs, hidden))?,
            b: vector("change.visible_bias", inputs)?,
            c: vector("change.bias", hidden)?,
        };
        let chains = matrix("chains", self.chains.dim())?;
        let at = vector("epochs, updates", 2)?;
        if let Some(classifier) = &mut self.classifier {
            classifier.w = matrix("classifier.weight", classifier.w.dim())?;
            classifier.d = vector("classifier.bias", classifier.d.len())?;
        }
        (self.machine, self.change) = (machine.cast(), change.cast());
        self.chains = chains.mapv(|on| on as f32);
        (self.epochs, self.updates) = (at[0] as usize, at[1] as usize);
        Ok(())
    }

    /// ln Z and the likelihood, with what it could be at most.
    fn findings(&self, _: &Data) -> Vec<Findings> {
        let mut table = Findings::new("likelihood", &["value"]);
        if let Some(Estimate { log_z, error }) = self.estimate {
            let free = self.machine.free_energies(self.x.view()).mean();
            let log = free.map_or(f64::NAN, |free| -free - log_z);
            table = table.row("ln Z", &[log_z]).row("ln P(v), mean", &[log]);
            if error > 0.0 {
                table = table.row("standard error of ln Z, annealed", &[error]);
            }
        }
        let best = data::best_log_likelihood(&self.x);
        table = table.row("ln P(v), of the samples' own frequencies", &[best]);
        vec![table]
    }

    fn warnings(&self, data: &Data) -> Vec<String> {
        data::warnings(&self.settings, data)
    }

    fn slopes(&self, _: &Data) -> Vec<Slope> {
        self.slopes_on("these data")
    }

    fn pictures(&self, _: &Data) -> Vec<(&'static str, String)> {
        vec![("filters.svg", self.picture())]
    }

    /// The free energy against the sum over hidden states, and the exact gradient against
    /// differences of the likelihood, on the first samples.
    fn proofs(&self, _: &Data) -> Vec<Proof> {
        let machine = self.machine.cast::<f64>();
        let x = first_rows(&self.x, 5).mapv(f64::from);
        let on = "these data";
        let (inputs, hidden) = machine.w.dim();
        let mut rows = Vec::new();
        if hidden <= FEW_UNITS {
            rows.push(machine.free_energy_is_a_sum(on, x.view()));
        }
        if machine.enumerated().is_some_and(|few| few <= 10) && inputs * hidden <= 400 {
            rows.push(machine.gradient_is_that_of_the_likelihood(on, x.view()));
        }
        let finite = self
            .weights()
            .iter()
            .all(|(_, w)| w.iter().all(|w| w.is_finite()));
        let wrong = f64::from(u8::from(!finite));
        rows.push(Proof::within(
            on,
            "weights that are not finite",
            Witness::Invariant,
            wrong,
            0.0,
        ));
        rows
    }
}
