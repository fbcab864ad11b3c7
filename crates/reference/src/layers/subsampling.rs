//! y = w_c · (sum of the window) + b_c: LeNet-5's pooling of 1998. Burn has no such layer.

use burn::tensor::ops::AvgPoolOptions;
use burn::tensor::{Tensor, module};
use spec::model::{PlannedLayer, SubsamplingSpec};

use super::maps::{Maps, pair};
use crate::layer::{Curvature, Layer, Mode, of_linear};

pub(super) fn layer(planned: &PlannedLayer, pool: &SubsamplingSpec) -> Box<dyn Layer> {
    Box::new(Subsampling {
        maps: Maps::new(planned),
        window: pair(pool.size),
    })
}

struct Subsampling {
    maps: Maps,
    window: [usize; 2],
}

impl Subsampling {
    /// The sum of each window.
    fn sums(&self, x: Tensor<4>) -> Tensor<4> {
        let numbers = (self.window[0] * self.window[1]) as f64;
        let options = AvgPoolOptions::new(self.window).with_stride(self.window);
        module::avg_pool2d(x, options).mul_scalar(numbers)
    }

    fn subsample(&self, w: &[Tensor<1>], x: Tensor<2>) -> Tensor<2> {
        let channels = self.maps.channels();
        let a_map = |w: &Tensor<1>| w.clone().reshape([1, channels, 1, 1]);
        let scaled = |x| self.sums(x) * a_map(&w[0]) + a_map(&w[1]);
        self.maps.pool(x, scaled)
    }
}

impl Layer for Subsampling {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        self.subsample(w, x)
    }

    /// Linear in its input and its bias. But its coefficient multiplies a sum, of which it needs
    /// the square, not the sum of squares.
    fn curvature(&mut self, w: &[Tensor<1>], x: Tensor<2>, d2y: Tensor<2>) -> Curvature {
        let channels = self.maps.channels();
        let sums = self.maps.pool(x.clone(), |x| self.sums(x));
        let [samples, numbers] = sums.dims();
        let terms: Tensor<3> =
            (sums.square() * d2y.clone()).reshape([samples, channels, numbers / channels]);
        let of_coefficient = terms.sum_dim(2).sum_dim(0).reshape([channels]);
        let mut curvature = of_linear(w, x, d2y, |w, x| self.subsample(w, x));
        curvature.w[0] = of_coefficient;
        curvature
    }
}
