//! `bars_and_stripes`: small images of whole rows or whole columns.

use serde::{Deserialize, Serialize};

use super::Dataset;
use crate::Problem;
use crate::check::Checker;

/// All square images whose rows, or whose columns, are each black or white as a whole. The input is
/// the target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BarsAndStripesSpec {
    /// Height and width, 2 to 8.
    pub size: usize,
}

impl Dataset for BarsAndStripesSpec {
    fn predicts_its_input(&self) -> bool {
        true
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.require("size", (2..=8).contains(&self.size), "2 to 8 pixels")
    }
}
