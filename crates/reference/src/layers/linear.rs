//! y = x Wᵀ + b.

use burn::tensor::{Tensor, module};
use spec::model::PlannedLayer;

use super::{Curvature, Layer, Mode, of_linear};

/// Its weight lies as burn multiplies it, `[D_in, D_out]`.
pub(super) struct Linear {
    /// `[D_in, D_out]`.
    shape: [usize; 2],
}

impl Linear {
    pub(super) fn new(planned: &PlannedLayer) -> Self {
        let shape = [planned.inputs(), planned.outputs()];
        Self { shape }
    }
}

impl Layer for Linear {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        product(w, x, self.shape)
    }

    fn curvature(&mut self, w: &[Tensor<1>], x: Tensor<2>, d2y: Tensor<2>) -> Curvature {
        of_linear(w, x, d2y, |w, x| product(w, x, self.shape))
    }
}

/// x W + b with weight and, if there is one, bias `[D_out]`.
pub(super) fn product(w: &[Tensor<1>], x: Tensor<2>, shape: [usize; 2]) -> Tensor<2> {
    module::linear(x, w[0].clone().reshape(shape), w.get(1).cloned())
}
