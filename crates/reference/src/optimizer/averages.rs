//! AdaGrad and RMSProp: the step is divided by a root of the squares so far.

use burn::tensor::Tensor;

use super::Rule;

/// s ← s + g², or s ← ρ s + (1 − ρ) g² with a decay ρ; w ← w − η g / (√s + ε).
pub(super) struct Squares {
    decay: Option<f64>,
    epsilon: f64,
    /// s; 0 before the first step.
    squares: Vec<Option<Tensor<1>>>,
}

impl Squares {
    pub(super) fn new(decay: Option<f64>, epsilon: f64, parameters: usize) -> Self {
        Self {
            decay,
            epsilon,
            squares: vec![None; parameters],
        }
    }
}

impl Rule for Squares {
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1> {
        let (keep, take) = match self.decay {
            Some(decay) => (decay, 1.0 - decay),
            None => (1.0, 1.0),
        };
        let new = g.clone().square().mul_scalar(take);
        let s = match self.squares[index].take() {
            Some(s) => s.mul_scalar(keep) + new,
            None => new,
        };
        self.squares[index] = Some(s.clone());
        let root = s.sqrt().add_scalar(self.epsilon);
        w - (g / root).mul_scalar(learning_rate)
    }
}
