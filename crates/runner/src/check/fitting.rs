//! How much of a check is done in the time there is.
//!
//! Each implementation is measured on a few samples. Where the whole fits, nothing is left out. A
//! shorter check compares the same passes of the same network, in every tensor of every layer: a
//! smaller batch, fewer updates, or, where one of several references takes far too long, without
//! that one.

use contract::{Implementation, Mode};
use spec::ImplementationName;

use super::cost::{Cost, largest, seconds, sizes};
use super::stop_if_interrupted;
use super::subject::{Pass, Probe, Subject};
use crate::Failure;
use crate::activity::Activity;
use crate::implementations::references as built_in;

/// Backward passes of each reference: of two kinds, in two precisions.
const PASSES: f64 = 4.0;
/// How many times as long as its forward pass a backward pass may take: burn-ndarray's convolutions
/// are slow at their weights' gradients.
const BACKWARD: f64 = 64.0;
/// Entries of each tensor that central differences shall have time for.
const ENTRIES: f64 = 3.0;
/// Passes forward for each of them, in each of two passes back.
const EVALUATIONS: f64 = 2.0 * 4.0;
/// Statistics of fewer samples are hardly any.
const STATISTICS: usize = 4;
/// Before a trajectory has fewer updates than these, its batches are made smaller.
const LEAST_STEPS: usize = 10;

/// How much is compared in single passes.
#[derive(Clone, Debug)]
pub struct Extent {
    /// The references that bear witness.
    pub references: Vec<ImplementationName>,
    /// Samples of the batch.
    pub batch_size: usize,
}

/// Seconds for the parts of a check.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// Backward passes by hand and in burn.
    pub passes: f64,
    /// Central differences.
    pub differences: f64,
}

/// What single passes have time for, at most the batch of the probe.
///
/// # Errors
/// When the parameters are not taken, or on Ctrl-C.
pub fn extent(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    time: Time,
    activity: &Activity,
) -> Result<Extent, Failure> {
    let whole = probe.len();
    let sizes = sizes(smallest(subject).min(whole), whole);
    if time.passes.is_infinite() {
        let references = built_in();
        return Ok(Extent {
            references,
            batch_size: whole,
        });
    }
    activity.begin("measuring", 0);
    let references = quick_enough(subject, &probe.first(sizes[0]), time.passes, activity)?;
    let mut batch_size = whole;
    if sizes.len() > 1 {
        batch_size = passes(subject, probe, &sizes, &references, time.passes, activity)?;
        let sizes: Vec<usize> = sizes.into_iter().filter(|s| *s <= batch_size).collect();
        batch_size = differences(subject, probe, &sizes, time.differences)?;
    }
    Ok(Extent {
        references,
        batch_size,
    })
}

/// The smallest batch that a network can be proved on.
fn smallest(subject: Subject<'_>) -> usize {
    let mut layers = subject.plan.iter();
    match layers.any(|layer| layer.spec.any(&|layer| layer.couples_samples())) {
        true => STATISTICS,
        false => 1,
    }
}

/// The references but for those that would take too long; the last if all others do.
fn quick_enough(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    allowed: f64,
    activity: &Activity,
) -> Result<Vec<ImplementationName>, Failure> {
    let all = built_in();
    let each = allowed / (PASSES * all.len() as f64);
    let mut quick = Vec::new();
    for (index, &name) in all.iter().enumerate() {
        activity.at(name.as_str());
        let only = quick.is_empty() && index + 1 == all.len();
        if only || is_quick(subject, probe, name, each)? {
            quick.push(name);
        }
    }
    Ok(quick)
}

/// Whether a backward pass takes at most so many seconds. It cannot be stopped once it has begun,
/// so the forward pass says whether to try.
fn is_quick(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    name: ImplementationName,
    allowed: f64,
) -> Result<bool, Failure> {
    let mut model = subject.loaded::<f64>(name)?;
    let at_most = BACKWARD
        * seconds(|| {
            stop_if_interrupted()?;
            model.evaluate(Mode::Training, probe.batch());
            Ok(())
        })?;
    if at_most <= allowed || at_most > PASSES * allowed {
        return Ok(at_most <= allowed);
    }
    let backward = seconds(|| {
        stop_if_interrupted()?;
        once(subject, &mut *model, probe);
        Ok(())
    })?;
    Ok(backward <= allowed)
}

/// The largest batch whose passes are done in time.
fn passes(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    sizes: &[usize],
    references: &[ImplementationName],
    allowed: f64,
    activity: &Activity,
) -> Result<usize, Failure> {
    let whole = probe.len() as f64;
    let each = allowed / (PASSES * references.len() as f64);
    let mut costs = Vec::new();
    for &name in references {
        activity.at(name.as_str());
        let mut model = subject.loaded::<f64>(name)?;
        let enough =
            |size: usize, s: f64| s * whole / size as f64 <= each || 2.0 * PASSES * s > allowed;
        costs.push(Cost::measure(sizes, enough, |size| {
            stop_if_interrupted()?;
            once(subject, &mut *model, &probe.first(size));
            Ok(())
        })?);
    }
    let all = |size| PASSES * costs.iter().map(|cost| cost.at(size)).sum::<f64>();
    Ok(largest(sizes, allowed, all))
}

/// A pass as the references are asked for it.
fn once(subject: Subject<'_>, model: &mut dyn Implementation<f64>, probe: &Probe<f64>) {
    match subject.has_gradients() {
        true => drop(Pass::Loss.run(model, probe)),
        false => drop(model.evaluate(Mode::Training, probe.batch())),
    }
}

/// The largest batch on which some entries of each tensor can be differentiated in time.
fn differences(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    sizes: &[usize],
    allowed: f64,
) -> Result<usize, Failure> {
    let whole = sizes.last().copied().unwrap_or(1);
    if !subject.has_gradients() || allowed.is_infinite() {
        return Ok(whole);
    }
    let tensors = 1 + subject.parameters.iter().count();
    let each = allowed / (EVALUATIONS * ENTRIES * tensors as f64);
    let mut model = subject.loaded::<f64>(ImplementationName::Backprop)?;
    let enough = |size: usize, s: f64| s * whole as f64 / size as f64 <= each || 2.0 * s > each;
    let cost = Cost::measure(sizes, enough, |size| {
        stop_if_interrupted()?;
        let probe = probe.first(size);
        model.load(subject.parameters)?;
        model.evaluate(Mode::Training, probe.batch());
        Ok(())
    })?;
    Ok(largest(sizes, each, |size| cost.at(size)))
}

/// The updates of a trajectory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Updates {
    /// Samples of each batch at most.
    pub batch_size: usize,
    /// How many there are.
    pub steps: usize,
}

/// One update of a model from so many samples.
pub type Update<'a> = dyn FnMut(&mut dyn Implementation<f64>, usize) + 'a;

/// The updates that can be done in so many seconds by hand and in these references: the first of
/// the training, and where these are few, of smaller batches.
///
/// # Errors
/// When the parameters are not taken, or on Ctrl-C.
pub fn updates(
    subject: Subject<'_>,
    references: &[ImplementationName],
    whole: Updates,
    left: &dyn Fn() -> f64,
    update: &mut Update<'_>,
    activity: &Activity,
) -> Result<Updates, Failure> {
    let allowed = left();
    if allowed.is_infinite() || whole.steps == 0 || !subject.has_gradients() {
        return Ok(whole);
    }
    activity.begin("measuring", 0);
    let least = whole.steps.min(LEAST_STEPS) as f64;
    let sizes = sizes(smallest(subject).min(whole.batch_size), whole.batch_size);
    let each = allowed / (1 + references.len()) as f64;
    let mut costs = Vec::new();
    for name in [ImplementationName::Backprop].iter().chain(references) {
        activity.at(name.as_str());
        let mut model = subject.loaded::<f64>(*name)?;
        let enough = |size: usize, s: f64| {
            let all = s * whole.steps as f64 * whole.batch_size as f64 / size as f64;
            all <= each || 2.0 * s * least > allowed
        };
        costs.push(Cost::measure(&sizes, enough, |size| {
            stop_if_interrupted()?;
            update(&mut *model, size);
            Ok(())
        })?);
    }
    let step = |size| costs.iter().map(|cost| cost.at(size)).sum::<f64>();
    let allowed = left();
    let batch_size = largest(&sizes, allowed / least, step);
    let steps = (allowed / step(batch_size)) as usize;
    Ok(Updates {
        batch_size,
        steps: steps.min(whole.steps),
    })
}
