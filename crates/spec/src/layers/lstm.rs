//! `lstm`: long short-term memory with forget gates, as most use it today.

use super::Checker;
use super::recurrent::{Cells, Recurrent, recurrent};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::PlannedParameter;

recurrent! {
    /// A layer of memory cells with input, forget and output gates.
    struct LstmSpec of 4 gates {
        /// Where the biases of the forget gates begin (Gers et al. 2000): `bias_ih_l0` has it there
        /// and is 0 elsewhere. None: they begin as the others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        forget_bias: Option<f64> = None,
    }
}

impl Recurrent for LstmSpec {
    fn check_own(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        check_forget_bias(checker, self.forget_bias)
    }

    /// The cell and its tanh.
    fn kept(&self) -> usize {
        2
    }

    fn plan_own(&self, _: &Cells<'_>, parameters: &mut Vec<PlannedParameter>) {
        begin_forget_gates(parameters, self.forget_bias);
    }
}

/// A forget bias is a finite number.
pub(super) fn check_forget_bias(checker: &Checker<'_>, bias: Option<f64>) -> Result<(), Problem> {
    let bias = bias.unwrap_or(0.0);
    checker.named(
        ("forget_bias", "bias"),
        bias,
        bias.is_finite(),
        "a finite number",
    )
}

/// Has `bias_ih` begin at the forget bias, if there is one.
pub(super) fn begin_forget_gates(parameters: &mut [PlannedParameter], bias: Option<f64>) {
    if let Some(bias) = bias {
        parameters[2].initializer = Initializer::ForgetGate(bias);
    }
}
