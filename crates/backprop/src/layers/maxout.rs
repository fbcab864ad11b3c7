//! Maxout: the largest of several linear functions for each unit.
//!
//! Unit `$j$` has the `$p$` functions in the rows `$jp, \dots, jp + p - 1$` of the weight.
//!
//! ```math
//! z = x W^\top + b, \qquad y_{nj} = \max_{jp \le q < (j + 1) p} z_{nq}
//! ```
//!
//! Near `$x$` each maximum is its winner `$q^*_{nj}$`, so only the winner gets the gradient; behind it
//! the backward pass is that of a linear layer:
//!
//! ```math
//! dz_{nq} = \begin{cases} dy_{nj} & q = q^*_{nj} \\ 0 & \text{else} \end{cases}, \qquad
//!   dW = dz^\top x, \qquad db = \mathbf{1}^\top dz, \qquad dx = dz\, W
//! ```
//!
//! Of equal functions the first wins. A NaN wins against every number and passes through: a diverged
//! network must not look sound.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, D_in]` |
//! | `y`, `dy`, winners | `[N, units]` |
//! | `z`, `dz` | `[N, units·p]` |
//! | `weight`, `dw` | `[units·p, D_in]` |
//! | `bias`, `db` | `[units·p]` |
//!
//! Source: Goodfellow, Warde-Farley, Mirza, Courville, Bengio 2013, section 3.

use contract::Real;
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, s};
use spec::model::{MaxoutSpec, PlannedLayer};

use super::{Layer, Mode, Pass};
use kernels::matmul::matmul;

/// `$y_j = \max_{q \in j} (x W^\top + b)_q$`.
#[derive(Clone, Debug)]
pub struct Maxout<T> {
    d_in: usize,
    units: usize,
    /// Functions of a unit, p.
    pieces: usize,
    /// Forward `$z$`, backward `$dz$`: `[N, units·p]`.
    z: Array2<T>,
    /// Which of its functions is the largest for each unit, `[N, units]`.
    winners: Array2<usize>,
}

impl<T: Real> Maxout<T> {
    /// The planned layer, for no rows yet.
    pub fn new(planned: &PlannedLayer, maxout: &MaxoutSpec) -> Self {
        Self {
            d_in: planned.inputs(),
            units: maxout.units,
            pieces: maxout.pieces,
            z: Array2::zeros((0, maxout.units * maxout.pieces)),
            winners: Array2::zeros((0, maxout.units)),
        }
    }
}

impl<T: Real> Layer<T> for Maxout<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, _: Mode) {
        let rows = x.nrows();
        self.make_room(rows);
        let (weight, bias) = self.parameters(w);
        let mut z = self.z.slice_mut(s![..rows, ..]);
        z.assign(&bias);
        matmul(x, weight.t(), z.view_mut()); // z = x Wᵀ + b
        for ((n, j), y) in y.indexed_iter_mut() {
            let unit = z.slice(s![n, j * self.pieces..(j + 1) * self.pieces]);
            let mut winner = 0;
            for (piece, &z) in unit.indexed_iter() {
                if z > unit[winner] || z.is_nan() {
                    winner = piece;
                }
            }
            *y = unit[winner];
            self.winners[[n, j]] = winner;
        }
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let mut dz = self.z.slice_mut(s![..pass.x.nrows(), ..]);
        dz.fill(T::zero());
        for ((n, j), &dy) in pass.dy.indexed_iter() {
            dz[[n, j * self.pieces + self.winners[[n, j]]]] = dy;
        }
        let dz = self.z.slice(s![..pass.x.nrows(), ..]);
        let (dweight, mut dbias) = self.gradients(dw);
        matmul(dz.t(), pass.x, dweight); // dW += dzᵀ x
        for dz in dz.rows() {
            dbias += &dz; // db += Σₙ dz
        }
        if let Some(mut dx) = dx {
            let (weight, _) = self.parameters(w);
            dx.fill(T::zero());
            matmul(dz, weight, dx); // dx = dz W
        }
    }
}

impl<T: Real> Maxout<T> {
    /// Functions of all units, units·p.
    fn functions(&self) -> usize {
        self.units * self.pieces
    }

    /// Weight `[units·p, D_in]` and bias `[units·p]` in the layer's part of the parameters.
    fn parameters<'a>(&self, w: &'a [T]) -> (ArrayView2<'a, T>, ArrayView1<'a, T>) {
        let (weight, bias) = w.split_at(self.functions() * self.d_in);
        let weight = ArrayView2::from_shape((self.functions(), self.d_in), weight);
        let weight = weight.expect("the plan gives maxout units · p · D_in weights");
        (weight, ArrayView1::from(bias))
    }

    /// The same of the gradients.
    fn gradients<'a>(&self, dw: &'a mut [T]) -> (ArrayViewMut2<'a, T>, ArrayViewMut1<'a, T>) {
        let (weight, bias) = dw.split_at_mut(self.functions() * self.d_in);
        let weight = ArrayViewMut2::from_shape((self.functions(), self.d_in), weight);
        let weight = weight.expect("the plan gives maxout units · p · D_in weights");
        (weight, ArrayViewMut1::from(bias))
    }

    fn make_room(&mut self, rows: usize) {
        if self.z.nrows() < rows {
            self.z = Array2::zeros((rows, self.functions()));
            self.winners = Array2::zeros((rows, self.units));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::super::windows::testing::pass;
    use super::*;
    use ndarray::array;
    use proptest::prelude::*;
    use spec::model::{LayerSpec, ModelSpec};

    fn layer(d_in: usize, units: usize, pieces: usize) -> Maxout<f64> {
        let spec = MaxoutSpec {
            units,
            pieces,
            name: None,
            weights: None,
            biases: None,
        };
        let model = ModelSpec::new(vec![LayerSpec::Maxout(spec.clone())]);
        Maxout::new(&model.plan(&[d_in]).unwrap()[0], &spec)
    }

    fn weights(d_in: usize, functions: usize) -> Vec<f64> {
        let count = functions * (d_in + 1);
        random(1, count, "w").into_raw_vec_and_offset().0
    }

    /// `y`, `dx` and `dw` of one input number.
    fn run(pieces: usize, w: &[f64], x: f64) -> (f64, f64, Vec<f64>) {
        let (mut layer, x, dy) = (layer(1, 1, pieces), array![[x]], array![[2.0]]);
        let (mut y, mut dx) = (Array2::zeros((1, 1)), Array2::zeros((1, 1)));
        let mut dw = vec![0.0; w.len()];
        layer.forward(w, x.view(), y.view_mut(), Mode::Evaluation);
        layer.backward(w, pass(&x, &y, &dy), Some(dx.view_mut()), &mut dw);
        (y[[0, 0]], dx[[0, 0]], dw)
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        for (units, pieces) in [(3, 2), (2, 5), (4, 1)] {
            let w = weights(4, units * pieces);
            prove(&mut layer(4, units, pieces), &w, random(5, 4, "x"), units);
        }
    }

    #[test]
    fn the_functions_x_and_minus_x_make_the_absolute_value() {
        let w = [1.0, -1.0, 0.0, 0.0];
        assert_eq!(run(2, &w, 3.0), (3.0, 2.0, vec![6.0, 0.0, 2.0, 0.0]));
        assert_eq!(run(2, &w, -3.0), (3.0, -2.0, vec![0.0, -6.0, 0.0, 2.0]));
    }

    #[test]
    fn of_equal_functions_the_first_gets_the_gradient() {
        let w = [0.0, 1.0, 1.0, 0.0, 0.0, 0.0];
        assert_eq!(run(3, &w, 5.0).2, [0.0, 10.0, 0.0, 0.0, 2.0, 0.0]);
    }

    #[test]
    fn a_nan_passes_whichever_function_has_it() {
        assert!(run(2, &[1.0, 1.0, 0.0, 0.0], f64::NAN).0.is_nan());
        assert!(run(2, &[1.0, 1.0, f64::NAN, 0.0], 1.0).0.is_nan());
        assert!(run(2, &[1.0, 1.0, 0.0, f64::NAN], 1.0).0.is_nan());
    }

    #[test]
    fn a_smaller_batch_after_a_larger_one_is_right() {
        let w = weights(4, 6);
        let mut used = layer(4, 3, 2);
        for rows in [5, 2] {
            prove(&mut used, &w, random(rows, 4, "x"), 3);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn every_unit_agrees_with_the_definition(
            d_in in 1usize..6, units in 1usize..5, pieces in 1usize..5,
        ) {
            let (w, x) = (weights(d_in, units * pieces), random(3, d_in, "x"));
            let mut y = Array2::zeros((3, units));
            layer(d_in, units, pieces).forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
            for ((n, j), &y) in y.indexed_iter() {
                let z = |q: usize| {
                    let products = (0..d_in).map(|i| x[[n, i]] * w[q * d_in + i]);
                    products.sum::<f64>() + w[units * pieces * d_in + q]
                };
                let largest = (j * pieces..(j + 1) * pieces).map(z).fold(f64::MIN, f64::max);
                prop_assert!((y - largest).abs() < 1e-14);
            }
        }
    }
}
