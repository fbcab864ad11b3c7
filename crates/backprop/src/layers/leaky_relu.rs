//! Leaky rectifier.
//!
//! ```math
//! y = \begin{cases} x & x > 0 \\ a x & x \le 0 \end{cases}, \qquad
//!   dx = \begin{cases} dy & x > 0 \\ a\, dy & x \le 0 \end{cases}
//! ```
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, D]` |
//!
//! Source: Maas, Hannun, Ng 2013, section 2.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::elementwise;
use super::{Layer, Mode, Pass};

/// `$y = x$` where `$x > 0$`, else `$a x$`.
#[derive(Clone, Copy, Debug)]
pub struct LeakyRelu<T> {
    /// Slope `$a$` where `$x$` is not above 0.
    pub slope: T,
}

impl<T: Real> Layer<T> for LeakyRelu<T> {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let (zero, a) = (T::zero(), self.slope);
        Zip::from(y)
            .and(x)
            .for_each(|y, &x| *y = if x > zero { x } else { a * x });
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(dx) = dx else { return };
        let (zero, a) = (T::zero(), self.slope);
        // By x, not by y: with a negative slope y does not tell on which side x was.
        Zip::from(dx)
            .and(pass.x)
            .and(pass.dy)
            .for_each(|dx, &x, &dy| *dx = if x > zero { dy } else { a * dy });
    }

    fn curvature(&mut self, _: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let (zero, one, a) = (T::zero(), T::one(), self.slope);
        elementwise::curvature(pass, d2x, |x, _| if x > zero { one } else { a });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature, random};
    use super::*;

    #[test]
    fn gradients_agree_with_central_differences() {
        for slope in [0.01, 0.3, -0.2] {
            let x = random(5, 4, "x").mapv(|x| if x.abs() < 1e-3 { 0.5 } else { x });
            prove(&mut LeakyRelu { slope }, &[], x, 4);
        }
    }

    #[test]
    fn curvature_agrees_with_its_definition() {
        prove_curvature(&mut LeakyRelu { slope: -0.2 }, &[], random(5, 4, "x"), 4);
    }
}
