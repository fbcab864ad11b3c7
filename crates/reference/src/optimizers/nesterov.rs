//! Nesterov's momentum.

use burn::tensor::Tensor;
use spec::optimizers::NesterovSpec;

use super::momentum;
use crate::optimizer::{Forms, Rule};

pub(super) fn forms(rule: &NesterovSpec, parameters: usize) -> Forms {
    let momentum = rule.momentum;
    let velocities = vec![None; parameters];
    let ours = Nesterov {
        momentum,
        velocities,
    };
    Forms::ours(ours).beside(momentum::burns(momentum, true))
}

/// v ← μ v + g; w ← w − η (g + μ v).
struct Nesterov {
    momentum: f64,
    /// v; 0 before the first step.
    velocities: Vec<Option<Tensor<1>>>,
}

impl Rule for Nesterov {
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1> {
        let v = match self.velocities[index].take() {
            Some(v) => v.mul_scalar(self.momentum) + g.clone(),
            None => g.clone(),
        };
        self.velocities[index] = Some(v.clone());
        w - (g + v.mul_scalar(self.momentum)).mul_scalar(learning_rate)
    }
}
