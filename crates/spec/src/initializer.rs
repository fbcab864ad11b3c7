//! Where parameters begin: the distributions, whose values are drawn elsewhere, and what is fitted
//! to the training data.

use serde::{Deserialize, Serialize};

/// A distribution of initial values, or what they are fitted to. `fan_in` and `fan_out` are the
/// inputs and outputs of a unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initializer {
    /// Evenly in \[low, high).
    Uniform {
        /// Smallest value.
        low: f64,
        /// Bound above.
        high: f64,
    },
    /// Gaussian.
    Normal {
        /// Mean.
        #[serde(default)]
        mean: f64,
        /// Standard deviation.
        std: f64,
    },
    /// Uniform with variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010, eq. 16).
    #[default]
    XavierUniform,
    /// Gaussian with variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010, eq. 12).
    XavierNormal,
    /// Uniform with variance 2 / fan_in (He et al. 2015, eq. 10).
    HeUniform,
    /// Gaussian with variance 2 / fan_in (He et al. 2015, eq. 10).
    HeNormal,
    /// Uniform with variance 1 / fan_in (LeCun et al. 1998, "Efficient BackProp", eq. 16).
    LecunUniform,
    /// Gaussian with variance 1 / fan_in (LeCun et al. 1998, "Efficient BackProp", eq. 16).
    LecunNormal,
    /// Uniform in \[−1 / √fan_in, 1 / √fan_in): variance 1 / (3 fan_in), the standard of Glorot &
    /// Bengio 2010, eq. 1, and PyTorch's of today.
    StandardUniform,
    /// Uniform in \[−a / fan_in, a / fan_in) (LeCun et al. 1998, section II.B, with a = 2.4).
    FanIn(f64),
    /// −1 or 1, either as likely.
    Signs,
    /// Pictures of the digits, 7 wide and 12 high, in −1 and 1: the centres of LeNet-5's output.
    Digits,
    /// Samples drawn from the training data, each different from the others: centres of `rbf`.
    Samples,
    /// The means of clusters of the training data, from centres drawn by k-means++ (Lloyd 1982;
    /// Arthur & Vassilvitskii 2007): centres of `rbf`.
    KMeans {
        /// Whether each class is clustered by itself, all into equally many.
        #[serde(default)]
        per_class: bool,
        /// Passes over the samples at most.
        #[serde(default = "hundred")]
        passes: usize,
    },
    /// The samples that, one after the other, explain most of the targets (Chen, Cowan & Grant
    /// 1991): centres of `rbf`.
    OrthogonalLeastSquares,
    /// Weights and biases with the least squared error on the training data: a last linear layer in
    /// closed form.
    LeastSquares {
        /// λ ≥ 0: λ |W|² is added to the sum of the squares; the biases are left out.
        #[serde(default)]
        ridge: f64,
    },
    /// By a rule from the centres of `rbf`. No config names it, but the layer's `width`.
    #[serde(skip)]
    Width,
    /// 0, but the second of four parts this: the biases of an LSTM's forget gates. No config names
    /// it, but the layer's `forget_bias`.
    #[serde(skip)]
    ForgetGate(f64),
    /// Every value the same.
    Constant(f64),
    /// These values, row by row: of a linear layer the weights of the first unit, then those of
    /// the second.
    Values(Vec<f64>),
}

impl Initializer {
    /// Every value 0.
    pub fn zero() -> Self {
        Self::Constant(0.0)
    }

    /// Whether it is fitted to the training data, and not drawn.
    pub fn is_fitted(&self) -> bool {
        matches!(
            self,
            Self::Samples
                | Self::KMeans { .. }
                | Self::OrthogonalLeastSquares
                | Self::LeastSquares { .. }
                | Self::Width
        )
    }
}

fn hundred() -> usize {
    100
}
