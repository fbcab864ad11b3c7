//! Layers that take the maps of an image one by one.

use burn::tensor::Tensor;
use spec::model::{Pair, PlannedLayer};

/// The maps of a sample before and after a layer.
#[derive(Clone, Copy)]
pub(super) struct Maps {
    /// `[C, H, W]`.
    image: [usize; 3],
    /// Numbers of a sample that come out.
    outputs: usize,
}

impl Maps {
    pub(super) fn new(planned: &PlannedLayer) -> Self {
        Self {
            image: planned.image(),
            outputs: planned.outputs(),
        }
    }

    /// C.
    pub(super) fn channels(self) -> usize {
        self.image[0]
    }

    /// `f` of the maps of a batch `[N, C·H·W]`.
    pub(super) fn pool(self, x: Tensor<2>, f: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Tensor<2> {
        let [channels, height, width] = self.image;
        let samples = x.dims()[0];
        let y = f(x.reshape([samples, channels, height, width]));
        y.reshape([samples, self.outputs])
    }
}

/// As burn takes it.
pub(super) fn pair(Pair { height, width }: Pair) -> [usize; 2] {
    [height, width]
}
