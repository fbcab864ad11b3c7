//! A convolution whose weights are not shared. Burn has no such layer: the patches are selected,
//! and multiplied position by position.

use burn::tensor::{DType, Int, Tensor, TensorData};
use spec::model::{Local2dSpec, PlannedLayer};

use crate::layer::{Curvature, Layer, Mode, of_linear};

pub(super) fn layer(planned: &PlannedLayer, local: &Local2dSpec) -> Box<dyn Layer> {
    let [maps, height, width] = planned.image();
    let [_, h_out, w_out] = planned.output[..] else {
        panic!("{} does not make images", planned.name);
    };
    let beyond = maps * height * width;
    let mut pixels = Vec::new();
    for position in 0..h_out * w_out {
        let top = local.stride.height * (position / w_out);
        let left = local.stride.width * (position % w_out);
        for map in 0..maps {
            for (down, across) in
                (0..local.kernel.height).flat_map(|h| (0..local.kernel.width).map(move |w| (h, w)))
            {
                let row = (top + down).wrapping_sub(local.padding.height);
                let column = (left + across).wrapping_sub(local.padding.width);
                let pixel = match row < height && column < width {
                    true => (map * height + row) * width + column,
                    false => beyond,
                };
                pixels.push(pixel as i64);
            }
        }
    }
    Box::new(Local2d {
        positions: h_out * w_out,
        maps: local.channels,
        pixels,
    })
}

struct Local2d {
    /// H_out · W_out.
    positions: usize,
    /// C_out.
    maps: usize,
    /// For each position and weight of a unit the number of the sample that it meets; the one
    /// behind the last is a 0 for the padding.
    pixels: Vec<i64>,
}

impl Local2d {
    fn connect(&self, w: &[Tensor<1>], x: Tensor<2>) -> Tensor<2> {
        let (samples, positions, maps) = (x.dims()[0], self.positions, self.maps);
        let weights = self.pixels.len() / positions;
        let device = x.device();
        let zero = Tensor::<2>::zeros([samples, 1], (&device, x.dtype()));
        let pixels = TensorData::new(self.pixels.clone(), [self.pixels.len()]);
        let pixels = Tensor::<1, Int>::from_data(pixels, (&device, DType::I64));
        let patches = Tensor::cat(vec![x, zero], 1).select(1, pixels);
        // [N, positions, weights] as [positions, N, weights].
        let patches: Tensor<3> = patches.reshape([samples, positions, weights]);
        let weight: Tensor<3> = w[0].clone().reshape([positions, maps, weights]);
        let mut y = patches.swap_dims(0, 1).matmul(weight.swap_dims(1, 2));
        if let Some(bias) = w.get(1) {
            y = y + bias.clone().reshape([positions, 1, maps]);
        }
        // [positions, N, maps] as [N, maps, positions].
        y.permute([1, 2, 0]).reshape([samples, maps * positions])
    }
}

impl Layer for Local2d {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        self.connect(w, x)
    }

    fn curvature(&mut self, w: &[Tensor<1>], x: Tensor<2>, d2y: Tensor<2>) -> Curvature {
        of_linear(w, x, d2y, |w, x| self.connect(w, x))
    }
}
