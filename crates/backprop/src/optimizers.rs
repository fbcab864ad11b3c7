//! Learning rules: one file each.
//!
//! An optimiser sees the parameters and gradients of a whole network as flat slices, in the order of
//! the network's names, and works on each number alone. So the slices may be cut into blocks for
//! several threads: the bits do not depend on it.

pub mod adagrad;
pub mod adam;
pub mod adamw;
pub mod diagonal_levenberg_marquardt;
pub mod momentum;
pub mod nesterov;
pub mod quickprop;
pub mod rmsprop;
pub mod rprop;
pub mod sgd;

use std::ops::Range;

use spec::Real;
use spec::training::OptimizerSpec;

use crate::blocks::each;

pub use adagrad::AdaGrad;
pub use adam::Adam;
pub use adamw::AdamW;
pub use diagonal_levenberg_marquardt::DiagonalLevenbergMarquardt;
pub use momentum::Momentum;
pub use nesterov::Nesterov;
pub use quickprop::Quickprop;
pub use rmsprop::RmsProp;
pub use rprop::Rprop;
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

impl<T> Part<'_, T> {
    /// Where what is remembered of them stands.
    fn range(&self) -> Range<usize> {
        self.start..self.start + self.w.len()
    }
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
        OptimizerSpec::AdamW {
            beta1,
            beta2,
            epsilon,
            weight_decay,
            ..
        } => Box::new(AdamW::new(
            [beta1, beta2],
            epsilon,
            weight_decay,
            parameters,
        )),
        OptimizerSpec::AdaGrad { epsilon, .. } => Box::new(AdaGrad::new(epsilon, parameters)),
        OptimizerSpec::RmsProp { decay, epsilon, .. } => {
            Box::new(RmsProp::new(decay, epsilon, parameters))
        }
        OptimizerSpec::Rprop {
            decrease,
            increase,
            smallest,
            largest,
            ..
        } => Box::new(Rprop::new(
            [decrease, increase],
            [smallest, largest],
            parameters,
        )),
        OptimizerSpec::Quickprop { growth, .. } => Box::new(Quickprop::new(growth, parameters)),
        OptimizerSpec::DiagonalLevenbergMarquardt { mu, .. } => {
            Box::new(DiagonalLevenbergMarquardt::new(mu, parameters))
        }
    }
}

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

    /// Parameter after each of these gradients, from w = 0.
    pub fn follow<const N: usize>(
        optimizer: &mut dyn Optimizer<f64>,
        learning_rate: f64,
        gradients: &[f64; N],
    ) -> [f64; N] {
        let (mut w, mut updates) = ([0.0], 0);
        gradients.map(|g| {
            updates += 1;
            optimizer.update(Part {
                start: 0,
                w: &mut w,
                g: &[g],
                learning_rate,
                updates,
            });
            w[0]
        })
    }

    pub fn assert_close<const N: usize>(by_rule: [f64; N], by_hand: [f64; N]) {
        for (rule, hand) in by_rule.iter().zip(by_hand) {
            assert!(
                (rule - hand).abs() < 1e-12,
                "{by_rule:?}, by hand {by_hand:?}"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every rule with settings of the usual size.
    fn every() -> [OptimizerSpec; 10] {
        let (learning_rate, epsilon, beta1, beta2) = (0.01, 1e-8, 0.9, 0.999);
        let momentum = 0.9;
        [
            OptimizerSpec::Sgd { learning_rate },
            OptimizerSpec::Momentum {
                learning_rate,
                momentum,
            },
            OptimizerSpec::Nesterov {
                learning_rate,
                momentum,
            },
            OptimizerSpec::AdaGrad {
                learning_rate,
                epsilon,
            },
            OptimizerSpec::RmsProp {
                learning_rate,
                decay: 0.9,
                epsilon,
            },
            OptimizerSpec::Adam {
                learning_rate,
                beta1,
                beta2,
                epsilon,
            },
            OptimizerSpec::AdamW {
                learning_rate,
                beta1,
                beta2,
                epsilon,
                weight_decay: 0.01,
            },
            OptimizerSpec::Rprop {
                learning_rate,
                decrease: 0.5,
                increase: 1.2,
                smallest: 1e-6,
                largest: 50.0,
            },
            OptimizerSpec::Quickprop {
                learning_rate,
                growth: 1.75,
            },
            OptimizerSpec::DiagonalLevenbergMarquardt {
                learning_rate,
                mu: 0.02,
                samples: 1,
            },
        ]
    }

    /// Parameters after four updates in parts that begin at these places.
    fn trained(optimizer: &mut dyn Optimizer<f64>, len: usize, starts: &[usize]) -> Vec<f64> {
        let mut w: Vec<f64> = (0..len).map(|i| (i as f64).cos()).collect();
        for updates in 1..=4 {
            let signs = w.iter().enumerate();
            let g: Vec<f64> = signs
                .map(|(i, w)| w + (i as f64 * f64::from(updates)).sin())
                .collect();
            for (index, &start) in starts.iter().enumerate() {
                let range = start..starts.get(index + 1).copied().unwrap_or(len);
                optimizer.update(Part {
                    start,
                    w: &mut w[range.clone()],
                    g: &g[range],
                    learning_rate: 0.01,
                    updates,
                });
            }
        }
        w
    }

    /// Long enough to be updated in several blocks.
    const LEN: usize = 150_001;

    #[test]
    fn every_rule_does_in_parts_what_it_does_at_once() {
        for spec in every() {
            let [mut whole, mut parts] = [(); 2].map(|()| build(&spec, LEN));
            let h: Vec<f64> = (0..LEN).map(|i| (i as f64 * 0.3).sin()).collect();
            whole.set_curvature(&h);
            parts.set_curvature(&h);
            let starts = [0, 7, 100_000, 100_003];
            assert!(
                trained(&mut *whole, LEN, &[0]) == trained(&mut *parts, LEN, &starts),
                "{}",
                spec.kind()
            );
        }
    }

    #[test]
    fn every_rule_forgets_all_when_it_is_reset() {
        for spec in every() {
            let mut rule = build(&spec, 50);
            let first = trained(&mut *rule, 50, &[0]);
            assert!(first.iter().all(|w| w.is_finite()));
            rule.set_curvature(&[1.0; 50]);
            rule.reset();
            assert_eq!(first, trained(&mut *rule, 50, &[0]), "{}", spec.kind());
        }
    }

    #[test]
    fn a_gradient_that_is_no_number_shows_in_every_rule() {
        for spec in every() {
            let mut rule = build(&spec, 1);
            let w = testing::follow(&mut *rule, 0.01, &[1.0, f64::NAN, 1.0]);
            assert!(w[0].is_finite() && w[1].is_nan() && w[2].is_nan());
        }
    }

    #[test]
    fn only_the_rule_that_uses_it_asks_for_the_curvature() {
        for spec in every() {
            let asks = build::<f32>(&spec, 1).needs_curvature();
            assert_eq!(asks, spec.curvature_samples().is_some());
        }
    }
}
