//! The one rule for "diverged", whichever implementation learns.
//!
//! A loss (of a batch, or of an evaluation) or a parameter after an epoch that is no number, or
//! whose size is above `f32::MAX`, is divergence. Losses are sums that some implementations take in
//! f64 and others in f32: with this rule it does not matter which.

use contract::{NamedTensors, Real};
use datasets::{Features, Samples};
use ndarray::ArrayD;
use spec::measures::{Measure, Part};
use spec::training::TrainingSpec;

use crate::numbers::{number, rounded};
use crate::prepare::PreparedNetwork;
use crate::record::Values;

/// What became infinite or no number, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// In words: `the loss became infinite at step 3 of epoch 1`.
    pub what: String,
    /// Whether that was before any parameter was changed.
    pub before_learning: bool,
}

impl Divergence {
    /// Some values became infinite or no number while learning.
    pub fn new(what: String) -> Self {
        Self {
            what,
            before_learning: false,
        }
    }
}

/// A loss as f32 holds it: above its largest number it is infinite.
pub fn as_f32_holds(loss: f64) -> f64 {
    match loss.abs() > f64::from(f32::MAX) {
        true => loss.signum() * f64::INFINITY,
        false => loss,
    }
}

/// What a number became that is not finite.
pub fn word(value: f64) -> &'static str {
    if value.is_nan() { "NaN" } else { "infinite" }
}

/// An error if a loss among the values is not finite.
///
/// # Errors
/// With what it is of and when.
pub fn expect_losses(values: &Values, when: &str) -> Result<(), Divergence> {
    for (part, of) in [
        (Part::Test, "test"),
        (Part::Validation, "validation"),
        (Part::Train, "training"),
    ] {
        if let Some(loss) = values.get(&Measure::loss(part).key)
            && !loss.is_finite()
        {
            let became = word(*loss);
            return Err(Divergence::new(format!(
                "the {of} loss became {became} {when}"
            )));
        }
    }
    Ok(())
}

/// An error if a parameter or a running statistic is not finite.
///
/// # Errors
/// With the name of the first tensor and when.
pub fn expect_parameters<T: Real>(
    parameters: &NamedTensors<T>,
    when: &str,
) -> Result<(), Divergence> {
    let infinite = |tensor: &ArrayD<T>| tensor.iter().map(|w| w.f64()).find(|w| !w.is_finite());
    let found = parameters
        .iter()
        .find_map(|(name, tensor)| Some((name, infinite(tensor)?)));
    match found {
        None => Ok(()),
        Some((name, value)) => Err(Divergence::new(format!(
            "{name} became {} {when}",
            word(value)
        ))),
    }
}

/// What helps: smaller steps, or numbers of an ordinary size.
pub fn advice(prepared: &PreparedNetwork, before_learning: bool) -> String {
    let training = &prepared.network.training;
    match (scaling(prepared), before_learning) {
        (Some(scaling), true) => scaling,
        (Some(scaling), false) => format!("{scaling}; or {}", smaller_rate(training)),
        (None, true) => "nothing was learned yet: the initial parameters are too large".into(),
        (None, false) => smaller_rate(training),
    }
}

fn smaller_rate(training: &TrainingSpec) -> String {
    if training.schedule.schedule().has_rates() {
        let schedule = training.schedule.kind();
        return format!("try smaller learning rates in training.schedule.{schedule}, e.g. a tenth");
    }
    let (kind, rate) = (
        training.optimizer.kind(),
        training.optimizer.learning_rate(),
    );
    let rate = rounded(rate / 10.0);
    format!(
        "try a smaller learning rate, e.g. --set training.optimizer.{kind}.learning_rate={rate:e}"
    )
}

/// Numbers from here on are large for a network.
const LARGE: f64 = 1e3;

/// Where inputs or targets are large: how large, and how they are scaled.
fn scaling(prepared: &PreparedNetwork) -> Option<String> {
    let (train, rows) = (&prepared.dataset.train, &prepared.train_rows);
    let dataset = &prepared.config.experiment.dataset;
    let [of_inputs, of_targets] = dataset.dataset().unused_scaling();
    let scale = |setting: Option<&str>| match setting {
        Some(setting) => {
            let key = format!("dataset.{}.{setting}", dataset.kind());
            format!("scale them, e.g. --set {key}=standardize")
        }
        None => "scale the data".into(),
    };
    let inputs = largest_input(train, rows);
    if inputs > LARGE {
        let scale = scale(of_inputs);
        return Some(format!(
            "the inputs go up to {}: {scale}",
            number(inputs, 0)
        ));
    }
    let values = train.values()?;
    let width = train.target_width();
    let targets = rows
        .iter()
        .flat_map(|&row| &values[row * width..(row + 1) * width]);
    let targets = targets.fold(0.0, |largest: f64, t| t.abs().max(largest));
    (targets > LARGE).then(|| {
        let scale = scale(of_targets);
        format!("the targets go up to {}: {scale}", number(targets, 0))
    })
}

/// The largest |x| of the samples to train on.
fn largest_input(train: &Samples, rows: &[usize]) -> f64 {
    match train.features() {
        Features::Bytes { scale, offset, .. } => offset.abs().max((255.0 * scale + offset).abs()),
        Features::Values(x) => rows
            .iter()
            .flat_map(|&row| x.row(row).into_iter().copied())
            .fold(0.0, |largest, x| x.abs().max(largest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn above_the_largest_f32_a_loss_is_infinite() {
        let largest = f64::from(f32::MAX);
        assert_eq!(as_f32_holds(largest), largest);
        assert_eq!(as_f32_holds(1e58), f64::INFINITY);
        assert_eq!(as_f32_holds(-1e58), f64::NEG_INFINITY);
        assert!(as_f32_holds(f64::NAN).is_nan());
        let values = |loss| Values::from([("train_loss".into(), 1.0), ("test_loss".into(), loss)]);
        assert!(expect_losses(&values(largest), "now").is_ok());
        let diverged = expect_losses(&values(f64::INFINITY), "after epoch 2").unwrap_err();
        assert_eq!(diverged.what, "the test loss became infinite after epoch 2");
    }

    #[test]
    fn the_first_tensor_that_is_not_finite_is_named() {
        let mut parameters = NamedTensors::default();
        parameters.insert("0.weight", array![[1.0, f32::MAX]].into_dyn());
        assert_eq!(expect_parameters(&parameters, "in epoch 1"), Ok(()));
        parameters.insert("0.bias", array![0.0, f32::NAN].into_dyn());
        parameters.insert("2.bias", array![f32::INFINITY].into_dyn());
        let diverged = expect_parameters(&parameters, "in epoch 1").unwrap_err();
        assert_eq!(diverged.what, "0.bias became NaN in epoch 1");
    }
}
