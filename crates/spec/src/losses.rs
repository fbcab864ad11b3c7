//! `training.loss`: what is minimised.
//!
//! Each loss is one file here: its settings and the checks of their values, if it has any, and what
//! it says of itself through [`Loss`]. The list of [`LossSpec`] has a line for each.

mod binary_cross_entropy;
mod binary_squared_hinge;
mod hinge;
mod kl_divergence;
mod maximum_a_posteriori;
mod mean_of_squares;
mod perceptron;
mod signed_squared_error;
mod softmax_cross_entropy;
mod squared_error;
mod squared_hinge;
mod sum_of_squares;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;
use crate::link::Link;
use crate::register::register;

pub use maximum_a_posteriori::MaximumAPosterioriSpec;

/// What a loss says of itself.
pub trait Loss {
    /// Finds impossible settings.
    ///
    /// # Errors
    /// The first of them, with its key.
    fn check(&self, _: &Checker<'_>) -> Result<(), Problem> {
        Ok(())
    }

    /// Whether it is a sum of squared differences, so that the best weights of a linear layer have
    /// a closed form.
    fn is_of_squares(&self) -> bool {
        false
    }

    /// Whether it has a second derivative by the outputs, which `diagonal_levenberg_marquardt`
    /// needs.
    fn has_curvature(&self) -> bool {
        true
    }

    /// Whether it suits a real target.
    fn for_real_targets(&self) -> bool {
        false
    }

    /// Whether two classes may share one output.
    fn for_one_output(&self) -> bool {
        self.for_real_targets()
    }

    /// Whether it compares the outputs with targets that need not be 0 and 1.
    fn takes_smoothed_targets(&self) -> bool {
        true
    }

    /// Whether the outputs are scores on both sides of 0: logits, of which it makes probabilities
    /// itself, or what a threshold at 0 decides on. Then a single output is class 1 from 0 on, and
    /// otherwise from 1/2 on.
    fn takes_logits(&self) -> bool {
        false
    }

    /// Whether the class with the smallest output is the answer.
    fn smallest_wins(&self) -> bool {
        false
    }

    /// What makes probabilities of the outputs; none: they are none.
    fn link(&self) -> Option<Link> {
        None
    }
}

register! {
    /// The loss L of a batch of N samples with outputs y and targets t: a mean over the samples.
    #[derive(Copy)]
    enum LossSpec: Loss by loss;
    plain {
        /// L = 1/(2N) Σₙ Σₖ (yₙₖ − tₙₖ)², with the 1/2 of the textbooks.
        SquaredError => squared_error,
        /// L = 1/N Σₙ Σₖ (yₙₖ − tₙₖ)².
        SumOfSquares => sum_of_squares,
        /// L = 1/(N K) Σₙ Σₖ (yₙₖ − tₙₖ)².
        MeanOfSquares => mean_of_squares,
        /// L = −1/N Σₙ Σₖ \[t ln σ(y) + (1 − t) ln(1 − σ(y))\]: the outputs are logits.
        BinaryCrossEntropy => binary_cross_entropy,
        /// L = −1/N Σₙ Σₖ t ln softmax(y)ₖ: the outputs are logits.
        SoftmaxCrossEntropy => softmax_cross_entropy,
        /// L = 1/N Σₙ KL(t ‖ softmax(y)) = 1/N Σₙ Σₖ t ln(t / softmax(y)ₖ): the outputs are
        /// logits.
        KlDivergence => kl_divergence,
        /// L = 1/N Σₙ Σⱼ≠c max(0, yⱼ − y_c + 1), c the right class (Weston & Watkins 1999).
        Hinge => hinge,
        /// L = 1/N Σₙ Σⱼ≠c max(0, yⱼ − y_c + 1)².
        SquaredHinge => squared_hinge,
        /// L = 1/N Σₙ Σₖ max(0, −s y), s = 1 for the class of the output and −1 for any other
        /// (Rosenblatt 1962); at y = 0 the slope is −s, so that an update comes of it.
        Perceptron => perceptron,
        /// L = 1/(2N) Σₙ Σₖ (y − s)², s as for `perceptron`: Adaline (Widrow & Hoff 1960).
        SignedSquaredError => signed_squared_error,
        /// L = 1/N Σₙ Σₖ max(0, 1 − s y)², s as for `perceptron`: each class against the rest.
        BinarySquaredHinge => binary_squared_hinge,
    }
    settings {
        /// L = 1/N Σₙ \[y_c + ln(e^(−j) + Σₖ e^(−yₖ))\], c the right class: LeNet-5's criterion
        /// (LeCun et al. 1998, eq. 9). The outputs are penalties: the smallest is the answer.
        MaximumAPosteriori(MaximumAPosterioriSpec) => maximum_a_posteriori,
    }
}

impl LossSpec {
    /// Whether it has a second derivative by the outputs ([`Loss::has_curvature`]).
    pub fn has_curvature(&self) -> bool {
        self.loss().has_curvature()
    }

    /// Whether it suits a real target ([`Loss::for_real_targets`]).
    pub fn for_real_targets(&self) -> bool {
        self.loss().for_real_targets()
    }

    /// Whether the class with the smallest output is the answer ([`Loss::smallest_wins`]).
    pub fn smallest_wins(&self) -> bool {
        self.loss().smallest_wins()
    }

    /// What makes probabilities of the outputs ([`Loss::link`]).
    pub fn link(&self) -> Option<Link> {
        self.loss().link()
    }

    /// Finds impossible settings.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let key = format!("training.loss.{}", self.kind());
        self.loss().check(&Checker::new(&key))
    }
}
