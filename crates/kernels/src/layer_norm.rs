//! Normalisation of rows, forward and back. The equations, with their derivation, are those of the
//! layer. Means are taken in f64, several numbers side by side.

use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};

use crate::Real;
use crate::entry_points;
use crate::matmul::vector::Vector;
use crate::matmul::vectorized::Vectorized;

/// `$y = \gamma \hat x + \beta$` of N rows.
pub struct LayerNormForward<'a, T> {
    /// D.
    pub columns: usize,
    /// `$\varepsilon$`.
    pub epsilon: f64,
    /// x, `[N, D]`.
    pub x: &'a [T],
    /// `$\gamma$`, `[D]`.
    pub weight: &'a [T],
    /// `$\beta$`, `[D]`; empty: none.
    pub bias: &'a [T],
    /// `$\mu$` and r of each row, `[N, 2]`, are left here.
    pub statistics: &'a mut [T],
    /// y, `[N, D]`, is left here.
    pub y: &'a mut [T],
}

/// The same rows on the way back.
pub struct LayerNormBackward<'a, T> {
    /// D.
    pub columns: usize,
    /// x, `[N, D]`.
    pub x: &'a [T],
    /// `$\gamma$`, `[D]`.
    pub weight: &'a [T],
    /// `$\mu$` and r of each row, `[N, 2]`.
    pub statistics: &'a [T],
    /// dy, `[N, D]`.
    pub dy: &'a [T],
    /// `[D]`: `$d\gamma$` is added.
    pub dweight: &'a mut [T],
    /// `[D]`: `$d\beta$` is added; empty: no bias.
    pub dbias: &'a mut [T],
    /// dx, `[N, D]`, is left here; empty: nobody wants it.
    pub dx: &'a mut [T],
}

entry_points!(LayerNormForward LayerNormBackward);

impl<'a, T: Real> Vectorized for LayerNormForward<'a, T> {
    type Number = T;
    type With<V: Vector> = LayerNormForward<'a, V>;

    fn with<V: Vector>(self) -> LayerNormForward<'a, V> {
        LayerNormForward {
            columns: self.columns,
            epsilon: self.epsilon,
            x: cast_slice(self.x),
            weight: cast_slice(self.weight),
            bias: cast_slice(self.bias),
            statistics: cast_slice_mut(self.statistics),
            y: cast_slice_mut(self.y),
        }
    }
}

impl<'a, T: Real> Vectorized for LayerNormBackward<'a, T> {
    type Number = T;
    type With<V: Vector> = LayerNormBackward<'a, V>;

    fn with<V: Vector>(self) -> LayerNormBackward<'a, V> {
        LayerNormBackward {
            columns: self.columns,
            x: cast_slice(self.x),
            weight: cast_slice(self.weight),
            statistics: cast_slice(self.statistics),
            dy: cast_slice(self.dy),
            dweight: cast_slice_mut(self.dweight),
            dbias: cast_slice_mut(self.dbias),
            dx: cast_slice_mut(self.dx),
        }
    }
}

/// Numbers that are summed side by side.
const LANES: usize = 16;

impl<T: Vector> WithSimd for LayerNormForward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let d = self.columns;
        let rows = self.x.chunks_exact(d).zip(self.y.chunks_exact_mut(d));
        for ((x, y), statistics) in rows.zip(self.statistics.chunks_exact_mut(2)) {
            let mean = sum(x, |x| x) / d as f64;
            let variance = sum(x, |x| (x - mean) * (x - mean)) / d as f64;
            let (mean, r) = (T::of(mean), T::of(1.0 / (variance + self.epsilon).sqrt()));
            statistics.copy_from_slice(&[mean, r]);
            for ((y, &x), &weight) in y.iter_mut().zip(x).zip(self.weight) {
                *y = weight * ((x - mean) * r);
            }
            add(self.bias, y);
        }
    }
}

impl<T: Vector> WithSimd for LayerNormBackward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let d = self.columns;
        let rows = || {
            let rows = self.x.chunks_exact(d).zip(self.dy.chunks_exact(d));
            let statistics = self.statistics.as_chunks::<2>().0;
            rows.zip(statistics.iter().copied())
        };
        for ((x, dy), [mean, r]) in rows() {
            for ((dweight, &x), &dy) in self.dweight.iter_mut().zip(x).zip(dy) {
                *dweight += dy * ((x - mean) * r); // dγ += dy x̂
            }
            if !self.dbias.is_empty() {
                add(dy, self.dbias);
            }
        }
        for (dx, ((x, dy), [mean, r])) in self.dx.chunks_exact_mut(d).zip(rows()) {
            for ((g, &weight), &dy) in dx.iter_mut().zip(self.weight).zip(dy) {
                *g = weight * dy;
            }
            let mean_g = T::of(sum(dx, |g| g) / d as f64);
            let mean_gx = T::of(products(dx, x, |x| ((x - mean) * r).f64()) / d as f64);
            for (dx, &x) in dx.iter_mut().zip(x) {
                *dx = r * (*dx - mean_g - (x - mean) * r * mean_gx);
            }
        }
    }
}

/// sum += x, as far as both reach.
#[inline(always)]
fn add<T: Real>(x: &[T], sum: &mut [T]) {
    for (sum, &x) in sum.iter_mut().zip(x) {
        *sum += x;
    }
}

/// The sum of a term of each number.
#[inline(always)]
fn sum<T: Real>(x: &[T], term: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    for x in whole {
        for (lane, x) in lanes.iter_mut().zip(x) {
            *lane += term(x.f64());
        }
    }
    let sum: f64 = lanes.iter().sum();
    rest.iter().fold(sum, |sum, x| sum + term(x.f64()))
}

/// The sum of the products of each number with a function of another.
#[inline(always)]
fn products<T: Real>(g: &[T], x: &[T], of: impl Fn(T) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let ((whole_g, rest_g), (whole_x, rest_x)) = (g.as_chunks::<LANES>(), x.as_chunks::<LANES>());
    for (g, x) in whole_g.iter().zip(whole_x) {
        for ((lane, g), &x) in lanes.iter_mut().zip(g).zip(x) {
            *lane += g.f64() * of(x);
        }
    }
    let sum: f64 = lanes.iter().sum();
    let rest = rest_g.iter().zip(rest_x);
    rest.fold(sum, |sum, (g, &x)| sum + g.f64() * of(x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    fn random(count: usize, stream: &str) -> Vec<f64> {
        let mut rng = crate::testing::stream(stream);
        let draw = || rng.random_range(-2.0..2.0);
        std::iter::repeat_with(draw).take(count).collect()
    }

    /// The definition, row by row and number by number.
    #[test]
    fn rows_of_every_length_agree_with_the_definition() {
        for d in [1, 2, 15, 16, 17, 40] {
            let (n, epsilon) = (3, 1e-3);
            let (x, dy, w) = (random(n * d, "x"), random(n * d, "dy"), random(2 * d, "w"));
            let (weight, bias) = w.split_at(d);
            let (mut statistics, mut y) = (vec![0.0; 2 * n], vec![f64::NAN; n * d]);
            LayerNormForward {
                columns: d,
                epsilon,
                x: &x,
                weight,
                bias,
                statistics: &mut statistics,
                y: &mut y,
            }
            .run();
            let (mut dx, mut dw) = (vec![f64::NAN; n * d], vec![1.0; 2 * d]);
            let (dweight, dbias) = dw.split_at_mut(d);
            LayerNormBackward {
                columns: d,
                x: &x,
                weight,
                statistics: &statistics,
                dy: &dy,
                dweight,
                dbias,
                dx: &mut dx,
            }
            .run();
            let mut exact_dw = vec![1.0; 2 * d];
            let size = d as f64;
            let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{d}: {a}, not {b}");
            for row in 0..n {
                let at = |i: usize| row * d + i;
                let mean = (0..d).map(|i| x[at(i)]).sum::<f64>() / size;
                let variance = (0..d).map(|i| (x[at(i)] - mean).powi(2)).sum::<f64>() / size;
                let r = 1.0 / (variance + epsilon).sqrt();
                let hat = |i: usize| (x[at(i)] - mean) * r;
                let g = |i: usize| weight[i] * dy[at(i)];
                let mean_g = (0..d).map(g).sum::<f64>() / size;
                let mean_gx = (0..d).map(|i| g(i) * hat(i)).sum::<f64>() / size;
                for i in 0..d {
                    close(y[at(i)], weight[i] * hat(i) + bias[i]);
                    close(dx[at(i)], r * (g(i) - mean_g - hat(i) * mean_gx));
                    exact_dw[i] += dy[at(i)] * hat(i);
                    exact_dw[d + i] += dy[at(i)];
                }
            }
            dw.iter().zip(&exact_dw).for_each(|(&a, &b)| close(a, b));
        }
    }
}
