//! What is told of a run: as JSON and as CSV.

use std::io;

use serde::Serialize;

use super::cases::{Cases, Subject};
use super::intervals::{Bootstrap, wilson};
use super::measures::{Name, Share};
use super::probabilities::Bin;
use crate::Failure;
use crate::record::Status;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The folder of the record.
    pub run: String,
    /// How the run ended; none of a config with other weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// What happened, where it did not finish.
    pub message: Option<String>,
    /// The file of the weights.
    pub weights: String,
    /// Which samples: train, validation, test; new ones.
    pub part: String,
    /// The file of new ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// How many samples.
    pub samples: usize,
    /// How many targets they have.
    pub cases: usize,
    /// What is to be known of the figures.
    pub notes: Vec<String>,
    /// How the intervals of what is no share came about.
    pub bootstrap: Bootstrap,
    /// The measures in their order.
    pub measures: Vec<Row>,
    /// Of classes.
    #[serde(flatten)]
    pub classes: Option<ByClass>,
}

/// What there is of classes besides.
#[derive(Debug, Serialize)]
pub struct ByClass {
    /// Their names.
    pub classes: Vec<String>,
    /// Cases by their class (rows) and by what is answered (columns); where some are rejected a
    /// last column has these.
    pub confusion: Vec<Vec<usize>>,
    /// Of probabilities: the cases of each bin of confidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Vec<Bin>>,
}

/// A measure, with the interval that holds it with 95 % confidence.
#[derive(Debug, Serialize)]
pub struct Row {
    /// What it is.
    pub measure: String,
    /// Which class, target or mean; empty: of all cases.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// None: it is not defined.
    pub value: Option<f64>,
    /// The ends of the interval; none where there is none.
    pub interval: Option<[f64; 2]>,
    /// Whose interval it is.
    pub by: Option<By>,
}

/// How an interval comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A share of so many cases.
    Wilson,
    /// Samples drawn anew.
    Bootstrap,
}

impl By {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wilson => "Wilson",
            Self::Bootstrap => "bootstrap",
        }
    }
}

/// The measures of some cases with their intervals.
///
/// # Errors
/// When somebody asks to stop.
pub fn rows(cases: &Cases, bootstrap: Bootstrap) -> Result<Vec<Row>, Failure> {
    let measures = cases.subject.measures();
    let values = measures.values(&vec![1.0; cases.samples.len()]);
    let drawn = bootstrap.intervals(measures, &cases.samples)?;
    let names = measures.names().into_iter().zip(values);
    let intervals = measures.shares().into_iter().zip(drawn);
    let row = |((name, value), (share, drawn)): ((Name, f64), (Option<Share>, _))| {
        let value = value.is_finite().then_some(value);
        let (interval, by) = match (value, share) {
            (None, _) => (None, By::Bootstrap),
            (_, Some(share)) => (wilson(share.part, share.whole), By::Wilson),
            (_, None) => (drawn, By::Bootstrap),
        };
        Row {
            measure: name.measure,
            of: name.of,
            value,
            by: interval.map(|_| by),
            interval,
        }
    };
    Ok(names.zip(intervals).map(row).collect())
}

impl ByClass {
    /// Of a classifier; none of real targets.
    pub fn of(subject: &Subject) -> Option<Self> {
        let Subject::Classes(classification) = subject else {
            return None;
        };
        let about = classification.about();
        let weights = vec![1.0; about.truth.len()];
        Some(Self {
            classes: about.classes.clone(),
            confusion: classification.confusion(&weights).counts(),
            calibration: classification.bins().map(|bins| bins.to_vec()),
        })
    }

    /// What the columns of the confusion matrix are called.
    pub fn answers(&self) -> impl Iterator<Item = &str> {
        let columns = self.confusion.first().map_or(0, Vec::len);
        let names = self.classes.iter().map(String::as_str);
        names.chain([REJECTED]).take(columns)
    }
}

/// What is answered by no class.
const REJECTED: &str = "rejected";

impl Report {
    /// A line for each measure, and one for each cell of the confusion matrix.
    ///
    /// # Errors
    /// When a line cannot be written.
    pub fn csv(&self) -> io::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record([
            "measure", "of", "answer", "value", "low", "high", "interval",
        ])?;
        let text = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        for row in &self.measures {
            let [low, high] = [0, 1].map(|end| text(row.interval.map(|interval| interval[end])));
            let by = row.by.map(By::name).unwrap_or_default();
            let (measure, of) = (&row.measure, &row.of);
            writer.write_record([measure, of, "", &text(row.value), &low, &high, by])?;
        }
        if let Some(by_class) = &self.classes {
            for (class, counts) in by_class.classes.iter().zip(&by_class.confusion) {
                for (answer, count) in by_class.answers().zip(counts) {
                    let count = count.to_string();
                    writer.write_record(["cases", class, answer, &count, "", "", ""])?;
                }
            }
        }
        writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}
