//! What the witnesses say of one example.

use contract::{Batch, Implementation, NamedTensors, Real, Step};
use spec::training::BatchSize;

use super::catalogue::{BATCH, Example, Instance};
use crate::Failure;
use crate::activity::Activity;
use crate::check::comparison::Comparison;
use crate::check::deadline::Deadline;
use crate::check::differences::Sampling;
use crate::check::report::Report;
use crate::check::rounding::Noise;
use crate::check::subject::{Probe, Subject};
use crate::check::witnesses;
use crate::implementations::{Number, references};

/// Updates of a trajectory.
pub const STEPS: usize = 100;
/// Updates between two estimates of the curvature, for a rule that asks for it.
const CURVATURE_EVERY: usize = 10;
/// Entries of each tensor compared with central differences.
const ENTRIES: usize = 40;

/// Largest relative error against central differences.
pub const DIFFERENCES: f64 = 1e-6;
/// Largest relative error against burn in f64.
pub const F64: f64 = 1e-9;
/// The same in f32.
pub const F32: f64 = 1e-4;
/// Largest difference of a number after the trajectory in f64.
pub const TRAJECTORY_F64: f64 = 1e-8;
/// The same in f32.
pub const TRAJECTORY_F32: f64 = 1e-4;

/// Every comparison of an example.
///
/// # Errors
/// When the example is no network, or on Ctrl-C.
pub fn prove(example: &Example) -> Result<Report, Failure> {
    let instance = example.instantiate()?;
    let subject = Subject {
        plan: &instance.plan,
        training: &example.training,
        streams: instance.streams,
        parameters: &instance.parameters,
    };
    let all = instance.batch(&instance.x, &instance.t);
    let probe = Probe::new(all.rows(0..BATCH), instance.streams);
    let (names, silent) = (references(), Activity::silent());
    let sampling = Sampling {
        entries: ENTRIES,
        deadline: Deadline::NONE,
        activity: &silent,
    };
    let (mut comparisons, _) = witnesses::differences(subject, &probe, DIFFERENCES, sampling)?;
    let exact = witnesses::references::<f64>(subject, &probe, &names, F64, &silent)?;
    let single = witnesses::references::<f32>(subject, &probe, &names, F32, &silent)?;
    comparisons.extend(exact.into_iter().chain(single));
    comparisons.extend(trajectories::<f64>(
        example,
        &instance,
        subject,
        &probe,
        TRAJECTORY_F64,
    )?);
    comparisons.extend(trajectories::<f32>(
        example,
        &instance,
        subject,
        &probe,
        TRAJECTORY_F32,
    )?);
    Ok(Report {
        comparisons,
        batch_size: BATCH,
        cut: Vec::new(),
    })
}

fn trajectories<T: Number>(
    example: &Example,
    instance: &Instance,
    subject: Subject<'_>,
    probe: &Probe<f64>,
    tolerance: f64,
) -> Result<Vec<Comparison>, Failure> {
    let train = |model: &mut dyn Implementation<T>, noise: Option<Noise>| {
        Ok(train(example, instance, model, noise))
    };
    let (names, silent) = (references(), Activity::silent());
    witnesses::trajectories(subject, probe, &names, STEPS, tolerance, &train, &silent)
}

/// Trains on the samples in their order, again and again.
fn train<T: Real>(
    example: &Example,
    instance: &Instance,
    model: &mut dyn Implementation<T>,
    noise: Option<Noise>,
) -> NamedTensors<T> {
    let [x, t] = [&instance.x, &instance.t].map(|matrix| matrix.mapv(T::of));
    let batches = match example.training.batch_size {
        BatchSize::Samples(size) => x.nrows() / size,
        BatchSize::All => 1,
    };
    let size = x.nrows() / batches;
    for step in 0..STEPS {
        if step % CURVATURE_EVERY == 0
            && let Some(samples) = example.training.optimizer.curvature_samples()
        {
            model.estimate_curvature(instance.batch(&x, &t).rows(0..samples));
        }
        let start = step % batches * size;
        let batch = instance.batch(&x, &t).rows(start..start + size);
        let update = Step {
            number: step as u64 + 1,
            learning_rate: example.training.optimizer.learning_rate(),
        };
        let moved = noise.map(|n| n.moved::<T, _, _>(&format!("step/{step}"), &batch.x));
        let x = moved.as_ref().map_or(batch.x, |x| x.view());
        model.train_step(update, Batch { x, ..batch });
    }
    model.parameters()
}
