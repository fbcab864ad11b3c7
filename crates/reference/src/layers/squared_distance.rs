//! The squared distance to each centre.

use burn::tensor::Tensor;
use spec::model::{PlannedLayer, SquaredDistanceSpec};

use crate::layer::{Curvature, Layer, Mode};

pub(super) fn layer(
    planned: &PlannedLayer,
    squared_distance: &SquaredDistanceSpec,
) -> Box<dyn Layer> {
    Box::new(SquaredDistance {
        inputs: planned.inputs(),
        units: squared_distance.units,
    })
}

/// yⱼ = Σᵢ (xᵢ − wⱼᵢ)². Burn has no such layer.
struct SquaredDistance {
    inputs: usize,
    units: usize,
}

impl SquaredDistance {
    /// xᵢ − wⱼᵢ, `[N, J, D]`.
    fn differences(&self, w: &[Tensor<1>], x: Tensor<2>) -> Tensor<3> {
        let samples = x.dims()[0];
        let centres: Tensor<3> = w[0].clone().reshape([1, self.units, self.inputs]);
        x.reshape([samples, 1, self.inputs]) - centres
    }
}

impl Layer for SquaredDistance {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let samples = x.dims()[0];
        let distances = self.differences(w, x).square().sum_dim(2);
        distances.reshape([samples, self.units])
    }

    /// ∂²yⱼ/∂xᵢ² = ∂²yⱼ/∂wⱼᵢ² = 2: all curvature of the network's end is in its distances, and
    /// `d2y` are the weights with which the loss counts them.
    fn curvature(&mut self, w: &[Tensor<1>], x: Tensor<2>, d2y: Tensor<2>) -> Curvature {
        let samples = x.dims()[0];
        let twos = self.differences(w, x).zeros_like().add_scalar(2.0);
        let terms = twos * d2y.reshape([samples, self.units, 1]);
        let of_x = terms.clone().sum_dim(1).reshape([samples, self.inputs]);
        let of_w = terms.sum_dim(0).reshape([self.units * self.inputs]);
        Curvature {
            x: of_x,
            w: vec![of_w],
        }
    }
}
