//! The update rules, with the formulas of [`OptimizerSpec`].
//!
//! In f32 they are burn's own where burn has them. In f64 they are written here, in tensor
//! operations: burn keeps μ, β₁, β₂ and ε as f32 and computes Adam's bias corrections in f32, so that
//! its trajectory leaves that of the formula in the eighth digit. Burn's SGD takes its learning rate
//! as f64 and serves both. Burn has no Rprop, Quickprop or Levenberg-Marquardt.

mod adam;
mod levenberg_marquardt;
mod momentum;
mod quickprop;
mod rprop;
mod squares;

use burn::module::Param;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    AdaGradConfig, AdamConfig, AdamWConfig, GradientsParams, ModuleOptimizer, RmsPropConfig,
    SgdConfig,
};
use burn::tensor::{DType, Tensor};
use spec::optimizers::{
    AdaGradSpec, AdamSpec, AdamWSpec, DiagonalLevenbergMarquardtSpec, MomentumSpec, NesterovSpec,
    QuickpropSpec, RmsPropSpec, RpropSpec,
};
use spec::training::OptimizerSpec;

use crate::BurnReal;
use crate::parameters::{Parameters, Place};

/// A rule of ours, with what it remembers of each parameter.
pub(crate) trait Rule: Send {
    /// The parameter of that index after an update.
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1>;

    /// Takes the curvature of every parameter.
    fn set_curvature(&mut self, _: Vec<Tensor<1>>) {}
}

/// A rule for all parameters.
pub(crate) enum Optimizer {
    Burns(Box<ModuleOptimizer>),
    Ours(Box<dyn Rule>),
}

impl Optimizer {
    /// The rule for so many parameters of type `T`, with nothing remembered.
    pub(crate) fn new<T: BurnReal>(spec: &OptimizerSpec, parameters: usize) -> Self {
        let burns = match (T::dtype(), spec) {
            (DType::F64, OptimizerSpec::Sgd(_)) => burns(spec),
            (DType::F64, _) => None,
            _ => burns(spec),
        };
        match burns {
            Some(optimizer) => Self::Burns(Box::new(optimizer)),
            None => Self::Ours(ours(spec, parameters)),
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
        match self {
            Self::Burns(optimizer) => {
                for (factor, gradients) in by_factor(places, gradients) {
                    let mut named = GradientsParams::new();
                    for (index, g) in gradients {
                        named.register(parameters.all[index].id, g);
                    }
                    // Moved, not cloned: the optimiser may then update parameters in place.
                    parameters = optimizer.step(learning_rate * factor, parameters, named);
                }
            }
            Self::Ours(rule) => {
                for (index, g) in gradients {
                    let rate = learning_rate * places[index].planned.learning_rate;
                    let w = parameters.all[index].val().inner();
                    let w = rule.step(index, rate, w, g);
                    parameters.all[index] = Param::from_tensor(w.autodiff());
                }
            }
        }
        parameters
    }

    /// Takes the curvature of every parameter.
    pub(crate) fn set_curvature(&mut self, curvature: Vec<Tensor<1>>) {
        if let Self::Ours(rule) = self {
            rule.set_curvature(curvature);
        }
    }
}

/// Gradients with their index, apart by the learning-rate factor of their parameter.
type ByFactor = Vec<(f64, Vec<(usize, Tensor<1>)>)>;

fn by_factor(places: &[Place], gradients: Vec<(usize, Tensor<1>)>) -> ByFactor {
    let mut apart = ByFactor::new();
    for (index, g) in gradients {
        let factor = places[index].planned.learning_rate;
        match apart.iter_mut().find(|(other, _)| *other == factor) {
            Some((_, group)) => group.push((index, g)),
            None => apart.push((factor, vec![(index, g)])),
        }
    }
    apart
}

/// Burn's own rule, if it has the same.
fn burns(spec: &OptimizerSpec) -> Option<ModuleOptimizer> {
    let with_momentum = |momentum, nesterov| {
        let momentum = MomentumConfig::new()
            .with_momentum(momentum)
            // Burn's default of 0.1 would weigh every gradient but the first by 0.9.
            .with_dampening(0.0)
            .with_nesterov(nesterov);
        SgdConfig::new().with_momentum(Some(momentum)).init()
    };
    let rule = match *spec {
        OptimizerSpec::Sgd(_) => SgdConfig::new().init(),
        OptimizerSpec::Momentum(MomentumSpec { momentum, .. }) => with_momentum(momentum, false),
        OptimizerSpec::Nesterov(NesterovSpec { momentum, .. }) => with_momentum(momentum, true),
        OptimizerSpec::AdaGrad(AdaGradSpec { epsilon, .. }) => {
            AdaGradConfig::new().with_epsilon(epsilon as f32).init()
        }
        OptimizerSpec::RmsProp(RmsPropSpec { decay, epsilon, .. }) => RmsPropConfig::new()
            .with_alpha(decay as f32)
            .with_epsilon(epsilon as f32)
            // Burn's default is 0.9.
            .with_momentum(0.0)
            .init(),
        OptimizerSpec::Adam(AdamSpec {
            beta1,
            beta2,
            epsilon,
            ..
        }) => AdamConfig::new()
            .with_beta_1(beta1 as f32)
            .with_beta_2(beta2 as f32)
            .with_epsilon(epsilon as f32)
            .init(),
        OptimizerSpec::AdamW(AdamWSpec {
            beta1,
            beta2,
            epsilon,
            weight_decay,
            ..
        }) => AdamWConfig::new()
            .with_beta_1(beta1 as f32)
            .with_beta_2(beta2 as f32)
            .with_epsilon(epsilon as f32)
            .with_weight_decay(weight_decay as f32)
            .init(),
        OptimizerSpec::Rprop(_)
        | OptimizerSpec::Quickprop(_)
        | OptimizerSpec::DiagonalLevenbergMarquardt(_) => return None,
    };
    Some(rule)
}

/// The same rules, and those that burn has not, with constants in f64.
fn ours(spec: &OptimizerSpec, parameters: usize) -> Box<dyn Rule> {
    match *spec {
        OptimizerSpec::Sgd(_) => Box::new(momentum::Momentum::new(0.0, false, parameters)),
        OptimizerSpec::Momentum(MomentumSpec { momentum, .. }) => {
            Box::new(momentum::Momentum::new(momentum, false, parameters))
        }
        OptimizerSpec::Nesterov(NesterovSpec { momentum, .. }) => {
            Box::new(momentum::Momentum::new(momentum, true, parameters))
        }
        OptimizerSpec::AdaGrad(AdaGradSpec { epsilon, .. }) => {
            Box::new(squares::Squares::new(None, epsilon, parameters))
        }
        OptimizerSpec::RmsProp(RmsPropSpec { decay, epsilon, .. }) => {
            Box::new(squares::Squares::new(Some(decay), epsilon, parameters))
        }
        OptimizerSpec::Adam(AdamSpec {
            beta1,
            beta2,
            epsilon,
            ..
        }) => Box::new(adam::Adam::new([beta1, beta2], epsilon, 0.0, parameters)),
        OptimizerSpec::AdamW(AdamWSpec {
            beta1,
            beta2,
            epsilon,
            weight_decay,
            ..
        }) => Box::new(adam::Adam::new(
            [beta1, beta2],
            epsilon,
            weight_decay,
            parameters,
        )),
        OptimizerSpec::Rprop(RpropSpec {
            decrease,
            increase,
            smallest,
            largest,
            ..
        }) => Box::new(rprop::Rprop::new(
            [decrease, increase],
            [smallest, largest],
            parameters,
        )),
        OptimizerSpec::Quickprop(QuickpropSpec { growth, .. }) => {
            Box::new(quickprop::Quickprop::new(growth, parameters))
        }
        OptimizerSpec::DiagonalLevenbergMarquardt(DiagonalLevenbergMarquardtSpec {
            mu, ..
        }) => Box::new(levenberg_marquardt::LevenbergMarquardt::new(mu)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Backend;
    use burn::tensor::Device;
    use spec::model::{Initializer, PlannedParameter};
    use spec::optimizers::SgdSpec;

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
                let optimizer = Optimizer::Burns(Box::new(burns(&rule).unwrap()));
                let theirs = trained(optimizer, &device);
                let ours = trained(Optimizer::Ours(ours(&rule, 3)), &device);
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
