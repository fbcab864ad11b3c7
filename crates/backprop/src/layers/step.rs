//! Threshold unit: forward only.
//!
//! ```math
//! y = \begin{cases} 1 & x \ge 0 \\ 0 & x < 0 \end{cases}, \qquad dx = 0
//! ```
//!
//! The derivative is 0 wherever there is one (everywhere but at 0), and so is `$dx$`: what stands
//! before such a layer does not learn by gradients. It is for the perceptron's rule and for
//! networks whose weights are given. A NaN passes through.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]` |
//!
//! Source: McCulloch & Pitts 1943.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::{Layer, Mode, Pass};

/// `$y = 1$` where `$x \ge 0$`, else 0.
#[derive(Clone, Copy, Debug)]
pub struct Step;

impl<T: Real> Layer<T> for Step {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let (zero, one) = (T::zero(), T::one());
        Zip::from(y).and(x).for_each(|y, &x| {
            *y = if x >= zero {
                one
            } else if x < zero {
                zero
            } else {
                x // NaN
            };
        });
    }

    /// `$dx = 0$`, the derivative almost everywhere.
    fn backward(&mut self, _: &[T], _: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        if let Some(mut dx) = dx {
            dx.fill(T::zero());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn the_threshold_belongs_to_one_and_a_nan_passes() {
        let x = array![[-1e-300, 0.0, -0.0, 1e-300, f64::NEG_INFINITY, f64::NAN]];
        let mut y = Array2::from_elem(x.raw_dim(), 9.0);
        Step.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        let values = y.as_slice().unwrap();
        assert_eq!(values[..5], [0.0, 1.0, 1.0, 1.0, 0.0]);
        assert!(values[5].is_nan());
    }

    /// Away from 0 the differences are 0 as well.
    #[test]
    fn no_gradient_passes_and_that_is_the_derivative() {
        let x = random(5, 4, "x").mapv(|x| if x.abs() < 1e-3 { 0.5 } else { x });
        prove(&mut Step, &[], x, 4);
    }
}
