//! The fourth witness: the same steps by hand and in burn.

use contract::{Implementation, NamedTensors};

use super::stop_if_interrupted;
use super::witnesses::Noisy;
use crate::Failure;
use crate::batches::{Batches, TrainingBatch};
use crate::prepare::Prepared;

/// Parameters after the steps of `[gradient_check]`, on the batches that training would take, at
/// the learning rates that it would have.
pub fn trajectory(
    prepared: &Prepared,
    model: &mut dyn Implementation<f64>,
    noise: Noisy,
) -> Result<NamedTensors<f64>, Failure> {
    let mut batches = Batches::new(prepared);
    let mut left = prepared.config.experiment.gradient_check.steps;
    for epoch in 1.. {
        batches.begin(epoch);
        if let Some((x, t)) = batches.curvature() {
            model.estimate_curvature(x, t);
        }
        for index in 0..batches.steps() {
            if left == 0 {
                return Ok(model.parameters());
            }
            stop_if_interrupted()?;
            let TrainingBatch { step, x, t } = batches.batch(index);
            let moved = noise.map(|n| n.moved::<f64, _, _>(&format!("step/{}", step.number), &x));
            model.train_step(step, moved.as_ref().map_or(x, |x| x.view()), t);
            left -= 1;
        }
    }
    Ok(model.parameters())
}
