//! Momentum.

use burn::optim::momentum::MomentumConfig;
use burn::optim::{ModuleOptimizer, SgdConfig};
use burn::tensor::Tensor;
use spec::optimizers::MomentumSpec;

use crate::optimizer::{Forms, Rule};

pub(super) fn forms(rule: &MomentumSpec, parameters: usize) -> Forms {
    let momentum = rule.momentum;
    let velocities = vec![None; parameters];
    let ours = Momentum {
        momentum,
        velocities,
    };
    Forms::ours(ours).beside(burns(momentum, false))
}

/// Burn's, Nesterov's too.
pub(super) fn burns(momentum: f64, nesterov: bool) -> ModuleOptimizer {
    let momentum = MomentumConfig::new()
        .with_momentum(momentum)
        // Burn's default of 0.1 would weigh every gradient but the first by 0.9.
        .with_dampening(0.0)
        .with_nesterov(nesterov);
    SgdConfig::new().with_momentum(Some(momentum)).init()
}

/// v ← μ v + g; w ← w − η v.
struct Momentum {
    momentum: f64,
    /// v; 0 before the first step.
    velocities: Vec<Option<Tensor<1>>>,
}

impl Rule for Momentum {
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1> {
        let v = match self.velocities[index].take() {
            Some(v) => v.mul_scalar(self.momentum) + g,
            None => g,
        };
        self.velocities[index] = Some(v.clone());
        w - v.mul_scalar(learning_rate)
    }
}
