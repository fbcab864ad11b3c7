//! Quickprop. Burn has no such rule.

use burn::tensor::Tensor;
use spec::optimizers::QuickpropSpec;

use crate::optimizer::{Forms, Rule};

pub(super) fn forms(rule: &QuickpropSpec, parameters: usize) -> Forms {
    Forms::ours(Quickprop {
        growth: rule.growth,
        memory: vec![None; parameters],
    })
}

/// With the step d' and the gradient g' before (0 at first), growth μ and learning rate η:
///
/// 1. The slope goes on where g and g' have the same sign and none is 0.
/// 2. a = g / (g' − g), 0 where g = 0. Where the slope goes on and not 0 ≤ a ≤ μ, a = μ.
/// 3. d = −η g where d' = 0, else a d' − η g where the slope goes on, else a d'.
/// 4. w ← w + d.
struct Quickprop {
    growth: f64,
    /// d' and g' of each parameter.
    memory: Vec<Option<[Tensor<1>; 2]>>,
}

impl Rule for Quickprop {
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1> {
        let first = || [w.zeros_like(), w.zeros_like()];
        let [step, before] = self.memory[index].take().unwrap_or_else(first);
        let goes_on = (g.clone().sign() * before.clone().sign()).greater_scalar(0.0);
        let flat = g.clone().equal_scalar(0.0);
        let a = (g.clone() / (before - g.clone())).mask_fill(flat, 0.0);
        let below = a.clone().greater_equal_scalar(0.0);
        let inside = below.bool_and(a.clone().lower_equal_scalar(self.growth));
        let a = a.mask_fill(goes_on.clone().bool_and(inside.bool_not()), self.growth);
        let downhill = g.clone().mul_scalar(-learning_rate);
        let jump = a * step.clone();
        let d = jump.clone().mask_where(goes_on, jump + downhill.clone());
        let d = d.mask_where(step.equal_scalar(0.0), downhill);
        self.memory[index] = Some([d.clone(), g]);
        w + d
    }
}
