//! The fourth witness: the same steps by hand and in burn.

use ndarray::ArrayView2;
use spec::{Implementation, NamedTensors, Step, Streams};

use super::stop_if_interrupted;
use crate::Failure;
use crate::batches::{Batch, order};
use crate::prepare::Prepared;

/// Parameters after the steps of `[gradient_check]`, on the batches that training would take.
pub fn trajectory(
    prepared: &Prepared,
    model: &mut dyn Implementation<f64>,
) -> Result<NamedTensors<f64>, Failure> {
    let experiment = &prepared.config.experiment;
    let streams: Streams = experiment.streams();
    let size = prepared.batch_size();
    let mut batch = Batch::new(size, prepared.inputs(), prepared.outputs());
    let mut step = 0;
    for epoch in 1.. {
        let shuffle = experiment.training.shuffle;
        let rows = order(prepared.shape.samples, shuffle, epoch, &streams);
        for rows in rows.chunks(size) {
            if step == experiment.gradient_check.steps {
                return Ok(model.parameters());
            }
            stop_if_interrupted()?;
            let dataset = &prepared.dataset;
            let (x, t): (ArrayView2<f64>, _) = batch.fill(&dataset.train, &dataset.target, rows);
            let update = Step {
                number: 1,
                learning_rate: experiment.training.optimizer.learning_rate(),
            };
            model.train_step(update, x, t);
            step += 1;
        }
    }
    Ok(model.parameters())
}
