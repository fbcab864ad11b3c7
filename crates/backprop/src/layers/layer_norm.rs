//! Layer normalisation: each sample at mean 0 and variance 1 over all of its features.
//!
//! ```math
//! \mu_n = \frac{1}{D} \sum_i x_{ni}, \qquad \sigma_n^2 = \frac{1}{D} \sum_i (x_{ni} - \mu_n)^2, \qquad
//!   \hat x_{ni} = \frac{x_{ni} - \mu_n}{\sqrt{\sigma_n^2 + \varepsilon}}, \qquad
//!   y_{ni} = \gamma_i \hat x_{ni} + \beta_i
//! ```
//!
//! The parameters meet every sample: `$d\gamma_i = \sum_n dy_{ni} \hat x_{ni}$`, `$d\beta_i =
//! \sum_n dy_{ni}$`. An input changes its own `$\hat x$` and, through mean and variance, those of
//! all features of the sample. With `$r_n = 1 / \sqrt{\sigma_n^2 + \varepsilon}$` and `$g_{ni} =
//! \gamma_i\, dy_{ni} = \partial L / \partial \hat x_{ni}$`:
//!
//! ```math
//! \frac{\partial \hat x_{nj}}{\partial x_{ni}} = r_n \Big(\delta_{ij} - \frac{1}{D}
//!   - \frac{1}{D} \hat x_{ni} \hat x_{nj}\Big), \qquad
//! dx_{ni} = r_n \Big(g_{ni} - \frac{1}{D} \sum_j g_{nj}
//!   - \hat x_{ni} \frac{1}{D} \sum_j g_{nj} \hat x_{nj}\Big)
//! ```
//!
//! since `$\partial \mu / \partial x_i = 1/D$` and
//! `$\partial r / \partial x_i = -\tfrac12 r^3 \tfrac{2}{D} (x_i - \mu) = -r^2 \hat x_i / D$`.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]` |
//! | `weight` γ, `bias` β (if there is one) and their gradients | the input's, D numbers |
//!
//! Of a sequence `[T, D]` each position is normalised by itself: N stands for N·T there.
//!
//! Source: Ba, Kiros, Hinton 2016, eqs. 3 and 4.

use contract::Real;
use kernels::layer_norm::{LayerNormBackward, LayerNormForward};
use kernels::matmul::vectorized::Vectorized;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{LayerNormSpec, PlannedLayer};

use super::{Layer, Mode, Pass};

/// `$y = \gamma \hat x + \beta$` with `$\hat x$` normalised over a sample.
#[derive(Clone, Debug)]
pub struct LayerNorm<T> {
    d: usize,
    epsilon: f64,
    /// `$\mu_n$` and `$r_n$` of each row of the last pass, `[N, 2]`.
    statistics: Vec<T>,
}

impl<T: Real> LayerNorm<T> {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer, norm: &LayerNormSpec) -> Self {
        Self {
            d: planned.positions()[1],
            epsilon: norm.epsilon,
            statistics: Vec::new(),
        }
    }
}

impl<T: Real> Layer<T> for LayerNorm<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let x = flat(x);
        let (weight, bias) = w.split_at(self.d);
        self.statistics.resize(2 * (x.len() / self.d), T::zero());
        LayerNormForward {
            columns: self.d,
            epsilon: self.epsilon,
            x,
            weight,
            bias,
            statistics: &mut self.statistics,
            y: flat_mut(y),
        }
        .run();
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let (dweight, dbias) = dw.split_at_mut(self.d);
        LayerNormBackward {
            columns: self.d,
            x: flat(pass.x),
            weight: &w[..self.d],
            statistics: &self.statistics,
            dy: flat(pass.dy),
            dweight,
            dbias,
            dx: dx.map_or(&mut [], flat_mut),
        }
        .run();
    }
}

fn flat<T>(rows: ArrayView2<'_, T>) -> &[T] {
    rows.to_slice().expect("activations lie row by row")
}

fn flat_mut<T>(rows: ArrayViewMut2<'_, T>) -> &mut [T] {
    rows.into_slice().expect("activations lie row by row")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::*;
    use ndarray::{Array2, array};
    use spec::model::{LayerSpec, ModelSpec};

    fn layer_norm<T: Real>(input: &[usize], epsilon: f64) -> LayerNorm<T> {
        let spec = LayerNormSpec {
            epsilon,
            ..LayerNormSpec::default()
        };
        let model = ModelSpec::new(vec![LayerSpec::LayerNorm(spec.clone())]);
        LayerNorm::new(&model.plan(input).unwrap()[0], &spec)
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        let w = random(1, 24, "w").into_raw_vec_and_offset().0;
        for input in [vec![12], vec![3, 2, 2], vec![1, 12]] {
            let x = random(4, 12, "x") * 3.0 + 1.0;
            prove(&mut layer_norm(&input, 1e-5), &w, x, 12);
        }
    }

    #[test]
    fn gradients_without_a_bias_agree_with_central_differences() {
        let spec = LayerNormSpec {
            bias: false,
            ..LayerNormSpec::default()
        };
        let model = ModelSpec::new(vec![LayerSpec::LayerNorm(spec.clone())]);
        let planned = &model.plan(&[3, 4]).unwrap()[0];
        assert_eq!(planned.parameter_count(), 4);
        let w = random(1, 4, "w").into_raw_vec_and_offset().0;
        let mut layer = LayerNorm::new(planned, &spec);
        prove(&mut layer, &w, random(5, 12, "x"), 12);
    }

    #[test]
    fn every_position_of_a_sequence_is_normalised_by_itself() {
        let w = random(1, 8, "w").into_raw_vec_and_offset().0;
        prove(&mut layer_norm(&[3, 4], 1e-5), &w, random(5, 12, "x"), 12);
    }

    /// Mean 3, variance 4, so with ε = 12 the root is 4; the sample after has its own.
    #[test]
    fn values_by_hand() {
        let (w, x) = (
            [1.0, 2.0, 10.0, 0.5],
            array![[1.0, 5.0], [7.0, 7.0], [f64::NAN, 1.0]],
        );
        let mut y = Array2::zeros((3, 2));
        let mut layer = layer_norm(&[2], 12.0);
        layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y.row(0).to_vec(), [9.5, 1.5]);
        assert_eq!(y.row(1).to_vec(), [10.0, 0.5]);
        assert!(y.row(2).iter().all(|y| y.is_nan()));
    }

    #[test]
    fn every_sample_has_mean_zero_and_variance_one() {
        let x = (random(6, 50, "x") * 20.0 + 300.0).mapv(|x| x as f32);
        let mut w = vec![1.0; 100];
        w[50..].fill(0.0);
        let mut y = Array2::zeros(x.raw_dim());
        layer_norm(&[50], 1e-5).forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        for y in y.rows() {
            let mean = y.sum() / 50.0;
            let variance = y.fold(0.0, |sum, y| sum + (y - mean).powi(2)) / 50.0;
            assert!(mean.abs() < 1e-4, "{mean}");
            assert!((variance - 1.0).abs() < 1e-4, "{variance}");
        }
    }
}
