//! A published figure, where it stands, and what counts as the same.

use serde::Deserialize;

use super::{TableMeasure, TableSpec, expect};
use crate::Problem;
use crate::measures::Better;

/// What was published of a row.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Which measure it is; none: the only one of the table.
    pub measure: Option<String>,
    /// The figure, in the unit of the measure: 3.05 % is 0.0305.
    pub value: f64,
    /// Where it stands.
    pub source: String,
    /// How it was obtained, which says what of ours is held against it.
    pub how: How,
    /// Of how many runs.
    pub runs: Option<usize>,
    /// What counts as the same figure.
    pub accept: Accept,
}

/// How a figure was obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// In one run. Our mean is held against it.
    OneRun,
    /// As the mean of several. So is ours.
    Mean,
    /// As the median of several. So is ours.
    Median,
    /// As the best of several. So is ours.
    Best,
    /// All runs reached it. Our worst is held against it.
    Every,
    /// It is not said. Our mean is held against it.
    Unknown,
}

impl How {
    /// In words: `best of 3`, `one run`.
    pub fn in_words(self, runs: Option<usize>) -> String {
        let of = runs.map_or_else(String::new, |runs| format!(" of {runs}"));
        match self {
            Self::OneRun => "one run".into(),
            Self::Mean => format!("mean{of}"),
            Self::Median => format!("median{of}"),
            Self::Best => format!("best{of}"),
            Self::Every => runs.map_or("every run".into(), |runs| format!("all {runs} runs")),
            Self::Unknown => "not said how".into(),
        }
    }
}

/// What counts as the same figure.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accept {
    /// Ours is within so much of it.
    Within(f64),
    /// Ours is at least so much.
    AtLeast(f64),
    /// Ours is at most so much.
    AtMost(f64),
}

impl TableSpec {
    /// The measure that a published figure is of.
    pub fn measure_of(&self, published: &Published) -> Option<&TableMeasure> {
        match (&published.measure, &self.measures[..]) {
            (Some(name), measures) => measures.iter().find(|measure| measure.name == *name),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }

    pub(super) fn check_published(
        &self,
        published: &Published,
        before: &[Published],
        key: &str,
    ) -> Result<(), Problem> {
        let measure = self.measure_of(published);
        let Some(measure) = measure else {
            let names: Vec<&str> = self.measures.iter().map(|m| m.name.as_str()).collect();
            let problem = match &published.measure {
                Some(name) => {
                    let reason = format!("\"{name}\" is no measure of this table");
                    Problem::new(format!("{key}.measure"), reason)
                }
                None => Problem::new(key, "it is not said which measure this is"),
            };
            return Err(problem.hint(format!("one of {}", names.join(", "))));
        };
        let twice = before
            .iter()
            .any(|other| self.measure_of(other) == Some(measure));
        expect(!twice, || {
            let reason = format!("{} has a published figure already", measure.name);
            Problem::new(key, reason).hint("one for each measure")
        })?;
        expect(!published.source.trim().is_empty(), || {
            Problem::new(
                format!("{key}.source"),
                "a figure without a source is no published one",
            )
            .hint("author, year, table or page")
        })?;
        expect(
            published.value.is_finite() && published.runs != Some(0),
            || Problem::new(key, "this is no figure of any run"),
        )?;
        check_accept(published.accept, measure, &format!("{key}.accept"))
    }
}

/// A rule that a good figure can meet and a bad one cannot.
fn check_accept(accept: Accept, measure: &TableMeasure, key: &str) -> Result<(), Problem> {
    let (Accept::Within(bound) | Accept::AtLeast(bound) | Accept::AtMost(bound)) = accept;
    expect(bound.is_finite(), || {
        Problem::new(key, format!("{bound} is no bound"))
    })?;
    let turned = |other: &str| {
        let (better, title) = (measure.better(), measure.title());
        let direction = match better {
            Better::Higher => "higher",
            Better::Lower => "lower",
        };
        let reason = format!("{title} is the better the {direction} it is");
        Problem::new(key, reason).hint(format!("use {other}, or within"))
    };
    match accept {
        Accept::Within(width) => expect(width >= 0.0, || {
            Problem::new(key, format!("{width} is no distance")).hint("0 or more")
        }),
        Accept::AtLeast(_) => expect(measure.better() == Better::Higher, || turned("at_most")),
        Accept::AtMost(_) => expect(measure.better() == Better::Lower, || turned("at_least")),
    }
}
