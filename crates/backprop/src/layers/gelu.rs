//! GELU: each number times the probability that a standard normal number is smaller.
//!
//! ```math
//! y = x\,\Phi(x), \qquad \Phi(x) = \tfrac12 \Big(1 + \mathrm{erf}\,\frac{x}{\sqrt2}\Big), \qquad
//!   f'(x) = \Phi(x) + x\,\varphi(x), \qquad
//!   \varphi(x) = \Phi'(x) = \frac{e^{-x^2 / 2}}{\sqrt{2\pi}}
//! ```
//!
//! This is the function itself, with the error function, and not the approximation by a tanh.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]` |
//!
//! Source: Hendrycks & Gimpel 2016, eq. 1.

use contract::Real;
use kernels::cells::{Activate, Function};
use kernels::matmul::vectorized::Vectorized;
use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Mode, Pass};

/// `$y = x\,\Phi(x)$`.
#[derive(Clone, Copy, Debug)]
pub struct Gelu;

impl<T: Real> Layer<T> for Gelu {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, _: Mode) {
        y.assign(&x);
        compute(Function::Gelu, &mut y);
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(mut dx) = dx else { return };
        dx.assign(&pass.x);
        compute(Function::GeluSlope, &mut dx);
        dx *= &pass.dy;
    }
}

/// The function of every number.
fn compute<T: Real>(function: Function, x: &mut ArrayViewMut2<T>) {
    let x = x.as_slice_mut().expect("activations lie row by row");
    Activate { function, x }.run();
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::*;
    use ndarray::Array2;

    #[test]
    fn gradients_agree_with_central_differences() {
        prove(&mut Gelu, &[], random(5, 4, "x") * 4.0, 4);
    }

    /// y and the slope at some numbers.
    fn at<T: Real>(x: &[f64]) -> [Vec<f64>; 2] {
        let x = Array2::from_shape_fn((1, x.len()), |(_, i)| T::of(x[i]));
        let (mut y, mut dx) = (Array2::zeros(x.raw_dim()), Array2::zeros(x.raw_dim()));
        Gelu.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        let dy = Array2::ones(x.raw_dim());
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        Gelu.backward(&[], pass, Some(dx.view_mut()), &mut []);
        [y, dx].map(|numbers| numbers.iter().map(|n| n.f64()).collect())
    }

    /// Φ(1) = 0.8413447460685429 and φ(1) = 0.24197072451914337.
    #[test]
    fn values_by_hand() {
        let [y, slope] = at::<f64>(&[0.0, 1.0, -1.0, 2.0]);
        let close = |found: &[f64], exact: [f64; 4]| {
            for (found, exact) in found.iter().zip(exact) {
                assert!((found - exact).abs() < 1e-15, "{found}, not {exact}");
            }
        };
        let [at_1, at_2] = [0.841_344_746_068_542_9, 0.977_249_868_051_820_8];
        close(&y, [0.0, at_1, at_1 - 1.0, 2.0 * at_2]);
        let density = 0.241_970_724_519_143_37;
        let far = 2.0 * 0.053_990_966_513_188_06;
        let slopes = [0.5, at_1 + density, 1.0 - at_1 - density, at_2 + far];
        close(&slope, slopes);
    }

    #[test]
    fn the_ends_of_the_range() {
        fn prove<T: Real>() {
            let [y, slope] = at::<T>(&[1e30, -1e30, f64::NAN]);
            assert!((y[0] / 1e30 - 1.0).abs() < 1e-6);
            assert_eq!((y[1], slope[0]), (0.0, 1.0));
            assert!(slope[1].abs() < 1e-30, "{}", slope[1]);
            assert!(y[2].is_nan() && slope[2].is_nan());
        }
        prove::<f32>();
        prove::<f64>();
    }
}
