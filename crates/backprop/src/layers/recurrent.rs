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
//! `$W$` and `$U$` are transposed once a pass: products with rows of `$U^\top$` are faster than
//! those with its columns.
//!
//! | | PyTorch's name | shape |
//! |---|---|---|
//! | `$W$` | `weight_ih_l0` | `[G·H, D]` |
//! | `$U$` | `weight_hh_l0` | `[G·H, H]` |
//! | `$b$`, `$b'$` | `bias_ih_l0`, `bias_hh_l0` | `[G·H]` |
//!
//! The cells of one layer and direction are a [`Cells`]; several layers, both directions, the last
//! output alone and a state that is carried are the same for all of them ([`stack`]).

mod handed;
mod stack;

use contract::Real;
use kernels::elementwise::each;
use kernels::matmul::{matmul_columns, matmul_transposed};
use ndarray::{ArrayView2, ArrayViewMut2, s};
use spec::model::{LayerSpec, PlannedLayer, Recurrence};

use super::sequence::Steps;
use super::{Gru, Layer, Lstm, Rnn};
use stack::Stack;

pub(crate) use handed::Handed;

/// The cells of one layer that reads in one direction, as a layer.
pub(crate) trait Cells<T: Real>: Layer<T> {
    /// Whether the next pass begins with the state that the last one ended with, not with 0.
    fn go_on(&mut self, goes_on: bool);

    /// The state that passes begin with, where it is handed to the cells.
    fn handed(&mut self) -> &mut Handed<T>;

    /// c behind the last step, `[N, H]`, of cells that have it.
    fn last_cell(&self) -> Option<&[T]> {
        None
    }
}

/// The planned layer as cells that read forward.
///
/// # Panics
/// When it is no recurrent layer.
pub(super) fn cells<T: Real>(planned: &PlannedLayer) -> Box<dyn Cells<T>> {
    let [_, inputs] = planned.positions();
    let size = |recurrence, gates| Size::new(inputs, recurrence, gates);
    match &planned.spec {
        LayerSpec::Rnn(rnn) => Box::new(Rnn::new(size(rnn.recurrence(), 1), rnn.activation)),
        LayerSpec::Lstm(lstm) => Box::new(Lstm::new(size(lstm.recurrence(), 4))),
        LayerSpec::LstmPeephole(lstm) => Box::new(Lstm::new(size(lstm.recurrence(), 4))),
        LayerSpec::Gru(gru) => Box::new(Gru::new(size(gru.recurrence(), 3))),
        _ => panic!("{}: the plan lets only recurrent layers in", planned.name),
    }
}

/// The planned layer, of the cells that are made for a size.
pub(super) fn build<T: Real, C: Cells<T> + 'static>(
    planned: &PlannedLayer,
    recurrence: Recurrence,
    gates: usize,
    make: impl Fn(Size) -> C,
) -> Box<dyn Layer<T>> {
    let [_, inputs] = planned.positions();
    match recurrence.is_plain() {
        true => Box::new(make(Size::new(inputs, recurrence, gates))),
        false => Box::new(Stack::new(planned, recurrence, |inputs| {
            make(Size::new(inputs, recurrence, gates))
        })),
    }
}

/// Sizes of a recurrent layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// D.
    pub inputs: usize,
    /// H.
    pub units: usize,
    /// G·H.
    pub rows: usize,
    /// Steps that a gradient goes back.
    pub span: usize,
}

impl Size {
    /// Of cells with so many inputs and gates.
    pub fn new(inputs: usize, recurrence: Recurrence, gates: usize) -> Self {
        let units = recurrence.units;
        Self {
            inputs,
            units,
            rows: gates * units,
            span: recurrence.gradient.span(),
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
    /// z = b + b' at every step.
    pub fn biases(&self, z: &mut Steps<T>) {
        let biases = self.bias_ih.iter().zip(self.bias_hh);
        let mut rows = z.all_mut();
        let Some(z) = rows.as_slice_mut() else { return };
        let (first, others) = z.split_at_mut(self.bias_ih.len());
        first
            .iter_mut()
            .zip(biases)
            .for_each(|(z, (&b, &c))| *z = b + c);
        for z in others.chunks_exact_mut(first.len()) {
            z.copy_from_slice(first);
        }
    }

    /// dh += dz U of one step.
    pub fn add_state_gradient(&self, dz: ArrayView2<T>, dh: ArrayViewMut2<T>) {
        matmul_columns(dz, 0..self.hh.nrows(), self.hh, dh);
    }

    /// dx = dz W of all steps, which are left in `room` `[T, N, D]` on their way.
    pub fn input_gradient(&self, dz: &Steps<T>, room: &mut Steps<T>, dx: ArrayViewMut2<T>) {
        room.make_room(dz.len(), dx.nrows());
        room.all_mut().fill(T::zero());
        matmul_columns(dz.all(), 0..self.ih.nrows(), self.ih, room.all_mut());
        room.give(0, dx);
    }
}

/// Wᵀ and Uᵀ, `[D, G·H]` and `[H, G·H]`.
#[derive(Clone, Debug)]
pub(crate) struct Transposed<T> {
    ih: Vec<T>,
    hh: Vec<T>,
}

impl<T: Real> Transposed<T> {
    /// None yet.
    pub fn new() -> Self {
        Self {
            ih: Vec::new(),
            hh: Vec::new(),
        }
    }

    /// Takes them of these weights.
    pub fn take(&mut self, weights: &Weights<T>) {
        transpose(weights.ih, &mut self.ih);
        transpose(weights.hh, &mut self.hh);
    }

    /// z += x Wᵀ of all steps.
    pub fn add_inputs(&self, x: &Steps<T>, z: &mut Steps<T>) {
        add_product(x.all(), &self.ih, z.all_mut());
    }

    /// z += h Uᵀ of one step.
    pub fn add_state(&self, h: ArrayView2<T>, z: ArrayViewMut2<T>) {
        add_product(h, &self.hh, z);
    }
}

/// In bands of rows, of which the cache holds what it has begun to read.
fn transpose<T: Real>(w: ArrayView2<T>, to: &mut Vec<T>) {
    const BAND: usize = 16;
    let (rows, columns) = w.dim();
    to.resize(rows * columns, T::zero());
    let w = w.to_slice().expect("weights lie row by row");
    for (band, w) in w.chunks(BAND * columns).enumerate() {
        for (column, to) in to.chunks_exact_mut(rows).enumerate() {
            let of_band = w[column..].iter().step_by(columns);
            let to = to[band * BAND..].iter_mut().zip(of_band);
            to.for_each(|(to, &w)| *to = w);
        }
    }
}

/// z += a b, `b` row by row.
fn add_product<T: Real>(a: ArrayView2<T>, b: &[T], z: ArrayViewMut2<T>) {
    let shape = (a.ncols(), z.ncols());
    let b = ArrayView2::from_shape(shape, b).expect("it has as many numbers");
    matmul_columns(a, 0..shape.0, b, z);
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
    let before = h.steps(0, x.len());
    matmul_transposed(dz_hh.all(), 0..size.rows, before, hh); // dU += Σₜ dzₜᵀ hₜ₋₁
    let bias_hh = &mut rest[..size.rows];
    for (dz, dz_hh) in dz.all().rows().into_iter().zip(dz_hh.all().rows()) {
        let [dz, dz_hh] = [dz, dz_hh].map(|row| row.to_slice().expect("steps lie row by row"));
        each(
            [dz, dz_hh],
            [&mut *bias_ih, &mut *bias_hh],
            |[dz, dz_hh], [b, c]| {
                *b += dz;
                *c += dz_hh;
            },
        );
    }
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

#[cfg(test)]
pub(crate) mod testing;
