//! The worked numbers of lectures, computed again by the hand-written code: a table whose rows are
//! no runs.
//!
//! A file in `experiments/` with `[[examples]]` names for each example what the lecture prints and
//! what computes it: an expression ([`expression`]), or one of [`COMPUTATIONS`] by its name. A
//! computation is a function in one of the files beside this one; it goes through layers, losses
//! and rules of `backprop` in f64, or through `learners`.

pub mod expression;
mod identities;
mod networks;
mod neurons;
pub mod page;
mod perceptron;
mod slips;
mod split;
mod web;

use spec::Problem;
use spec::error::nearest;
use spec::table::{Example, ExamplesSpec, Figure};

/// The numbers of an example by what they are called.
pub type Quantities = Vec<(&'static str, f64)>;

/// What computes an example, by the name that a file gives it.
pub type Computation = (&'static str, fn() -> Quantities);

/// Everything that is computed here.
pub const COMPUTATIONS: [Computation; 23] = [
    ("softmax_cross_entropy", networks::softmax_cross_entropy),
    ("two_two_two", networks::two_two_two),
    ("two_two_two_training", networks::two_two_two_training),
    ("orientation", networks::orientation),
    ("three_hidden_units", networks::three_hidden_units),
    ("one_hidden_layer", networks::one_hidden_layer),
    ("lenet5", networks::lenet5),
    ("linear_layers", identities::linear_layers),
    ("information", identities::information),
    ("correlation", identities::correlation),
    ("mcculloch_pitts", neurons::mcculloch_pitts),
    ("perceptron", perceptron::perceptron),
    ("perceptron_bound", perceptron::perceptron_bound),
    ("hebb", neurons::hebb),
    ("hopfield", neurons::hopfield),
    ("newton", neurons::newton),
    ("strict_inequality", perceptron::strict_inequality),
    ("newton_without_the_sum", neurons::newton_without_the_sum),
    ("rounded_numbers", slips::rounded_numbers),
    ("wrong_gradients", slips::wrong_gradients),
    ("split_errors", split::split_errors),
    ("masked_unit", slips::masked_unit),
    ("uniform_weights", slips::uniform_weights),
];

/// How far a number may be from the exact one that is given with more digits.
const RELATIVE: f64 = 1e-9;

/// A number of an example, printed, exact and ours.
pub struct Row<'a> {
    /// Its example.
    pub example: &'a Example,
    /// What the file says of it.
    pub figure: &'a Figure,
    /// What our code computes.
    pub ours: f64,
}

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Ours is the exact number, and the printed one to its last digit.
    Equal,
    /// Ours is the exact number; the lecture prints another, and the file says why.
    Differs,
    /// Ours is not the exact number.
    Wrong,
}

impl Verdict {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Differs => "differs",
            Self::Wrong => "WRONG",
        }
    }
}

impl Row<'_> {
    /// Ours against exact and printed.
    pub fn verdict(&self) -> Verdict {
        let exact = &self.figure.exact;
        let error = (self.ours - exact.value).abs();
        if error > RELATIVE * exact.value.abs() && !exact.is(self.ours) {
            return Verdict::Wrong;
        }
        match &self.figure.printed {
            Some(printed) if !printed.is(self.ours) => Verdict::Differs,
            _ => Verdict::Equal,
        }
    }
}

/// Computes every example.
///
/// # Errors
/// When nothing computes a number, and when it is not what is printed and nobody says why.
pub fn rows(spec: &ExamplesSpec) -> Result<Vec<Row<'_>>, Problem> {
    let mut rows = Vec::new();
    for (index, example) in spec.examples.iter().enumerate() {
        let key = format!("examples.{index}");
        let found = found(example, &key)?;
        for (index, (figure, ours)) in example.figures.iter().zip(found).enumerate() {
            let row = Row {
                example,
                figure,
                ours,
            };
            expect_reason(&row, &format!("{key}.figures.{index}"))?;
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The numbers of an example's figures.
fn found(example: &Example, key: &str) -> Result<Vec<f64>, Problem> {
    let Some(name) = &example.by else {
        return expression::found(example, key);
    };
    let known = COMPUTATIONS.iter().find(|(known, _)| known == name);
    let Some((_, compute)) = known else {
        let names = COMPUTATIONS.map(|(name, _)| name);
        let reason = format!("nothing that is computed here is called \"{name}\"");
        return Err(unknown(format!("{key}.by"), reason, name, &names));
    };
    let quantities = compute();
    let names: Vec<&str> = quantities.iter().map(|(name, _)| *name).collect();
    let figures = example.figures.iter().enumerate();
    let found = figures.map(|(index, figure)| {
        let wanted = &figure.quantity;
        let found = quantities.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let reason = format!("\"{name}\" computes no \"{wanted}\"");
            let key = format!("{key}.figures.{index}.quantity");
            unknown(key, reason, wanted, &names)
        })
    });
    found.collect()
}

/// A name that is not known, and the nearest that is.
fn unknown(key: String, reason: String, name: &str, names: &[&str]) -> Problem {
    Problem::new(key, reason).hint(match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("one of {}", names.join(", ")),
    })
}

/// Where the lecture prints another number it is said why, and only there.
fn expect_reason(row: &Row<'_>, key: &str) -> Result<(), Problem> {
    let (figure, verdict) = (row.figure, row.verdict());
    match (verdict, &figure.why) {
        (Verdict::Differs, None) => {
            let printed = figure.printed.as_ref().map_or("", |printed| &printed.text);
            let reason = format!("ours is {}, and {printed} is printed", row.ours);
            Err(Problem::new(key, reason).hint("say why the text has another number"))
        }
        (Verdict::Equal, Some(_)) => {
            let reason = "the text has the same number as we have";
            Err(Problem::new(format!("{key}.why"), reason).hint("leave the reason out"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use spec::config::Document;

    use super::*;

    fn shipped() -> ExamplesSpec {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments/lectures.toml");
        ExamplesSpec::of(&Document::read(&file).unwrap()).unwrap()
    }

    /// To a relative 1e-9, or to the last digit that is given.
    #[test]
    fn every_number_of_the_lectures_is_the_exact_one() {
        let spec = shipped();
        let rows = rows(&spec).unwrap();
        assert!(rows.len() > 100, "{}", rows.len());
        for row in rows {
            let (name, quantity) = (&row.example.name, &row.figure.quantity);
            let exact = &row.figure.exact.text;
            let right = row.verdict() != Verdict::Wrong;
            assert!(right, "{name}, {quantity}: {} is not {exact}", row.ours);
        }
    }

    #[test]
    fn everything_that_is_computed_stands_in_the_table() {
        let spec = shipped();
        for (name, compute) in COMPUTATIONS {
            let is = |example: &&Example| example.by.as_deref() == Some(name);
            let examples: Vec<&Example> = spec.examples.iter().filter(is).collect();
            for (quantity, _) in compute() {
                let mut figures = examples.iter().flat_map(|example| &example.figures);
                let shown = figures.any(|figure| figure.quantity == quantity);
                assert!(shown, "{name}, {quantity} is in no row");
            }
        }
    }

    fn problem(example: &str) -> Problem {
        let text = format!("title = \"t\"\n[[examples]]\nname = \"n\"\nsource = \"s\"\n{example}");
        let document = Document::parse(Path::new("t.toml"), text).unwrap();
        let spec = ExamplesSpec::of(&document).unwrap();
        rows(&spec).map(|_| ()).unwrap_err()
    }

    #[test]
    fn what_nothing_computes_is_refused_with_the_nearest_name() {
        let figure = r#"figures = [{ quantity = "h3", exact = "1" }]"#;
        let problem_of = |by: &str| problem(&format!("by = \"{by}\"\n{figure}"));
        let found = problem_of("two_two_tow");
        assert_eq!(found.key, "examples.0.by");
        assert_eq!(found.hint.unwrap(), "did you mean \"two_two_two\"?");
        let found = problem_of("two_two_two");
        assert_eq!(found.key, "examples.0.figures.0.quantity");
        assert!(
            found.reason.contains("computes no \"h3\""),
            "{}",
            found.reason
        );
    }

    #[test]
    fn another_number_than_the_printed_one_needs_a_reason_and_only_that() {
        let of = |figure: &str| problem(&format!("graph = \"2*x\"\nat = {{ x = 1 }}\n{figure}"));
        let found = of(r#"figures = [{ quantity = "f", printed = "3", exact = "2" }]"#);
        assert_eq!(found.reason, "ours is 2, and 3 is printed");
        let found = of(r#"figures = [{ quantity = "f", printed = "2", exact = "2", why = "w" }]"#);
        assert_eq!(found.key, "examples.0.figures.0.why");
    }
}
