//! The proofs as tables in markdown, and tables that are printed held against them.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::check::comparison::{Comparison, INPUT, LOSS};
use crate::check::report::Report;
use crate::check::witnesses::DIFFERENCES;
use crate::implementations::{PRECISIONS, references, witness};

/// Where a figure does not exist.
const NOTHING: &str = "–";
/// How many times larger than the printed figure a measured one may be. At the level of rounding
/// figures differ from processor to processor, by the width of its vectors and the order of its
/// sums; what is broken is off by many powers of ten.
const FACTOR: f64 = 30.0;

/// One row.
pub struct Row {
    /// The part of the table it belongs to.
    pub section: &'static str,
    /// Its name.
    pub name: String,
    /// What the witnesses said.
    pub report: Report,
}

/// What an error is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The outputs of all layers, and the loss.
    Forward,
    /// The gradient of the input.
    Input,
    /// The gradients of all parameters.
    Parameters,
    /// What training has led to.
    Trajectory,
}

impl Part {
    const ALL: [Self; 4] = [
        Self::Forward,
        Self::Input,
        Self::Parameters,
        Self::Trajectory,
    ];

    fn of(comparison: &Comparison) -> Self {
        match comparison.tensor.as_str() {
            _ if comparison.pass.contains("steps") => Self::Trajectory,
            INPUT => Self::Input,
            LOSS => Self::Forward,
            tensor if tensor.ends_with(".output") => Self::Forward,
            _ => Self::Parameters,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Forward => "y",
            Self::Input => "dx",
            Self::Parameters => "dw",
            Self::Trajectory => "100 steps",
        }
    }
}

/// A column: a witness in reports and in the table, and what it is asked.
type Column = (String, &'static str, Part);

fn columns(precision: &str) -> Vec<Column> {
    let mut columns = Vec::new();
    if DIFFERENCES.ends_with(precision) {
        for part in [Part::Input, Part::Parameters] {
            columns.push((DIFFERENCES.into(), "differences", part));
        }
    }
    for name in references() {
        let witness = witness(name, precision);
        let device = name.as_str().trim_start_matches("burn-");
        columns.extend(Part::ALL.map(|part| (witness.clone(), device, part)));
    }
    columns
}

/// Both tables, f64 and f32.
pub fn render(rows: &[Row]) -> String {
    PRECISIONS.map(|precision| one(precision, rows)).join("\n")
}

fn one(precision: &str, rows: &[Row]) -> String {
    let columns = columns(precision);
    let titles = columns
        .iter()
        .map(|(_, witness, part)| format!("{}<br>{witness}", part.title()));
    let mut table = line(precision, titles);
    table += &format!("|---|{}\n", "--:|".repeat(columns.len()));
    let mut section = "";
    for row in rows {
        if row.section != section {
            section = row.section;
            let empty = columns.iter().map(|_| String::new());
            table += &line(&format!("**{section}**"), empty);
        }
        let figures = columns.iter().map(|column| figure(&row.report, column));
        table += &line(&row.name, figures);
    }
    table
}

fn line(first: &str, cells: impl Iterator<Item = String>) -> String {
    let mut line = format!("| {first} |");
    for cell in cells {
        // Writing into a string cannot fail.
        let _ = write!(line, " {cell} |");
    }
    line.push('\n');
    line
}

/// The largest error of a column.
fn figure(report: &Report, (witness, _, part): &Column) -> String {
    let comparisons = report.comparisons.iter();
    let errors = comparisons
        .filter(|c| c.witness == *witness && Part::of(c) == *part)
        .map(|c| match part {
            Part::Trajectory => c.absolute,
            _ => c.relative,
        });
    match errors.reduce(f64::max) {
        Some(error) => format!("{error:.1e}"),
        None => NOTHING.into(),
    }
}

/// The cells of a table's row by the names of their columns.
type Cells = Vec<(String, String)>;

/// The rows of all tables in a text, by precision and name.
fn parse(text: &str) -> BTreeMap<(String, String), Cells> {
    let mut rows = BTreeMap::new();
    let (mut precision, mut titles) = (String::new(), Vec::new());
    for line in text.lines() {
        let Some(line) = line.trim().strip_prefix('|') else {
            continue;
        };
        let mut cells = line
            .trim_end_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_string());
        let name = cells.next().unwrap_or_default();
        if PRECISIONS.contains(&name.as_str()) {
            (precision, titles) = (name, cells.collect());
        } else if !name.starts_with("**") && !name.starts_with("--") {
            let cells = titles.iter().cloned().zip(cells).collect();
            rows.insert((precision.clone(), name), cells);
        }
    }
    rows
}

/// What is wrong with printed tables, held against those measured now; a line each.
pub fn stale(printed: &str, measured: &str) -> Vec<String> {
    let (printed, measured) = (parse(printed), parse(measured));
    let mut wrong = Vec::new();
    for (precision, name) in printed.keys().filter(|row| !measured.contains_key(*row)) {
        wrong.push(format!("{precision}: {name} is not proved any more"));
    }
    for ((precision, name), cells) in &measured {
        let Some(before) = printed.get(&(precision.clone(), name.clone())) else {
            wrong.push(format!("{precision}: there is no row {name}"));
            continue;
        };
        let columns = |cells: &Cells| {
            cells
                .iter()
                .map(|(column, _)| column.clone())
                .collect::<Vec<_>>()
        };
        if columns(before) != columns(cells) {
            wrong.push(format!("{precision}: {name} has other columns"));
            continue;
        }
        for ((column, before), (_, now)) in before.iter().zip(cells) {
            if worse(before, now, noise(precision, column)) {
                let column = column.replace("<br>", ", ");
                wrong.push(format!(
                    "{precision}: {name}, {column}: {before} is printed, it is {now}"
                ));
            }
        }
    }
    wrong
}

fn worse(printed: &str, measured: &str, noise: f64) -> bool {
    match (printed.parse::<f64>(), measured.parse::<f64>()) {
        (Ok(printed), Ok(measured)) => {
            // A NaN is worse than anything.
            !(measured <= noise || measured <= FACTOR * printed)
        }
        _ => printed != measured,
    }
}

/// What an error may be whatever is printed: an error of 0 there may be one of rounding here.
fn noise(precision: &str, column: &str) -> f64 {
    match precision {
        _ if column.ends_with(DIFFERENCES) => 1e-8,
        "f64" => 1e-13,
        _ => 1e-5,
    }
}

const BEGIN: &str = "<!-- proofs -->";
const END: &str = "<!-- /proofs -->";

/// What stands between the marks of a text; none if they are not there.
pub fn between(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(BEGIN)?;
    rest.split_once(END).map(|(inside, _)| inside)
}

/// The text with the tables between its marks; none if they are not there.
pub fn splice(text: &str, tables: &str) -> Option<String> {
    let inside = between(text)?;
    let start = text.find(BEGIN)? + BEGIN.len();
    let (before, after) = (&text[..start], &text[start + inside.len()..]);
    Some(format!("{before}\n{tables}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "\
| f64 | dx<br>differences | y<br>flex |
|---|--:|--:|
| **layer** | | |
| `relu` | 2.0e-10 | 3.0e-16 |
| `step` | – | 0.0e0 |
";

    #[test]
    fn figures_that_differ_by_rounding_are_not_stale() {
        assert_eq!(stale(PRINTED, PRINTED), [""; 0]);
        let elsewhere = PRINTED
            .replace("3.0e-16", "9.0e-14")
            .replace("0.0e0", "1.0e-16");
        assert_eq!(stale(PRINTED, &elsewhere), [""; 0]);
        let better = PRINTED.replace("2.0e-10", "1.0e-13");
        assert_eq!(stale(PRINTED, &better), [""; 0]);
    }

    #[test]
    fn a_figure_that_became_worse_is_named_with_its_row_and_column() {
        for worse in ["4.0e-12", "NaN", "inf", "–"] {
            let now = PRINTED.replace("3.0e-16", worse);
            let expected = format!("f64: `relu`, y, flex: 3.0e-16 is printed, it is {worse}");
            assert_eq!(stale(PRINTED, &now), [expected]);
        }
    }

    #[test]
    fn rows_that_are_missing_or_left_over_are_named() {
        let without = PRINTED.replace("| `relu` | 2.0e-10 | 3.0e-16 |\n", "");
        assert_eq!(stale(&without, PRINTED), ["f64: there is no row `relu`"]);
        assert_eq!(
            stale(PRINTED, &without),
            ["f64: `relu` is not proved any more"]
        );
        assert_eq!(stale("", PRINTED).len(), 2);
    }

    #[test]
    fn tables_take_the_place_of_what_stands_between_the_marks() {
        let text = "before\n<!-- proofs -->\nold\n<!-- /proofs -->\nafter\n";
        let new = splice(text, "new\n").unwrap();
        assert_eq!(
            new,
            "before\n<!-- proofs -->\nnew\n<!-- /proofs -->\nafter\n"
        );
        assert_eq!(splice(&new, "new\n").unwrap(), new);
        assert_eq!(splice("no marks", "new"), None);
    }
}
