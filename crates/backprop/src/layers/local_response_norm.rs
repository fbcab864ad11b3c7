//! Local response normalisation across channels.
//!
//! Each number is divided by a power of what the channels around its own have at the same pixel.
//! `$\mathcal{N}(c) = \{c - \lfloor n/2 \rfloor, \dots, c + \lfloor n/2 \rfloor\}$`, cut off at the
//! first and last channel, with `$n$` the size. As in the paper, `$\alpha$` is not divided by
//! `$n$`.
//!
//! ```math
//! s_c = k + \alpha \sum_{c' \in \mathcal{N}(c)} x_{c'}^2, \qquad y_c = x_c\, s_c^{-\beta}
//! ```
//!
//! `$x_i$` stands in the numerator of `$y_i$` and in the sums of all its neighbours. With
//! `$\partial s_c / \partial x_i = 2 \alpha x_i$` for `$i \in \mathcal{N}(c)$`:
//!
//! ```math
//! \frac{\partial y_c}{\partial x_i} = \delta_{ci}\, s_c^{-\beta}
//!   - \beta\, x_c\, s_c^{-\beta - 1} \cdot 2 \alpha x_i\, [i \in \mathcal{N}(c)]
//! ```
//!
//! Being a neighbour is mutual, `$i \in \mathcal{N}(c) \Leftrightarrow c \in \mathcal{N}(i)$`, and
//! `$x_c s_c^{-\beta - 1} = y_c / s_c$`. So the gradient is a sum over the same neighbours as
//! forward:
//!
//! ```math
//! dx_i = \sum_c dy_c \frac{\partial y_c}{\partial x_i}
//!   = dy_i\, s_i^{-\beta} - 2 \alpha \beta\, x_i \sum_{c \in \mathcal{N}(i)} \frac{dy_c\, y_c}{s_c}
//! ```
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy`, `s` | `[N, C·H·W]` |
//!
//! Source: Krizhevsky, Sutskever, Hinton 2012, section 3.3.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{LocalResponseNormSpec, PlannedLayer};

use super::windows::{flat, flat_mut};
use super::{Layer, Mode, Pass};

/// `$y_c = x_c / (k + \alpha \sum_{c' \in \mathcal{N}(c)} x_{c'}^2)^\beta$`.
#[derive(Clone, Debug)]
pub struct LocalResponseNorm<T> {
    across: Across,
    alpha: T,
    beta: T,
    k: T,
    /// `$s$` `[N, C·H·W]`.
    s: Vec<T>,
    /// `$dy_c\, y_c / s_c$` of one sample, `[C, H·W]`.
    ratios: Vec<T>,
}

impl<T: Real> LocalResponseNorm<T> {
    /// The planned layer, for no rows yet.
    pub fn new(planned: &PlannedLayer, norm: &LocalResponseNormSpec) -> Self {
        let [channels, pixels] = planned.channels();
        Self {
            across: Across {
                half: norm.size / 2,
                channels,
                pixels,
            },
            alpha: T::of(norm.alpha),
            beta: T::of(norm.beta),
            k: T::of(norm.k),
            s: Vec::new(),
            ratios: vec![T::zero(); channels * pixels],
        }
    }
}

impl<T: Real> Layer<T> for LocalResponseNorm<T> {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let (d, (x, y)) = (x.ncols(), (flat(x), flat_mut(y)));
        if self.s.len() < y.len() {
            self.s.resize(y.len(), T::zero());
        }
        let (alpha, beta, k) = (self.alpha, self.beta, self.k);
        let samples = x.chunks_exact(d).zip(y.chunks_exact_mut(d));
        for ((x, y), s) in samples.zip(self.s.chunks_exact_mut(d)) {
            s.fill(k);
            self.across.sum(x, s, |x| alpha * x * x);
            for ((y, &x), &s) in y.iter_mut().zip(x).zip(&*s) {
                *y = x * decay(s, beta);
            }
        }
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(dx) = dx else { return };
        let d = pass.x.ncols();
        let (beta, factor) = (self.beta, T::of(2.0) * self.alpha * self.beta);
        let went = flat(pass.x)
            .chunks_exact(d)
            .zip(flat(pass.y).chunks_exact(d));
        let gradients = flat_mut(dx)
            .chunks_exact_mut(d)
            .zip(flat(pass.dy).chunks_exact(d));
        for (((x, y), (dx, dy)), s) in went.zip(gradients).zip(self.s.chunks_exact(d)) {
            for (index, ratio) in self.ratios.iter_mut().enumerate() {
                *ratio = dy[index] * y[index] / s[index];
            }
            dx.fill(T::zero());
            self.across.sum(&self.ratios, dx, |ratio| ratio);
            for (index, dx) in dx.iter_mut().enumerate() {
                *dx = dy[index] * decay(s[index], beta) - factor * x[index] * *dx;
            }
        }
    }
}

/// `$s^{-\beta}$`. The paper's `$\beta = 3/4$` needs two roots only, which are faster than a power.
fn decay<T: Real>(s: T, beta: T) -> T {
    match beta == T::of(0.75) {
        true => T::one() / (s.sqrt() * s.sqrt().sqrt()),
        false => s.powf(-beta),
    }
}

/// Neighbours among the channels of a sample `[C, H·W]`.
#[derive(Clone, Copy, Debug)]
struct Across {
    /// Neighbours on each side.
    half: usize,
    channels: usize,
    pixels: usize,
}

impl Across {
    /// `$b_c \mathrel{+}= \sum_{c' \in \mathcal{N}(c)} f(a_{c'})$` at every pixel.
    fn sum<T: Real>(&self, a: &[T], b: &mut [T], f: impl Fn(T) -> T) {
        for (c, b) in b.chunks_exact_mut(self.pixels).enumerate() {
            let first = c.saturating_sub(self.half);
            let end = (c + self.half + 1).min(self.channels);
            for a in a[first * self.pixels..end * self.pixels].chunks_exact(self.pixels) {
                for (b, &a) in b.iter_mut().zip(a) {
                    *b += f(a);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::super::windows::testing::{pass, plan};
    use super::*;
    use ndarray::{Array2, array};
    use proptest::prelude::*;
    use spec::model::LayerSpec;

    fn layer(norm: LocalResponseNormSpec, image: [usize; 3]) -> LocalResponseNorm<f64> {
        LocalResponseNorm::new(&plan(LayerSpec::LocalResponseNorm(norm), image), &norm)
    }

    fn norm(size: usize, alpha: f64, beta: f64, k: f64) -> LocalResponseNormSpec {
        LocalResponseNormSpec {
            size,
            alpha,
            beta,
            k,
        }
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        // Alphas so large that the neighbours matter; sizes below, at and above the channels.
        for (size, alpha, beta, k) in [
            (5, 0.7, 0.75, 2.0),
            (3, 1.5, 0.5, 1.0),
            (1, 1.0, 2.0, 0.5),
            (13, 0.3, 0.75, 2.0),
        ] {
            let mut layer = layer(norm(size, alpha, beta, k), [6, 2, 2]);
            prove(&mut layer, &[], random(3, 24, "x") * 2.0, 24);
        }
    }

    #[test]
    fn two_channels_worked_by_hand() {
        // s = 0 + 3² + 4² = 25 for both: y = x / 5.
        let mut layer = layer(norm(3, 1.0, 0.5, 0.0), [2, 1, 1]);
        let x = array![[3.0, 4.0]];
        let mut y = Array2::zeros((1, 2));
        layer.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        for (y, by_hand) in y.iter().zip([0.6, 0.8]) {
            assert!((y - by_hand).abs() < 1e-15);
        }
        // dx_0 = 1/5 - 2 · 1/2 · 3 · (0.6 / 25) = 0.128, dx_1 = 0 - 4 · 0.024 = -0.096.
        let (dy, mut dx) = (array![[1.0, 0.0]], x.clone());
        layer.backward(&[], pass(&x, &y, &dy), Some(dx.view_mut()), &mut []);
        for (dx, by_hand) in dx.iter().zip([0.128, -0.096]) {
            assert!((dx - by_hand).abs() < 1e-15);
        }
    }

    #[test]
    fn pixels_do_not_see_each_other_and_a_nan_reaches_its_neighbour_channels() {
        let mut layer = layer(norm(3, 1.0, 0.75, 2.0), [4, 1, 2]);
        let mut x = random(1, 8, "x");
        x[[0, 0]] = f64::NAN;
        let mut y = Array2::zeros((1, 8));
        layer.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        let nans: Vec<bool> = y.iter().map(|y| y.is_nan()).collect();
        assert_eq!(nans, [true, false, true, false, false, false, false, false]);
    }

    #[test]
    fn roots_agree_with_the_power() {
        for s in [1e-30, 0.3, 1.0, 2.0, 1e6, 1e30] {
            let (roots, power) = (decay(s, 0.75), f64::powf(s, -0.75));
            assert!((roots / power - 1.0).abs() < 1e-14);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_number_agrees_with_the_definition(
            c in 1usize..8, h in 1usize..4, w in 1usize..4, half in 0usize..4, beta in 0.1..2.0,
        ) {
            let spec = norm(2 * half + 1, 0.5, beta, 2.0);
            let (mut layer, area) = (layer(spec, [c, h, w]), h * w);
            let x = random(2, c * area, "x") * 3.0;
            let mut y = Array2::zeros(x.raw_dim());
            layer.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
            for ((n, index), &y) in y.indexed_iter() {
                let (channel, pixel) = (index / area, index % area);
                let near = (0..c).filter(|other| other.abs_diff(channel) <= half);
                let squares: f64 = near.map(|other| x[[n, other * area + pixel]].powi(2)).sum();
                let expected = x[[n, index]] / (2.0 + 0.5 * squares).powf(beta);
                prop_assert!((y - expected).abs() < 1e-14);
            }
        }
    }
}
