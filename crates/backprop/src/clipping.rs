//! Bounds of the gradients, so that one steep place does not throw the parameters far away.
//!
//! By value, each number alone; by norm, all together, which keeps the direction:
//!
//! ```math
//! g_i \leftarrow \min(\max(g_i, -b), b), \qquad
//!   g \leftarrow g \cdot \min\Big(1, \frac{b}{\lVert g \rVert}\Big)
//! ```
//!
//! The norm is over the gradients of everything that learns, summed in f64. PyTorch adds
//! `$10^{-6}$` to it before it divides; here nothing is added.
//!
//! Source: Pascanu, Mikolov, Bengio 2013, section 3.2.

use std::ops::Range;

use spec::Real;
use spec::training::ClipSpec;

use crate::blocks::{each, sum};

/// Bounds the gradients of the parameters that learn: those in `learning`, ranges of the flat
/// gradients `g`.
pub fn clip<T: Real>(
    clip: ClipSpec,
    g: &mut [T],
    learning: impl Iterator<Item = Range<usize>> + Clone,
) {
    match clip {
        ClipSpec::Value(bound) => {
            let bound = T::of(bound);
            for range in learning {
                // Written with `<` and `>` because `min` and `max` would turn a NaN into a bound.
                each([], [&mut g[range]], |[], [g]| {
                    *g = if *g > bound { bound } else { *g };
                    *g = if *g < -bound { -bound } else { *g };
                });
            }
        }
        ClipSpec::Norm(bound) => {
            let squares = learning.clone().map(|range| sum(&g[range], |g| g * g));
            let norm = squares.sum::<f64>().sqrt();
            if norm > bound {
                let factor = T::of(bound / norm);
                for range in learning {
                    each([], [&mut g[range]], |[], [g]| *g *= factor);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clipped, but for the third number, which does not learn.
    fn clipped<const N: usize>(spec: ClipSpec, mut g: [f64; N]) -> [f64; N] {
        clip(spec, &mut g, [0..2, 3..N].into_iter());
        g
    }

    #[test]
    fn by_value_each_number_is_bounded_alone() {
        let g = clipped(ClipSpec::Value(0.5), [0.7, -0.2, 9.0, -3.0, 0.5]);
        assert_eq!(g, [0.5, -0.2, 9.0, -0.5, 0.5]);
    }

    #[test]
    fn by_norm_all_that_learn_are_scaled_alike() {
        // √(2² + 4² + 5² + 2²) = 7, without the 9.
        let g = clipped(ClipSpec::Norm(3.5), [2.0, -4.0, 9.0, 5.0, 2.0]);
        assert_eq!(g, [1.0, -2.0, 9.0, 2.5, 1.0]);
    }

    #[test]
    fn a_shorter_gradient_stays_bit_by_bit() {
        let g = [2.0, -4.0, 9.0, 5.0, 2.0];
        assert_eq!(clipped(ClipSpec::Norm(7.0), g), g);
        assert_eq!(clipped(ClipSpec::Norm(f64::MAX), [0.0; 5]), [0.0; 5]);
    }

    #[test]
    fn a_nan_passes() {
        let bad = [f64::NAN, 1.0, 1.0, 1.0];
        for spec in [ClipSpec::Value(0.5), ClipSpec::Norm(0.5)] {
            assert!(clipped(spec, bad)[0].is_nan());
        }
    }

    #[test]
    fn the_norm_of_long_f32_gradients_is_summed_in_f64() {
        // √2¹⁸ = 512 times the number.
        let number = 0.1f32;
        let mut g = vec![number; 1 << 18];
        let len = g.len();
        clip(ClipSpec::Norm(1.0), &mut g, std::iter::once(0..len));
        let expected = number * (1.0 / (512.0 * f64::from(number))) as f32;
        assert!(g.iter().all(|&g| g == expected));
    }
}
