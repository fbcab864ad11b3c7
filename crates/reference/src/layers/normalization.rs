//! Batch and layer normalisation, by burn's functions for them.

use burn::tensor::{Tensor, module};
use spec::model::{BatchNormSpec, LayerNormSpec, PlannedLayer};

use super::{Layer, Mode};

/// Burn's `BatchNorm` module updates its running statistics in every forward pass on an autodiff
/// device; here only an update does. As in burn the running variance is the biased one.
pub(super) struct BatchNorm {
    /// `[C, H·W]`, or `[D, 1]`.
    channels: [usize; 2],
    /// Weight of the newest batch in the running statistics.
    momentum: f64,
    epsilon: f64,
    /// Mean and variance, `[C]` each; none before the first load.
    running: Option<[Tensor<1>; 2]>,
    /// Those of the last pass in training.
    batch: Option<[Tensor<1>; 2]>,
}

impl BatchNorm {
    pub(super) fn new(planned: &PlannedLayer, norm: &BatchNormSpec) -> Self {
        Self {
            channels: planned.channels(),
            momentum: norm.momentum,
            epsilon: norm.epsilon,
            running: None,
            batch: None,
        }
    }
}

impl Layer for BatchNorm {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, mode: Mode) -> Tensor<2> {
        let [channels, numbers] = self.channels;
        let shape = x.dims();
        let x: Tensor<3> = x.reshape([shape[0], channels, numbers]);
        let (weight, bias) = (w[0].clone(), w[1].clone());
        let y = match (mode, &self.running) {
            (Mode::Evaluation, Some([mean, variance])) => {
                let (mean, variance) = (mean.clone(), variance.clone());
                module::batch_norm(x, weight, bias, mean, variance, self.epsilon)
            }
            _ => {
                let result = module::batch_norm_train(x, weight, bias, self.epsilon);
                self.batch = Some([result.mean.inner(), result.variance.inner()]);
                result.output
            }
        };
        y.reshape(shape)
    }

    fn end_step(&mut self) {
        let (Some(running), Some(batch)) = (self.running.take(), self.batch.take()) else {
            return;
        };
        let [mean, variance] = running;
        let [batch_mean, batch_variance] = batch;
        let mix = |running: Tensor<1>, batch: Tensor<1>| {
            running.mul_scalar(1.0 - self.momentum) + batch.mul_scalar(self.momentum)
        };
        self.running = Some([mix(mean, batch_mean), mix(variance, batch_variance)]);
    }

    fn buffers(&self) -> Vec<Tensor<1>> {
        self.running.iter().flatten().cloned().collect()
    }

    fn set_buffers(&mut self, buffers: &mut dyn Iterator<Item = Tensor<1>>) {
        self.batch = None;
        self.running = buffers.next().zip(buffers.next()).map(<[_; 2]>::from);
    }
}

/// Each sample at mean 0 and variance 1, over all of its numbers.
pub(super) struct LayerNorm {
    epsilon: f64,
}

impl LayerNorm {
    pub(super) fn new(norm: &LayerNormSpec) -> Self {
        let epsilon = norm.epsilon;
        Self { epsilon }
    }
}

impl Layer for LayerNorm {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        module::layer_norm(x, w[0].clone(), Some(w[1].clone()), self.epsilon)
    }
}
