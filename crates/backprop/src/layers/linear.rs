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
//! In matrices `$dW = dy^\top x$`, `$db = \mathbf{1}^\top dy$`, `$dx = dy\, W$`: the backward pass
//! uses the transpose of the forward matrix.
//!
//! A sequence `[T, D_in]` is T positions, with the same weights at each: N stands for N·T there.
//!
//! For the second backward pass every factor is squared, since `$\partial y_{nj} / \partial W_{ji}
//! = x_{ni}$` and `$\partial y_{nj} / \partial x_{ni} = W_{ji}$` (squares number by number, LeCun
//! et al. 1998, appendix C):
//!
//! ```math
//! d^2W = (d^2y)^\top x^2, \qquad d^2b = \mathbf{1}^\top d^2y, \qquad d^2x = d^2y\, W^2
//! ```
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, D_in]` |
//! | `y`, `dy` | `[N, D_out]` |
//! | `weight`, `dw` | `[D_out, D_in]` |
//! | `bias`, `db` | `[D_out]` |
//!
//! Where it reads the network's input and has many weights, [`InputLinear`](super::InputLinear)
//! takes its place.
//!
//! Source: Rumelhart, Hinton, Williams 1986, eqs. 1 and 3-7, in matrix form.

use contract::Real;
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2};

use super::sequence::{positions, positions_mut};
use super::{Layer, Mode, Order, Pass};
use crate::layers::units::UnitGradients;
use kernels::matmul::{matmul, matmul_transposed};

/// `$y = x W^\top + b$`.
#[derive(Clone, Debug)]
pub struct Linear<T> {
    /// Numbers in.
    d_in: usize,
    /// Units, numbers out.
    d_out: usize,
    /// Whether there is a bias.
    bias: bool,
    /// T of a sequence, else 1.
    positions: usize,
    /// `$W^2$` and `$x^2$` of the second backward pass; empty until there is one.
    squares: (Vec<T>, Vec<T>),
}

impl<T: Real> Layer<T> for Linear<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let (x, mut y) = (positions(x, self.d_in), positions_mut(y, self.d_out));
        let (weight, bias) = self.parameters(w);
        match bias {
            Some(bias) => y.assign(&bias),
            None => y.fill(T::zero()),
        }
        matmul(x, weight.t(), y); // y += x Wᵀ
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let (weight, _) = self.parameters(w);
        if let Some(dx) = dx {
            let mut dx = positions_mut(dx, self.d_in);
            dx.fill(T::zero());
            matmul(positions(pass.dy, self.d_out), weight, dx); // dx = dy W
        }
        if !dw.is_empty() {
            let all = UnitGradients::all(self.d_out, self.d_in, dw);
            self.unit_gradients(Order::First, pass, all);
        }
    }

    /// Weights that are met at many positions are few beside the activations, as those of a
    /// convolution: each shard has their gradient.
    fn units(&self) -> usize {
        match self.positions {
            1 => self.d_out,
            _ => 0,
        }
    }

    fn unit_gradients(&self, order: Order, pass: Pass<T>, dw: UnitGradients<T>) {
        let x = match order {
            Order::First => positions(pass.x, self.d_in),
            Order::Second => self.squares_of_input(pass.x.len() / self.d_in),
        };
        let dy = positions(pass.dy, self.d_out);
        matmul_transposed(dy, dw.units.clone(), x, dw.weight); // dW += dyᵀ x
        let dy = dy.as_standard_layout();
        let dy = dy.as_slice().expect("the standard layout lies row by row");
        for dy in dy.chunks_exact(self.d_out) {
            for (db, &dy) in dw.bias.iter_mut().zip(&dy[dw.units.clone()]) {
                *db += dy; // db += Σₙ dy
            }
        }
    }

    /// The backward pass with `$W^2$` and `$x^2$` in the places of `$W$` and `$x$`.
    fn curvature(&mut self, w: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, d2w: &mut [T]) {
        let (mut w2, mut x2) = std::mem::take(&mut self.squares);
        w2.clear();
        w2.extend(w.iter().map(|&w| w * w));
        x2.clear();
        x2.extend(pass.x.iter().map(|&x| x * x));
        self.backward(&w2, pass, d2x, &mut []);
        self.squares = (w2, x2);
        if !d2w.is_empty() {
            let all = UnitGradients::all(self.d_out, self.d_in, d2w);
            self.unit_gradients(Order::Second, pass, all);
        }
    }
}

impl<T: Real> Linear<T> {
    /// A layer of these sizes.
    pub fn new(d_in: usize, d_out: usize, bias: bool) -> Self {
        Self {
            d_in,
            d_out,
            bias,
            positions: 1,
            squares: (Vec::new(), Vec::new()),
        }
    }

    /// The same for sequences of so many positions.
    pub fn at_positions(self, positions: usize) -> Self {
        Self { positions, ..self }
    }

    /// Weight `[D_out, D_in]` and bias `[D_out]` in the layer's part of the parameters.
    fn parameters<'a>(&self, w: &'a [T]) -> (ArrayView2<'a, T>, Option<ArrayView1<'a, T>>) {
        let (weight, bias) = w.split_at(self.d_out * self.d_in);
        let weight = ArrayView2::from_shape((self.d_out, self.d_in), weight);
        let weight = weight.expect("the plan gives a linear layer D_out · D_in weights");
        (weight, self.bias.then(|| ArrayView1::from(bias)))
    }

    /// `$x^2$` of the last second backward pass, which had so many rows.
    fn squares_of_input(&self, rows: usize) -> ArrayView2<'_, T> {
        let squares = ArrayView2::from_shape((rows, self.d_in), &self.squares.1);
        squares.expect("there is a square for each number")
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature, random};
    use super::*;
    use ndarray::{Array2, array};

    /// Worked example 4: the weight is `[out, in]`; the other orientation gives (.29, .76, .95).
    #[test]
    fn the_orientation_is_that_of_the_lecture() {
        let weight = [0.1, 0.7, 0.8, 0.3, 0.6, 0.9, 0.6, 0.5, 0.1];
        let x: Array2<f64> = array![[0.5, 0.6, 0.1]];
        let mut y = Array2::zeros((1, 3));
        let mut layer = Linear::new(3, 3, false);
        layer.forward(&weight, x.view(), y.view_mut(), Mode::Evaluation);
        for (by_hand, exact) in y.iter().zip([0.55, 0.60, 0.61]) {
            assert!((by_hand - exact).abs() < 1e-15);
        }
    }

    fn random_parameters(count: usize) -> Vec<f64> {
        random(1, count, "w").into_raw_vec_and_offset().0
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        for (bias, count) in [(true, 15), (false, 12)] {
            let w = random_parameters(count);
            prove(&mut Linear::new(4, 3, bias), &w, random(5, 4, "x"), 3);
        }
    }

    #[test]
    fn every_position_of_a_sequence_has_the_same_weights() {
        let w = random_parameters(15);
        let mut layer = Linear::new(4, 3, true).at_positions(2);
        prove(&mut layer, &w, random(5, 8, "x"), 6);
        prove_curvature(&mut layer, &w, random(5, 8, "x"), 6);
    }

    #[test]
    fn curvature_agrees_with_its_definition() {
        for (bias, count) in [(true, 15), (false, 12)] {
            let mut layer = Linear::new(4, 3, bias);
            // The second time with the buffers of the first, for fewer rows.
            for rows in [5, 2] {
                let x = random(rows, 4, "x");
                prove_curvature(&mut layer, &random_parameters(count), x, 3);
            }
        }
    }
}
