//! What a report means, in sentences: who differs, why something is exactly zero, where a number
//! that is not finite came from.

use std::collections::BTreeSet;

use contract::{Backward, Real};
use ndarray::{Array2, ArrayD};
use spec::ImplementationName;
use spec::model::PlannedLayer;

use super::Report;
use super::comparison::Comparison;
use super::subject::{Pass, Probe, Subject};
use super::verdict::Verdict;
use crate::Failure;
use crate::implementations::Number;

/// Inputs from here on are worth a word: units of a network expect numbers around 1.
const LARGE_INPUT: f64 = 100.0;
/// How many tensors or layers a sentence names.
const NAMED: usize = 6;

/// What is known of a network whose report is explained.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The network.
    pub subject: Subject<'a>,
    /// The batch that was compared.
    pub probe: &'a Probe<f64>,
    /// Names of the columns of `x`; empty for images.
    pub features: &'a [String],
}

/// A tensor that differs, with its place and both values.
pub fn difference(comparison: &Comparison) -> String {
    let Comparison {
        witness,
        pass,
        tensor,
        shape,
        at,
        absolute,
        relative,
        by_hand,
        by_witness,
        tolerance,
        ..
    } = comparison;
    let what = comparison.remark.as_deref().unwrap_or("differs");
    format!(
        "the first divergent tensor is {tensor} {shape:?} ({pass}, against {witness}): {what}; \
         at {at:?} by hand {by_hand:e}, {witness} {by_witness:e}; largest absolute error \
         {absolute:.2e}, relative {relative:.2e}, tolerance {tolerance:.0e}"
    )
}

/// A tensor that is not finite on both sides.
pub fn overflow(comparison: &Comparison) -> String {
    let Comparison {
        witness,
        pass,
        tensor,
        shape,
        at,
        by_hand,
        by_witness,
        ..
    } = comparison;
    format!(
        "{tensor} {shape:?} is not finite ({pass}): at {at:?} by hand {by_hand}, {witness} \
         {by_witness}"
    )
}

/// Notes about what was not proved, one sentence each; none where everything was.
///
/// # Errors
/// When the network does not take its parameters.
pub fn notes(report: &Report, scene: Scene<'_>) -> Result<Vec<String>, Failure> {
    let mut notes = Vec::new();
    let zero = report.comparisons.iter();
    let zero = unique(zero.filter(|c| c.verdict == Verdict::Zero));
    if !zero.is_empty() {
        let cause = cause_of_zero(scene)?;
        notes.push(format!(
            "exactly zero on both sides, so nothing is proved of {}: {cause}",
            listed(&zero)
        ));
    }
    notes.extend(unproved(report));
    Ok(notes)
}

/// A sentence for each witness and reason that left something unproved.
fn unproved(report: &Report) -> Vec<String> {
    let comparisons = || {
        let all = report.comparisons.iter();
        all.filter(|c| c.verdict == Verdict::Unproved)
    };
    let reason = |c: &Comparison| (c.witness.clone(), c.remark.clone().unwrap_or_default());
    let reasons: BTreeSet<_> = comparisons().map(reason).collect();
    let sentence = |(witness, why): (String, String)| {
        let same = comparisons().filter(|c| reason(c) == (witness.clone(), why.clone()));
        let names = listed(&unique(same));
        format!("{witness}: nothing is proved of {names} ({why})")
    };
    reasons.into_iter().map(sentence).collect()
}

/// Names of the tensors, each once.
fn unique<'a>(comparisons: impl Iterator<Item = &'a Comparison>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for comparison in comparisons {
        if !names.contains(&comparison.tensor) {
            names.push(comparison.tensor.clone());
        }
    }
    names
}

fn listed(names: &[String]) -> String {
    let shown = names[..names.len().min(NAMED)].join(", ");
    match names.len() {
        n if n > NAMED => format!("{shown} and {} more", n - NAMED),
        _ => shown,
    }
}

/// The likely cause of gradients that are exactly zero.
fn cause_of_zero(scene: Scene<'_>) -> Result<String, Failure> {
    let backward = by_hand::<f64>(scene)?;
    let weights = zero_weights(scene);
    let mut causes = match weights.as_slice() {
        [] => stopping_layers(scene, &backward),
        [one] => vec![format!(
            "{one} begins at 0, so no gradient passes back through it"
        )],
        several => vec![format!(
            "{} begin at 0, so no gradient passes back through them",
            listed(several)
        )],
    };
    if backward.loss == 0.0 {
        causes.push("the loss is 0 already".into());
    }
    let mut cause = match causes.is_empty() {
        true => "nothing of the loss reaches them".to_string(),
        false => causes.join("; "),
    };
    if let Some(large) = large_inputs(scene) {
        cause += &format!("; {large}: scale the data");
    }
    Ok(cause)
}

/// Layers whose output lets no gradient through.
fn stopping_layers(scene: Scene<'_>, backward: &Backward<f64>) -> Vec<String> {
    let outputs = backward.outputs.iter();
    let stopping = outputs.filter_map(|(name, output)| {
        let layer = layer_of(scene.subject.plan, name)?;
        let (state, units) = state(output)?;
        let (name, kind) = (&layer.name, layer.spec.kind());
        Some(format!(
            "every output of layer {name} ({kind}) is {state} in this batch: {units} units"
        ))
    });
    // Those behind it only follow.
    stopping.take(1).collect()
}

/// Names of weights that are zero throughout.
fn zero_weights(scene: Scene<'_>) -> Vec<String> {
    let parameters = scene.subject.plan.iter().flat_map(|l| &l.parameters);
    let zero = |name: &str| {
        let tensor = scene.subject.parameters.get(name);
        tensor.is_some_and(|tensor| tensor.iter().all(|w| *w == 0.0))
    };
    parameters
        .filter(|p| p.weighs && zero(&p.name))
        .map(|p| p.name.clone())
        .collect()
}

/// What stops a gradient in a layer's output, and what its units are then called.
fn state(output: &ArrayD<f64>) -> Option<(&'static str, &'static str)> {
    let all = |of: &dyn Fn(f64) -> bool| output.iter().all(|y| of(*y));
    if all(&|y| y == 0.0) {
        Some(("0", "dead"))
    } else if all(&|y| y.abs() == 1.0) || all(&|y| y == 0.0 || y == 1.0) {
        Some(("at an end of its range", "saturated"))
    } else {
        None
    }
}

/// The layer that has this output.
fn layer_of<'a>(plan: &'a [PlannedLayer], output: &str) -> Option<&'a PlannedLayer> {
    let name = output.strip_suffix(".output")?;
    plan.iter().find(|layer| layer.name == name)
}

/// How large the inputs are, if they are larger than a network expects.
fn large_inputs(scene: Scene<'_>) -> Option<String> {
    let (largest, place) = largest_input(&scene.probe.x, scene.features);
    (largest >= LARGE_INPUT).then(|| format!("inputs reach {}{place}", short(largest)))
}

/// The largest |x| of a batch and the name of its column.
fn largest_input(x: &Array2<f64>, features: &[String]) -> (f64, String) {
    let mut largest = (0.0, 0);
    for ((_, column), value) in x.indexed_iter() {
        if value.abs() > largest.0 {
            largest = (value.abs(), column);
        }
    }
    let place = features.get(largest.1);
    let place = place.map(|name| format!(" (column {name:?})"));
    (largest.0, place.unwrap_or_default())
}

/// A magnitude to two digits or so.
fn short(magnitude: f64) -> String {
    match magnitude {
        m if (0.01..1e5).contains(&m) => format!("{m:.1}"),
        m => format!("{m:.1e}"),
    }
}

/// Where a number that is not finite came from.
///
/// # Errors
/// When the network does not take its parameters.
pub fn origin(comparison: &Comparison, scene: Scene<'_>) -> Result<String, Failure> {
    match comparison.witness.ends_with(f32::NAME) {
        true => origin_in::<f32>(scene),
        false => origin_in::<f64>(scene),
    }
}

fn origin_in<T: Number>(scene: Scene<'_>) -> Result<String, Failure> {
    let not_finite = |tensor: &ArrayD<T>| tensor.iter().any(|v| !v.is_finite());
    let largest = |tensor: &ArrayD<T>| {
        let magnitudes = tensor.iter().map(|v| v.f64().abs());
        magnitudes.fold(0.0, f64::max)
    };
    let (input, column) = largest_input(&scene.probe.x, scene.features);
    let input = format!("inputs reach {}{column}", short(input));
    let parameters = scene.subject.parameters.cast::<T>();
    let weight = parameters
        .iter()
        .map(|(name, tensor)| (largest(tensor), name))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let weight = match weight {
        Some((size, name)) => format!(", weights {} ({name})", short(size)),
        None => String::new(),
    };
    let backward = by_hand::<T>(scene)?;
    let bits = T::NAME;
    let mut before = None;
    for (name, output) in backward.outputs.iter() {
        if not_finite(output) {
            let layer = layer_of(scene.subject.plan, name);
            let kind = layer.map_or("", |layer| layer.spec.kind());
            let layer = name.strip_suffix(".output").unwrap_or(name);
            return Ok(format!(
                "it came from layer {layer} ({kind}), whose output leaves the range of {bits}: \
                 {input}{weight}; scale the data or begin with smaller weights"
            ));
        }
        before = Some(largest(output));
    }
    let outputs = before.map_or(String::new(), |size| {
        format!("outputs reach {}, ", short(size))
    });
    Ok(if backward.loss.is_finite() {
        format!(
            "it came from the backward pass, which leaves the range of {bits}: {outputs}\
             {input}{weight}; scale the data or begin with smaller weights"
        )
    } else {
        format!(
            "it came from the loss, which leaves the range of {bits}: {outputs}{input}; scale \
             the data or the target, or begin with smaller weights"
        )
    })
}

/// The hand-written pass from the loss.
fn by_hand<T: Number>(scene: Scene<'_>) -> Result<Backward<T>, Failure> {
    let mut model = scene.subject.loaded::<T>(ImplementationName::Backprop)?;
    Ok(Pass::Loss.run(&mut *model, &scene.probe.cast()))
}
