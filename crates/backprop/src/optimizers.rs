//! Learning rules: one file each.
//!
//! An optimiser sees the parameters and gradients of a whole network as flat slices, in the order of
//! the network's names, and works on each number alone. So the slices may be cut into blocks for
//! several threads: the bits do not depend on it.

pub mod adam;
pub mod momentum;
pub mod nesterov;
pub mod sgd;

use spec::Real;
use spec::training::OptimizerSpec;

pub use adam::Adam;
pub use momentum::Momentum;
pub use nesterov::Nesterov;
pub use sgd::Sgd;

/// A rule that turns gradients into updates, with what it remembers of each parameter.
pub trait Optimizer<T: Real>: Send {
    /// Updates parameters `w` from their gradients `g`, both as long as the network has parameters.
    fn step(&mut self, w: &mut [T], g: &[T]);

    /// Forgets everything, as before the first step.
    fn reset(&mut self);
}

/// The rule that a config names, for so many parameters.
pub fn build<T: Real>(spec: &OptimizerSpec, parameters: usize) -> Box<dyn Optimizer<T>> {
    match *spec {
        OptimizerSpec::Sgd { learning_rate } => Box::new(Sgd::new(learning_rate)),
        OptimizerSpec::Momentum {
            learning_rate,
            momentum,
        } => Box::new(Momentum::new(learning_rate, momentum, parameters)),
        OptimizerSpec::Nesterov {
            learning_rate,
            momentum,
        } => Box::new(Nesterov::new(learning_rate, momentum, parameters)),
        OptimizerSpec::Adam {
            learning_rate,
            beta1,
            beta2,
            epsilon,
        } => Box::new(Adam::new(
            learning_rate,
            [beta1, beta2],
            epsilon,
            parameters,
        )),
    }
}

/// Parameters that a thread updates at a time: with gradient and state they fit its second cache.
const BLOCK: usize = 8192;

#[cfg(test)]
pub(crate) mod testing {
    use super::Optimizer;

    /// Parameter after each of three steps from w = 1 on E = w², whose gradient is 2w.
    pub fn three_steps(optimizer: &mut dyn Optimizer<f64>) -> [f64; 3] {
        let mut w = [1.0];
        std::array::from_fn(|_| {
            let g = [2.0 * w[0]];
            optimizer.step(&mut w, &g);
            w[0]
        })
    }

    pub fn assert_close(by_rule: [f64; 3], by_hand: [f64; 3]) {
        for (rule, hand) in by_rule.iter().zip(by_hand) {
            assert!(
                (rule - hand).abs() < 1e-12,
                "{by_rule:?}, by hand {by_hand:?}"
            );
        }
    }
}
