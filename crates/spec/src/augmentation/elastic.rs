//! `elastic`: random displacements of all pixels, smoothed.

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;

/// A random displacement of every pixel, smoothed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElasticSpec {
    /// Standard deviation of the Gaussian that smooths the displacements, in pixels.
    pub sigma: f64,
    /// Factor of the smoothed displacements, which are uniform in \[−1, 1) before, in pixels.
    pub alpha: f64,
}

impl ElasticSpec {
    pub(super) fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.up_to(("alpha", "elastic alpha"), self.alpha, 1e4)?;
        checker.up_to(("sigma", "elastic sigma"), self.sigma, 1e3)?;
        if self.sigma == 0.0 {
            let problem = Problem::new(checker.field("sigma"), "a Gaussian needs a width");
            return Err(problem.hint("above 0"));
        }
        Ok(())
    }
}
