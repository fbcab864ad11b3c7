//! Where parameters begin: the distributions, whose values are drawn elsewhere.

use serde::{Deserialize, Serialize};

/// A distribution of initial values. `fan_in` and `fan_out` are the inputs and outputs of a unit.
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
}
