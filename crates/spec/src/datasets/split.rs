//! `split`: which samples are held back for testing.

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::amount::Amount;
use crate::check::Checker;

/// How rows are divided into a training and a test part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// No test part: test figures are measured on the training samples.
    None,
    /// Rows in a random order; the first `test` share of them is held back.
    Shuffled(Holdout),
    /// The same within every class, so that both parts have the classes in the same proportions.
    Stratified(Holdout),
    /// Rows in a random order cut into `folds` parts; part number `fold` (from 0) is held back.
    KFold(KFold),
    /// Rows as they stand: the last are held back, as the future of a series is.
    Ordered(Ordered),
}

impl Default for Split {
    fn default() -> Self {
        Self::Shuffled(Holdout::default())
    }
}

impl Split {
    /// Whether each class is held back in proportion.
    pub fn is_by_class(&self) -> bool {
        match self {
            Self::Stratified(_) => true,
            Self::KFold(fold) => fold.stratified,
            Self::None | Self::Shuffled(_) | Self::Ordered(_) => false,
        }
    }

    /// Finds impossible values; the checker is that of the data set.
    pub(super) fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let key = checker.field("split");
        match self {
            Self::None => Ok(()),
            Self::Shuffled(holdout) => holdout.check(&format!("{key}.shuffled")),
            Self::Stratified(holdout) => holdout.check(&format!("{key}.stratified")),
            Self::KFold(k_fold) => k_fold.check(&format!("{key}.k_fold")),
            Self::Ordered(ordered) => ordered.test.check(format!("{key}.ordered.test")),
        }
    }
}

/// The share of samples held back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Holdout {
    /// Share of the samples held back for testing, above 0 and below 1.
    pub test: f64,
}

impl Default for Holdout {
    fn default() -> Self {
        Self { test: 0.25 }
    }
}

impl Holdout {
    fn check(&self, key: &str) -> Result<(), Problem> {
        let test = self.test;
        if test > 0.0 && test < 1.0 {
            return Ok(());
        }
        let reason = format!("a test share of {test} leaves one part empty");
        Err(Problem::new(format!("{key}.test"), reason).hint("above 0 and below 1"))
    }
}

/// How many of the last samples are held back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ordered {
    /// Below 1 a share of the samples, from 1 on a number of them: `test = 24`.
    pub test: Amount,
}

impl Default for Ordered {
    fn default() -> Self {
        let test = Amount(Holdout::default().test);
        Self { test }
    }
}

/// One fold of a k-fold cross-validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KFold {
    /// Number of parts, at least 2.
    pub folds: usize,
    /// The part held back, from 0.
    #[serde(default)]
    pub fold: usize,
    /// Whether every part has the classes in the same proportions.
    #[serde(default)]
    pub stratified: bool,
}

impl KFold {
    fn check(&self, key: &str) -> Result<(), Problem> {
        let Self { folds, fold, .. } = *self;
        if folds < 2 {
            let reason = format!("cut into {folds}, nothing is left to train on");
            return Err(Problem::new(format!("{key}.folds"), reason).hint("2 or more"));
        }
        if fold >= folds {
            let reason = format!("there is no fold {fold} of {folds}");
            let hint = format!("0 to {}", folds - 1);
            return Err(Problem::new(format!("{key}.fold"), reason).hint(hint));
        }
        Ok(())
    }
}
