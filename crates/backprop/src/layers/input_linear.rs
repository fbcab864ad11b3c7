//! Fully connected layer that reads the input of a network.
//!
//! ```math
//! y = x W^\top + b, \qquad dW^\top = x^\top dy, \qquad db = \mathbf{1}^\top dy, \qquad dx = dy\, W
//! ```
//!
//! It is the layer of [`linear`](super::linear), with the derivation there, where its weights are many and nothing
//! stands before it. What differs is how they lie, as `$W^\top$`, and so who computes what. The rows of
//! `$W^\top$` belong to inputs, and these are cut into parts `$I_p$` that the threads share:
//!
//! ```math
//! y_n = b + \sum_p \sum_{i \in I_p} x_{ni} W^\top_i, \qquad dW^\top_i = \sum_n x_{ni}\, dy_n
//! ```
//!
//! A thread reads its own columns of the batch and the weights and gradients of its own inputs, all of which
//! stay in its cache from step to step, and a number of the input that is only background is passed over with
//! all its weights ([`Foreground`]). The sums of the parts are added in their order, whoever has computed them.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, D_in]` |
//! | `y`, `dy` | `[N, D_out]` |
//! | `weight`, `dw` | `[D_in, D_out]`, to others `[D_out, D_in]` |
//! | `bias`, `db` | `[D_out]` |
//!
//! In 784-300-100-10 the outputs of 64 images of MNIST and their gradients together take 0.53 of the time that
//! they take in [`Linear`](super::Linear), on one thread.

use std::ops::Range;

use contract::{Real, RowBuffer};
use ndarray::{ArrayView2, ArrayViewMut2, s};
use spec::model::{LayerSpec, PlannedLayer};

use super::Order;
use kernels::cut::LEAST_WORK;
use kernels::elementwise::each;
use kernels::matmul::foreground::{Foreground, Turned};
use kernels::matmul::{matmul, matmul_transposed};
use kernels::per_thread::PerThread;
use kernels::workers;

/// Weights of a part: 256 KB in f32, half of a near cache. A layer with fewer stays a
/// [`Linear`](super::Linear).
const PART: usize = 1 << 16;
/// Each part costs a set of outputs to sum.
const MOST_PARTS: usize = 8;
/// `$y = x W^\top + b$` of a network's input.
pub struct InputLinear<T> {
    d_in: usize,
    d_out: usize,
    bias: bool,
    parts: Vec<Part<T>>,
    /// Of the last batch, `[N, D_out]`.
    y: RowBuffer<T>,
    dy: RowBuffer<T>,
    turned: PerThread<Turned<T>>,
}

/// Some of the inputs.
pub(crate) struct Part<T> {
    /// What differs from the background in their columns of the batch.
    foreground: Foreground<T>,
    /// What they give to the outputs, `[N, D_out]`.
    y: RowBuffer<T>,
}

/// What the parts give to the outputs of a batch, to be summed.
pub(crate) struct Terms<'a, T> {
    parts: &'a [Part<T>],
    bias: Option<&'a [T]>,
}

impl<T: Real> Terms<'_, T> {
    /// Computes `y` of some rows.
    pub(crate) fn sum(&self, rows: Range<usize>, mut y: ArrayViewMut2<T>) {
        for (row, mut y) in rows.zip(y.rows_mut()) {
            let y = y.as_slice_mut().expect("outputs lie row by row");
            match self.bias {
                Some(bias) => y.copy_from_slice(bias),
                None => y.fill(T::zero()),
            }
            for part in self.parts {
                let of_row = part.y.first(row + 1).slice_move(s![row, ..]);
                let of_row = of_row.to_slice().expect("outputs lie row by row");
                each([of_row], [&mut *y], |[term], [y]| *y += term);
            }
        }
    }
}

impl<T: Real> InputLinear<T> {
    /// The first layer of a plan, if it is fully connected, has many weights and is not the only one.
    pub fn of(plan: &[PlannedLayer]) -> Option<Self> {
        let [planned, _, ..] = plan else {
            return None;
        };
        match &planned.spec {
            LayerSpec::Linear(linear) if planned.inputs() * linear.units > PART => {
                Some(Self::new(planned.inputs(), linear.units, linear.bias))
            }
            _ => None,
        }
    }

    /// A layer of these sizes.
    pub fn new(d_in: usize, d_out: usize, bias: bool) -> Self {
        // A power of two, so that the parts suit most numbers of threads.
        let parts = (d_in * d_out).div_ceil(PART).next_power_of_two();
        let parts = parts.min(MOST_PARTS).min(d_in.max(1));
        let part = |part: usize| Part {
            foreground: Foreground::new(part * d_in / parts..(part + 1) * d_in / parts, d_out),
            y: RowBuffer::zeros(0, d_out),
        };
        Self {
            parts: (0..parts).map(part).collect(),
            y: RowBuffer::zeros(0, d_out),
            dy: RowBuffer::zeros(0, d_out),
            turned: PerThread::new(Turned::empty),
            d_in,
            d_out,
            bias,
        }
    }

    /// Computes what each part of the inputs gives to the outputs `y` of a batch `x`, and prepares the gradients if
    /// they are asked for. `w` begins with the parameters of the layer.
    pub(crate) fn forward(&mut self, w: &[T], x: ArrayView2<T>, for_gradients: bool) {
        let (weight, _) = self.parameters(w);
        let d_out = self.d_out;
        let (rows, worth) = (x.nrows(), x.nrows() * weight.len() >= 2 * LEAST_WORK);
        self.y.make_room(rows);
        self.dy.make_room(rows);
        if for_gradients {
            self.turned.provide(rayon::current_num_threads());
            let turned = self.turned.each();
            turned.for_each(|turned| turned.make_room(rows, self.d_out));
        }
        let parts = self.parts.iter_mut();
        workers::share_if(worth, parts, |part| {
            let inputs = part.foreground.columns();
            part.y.make_room(rows);
            part.foreground.take(x);
            let weight = &weight[inputs.start * d_out..inputs.end * d_out];
            let y = part.y.first_mut(rows);
            part.foreground.outputs(x, weight, y); // x Wᵀ
        });
    }

    /// The terms of the last batch, which had so many rows, and room for its `y` and `dy`. `w` begins with the
    /// parameters of the layer.
    pub(crate) fn split<'a>(
        &'a mut self,
        w: &'a [T],
        rows: usize,
    ) -> (Terms<'a, T>, ArrayViewMut2<'a, T>, ArrayViewMut2<'a, T>) {
        let (_, bias) = self.parameters(w);
        let (parts, y, dy) = (&self.parts, &mut self.y, &mut self.dy);
        (Terms { parts, bias }, y.first_mut(rows), dy.first_mut(rows))
    }

    /// `y` of the last batch, which had so many rows.
    pub(crate) fn outputs(&self, rows: usize) -> ArrayView2<'_, T> {
        self.y.first(rows)
    }

    /// Computes the gradients of the weights of a task's inputs, `[inputs, D_out]`, from the batch that went forward
    /// last and its `dy`.
    pub(crate) fn weight_gradients(
        &self,
        order: Order,
        task: usize,
        x: ArrayView2<T>,
        dw: &mut [T],
    ) {
        let dy = self.dy.first(x.nrows());
        let (foreground, block) = self.block(task);
        match order {
            Order::First => self.turned.lend(|turned| {
                foreground.gradients(block, x, dy, turned, dw); // dWᵀ = xᵀ dy
            }),
            Order::Second => {
                let x = x.slice(s![.., foreground.block(block)]);
                let squares = x.mapv(|x| x * x);
                dw.fill(T::zero());
                matmul_transposed(squares.view(), 0..x.ncols(), dy, dw); // d²Wᵀ = (x²)ᵀ d²y
            }
        }
    }

    /// Computes the gradients of the biases from `dy`, which had so many rows.
    pub(crate) fn bias_gradients(&self, rows: usize, db: &mut [T]) {
        db.fill(T::zero());
        for dy in self.dy.first(rows).rows() {
            for (db, &dy) in db.iter_mut().zip(dy) {
                *db += dy; // db = Σₙ dy
            }
        }
    }

    /// Computes the gradient of the input of the last batch, which training never needs.
    pub(crate) fn input_gradient(&self, w: &[T], mut dx: ArrayViewMut2<T>) {
        let (weight, _) = self.parameters(w);
        let weight = ArrayView2::from_shape((self.d_in, self.d_out), weight);
        let weight = weight.expect("a row for each input");
        dx.fill(T::zero());
        matmul(self.dy.first(dx.nrows()), weight.t(), dx); // dx = dy W
    }

    /// Number of weights, and of biases behind them.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (
            self.d_in * self.d_out,
            if self.bias { self.d_out } else { 0 },
        )
    }

    /// Tasks that the gradients of the weights are cut into.
    pub(crate) fn tasks(&self) -> usize {
        let parts = self.parts.iter();
        parts.map(|part| part.foreground.blocks()).sum()
    }

    /// Weights of a task.
    pub(crate) fn weights(&self, task: usize) -> usize {
        let (foreground, block) = self.block(task);
        foreground.block(block).len() * self.d_out
    }

    fn block(&self, task: usize) -> (&Foreground<T>, usize) {
        let mut block = task;
        for part in &self.parts {
            match block.checked_sub(part.foreground.blocks()) {
                None => return (&part.foreground, block),
                Some(behind) => block = behind,
            }
        }
        unreachable!("there are {} tasks, this is number {task}", self.tasks())
    }

    /// Weight `[D_in, D_out]` and bias `[D_out]`, with which `w` begins.
    fn parameters<'a>(&self, w: &'a [T]) -> (&'a [T], Option<&'a [T]>) {
        let (weights, biases) = self.counts();
        let (weight, behind) = w.split_at(weights);
        (weight, self.bias.then(|| &behind[..biases]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::random;
    use super::super::{Layer, Linear, Mode, Pass};
    use super::*;
    use crate::layers::units::UnitGradients;
    use ndarray::Array2;

    /// 2 parts.
    const SIZES: (usize, usize) = (300, 260);

    /// Rows that are mostly background, and some that are not.
    fn batch() -> Array2<f64> {
        let mut x = random(7, SIZES.0, "x");
        for mut row in x.rows_mut().into_iter().step_by(2) {
            row.slice_mut(s![..200]).fill(-0.4);
        }
        x
    }

    fn close(found: &[f64], expected: impl IntoIterator<Item = f64>) {
        let mut count = 0;
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
            count += 1;
        }
        assert_eq!(count, found.len());
    }

    /// The outputs and all gradients against those of [`Linear`], which is held against central differences.
    #[test]
    fn it_is_the_linear_layer_with_turned_weights() {
        let (d_in, d_out) = SIZES;
        let x = batch();
        let rows = x.nrows();
        for bias in [true, false] {
            let biases = if bias { d_out } else { 0 };
            let turned = random(1, d_in * d_out + biases, "w")
                .into_raw_vec_and_offset()
                .0;
            let weight = ArrayView2::from_shape((d_in, d_out), &turned[..d_in * d_out]).unwrap();
            let mut w: Vec<f64> = weight.t().iter().copied().collect();
            w.extend(&turned[d_in * d_out..]);

            let mut usual = Linear::new(d_in, d_out, bias);
            let mut y = Array2::zeros((rows, d_out));
            usual.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
            let mut layer = InputLinear::new(d_in, d_out, bias);
            assert_eq!(layer.parts.len(), 2);
            layer.forward(&turned, x.view(), true);
            let (terms, mut of_layer, mut dy) = layer.split(&turned, rows);
            terms.sum(0..3, of_layer.slice_mut(s![..3, ..]));
            terms.sum(3..rows, of_layer.slice_mut(s![3.., ..]));
            dy.assign(&random(rows, d_out, "dy"));
            close(layer.outputs(rows).as_slice().unwrap(), y.iter().copied());

            let dy = layer.dy.first(rows).to_owned();
            let pass = Pass {
                x: x.view(),
                y: y.view(),
                dy: dy.view(),
            };
            let mut dx = Array2::zeros(x.raw_dim());
            usual.backward(&w, pass, Some(dx.view_mut()), &mut []);
            let mut of_layer = Array2::from_elem(x.raw_dim(), f64::NAN);
            layer.input_gradient(&turned, of_layer.view_mut());
            close(of_layer.as_slice().unwrap(), dx);

            for order in [Order::First, Order::Second] {
                let mut dw = vec![0.0; w.len()];
                if order == Order::Second {
                    usual.curvature(&w, pass, None, &mut []);
                }
                usual.unit_gradients(order, pass, UnitGradients::all(d_out, d_in, &mut dw));
                let (dweight, dbias) = dw.split_at(d_in * d_out);
                let mut found = vec![f64::NAN; d_in * d_out];
                let mut rest = &mut found[..];
                for task in 0..layer.tasks() {
                    let (dw, behind) = rest.split_at_mut(layer.weights(task));
                    layer.weight_gradients(order, task, x.view(), dw);
                    rest = behind;
                }
                assert!(rest.is_empty());
                let dweight = ArrayView2::from_shape((d_out, d_in), dweight).unwrap();
                close(&found, dweight.t().iter().copied());
                let mut db = vec![f64::NAN; biases];
                layer.bias_gradients(rows, &mut db);
                close(&db, dbias.iter().copied());
            }
        }
    }
}
