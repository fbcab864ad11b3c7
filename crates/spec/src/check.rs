//! Checks of settings, each refusal with its key.

use crate::Problem;

/// Checks the settings of the thing at a key.
pub struct Checker<'a> {
    /// `model.layers.2.linear`.
    pub(crate) key: &'a str,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(key: &'a str) -> Self {
        Self { key }
    }

    /// The key of a field.
    pub(crate) fn field(&self, name: &str) -> String {
        format!("{}.{name}", self.key)
    }

    /// A setting that is fine, or the reason why it is not.
    pub(crate) fn require(&self, field: &str, fine: bool, reason: &str) -> Result<(), Problem> {
        match fine {
            true => Ok(()),
            false => Err(Problem::new(self.field(field), reason)),
        }
    }

    /// A number that is fine, or what was expected.
    pub(crate) fn number(
        &self,
        field: &str,
        value: f64,
        fine: bool,
        expected: &str,
    ) -> Result<(), Problem> {
        self.named((field, &field.replace('_', " ")), value, fine, expected)
    }

    /// The same for a field that a message gives another name.
    pub(crate) fn named(
        &self,
        (field, name): (&str, &str),
        value: f64,
        fine: bool,
        expected: &str,
    ) -> Result<(), Problem> {
        if fine {
            return Ok(());
        }
        let reason = format!("{value} is not a possible {name}");
        Err(Problem::new(self.field(field), reason).hint(expected))
    }

    /// Above 0 and finite.
    pub(crate) fn positive(&self, field: &str, value: f64) -> Result<(), Problem> {
        self.number(field, value, is_positive(value), "above 0")
    }

    /// 0 or more and finite.
    pub(crate) fn not_negative(&self, field: &str, value: f64) -> Result<(), Problem> {
        let fine = value >= 0.0 && value.is_finite();
        self.number(field, value, fine, "0 or more")
    }

    /// Above 1 and finite.
    pub(crate) fn above_one(&self, field: &str, value: f64) -> Result<(), Problem> {
        self.number(field, value, value > 1.0 && value.is_finite(), "above 1")
    }

    /// 0 or more and below 1.
    pub(crate) fn below_one(&self, field: &str, value: f64) -> Result<(), Problem> {
        let fine = (0.0..1.0).contains(&value);
        self.number(field, value, fine, "0 or more and below 1")
    }

    /// Above 0 and at most 1.
    pub(crate) fn factor(&self, field: &str, value: f64) -> Result<(), Problem> {
        let fine = value > 0.0 && value <= 1.0;
        self.number(field, value, fine, "above 0 and at most 1")
    }

    /// 0 to 1.
    pub(crate) fn share(&self, field: &str, value: f64) -> Result<(), Problem> {
        self.number(field, value, (0.0..=1.0).contains(&value), "0 to 1")
    }
}

/// Whether a number is above 0 and finite.
pub(crate) fn is_positive(value: f64) -> bool {
    value > 0.0 && value.is_finite()
}
