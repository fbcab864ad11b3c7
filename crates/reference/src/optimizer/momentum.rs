//! Momentum, Nesterov's too.

use burn::tensor::Tensor;

use super::Rule;

/// v ← μ v + g; w ← w − η v, or w − η (g + μ v) with `nesterov`.
pub(super) struct Momentum {
    momentum: f64,
    nesterov: bool,
    /// v; 0 before the first step.
    velocities: Vec<Option<Tensor<1>>>,
}

impl Momentum {
    pub(super) fn new(momentum: f64, nesterov: bool, parameters: usize) -> Self {
        Self {
            momentum,
            nesterov,
            velocities: vec![None; parameters],
        }
    }
}

impl Rule for Momentum {
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1> {
        let v = match self.velocities[index].take() {
            Some(v) => v.mul_scalar(self.momentum) + g.clone(),
            None => g.clone(),
        };
        self.velocities[index] = Some(v.clone());
        let direction = if self.nesterov {
            g + v.mul_scalar(self.momentum)
        } else {
            v
        };
        w - direction.mul_scalar(learning_rate)
    }
}
