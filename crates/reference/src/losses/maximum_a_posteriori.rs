//! L = 1/N Σₙ \[y_c + ln(e^(−j) + Σₖ e^(−yₖ))\], c the right class: LeNet-5's criterion.
//! Burn has no such loss.

use burn::tensor::Tensor;
use burn::tensor::loss::cross_entropy_with_logits;
use spec::losses::MaximumAPosterioriSpec;

use super::classes::right_class;
use crate::loss::{Loss, one_over_n};

pub(super) fn loss(criterion: MaximumAPosterioriSpec) -> Box<dyn Loss> {
    let rubbish = criterion.rubbish;
    Box::new(MaximumAPosteriori { rubbish })
}

struct MaximumAPosteriori {
    /// j.
    rubbish: f64,
}

impl Loss for MaximumAPosteriori {
    /// The cross-entropy of a softmax of −y with one class more.
    fn mean(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
        let no_class = t.clone().narrow(1, 0, 1).zeros_like();
        let right = Tensor::cat(vec![right_class(&t).1, no_class.clone()], 1);
        let penalties = Tensor::cat(vec![y, no_class.add_scalar(self.rubbish)], 1);
        cross_entropy_with_logits(penalties.neg(), right)
    }

    /// The weights of the penalties in eq. 8 of the paper (LeCun et al. 1998): the curvature is in
    /// the distances behind them.
    fn curvature(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<2> {
        right_class(&t).1.mul_scalar(one_over_n(&y))
    }
}
