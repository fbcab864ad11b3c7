//! What a column of a table measures.
//!
//! | in the file | what it is |
//! |---|---|
//! | `test_accuracy` | a measure of a run ([`crate::measures`]), with the weights at the end |
//! | `test_error` | 1 − accuracy, of any part of the data |
//! | `test_accuracy_shift_2`, `test_dead_units_1` | the same of changed test images, or of a layer |
//! | `test_rmse_phase_1` | the same at some positions of sequences |
//! | `rank`, `log_likelihood`, `hidden_units` | a measure of a learner's own ([`crate::learners::Learner::measures`]) |
//! | `best test_error` | the best epoch's |
//! | `epochs to train_loss 0.01` | the first epoch in which it is that good; nothing if none is |
//! | `epochs` | epochs that were trained |
//! | `initial jacobian_singular_value_0` | what the record has under `initial` |
//! | `finding standard error of x1` | what a learner found: a column and a row of its tables |
//! | `gradient_error` | the largest relative error of the check before training: by hand against burn |
//! | `learning_seconds` | of all epochs, without reading, checking and measuring |
//! | `seconds` | of the whole process, from its start to its end |

use serde::Deserialize;

use crate::error::nearest;
use crate::learners::LearnerSpec;
use crate::measures::{Better, Measure, Metric, Part};

/// What is no measure of an epoch.
const OTHERS: [&str; 4] = ["epochs", "seconds", "learning_seconds", "gradient_error"];

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct TableMeasure {
    /// As the file has it; names the column of the raw rows, too.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// With the weights at the end.
    End(Quantity),
    /// The best of all epochs.
    Best(Quantity),
    /// The first epoch in which it is as good as this.
    EpochsTo(Quantity, f64),
    /// Epochs that were trained.
    Epochs,
    /// What was measured before training, by its name in the record.
    Initial(String),
    /// What a learner found, as `<column> of <row>` of the tables in its record.
    Finding(String),
    /// The largest relative error of a gradient in the check before training.
    GradientError,
    /// Seconds of learning alone.
    LearningSeconds,
    /// Seconds of the whole process.
    Seconds,
}

/// A measure of a run, or what is left of it to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The measure, as the run has it.
    pub measure: Measure,
    /// Whether 1 − its value is meant: an error is 1 − the accuracy.
    pub complement: bool,
}

impl Quantity {
    /// Its value, of that of the measure.
    pub fn of(&self, value: f64) -> f64 {
        match self.complement {
            true => 1.0 - value,
            false => value,
        }
    }

    /// Which of two values is better.
    pub fn better(&self) -> Better {
        match (self.measure.better, self.complement) {
            (Some(Better::Higher), false) | (Some(Better::Lower), true) => Better::Higher,
            _ => Better::Lower,
        }
    }

    fn named(key: &str) -> Result<Self, String> {
        let quantity = |measure, complement| Self {
            measure,
            complement,
        };
        // A run always has the accuracy; its error is a metric of its own only where it is asked
        // for.
        let error = format!("_{}", Metric::Error.name());
        if let Some((part, behind)) = key.split_once(&error) {
            let accuracy = format!("{part}_{}{behind}", Metric::Accuracy.name());
            if let Some(measure) = Measure::of_key(&accuracy) {
                return Ok(quantity(measure, true));
            }
        }
        if let Some(measure) = Measure::of_key(key).or_else(|| LearnerSpec::own_measure(key)) {
            return Ok(quantity(measure, false));
        }
        let parts = [Part::Train, Part::Validation, Part::Test];
        let of_part = |part| {
            let metrics = Metric::ALL.map(|metric| Measure::metric(part, metric).key);
            [Measure::loss(part).key].into_iter().chain(metrics)
        };
        let of_learners = LearnerSpec::own_measures().into_iter();
        let keys = parts.into_iter().flat_map(of_part);
        let keys: Vec<String> = keys.chain(of_learners.map(|measure| measure.key)).collect();
        let near = nearest(key, keys.iter().map(String::as_str).chain(OTHERS));
        Err(match near {
            Some(near) => format!("\"{key}\" is no measure, did you mean \"{near}\"?"),
            None => format!("\"{key}\" is no measure; for example test_accuracy, test_error"),
        })
    }
}

impl TryFrom<String> for TableMeasure {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let words: Vec<&str> = name.split_whitespace().collect();
        let kind = match words[..] {
            ["epochs"] => Kind::Epochs,
            ["seconds"] => Kind::Seconds,
            ["learning_seconds"] => Kind::LearningSeconds,
            ["gradient_error"] => Kind::GradientError,
            ["finding", ref name @ ..] if name.contains(&"of") => Kind::Finding(name.join(" ")),
            ["finding", ..] => {
                let forms = "a finding is a column and a row, \"finding estimate of bias\"";
                return Err(format!("\"{name}\" is no measure; {forms}"));
            }
            ["initial", name] => Kind::Initial(name.into()),
            [key] => Kind::End(Quantity::named(key)?),
            ["best", key] => Kind::Best(Quantity::named(key)?),
            ["epochs", "to", key, bound] => {
                let bound: Option<f64> = bound.parse().ok().filter(|b: &f64| b.is_finite());
                let bound = bound.ok_or("expected a number, e.g. \"epochs to train_loss 0.01\"")?;
                Kind::EpochsTo(Quantity::named(key)?, bound)
            }
            _ => {
                let forms = "\"test_error\", \"best test_error\" or \"epochs to train_loss 0.01\"";
                return Err(format!("\"{name}\" is no measure; a measure is {forms}"));
            }
        };
        let name = words.join(" ");
        Ok(Self { name, kind })
    }
}

impl TableMeasure {
    /// In words, as the title of a column.
    pub fn title(&self) -> String {
        let name = self.name.strip_prefix("finding ").unwrap_or(&self.name);
        name.replace('_', " ")
    }

    /// Its unit, if it has one.
    pub fn unit(&self) -> Option<&str> {
        match &self.kind {
            Kind::End(quantity) | Kind::Best(quantity) => quantity.measure.unit.as_deref(),
            Kind::Seconds | Kind::LearningSeconds => Some("s"),
            Kind::EpochsTo(..) | Kind::Epochs => None,
            Kind::Initial(_) | Kind::Finding(_) | Kind::GradientError => None,
        }
    }

    /// Whether it is a number of epochs.
    pub fn counts(&self) -> bool {
        matches!(self.kind, Kind::EpochsTo(..) | Kind::Epochs)
    }

    /// Whether a learner says it of itself: a number of any size.
    pub fn is_of_a_learner(&self) -> bool {
        match &self.kind {
            Kind::Finding(_) => true,
            Kind::End(quantity) | Kind::Best(quantity) => quantity.measure.is_of_a_learner(),
            _ => false,
        }
    }

    /// Whether it depends on the clock, so that nothing else should run meanwhile.
    pub fn takes_time(&self) -> bool {
        matches!(self.kind, Kind::Seconds | Kind::LearningSeconds)
    }

    /// Which of two values is better.
    pub fn better(&self) -> Better {
        match &self.kind {
            Kind::End(quantity) | Kind::Best(quantity) => quantity.better(),
            Kind::Initial(_) => Better::Higher,
            _ => Better::Lower,
        }
    }

    /// The measure that a run must have for it, if it needs one.
    pub fn needs(&self) -> Option<&Measure> {
        match &self.kind {
            Kind::End(quantity) | Kind::Best(quantity) | Kind::EpochsTo(quantity, _) => {
                Some(&quantity.measure)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_a_measure_of_a_run_or_more() {
        let of = |name: &str| TableMeasure::try_from(name.to_string());
        for (name, key, better) in [
            ("test_error", "test_accuracy", Better::Lower),
            ("test_error_shift_2", "test_accuracy_shift_2", Better::Lower),
            (
                "test_accuracy_scale_0.8",
                "test_accuracy_scale_0.8",
                Better::Higher,
            ),
            ("test_dead_units_1", "test_dead_units_1", Better::Lower),
            ("validation_rmse", "validation_rmse", Better::Lower),
            ("hidden_units", "hidden_units", Better::Lower),
            ("best stored", "stored", Better::Higher),
        ] {
            let measure = of(name).unwrap();
            assert_eq!(measure.needs().unwrap().key, key);
            assert_eq!((measure.better(), measure.takes_time()), (better, false));
        }
        for name in ["seconds", "learning_seconds"] {
            assert!(of(name).unwrap().takes_time());
        }
        let initial = Kind::Initial("jacobian_singular_value_0".into());
        assert_eq!(
            of("initial jacobian_singular_value_0").unwrap().kind,
            initial
        );
        let deviance = of("deviance").unwrap();
        assert_eq!(deviance.needs().unwrap().key, "deviance");
        assert!(deviance.is_of_a_learner() && of("best stored").unwrap().unit().is_some());
        let error = of("finding standard error  of x 1").unwrap();
        assert_eq!(error.kind, Kind::Finding("standard error of x 1".into()));
        assert_eq!(error.name, "finding standard error of x 1");
        let near = of("condition_nubmer").unwrap_err();
        assert!(near.contains("did you mean \"condition_number\""), "{near}");
        for wrong in [
            "finding bias",
            "test_accuracy_shift",
            "test_accuracy_shift_x",
            "train_dead_units_1",
            "acc",
        ] {
            let message = of(wrong).unwrap_err();
            assert!(message.contains("is no measure"), "{message}");
        }
    }
}
