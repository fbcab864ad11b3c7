//! Each channel at mean 0 and variance 1 over the batch, by burn's function for it.

use burn::tensor::{Tensor, module};
use spec::model::{BatchNormSpec, PlannedLayer};

use crate::layer::{Layer, Mode};

pub(super) fn layer(planned: &PlannedLayer, norm: &BatchNormSpec) -> Box<dyn Layer> {
    Box::new(BatchNorm {
        channels: planned.channels(),
        momentum: norm.momentum,
        epsilon: norm.epsilon,
        running: None,
        batch: None,
    })
}

/// Burn's `BatchNorm` module updates its running statistics in every forward pass on an autodiff
/// device; here only an update does. As in burn the running variance is the biased one.
struct BatchNorm {
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
