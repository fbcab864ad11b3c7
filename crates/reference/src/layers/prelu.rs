//! y = x where x > 0, else a x, with a learned for all or for each channel.

use burn::tensor::Tensor;
use spec::model::PlannedLayer;

use crate::layer::{Layer, Mode};

pub(super) fn layer(planned: &PlannedLayer) -> Box<dyn Layer> {
    let channels = planned.channels();
    Box::new(Prelu { channels })
}

/// Burn's own takes x ≥ 0.
struct Prelu {
    /// `[C, H·W]`, or `[D, 1]`.
    channels: [usize; 2],
}

impl Layer for Prelu {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let [channels, numbers] = self.channels;
        let shape = x.dims();
        let x: Tensor<3> = x.reshape([shape[0], channels, numbers]);
        let slopes = w[0].dims()[0];
        let scaled = x.clone() * w[0].clone().reshape([1, slopes, 1]);
        let y = x.clone().mask_where(x.lower_equal_scalar(0.0), scaled);
        y.reshape(shape)
    }
}
