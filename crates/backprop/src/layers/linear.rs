//! Fully connected layer.
//!
//! ```math
//! y = x W^\top + b, \qquad y_{nj} = \sum_i x_{ni} W_{ji} + b_j
//! ```
//!
//! Each `$W_{ji}$` takes part in `$y_{nj}$` of every sample, each `$x_{ni}$` in every `$y_{nj}$`:
//!
//! ```math
//! \frac{\partial L}{\partial W_{ji}} = \sum_n dy_{nj}\, x_{ni}, \qquad
//!   \frac{\partial L}{\partial b_j} = \sum_n dy_{nj}, \qquad
//!   \frac{\partial L}{\partial x_{ni}} = \sum_j dy_{nj}\, W_{ji}
//! ```
//!
//! In matrices `$dW = dy^\top x$`, `$db = \mathbf{1}^\top dy$`, `$dx = dy\, W$`: the backward pass uses the
//! transpose of the forward matrix.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, D_in]` |
//! | `y`, `dy` | `[N, D_out]` |
//! | `weight`, `dw` | `[D_out, D_in]` |
//! | `bias`, `db` | `[D_out]` |
//!
//! Source: Rumelhart, Hinton, Williams 1986, eqs. 1 and 3-7, in matrix form.

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2};
use spec::Real;

use super::{Layer, Mode, Pass};
use crate::matmul::matmul;

/// `$y = x W^\top + b$`.
#[derive(Clone, Copy, Debug)]
pub struct Linear {
    /// Numbers in.
    pub d_in: usize,
    /// Units, numbers out.
    pub d_out: usize,
    /// Whether there is a bias.
    pub bias: bool,
}

impl<T: Real> Layer<T> for Linear {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, _: Mode) {
        let (weight, bias) = self.parameters(w);
        match bias {
            Some(bias) => y.assign(&bias),
            None => y.fill(T::zero()),
        }
        matmul(x, weight.t(), y); // y += x Wᵀ
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let (weight, _) = self.parameters(w);
        let (dweight, dbias) = self.gradients(dw);
        matmul(pass.dy.t(), pass.x, dweight); // dW += dyᵀ x
        if let Some(mut dbias) = dbias {
            for dy in pass.dy.rows() {
                dbias += &dy; // db += Σₙ dy
            }
        }
        if let Some(mut dx) = dx {
            dx.fill(T::zero());
            matmul(pass.dy, weight, dx); // dx = dy W
        }
    }
}

impl Linear {
    /// Weight `[D_out, D_in]` and bias `[D_out]` in the layer's part of the parameters.
    fn parameters<'a, T: Real>(
        &self,
        w: &'a [T],
    ) -> (ArrayView2<'a, T>, Option<ArrayView1<'a, T>>) {
        let (weight, bias) = w.split_at(self.d_out * self.d_in);
        let weight = ArrayView2::from_shape((self.d_out, self.d_in), weight);
        let weight = weight.expect("the plan gives a linear layer D_out · D_in weights");
        (weight, self.bias.then(|| ArrayView1::from(bias)))
    }

    /// The same of the gradients.
    fn gradients<'a, T: Real>(
        &self,
        dw: &'a mut [T],
    ) -> (ArrayViewMut2<'a, T>, Option<ArrayViewMut1<'a, T>>) {
        let (weight, bias) = dw.split_at_mut(self.d_out * self.d_in);
        let weight = ArrayViewMut2::from_shape((self.d_out, self.d_in), weight);
        let weight = weight.expect("the plan gives a linear layer D_out · D_in weights");
        (weight, self.bias.then(|| ArrayViewMut1::from(bias)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::*;
    use ndarray::{Array2, array};

    /// Worked example 4: the weight is `[out, in]`; the other orientation gives (.29, .76, .95).
    #[test]
    fn the_orientation_is_that_of_the_lecture() {
        let weight = [0.1, 0.7, 0.8, 0.3, 0.6, 0.9, 0.6, 0.5, 0.1];
        let x: Array2<f64> = array![[0.5, 0.6, 0.1]];
        let mut y = Array2::zeros((1, 3));
        let mut layer = Linear {
            d_in: 3,
            d_out: 3,
            bias: false,
        };
        layer.forward(&weight, x.view(), y.view_mut(), Mode::Evaluation);
        for (by_hand, exact) in y.iter().zip([0.55, 0.60, 0.61]) {
            assert!((by_hand - exact).abs() < 1e-15);
        }
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        for bias in [true, false] {
            let (d_in, d_out) = (4, 3);
            let mut layer = Linear { d_in, d_out, bias };
            let count = d_out * d_in + if bias { d_out } else { 0 };
            let w = random(1, count, "w").into_raw_vec_and_offset().0;
            prove(&mut layer, &w, random(5, d_in, "x"), d_out);
        }
    }
}
