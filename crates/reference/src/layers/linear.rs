//! y = x Wᵀ + b.

use burn::tensor::{Tensor, module};
use spec::model::PlannedLayer;

use super::sequence::at_positions;
use crate::layer::{Curvature, Layer, Mode, of_linear};

pub(super) fn layer(planned: &PlannedLayer) -> Box<dyn Layer> {
    let [positions, inputs] = planned.positions();
    let shape = [inputs, planned.outputs() / positions];
    Box::new(Linear { shape })
}

/// Its weight lies as burn multiplies it, `[D_in, D_out]`.
struct Linear {
    /// `[D_in, D_out]`.
    shape: [usize; 2],
}

impl Layer for Linear {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        product(w, x, self.shape)
    }

    fn curvature(&mut self, w: &[Tensor<1>], x: Tensor<2>, d2y: Tensor<2>) -> Curvature {
        of_linear(w, x, d2y, |w, x| product(w, x, self.shape))
    }
}

/// x W + b, of a sequence at each position, with weight and, if there is one, bias `[D_out]`.
pub(super) fn product(w: &[Tensor<1>], x: Tensor<2>, shape: [usize; 2]) -> Tensor<2> {
    let weight = w[0].clone().reshape(shape);
    at_positions(x, shape[0], |x| {
        module::linear(x, weight, w.get(1).cloned())
    })
}
