//! The largest of several linear functions for each unit.

use burn::tensor::Tensor;
use spec::model::{MaxoutSpec, PlannedLayer};

use super::linear::product;
use crate::layer::{Layer, Mode};

pub(super) fn layer(planned: &PlannedLayer, maxout: &MaxoutSpec) -> Box<dyn Layer> {
    Box::new(Maxout {
        inputs: planned.inputs(),
        units: maxout.units,
        pieces: maxout.pieces,
    })
}

/// Unit j has the functions j·p to j·p + p − 1. Of equal ones the first has the gradient.
struct Maxout {
    inputs: usize,
    units: usize,
    pieces: usize,
}

impl Layer for Maxout {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let samples = x.dims()[0];
        let functions = product(w, x, [self.inputs, self.units * self.pieces]);
        let functions: Tensor<3> = functions.reshape([samples, self.units, self.pieces]);
        functions.max_dim(2).reshape([samples, self.units])
    }
}
