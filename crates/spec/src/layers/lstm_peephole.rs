//! `lstm_peephole`: long short-term memory whose gates see the cells.

use super::Checker;
use super::lstm::{begin_forget_gates, check_forget_bias};
use super::recurrent::{Cells, Recurrent, recurrent};
use crate::Problem;
use crate::plan::PlannedParameter;

recurrent! {
    /// A layer of memory cells whose gates see the cell state (Gers, Schraudolph & Schmidhuber
    /// 2002).
    struct LstmPeepholeSpec of 4 gates {
        /// Where the biases of the forget gates begin (Gers et al. 2000): `bias_ih_l0` has it there
        /// and is 0 elsewhere. None: they begin as the others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        forget_bias: Option<f64> = None,
    }
}

impl Recurrent for LstmPeepholeSpec {
    fn check_own(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        check_forget_bias(checker, self.forget_bias)
    }

    /// The cell and its tanh.
    fn kept(&self) -> usize {
        2
    }

    fn plan_own(&self, cells: &Cells<'_>, parameters: &mut Vec<PlannedParameter>) {
        begin_forget_gates(parameters, self.forget_bias);
        // A connection from each cell to its own input, forget and output gate.
        parameters.push(cells.weight("weight_ch", vec![3 * self.units], 1));
    }
}
