//! Softmax over the features of a sample.
//!
//! ```math
//! y_k = \frac{e^{x_k}}{\sum_j e^{x_j}}, \qquad
//!   \frac{\partial y_k}{\partial x_i} = y_k (\delta_{ki} - y_i)
//! ```
//!
//! The Jacobian is full, but it need not be built:
//!
//! ```math
//! dx_i = \sum_k dy_k\, y_k (\delta_{ki} - y_i) = y_i \Big(dy_i - \sum_k dy_k\, y_k\Big)
//! ```
//!
//! For the cross-entropy of softmax outputs use the loss on logits instead: it is simpler and does
//! not overflow.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, K]` |
//!
//! Source: Bridle 1990; the Jacobian is in Bishop 2006, eq. 4.106.

use contract::Real;
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, Zip};
use spec::model::PlannedLayer;

use super::sequence::{positions, positions_mut};
use super::{Layer, Mode, Pass};

/// `$y_k = e^{x_k} / \sum_j e^{x_j}$`.
#[derive(Clone, Copy, Debug)]
pub struct Softmax {
    /// K.
    features: usize,
}

impl Softmax {
    /// The planned layer; of a sequence `[T, K]` it is taken at each position.
    pub fn new(planned: &PlannedLayer) -> Self {
        let [_, features] = planned.positions();
        Self { features }
    }
}

impl<T: Real> Layer<T> for Softmax {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let k = self.features;
        let (x, mut y) = (positions(x, k), positions_mut(y, k));
        Zip::from(y.rows_mut()).and(x.rows()).for_each(softmax);
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(dx) = dx else { return };
        let k = self.features;
        Zip::from(positions_mut(dx, k).rows_mut())
            .and(positions(pass.y, k).rows())
            .and(positions(pass.dy, k).rows())
            .for_each(|dx, y, dy| {
                let sum = y.dot(&dy); // Σₖ dyₖ yₖ
                Zip::from(dx)
                    .and(y)
                    .and(dy)
                    .for_each(|dx, &y, &dy| *dx = y * (dy - sum));
            });
    }
}

/// Softmax of one sample. The largest `$x$` is taken off first: it cancels, and no exponential
/// overflows.
pub(crate) fn softmax<T: Real>(mut y: ArrayViewMut1<T>, x: ArrayView1<T>) {
    let largest = x.fold(T::neg_infinity(), |largest, &x| largest.max(x));
    let mut sum = T::zero();
    Zip::from(&mut y).and(x).for_each(|y, &x| {
        *y = (x - largest).exp();
        sum += *y;
    });
    y.mapv_inplace(|y| y / sum);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn gradients_agree_with_central_differences() {
        let mut four = Softmax { features: 4 };
        prove(&mut four, &[], random(5, 4, "x") * 2.0, 4);
        // Two positions.
        prove(&mut four, &[], random(5, 8, "x") * 2.0, 8);
    }

    #[test]
    fn large_inputs_do_not_overflow() {
        let x = array![[1000.0f32, 1000.0, -1000.0]];
        let mut y = Array2::zeros((1, 3));
        Softmax { features: 3 }.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, array![[0.5, 0.5, 0.0]]);
    }
}
