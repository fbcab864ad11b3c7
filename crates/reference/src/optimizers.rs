//! The update rules, with the formulas of [`OptimizerSpec`].
//!
//! In f32 they are burn's own where burn has them. In f64 they are written here, in tensor
//! operations: burn keeps μ, β₁, β₂ and ε as f32 and computes Adam's bias corrections in f32, so
//! that its trajectory leaves that of the formula in the eighth digit. Burn's SGD takes its
//! learning rate as f64 and serves both. Burn has no Rprop, Quickprop or Levenberg-Marquardt.
//!
//! Each rule is one file here; [`forms`] lists them, a line each.

mod adagrad;
mod adam;
mod adamw;
mod diagonal_levenberg_marquardt;
mod momentum;
mod nesterov;
mod quickprop;
mod rmsprop;
mod rprop;
mod sgd;

use burn::tensor::{DType, Tensor};
use spec::training::{OptimizerSpec, TrainingSpec};

use crate::BurnReal;
use crate::optimizer::{Forms, Optimizer};
use crate::parameters::{Parameters, Place};

/// The rules of a training: that of most parameters, then those of parts of the network.
pub(crate) struct Optimizers {
    rules: Vec<Optimizer>,
    /// Learning rate of each in units of the first one's.
    factors: Vec<f64>,
    /// Which of them each parameter learns by.
    of: Vec<usize>,
}

impl Optimizers {
    /// Nothing remembered yet.
    pub(crate) fn new<T: BurnReal>(training: &TrainingSpec, places: &[Place]) -> Self {
        let rules = training.optimizers();
        let first = training.optimizer.learning_rate();
        let of = |place: &Place| training.optimizer_of(&place.planned.name);
        Self {
            rules: rules.clone().map(|rule| build::<T>(rule, places)).collect(),
            factors: rules.map(|rule| rule.learning_rate() / first).collect(),
            of: places.iter().map(of).collect(),
        }
    }

    /// The parameters after an update; those without a gradient stay as they are.
    pub(crate) fn step(
        &mut self,
        learning_rate: f64,
        places: &[Place],
        mut parameters: Parameters,
        gradients: Vec<(usize, Tensor<1>)>,
    ) -> Parameters {
        let mut apart: Vec<Vec<_>> = self.rules.iter().map(|_| Vec::new()).collect();
        for (index, g) in gradients {
            apart[self.of[index]].push((index, g));
        }
        for ((rule, factor), gradients) in self.rules.iter_mut().zip(&self.factors).zip(apart) {
            let rate = learning_rate * factor;
            // Moved, not cloned: the optimiser may then update parameters in place.
            parameters = rule.step(rate, places, parameters, gradients);
        }
        parameters
    }

    /// What they remember, as burn writes it, each behind its length; none of a rule of ours.
    pub(crate) fn state(&self) -> Option<Vec<u8>> {
        let mut all = Vec::new();
        for rule in &self.rules {
            let state = rule.state()?;
            all.extend_from_slice(&(state.len() as u64).to_le_bytes());
            all.extend(state);
        }
        Some(all)
    }

    /// Takes what [`Optimizers::state`] gave; whether that could be.
    pub(crate) fn restore(&mut self, mut state: &[u8]) -> bool {
        let restored = self.rules.iter_mut().all(|rule| {
            let Some((length, rest)) = state.split_first_chunk() else {
                return false;
            };
            let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
            let Some((own, others)) = rest.split_at_checked(length) else {
                return false;
            };
            state = others;
            rule.restore(own)
        });
        restored && state.is_empty()
    }

    /// Takes the curvature of every parameter.
    pub(crate) fn set_curvature(&mut self, curvature: Vec<Tensor<1>>) {
        if let [rule] = &mut self.rules[..] {
            rule.set_curvature(curvature);
        }
    }
}

/// The rule for these parameters of type `T`, with nothing remembered.
pub(crate) fn build<T: BurnReal>(spec: &OptimizerSpec, places: &[Place]) -> Optimizer {
    let Forms {
        burns,
        burns_is_exact,
        ours,
    } = forms(spec, places);
    match burns {
        Some(burns) if burns_is_exact || T::dtype() != DType::F64 => {
            Optimizer::Burns(Box::new(burns))
        }
        _ => Optimizer::Ours(ours),
    }
}

/// Both forms of the rule of that name, for these parameters.
fn forms(spec: &OptimizerSpec, places: &[Place]) -> Forms {
    let parameters = places.len();
    match spec {
        OptimizerSpec::Sgd(_) => sgd::forms(),
        OptimizerSpec::Momentum(rule) => momentum::forms(rule, parameters),
        OptimizerSpec::Nesterov(rule) => nesterov::forms(rule, parameters),
        OptimizerSpec::AdaGrad(rule) => adagrad::forms(rule, parameters),
        OptimizerSpec::RmsProp(rule) => rmsprop::forms(rule, parameters),
        OptimizerSpec::Adam(rule) => adam::forms(rule, parameters),
        OptimizerSpec::AdamW(rule) => adamw::forms(rule, places),
        OptimizerSpec::Rprop(rule) => rprop::forms(rule, parameters),
        OptimizerSpec::Quickprop(rule) => quickprop::forms(rule, parameters),
        OptimizerSpec::DiagonalLevenbergMarquardt(rule) => {
            diagonal_levenberg_marquardt::forms(rule)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Backend;
    use burn::tensor::Device;
    use spec::model::{Initializer, PlannedParameter};
    use spec::optimizers::{
        AdaGradSpec, AdamSpec, AdamWSpec, MomentumSpec, NesterovSpec, RmsPropSpec, SgdSpec,
    };

    const RULES: [OptimizerSpec; 7] = [
        OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1 }),
        OptimizerSpec::Momentum(MomentumSpec {
            learning_rate: 0.1,
            momentum: 0.9,
        }),
        OptimizerSpec::Nesterov(NesterovSpec {
            learning_rate: 0.1,
            momentum: 0.9,
        }),
        OptimizerSpec::AdaGrad(AdaGradSpec {
            learning_rate: 0.1,
            epsilon: 1e-8,
        }),
        OptimizerSpec::RmsProp(RmsPropSpec {
            learning_rate: 0.1,
            decay: 0.9,
            epsilon: 1e-8,
        }),
        OptimizerSpec::Adam(AdamSpec {
            learning_rate: 0.1,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        }),
        OptimizerSpec::AdamW(AdamWSpec {
            learning_rate: 0.1,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.05,
            decays: spec::optimizers::Decays::All,
        }),
    ];

    /// Three parameters with learning rates of their own.
    fn places() -> Vec<Place> {
        let place = |learning_rate| {
            Place::matrix(PlannedParameter {
                name: String::new(),
                shape: vec![4],
                fan_in: 1,
                fan_out: 1,
                initializer: Initializer::zero(),
                learning_rate,
                weighs: true,
            })
        };
        [1.0, 0.5, 1.0].map(place).to_vec()
    }

    /// The parameters after 20 steps down ½ Σ (w − n/10)², n the number of the step.
    fn trained(mut optimizer: Optimizer, device: &Device) -> Vec<f32> {
        let places = places();
        let start =
            |_: &Place| Tensor::<1>::from_data([1.0f32, -2.0, 0.3, 0.0], (device, DType::F32));
        let mut parameters = Parameters::new(places.iter().map(start));
        for step in 0..20 {
            let slope = |w: Tensor<1>| w.sub_scalar(f64::from(step) / 10.0);
            let gradients = parameters.values().into_iter().map(slope);
            let gradients = gradients.enumerate().collect();
            parameters = optimizer.step(0.1, &places, parameters, gradients);
        }
        let values = |w: Tensor<1>| w.try_into_vec_as::<f32>().unwrap();
        parameters.values().into_iter().flat_map(values).collect()
    }

    #[test]
    fn burns_rules_and_ours_agree_to_f32_precision() {
        for backend in Backend::ALL {
            let device = backend.device();
            for rule in RULES {
                let Forms { burns, ours, .. } = forms(&rule, &places());
                let theirs = trained(Optimizer::Burns(Box::new(burns.unwrap())), &device);
                let ours = trained(Optimizer::Ours(ours), &device);
                assert_ne!(ours[..4], ours[4..8], "{}: one learning rate", rule.kind());
                assert_eq!(ours[..4], ours[8..], "{}", rule.kind());
                for (theirs, ours) in theirs.iter().zip(&ours) {
                    let close = (theirs - ours).abs() <= 2e-5 * (1.0 + ours.abs());
                    assert!(close, "{}: {theirs} and {ours}", rule.kind());
                }
            }
        }
    }
}
