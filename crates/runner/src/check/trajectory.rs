//! The fourth witness: the same steps by hand and in burn.

use contract::{Batch, Implementation, NamedTensors};
use spec::ImplementationName;

use super::deadline::Deadline;
use super::fitting::{self, Updates};
use super::rounding::Noise;
use super::stop_if_interrupted;
use super::subject::Subject;
use crate::Failure;
use crate::activity::Activity;
use crate::batches::{Batches, TrainingBatch};
use crate::prepare::PreparedNetwork;

/// How much of the time that is left updates may be planned for: other work on the machine may slow
/// them down.
const USABLE: f64 = 0.75;

/// Parameters after these updates, on the batches that training would take, or the first samples
/// of each, at the learning rates that it would have.
pub fn trajectory(
    prepared: &PreparedNetwork,
    model: &mut dyn Implementation<f64>,
    updates: Updates,
    noise: Option<Noise>,
    activity: &Activity,
) -> Result<NamedTensors<f64>, Failure> {
    let mut batches = Batches::new(prepared);
    let mut left = updates.steps;
    for epoch in 1.. {
        batches.begin(epoch);
        if let Some(batch) = batches.curvature() {
            model.estimate_curvature(batch);
        }
        for index in 0..batches.steps() {
            if left == 0 {
                return Ok(model.parameters());
            }
            stop_if_interrupted()?;
            let TrainingBatch { step, batch } = first(batches.batch(index), updates.batch_size);
            let name = format!("step/{}", step.number);
            let moved = noise.map(|noise| noise.moved::<f64, _, _>(&name, &batch.x));
            let x = moved.as_ref().map_or(batch.x, |x| x.view());
            model.train_step(step, Batch { x, ..batch });
            activity.step();
            left -= 1;
        }
    }
    Ok(model.parameters())
}

/// The first samples of a batch.
fn first<T: Copy>(of: TrainingBatch<'_, T>, samples: usize) -> TrainingBatch<'_, T> {
    let batch = of.batch.rows(0..samples.min(of.batch.len()));
    TrainingBatch { batch, ..of }
}

/// The updates that there is time for, of the config's.
///
/// # Errors
/// When the parameters are not taken, or on Ctrl-C.
pub fn fit(
    prepared: &PreparedNetwork,
    subject: Subject<'_>,
    references: &[ImplementationName],
    deadline: Deadline,
    activity: &Activity,
) -> Result<Updates, Failure> {
    let mut batches = Batches::new(prepared);
    batches.begin(1);
    let mut update = |model: &mut dyn Implementation<f64>, size: usize| {
        let TrainingBatch { step, batch } = first(batches.batch(0), size);
        model.train_step(step, batch);
    };
    let left = || USABLE * deadline.left();
    let whole = whole(prepared);
    fitting::updates(subject, references, whole, &left, &mut update, activity)
}

/// The updates that the config asks for.
pub fn whole(prepared: &PreparedNetwork) -> Updates {
    Updates {
        batch_size: prepared.batch_size(),
        steps: prepared.network.gradient_check.steps,
    }
}
