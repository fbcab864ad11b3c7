//! A proof as a row of data.

/// One quantity of a learner, held against a witness.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// On what: `bipolar AND`.
    pub on: String,
    /// What was compared: `weights`.
    pub quantity: String,
    /// With what.
    pub witness: Witness,
    /// How far they are apart.
    pub error: f64,
    /// The bound on it.
    pub tolerance: f64,
}

/// What a learner is held against, where there is no gradient of a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// The solution as a formula, or as another way to compute it.
    ClosedForm,
    /// What must hold whatever the data are.
    Invariant,
    /// All cases, one by one.
    ExactEnumeration,
    /// Figures that others have printed.
    Published,
}

impl Witness {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClosedForm => "closed form",
            Self::Invariant => "invariant",
            Self::ExactEnumeration => "exact enumeration",
            Self::Published => "published",
        }
    }
}

impl Proof {
    /// A row of these numbers: the largest difference of two lists, relative to the largest wanted
    /// number where that is above 1.
    pub fn of(on: &str, quantity: &str, witness: Witness, found: &[f64], wanted: &[f64]) -> Self {
        let scale = wanted.iter().fold(1.0, |scale: f64, w| scale.max(w.abs()));
        let error = match found.len() == wanted.len() {
            true => largest(found.iter().zip(wanted).map(|(f, w)| (f - w) / scale)),
            false => f64::INFINITY,
        };
        Self::within(on, quantity, witness, error, 1e-12)
    }

    /// A row with this error.
    pub fn within(on: &str, quantity: &str, witness: Witness, error: f64, tolerance: f64) -> Self {
        Self {
            on: on.into(),
            quantity: quantity.into(),
            witness,
            error,
            tolerance,
        }
    }

    /// The same with another bound.
    pub fn tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    /// Whether the error is within the bound; NaN never is.
    pub fn holds(&self) -> bool {
        self.error <= self.tolerance
    }
}

/// The largest size; NaN if one is.
pub fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    let values = values.into_iter();
    values.fold(0.0, |largest: f64, v| {
        match v.is_nan() || largest.is_nan() {
            true => f64::NAN,
            false => largest.max(v.abs()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_or_missing_proves_nothing() {
        let proof = |found: &[f64]| Proof::of("", "", Witness::Published, found, &[1.0, 200.0]);
        assert!(proof(&[1.0, 200.0]).holds());
        assert_eq!(proof(&[1.0, 201.0]).error, 0.005);
        for wrong in [
            &[1.0, f64::NAN][..],
            &[f64::NAN, 200.0],
            &[1.0],
            &[1.0, 201.0],
        ] {
            assert!(!proof(wrong).holds(), "{wrong:?}");
        }
    }
}
