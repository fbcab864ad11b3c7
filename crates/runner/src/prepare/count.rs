//! How many parameters a network has.

use std::fmt;
use std::iter::Sum;

use spec::model::{PlannedLayer, PlannedParameter};

/// Numbers of parameters; running statistics are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Those that learn.
    pub learned: usize,
    /// Those that stay as they are: their learning rate is 0.
    pub fixed: usize,
}

impl Count {
    /// The parameters of a layer, of a block those of all layers in it.
    pub fn of(layer: &PlannedLayer) -> Self {
        let fixed = layer.parameters.iter().filter(|p| p.learning_rate == 0.0);
        let fixed = fixed.map(PlannedParameter::len).sum();
        Self {
            learned: layer.parameter_count() - fixed,
            fixed,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self { learned, fixed: 0 } => write!(f, "{learned} parameters"),
            Self { learned: 0, fixed } => write!(f, "{fixed} fixed parameters"),
            Self { learned, fixed } => write!(f, "{learned} parameters, {fixed} more fixed"),
        }
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, count| Self {
            learned: sum.learned + count.learned,
            fixed: sum.fixed + count.fixed,
        })
    }
}
