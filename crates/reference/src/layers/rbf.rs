//! Gaussian units.

use burn::tensor::Tensor;
use spec::model::{PlannedLayer, RbfSpec};

use crate::layer::{Layer, Mode};

pub(super) fn layer(planned: &PlannedLayer, rbf: &RbfSpec) -> Box<dyn Layer> {
    Box::new(Rbf {
        inputs: planned.inputs(),
        units: rbf.units,
    })
}

/// yⱼ = exp(−βⱼ Σᵢ (xᵢ − cⱼᵢ)²). Burn has no such layer.
struct Rbf {
    inputs: usize,
    units: usize,
}

impl Layer for Rbf {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let samples = x.dims()[0];
        let centers: Tensor<3> = w[0].clone().reshape([1, self.units, self.inputs]);
        let apart = x.reshape([samples, 1, self.inputs]) - centers;
        let squared = apart.square().sum_dim(2).reshape([samples, self.units]);
        let beta: Tensor<2> = w[1].clone().reshape([1, self.units]);
        (squared * beta).neg().exp()
    }
}
