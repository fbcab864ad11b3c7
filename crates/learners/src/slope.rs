//! A gradient that a rule follows, for a witness that differentiates by itself.

use contract::{Criterion, NamedTensors};

use crate::{Proof, Witness, largest};

/// A gradient as the rule has it, and the function that it should be the gradient of.
#[derive(Clone, Debug)]
pub struct Slope {
    /// On what data.
    pub on: String,
    /// What it is.
    pub quantity: String,
    /// Of what.
    pub criterion: Criterion,
    /// By these tensors, at these values.
    pub at: NamedTensors<f64>,
    /// The gradient, by the same names.
    pub gradient: NamedTensors<f64>,
    /// The bound on the error.
    pub tolerance: f64,
}

impl Slope {
    /// How far the rule is from what a witness found: over all tensors the largest difference,
    /// relative to the largest number of the tensor where that is above 1. The row names the
    /// witness in its place.
    pub fn proof(&self, found: &NamedTensors<f64>) -> Proof {
        let of_tensor = |name: &str| {
            let (ours, theirs) = (self.gradient.get(name)?, found.get(name)?);
            let scale = largest(theirs.iter().copied()).max(1.0);
            let same = ours.shape() == theirs.shape();
            same.then(|| largest(ours.iter().zip(theirs).map(|(a, b)| (a - b) / scale)))
        };
        // What one of them does not have is not proved.
        let error = |name| of_tensor(name).unwrap_or(f64::INFINITY);
        let error = largest(self.at.names().map(error));
        Proof::within(
            &self.on,
            &self.quantity,
            Witness::ClosedForm,
            error,
            self.tolerance,
        )
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{array, aview1};

    use super::*;

    /// Of a weight of two numbers: the gradient of half the square of its distance from x.
    fn slope(gradient: [f64; 2]) -> Slope {
        let named = |numbers: &[f64]| {
            let mut named = NamedTensors::default();
            named.insert("weight", aview1(numbers).to_owned().into_dyn());
            named
        };
        Slope {
            on: "two numbers".into(),
            quantity: "a step".into(),
            criterion: Criterion::Som {
                x: array![0.0, 0.0],
                h: array![1.0],
            },
            at: named(&[0.5, 200.0]),
            gradient: named(&gradient),
            tolerance: 1e-12,
        }
    }

    #[test]
    fn a_wrong_or_missing_gradient_proves_nothing() {
        let found = slope([0.5, 200.0]).gradient;
        assert!(slope([0.5, 200.0]).proof(&found).holds());
        assert_eq!(slope([0.5, 201.0]).proof(&found).error, 0.005);
        for wrong in [[0.5 + 1e-9, 200.0], [0.5, f64::NAN], [-0.5, 200.0]] {
            assert!(!slope(wrong).proof(&found).holds(), "{wrong:?}");
        }
        let nothing = NamedTensors::default();
        assert_eq!(slope([0.5, 200.0]).proof(&nothing).error, f64::INFINITY);
    }
}
