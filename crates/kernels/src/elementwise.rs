//! Element by element over flat parameters.

use crate::Real;
use crate::instruction_set::arch;
use pulp::{Simd, WithSimd};

/// Elements that a thread sums at a time: fewer are not worth waking another for.
pub const BLOCK: usize = 1 << 16;

/// Calls `step` with the elements at each place: those of `read` by value, those of `write` to be
/// changed.
///
/// # Panics
/// When the slices are not equally long.
pub fn each<T: Real, const R: usize, const W: usize>(
    read: [&[T]; R],
    write: [&mut [T]; W],
    step: impl Fn([T; R], [&mut T; W]),
) {
    let len = write[0].len();
    let equal = read.iter().all(|slice| slice.len() == len);
    let equal = equal && write.iter().all(|slice| slice.len() == len);
    assert!(equal, "slices of different lengths");
    arch().dispatch(Each { read, write, step });
}

/// The loop of [`each`], compiled for each instruction set.
struct Each<'a, T, F, const R: usize, const W: usize> {
    read: [&'a [T]; R],
    write: [&'a mut [T]; W],
    step: F,
}

impl<T, F, const R: usize, const W: usize> WithSimd for Each<'_, T, F, R, W>
where
    T: Real,
    F: Fn([T; R], [&mut T; W]),
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { read, write, step } = self;
        let len = write[0].len();
        let (read, mut write) = (read.map(|r| &r[..len]), write.map(|w| &mut w[..len]));
        for i in 0..len {
            step(read.map(|r| r[i]), write.each_mut().map(|w| &mut w[i]));
        }
    }
}

/// Partial sums that are taken side by side: one alone would wait for each addition.
const LANES: usize = 8;

/// `$\sum_i term(x_i)$` in f64. Long slices are halved until a block is short enough, by their
/// length alone: the order of the sum does not depend on the number of threads.
pub fn sum<T: Real>(x: &[T], term: impl Fn(f64) -> f64 + Sync) -> f64 {
    halved_sum(x, &term)
}

fn halved_sum<T: Real>(x: &[T], term: &(impl Fn(f64) -> f64 + Sync)) -> f64 {
    if x.len() > BLOCK {
        let (first, second) = x.split_at(x.len() / 2);
        let (first, second) = rayon::join(|| halved_sum(first, term), || halved_sum(second, term));
        return first + second;
    }
    let mut sums = [0.0; LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    for x in whole {
        for (sum, x) in sums.iter_mut().zip(x) {
            *sum += term(x.f64());
        }
    }
    for (sum, x) in sums.iter_mut().zip(rest) {
        *sum += term(x.f64());
    }
    sums.iter().sum()
}

/// 1, −1, or 0 (or NaN) as it is: the derivative of |x|, with 0 at the kink.
pub fn sign<T: Real>(x: T) -> T {
    if x > T::zero() {
        T::one()
    } else if x < T::zero() {
        -T::one()
    } else {
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(len: usize) -> Vec<f64> {
        (0..len).map(|i| (i as f64 * 0.7).sin()).collect()
    }

    /// Around the places where a slice is cut.
    const LENGTHS: [usize; 6] = [0, 1, 13, BLOCK, BLOCK + 1, 4 * BLOCK + 3];

    #[test]
    fn every_element_is_met_once_with_those_at_its_place() {
        for len in LENGTHS {
            let (a, b) = (numbers(len), vec![2.0; len]);
            let (mut c, mut d) = (numbers(len), vec![1.0; len]);
            each([&a, &b], [&mut c, &mut d], |[a, b], [c, d]| {
                *d += *c + b;
                *c -= a;
            });
            assert!(c.iter().all(|&c| c == 0.0));
            assert!(d.iter().zip(&a).all(|(&d, &a)| d == 1.0 + (a + 2.0)));
        }
    }

    #[test]
    #[should_panic(expected = "slices of different lengths")]
    fn slices_of_different_lengths_are_refused() {
        each([&[1.0, 2.0]], [&mut [1.0][..]], |[a], [b]| *b = a);
    }

    #[test]
    fn a_sum_is_of_all_elements() {
        for len in LENGTHS {
            let x = numbers(len);
            let in_order: f64 = x.iter().map(|x| x * x).sum();
            assert!((sum(&x, |x| x * x) - in_order).abs() <= 1e-12 * in_order);
        }
        assert!(sum(&[1.0f32, f32::NAN], |x| x).is_nan());
    }

    #[test]
    fn the_sign_of_zero_is_zero_and_a_nan_passes() {
        assert_eq!([2.5, -0.1, 0.0, -0.0].map(sign), [1.0, -1.0, 0.0, 0.0]);
        assert!(sign(f32::NAN).is_nan());
    }
}
