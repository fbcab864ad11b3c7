//! What recurrent layers share: their parameters, and the products with them.
//!
//! A layer of H units with G gates has net inputs `$z_t$` `[N, G·H]` at each step,
//!
//! ```math
//! z_t = x_t W^\top + b + h_{t-1} U^\top + b'
//! ```
//!
//! The products with the inputs do not wait for one another: those of all steps are one product.
//! The same holds of all gradients of weights and of `$dx$`; only `$h_{t-1} U^\top$` and, on the
//! way back, `$dz_t\, U$` are taken step by step.
//!
//! | | PyTorch's name | shape |
//! |---|---|---|
//! | `$W$` | `weight_ih_l0` | `[G·H, D]` |
//! | `$U$` | `weight_hh_l0` | `[G·H, H]` |
//! | `$b$`, `$b'$` | `bias_ih_l0`, `bias_hh_l0` | `[G·H]` |

use contract::Real;
use kernels::matmul::{matmul, matmul_transposed};
use ndarray::{ArrayView2, ArrayViewMut2, s};
use spec::model::PlannedLayer;

use super::sequence::Steps;

/// Sizes of a recurrent layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// T.
    pub steps: usize,
    /// D.
    pub inputs: usize,
    /// H.
    pub units: usize,
    /// G·H.
    pub rows: usize,
}

impl Size {
    /// Of a planned layer with so many gates.
    pub fn new(planned: &PlannedLayer, gates: usize) -> Self {
        let [steps, inputs] = planned.positions();
        let units = planned.outputs() / steps;
        Self {
            steps,
            inputs,
            units,
            rows: gates * units,
        }
    }

    /// The layer's part of the parameters by name.
    pub fn weights<'a, T: Real>(&self, w: &'a [T]) -> Weights<'a, T> {
        let (ih, rest) = w.split_at(self.rows * self.inputs);
        let (hh, rest) = rest.split_at(self.rows * self.units);
        let (bias_ih, rest) = rest.split_at(self.rows);
        let (bias_hh, rest) = rest.split_at(self.rows);
        let matrix = |w: &'a [T], columns| ArrayView2::from_shape((self.rows, columns), w);
        Weights {
            ih: matrix(ih, self.inputs).expect("the plan gives it G·H·D weights"),
            hh: matrix(hh, self.units).expect("the plan gives it G·H·H weights"),
            bias_ih,
            bias_hh,
            rest,
        }
    }
}

/// Parameters of a recurrent layer.
pub(crate) struct Weights<'a, T> {
    /// W `[G·H, D]`.
    pub ih: ArrayView2<'a, T>,
    /// U `[G·H, H]`.
    pub hh: ArrayView2<'a, T>,
    /// b `[G·H]`.
    pub bias_ih: &'a [T],
    /// b' `[G·H]`.
    pub bias_hh: &'a [T],
    /// What a layer has besides.
    pub rest: &'a [T],
}

impl<T: Real> Weights<'_, T> {
    /// z = x Wᵀ + b + b' of all steps: what the net inputs have of inputs and biases.
    pub fn of_inputs(&self, x: &Steps<T>, z: &mut Steps<T>) {
        for mut z in z.all_mut().rows_mut() {
            let biases = self.bias_ih.iter().zip(self.bias_hh);
            z.iter_mut()
                .zip(biases)
                .for_each(|(z, (&b, &c))| *z = b + c);
        }
        matmul(x.all(), self.ih.t(), z.all_mut());
    }

    /// dx = dz W of all steps, which are left in `room` `[T, N, D]` on their way.
    pub fn input_gradient(&self, dz: &Steps<T>, room: &mut Steps<T>, dx: ArrayViewMut2<T>) {
        room.all_mut().fill(T::zero());
        matmul(dz.all(), self.ih, room.all_mut());
        room.give(0, dx);
    }
}

/// Adds to `dw` the gradients of W, U, b and b': products of all steps. `h` holds the state before
/// the first step and behind each, `dz_hh` is the gradient of `$h_{t-1} U^\top + b'$` where that is
/// not the whole `$z_t$`.
pub(crate) fn weight_gradients<T: Real>(
    size: Size,
    [dz, dz_hh]: [&Steps<T>; 2],
    [x, h]: [&Steps<T>; 2],
    dw: &mut [T],
) {
    let (ih, rest) = dw.split_at_mut(size.rows * size.inputs);
    let (hh, rest) = rest.split_at_mut(size.rows * size.units);
    let (bias_ih, rest) = rest.split_at_mut(size.rows);
    matmul_transposed(dz.all(), 0..size.rows, x.all(), ih); // dW += Σₜ dzₜᵀ xₜ
    let before = h.steps(0, size.steps);
    matmul_transposed(dz_hh.all(), 0..size.rows, before, hh); // dU += Σₜ dzₜᵀ hₜ₋₁
    add_rows(dz.all(), bias_ih);
    add_rows(dz_hh.all(), &mut rest[..size.rows]);
}

/// The units of each gate, `[T·N, H]`, of all gates `[T·N, G·H]`.
pub(crate) fn gates<'a, T: Real, const G: usize>(
    names: [&'static str; G],
    all: &'a Steps<T>,
) -> Vec<(&'static str, ArrayView2<'a, T>)> {
    let units = all.all().ncols() / G;
    let of_gate = |(gate, name)| {
        let columns = gate * units..(gate + 1) * units;
        (name, all.all().slice_move(s![.., columns]))
    };
    names.into_iter().enumerate().map(of_gate).collect()
}

/// Every row becomes this one.
pub(crate) fn fill_rows<T: Real>(row: &[T], mut z: ArrayViewMut2<T>) {
    z.assign(&ndarray::ArrayView1::from(row));
}

/// Adds all rows to `sum`.
fn add_rows<T: Real>(rows: ArrayView2<T>, sum: &mut [T]) {
    for row in rows.rows() {
        for (sum, &value) in sum.iter_mut().zip(row) {
            *sum += value;
        }
    }
}

/// `$\sigma(a) = 1 / (1 + e^{-a})$`.
pub(crate) fn sigmoid<T: Real>(a: T) -> T {
    T::one() / (T::one() + (-a).exp())
}

#[cfg(test)]
pub(crate) mod testing;
