//! The softmax of rows of scores, forward and back, as attention wants it: scaled, and of the first
//! numbers of a row alone, while the others become 0.
//!
//! ```math
//! p_j = \frac{e^{\alpha s_j}}{\sum_{k < n} e^{\alpha s_k}} \quad (j < n), \qquad p_j = 0 \quad
//!   (j \ge n), \qquad ds_j = \alpha\, p_j \Big(dp_j - \sum_k dp_k\, p_k\Big)
//! ```

use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};

use crate::Real;
use crate::entry_points;
use crate::matmul::vector::Vector;
use crate::matmul::vectorized::Vectorized;

/// Rows of scores, which become weights.
pub struct SoftmaxForward<'a, T> {
    /// Numbers of a row.
    pub columns: usize,
    /// n of the first row, at least 1.
    pub first: usize,
    /// By how much n is larger in each row than in the one before.
    pub more: usize,
    /// α, above 0.
    pub scale: f64,
    /// `[rows, columns]`: s, which becomes p.
    pub scores: &'a mut [T],
}

/// The same rows on the way back.
pub struct SoftmaxBackward<'a, T> {
    /// Numbers of a row.
    pub columns: usize,
    /// α.
    pub scale: f64,
    /// p, `[rows, columns]`.
    pub weights: &'a [T],
    /// `[rows, columns]`: dp, which becomes ds.
    pub gradient: &'a mut [T],
}

entry_points!(SoftmaxForward SoftmaxBackward);

impl<'a, T: Real> Vectorized for SoftmaxForward<'a, T> {
    type Number = T;
    type With<V: Vector> = SoftmaxForward<'a, V>;

    fn with<V: Vector>(self) -> SoftmaxForward<'a, V> {
        SoftmaxForward {
            columns: self.columns,
            first: self.first,
            more: self.more,
            scale: self.scale,
            scores: cast_slice_mut(self.scores),
        }
    }
}

impl<'a, T: Real> Vectorized for SoftmaxBackward<'a, T> {
    type Number = T;
    type With<V: Vector> = SoftmaxBackward<'a, V>;

    fn with<V: Vector>(self) -> SoftmaxBackward<'a, V> {
        SoftmaxBackward {
            columns: self.columns,
            scale: self.scale,
            weights: cast_slice(self.weights),
            gradient: cast_slice_mut(self.gradient),
        }
    }
}

/// Numbers that are summed side by side.
const LANES: usize = 16;

impl<T: Vector> WithSimd for SoftmaxForward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let scale = T::of(self.scale);
        let mut n = self.first;
        for row in self.scores.chunks_exact_mut(self.columns) {
            let (seen, hidden) = row.split_at_mut(n.min(self.columns));
            // The largest is taken off: it cancels, and no exponential overflows.
            let largest = largest(seen);
            for s in &mut *seen {
                *s = (scale * (*s - largest)).vector_exp();
            }
            let sum = sum(seen);
            for p in seen {
                *p /= sum;
            }
            hidden.fill(T::zero());
            n += self.more;
        }
    }
}

impl<T: Vector> WithSimd for SoftmaxBackward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let scale = T::of(self.scale);
        let rows = self.gradient.chunks_exact_mut(self.columns);
        for (d, p) in rows.zip(self.weights.chunks_exact(self.columns)) {
            let mean = dot(d, p);
            for (d, &p) in d.iter_mut().zip(p) {
                *d = scale * (p * (*d - mean));
            }
        }
    }
}

/// The largest number; a NaN is passed over, since its exponential shows it.
#[inline(always)]
fn largest<T: Real>(x: &[T]) -> T {
    let larger = |a: T, b: T| if b > a { b } else { a };
    let mut lanes = [T::neg_infinity(); LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    for x in whole {
        for (lane, &x) in lanes.iter_mut().zip(x) {
            *lane = larger(*lane, x);
        }
    }
    let largest = lanes.into_iter().fold(T::neg_infinity(), larger);
    rest.iter().copied().fold(largest, larger)
}

#[inline(always)]
fn sum<T: Real>(x: &[T]) -> T {
    let mut lanes = [T::zero(); LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    for x in whole {
        for (lane, &x) in lanes.iter_mut().zip(x) {
            *lane += x;
        }
    }
    let sum = lanes.into_iter().fold(T::zero(), |sum, x| sum + x);
    rest.iter().fold(sum, |sum, &x| sum + x)
}

#[inline(always)]
fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    let mut lanes = [T::zero(); LANES];
    let ((whole_a, rest_a), (whole_b, rest_b)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in whole_a.iter().zip(whole_b) {
        for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    let sum = lanes.into_iter().fold(T::zero(), |sum, x| sum + x);
    rest_a
        .iter()
        .zip(rest_b)
        .fold(sum, |sum, (&a, &b)| sum + a * b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    fn random<T: Real>(count: usize, stream: &str) -> Vec<T> {
        let mut rng = crate::testing::stream(stream);
        let draw = || T::of(rng.random_range(-2.0..2.0));
        std::iter::repeat_with(draw).take(count).collect()
    }

    /// The definitions, in f64.
    fn prove<T: Real>(columns: usize, first: usize, more: usize, tolerance: f64) {
        let (rows, scale) = (5, 0.7);
        let (s, dp) = (
            random::<T>(rows * columns, "s"),
            random::<T>(rows * columns, "dp"),
        );
        let (mut p, mut ds) = (s.clone(), dp.clone());
        SoftmaxForward {
            columns,
            first,
            more,
            scale,
            scores: &mut p,
        }
        .run();
        SoftmaxBackward {
            columns,
            scale,
            weights: &p,
            gradient: &mut ds,
        }
        .run();
        for row in 0..rows {
            let n = columns.min(first + row * more);
            let at = |column: usize| row * columns + column;
            let e = |column| (scale * s[at(column)].f64()).exp();
            let sum: f64 = (0..n).map(e).sum();
            let exact = |column| if column < n { e(column) / sum } else { 0.0 };
            let mean: f64 = (0..n).map(|j| exact(j) * dp[at(j)].f64()).sum();
            for j in 0..columns {
                let slope = scale * exact(j) * (dp[at(j)].f64() - mean);
                assert!(
                    (p[at(j)].f64() - exact(j)).abs() < tolerance,
                    "p[{row}, {j}]"
                );
                assert!(
                    (ds[at(j)].f64() - slope).abs() < tolerance,
                    "ds[{row}, {j}]"
                );
                assert!(j < n || p[at(j)] == T::zero() && ds[at(j)] == T::zero());
            }
        }
    }

    #[test]
    fn every_shape_agrees_with_the_definition() {
        for columns in [1, 2, 15, 16, 17, 33, 64] {
            for (first, more) in [(columns, 0), (1, 1), (columns.min(3), 2)] {
                prove::<f64>(columns, first, more, 1e-14);
                prove::<f32>(columns, first, more, 1e-5);
            }
        }
    }

    #[test]
    fn large_scores_do_not_overflow_and_a_nan_shows() {
        let mut scores = vec![1e30f32, -1e30, 1e30, f32::NAN, 1.0, 2.0];
        let softmax = SoftmaxForward {
            columns: 3,
            first: 3,
            more: 0,
            scale: 1.0,
            scores: &mut scores,
        };
        softmax.run();
        assert_eq!((scores[0], scores[2]), (0.5, 0.5));
        assert!(scores[1] < 1e-30 && scores[3..].iter().all(|p| p.is_nan()));
    }
}
