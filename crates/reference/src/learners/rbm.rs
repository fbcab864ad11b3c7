//! Free energies of a restricted Boltzmann machine.

use burn::tensor::Tensor;
use ndarray::Array2;
use spec::learners::Visible;

use super::{Terms, log_sum_exp, mean};
use crate::layers::pointwise::softplus;

/// F(v) of each row, `[N, 1]`: −b·v − Σ softplus(c + v W), and ½ |v − b|² in place of −b·v where
/// visible units are Gaussian.
fn free_energies(terms: &Terms, visible: Visible, v: &Array2<f64>) -> Tensor<2> {
    let (v, b) = (terms.given(v), terms.of("visible_bias"));
    let hidden = softplus(v.clone().matmul(terms.of("weight")) + terms.of("bias"));
    let own = match visible {
        Visible::Gaussian => (v - b).square().mul_scalar(0.5),
        Visible::Bernoulli | Visible::Softmax(_) => (v * b).neg(),
    };
    own.sum_dim(1) - hidden.sum_dim(1)
}

/// The mean over the data less the mean over samples of the model.
pub(super) fn contrast(
    terms: &Terms,
    visible: Visible,
    data: &Array2<f64>,
    model: &Array2<f64>,
) -> Tensor<1> {
    let mean = |v| mean(free_energies(terms, visible, v));
    mean(data) - mean(model)
}

/// The mean over the data and ln Z.
pub(super) fn likelihood(
    terms: &Terms,
    visible: Visible,
    data: &Array2<f64>,
    states: &Array2<f64>,
) -> Tensor<1> {
    let logs = match visible {
        Visible::Gaussian => gaussian_log_weights(terms, states),
        Visible::Bernoulli | Visible::Softmax(_) => free_energies(terms, visible, states).neg(),
    };
    let log_z = log_sum_exp(logs.transpose()).sum();
    mean(free_energies(terms, visible, data)) + log_z
}

/// The integral over v for each state of the hidden units, `[S, 1]`, without (2π)^(D/2): with
/// a = b + W h it is c·h + ½ Σ (a² − b²).
fn gaussian_log_weights(terms: &Terms, h: &Array2<f64>) -> Tensor<2> {
    let (h, b) = (terms.given(h), terms.of("visible_bias"));
    let a = h.clone().matmul(terms.of("weight").transpose()) + b.clone();
    let squares = (a.square() - b.square()).sum_dim(1).mul_scalar(0.5);
    (h * terms.of("bias")).sum_dim(1) + squares
}
