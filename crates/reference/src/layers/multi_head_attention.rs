//! Multi-head self-attention, from tensor operations: burn's module divides the scores by a root in
//! f32, and hides padding by a number that is not infinite.

use burn::tensor::{Bool, Int, Tensor, activation};
use spec::model::{MultiHeadAttentionSpec, PlannedLayer};

use super::linear::product;
use crate::layer::{Layer, Mode};

pub(super) fn layer(planned: &PlannedLayer, attention: &MultiHeadAttentionSpec) -> Box<dyn Layer> {
    let [steps, width] = planned.positions();
    Box::new(MultiHeadAttention {
        steps,
        width,
        heads: attention.heads,
        causal: attention.causal,
        lengths: None,
    })
}

struct MultiHeadAttention {
    steps: usize,
    width: usize,
    heads: usize,
    causal: bool,
    /// True lengths of the samples that come next; none: nothing is padded.
    lengths: Option<Vec<usize>>,
}

impl Layer for MultiHeadAttention {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let [samples, _] = x.dims();
        let (steps, width, heads) = (self.steps, self.width, self.heads);
        let size = width / heads;
        let (of_inputs, of_output) = w.split_at(w.len() / 2);
        let projected = product(of_inputs, x.clone(), [width, 3 * width]);
        let projected: Tensor<5> = projected.reshape([samples, steps, 3, heads, size]);
        let part = |index: usize| -> Tensor<4> {
            let part = projected.clone().slice([
                0..samples,
                0..steps,
                index..index + 1,
                0..heads,
                0..size,
            ]);
            let part: Tensor<4> = part.reshape([samples, steps, heads, size]);
            part.swap_dims(1, 2)
        };
        let scale = 1.0 / (size as f64).sqrt();
        let scores = part(0).matmul(part(1).swap_dims(2, 3)).mul_scalar(scale);
        let hidden = self.hidden(&x).expand([samples, heads, steps, steps]);
        let weights = activation::softmax(scores.mask_fill(hidden, f64::NEG_INFINITY), 3);
        let context = weights.matmul(part(2)).swap_dims(1, 2);
        let context: Tensor<3> = context.reshape([samples, steps, width]);
        let padding = self.padding(&x).expand([samples, steps, width]);
        let context = context.mask_fill(padding, 0.0);
        product(
            of_output,
            context.reshape([samples, steps * width]),
            [width, width],
        )
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.lengths = lengths.map(<[usize]>::to_vec);
    }
}

impl MultiHeadAttention {
    fn length(&self, sample: usize) -> usize {
        let lengths = self.lengths.as_ref();
        lengths.map_or(self.steps, |lengths| lengths[sample].clamp(1, self.steps))
    }

    /// Which keys a query does not see, `[N, 1, T, T]`.
    fn hidden(&self, x: &Tensor<2>) -> Tensor<4, Bool> {
        let (samples, steps) = (x.dims()[0], self.steps);
        let hides = |at: usize| {
            let (sample, query, key) = (at / (steps * steps), at / steps % steps, at % steps);
            i32::from(key >= self.length(sample) || self.causal && key > query)
        };
        let hides: Vec<i32> = (0..samples * steps * steps).map(hides).collect();
        let hidden = Tensor::<1, Int>::from_ints(hides.as_slice(), &x.device());
        hidden.reshape([samples, 1, steps, steps]).bool()
    }

    /// Which positions are padding, `[N, T, 1]`.
    fn padding(&self, x: &Tensor<2>) -> Tensor<3, Bool> {
        let (samples, steps) = (x.dims()[0], self.steps);
        let padded = |at: usize| i32::from(at % steps >= self.length(at / steps));
        let padded: Vec<i32> = (0..samples * steps).map(padded).collect();
        let padding = Tensor::<1, Int>::from_ints(padded.as_slice(), &x.device());
        padding.reshape([samples, steps, 1]).bool()
    }
}
