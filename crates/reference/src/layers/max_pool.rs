//! The largest number of each window; of equal ones the first has the gradient.

use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Tensor, module};
use spec::model::{PlannedLayer, PoolSpec};

use super::maps::{Maps, pair};
use crate::layer::{Curvature, Layer, Mode, leaf};

pub(super) fn layer(planned: &PlannedLayer, pool: &PoolSpec) -> Box<dyn Layer> {
    Box::new(MaxPool {
        maps: Maps::new(planned),
        options: MaxPoolOptions::new(pair(pool.size))
            .with_stride(pair(pool.stride()))
            .with_padding(pair(pool.padding)),
    })
}

struct MaxPool {
    maps: Maps,
    options: MaxPoolOptions<2>,
}

impl Layer for MaxPool {
    fn forward(&mut self, _: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let options = self.options.clone();
        self.maps.pool(x, |x| module::max_pool2d(x, options))
    }

    /// ∂y/∂x is 1 for the winner and 0 for the others, and so is its square: d2y goes where dy
    /// goes.
    fn curvature(&mut self, w: &[Tensor<1>], x: Tensor<2>, d2y: Tensor<2>) -> Curvature {
        let x = leaf(x);
        let y = self.forward(w, x.clone(), Mode::Evaluation);
        let mut gradients = (y * d2y.autodiff()).sum().backward();
        let gradient = x.grad_remove(&mut gradients);
        Curvature {
            x: gradient.unwrap_or_else(|| x.inner().zeros_like()),
            w: Vec::new(),
        }
    }
}
