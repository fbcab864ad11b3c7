//! What can be measured of cases, each with a weight: 1 of what there is, how often it was drawn of
//! a bootstrap.

/// Measures with their names, in one order.
pub trait Measures: Sync {
    /// What is measured.
    fn names(&self) -> Vec<Name>;

    /// The values, the cases weighted; NaN of what is not defined.
    fn values(&self, weights: &[f64]) -> Vec<f64>;

    /// Which of them are shares of cases, each weighted 1.
    fn shares(&self) -> Vec<Option<Share>>;
}

/// The name of a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// What it is.
    pub measure: String,
    /// Which class, target or mean; empty: of all cases.
    pub of: String,
}

impl Name {
    /// Of all cases.
    pub fn whole(measure: impl Into<String>) -> Self {
        Self::new(measure, "")
    }

    /// Of some of them.
    pub fn new(measure: impl Into<String>, of: impl Into<String>) -> Self {
        Self {
            measure: measure.into(),
            of: of.into(),
        }
    }
}

/// So many cases of so many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// How many.
    pub part: f64,
    /// Of how many.
    pub whole: f64,
}

/// The mean of a value of each case.
pub fn mean(values: &[f64], weights: &[f64]) -> f64 {
    let sum: f64 = values.iter().zip(weights).map(|(value, w)| w * value).sum();
    sum / weights.iter().sum::<f64>()
}
