//! AdaGrad.

use burn::optim::AdaGradConfig;
use burn::tensor::Tensor;
use spec::optimizers::AdaGradSpec;

use crate::optimizer::{Forms, Rule};

pub(super) fn forms(rule: &AdaGradSpec, parameters: usize) -> Forms {
    let epsilon = rule.epsilon;
    let squares = vec![None; parameters];
    let burns = AdaGradConfig::new().with_epsilon(epsilon as f32).init();
    Forms::ours(AdaGrad { epsilon, squares }).beside(burns)
}

/// s ← s + g²; w ← w − η g / (√s + ε).
struct AdaGrad {
    epsilon: f64,
    /// s; 0 before the first step.
    squares: Vec<Option<Tensor<1>>>,
}

impl Rule for AdaGrad {
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1> {
        let new = g.clone().square();
        let s = match self.squares[index].take() {
            Some(s) => s + new,
            None => new,
        };
        self.squares[index] = Some(s.clone());
        let root = s.sqrt().add_scalar(self.epsilon);
        w - (g / root).mul_scalar(learning_rate)
    }
}
