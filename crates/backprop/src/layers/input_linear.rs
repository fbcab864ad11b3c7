//! Fully connected layer that reads the input of a network.
//!
//! ```math
//! y = x W^\top + b, \qquad dW^\top = x^\top dy, \qquad db = \mathbf{1}^\top dy, \qquad dx = dy\, W
//! ```
//!
//! It is the layer of [`linear`](super::linear), with the derivation there, where its weights are
//! many and nothing stands before it. What differs is how they lie, as `$W^\top$`, and so who
//! computes what. The rows of `$W^\top$` belong to inputs, and these are cut into parts `$I_p$`
//! that the threads share:
//!
//! ```math
//! y_n = b + \sum_p \sum_{i \in I_p} x_{ni} W^\top_i, \qquad dW^\top_i = \sum_n x_{ni}\, dy_n
//! ```
//!
//! A thread reads its own columns of the batch and the weights and gradients of its own inputs, all
//! of which stay in its cache from step to step, and a number of the input that is only background
//! is passed over with all its weights ([`SparseRows`]). The sums of the parts are added in their
//! order, whoever has computed them.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, D_in]` |
//! | `y`, `dy` | `[N, D_out]` |
//! | `weight`, `dw` | `[D_in, D_out]`, to others `[D_out, D_in]` |
//! | `bias`, `db` | `[D_out]` |

use contract::{Real, RowBuffer};
use kernels::elementwise::each;
use kernels::matmul::sparse_rows::{SparseColumns, SparseRows};
use kernels::matmul::{matmul, matmul_transposed};
use kernels::per_thread::PerThread;
use kernels::sharding::LEAST_WORK;
use kernels::workers;
use ndarray::{ArrayView2, ArrayViewMut2, Axis, IxDyn, ShapeBuilder, StrideShape, s};
use spec::model::{LayerSpec, PlannedLayer, PlannedParameter};

use super::Order;
use super::input_layer::InputLayer;

/// Weights of a part: 256 KB in f32, half of a near cache. A layer with fewer stays a
/// [`Linear`](super::Linear).
const PART: usize = 1 << 16;
/// Each part costs a set of outputs to sum.
const MOST_PARTS: usize = 8;
/// Rows whose outputs a thread sums at a time.
const ROWS: usize = 16;

/// `$y = x W^\top + b$` of a network's input.
pub struct InputLinear<T> {
    d_in: usize,
    d_out: usize,
    /// Numbers of the bias: `d_out` or 0.
    biases: usize,
    parts: Vec<Part<T>>,
    /// Of each block of gradients the number of parameters: the weights of some inputs of a part;
    /// in the last block the biases, if there are any.
    blocks: Vec<usize>,
    /// Of the last batch, `[N, D_out]`.
    y: RowBuffer<T>,
    dy: RowBuffer<T>,
    rows: usize,
    columns: PerThread<SparseColumns<T>>,
}

/// Some of the inputs.
struct Part<T> {
    /// Their columns of the batch.
    x: SparseRows<T>,
    /// What they give to the outputs, `[N, D_out]`.
    y: RowBuffer<T>,
}

impl<T: Real> InputLayer<T> for InputLinear<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>) {
        let (d_out, rows) = (self.d_out, x.nrows());
        let (weight, bias) = self.parameters(w);
        let worth = rows * weight.len() >= 2 * LEAST_WORK;
        self.make_room(rows);
        workers::share_if(worth, self.parts.iter_mut(), |part| {
            let inputs = part.x.columns();
            part.x.take(x);
            let weight = &weight[inputs.start * d_out..inputs.end * d_out];
            part.x.outputs(x, weight, part.y.first_mut(rows)); // x Wᵀ
        });
        let (parts, mut y) = (&self.parts, self.y.first_mut(rows));
        let y = y.axis_chunks_iter_mut(Axis(0), ROWS).enumerate();
        workers::share_if(worth, y, |(chunk, y)| sum(parts, bias, chunk * ROWS, y));
    }

    fn gradients(&self, order: Order, block: usize, x: ArrayView2<T>, dw: &mut [T]) {
        let dy = self.dy.first(x.nrows());
        let Some((sparse, block)) = self.block(block) else {
            return sum_of_rows(dy, dw); // db = Σₙ dy
        };
        match order {
            Order::First => self.columns.with(|columns| {
                sparse.gradients(block, x, dy, columns, dw); // dWᵀ = xᵀ dy
            }),
            Order::Second => {
                let x = x.slice(s![.., sparse.block(block)]);
                let squares = x.mapv(|x| x * x);
                dw.fill(T::zero());
                matmul_transposed(squares.view(), 0..x.ncols(), dy, dw); // d²Wᵀ = (x²)ᵀ d²y
            }
        }
    }

    fn input_gradient(&self, w: &[T], mut dx: ArrayViewMut2<T>) {
        let (weight, _) = self.parameters(w);
        let weight = ArrayView2::from_shape((self.d_in, self.d_out), weight);
        let weight = weight.expect("a row for each input");
        dx.fill(T::zero());
        matmul(self.dy.first(dx.nrows()), weight.t(), dx); // dx = dy W
    }

    fn output<'a>(&'a self, _: ArrayView2<'a, T>) -> ArrayView2<'a, T> {
        self.y.first(self.rows)
    }

    fn output_and_gradient<'a>(
        &'a mut self,
        _: ArrayView2<'a, T>,
        _: Option<ArrayViewMut2<'a, T>>,
    ) -> (ArrayView2<'a, T>, Option<ArrayViewMut2<'a, T>>) {
        let dy = self.dy.first_mut(self.rows);
        (self.y.first(self.rows), Some(dy))
    }

    fn planned(&self) -> usize {
        1
    }

    /// `$W$` lies as `$W^\top$`.
    fn layout(&self, parameter: &PlannedParameter) -> StrideShape<IxDyn> {
        match parameter.shape[..] {
            [d_out, _] => IxDyn(&parameter.shape).strides(IxDyn(&[1, d_out])),
            _ => IxDyn(&parameter.shape).into(),
        }
    }

    fn blocks(&self) -> &[usize] {
        &self.blocks
    }
}

impl<T: Real> InputLinear<T> {
    /// The first layer of a plan, if it is fully connected, has many weights and is not the only
    /// one.
    pub fn of(plan: &[PlannedLayer]) -> Option<Self> {
        let [planned, _, ..] = plan else {
            return None;
        };
        match &planned.spec {
            LayerSpec::Linear(linear)
                if !planned.is_sequence() && planned.inputs() * linear.units > PART =>
            {
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
            x: SparseRows::new(part * d_in / parts..(part + 1) * d_in / parts, d_out),
            y: RowBuffer::zeros(0, d_out),
        };
        let parts: Vec<_> = (0..parts).map(part).collect();
        let weights = parts.iter().flat_map(|part: &Part<T>| {
            let blocks = 0..part.x.blocks();
            blocks.map(|block| part.x.block(block).len() * d_out)
        });
        Self {
            blocks: weights.chain(bias.then_some(d_out)).collect(),
            parts,
            y: RowBuffer::zeros(0, d_out),
            dy: RowBuffer::zeros(0, d_out),
            rows: 0,
            columns: PerThread::new(SparseColumns::empty),
            d_in,
            d_out,
            biases: if bias { d_out } else { 0 },
        }
    }

    fn make_room(&mut self, rows: usize) {
        self.rows = rows;
        self.y.make_room(rows);
        self.dy.make_room(rows);
        for part in &mut self.parts {
            part.y.make_room(rows);
        }
        self.columns.provide(rayon::current_num_threads());
        for columns in self.columns.each() {
            columns.make_room(rows, self.d_out);
        }
    }

    /// The part to which a block of gradients belongs, and which one of that part it is; none: the
    /// biases.
    fn block(&self, block: usize) -> Option<(&SparseRows<T>, usize)> {
        let mut block = block;
        for part in &self.parts {
            match block.checked_sub(part.x.blocks()) {
                None => return Some((&part.x, block)),
                Some(behind) => block = behind,
            }
        }
        None
    }

    /// Weight `[D_in, D_out]` and bias `[D_out]`, with which `w` begins.
    fn parameters<'a>(&self, w: &'a [T]) -> (&'a [T], &'a [T]) {
        let (weight, behind) = w.split_at(self.d_in * self.d_out);
        (weight, &behind[..self.biases])
    }
}

/// Computes `y` of some rows, `first` and those behind, from what the parts give to it.
fn sum<T: Real>(parts: &[Part<T>], bias: &[T], first: usize, mut y: ArrayViewMut2<T>) {
    for (row, mut y) in (first..).zip(y.rows_mut()) {
        let y = y.as_slice_mut().expect("outputs lie row by row");
        match bias {
            [] => y.fill(T::zero()),
            bias => y.copy_from_slice(bias),
        }
        for part in parts {
            let of_row = part.y.first(row + 1).slice_move(s![row, ..]);
            let of_row = of_row.to_slice().expect("outputs lie row by row");
            each([of_row], [&mut *y], |[of_part], [y]| *y += of_part);
        }
    }
}

fn sum_of_rows<T: Real>(dy: ArrayView2<T>, db: &mut [T]) {
    db.fill(T::zero());
    for dy in dy.rows() {
        for (db, &dy) in db.iter_mut().zip(dy) {
            *db += dy;
        }
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

    /// The outputs and all gradients against those of [`Linear`], which is held against central
    /// differences.
    #[test]
    fn it_is_the_linear_layer_with_transposed_weights() {
        let (d_in, d_out) = SIZES;
        let x = batch();
        let rows = x.nrows();
        for bias in [true, false] {
            let biases = if bias { d_out } else { 0 };
            let transposed = random(1, d_in * d_out + biases, "w")
                .into_raw_vec_and_offset()
                .0;
            let weight =
                ArrayView2::from_shape((d_in, d_out), &transposed[..d_in * d_out]).unwrap();
            let mut w: Vec<f64> = weight.t().iter().copied().collect();
            w.extend(&transposed[d_in * d_out..]);

            let mut usual = Linear::new(d_in, d_out, bias);
            let mut y = Array2::zeros((rows, d_out));
            usual.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
            let mut layer = InputLinear::new(d_in, d_out, bias);
            assert_eq!(layer.parts.len(), 2);
            layer.forward(&transposed, x.view());
            let dy = random(rows, d_out, "dy");
            let (of_layer, gradient) = layer.output_and_gradient(x.view(), None);
            close(of_layer.as_slice().unwrap(), y.iter().copied());
            gradient.unwrap().assign(&dy);

            let pass = Pass {
                x: x.view(),
                y: y.view(),
                dy: dy.view(),
            };
            let mut dx = Array2::zeros(x.raw_dim());
            usual.backward(&w, pass, Some(dx.view_mut()), &mut []);
            let mut of_layer = Array2::from_elem(x.raw_dim(), f64::NAN);
            layer.input_gradient(&transposed, of_layer.view_mut());
            close(of_layer.as_slice().unwrap(), dx);

            for order in [Order::First, Order::Second] {
                let mut dw = vec![0.0; w.len()];
                if order == Order::Second {
                    usual.curvature(&w, pass, None, &mut []);
                }
                usual.unit_gradients(order, pass, UnitGradients::all(d_out, d_in, &mut dw));
                let (dweight, dbias) = dw.split_at(d_in * d_out);
                let mut found = vec![f64::NAN; dw.len()];
                let mut rest = &mut found[..];
                for (block, &parameters) in layer.blocks().iter().enumerate() {
                    let (dw, behind) = rest.split_at_mut(parameters);
                    layer.gradients(order, block, x.view(), dw);
                    rest = behind;
                }
                assert!(rest.is_empty());
                let dweight = ArrayView2::from_shape((d_out, d_in), dweight).unwrap();
                let dweight = dweight.t();
                close(&found, dweight.iter().chain(dbias).copied());
            }
        }
    }
}
