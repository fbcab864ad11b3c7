//! Layers one behind the other: the chain rule, in buffers that are used again.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use spec::model::PlannedLayer;
use spec::{Real, Streams};

use crate::layers::{Layer, Mode, Pass};

/// How the layers of a chain are made: whole ([`crate::layers::build`]), or each cut into rows
/// ([`crate::rows::build`]).
pub type Build<T> = fn(&PlannedLayer, Streams) -> Box<dyn Layer<T>>;

/// A chain of layers with the output and the gradient of each. A buffer has as many rows as the
/// largest batch so far; a smaller one uses the first of them.
pub struct Sequence<T> {
    layers: Vec<Box<dyn Layer<T>>>,
    /// Where each layer's parameters stand among the chain's.
    ranges: Vec<Range<usize>>,
    rows: usize,
    /// Output of each layer, `[rows, D_out]`.
    outputs: Vec<Array2<T>>,
    /// Gradient of each output, `[rows, D_out]`.
    gradients: Vec<Array2<T>>,
}

/// Of the derivatives that go back through the chain.
#[derive(Clone, Copy)]
enum Order {
    First,
    Second,
}

impl<T: Real> Sequence<T> {
    /// The planned layers, for no rows yet.
    pub fn new(plan: &[PlannedLayer], streams: Streams, build: Build<T>) -> Self {
        let mut end = 0;
        let ranges = plan.iter().map(|layer| {
            let start = end;
            end += layer.parameter_count();
            start..end
        });
        let empty = || {
            let outputs = plan.iter().map(PlannedLayer::outputs);
            outputs.map(|width| Array2::zeros((0, width))).collect()
        };
        Self {
            ranges: ranges.collect(),
            layers: plan.iter().map(|layer| build(layer, streams)).collect(),
            rows: 0,
            outputs: empty(),
            gradients: empty(),
        }
    }

    /// Number of parameters of all layers.
    pub fn parameters(&self) -> usize {
        self.ranges.last().map_or(0, |range| range.end)
    }

    /// Output of a layer, `[rows, D_out]`.
    pub fn output(&self, layer: usize) -> ArrayView2<'_, T> {
        self.outputs[layer].slice(s![..self.rows, ..])
    }

    /// Output of the last layer, `[rows, D_out]`.
    pub fn last_output(&self) -> ArrayView2<'_, T> {
        self.output(self.layers.len() - 1)
    }

    /// Gradient of the last output, `[rows, D_out]`: to be filled before [`Sequence::backward`].
    pub fn last_gradient(&mut self) -> ArrayViewMut2<'_, T> {
        self.last_output_and_gradient().1
    }

    /// Both of them.
    pub fn last_output_and_gradient(&mut self) -> (ArrayView2<'_, T>, ArrayViewMut2<'_, T>) {
        let (last, rows) = (self.layers.len() - 1, self.rows);
        (
            self.outputs[last].slice(s![..rows, ..]),
            self.gradients[last].slice_mut(s![..rows, ..]),
        )
    }

    /// y of each layer is x of the next. `w` are the parameters of all layers.
    pub fn forward(&mut self, w: &[T], x: ArrayView2<T>, mode: Mode) {
        let rows = x.nrows();
        self.make_room(rows);
        for index in 0..self.layers.len() {
            let (before, from) = self.outputs.split_at_mut(index);
            let x = match before.last() {
                Some(output) => output.slice(s![..rows, ..]),
                None => x,
            };
            let y = from[0].slice_mut(s![..rows, ..]);
            let w = &w[self.ranges[index].clone()];
            self.layers[index].forward(w, x, y, mode);
        }
    }

    /// dx of each layer is dy of the one before. Adds to `dw`, the gradients of all parameters.
    pub fn backward(
        &mut self,
        w: &[T],
        x: ArrayView2<T>,
        dx: Option<ArrayViewMut2<T>>,
        dw: &mut [T],
    ) {
        self.back(Order::First, w, x, dx, dw);
    }

    /// The same with the second backward pass of each layer, [`Layer::curvature`].
    pub fn curvature(
        &mut self,
        w: &[T],
        x: ArrayView2<T>,
        dx: Option<ArrayViewMut2<T>>,
        dw: &mut [T],
    ) {
        self.back(Order::Second, w, x, dx, dw);
    }

    fn back(
        &mut self,
        order: Order,
        w: &[T],
        x: ArrayView2<T>,
        mut dx: Option<ArrayViewMut2<T>>,
        dw: &mut [T],
    ) {
        let rows = self.rows;
        for index in (0..self.layers.len()).rev() {
            let (before, from) = self.gradients.split_at_mut(index);
            let pass = Pass {
                x: match index {
                    0 => x,
                    _ => self.outputs[index - 1].slice(s![..rows, ..]),
                },
                y: self.outputs[index].slice(s![..rows, ..]),
                dy: from[0].slice(s![..rows, ..]),
            };
            let dx = match before.last_mut() {
                Some(gradient) => Some(gradient.slice_mut(s![..rows, ..])),
                None => dx.as_mut().map(|dx| dx.view_mut()),
            };
            let range = self.ranges[index].clone();
            let (w, dw) = (&w[range.clone()], &mut dw[range]);
            match order {
                Order::First => self.layers[index].backward(w, pass, dx, dw),
                Order::Second => self.layers[index].curvature(w, pass, dx, dw),
            }
        }
    }

    /// [`Layer::end_step`] of every layer.
    pub fn end_step(&mut self) {
        self.layers.iter_mut().for_each(|layer| layer.end_step());
    }

    /// [`Layer::save`] of every layer.
    pub fn save(&self, statistics: &mut Vec<T>) {
        self.layers.iter().for_each(|layer| layer.save(statistics));
    }

    /// [`Layer::restore`] of every layer.
    pub fn restore(&mut self, statistics: &mut &[T]) {
        for layer in &mut self.layers {
            layer.restore(statistics);
        }
    }

    fn make_room(&mut self, rows: usize) {
        self.rows = rows;
        for buffer in self.outputs.iter_mut().chain(&mut self.gradients) {
            if buffer.nrows() < rows {
                *buffer = Array2::zeros((rows, buffer.ncols()));
            }
        }
    }
}
