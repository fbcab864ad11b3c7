//! Batch normalisation: each channel at mean 0 and variance 1 over the batch.
//!
//! A channel `$c$` has `$m = N \cdot H \cdot W$` numbers `$x_k$` in a batch of images, `$m = N$` in
//! one of vectors:
//!
//! ```math
//! \mu = \frac{1}{m} \sum_k x_k, \qquad \sigma^2 = \frac{1}{m} \sum_k (x_k - \mu)^2, \qquad
//!   \hat x_k = r\,(x_k - \mu), \quad r = \frac{1}{\sqrt{\sigma^2 + \varepsilon}}, \qquad
//!   y_k = \gamma \hat x_k + \beta
//! ```
//!
//! # Backward
//!
//! The parameters: `$d\beta = \sum_k dy_k$`, `$d\gamma = \sum_k dy_k \hat x_k$`. The input acts on
//! `$L$` in three ways: by itself, through `$\sigma^2$` and through `$\mu$`. With `$d\hat x_k =
//! \gamma\, dy_k$`
//!
//! ```math
//! d\sigma^2 = \sum_k d\hat x_k\,(x_k - \mu) \left(-\tfrac12 r^3\right)
//!   = -\tfrac12 r^2 \gamma\, d\gamma, \qquad
//! d\mu = \sum_k d\hat x_k\,(-r) + d\sigma^2 \cdot \frac{-2}{m} \sum_k (x_k - \mu) = -r \gamma\, d\beta
//! ```
//!
//! (the last sum is 0), and together, as `$\partial \sigma^2 / \partial x_k = \tfrac{2}{m} (x_k -
//! \mu)$` and `$\partial \mu / \partial x_k = \tfrac{1}{m}$`:
//!
//! ```math
//! dx_k = r\, d\hat x_k + \frac{2}{m} (x_k - \mu)\, d\sigma^2 + \frac{1}{m}\, d\mu
//!   = \gamma r \left(dy_k - \frac{d\beta}{m} - \hat x_k \frac{d\gamma}{m}\right)
//! ```
//!
//! In evaluation `$\mu$` and `$\sigma^2$` are the running ones, constants: the two means are left
//! out and `$dx_k = \gamma r\, dy_k$`.
//!
//! # Running statistics
//!
//! After each update `running ← (1 − momentum) · running + momentum · batch`. The variance of the
//! batch is the biased one, divided by `$m$`, as in burn and in normalisation itself; PyTorch takes
//! the unbiased one, divided by `$m - 1$`, here.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]`, `$D = C \cdot H \cdot W$` |
//! | `weight` γ, `bias` β and their gradients | `[C]` |
//! | `running_mean`, `running_var` | `[C]` |
//!
//! Source: Ioffe & Szegedy 2015, algorithm 1 and section 3.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{BatchNormSpec, PlannedLayer};

use super::channels::Channels;
use super::{Layer, Mode, Pass};

/// `$y = \gamma \hat x + \beta$` with `$\hat x$` normalised over the batch.
#[derive(Clone, Debug)]
pub struct BatchNorm<T> {
    channels: Channels,
    /// Weight of the newest batch in the running statistics.
    momentum: T,
    epsilon: f64,
    /// Whether the last pass was one of training, with the statistics of a batch.
    training: bool,
    /// `$\mu$`, `$\sigma^2$` and `$r$` of the last pass, `[C]` each.
    mean: Vec<T>,
    variance: Vec<T>,
    r: Vec<T>,
    /// `$d\beta / m$` and `$d\gamma / m$` of a pass in training, else 0, `[C]` each.
    mean_dy: Vec<T>,
    mean_dy_x_hat: Vec<T>,
    running_mean: Vec<T>,
    running_var: Vec<T>,
}

impl<T: Real> BatchNorm<T> {
    /// The planned layer, with running mean 0 and variance 1.
    pub fn new(planned: &PlannedLayer, norm: &BatchNormSpec) -> Self {
        let channels = Channels::new(planned);
        let all = |value: T| vec![value; channels.count];
        Self {
            momentum: T::of(norm.momentum),
            epsilon: norm.epsilon,
            training: false,
            mean: all(T::zero()),
            variance: all(T::one()),
            r: all(T::one()),
            mean_dy: all(T::zero()),
            mean_dy_x_hat: all(T::zero()),
            running_mean: all(T::zero()),
            running_var: all(T::one()),
            channels,
        }
    }

    /// Mean and variance of a batch.
    fn measure(&mut self, x: &[T]) {
        let m = (x.len() / self.channels.count) as f64;
        let sums = self.channels.sum([x, x], [], |x, _, []| x.f64());
        for (mean, sum) in self.mean.iter_mut().zip(sums) {
            *mean = T::of(sum / m);
        }
        let sums = self.channels.sum([x, x], [&self.mean], |x, _, [mean]| {
            let centred = (x - mean).f64();
            centred * centred
        });
        for (variance, sum) in self.variance.iter_mut().zip(sums) {
            *variance = T::of(sum / m);
        }
    }
}

impl<T: Real> Layer<T> for BatchNorm<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, mode: Mode) {
        let x = x.as_standard_layout();
        let x = x.as_slice().expect("standard layout is row by row");
        self.training = mode != Mode::Evaluation;
        match self.training {
            true => self.measure(x),
            false => {
                self.mean.copy_from_slice(&self.running_mean);
                self.variance.copy_from_slice(&self.running_var);
            }
        }
        for (r, variance) in self.r.iter_mut().zip(&self.variance) {
            *r = T::of(1.0 / (variance.f64() + self.epsilon).sqrt());
        }
        let (weight, bias) = w.split_at(self.channels.count);
        let parameters = [&*self.mean, &*self.r, weight, bias];
        let y = y.as_slice_mut().expect("outputs lie row by row");
        self.channels
            .map(y, [x, x], parameters, |x, _, [mean, r, weight, bias]| {
                let x_hat = (x - mean) * r;
                weight * x_hat + bias
            });
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let (x, dy) = (pass.x.as_standard_layout(), pass.dy.as_standard_layout());
        let x = x.as_slice().expect("standard layout is row by row");
        let dy = dy.as_slice().expect("standard layout is row by row");
        let count = self.channels.count;
        let m = (x.len() / count) as f64;
        // In evaluation nothing comes back through the statistics.
        let through = if self.training { 1.0 / m } else { 0.0 };
        let (weight, (dweight, dbias)) = (&w[..count], dw.split_at_mut(count));
        let (mean, r) = (&*self.mean, &*self.r);

        let sums = self.channels.sum([x, dy], [], |_, dy, []| dy.f64());
        for ((dbias, mean_dy), sum) in dbias.iter_mut().zip(&mut self.mean_dy).zip(sums) {
            *dbias += T::of(*sum);
            *mean_dy = T::of(sum * through);
        }
        let sums = self.channels.sum([x, dy], [mean, r], |x, dy, [mean, r]| {
            let x_hat = (x - mean) * r;
            (dy * x_hat).f64()
        });
        let means = &mut self.mean_dy_x_hat;
        for ((dweight, mean), sum) in dweight.iter_mut().zip(means).zip(sums) {
            *dweight += T::of(*sum);
            *mean = T::of(sum * through);
        }

        let Some(mut dx) = dx else { return };
        let dx = dx.as_slice_mut().expect("gradients lie row by row");
        let parameters = [mean, r, weight, &*self.mean_dy, &*self.mean_dy_x_hat];
        self.channels.map(dx, [x, dy], parameters, |x, dy, p| {
            let [mean, r, weight, mean_dy, mean_dy_x_hat] = p;
            let x_hat = (x - mean) * r;
            weight * r * (dy - mean_dy - x_hat * mean_dy_x_hat)
        });
    }

    fn end_step(&mut self) {
        if !self.training {
            return;
        }
        let (new, old) = (self.momentum, T::one() - self.momentum);
        let means = self.running_mean.iter_mut().zip(&self.mean);
        let variances = self.running_var.iter_mut().zip(&self.variance);
        for (running, &of_batch) in means.chain(variances) {
            *running = old * *running + new * of_batch;
        }
    }

    fn save(&self, statistics: &mut Vec<T>) {
        statistics.extend(&self.running_mean);
        statistics.extend(&self.running_var);
    }

    fn restore(&mut self, statistics: &mut &[T]) {
        for running in [&mut self.running_mean, &mut self.running_var] {
            let (of_layer, rest) = statistics.split_at(running.len());
            running.copy_from_slice(of_layer);
            *statistics = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{TRAINING, prove, random};
    use super::*;
    use ndarray::{Array2, array, s};
    use spec::model::{LayerSpec, ModelSpec};

    fn batch_norm<T: Real>(input: &[usize], momentum: f64, epsilon: f64) -> BatchNorm<T> {
        let spec = BatchNormSpec {
            momentum,
            epsilon,
            name: None,
        };
        let model = ModelSpec::new(vec![LayerSpec::BatchNorm(spec.clone())]);
        BatchNorm::new(&model.plan(input).unwrap()[0], &spec)
    }

    fn forward<T: Real>(layer: &mut BatchNorm<T>, w: &[T], x: &Array2<T>, mode: Mode) -> Array2<T> {
        let mut y = Array2::from_elem(x.raw_dim(), T::nan());
        layer.forward(w, x.view(), y.view_mut(), mode);
        y
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        let w = random(1, 24, "w").into_raw_vec_and_offset().0;
        for (input, channels) in [(vec![12], 12), (vec![3, 2, 2], 3), (vec![1, 3, 4], 1)] {
            let x = random(5, 12, "x") * 3.0 + 1.0;
            let mut layer = batch_norm(&input, 0.1, 1e-5);
            prove(&mut layer, &w[..2 * channels], x, 12);
        }
    }

    /// Two channels of two pixels, two samples. Mean 3 and variance 4, so with ε = 12 the root is
    /// 4; mean 0 and variance 13: the root is 5.
    #[test]
    fn values_and_running_statistics_by_hand() {
        let mut layer = batch_norm(&[2, 1, 2], 0.25, 12.0);
        let w = [2.0, 10.0, 1.0, -1.0];
        let x = array![[1.0, 5.0, 1.0, -1.0], [5.0, 1.0, 5.0, -5.0]];
        let y = forward(&mut layer, &w, &x, TRAINING);
        assert_eq!(y.row(0).to_vec(), [0.0, 2.0, 1.0, -3.0]);
        assert_eq!(y.row(1).to_vec(), [2.0, 0.0, 9.0, -11.0]);
        let running = |layer: &BatchNorm<f64>| {
            let mut statistics = vec![7.0];
            layer.save(&mut statistics);
            statistics
        };
        // Only the end of an update moves them: from 0 and 1, the variance is the biased one.
        assert_eq!(running(&layer), [7.0, 0.0, 0.0, 1.0, 1.0]);
        layer.end_step();
        assert_eq!(running(&layer), [7.0, 0.75, 0.0, 1.75, 4.0]);
        forward(&mut layer, &w, &x, TRAINING);
        layer.end_step();
        assert_eq!(running(&layer), [7.0, 1.3125, 0.0, 2.3125, 6.25]);
        // Evaluation takes them and leaves them.
        let mut other = batch_norm(&[2, 1, 2], 0.25, 12.0);
        other.restore(&mut [3.0, 0.0, 4.0, 13.0, 99.0].as_slice());
        assert_eq!(forward(&mut other, &w, &x, Mode::Evaluation), y);
        other.end_step();
        assert_eq!(running(&other), [7.0, 3.0, 0.0, 4.0, 13.0]);
        let mut rest = [0.0; 5].as_slice();
        other.restore(&mut rest);
        assert_eq!(rest.len(), 1);
    }

    #[test]
    fn a_channel_of_a_batch_has_mean_zero_and_variance_one() {
        let x = (random(40, 30, "x") * 20.0 + 300.0).mapv(|x| x as f32);
        for (input, channels) in [(vec![30], 30), (vec![2, 3, 5], 2)] {
            let mut w = vec![1.0; 2 * channels];
            w[channels..].fill(0.0);
            let y = forward(&mut batch_norm(&input, 0.1, 1e-5), &w, &x, TRAINING);
            let pixels = 30 / channels;
            for c in 0..channels {
                let y = y.slice(s![.., c * pixels..(c + 1) * pixels]);
                let m = y.len() as f32;
                let mean = y.sum() / m;
                let variance = y.fold(0.0, |sum, y| sum + (y - mean).powi(2)) / m;
                assert!(mean.abs() < 1e-5, "{mean}");
                assert!((variance - 1.0).abs() < 1e-4, "{variance}");
            }
        }
    }

    /// There each number passes by itself: dx = dy γ / √(σ² + ε), and dγ, dβ are of the running x̂.
    #[test]
    fn in_evaluation_the_statistics_are_constants() {
        let mut layer = batch_norm(&[2], 0.1, 1.0);
        let (w, x) = ([2.0, -3.0, 0.5, 0.5], random(4, 2, "x"));
        forward(&mut layer, &w, &x, TRAINING);
        layer.restore(&mut [1.0, -1.0, 3.0, 0.0].as_slice());
        let y = forward(&mut layer, &w, &x, Mode::Evaluation);
        let (dy, mut dx, mut dw) = (random(4, 2, "dy"), Array2::zeros((4, 2)), [1.0; 4]);
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        layer.backward(&w, pass, Some(dx.view_mut()), &mut dw);
        let expected = &dy * &array![2.0 / 2.0, -3.0 / 1.0];
        assert!((&dx - &expected).iter().all(|off| off.abs() < 1e-15));
        let x_hat = (&x - &array![1.0, -1.0]) / array![2.0, 1.0];
        for c in 0..2 {
            let dweight = 1.0 + dy.column(c).dot(&x_hat.column(c));
            assert!((dw[c] - dweight).abs() < 1e-14);
            assert!((dw[2 + c] - 1.0 - dy.column(c).sum()).abs() < 1e-14);
        }
    }

    #[test]
    fn a_nan_spoils_its_channel_only_and_one_sample_gives_the_bias() {
        let (w, x) = ([1.0, 1.0, 0.25, 0.25], array![[1.0, 2.0], [f64::NAN, 3.0]]);
        let y = forward(&mut batch_norm(&[2], 0.1, 1e-5), &w, &x, TRAINING);
        assert!(y.column(0).iter().all(|y| y.is_nan()));
        assert!(y.column(1).iter().all(|y| y.is_finite()));
        let x = array![[5.0, -7.0]];
        let y = forward(&mut batch_norm(&[2], 0.1, 1e-5), &w, &x, TRAINING);
        assert_eq!(y, array![[0.25, 0.25]]);
    }
}
