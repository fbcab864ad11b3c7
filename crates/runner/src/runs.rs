//! `runner runs`: the recorded runs, a row for each implementation of each.
//!
//! A column is a fact of a run (status, seed ...), a measure by its key, or a key of the config.
//! What a run does not have leaves its cell empty.

mod cell;
mod condition;
mod diff;
mod row;
mod shown;

use std::cmp::Ordering;

use spec::error::nearest;
use spec::measures::{Measure, Part};

use crate::Failure;
use crate::cli::RunsArguments;
use crate::record::{Record, find};
use crate::sheet::Sheet;

use cell::Cell;
use condition::Condition;
use row::{FACTS, Run};
use shown::{note, show};

/// The columns with which every row begins.
const FIRST: [&str; 2] = ["run", "implementation"];

/// Lists the runs that meet the conditions, or the difference of two configs.
///
/// # Errors
/// When nothing is recorded, or a key, a condition or a run is not one.
pub fn runs(arguments: &RunsArguments) -> Result<(), Failure> {
    if let Some([one, two]) = arguments.diff.as_deref() {
        return diff::diff([one, two], &arguments.results, arguments.csv);
    }
    let conditions = arguments.conditions.iter();
    let conditions: Vec<Condition> = conditions
        .map(|text| Condition::parse(text))
        .collect::<Result<_, _>>()?;
    let all = read(arguments)?;
    let keys = Keys::of(&all);
    let sort = arguments.sort.as_deref().map(Sort::parse);
    let named = arguments
        .columns
        .iter()
        .map(|key| ("--columns", key.as_str()));
    let named = named.chain(conditions.iter().map(|of| ("--where", of.key.as_str())));
    for (option, key) in named.chain(sort.iter().map(|sort| ("--sort", sort.key))) {
        keys.expect(option, key)?;
    }
    let mut rows: Vec<Row<'_>> = all.iter().flat_map(rows).collect();
    for condition in &conditions {
        rows = only(condition, rows)?;
    }
    if let Some(sort) = sort {
        rows.sort_by(|a, b| sort.order(a, b));
    }
    let columns: Vec<&str> = match arguments.columns.is_empty() {
        true => keys.usual(&rows),
        false => arguments.columns.iter().map(String::as_str).collect(),
    };
    // A note has said why there is none.
    match rows.is_empty() && !arguments.csv {
        true => Ok(()),
        false => show(&sheet(&rows, &columns, arguments.csv), arguments.csv),
    }
}

/// The runs that can be read; the others are named.
fn read(arguments: &RunsArguments) -> Result<Vec<Run>, Failure> {
    let mut runs = Vec::new();
    for folder in find::all(&arguments.names, &arguments.results)? {
        match Record::read(&folder).and_then(Run::new) {
            Ok(run) => runs.push(run),
            Err(failure) => note(&format!("left out: {failure}")),
        }
    }
    Ok(runs)
}

/// One implementation of a run; none: it has none.
struct Row<'a> {
    run: &'a Run,
    implementation: Option<usize>,
}

fn rows(run: &Run) -> Vec<Row<'_>> {
    let row = |implementation| Row {
        run,
        implementation,
    };
    match run.record.implementations.len() {
        0 => vec![row(None)],
        n => (0..n).map(|index| row(Some(index))).collect(),
    }
}

impl Row<'_> {
    fn cell(&self, key: &str) -> Option<Cell> {
        self.run.cell(self.implementation, key)
    }
}

/// Every key that a column can have.
struct Keys<'a> {
    measures: Vec<&'a Measure>,
    settings: Vec<String>,
}

impl<'a> Keys<'a> {
    fn of(runs: &'a [Run]) -> Self {
        let mut measures: Vec<&Measure> = Vec::new();
        let mut settings = Vec::new();
        for run in runs {
            for measure in &run.record.measures {
                if measures.iter().all(|known| known.key != measure.key) {
                    measures.push(measure);
                }
            }
            settings.extend(run.settings.keys());
        }
        settings.sort();
        settings.dedup();
        Self { measures, settings }
    }

    /// Finds a key that no run has.
    fn expect(&self, option: &str, key: &str) -> Result<(), Failure> {
        let known = || {
            let measures = self.measures.iter().map(|measure| measure.key.as_str());
            let settings = self.settings.iter().map(String::as_str);
            FACTS.into_iter().chain(measures).chain(settings)
        };
        let spelled = spec::config::path::segments(key);
        let same = |known: &str| spec::config::path::segments(known) == spelled;
        if known().any(same) {
            return Ok(());
        }
        let near = nearest(key, known());
        let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
        let measures: Vec<&str> = self.measures.iter().map(|m| m.key.as_str()).collect();
        Err(Failure::Input(format!(
            "{option}: no run has `{key}`; {near}there are the keys of a config (training.epochs), \
             the measures {}, and {}",
            measures.join(", "),
            FACTS.join(", ")
        )))
    }

    /// The columns where none are asked for: how the run ended, and what it reached.
    fn usual(&self, rows: &[Row<'_>]) -> Vec<&'a str> {
        let is_result = |measure: &&&Measure| measure.part == Some(Part::Test);
        let results = self.measures.iter().filter(is_result);
        let results = results.map(|measure| measure.key.as_str());
        let has = |key: &&str| rows.iter().any(|row| row.cell(key).is_some());
        let columns = ["status", "seed", "epochs"].into_iter();
        columns
            .chain(results.filter(has))
            .chain(["seconds"])
            .collect()
    }
}

/// The rows that meet a condition. If there are none, a note says what is there instead.
fn only<'a>(condition: &Condition, rows: Vec<Row<'a>>) -> Result<Vec<Row<'a>>, Failure> {
    let cells: Vec<Option<Cell>> = rows.iter().map(|row| row.cell(&condition.key)).collect();
    condition.expect_comparable(&cells)?;
    let before = rows.len();
    let paired = rows.into_iter().zip(&cells);
    let met = paired.filter(|(_, cell)| condition.is_met(cell.as_ref()));
    let met: Vec<Row<'_>> = met.map(|(row, _)| row).collect();
    if met.is_empty() && before > 0 {
        note(&condition.says_what_is_there(&cells));
    }
    Ok(met)
}

/// A column to sort by.
struct Sort<'a> {
    key: &'a str,
    descending: bool,
}

impl<'a> Sort<'a> {
    fn parse(text: &'a str) -> Self {
        let descending = text.strip_prefix('-');
        Self {
            key: descending.unwrap_or(text),
            descending: descending.is_some(),
        }
    }

    /// Rows without a value come last.
    fn order(&self, a: &Row<'_>, b: &Row<'_>) -> Ordering {
        match (a.cell(self.key), b.cell(self.key)) {
            (Some(a), Some(b)) if self.descending => b.order(&a),
            (Some(a), Some(b)) => a.order(&b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        }
    }
}

/// The table; in a file numbers have all their digits.
fn sheet(rows: &[Row<'_>], columns: &[&str], whole: bool) -> Sheet {
    let is_text = |key: &&&str| {
        let mut cells = rows.iter().filter_map(|row| row.cell(key));
        cells.all(|cell| cell.number.is_none())
    };
    let texts = FIRST.len() + columns.iter().take_while(is_text).count();
    let columns = || FIRST.into_iter().chain(columns.iter().copied());
    let mut sheet = Sheet::new(columns(), texts);
    for row in rows {
        let cell = |key: &str| match row.cell(key) {
            None => String::new(),
            Some(cell) if whole => cell.raw,
            Some(cell) => cell.shown,
        };
        sheet.add(columns().map(cell));
    }
    sheet
}
