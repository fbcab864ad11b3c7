//! What a column of a table measures.
//!
//! | in the file | what it is |
//! |---|---|
//! | `test_accuracy` | a measure of a run ([`crate::measures`]), with the weights at the end |
//! | `test_error` | 1 − accuracy, of any part of the data |
//! | `best test_error` | the best epoch's |
//! | `epochs to train_loss 0.01` | the first epoch in which it is that good; nothing if none is |
//! | `epochs` | epochs that were trained |
//! | `seconds` | of the whole process, from its start to its end |

use serde::Deserialize;

use crate::error::nearest;
use crate::measures::{Better, Measure, Metric, Part};

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

    /// Its key in a file.
    fn key(&self) -> String {
        match self.complement {
            true => self.measure.key.replace("accuracy", "error"),
            false => self.measure.key.clone(),
        }
    }

    fn all() -> Vec<Self> {
        let metrics = [Metric::Accuracy, Metric::R2, Metric::Rmse, Metric::Mae];
        let quantity = |measure, complement| Self {
            measure,
            complement,
        };
        let of_part = |part| {
            let metrics = metrics.map(|metric| quantity(Measure::metric(part, metric), false));
            let error = quantity(Measure::metric(part, Metric::Accuracy), true);
            [quantity(Measure::loss(part), false), error]
                .into_iter()
                .chain(metrics)
        };
        let parts = [Part::Train, Part::Validation, Part::Test];
        parts.into_iter().flat_map(of_part).collect()
    }

    fn named(key: &str) -> Result<Self, String> {
        let all = Self::all();
        if let Some(found) = all.iter().find(|quantity| quantity.key() == key) {
            return Ok(found.clone());
        }
        let keys: Vec<String> = all.iter().map(Self::key).collect();
        let others = ["epochs", "seconds"];
        let near = nearest(key, keys.iter().map(String::as_str).chain(others));
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
        self.name.replace('_', " ")
    }

    /// Its unit, if it has one.
    pub fn unit(&self) -> Option<&str> {
        match &self.kind {
            Kind::End(quantity) | Kind::Best(quantity) => quantity.measure.unit.as_deref(),
            Kind::Seconds => Some("s"),
            Kind::EpochsTo(..) | Kind::Epochs => None,
        }
    }

    /// Whether it is a number of epochs.
    pub fn counts(&self) -> bool {
        matches!(self.kind, Kind::EpochsTo(..) | Kind::Epochs)
    }

    /// Which of two values is better.
    pub fn better(&self) -> Better {
        match &self.kind {
            Kind::End(quantity) | Kind::Best(quantity) => quantity.better(),
            Kind::EpochsTo(..) | Kind::Epochs | Kind::Seconds => Better::Lower,
        }
    }

    /// The measure that a run must have for it, if it needs one.
    pub fn needs(&self) -> Option<&Measure> {
        match &self.kind {
            Kind::End(quantity) | Kind::Best(quantity) | Kind::EpochsTo(quantity, _) => {
                Some(&quantity.measure)
            }
            Kind::Epochs | Kind::Seconds => None,
        }
    }
}
