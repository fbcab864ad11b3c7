//! `training.loss`: what is minimised.

use serde::{Deserialize, Serialize};

/// The loss L of a batch of N samples with outputs y and targets t: a mean over the samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LossSpec {
    /// L = 1/(2N) Σₙ Σₖ (yₙₖ − tₙₖ)², with the 1/2 of the textbooks.
    SquaredError,
    /// L = 1/N Σₙ Σₖ (yₙₖ − tₙₖ)².
    SumOfSquares,
    /// L = 1/(N K) Σₙ Σₖ (yₙₖ − tₙₖ)².
    MeanOfSquares,
    /// L = −1/N Σₙ Σₖ \[t ln σ(y) + (1 − t) ln(1 − σ(y))\]: the outputs are logits.
    BinaryCrossEntropy,
    /// L = −1/N Σₙ Σₖ t ln softmax(y)ₖ: the outputs are logits.
    SoftmaxCrossEntropy,
    /// L = 1/N Σₙ KL(t ‖ softmax(y)) = 1/N Σₙ Σₖ t ln(t / softmax(y)ₖ): the outputs are logits.
    KlDivergence,
    /// L = 1/N Σₙ Σⱼ≠c max(0, yⱼ − y_c + 1), c the right class (Weston & Watkins 1999).
    Hinge,
    /// L = 1/N Σₙ Σⱼ≠c max(0, yⱼ − y_c + 1)².
    SquaredHinge,
    /// L = 1/N Σₙ \[y_c + ln(e^(−j) + Σₖ e^(−yₖ))\], c the right class: LeNet-5's criterion
    /// (LeCun et al. 1998, eq. 9). The outputs are penalties: the smallest is the answer.
    MaximumAPosteriori {
        /// j: the penalty of what is no class at all, above 0.
        #[serde(default = "one")]
        rubbish: f64,
    },
}

impl LossSpec {
    /// Its name in a config.
    pub fn kind(self) -> &'static str {
        match self {
            Self::SquaredError => "squared_error",
            Self::SumOfSquares => "sum_of_squares",
            Self::MeanOfSquares => "mean_of_squares",
            Self::BinaryCrossEntropy => "binary_cross_entropy",
            Self::SoftmaxCrossEntropy => "softmax_cross_entropy",
            Self::KlDivergence => "kl_divergence",
            Self::Hinge => "hinge",
            Self::SquaredHinge => "squared_hinge",
            Self::MaximumAPosteriori { .. } => "maximum_a_posteriori",
        }
    }

    /// Whether it has a second derivative by the outputs, which `diagonal_levenberg_marquardt`
    /// needs.
    pub fn has_curvature(self) -> bool {
        !matches!(self, Self::Hinge | Self::SquaredHinge)
    }

    /// Whether it suits a real target.
    pub fn for_real_targets(self) -> bool {
        matches!(
            self,
            Self::SquaredError | Self::SumOfSquares | Self::MeanOfSquares
        )
    }

    /// Whether two classes may share one output.
    pub fn for_one_output(self) -> bool {
        self.for_real_targets() || self == Self::BinaryCrossEntropy
    }

    /// Whether it compares the outputs with targets that need not be 0 and 1.
    pub fn takes_smoothed_targets(self) -> bool {
        match self {
            Self::SquaredError
            | Self::SumOfSquares
            | Self::MeanOfSquares
            | Self::BinaryCrossEntropy
            | Self::SoftmaxCrossEntropy
            | Self::KlDivergence => true,
            Self::Hinge | Self::SquaredHinge | Self::MaximumAPosteriori { .. } => false,
        }
    }

    /// Whether the class with the smallest output is the answer.
    pub fn smallest_wins(self) -> bool {
        matches!(self, Self::MaximumAPosteriori { .. })
    }
}

fn one() -> f64 {
    1.0
}
