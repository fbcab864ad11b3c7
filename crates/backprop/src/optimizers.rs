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
    /// Updates some of the parameters from their gradients.
    fn update(&mut self, part: Part<'_, T>);

    /// Whether the rule wants to be told the curvature before each epoch.
    fn needs_curvature(&self) -> bool {
        false
    }

    /// Takes the curvature `$h$` of every parameter.
    fn set_curvature(&mut self, _: &[T]) {}

    /// Forgets everything, as before the first step.
    fn reset(&mut self);
}

/// Neighbouring parameters that are updated alike.
pub struct Part<'a, T> {
    /// Where they stand among all parameters.
    pub start: usize,
    /// The parameters.
    pub w: &'a mut [T],
    /// Their gradients.
    pub g: &'a [T],
    /// `$\eta$` of this update, with their layer's factor.
    pub learning_rate: f64,
    /// Updates since the beginning with this one: 1 at first.
    pub updates: i32,
}

/// The rule that a config names, for so many parameters.
pub fn build<T: Real>(spec: &OptimizerSpec, parameters: usize) -> Box<dyn Optimizer<T>> {
    match *spec {
        OptimizerSpec::Sgd { .. } => Box::new(Sgd),
        OptimizerSpec::Momentum { momentum, .. } => Box::new(Momentum::new(momentum, parameters)),
        OptimizerSpec::Nesterov { momentum, .. } => Box::new(Nesterov::new(momentum, parameters)),
        OptimizerSpec::Adam {
            beta1,
            beta2,
            epsilon,
            ..
        } => Box::new(Adam::new([beta1, beta2], epsilon, parameters)),
        _ => todo!("{}", spec.kind()),
    }
}

/// Parameters that a thread updates at a time: with gradient and state they fit its second cache.
const BLOCK: usize = 8192;

#[cfg(test)]
pub(crate) mod testing {
    use super::{Optimizer, Part};

    /// Parameter after each of three steps with `$\eta = 0.1$` from w = 1 on E = w², whose gradient
    /// is 2w.
    pub fn three_steps(optimizer: &mut dyn Optimizer<f64>) -> [f64; 3] {
        let mut w = [1.0];
        [1, 2, 3].map(|updates| {
            let g = [2.0 * w[0]];
            optimizer.update(Part {
                start: 0,
                w: &mut w,
                g: &g,
                learning_rate: 0.1,
                updates,
            });
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
