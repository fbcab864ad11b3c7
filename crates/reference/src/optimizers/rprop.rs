//! Rprop: resilient backpropagation. Burn has no such rule.

use burn::tensor::Tensor;
use spec::optimizers::RpropSpec;

use crate::optimizer::{Forms, Rule};

pub(super) fn forms(rule: &RpropSpec, parameters: usize) -> Forms {
    Forms::ours(Rprop {
        factors: [rule.decrease, rule.increase],
        bounds: [rule.smallest, rule.largest],
        memory: vec![None; parameters],
    })
}

/// With s' the sign of the gradient before (0 at first, and after a change of sign): Δ grows by η⁺
/// where s s' > 0 and shrinks by η⁻ where s s' < 0, within its bounds; there the sign then counts
/// as 0. w ← w − Δ s. Δ begins at the learning rate of the first update. As in PyTorch.
struct Rprop {
    /// η⁻ and η⁺.
    factors: [f64; 2],
    /// Smallest and largest Δ.
    bounds: [f64; 2],
    /// Δ and s' of each parameter.
    memory: Vec<Option<[Tensor<1>; 2]>>,
}

impl Rule for Rprop {
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1> {
        let ([decrease, increase], [smallest, largest]) = (self.factors, self.bounds);
        let none = w.zeros_like();
        let first = || [none.clone().add_scalar(learning_rate), none.clone()];
        let [step, before] = self.memory[index].take().unwrap_or_else(first);
        let sign = g.sign();
        let product = sign.clone() * before;
        let turned = product.clone().lower_scalar(0.0);
        let factor = none
            .add_scalar(1.0)
            .mask_fill(product.greater_scalar(0.0), increase)
            .mask_fill(turned.clone(), decrease);
        let step = (step * factor).clamp(smallest, largest);
        let sign = sign.mask_fill(turned, 0.0);
        self.memory[index] = Some([step.clone(), sign.clone()]);
        w - step * sign
    }
}
