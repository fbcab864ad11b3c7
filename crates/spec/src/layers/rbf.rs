//! `rbf`: Gaussian units, yⱼ = exp(−βⱼ |x − cⱼ|²).

use serde::{Deserialize, Serialize};

use super::{Checker, Layer, check_initializer, one};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, PlannedParameter, Planner};

/// Radial basis function units: each answers most to what is near its centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RbfSpec {
    /// Number of units, each with a centre.
    pub units: usize,
    /// Where the centres begin: fitted to the training data, or as any other parameter.
    #[serde(default = "samples")]
    pub centers: Initializer,
    /// How wide the units begin.
    pub width: Width,
    /// Factor of the learning rate; 0: centres and widths stay as they are.
    #[serde(default = "one")]
    pub learning_rate: f64,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
}

/// The width σ of a unit, which learns β = 1 / (2 σ²).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// This for all units.
    Constant(f64),
    /// Of each unit its mean distance to so many other centres, the nearest (Moody & Darken 1989).
    MeanDistance(usize),
    /// The same for all: σ = d / √(2 m), where d is the largest distance of two of the m centres.
    LargestDistance,
}

impl Width {
    /// β of a width σ.
    pub fn beta(sigma: f64) -> f64 {
        1.0 / (2.0 * sigma * sigma)
    }
}

impl RbfSpec {
    /// Units of this width at drawn samples, everything else as in a config that does not say.
    pub fn new(units: usize, width: Width) -> Self {
        Self {
            units,
            centers: samples(),
            width,
            learning_rate: one(),
            name: None,
        }
    }

    /// A width that can be, whatever the centres are.
    fn check_width(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let others = self.units - 1;
        match self.width {
            Width::Constant(width) => {
                let fine = width > 0.0 && Width::beta(width).is_normal();
                checker.named(("width.constant", "width"), width, fine, "above 0")
            }
            Width::MeanDistance(near) if (1..=others).contains(&near) => Ok(()),
            Width::LargestDistance if others > 0 => Ok(()),
            _ if others == 0 => {
                let reason = "a single unit has no other centre to be distant from";
                let hint = "a number: width = { constant = 1.0 }";
                Err(Problem::new(checker.field("width"), reason).hint(hint))
            }
            Width::MeanDistance(near) => {
                let key = checker.field("width.mean_distance");
                let reason = format!("of {near} other centres there is no mean distance here");
                Err(Problem::new(key, reason).hint(format!("1 to {others}")))
            }
            Width::LargestDistance => Ok(()),
        }
    }

    /// Greedy selection compares units, so it must know how wide they are.
    fn check_selection(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let selects = self.centers == Initializer::OrthogonalLeastSquares;
        if !selects || matches!(self.width, Width::Constant(_)) {
            return Ok(());
        }
        let reason = "orthogonal_least_squares chooses among units, and this width is known only \
                      when they are chosen";
        let hint = "a number: width = { constant = 1.0 }";
        Err(Problem::new(checker.field("width"), reason).hint(hint))
    }
}

impl Layer for RbfSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.units("units", self.units)?;
        checker.learning_rate(self.learning_rate)?;
        match &self.centers {
            Initializer::Samples | Initializer::OrthogonalLeastSquares => {}
            Initializer::KMeans { passes, .. } => {
                let field = "centers.k_means.passes";
                checker.require(field, *passes > 0, "0 passes find no means")?;
            }
            centers => check_initializer(&checker.field("centers"), centers)?,
        }
        self.check_width(checker)?;
        self.check_selection(checker)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        planner.no_sequence(layer, "put \"flatten\" or \"last\" before it")?;
        let inputs = layer.inputs();
        layer.output = vec![self.units];
        layer.multiply_adds = self.units * inputs;
        let parameter = |suffix, shape, initializer| PlannedParameter {
            fan_in: inputs,
            fan_out: self.units,
            initializer,
            learning_rate: self.learning_rate,
            ..planner.fixed(suffix, shape, 0.0)
        };
        let beta = match self.width {
            Width::Constant(width) => Initializer::Constant(Width::beta(width)),
            Width::MeanDistance(_) | Width::LargestDistance => Initializer::Width,
        };
        layer.parameters = vec![
            parameter("centers", vec![self.units, inputs], self.centers.clone()),
            parameter("beta", vec![self.units], beta),
        ];
        Ok(())
    }

    fn width_setting(&self) -> Option<&'static str> {
        Some("units")
    }

    fn learns(&self) -> bool {
        !self.is_fixed()
    }

    fn is_fixed(&self) -> bool {
        self.learning_rate == 0.0
    }

    fn activates(&self) -> bool {
        true
    }
}

fn samples() -> Initializer {
    Initializer::Samples
}
