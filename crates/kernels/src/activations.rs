//! Sigmoid, tanh, eˣ and the error function as loops want them: in f32 without a branch or a call,
//! so that a compiler that meets them in a loop computes them in vectors, several times as fast as
//! the system's functions.
//!
//! ```math
//! e^x = 2^n e^r, \qquad n = \mathrm{round}(x / \ln 2), \quad r = x - n \ln 2, \quad
//!   |r| \le \tfrac{1}{2} \ln 2
//! ```
//!
//! with a polynomial for `$e^r$`, and `$\tanh x = 1 - 2 / (e^{2x} + 1)$`, near 0 a polynomial; the
//! error function is `$1 - e^{p(x)}$` far from 0 and `$x + x\,q(x^2)$` near it. They are off by at
//! most 3 units in the last place, and have the same bits in every instruction set, since a product
//! and a sum are never contracted. f64, which proves, has the system's functions.
//!
//! Source of the polynomials: the Cephes library (S. Moshier), `expf.c` and `tanhf.c`; those of the
//! error function: N. Juffa, a minimax approximation in single precision.

/// 1.5 · 2²³: what is added to it is rounded to an integer, which stands in the last bits.
const ROUNDING: f32 = 12_582_912.0;
/// ln 2 in two parts, of which the first has few bits: n times it is exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// Beyond these `$e^x$` leaves the normal numbers of f32, and is that of the nearer one.
const EXPONENTS: [f32; 2] = [-87.336_55, 88.376_26];

/// `$e^x$`.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let [least, most] = EXPONENTS;
    // Written so that a NaN stays one.
    let x = if x > most { most } else { x };
    let x = if x < least { least } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUNDING;
    let n = shifted - ROUNDING;
    let r = x - n * LN_2[0] - n * LN_2[1];
    let p = 1.987_569_2e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_6e-1;
    let p = p * r + 0.5;
    let of_r = p * (r * r) + r + 1.0;
    let two_to_n = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    of_r * two_to_n
}

/// `$1 / (1 + e^{-x})$`.
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// `$\tanh x$`.
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    let (size, z) = (x.abs(), x * x);
    let p = -5.704_988_7e-3;
    let p = p * z + 2.063_909e-2;
    let p = p * z - 5.373_971_6e-2;
    let p = p * z + 1.333_144_2e-1;
    let p = p * z - 3.333_328e-1;
    let near = x + x * (z * p);
    let far = (1.0 - 2.0 / (exp(2.0 * size) + 1.0)).copysign(x);
    if size < 0.625 { near } else { far }
}

/// `$\mathrm{erf}\, x = \frac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt$`.
#[inline(always)]
pub(crate) fn erf(x: f32) -> f32 {
    // From 4 on it is 1. Written so that a NaN stays one.
    let size = if x.abs() > 4.0 { 4.0 } else { x.abs() };
    let z = size * size;
    let p = -1.728_534_7e-5 * size + 3.831_972e-4;
    let p = p * z + (-3.883_964_4e-3 * size + 2.425_462_2e-2);
    let p = p * size - 1.067_778_8e-1;
    let p = p * size - 6.348_468_7e-1;
    let p = p * size - 1.287_175_1e-1;
    let far = (1.0 - exp(p * size - size)).copysign(x);
    let q = -5.967_617e-4;
    let q = q * z + 4.991_194_2e-3;
    let q = q * z - 2.676_813_5e-2;
    let q = q * z + 1.128_199_25e-1;
    let q = q * z - 3.761_253_4e-1;
    let q = q * z + 1.283_791_7e-1;
    let near = x + x * q;
    if size < 0.927_734_4 { near } else { far }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest error over −87 to 87, in units in the last place.
    fn error(f: fn(f32) -> f32, exact: fn(f64) -> f64) -> f64 {
        let at = |step: i32| {
            let x = step as f32 * 1e-4;
            let expected = exact(f64::from(x));
            let near = (expected as f32).abs().max(f32::MIN_POSITIVE);
            let unit = f64::from(near.next_up()) - f64::from(near);
            (f64::from(f(x)) - expected).abs() / unit
        };
        (-870_000..=870_000).map(at).fold(0.0, f64::max)
    }

    #[test]
    fn they_are_off_by_few_units_in_the_last_place() {
        let found = [
            error(tanh, f64::tanh),
            error(sigmoid, |x| 1.0 / (1.0 + (-x).exp())),
            error(exp, f64::exp),
            error(erf, libm::erf),
        ];
        assert!(found.iter().all(|error| *error < 3.0), "{found:?}");
    }

    #[test]
    fn the_ends_of_the_range() {
        let large = [f32::INFINITY, f32::MAX, 200.0];
        assert!(large.iter().all(|&x| sigmoid(x) == 1.0 && tanh(x) == 1.0));
        assert!(
            large
                .iter()
                .all(|&x| sigmoid(-x) < 1e-37 && tanh(-x) == -1.0)
        );
        assert!(large.iter().all(|&x| erf(x) == 1.0 && erf(-x) == -1.0));
        assert!(sigmoid(f32::NAN).is_nan() && tanh(f32::NAN).is_nan());
        assert!(exp(f32::NAN).is_nan() && erf(f32::NAN).is_nan());
        assert_eq!((sigmoid(0.0), tanh(0.0)), (0.5, 0.0));
        assert_eq!((exp(0.0), erf(0.0)), (1.0, 0.0));
    }
}
