//! The mean of each window; padding counts as zeros.

use burn::tensor::ops::AvgPoolOptions;
use burn::tensor::{Tensor, module};
use spec::model::{PlannedLayer, PoolSpec};

use super::maps::{Maps, pair};
use crate::layer::{Curvature, Layer, Mode, of_linear};

pub(super) fn layer(planned: &PlannedLayer, pool: &PoolSpec) -> Box<dyn Layer> {
    Box::new(AvgPool {
        maps: Maps::new(planned),
        options: AvgPoolOptions::new(pair(pool.size))
            .with_stride(pair(pool.stride()))
            .with_padding(pair(pool.padding))
            .with_count_include_pad(true),
        window: pool.size.height * pool.size.width,
    })
}

struct AvgPool {
    maps: Maps,
    options: AvgPoolOptions<2>,
    /// Numbers of a window.
    window: usize,
}

impl AvgPool {
    fn mean(&self, x: Tensor<2>) -> Tensor<2> {
        let options = self.options.clone();
        self.maps.pool(x, |x| module::avg_pool2d(x, options))
    }
}

impl Layer for AvgPool {
    fn forward(&mut self, _: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        self.mean(x)
    }

    /// The square of 1/k is 1/k of the mean.
    fn curvature(&mut self, w: &[Tensor<1>], x: Tensor<2>, d2y: Tensor<2>) -> Curvature {
        let factor = 1.0 / self.window as f64;
        of_linear(w, x, d2y, |_, x| self.mean(x).mul_scalar(factor))
    }
}
