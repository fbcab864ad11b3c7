//! Long short-term memory as it was published in 1997, with its own online rule.
//!
//! Cells stand in blocks, whose cells share an input gate ι and an output gate ω. All gates and
//! cells see the sources u: the inputs, the outputs of all cells and the activations of all gates a
//! step before. With the logistic function σ, g = 4 σ − 2 and h = 2 σ − 1
//!
//! ```math
//! \iota = \sigma(W_\iota u), \quad \omega = \sigma(W_\omega u), \qquad
//! s_c \leftarrow s_c + \iota\, g(W_c u), \qquad y_c = \omega\, h(s_c), \qquad
//! y_k = \sigma\Big(\sum_c V_{kc}\, y_c\Big)
//! ```
//!
//! What nobody gates stays: s is a sum over time, and an error at its output reaches back along it
//! undiminished. The gradient is truncated: an error that arrives at a gate, or at what goes into a
//! cell, changes the weights there and goes no further. So all that the past has to say of a weight
//! is one number, carried forward in time, and a step costs O(W) whatever its length:
//!
//! ```math
//! \frac{\partial s_c}{\partial W_{\iota u}} \leftarrow \frac{\partial s_c}{\partial W_{\iota u}}
//! + g\, \iota (1 - \iota)\, u, \qquad
//! \frac{\partial s_c}{\partial W_{cu}} \leftarrow \frac{\partial s_c}{\partial W_{cu}}
//! + \iota\, g'\, u
//! ```
//!
//! Where a step has a target t, with E = ½ Σ (t − y)², every weight moves at once by −α ∂E/∂W:
//!
//! ```math
//! \delta_k = y_k (1 - y_k) (t_k - y_k), \quad e_c = \sum_k V_{kc}\, \delta_k, \qquad
//! \Delta V_{kc} = \alpha\, \delta_k\, y_c, \quad
//! \Delta W_{\omega u} = \alpha\, \omega (1 - \omega) \sum_c h(s_c)\, e_c\, u,
//! ```
//!
//! ```math
//! \Delta W_{\iota u} = \alpha \sum_c \omega\, h'(s_c)\, e_c \frac{\partial s_c}{\partial W_{\iota u}},
//! \qquad
//! \Delta W_{cu} = \alpha\, \omega\, h'(s_c)\, e_c \frac{\partial s_c}{\partial W_{cu}}
//! ```
//!
//! the sums over the cells of the block. Behind each sequence states, activations and partial
//! derivatives are 0 again. With forget gates φ (Gers, Schmidhuber & Cummins 2000) s and all
//! partial derivatives are multiplied by φ before something is added, and those of their own
//! weights get s φ (1 − φ) u, with the s of the step before.
//!
//! | | shape |
//! |---|---|
//! | x, t | `[T, D]`; `[T, K]`, or `[K]` behind the last step |
//! | W (`hidden.weight`): input, output, forget gates, cells | `[sources, gates + cells]` |
//! | V (`output.weight`) | `[cells (+ D) + 1, K]` |
//!
//! Sources are D inputs, the cells, the gates and 1, for the biases; a unit without one has 0
//! there.
//!
//! Source: S. Hochreiter, J. Schmidhuber, "Long short-term memory", Neural Computation 9 (1997),
//! appendix A.1; F. Gers, J. Schmidhuber, F. Cummins, "Learning to forget: continual prediction
//! with LSTM", Neural Computation 12 (2000).

mod judge;
mod net;
mod picture;
mod proofs;
#[cfg(test)]
mod tests;

use contract::{NamedTensors, TensorError};
use ndarray::{Array2, ArrayView2, array};
use rand::seq::SliceRandom;
use spec::Problem;
use spec::learners::{Lstm1997Spec, StopSpec, Teacher};
use spec::measures::{Right, Values};

pub use judge::is_right;
pub use proofs::proofs;

use crate::{Data, Findings, Learner, Proof, Stop, Tick};
use judge::{Latest, Seen, Sequence, Total};
use net::Net;

/// Blocks of memory cells.
pub struct Lstm1997 {
    settings: Lstm1997Spec,
    net: Net,
    /// Whether there is a target at each step.
    each_step: bool,
    /// Training sequences in a pass.
    in_pass: usize,
    passes: usize,
    /// Sequences that it has learned from.
    sequences: usize,
    /// The latest of them.
    latest: Latest,
    /// After how many of them it had learned enough.
    met: Option<usize>,
    /// Mean error and share of wrong sequences of each pass.
    history: Vec<[f64; 2]>,
}

impl Lstm1997 {
    /// Before the first sequence.
    ///
    /// # Errors
    /// When the samples are no sequences, or outputs between 0 and 1 cannot be right.
    pub fn new(settings: &Lstm1997Spec, data: &Data) -> Result<Self, Problem> {
        let (inputs, each_step) = expect_sequences(settings, data)?;
        let net = Net::drawn(settings, inputs, data.outputs.len(), &data.streams);
        Ok(Self {
            settings: settings.clone(),
            net,
            each_step,
            in_pass: data.len(),
            passes: 0,
            sequences: 0,
            latest: Latest::new(settings),
            met: None,
            history: Vec::new(),
        })
    }

    /// Goes through a sequence step by step. Learns from it, where it should.
    fn present(&mut self, sequence: &Sequence<'_>, learn: bool) -> Seen {
        let (mut seen, settings) = (Seen::default(), &self.settings);
        let with_cells = self.sequences >= settings.cells_join_after;
        self.net.reset();
        for step in 0..sequence.steps() {
            let x = sequence.input(step);
            match with_cells {
                true => self.net.step(x, learn),
                false => self.net.look(x),
            }
            seen.steps += 1;
            let Some(t) = sequence.target(step) else {
                continue;
            };
            seen.look(
                settings,
                self.net.respond(),
                t,
                step + 1 == sequence.steps(),
            );
            if learn {
                let t = match (settings.teacher, step + 1 < sequence.steps()) {
                    (Teacher::NextInput, true) => sequence.input(step + 1),
                    _ => t,
                };
                self.net.learn(t, settings.learning_rate);
            }
            if settings.leave_at_error && seen.wrong {
                break;
            }
        }
        seen
    }

    /// Goes through samples and learns nothing.
    fn test(&mut self, data: &Data) -> Total {
        let mut total = Total::default();
        for row in 0..data.len() {
            total.add(&self.present(&Sequence::of(data, row), false));
        }
        total
    }

    fn met_now(&mut self, values: &mut Values) {
        self.met = Some(self.sequences);
        values.insert("sequences_to_criterion".into(), self.sequences as f64);
    }
}

/// The width of a step, and whether each has a target.
fn expect_sequences(settings: &Lstm1997Spec, data: &Data) -> Result<(usize, bool), Problem> {
    let refuse = |key: &str, reason: String, hint: &str| {
        Err(Problem::new(format!("learner.lstm_1997{key}"), reason).hint(hint))
    };
    let Some(sequences) = &data.sequences else {
        let reason = "it learns from sequences, step by step, and these samples are none";
        let hint = "use data of sequences, such as dataset.temporal_order";
        return refuse("", reason.into(), hint);
    };
    if let Some(t) = data.t.iter().find(|t| !(0.0..=1.0).contains(*t)) {
        let reason = format!("its outputs are between 0 and 1, and a target is {t}");
        return refuse("", reason, "use data whose targets are between 0 and 1");
    }
    if settings.right == Right::MostActive && data.outputs.len() == 1 {
        let reason = "a single output is always the most active";
        return refuse(".right", reason.into(), "right = { within = 0.3 }, say");
    }
    let (inputs, outputs) = (sequences.width, data.outputs.len());
    let same = sequences.positions > 1 && inputs == outputs;
    if settings.teacher == Teacher::NextInput && !same {
        let reason = format!("an input of {inputs} numbers is no target of {outputs} at each step");
        let hint = "leave it out, or use data such as dataset.reber";
        return refuse(".teacher", reason, hint);
    }
    Ok((sequences.width, sequences.positions > 1))
}

impl Learner for Lstm1997 {
    fn passes(&self) -> usize {
        self.settings.most_sequences.div_ceil(self.in_pass.max(1))
    }

    fn is_done(&self) -> bool {
        self.met.is_some() || self.sequences >= self.settings.most_sequences
    }

    /// Learns from each sequence once, in an order of the pass's own.
    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop> {
        self.passes += 1;
        let mut order: Vec<usize> = (0..data.len()).collect();
        let stream = format_args!("shuffle/{}", self.passes);
        order.shuffle(&mut data.streams.stream_of(stream));
        let (mut total, mut values) = (Total::default(), Values::new());
        for row in order {
            let seen = self.present(&Sequence::of(data, row), true);
            self.latest.put(self.sequences, &seen);
            self.sequences += 1;
            total.add(&seen);
            if self.latest.are_right(&self.settings.stop) {
                self.met_now(&mut values);
            }
            if self.is_done() {
                break;
            }
            tick()?;
        }
        let [error, wrong] = [total.mean_error(), total.share_wrong()];
        self.history.push([error, wrong]);
        values.insert("sequences".into(), self.sequences as f64);
        values.insert("mean_error".into(), error);
        values.insert("wrong".into(), wrong);
        Ok(values)
    }

    /// Where the test decides when it ends, after each pass; otherwise at the end.
    fn measure(&mut self, train: &Data, test: &Data) -> Values {
        let mut values = Values::new();
        let tested = match self.settings.stop {
            StopSpec::Latest(_) if !self.is_done() => return values,
            StopSpec::Latest(_) => None,
            StopSpec::Test(tested) | StopSpec::All(tested) => Some(tested),
        };
        let of_test = self.test(test);
        let name = |name: &str| format!("{name}_of_test");
        values.insert(name("wrong"), of_test.share_wrong());
        values.insert(name("mean_error"), of_test.mean_error());
        values.insert(name("steps"), of_test.mean_steps());
        if tested.is_some_and(|tested| of_test.is_right(&tested))
            && (!matches!(self.settings.stop, StopSpec::All(_)) || self.test(train).wrong == 0)
        {
            self.met_now(&mut values);
        }
        values
    }

    /// Of sequences that are as long as the rows: at each step, or behind the last one.
    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut net = self.net.clone();
        let (width, outputs) = (net.inputs(), net.outputs());
        let steps = x.ncols() / width;
        let answers = if self.each_step { steps } else { 1 };
        let mut y = Array2::zeros((x.nrows(), answers * outputs));
        for (x, mut y) in x.rows().into_iter().zip(y.rows_mut()) {
            net.reset();
            for (step, x) in x.to_vec().chunks_exact(width).enumerate() {
                net.step(x, false);
                let first = (step + answers).checked_sub(steps).map(|at| at * outputs);
                let answer = first.into_iter().flat_map(|first| first..first + outputs);
                answer
                    .zip(net.respond())
                    .for_each(|(at, answer)| y[at] = *answer);
            }
        }
        y
    }

    fn weights(&self) -> NamedTensors<f64> {
        let mut weights = NamedTensors::default();
        for (name, tensor) in self.net.tensors() {
            weights.insert(name, tensor);
        }
        weights
    }

    fn state(&self) -> NamedTensors<f64> {
        let mut state = self.weights();
        let met = self.met.map_or(-1.0, |met| met as f64);
        let counts = array![self.passes as f64, self.sequences as f64, met];
        state.insert("counts", counts.into_dyn());
        state.insert("latest", self.latest.tensor());
        let history =
            Array2::from_shape_fn((self.history.len(), 2), |(pass, of)| self.history[pass][of]);
        state.insert("history", history.into_dyn());
        state
    }

    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        for (name, tensor) in self.net.tensors() {
            self.net.load(name, state.expect(name, tensor.shape())?);
        }
        let counts = state.expect("counts", &[3])?;
        (self.passes, self.sequences) = (counts[0] as usize, counts[1] as usize);
        self.met = (counts[2] >= 0.0).then_some(counts[2] as usize);
        let shape = self.latest.tensor().shape().to_vec();
        self.latest.load(state.expect("latest", &shape)?);
        let history = state.expect("history", &[self.passes, 2])?;
        let passes = history.rows().into_iter();
        self.history = passes.map(|pass| [pass[0], pass[1]]).collect();
        Ok(())
    }

    fn findings(&self, _: &Data) -> Vec<Findings> {
        let weights = self.net.count() as f64;
        vec![Findings::new("network", &["number"]).row("weights", &[weights])]
    }

    fn pictures(&self, data: &Data) -> Vec<(&'static str, String)> {
        vec![
            ("states.svg", self.states(data)),
            ("errors.svg", self.errors()),
        ]
    }

    fn warnings(&self, _: &Data) -> Vec<String> {
        let told = || {
            format!(
                "after {} sequences it has not learned enough",
                self.sequences
            )
        };
        self.met.is_none().then(told).into_iter().collect()
    }

    /// The rule on the first of the sequences, with the weights as they are.
    fn proofs(&self, data: &Data) -> Vec<Proof> {
        let sequence = Sequence::of(data, 0);
        vec![proofs::truncated("these data", &self.net, &sequence)]
    }
}
