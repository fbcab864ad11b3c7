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

use contract::Real;

use kernels::elementwise::{each, sum};

/// Bounds each gradient alone.
pub fn by_value<T: Real>(bound: f64, g: &mut [T]) {
    let bound = T::of(bound);
    // Written with `<` and `>` because `min` and `max` would turn a NaN into a bound.
    each([], [g], |[], [g]| {
        *g = if *g > bound { bound } else { *g };
        *g = if *g < -bound { -bound } else { *g };
    });
}

/// What the gradients `g` of all parameters are to be multiplied by so that those in `learning` are not
/// longer than the bound.
pub fn factor<T: Real>(bound: f64, g: &[T], learning: impl Iterator<Item = Range<usize>>) -> T {
    let squares = learning.map(|range| sum(&g[range], |g| g * g));
    let norm = squares.sum::<f64>().sqrt();
    match norm > bound {
        true => T::of(bound / norm),
        false => T::one(),
    }
}

/// Multiplies all of them.
pub fn scale<T: Real>(factor: T, g: &mut [T]) {
    if factor != T::one() {
        each([], [g], |[], [g]| *g *= factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::iter;

    /// Shortened, the third number not counted.
    fn by_norm<const N: usize>(bound: f64, mut g: [f64; N]) -> [f64; N] {
        let factor = factor(bound, &g, [0..2, 3..N].into_iter());
        scale(factor, &mut g);
        g
    }

    #[test]
    fn by_value_each_number_is_bounded_alone() {
        let mut g = [0.7, -0.2, -3.0, 0.5];
        by_value(0.5, &mut g);
        assert_eq!(g, [0.5, -0.2, -0.5, 0.5]);
    }

    #[test]
    fn by_norm_all_are_scaled_alike() {
        // √(2² + 4² + 5² + 2²) = 7, without the 9.
        let g = by_norm(3.5, [2.0, -4.0, 9.0, 5.0, 2.0]);
        assert_eq!(g, [1.0, -2.0, 4.5, 2.5, 1.0]);
    }

    #[test]
    fn a_shorter_gradient_stays_bit_by_bit() {
        let g = [2.0, -4.0, 9.0, 5.0, 2.0];
        assert_eq!(by_norm(7.0, g), g);
        assert_eq!(by_norm(f64::MAX, [0.0; 5]), [0.0; 5]);
    }

    #[test]
    fn a_nan_passes() {
        let mut bad = [f64::NAN, 1.0, 1.0, 1.0];
        assert!(by_norm(0.5, bad)[0].is_nan());
        by_value(0.5, &mut bad);
        assert!(bad[0].is_nan());
    }

    #[test]
    fn the_norm_of_long_f32_gradients_is_summed_in_f64() {
        // √2¹⁸ = 512 times the number.
        let number = 0.1f32;
        let g = vec![number; 1 << 18];
        let factor = factor(1.0, &g, iter::once(0..g.len()));
        assert_eq!(factor, (1.0 / (512.0 * f64::from(number))) as f32);
    }
}
