//! The update rules, with the formulas of [`OptimizerSpec`].
//!
//! In f32 they are burn's own. In f64 momentum and Adam are written here, in tensor operations:
//! burn keeps μ, β₁, β₂ and ε as f32 and computes Adam's bias corrections in f32, so that its
//! trajectory leaves that of the formula in the eighth digit. Burn's SGD takes its learning rate as
//! f64 and serves both.

use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    AdamConfig, AdamState, AdaptiveMomentumState, LearningRate, ModuleOptimizer, Optimizer,
    RecordState, SgdConfig, StateSink, StateSource,
};
use burn::tensor::{DType, Device, Tensor};
use spec::training::OptimizerSpec;

use crate::tensors::BurnReal;

/// The rule for parameters of type `T`, with nothing remembered.
pub(crate) fn new<T: BurnReal>(spec: &OptimizerSpec) -> ModuleOptimizer {
    if T::dtype() == DType::F64 {
        exact(spec)
    } else {
        burns(spec)
    }
}

/// Burn's own.
fn burns(spec: &OptimizerSpec) -> ModuleOptimizer {
    let with_momentum = |momentum, nesterov| {
        let momentum = MomentumConfig::new()
            .with_momentum(momentum)
            // Burn's default of 0.1 would weigh every gradient but the first by 0.9.
            .with_dampening(0.0)
            .with_nesterov(nesterov);
        SgdConfig::new().with_momentum(Some(momentum)).init()
    };
    match *spec {
        OptimizerSpec::Sgd { .. } => SgdConfig::new().init(),
        OptimizerSpec::Momentum { momentum, .. } => with_momentum(momentum, false),
        OptimizerSpec::Nesterov { momentum, .. } => with_momentum(momentum, true),
        OptimizerSpec::Adam {
            beta1,
            beta2,
            epsilon,
            ..
        } => AdamConfig::new()
            .with_beta_1(beta1 as f32)
            .with_beta_2(beta2 as f32)
            .with_epsilon(epsilon as f32)
            .init(),
        _ => todo!("{}", spec.kind()),
    }
}

/// The same rules with f64 constants.
fn exact(spec: &OptimizerSpec) -> ModuleOptimizer {
    match *spec {
        OptimizerSpec::Sgd { .. } => SgdConfig::new().init(),
        OptimizerSpec::Momentum { momentum, .. } => Momentum {
            momentum,
            nesterov: false,
        }
        .into(),
        OptimizerSpec::Nesterov { momentum, .. } => Momentum {
            momentum,
            nesterov: true,
        }
        .into(),
        OptimizerSpec::Adam {
            beta1,
            beta2,
            epsilon,
            ..
        } => Adam {
            beta1,
            beta2,
            epsilon,
        }
        .into(),
        _ => todo!("{}", spec.kind()),
    }
}

/// v ← μ v + g; w ← w − η v, or w − η (g + μ v) with `nesterov`.
#[derive(Clone)]
struct Momentum {
    momentum: f64,
    nesterov: bool,
}

/// v, of the shape of its parameter; 0 before the first step.
#[derive(Clone)]
struct Velocity<const D: usize>(Tensor<D>);

impl Optimizer for Momentum {
    type State<const D: usize> = Velocity<D>;

    fn step<const D: usize>(
        &self,
        learning_rate: LearningRate,
        w: Tensor<D>,
        g: Tensor<D>,
        state: Option<Velocity<D>>,
    ) -> (Tensor<D>, Option<Velocity<D>>) {
        let v = match state {
            Some(Velocity(v)) => v.mul_scalar(self.momentum) + g.clone(),
            None => g.clone(),
        };
        let direction = if self.nesterov {
            g + v.clone().mul_scalar(self.momentum)
        } else {
            v.clone()
        };
        (w - direction.mul_scalar(learning_rate), Some(Velocity(v)))
    }

    fn to_device<const D: usize>(state: Velocity<D>, device: &Device) -> Velocity<D> {
        Velocity(state.0.to_device(device))
    }
}

// Burn's derive of this trait works only inside its own crate.
impl<const D: usize> RecordState for Velocity<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        out.push_tensor(prefix, "velocity", self.0.to_data());
    }

    fn state_unflatten(prefix: &str, src: &mut StateSource, device: &Device) -> Option<Self> {
        let data = src.take_tensor(prefix, "velocity")?;
        let dtype = data.dtype();
        Some(Self(Tensor::from_data(data, (device, dtype))))
    }
}

/// m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; w ← w − η m̂ / (√v̂ + ε)
/// with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).
#[derive(Clone)]
struct Adam {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
}

impl Optimizer for Adam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        learning_rate: LearningRate,
        w: Tensor<D>,
        g: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        let new_m = g.clone().mul_scalar(1.0 - self.beta1);
        let new_v = g.square().mul_scalar(1.0 - self.beta2);
        let (t, m, v) = match state.map(|state| state.momentum) {
            Some(old) => (
                old.time + 1,
                old.moment_1.mul_scalar(self.beta1) + new_m,
                old.moment_2.mul_scalar(self.beta2) + new_v,
            ),
            None => (1, new_m, new_v),
        };
        let correction = |beta: f64| 1.0 - beta.powf(t as f64);
        let m_hat = m.clone().div_scalar(correction(self.beta1));
        let v_hat = v.clone().div_scalar(correction(self.beta2));
        let step = m_hat / v_hat.sqrt().add_scalar(self.epsilon);
        let state = AdamState::new(AdaptiveMomentumState::new(t, m, v));
        (w - step.mul_scalar(learning_rate), Some(state))
    }

    fn to_device<const D: usize>(mut state: AdamState<D>, device: &Device) -> AdamState<D> {
        state.momentum = state.momentum.to_device(device);
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Backend;
    use burn::module::Param;
    use burn::nn::Linear;
    use burn::optim::GradientsParams;

    const RULES: [OptimizerSpec; 4] = [
        OptimizerSpec::Sgd { learning_rate: 0.1 },
        OptimizerSpec::Momentum {
            learning_rate: 0.1,
            momentum: 0.9,
        },
        OptimizerSpec::Nesterov {
            learning_rate: 0.1,
            momentum: 0.9,
        },
        OptimizerSpec::Adam {
            learning_rate: 0.1,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        },
    ];

    /// The weights after 20 steps down ½ Σ (w − n/10)², n the number of the step.
    fn trained(mut optimizer: ModuleOptimizer, device: &Device) -> Vec<f32> {
        let start = Tensor::from_data([[1.0f32, -2.0], [0.3, 0.0]], (device, DType::F32));
        let mut module = Linear {
            weight: Param::from_tensor(start),
            bias: None,
        };
        for step in 0..20 {
            let difference = module.weight.val().sub_scalar(f64::from(step) / 10.0);
            let gradients = difference.square().sum().div_scalar(2.0).backward();
            let gradients = GradientsParams::from_grads(gradients, &module);
            module = optimizer.step(0.1, module, gradients);
        }
        module.weight.val().try_into_vec_as().unwrap()
    }

    #[test]
    fn burns_rules_and_ours_agree_to_f32_precision() {
        for backend in Backend::ALL {
            let device = backend.device().autodiff();
            for rule in RULES {
                let theirs = trained(burns(&rule), &device);
                let ours = trained(exact(&rule), &device);
                for (theirs, ours) in theirs.iter().zip(&ours) {
                    let close = (theirs - ours).abs() <= 2e-5 * (1.0 + ours.abs());
                    assert!(close, "{}: {theirs} and {ours}", rule.kind());
                }
            }
        }
    }
}
