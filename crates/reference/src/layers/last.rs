//! The last true position of a sequence.

use burn::tensor::{Int, Tensor};
use spec::model::PlannedLayer;

use crate::layer::{Layer, Mode};

pub(super) fn layer(planned: &PlannedLayer) -> Box<dyn Layer> {
    let [steps, features] = planned.positions();
    let lengths = None;
    Box::new(Last {
        steps,
        features,
        lengths,
    })
}

struct Last {
    steps: usize,
    features: usize,
    /// True lengths of the samples that come next; none: nothing is padded.
    lengths: Option<Vec<usize>>,
}

impl Layer for Last {
    fn forward(&mut self, _: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let (samples, device) = (x.dims()[0], x.device());
        let last = |sample: usize| {
            let length = self.lengths.as_ref().map_or(self.steps, |of| of[sample]);
            (sample * self.steps + length - 1) as i32
        };
        let rows: Vec<i32> = (0..samples).map(last).collect();
        let rows = Tensor::<1, Int>::from_ints(rows.as_slice(), &device);
        let x: Tensor<2> = x.reshape([samples * self.steps, self.features]);
        x.select(0, rows)
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.lengths = lengths.map(<[usize]>::to_vec);
    }
}
