//! What every learner can do.

use contract::{NamedTensors, TensorError};
use ndarray::{Array2, ArrayView2};
use spec::Problem;
use spec::measures::Values;

use crate::{Data, Findings, Objective, Proof, Slope};

/// Called now and then within a pass, after a sample or a step: whether to go on.
pub type Tick<'a> = &'a dyn Fn() -> Result<(), Stop>;

/// A machine that learns pass by pass, by a rule of its own.
pub trait Learner {
    /// Passes in all, if it does not end before.
    fn passes(&self) -> usize;

    /// Whether nothing is left to do.
    fn is_done(&self) -> bool;

    /// Learns from all samples once, or takes one step of its rule. Returns the measures of its own
    /// ([`spec::learners::Learner::measures`]).
    ///
    /// # Errors
    /// When the data cannot be learned by this rule, or somebody asks to stop.
    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop>;

    /// Its own measures of samples as it is after a pass, of those that it learned from and of
    /// those held back; it may find that it is done.
    fn measure(&mut self, _train: &Data, _test: &Data) -> Values {
        Values::new()
    }

    /// What it says of samples `[N, D]`: outputs `[N, K]` in the coding of the targets.
    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64>;

    /// What it has learned.
    fn weights(&self) -> NamedTensors<f64>;

    /// All that the next pass depends on.
    fn state(&self) -> NamedTensors<f64>;

    /// Goes on from such a state.
    ///
    /// # Errors
    /// When it is that of another learner.
    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError>;

    /// Takes over what one of its kind has learned, to answer as that does; all else is as before
    /// the first pass.
    ///
    /// # Errors
    /// When these are weights of another learner.
    fn load_weights(&mut self, weights: &NamedTensors<f64>) -> Result<(), TensorError> {
        let mut state = self.state();
        for (name, tensor) in weights.iter() {
            state.insert(name, tensor.clone());
        }
        self.restore(&state)
    }

    /// Tables of what it has learned from these data: coefficients with their names, say.
    fn findings(&self, _: &Data) -> Vec<Findings> {
        Vec::new()
    }

    /// What is to be known of the outcome, a sentence each.
    fn warnings(&self, _: &Data) -> Vec<String> {
        Vec::new()
    }

    /// What it makes small, where that is the loss of a linear layer.
    fn objective(&self, _: &Data) -> Option<Objective> {
        None
    }

    /// Gradients that its rule follows from where it is, with what they are the gradients of.
    fn slopes(&self, _: &Data) -> Vec<Slope> {
        Vec::new()
    }

    /// Pictures of what it has learned from these data, as SVG, each with the name of its file.
    fn pictures(&self, _: &Data) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// What must hold of the outcome, whatever the data are: the proof on a config's own data.
    fn proofs(&self, data: &Data) -> Vec<Proof>;
}

/// Why a pass cannot go on.
#[derive(Debug)]
pub enum Stop {
    /// Somebody asks to.
    Interrupted,
    /// The data, or a setting together with them, cannot be learned.
    Refused(Problem),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}
