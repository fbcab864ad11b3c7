//! Max pooling, average pooling, and the trainable subsampling of 1998.

use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};
use burn::tensor::{Tensor, module};
use spec::model::{Pair, PlannedLayer, PoolSpec};

use super::{Curvature, Layer, Mode, leaf, of_linear};

/// What all poolings know of their maps.
#[derive(Clone, Copy)]
struct Maps {
    /// `[C, H, W]`.
    image: [usize; 3],
    /// Numbers of a sample that come out.
    outputs: usize,
}

impl Maps {
    fn new(planned: &PlannedLayer) -> Self {
        Self {
            image: planned.image(),
            outputs: planned.outputs(),
        }
    }

    /// `f` of the maps of a batch `[N, C·H·W]`.
    fn pool(self, x: Tensor<2>, f: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Tensor<2> {
        let [channels, height, width] = self.image;
        let samples = x.dims()[0];
        let y = f(x.reshape([samples, channels, height, width]));
        y.reshape([samples, self.outputs])
    }
}

fn pair(Pair { height, width }: Pair) -> [usize; 2] {
    [height, width]
}

/// The largest number of each window; of equal ones the first has the gradient.
pub(super) struct MaxPool {
    maps: Maps,
    options: MaxPoolOptions<2>,
}

impl MaxPool {
    pub(super) fn new(planned: &PlannedLayer, pool: &PoolSpec) -> Self {
        Self {
            maps: Maps::new(planned),
            options: MaxPoolOptions::new(pair(pool.size))
                .with_stride(pair(pool.stride()))
                .with_padding(pair(pool.padding)),
        }
    }
}

impl Layer for MaxPool {
    fn forward(&mut self, _: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let options = self.options.clone();
        self.maps.pool(x, |x| module::max_pool2d(x, options))
    }

    /// ∂y/∂x is 1 for the winner and 0 for the others, and so is its square: d2y goes where dy goes.
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

/// The mean of each window; padding counts as zeros.
pub(super) struct AvgPool {
    maps: Maps,
    options: AvgPoolOptions<2>,
    /// Numbers of a window.
    window: usize,
}

impl AvgPool {
    pub(super) fn new(planned: &PlannedLayer, pool: &PoolSpec) -> Self {
        Self {
            maps: Maps::new(planned),
            options: AvgPoolOptions::new(pair(pool.size))
                .with_stride(pair(pool.stride()))
                .with_padding(pair(pool.padding))
                .with_count_include_pad(true),
            window: pool.size.height * pool.size.width,
        }
    }

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

/// y = w_c · (sum of the window) + b_c.
pub(super) struct Subsampling {
    maps: Maps,
    window: [usize; 2],
}

impl Subsampling {
    pub(super) fn new(planned: &PlannedLayer, size: Pair) -> Self {
        Self {
            maps: Maps::new(planned),
            window: pair(size),
        }
    }

    /// The sum of each window.
    fn sums(&self, x: Tensor<4>) -> Tensor<4> {
        let numbers = (self.window[0] * self.window[1]) as f64;
        let options = AvgPoolOptions::new(self.window).with_stride(self.window);
        module::avg_pool2d(x, options).mul_scalar(numbers)
    }

    fn subsample(&self, w: &[Tensor<1>], x: Tensor<2>) -> Tensor<2> {
        let channels = self.maps.image[0];
        let a_map = |w: &Tensor<1>| w.clone().reshape([1, channels, 1, 1]);
        let scaled = |x| self.sums(x) * a_map(&w[0]) + a_map(&w[1]);
        self.maps.pool(x, scaled)
    }
}

impl Layer for Subsampling {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        self.subsample(w, x)
    }

    /// Linear in its input and its bias. But its coefficient multiplies a sum, of which it needs the
    /// square, not the sum of squares.
    fn curvature(&mut self, w: &[Tensor<1>], x: Tensor<2>, d2y: Tensor<2>) -> Curvature {
        let channels = self.maps.image[0];
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
