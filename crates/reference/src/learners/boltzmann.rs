//! −mean ln P⁻(v) of a Boltzmann machine, over all its states.

use burn::tensor::Tensor;
use ndarray::Array2;

use super::{Terms, log_sum_exp, mean};

/// All `states` `[S, n]`, and those of them with each of the vectors `clamped`, one after the
/// other. Only weights above the diagonal are looked at.
pub(super) fn divergence(
    terms: &Terms,
    states: &Array2<f64>,
    clamped: &Array2<f64>,
    vectors: usize,
    temperature: f64,
) -> Tensor<1> {
    let units = states.ncols();
    let above = Array2::from_shape_fn((units, units), |(i, j)| f64::from(u8::from(i < j)));
    let w = terms.of("weight") * terms.given(&above);
    // −E / T, [1, S]
    let logs = |states| {
        let s = terms.given(states);
        let pairs = s.clone().matmul(w.clone()) * s.clone();
        let sums = (pairs + s * terms.of("bias")).sum_dim(1);
        sums.transpose().mul_scalar(1.0 / temperature)
    };
    let of_vectors = logs(clamped).reshape([vectors as i64, -1]);
    log_sum_exp(logs(states)).sum() - mean(log_sum_exp(of_vectors))
}
