//! Learning rules: one file each.
//!
//! An optimiser sees parameters, their gradients and the state of each as flat slices, in the
//! order of the network's names, and works on each number alone. So a part of a network is updated
//! by the thread that has just computed its gradients, while they are in its cache, and the bits do
//! not depend on where the parts begin.

pub mod adagrad;
pub mod adam;
pub mod adamw;
pub mod diagonal_levenberg_marquardt;
pub mod momentum;
pub mod nesterov;
pub mod parameters;
pub mod quickprop;
pub mod rmsprop;
pub mod rprop;
pub mod sgd;

use aligned_vec::AVec;
use contract::{Real, aligned_zeros};
use spec::training::OptimizerSpec;

use crate::optimizers::parameters::{Parameters, STATE};
use kernels::elementwise::each;

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

/// A rule that turns gradients into updates.
pub trait Optimizer<T: Real>: Send + Sync {
    /// How many numbers of state it keeps of each parameter, at most [`STATE`].
    fn state_len(&self) -> usize;

    /// Sets its state, as before the first update: to 0, unless the rule says otherwise.
    fn begin(&self, state: [&mut [T]; STATE]) {
        state.into_iter().for_each(|state| state.fill(T::zero()));
    }

    /// Updates parameters from their gradients.
    fn update(&self, at: Update, of: Parameters<'_, T>);

    /// Whether the rule wants to be told the curvature before each epoch.
    fn needs_curvature(&self) -> bool {
        false
    }

    /// Takes the curvature `$h$` of every parameter into its state.
    fn take_curvature(&self, _: &[T], _: [&mut [T]; STATE]) {}
}

/// Which update it is.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// `$\eta$`, with the factor of the parameters' layer.
    pub learning_rate: f64,
    /// Updates since the beginning with this one: 1 at first.
    pub number: i32,
    /// Whether these parameters decay, in a rule that has them do so.
    pub decays: bool,
}

/// Room for so many numbers of state for each of so many parameters.
pub fn room<T: Real>(numbers: usize, parameters: usize) -> [AVec<T>; STATE] {
    std::array::from_fn(|index| match index < numbers {
        true => aligned_zeros(parameters),
        false => aligned_zeros(0),
    })
}

/// The state that a rule keeps of so many parameters, as before the first update.
pub fn new_state<T: Real>(optimizer: &dyn Optimizer<T>, parameters: usize) -> [AVec<T>; STATE] {
    let mut state = room(optimizer.state_len(), parameters);
    optimizer.begin(state.each_mut().map(AVec::as_mut_slice));
    state
}

/// The rule that a config names.
pub fn build<T: Real>(spec: &OptimizerSpec) -> Box<dyn Optimizer<T>> {
    match *spec {
        OptimizerSpec::Sgd(_) => Box::new(Sgd),
        OptimizerSpec::Momentum(rule) => Box::new(Momentum::new(rule.momentum)),
        OptimizerSpec::Nesterov(rule) => Box::new(Nesterov::new(rule.momentum)),
        OptimizerSpec::Adam(rule) => Box::new(Adam::new([rule.beta1, rule.beta2], rule.epsilon)),
        OptimizerSpec::AdamW(rule) => {
            let betas = [rule.beta1, rule.beta2];
            Box::new(AdamW::new(betas, rule.epsilon, rule.weight_decay))
        }
        OptimizerSpec::AdaGrad(rule) => Box::new(AdaGrad::new(rule.epsilon)),
        OptimizerSpec::RmsProp(rule) => Box::new(RmsProp::new(rule.decay, rule.epsilon)),
        OptimizerSpec::Rprop(rule) => {
            let factors = [rule.decrease, rule.increase];
            Box::new(Rprop::new(factors, [rule.smallest, rule.largest]))
        }
        OptimizerSpec::Quickprop(rule) => Box::new(Quickprop::new(rule.growth)),
        OptimizerSpec::DiagonalLevenbergMarquardt(rule) => {
            Box::new(DiagonalLevenbergMarquardt::new(rule.mu))
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::{Optimizer, Parameters, Update};

    /// A rule with one parameter.
    pub struct Follower<'a> {
        rule: &'a dyn Optimizer<f64>,
        /// The parameter.
        pub w: f64,
        state: [[f64; 1]; 2],
        updates: i32,
        decays: bool,
    }

    impl<'a> Follower<'a> {
        /// Before the first update.
        pub fn new(rule: &'a dyn Optimizer<f64>, w: f64) -> Self {
            let mut state = [[f64::NAN; 1]; 2];
            rule.begin(state.each_mut().map(|state| &mut state[..]));
            Self {
                rule,
                w,
                state,
                updates: 0,
                decays: true,
            }
        }

        /// The same with a parameter that does not decay.
        pub fn without_decay(self) -> Self {
            let decays = false;
            Self { decays, ..self }
        }

        /// Tells the rule the curvature.
        pub fn take_curvature(&mut self, h: f64) {
            let state = self.state.each_mut().map(|state| &mut state[..]);
            self.rule.take_curvature(&[h], state);
        }

        /// An update with this gradient.
        pub fn step(&mut self, learning_rate: f64, g: f64) -> f64 {
            self.updates += 1;
            let at = Update {
                learning_rate,
                number: self.updates,
                decays: self.decays,
            };
            let of = Parameters {
                start: 0,
                w: std::slice::from_mut(&mut self.w),
                g: &mut [g],
                state: self.state.each_mut().map(|state| &mut state[..]),
            };
            self.rule.update(at, of);
            self.w
        }

        /// Parameter after each of three steps with `$\eta = 0.1$` on E = w², whose gradient is 2w.
        pub fn three_steps(&mut self) -> [f64; 3] {
            [(); 3].map(|()| self.step(0.1, 2.0 * self.w))
        }
    }

    /// [`Follower::three_steps`] from w = 1.
    pub fn three_steps(rule: &dyn Optimizer<f64>) -> [f64; 3] {
        Follower::new(rule, 1.0).three_steps()
    }

    /// Parameter after each of these gradients, from w = 0.
    pub fn follow<const N: usize>(
        rule: &dyn Optimizer<f64>,
        learning_rate: f64,
        gradients: &[f64; N],
    ) -> [f64; N] {
        let mut rule = Follower::new(rule, 0.0);
        gradients.map(|g| rule.step(learning_rate, g))
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
    use spec::optimizers::{
        AdaGradSpec, AdamSpec, AdamWSpec, DiagonalLevenbergMarquardtSpec, MomentumSpec,
        NesterovSpec, QuickpropSpec, RmsPropSpec, RpropSpec, SgdSpec,
    };

    /// Every rule with settings of the usual size.
    fn every() -> [OptimizerSpec; 10] {
        let (learning_rate, epsilon, beta1, beta2) = (0.01, 1e-8, 0.9, 0.999);
        let momentum = 0.9;
        [
            OptimizerSpec::Sgd(SgdSpec { learning_rate }),
            OptimizerSpec::Momentum(MomentumSpec {
                learning_rate,
                momentum,
            }),
            OptimizerSpec::Nesterov(NesterovSpec {
                learning_rate,
                momentum,
            }),
            OptimizerSpec::AdaGrad(AdaGradSpec {
                learning_rate,
                epsilon,
            }),
            OptimizerSpec::RmsProp(RmsPropSpec {
                learning_rate,
                decay: 0.9,
                epsilon,
            }),
            OptimizerSpec::Adam(AdamSpec {
                learning_rate,
                beta1,
                beta2,
                epsilon,
            }),
            OptimizerSpec::AdamW(AdamWSpec {
                learning_rate,
                beta1,
                beta2,
                epsilon,
                weight_decay: 0.01,
                decays: Default::default(),
            }),
            OptimizerSpec::Rprop(RpropSpec {
                learning_rate,
                decrease: 0.5,
                increase: 1.2,
                smallest: 1e-6,
                largest: 50.0,
            }),
            OptimizerSpec::Quickprop(QuickpropSpec {
                learning_rate,
                growth: 1.75,
            }),
            OptimizerSpec::DiagonalLevenbergMarquardt(DiagonalLevenbergMarquardtSpec {
                learning_rate,
                mu: 0.02,
                samples: 1,
            }),
        ]
    }

    /// Parameters after four updates in parts that begin at these places.
    fn trained(
        rule: &dyn Optimizer<f64>,
        state: &mut [AVec<f64>; STATE],
        starts: &[usize],
    ) -> Vec<f64> {
        let mut w: Vec<f64> = (0..LEN).map(|i| (i as f64).cos()).collect();
        for number in 1..=4 {
            let slopes = w.iter().enumerate();
            let mut g: Vec<f64> = slopes
                .map(|(i, w)| w + (i as f64 * f64::from(number)).sin())
                .collect();
            let at = Update {
                learning_rate: 0.01,
                number,
                decays: true,
            };
            let mut all = Parameters {
                start: 0,
                w: &mut w,
                g: &mut g,
                state: state.each_mut().map(AVec::as_mut_slice),
            };
            for &start in starts {
                let part = all.split_off(start - all.start);
                rule.update(at, part);
            }
            rule.update(at, all);
        }
        w
    }

    const LEN: usize = 1001;

    #[test]
    fn every_rule_does_in_parts_what_it_does_at_once() {
        for spec in every() {
            let rule = build(&spec);
            let h: Vec<f64> = (0..LEN).map(|i| (i as f64 * 0.3).sin()).collect();
            let [whole, parts] = [&[][..], &[7, 500, 503]].map(|starts| {
                let mut state = new_state(&*rule, LEN);
                rule.take_curvature(&h, state.each_mut().map(AVec::as_mut_slice));
                trained(&*rule, &mut state, starts)
            });
            assert!(whole == parts, "{}", spec.kind());
        }
    }

    #[test]
    fn every_rule_forgets_all_when_it_begins_anew() {
        for spec in every() {
            let rule = build(&spec);
            let mut state = new_state(&*rule, LEN);
            let first = trained(&*rule, &mut state, &[]);
            assert!(first.iter().all(|w| w.is_finite()));
            rule.take_curvature(&[1.0; LEN], state.each_mut().map(AVec::as_mut_slice));
            rule.begin(state.each_mut().map(AVec::as_mut_slice));
            assert_eq!(first, trained(&*rule, &mut state, &[]), "{}", spec.kind());
        }
    }

    #[test]
    fn a_gradient_that_is_no_number_shows_in_every_rule() {
        for spec in every() {
            let w = testing::follow(&*build(&spec), 0.01, &[1.0, f64::NAN, 1.0]);
            assert!(w[0].is_finite() && w[1].is_nan() && w[2].is_nan());
        }
    }

    #[test]
    fn only_the_rule_that_uses_it_asks_for_the_curvature() {
        for spec in every() {
            let asks = build::<f32>(&spec).needs_curvature();
            assert_eq!(asks, spec.curvature_samples().is_some());
        }
    }
}
