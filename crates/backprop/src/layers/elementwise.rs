//! The second backward pass of a layer that takes each number by itself.
//!
//! With `$y_i = f(x_i)$` only one output depends on an input, so of the sum over outputs one term
//! is left:
//!
//! ```math
//! \frac{\partial^2 L}{\partial x_i^2} \approx \frac{\partial^2 L}{\partial y_i^2}\, f'(x_i)^2
//! ```

use contract::Real;
use ndarray::{ArrayViewMut2, Zip};

use super::Pass;

/// `$d^2x = f'(x)^2\, d^2y$`, with `$f'$` as a function of `$x$` and `$y$`.
pub fn curvature<T: Real>(pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, slope: impl Fn(T, T) -> T) {
    let Some(d2x) = d2x else { return };
    Zip::from(d2x)
        .and(pass.x)
        .and(pass.y)
        .and(pass.dy)
        .for_each(|d2x, &x, &y, &d2y| {
            let slope = slope(x, y);
            *d2x = slope * slope * d2y;
        });
}
