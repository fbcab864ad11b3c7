//! Layers one behind the other: the chain rule, in buffers that are used again.

use std::ops::Range;

use contract::{Real, RowBuffer, Streams};
use ndarray::{Array3, ArrayView2, ArrayViewMut2};
use spec::model::PlannedLayer;

use crate::layers::layer::{Layer, Mode, Order, Pass};
use crate::layers::units::UnitGradients;

/// Makes the layer that a plan begins with, and says how many planned layers it stands for: whole
/// ([`crate::layers::build_first`]), or sharded ([`crate::engine::sharded_layer::build_first`]).
pub type Build<T> = fn(&[PlannedLayer], Streams) -> (Box<dyn Layer<T>>, usize);

/// A chain of layers.
pub struct Chain<T> {
    layers: Vec<Box<dyn Layer<T>>>,
    /// Numbers of a row that come out of each.
    widths: Vec<usize>,
    /// How many planned layers there are up to each, itself included.
    ends: Vec<usize>,
    /// Where each layer's parameters stand among the chain's.
    ranges: Vec<Range<usize>>,
    /// Where each layer's gradients stand among those that [`Chain::backward`] adds to.
    in_shard: Vec<Range<usize>>,
}

/// What some rows leave in a chain: the output of each layer and its gradient. There is room for
/// the most rows so far; fewer use the first of them.
#[derive(Clone)]
pub struct Activations<T> {
    rows: usize,
    /// Output of each layer, `[rows, D_out]`.
    outputs: Vec<RowBuffer<T>>,
    /// Gradient of each output, `[rows, D_out]`.
    gradients: Vec<RowBuffer<T>>,
}

impl<T: Real> Activations<T> {
    /// Output of a layer, `[rows, D_out]`.
    pub fn output(&self, layer: usize) -> ArrayView2<'_, T> {
        self.outputs[layer].first(self.rows)
    }

    /// Output of the last layer, `[rows, D_out]`.
    pub fn last_output(&self) -> ArrayView2<'_, T> {
        self.output(self.outputs.len() - 1)
    }

    /// What the backward pass of a layer is given, `x` being the input of the chain.
    pub fn pass<'a>(&'a self, layer: usize, x: ArrayView2<'a, T>) -> Pass<'a, T> {
        Pass {
            x: match layer {
                0 => x,
                _ => self.output(layer - 1),
            },
            y: self.output(layer),
            dy: self.gradients[layer].first(self.rows),
        }
    }

    /// Gradient of the last output, `[rows, D_out]`: to be filled before [`Chain::backward`].
    pub fn last_gradient(&mut self) -> ArrayViewMut2<'_, T> {
        self.last_output_and_gradient().1
    }

    /// Both of them.
    pub fn last_output_and_gradient(&mut self) -> (ArrayView2<'_, T>, ArrayViewMut2<'_, T>) {
        let (last, rows) = (self.outputs.len() - 1, self.rows);
        (
            self.outputs[last].first(rows),
            self.gradients[last].first_mut(rows),
        )
    }

    fn make_room(&mut self, rows: usize) {
        self.rows = rows;
        for buffer in self.outputs.iter_mut().chain(&mut self.gradients) {
            buffer.make_room(rows);
        }
    }
}

impl<T: Real> Chain<T> {
    /// The planned layers.
    pub fn new(plan: &[PlannedLayer], streams: Streams, build: Build<T>) -> Self {
        let (mut layers, mut ends, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        let mut rest = plan;
        while !rest.is_empty() {
            let (layer, fused) = build(rest, streams);
            let (planned, after) = rest.split_at(fused);
            layers.push(layer);
            ends.push(plan.len() - after.len());
            counts.push(planned.iter().map(PlannedLayer::parameter_count).sum());
            rest = after;
        }
        let ranges = ranges(counts.into_iter());
        let widths = ends.iter().map(|&end| plan[end - 1].outputs());
        Self {
            in_shard: ranges.clone(),
            ranges,
            layers,
            widths: widths.collect(),
            ends,
        }
    }

    /// Activations of no rows yet.
    pub fn activations(&self) -> Activations<T> {
        let empty = || {
            let widths = self.widths.iter();
            widths.map(|&width| RowBuffer::zeros(0, width)).collect()
        };
        Activations {
            rows: 0,
            outputs: empty(),
            gradients: empty(),
        }
    }

    /// The layer whose output is that of a planned one, unless that is hidden in a fused one.
    pub fn layer_of_output(&self, planned: usize) -> Option<usize> {
        self.ends.iter().position(|&end| end == planned + 1)
    }

    /// The chain, but the gradients of layers with [`Layer::units`] are left to
    /// [`Layer::unit_gradients`].
    pub fn leaving_units(mut self) -> Self {
        let layers = self.layers.iter().zip(&self.ranges);
        self.in_shard = ranges(layers.map(|(layer, range)| match layer.units() {
            0 => range.len(),
            _ => 0,
        }));
        self
    }

    /// Number of parameters of all layers.
    pub fn parameters(&self) -> usize {
        self.ranges.last().map_or(0, |range| range.end)
    }

    /// Number of layers.
    pub fn depth(&self) -> usize {
        self.layers.len()
    }

    /// Numbers that go into a layer, `d_in` being those that go into the chain.
    pub fn inputs(&self, layer: usize, d_in: usize) -> usize {
        match layer {
            0 => d_in,
            _ => self.widths[layer - 1],
        }
    }

    /// Where the parameters of a layer stand among those of all.
    pub fn range(&self, layer: usize) -> Range<usize> {
        self.ranges[layer].clone()
    }

    /// Where its gradients stand among those that [`Chain::backward`] adds to.
    pub fn in_shard(&self, layer: usize) -> Range<usize> {
        self.in_shard[layer].clone()
    }

    /// Number of gradients that [`Chain::backward`] adds to.
    pub fn shard_gradients(&self) -> usize {
        self.in_shard.last().map_or(0, |range| range.end)
    }

    /// [`Layer::units`] of a layer.
    pub fn units(&self, layer: usize) -> usize {
        self.layers[layer].units()
    }

    /// [`Layer::states`] of a layer.
    pub fn states(&self, layer: usize) -> Vec<(&'static str, ArrayView2<'_, T>)> {
        self.layers[layer].states()
    }

    /// [`Layer::attention`] of every layer, one behind the other.
    pub fn attention(&self, sample: usize) -> Vec<Array3<T>> {
        let layers = self.layers.iter();
        layers.flat_map(|layer| layer.attention(sample)).collect()
    }

    /// [`Layer::unit_gradients`] of a layer.
    pub(crate) fn unit_gradients(
        &self,
        layer: usize,
        order: Order,
        pass: Pass<T>,
        dw: UnitGradients<T>,
    ) {
        self.layers[layer].unit_gradients(order, pass, dw);
    }

    /// y of each layer is x of the next. `w` are the parameters of all layers.
    pub fn forward(
        &mut self,
        w: &[T],
        x: ArrayView2<T>,
        activations: &mut Activations<T>,
        mode: Mode,
    ) {
        activations.make_room(x.nrows());
        let rows = x.nrows();
        for index in 0..self.layers.len() {
            let (before, from) = activations.outputs.split_at_mut(index);
            let x = match before.last() {
                Some(output) => output.first(rows),
                None => x,
            };
            let y = from[0].first_mut(rows);
            let w = &w[self.ranges[index].clone()];
            self.layers[index].forward(w, x, y, mode);
        }
    }

    /// dx of each layer is dy of the one before. `w` are the parameters of all layers; adds to
    /// `dw`, the gradients of those that are not left to [`Layer::unit_gradients`]. Of second order
    /// it is [`Layer::curvature`] of each layer.
    pub fn backward(
        &mut self,
        order: Order,
        w: &[T],
        x: ArrayView2<T>,
        activations: &mut Activations<T>,
        mut dx: Option<ArrayViewMut2<T>>,
        dw: &mut [T],
    ) {
        let rows = activations.rows;
        for index in (0..self.layers.len()).rev() {
            let (before, from) = activations.gradients.split_at_mut(index);
            let pass = Pass {
                x: match index {
                    0 => x,
                    _ => activations.outputs[index - 1].first(rows),
                },
                y: activations.outputs[index].first(rows),
                dy: from[0].first(rows),
            };
            let dx = match before.last_mut() {
                Some(gradient) => Some(gradient.first_mut(rows)),
                None => dx.as_mut().map(|dx| dx.view_mut()),
            };
            let w = &w[self.ranges[index].clone()];
            let dw = &mut dw[self.in_shard[index].clone()];
            match order {
                Order::First => self.layers[index].backward(w, pass, dx, dw),
                Order::Second => self.layers[index].curvature(w, pass, dx, dw),
            }
        }
    }

    /// [`Layer::set_lengths`] of every layer.
    pub fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        for layer in &mut self.layers {
            layer.set_lengths(lengths);
        }
    }

    /// [`Layer::set_continues`] of every layer.
    pub fn set_continues(&mut self, continues: bool) {
        for layer in &mut self.layers {
            layer.set_continues(continues);
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
}

/// One range behind the other, of these lengths.
fn ranges(lengths: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut end = 0;
    let range = |length| {
        let start = end;
        end += length;
        start..end
    };
    lengths.map(range).collect()
}
