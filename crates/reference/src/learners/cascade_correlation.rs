//! What candidates and outputs of a growing network learn. Units answer with 1 / (1 + e⁻ᶻ) − ½.

use burn::tensor::Tensor;
use ndarray::Array2;

use super::Terms;
use crate::layers::pointwise::exact_sigmoid;

/// −S = −Σₒ |Σₙ (Vₙ − mean V)(Eₒₙ − mean Eₒ)| / Σ E² of the unit's `weight` `[U]`.
pub(super) fn candidate(terms: &Terms, values: &Array2<f64>, errors: &Array2<f64>) -> Tensor<1> {
    let about_mean = |x: Tensor<2>| {
        let factor = 1.0 / x.dims()[1] as f64;
        x.clone() - x.sum_dim(1).mul_scalar(factor)
    };
    let value = terms.of("weight").matmul(terms.given(values));
    let value = about_mean(exact_sigmoid(value).sub_scalar(0.5));
    let squares: f64 = errors.iter().map(|e| e * e).sum();
    let errors = about_mean(terms.given(errors));
    let covariances = (errors * value).sum_dim(1);
    covariances.abs().sum().mul_scalar(-1.0 / squares)
}

/// ½ Σ (y − t)² of the `weight` `[K, U]` of all outputs.
pub(super) fn outputs(terms: &Terms, values: &Array2<f64>, targets: &Array2<f64>) -> Tensor<1> {
    let z = terms.of("weight").matmul(terms.given(values));
    let y = exact_sigmoid(z).sub_scalar(0.5);
    let apart = y - terms.given(targets);
    apart.square().sum().mul_scalar(0.5)
}
