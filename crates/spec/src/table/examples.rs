//! Worked examples of a lecture as data: the numbers that are printed, and what computes them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::expect;
use crate::config::Document;
use crate::{ConfigError, Problem};

/// What a file in `experiments/` says whose rows are computations.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExamplesSpec {
    /// Heading of the table.
    pub title: String,
    /// What it shows, in Markdown.
    #[serde(default)]
    pub text: String,
    /// The examples.
    pub examples: Vec<Example>,
}

/// One example.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it is called in the table.
    pub name: String,
    /// Where it stands, or what is shown.
    pub source: String,
    /// The computation by hand that gives its numbers, by its name in `runner::lectures`.
    pub by: Option<String>,
    /// In place of it: an expression, as `runner graph` reads it.
    pub graph: Option<String>,
    /// The values of the names in that expression.
    #[serde(default)]
    pub at: BTreeMap<String, f64>,
    /// Its numbers.
    pub figures: Vec<Figure>,
}

/// A number of an example.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Which it is. Of an expression: `f`, a part of it, or `df/d` and a part of it.
    pub quantity: String,
    /// As the lecture prints it.
    pub printed: Option<Decimal>,
    /// Computed again, with all digits that are known.
    pub exact: Decimal,
    /// Why the lecture prints another number than ours, if it does.
    pub why: Option<String>,
}

/// A number as it is printed: its last digit says how exact it is meant.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Decimal {
    /// As it is written.
    pub text: String,
    /// The number.
    pub value: f64,
}

impl Decimal {
    /// Half a unit of the last digit.
    pub fn resolution(&self) -> f64 {
        let (digits, power) = self
            .text
            .split_once(['e', 'E'])
            .unwrap_or((&self.text, "0"));
        let decimals = digits.split_once('.').map_or(0, |(_, digits)| digits.len());
        let power: i32 = power.parse().unwrap_or_default();
        0.5 * 10f64.powi(power - decimals as i32)
    }

    /// Whether a number is this one to the last digit.
    pub fn is(&self, number: f64) -> bool {
        // Half a unit is not exact in binary.
        (number - self.value).abs() <= self.resolution() * (1.0 + 1e-9)
    }
}

impl TryFrom<String> for Decimal {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let value = text.parse().ok().filter(|value: &f64| value.is_finite());
        match value {
            Some(value) => Ok(Self { text, value }),
            None => Err(format!(
                "\"{text}\" is no number; for example \"-0.20\", in quotes"
            )),
        }
    }
}

impl ExamplesSpec {
    /// The key that such a file has, and a table of runs has not.
    pub const KEY: &str = "examples";

    /// Checks what a file says.
    ///
    /// # Errors
    /// When it says something that cannot be.
    pub fn of(document: &Document) -> Result<Self, ConfigError> {
        document.checked(Self::check)
    }

    fn check(&self) -> Result<(), Problem> {
        expect(!self.title.trim().is_empty(), || {
            Problem::new("title", "a text is expected, this one is empty")
                .hint("the heading of the table")
        })?;
        expect(!self.examples.is_empty(), || {
            Problem::new("examples", "there is no example").hint("[[examples]] with figures")
        })?;
        for (index, example) in self.examples.iter().enumerate() {
            let before = &self.examples[..index];
            example.check(&format!("examples.{index}"), before)?;
        }
        Ok(())
    }
}

impl Example {
    fn check(&self, key: &str, before: &[Self]) -> Result<(), Problem> {
        let field = |name: &str| format!("{key}.{name}");
        check_cell(&field("name"), &self.name)?;
        expect(before.iter().all(|other| other.name != self.name), || {
            let reason = format!("two examples are called \"{}\"", self.name);
            Problem::new(field("name"), reason)
        })?;
        expect(!self.source.trim().is_empty(), || {
            Problem::new(field("source"), "it is not said where this stands")
                .hint("lecture, chapter or page; or what is shown")
        })?;
        match (&self.by, &self.graph) {
            (Some(_), Some(_)) => {
                let reason = "there is a computation, too";
                Err(Problem::new(field("graph"), reason).hint("leave one of them out"))
            }
            (None, None) => {
                let reason = "nothing computes this example";
                let hint = "by = the name of a computation, or graph = an expression";
                Err(Problem::new(key, reason).hint(hint))
            }
            (Some(_), None) => expect(self.at.is_empty(), || {
                Problem::new(field("at"), "only an expression takes values")
                    .hint("leave it out, or use graph")
            }),
            (None, Some(_)) => Ok(()),
        }?;
        expect(!self.figures.is_empty(), || {
            Problem::new(field("figures"), "there is no number")
                .hint("{ quantity = \"f\", printed = \"0.73\", exact = \"0.7310585786\" }")
        })?;
        for (index, figure) in self.figures.iter().enumerate() {
            let key = field(&format!("figures.{index}.quantity"));
            check_cell(&key, &figure.quantity)?;
            let mut others = self.figures[..index].iter();
            expect(
                others.all(|other| other.quantity != figure.quantity),
                || Problem::new(key, format!("\"{}\" stands there twice", figure.quantity)),
            )?;
        }
        Ok(())
    }
}

/// A text that can stand in a cell of the table.
fn check_cell(key: &str, text: &str) -> Result<(), Problem> {
    let plain = !text.trim().is_empty() && !text.contains(['|', '\n', '\r']);
    expect(plain, || {
        Problem::new(key, format!("{text:?} cannot stand in a table"))
            .hint("a text on one line, without |")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_number_is_meant_to_its_last_digit() {
        let decimal = |text: &str| Decimal::try_from(text.to_string()).unwrap();
        assert!(decimal("0.73").is(0.7310585786300049));
        assert!(decimal("0.50").is(0.495));
        assert!(!decimal("0.50").is(0.4949));
        assert!(!decimal("-0.009").is(-0.0084));
        assert!(decimal("60000").is(60000.4) && !decimal("60000").is(60000.6));
        assert!(decimal("1.5e-7").is(1.54e-7) && !decimal("1.5e-7").is(1.56e-7));
        assert!(Decimal::try_from("0,73".to_string()).is_err());
        assert!(Decimal::try_from("NaN".to_string()).is_err());
    }
}
