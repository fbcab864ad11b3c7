//! What the rules of learners go down on, written once more in burn: its autodiff is held against
//! the steps that they take.

mod boltzmann;
mod cascade_correlation;
mod rbm;
mod som;

use burn::tensor::{Device, Tensor};
use contract::{Criterion, NamedTensors};
use ndarray::{Array2, ArrayD, IxDyn};

use crate::Backend;
use crate::tensors::{to_burn, values};

/// The gradient of a criterion by each of these tensors, in f64; one that it does not depend on is
/// left out.
///
/// # Panics
/// If a tensor that the criterion is a function of is missing or has another shape.
pub fn gradient(
    criterion: &Criterion,
    at: &NamedTensors<f64>,
    backend: Backend,
) -> NamedTensors<f64> {
    let terms = Terms::new(at, backend.device().autodiff());
    let value = match criterion {
        Criterion::Som { x, h } => som::energy(&terms, x, h),
        Criterion::Contrast {
            visible,
            data,
            model,
        } => rbm::contrast(&terms, *visible, data, model),
        Criterion::Likelihood {
            visible,
            data,
            states,
        } => rbm::likelihood(&terms, *visible, data, states),
        Criterion::Boltzmann {
            states,
            clamped,
            vectors,
            temperature,
        } => boltzmann::divergence(&terms, states, clamped, *vectors, *temperature),
        Criterion::Candidate { values, errors } => {
            cascade_correlation::candidate(&terms, values, errors)
        }
        Criterion::Outputs { values, targets } => {
            cascade_correlation::outputs(&terms, values, targets)
        }
    };
    let mut found = value.backward();
    let mut gradients = NamedTensors::default();
    for ((name, at), leaf) in at.iter().zip(&terms.leaves) {
        if let Some(gradient) = leaf.1.grad_remove(&mut found) {
            let gradient = ArrayD::from_shape_vec(IxDyn(at.shape()), values(gradient));
            let gradient = gradient.expect("a gradient has the shape of its tensor");
            gradients.insert(name, gradient);
        }
    }
    gradients
}

/// The tensors by which is differentiated, and those that are given, on one device.
struct Terms {
    device: Device,
    leaves: Vec<(String, Tensor<2>)>,
}

impl Terms {
    /// Vectors become rows `[1, n]`.
    fn new(at: &NamedTensors<f64>, device: Device) -> Self {
        let leaf = |(name, tensor): (&str, &ArrayD<f64>)| {
            let columns = tensor.shape().last().copied().unwrap_or(1) as i64;
            let flat: Tensor<1> = to_burn(tensor.flatten().view(), &device);
            (name.into(), flat.reshape([-1, columns]).require_grad())
        };
        let leaves = at.iter().map(leaf).collect();
        Self { device, leaves }
    }

    /// A tensor that the criterion is a function of.
    fn of(&self, name: &str) -> Tensor<2> {
        let named = self.leaves.iter().find(|(of, _)| of == name);
        named
            .unwrap_or_else(|| panic!("{name} is missing"))
            .1
            .clone()
    }

    /// A matrix that is given.
    fn given(&self, array: &Array2<f64>) -> Tensor<2> {
        to_burn(array.view(), &self.device)
    }
}

/// ln Σ exp of each row, `[N, 1]`.
fn log_sum_exp(x: Tensor<2>) -> Tensor<2> {
    let largest = x.clone().detach().max_dim(1);
    (x - largest.clone()).exp().sum_dim(1).log() + largest
}

/// The mean of all numbers; not burn's, which divides by an f32 on the way back.
fn mean(x: Tensor<2>) -> Tensor<1> {
    let [rows, columns] = x.dims();
    x.sum().mul_scalar(1.0 / (rows * columns) as f64)
}
