//! What the visible units can take.

use std::collections::HashMap;

use ndarray::{Array2, ArrayView1, Axis};
use rand::seq::SliceRandom;
use spec::Problem;
use spec::learners::{RbmSpec, Visible};

use crate::Data;

/// A rate above this is large for Gaussian units.
const GAUSSIAN_RATE: f64 = 0.01;

/// Finds what the visible units cannot be. Returns the number of classes, where the target is one.
///
/// # Errors
/// With the key, the place and a remedy.
pub fn expect(settings: &RbmSpec, data: &Data) -> Result<Option<usize>, Problem> {
    settings.expect_inputs(data.x.ncols())?;
    let wrong = |x: f64| match settings.visible {
        Visible::Bernoulli => !(0.0..=1.0).contains(&x),
        Visible::Gaussian => !x.is_finite(),
        Visible::Softmax(_) => x != 0.0 && x != 1.0,
    };
    if let Some(((sample, input), x)) = data.x.indexed_iter().find(|(_, x)| wrong(**x)) {
        let (expected, remedy) = match settings.visible {
            Visible::Bernoulli => (
                "Bernoulli units are between 0 and 1",
                "scale the data to [0, 1] (scale = \"min_max\"), or visible = \"gaussian\"",
            ),
            Visible::Gaussian => ("units are finite numbers", "look for it in the data"),
            Visible::Softmax(_) => (
                "softmax units are 0 or 1",
                "give categories as one 1 in each group, and no scaling of the data",
            ),
        };
        let (name, sample) = (&data.inputs[input], sample + 1);
        let reason = format!("{name} of sample {sample} is {x}, and {expected}");
        return Err(Problem::new("learner.rbm.visible", reason).hint(remedy));
    }
    if let Visible::Softmax(size) = settings.visible {
        expect_one_of(data, size)?;
    }
    classes(data)
}

/// One unit of each group is on.
fn expect_one_of(data: &Data, size: usize) -> Result<(), Problem> {
    for (sample, x) in data.x.rows().into_iter().enumerate() {
        let on = |group: &ArrayView1<'_, f64>| group.sum();
        let mut groups = x.axis_chunks_iter(Axis(0), size).enumerate();
        if let Some((group, units)) = groups.find(|(_, units)| on(units) != 1.0) {
            let reason = format!(
                "of group {} of sample {} (from {} on) {} units are on, and one should be",
                group + 1,
                sample + 1,
                data.inputs[group * size],
                on(&units)
            );
            let hint = "give each category a group of its own, all of the same size";
            return Err(Problem::new("learner.rbm.visible.softmax", reason).hint(hint));
        }
    }
    Ok(())
}

/// The number of classes; none where the target is the input.
fn classes(data: &Data) -> Result<Option<usize>, Problem> {
    if data.t == data.x {
        return Ok(None);
    }
    let one_hot =
        |t: ArrayView1<'_, f64>| t.sum() == 1.0 && t.iter().all(|&t| t == 0.0 || t == 1.0);
    match data.t.ncols() > 1 && data.t.rows().into_iter().all(one_hot) {
        true => Ok(Some(data.t.ncols())),
        false => {
            let reason = format!(
                "it learns how its inputs are distributed, and the target is {}",
                data.outputs[0]
            );
            let hint = "give the data target = \"input\", or a class";
            Err(Problem::new("learner.rbm", reason).hint(hint))
        }
    }
}

/// The samples that are learned from, and those held back.
pub fn parts(settings: &RbmSpec, data: &Data) -> (Array2<f32>, Array2<f32>) {
    let mut rows: Vec<usize> = (0..data.len()).collect();
    let held = (settings.held_back * data.len() as f64).ceil() as usize;
    if held > 0 {
        rows.shuffle(&mut data.streams.stream("validation"));
    }
    let x = data.x.mapv(|x| x as f32);
    let (held, learned) = rows.split_at(held);
    (x.select(Axis(0), learned), x.select(Axis(0), held))
}

/// What a model that gives each sample its own frequency would have: Σ f ln f. No machine has a
/// larger mean of ln P on these samples.
pub fn best_log_likelihood(x: &Array2<f32>) -> f64 {
    let mut counts: HashMap<Vec<u32>, usize> = HashMap::new();
    for row in x.rows() {
        *counts
            .entry(row.iter().map(|x| x.to_bits()).collect())
            .or_default() += 1;
    }
    let mut counts: Vec<usize> = counts.into_values().collect();
    // The order of a map is not the same again, and a sum depends on it.
    counts.sort_unstable();
    let share = |count: usize| count as f64 / x.nrows() as f64;
    counts
        .into_iter()
        .map(|count| share(count) * share(count).ln())
        .sum()
}

/// Gaussian units of variance 1 want data of variance 1, and small steps.
pub fn warnings(settings: &RbmSpec, data: &Data) -> Vec<String> {
    if settings.visible != Visible::Gaussian {
        return Vec::new();
    }
    let mut warnings = Vec::new();
    let variances = data.x.var_axis(Axis(0), 0.0);
    let far = |variance: f64| variance > 0.0 && !(0.5..=2.0).contains(&variance);
    let found = variances.iter().position(|&variance| far(variance));
    if let Some(input) = found {
        warnings.push(format!(
            "Gaussian units have variance 1, and {} has {:.3}: standardise the data (scale = \
             \"standardize\")",
            data.inputs[input], variances[input]
        ));
    }
    if settings.learning_rate > GAUSSIAN_RATE {
        warnings.push(format!(
            "a learning rate of {} is large for Gaussian units: they want 10 to 100 times smaller \
             ones than Bernoulli units, such as 0.001",
            settings.learning_rate
        ));
    }
    warnings
}
