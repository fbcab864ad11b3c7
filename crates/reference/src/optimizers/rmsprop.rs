//! RMSProp.

use burn::optim::RmsPropConfig;
use burn::tensor::Tensor;
use spec::optimizers::RmsPropSpec;

use crate::optimizer::{Forms, Rule};

pub(super) fn forms(rule: &RmsPropSpec, parameters: usize) -> Forms {
    let (decay, epsilon) = (rule.decay, rule.epsilon);
    let burns = RmsPropConfig::new()
        .with_alpha(decay as f32)
        .with_epsilon(epsilon as f32)
        // Burn's default is 0.9.
        .with_momentum(0.0)
        .init();
    let ours = RmsProp {
        decay,
        epsilon,
        squares: vec![None; parameters],
    };
    Forms::ours(ours).beside(burns)
}

/// s ← ρ s + (1 − ρ) g²; w ← w − η g / (√s + ε).
struct RmsProp {
    decay: f64,
    epsilon: f64,
    /// s; 0 before the first step.
    squares: Vec<Option<Tensor<1>>>,
}

impl Rule for RmsProp {
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1> {
        let new = g.clone().square().mul_scalar(1.0 - self.decay);
        let s = match self.squares[index].take() {
            Some(s) => s.mul_scalar(self.decay) + new,
            None => new,
        };
        self.squares[index] = Some(s.clone());
        let root = s.sqrt().add_scalar(self.epsilon);
        w - (g / root).mul_scalar(learning_rate)
    }
}
