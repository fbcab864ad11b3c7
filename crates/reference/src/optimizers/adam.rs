//! Adam.

use burn::optim::AdamConfig;
use burn::tensor::Tensor;
use spec::optimizers::AdamSpec;

use crate::optimizer::{Forms, Rule};

pub(super) fn forms(rule: &AdamSpec, parameters: usize) -> Forms {
    let (beta, epsilon) = ([rule.beta1, rule.beta2], rule.epsilon);
    let [beta1, beta2] = beta;
    let burns = AdamConfig::new()
        .with_beta_1(beta1 as f32)
        .with_beta_2(beta2 as f32)
        .with_epsilon(epsilon as f32)
        .init();
    Forms::ours(Adam::new(beta, epsilon, parameters)).beside(burns)
}

/// m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; w ← w − η m̂ / (√v̂ + ε)
/// with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).
pub(super) struct Adam {
    beta: [f64; 2],
    epsilon: f64,
    memory: Vec<Option<Memory>>,
}

#[derive(Clone)]
struct Memory {
    /// t: steps so far.
    steps: u32,
    m: Tensor<1>,
    v: Tensor<1>,
}

impl Adam {
    pub(super) fn new(beta: [f64; 2], epsilon: f64, parameters: usize) -> Self {
        Self {
            beta,
            epsilon,
            memory: vec![None; parameters],
        }
    }
}

impl Rule for Adam {
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1> {
        let [beta1, beta2] = self.beta;
        let m = g.clone().mul_scalar(1.0 - beta1);
        let v = g.square().mul_scalar(1.0 - beta2);
        let memory = match self.memory[index].take() {
            Some(old) => Memory {
                steps: old.steps + 1,
                m: old.m.mul_scalar(beta1) + m,
                v: old.v.mul_scalar(beta2) + v,
            },
            None => Memory { steps: 1, m, v },
        };
        self.memory[index] = Some(memory.clone());
        let Memory { steps, m, v } = memory;
        let correction = |beta: f64| 1.0 - beta.powf(f64::from(steps));
        let m_hat = m.div_scalar(correction(beta1));
        let v_hat = v.div_scalar(correction(beta2));
        let step = m_hat / v_hat.sqrt().add_scalar(self.epsilon);
        w - step.mul_scalar(learning_rate)
    }
}
