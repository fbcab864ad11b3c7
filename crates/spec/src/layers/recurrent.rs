//! What recurrent layers have in common: their parameters, and how far their gradient goes back.

use serde::{Deserialize, Serialize};

use super::Checker;
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, PlannedParameter, Planner};

/// How many steps the gradient of a recurrent layer goes back through time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GradientSpec {
    /// To the first step: backpropagation through time (Werbos 1990).
    #[default]
    Full,
    /// Nowhere: the state of the step before is an input like any other (Elman 1990).
    OneStep,
    /// Within spans of so many steps, counted from the first: at the beginning of each the state is
    /// an input like any other. 1 is `one_step`.
    Truncated(usize),
}

impl GradientSpec {
    /// Steps of a span.
    pub fn span(self) -> usize {
        match self {
            Self::Full => usize::MAX,
            Self::OneStep => 1,
            Self::Truncated(steps) => steps,
        }
    }

    /// Whether it is the default, which configs need not say.
    pub(super) fn is_full(&self) -> bool {
        *self == Self::Full
    }

    pub(super) fn check(self, checker: &Checker<'_>) -> Result<(), Problem> {
        if self.span() > 0 {
            return Ok(());
        }
        let reason = "a gradient that goes through 0 steps reaches no weight";
        Err(Problem::new(checker.field("gradient.truncated"), reason)
            .hint("1 or more; 1 is \"one_step\""))
    }
}

/// A layer of H units with G gates each, which sees its own output of the step before.
pub(super) struct Cell {
    pub units: usize,
    pub gates: usize,
    pub weights: Option<Initializer>,
    pub biases: Option<Initializer>,
    pub learning_rate: f64,
}

impl Cell {
    pub fn check(&self, checker: &Checker<'_>, gradient: GradientSpec) -> Result<(), Problem> {
        checker.units("units", self.units)?;
        checker.learning_rate(self.learning_rate)?;
        gradient.check(checker)?;
        checker.initializers(&self.weights, &self.biases)
    }

    /// `[T, D]` to `[T, H]`, with PyTorch's names, shapes and order of parameters: `weight_ih_l0`
    /// `[G·H, D]`, `weight_hh_l0` `[G·H, H]`, `bias_ih_l0` and `bias_hh_l0` `[G·H]`.
    pub fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let [steps, inputs] = planner.sequence(&layer.input)?;
        let (units, rows) = (self.units, self.gates * self.units);
        layer.output = vec![steps, units];
        layer.multiplications = Some(steps * rows * (inputs + units));
        let weight = |suffix, fan_in| PlannedParameter {
            initializer: self
                .weights
                .as_ref()
                .unwrap_or(&planner.model.weights)
                .clone(),
            weighs: true,
            ..self.parameter(planner, suffix, vec![rows, fan_in], fan_in)
        };
        let bias = |suffix| PlannedParameter {
            initializer: self
                .biases
                .as_ref()
                .unwrap_or(&planner.model.biases)
                .clone(),
            ..self.parameter(planner, suffix, vec![rows], units)
        };
        layer.parameters = vec![
            weight("weight_ih_l0", inputs),
            weight("weight_hh_l0", units),
            bias("bias_ih_l0"),
            bias("bias_hh_l0"),
        ];
        Ok(())
    }

    /// A parameter with the fans and the learning rate of the layer.
    pub fn parameter(
        &self,
        planner: &Planner<'_>,
        suffix: &str,
        shape: Vec<usize>,
        fan_in: usize,
    ) -> PlannedParameter {
        PlannedParameter {
            fan_in,
            fan_out: self.units,
            learning_rate: self.learning_rate,
            ..planner.fixed(suffix, shape, 0.0)
        }
    }
}
