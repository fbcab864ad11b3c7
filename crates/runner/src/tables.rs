//! Tables for the terminal, and as pictures.

use std::iter;
use std::path::Path;

use comfy_table::{Cell, CellAlignment, LineStyle, Table, presets};
use datasets::statistics::median;
use learners::Findings;
use spec::measures::{Measure, Part};

use crate::Failure;
use crate::check::report::Report;
use crate::check::verdict::Verdict;
use crate::files::write_file;
use crate::implementations::{PRECISIONS, references, witness};
use crate::numbers::{number, percent, significant};
use crate::record::{Record, Trained};

/// An empty table with a header; all columns but the first `texts` hold numbers.
pub(crate) fn table(header: &[&str], texts: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_header(
        header
            .iter()
            .enumerate()
            .map(|(index, title)| cell(title, index >= texts)),
    );
    for column in table.column_iter_mut().skip(texts) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn cell(text: &str, right: bool) -> Cell {
    match right {
        true => Cell::new(text).set_alignment(CellAlignment::Right),
        false => Cell::new(text),
    }
}

/// The worst comparison of each witness, or (`whole`) every comparison.
pub fn gradients(report: &Report, whole: bool) -> Table {
    let header = [
        "witness",
        "pass",
        "tensor",
        "abs error",
        "rel error",
        "tolerance",
        "",
    ];
    let mut table = table(&header, 3);
    let rows = match whole {
        true => report.comparisons.iter().collect(),
        false => report.worst(),
    };
    for row in rows {
        table.add_row([
            row.witness.clone(),
            row.pass.clone(),
            format!("{} {:?}", row.tensor, row.shape),
            format!("{:.1e}", row.absolute),
            format!("{:.1e}", row.relative),
            format!("{:.0e}", row.tolerance),
            row.verdict.name().into(),
        ]);
    }
    table
}

/// The worst f64 and f32 error of each tensor against burn: tensor by tensor, every device.
pub fn tensors(report: &Report) -> Table {
    let of_precision = |precision| {
        let names = references().into_iter();
        names.map(move |name| witness(name, precision))
    };
    let asked = |name: &String| report.comparisons.iter().any(|c| c.witness == *name);
    let witnesses = PRECISIONS.into_iter().flat_map(of_precision).filter(asked);
    let witnesses: Vec<String> = witnesses.collect();
    let mut header = vec!["tensor", "shape"];
    header.extend(witnesses.iter().map(String::as_str));
    header.push("");
    let mut table = table(&header, 2);
    let mut names: Vec<(&str, &[usize])> = Vec::new();
    for comparison in &report.comparisons {
        let row = (comparison.tensor.as_str(), comparison.shape.as_slice());
        if !names.contains(&row) {
            names.push(row);
        }
    }
    for (name, shape) in names {
        let of_tensor = |witness: &str| {
            let rows = report.comparisons.iter();
            rows.filter(|c| c.tensor == name && c.witness == witness)
                .map(|c| c.relative)
                .fold(f64::NAN, f64::max)
        };
        let of_tensor_too = report.comparisons.iter().filter(|c| c.tensor == name);
        let verdict = of_tensor_too.map(|c| c.verdict).max();
        let mut row = vec![name.to_string(), format!("{shape:?}")];
        let errors = witnesses.iter().map(|witness| of_tensor(witness));
        row.extend(errors.map(|error| format!("{error:.1e}")));
        row.push(verdict.map_or("", Verdict::name).into());
        table.add_row(row);
    }
    table
}

/// What each implementation of a run reached.
pub fn run(record: &Record) -> Table {
    // Losses of other parts than the test samples tell of overfitting; their metrics do not matter.
    let of_test = |m: &&&Measure| m.part == Some(Part::Test);
    let is_loss = |m: &&&Measure| m.name == "loss";
    let measures: Vec<&Measure> = record.measured().collect();
    let metrics = measures.iter().filter(of_test).filter(|m| !is_loss(m));
    let is_network = record.measures.iter().any(|measure| measure.name == "loss");
    let losses = [Part::Test, Part::Train].map(Measure::loss);
    let losses = losses
        .iter()
        .filter(|_| is_network || record.measures.is_empty());
    // What a learner measures of its own.
    let own = measures.iter().filter(|measure| measure.is_of_a_learner());
    let shown: Vec<&Measure> = metrics.copied().chain(losses).chain(own.copied()).collect();
    let titles: Vec<String> = shown.iter().map(|measure| measure.title()).collect();
    let mut header = vec!["implementation"];
    header.extend(titles.iter().map(String::as_str));
    let mut rows = record.implementations.iter();
    let with_best = rows.any(|trained| best_epoch(trained).is_some());
    header.extend(with_best.then_some("best epoch"));
    header.extend(["time/epoch", "speed"]);
    let mut table = table(&header, 1);
    let base = record.implementations.first().map_or(f64::NAN, seconds);
    for trained in &record.implementations {
        let Some(reached) = trained.reached() else {
            continue;
        };
        let mut row = vec![trained.implementation.clone()];
        let value = |measure: &&Measure| value(measure, reached.get(&measure.key).copied());
        row.extend(shown.iter().map(value));
        row.extend(with_best.then(|| match best_epoch(trained) {
            Some(epoch) => format!("{epoch} of {}", trained.epochs.len()),
            None => String::new(),
        }));
        row.push(duration(seconds(trained)));
        row.push(format!("{}x", number(base / seconds(trained), 2)));
        table.add_row(row);
    }
    table
}

/// What a learner tells of the outcome.
pub fn findings(findings: &Findings) -> Table {
    let titles = findings.columns.iter().map(String::as_str);
    let header: Vec<&str> = iter::once(findings.title.as_str()).chain(titles).collect();
    let mut table = table(&header, 1);
    for (name, numbers) in &findings.rows {
        let numbers = numbers.iter().map(|&value| significant(value, 10));
        table.add_row(iter::once(name.clone()).chain(numbers));
    }
    table
}

/// The epoch whose weights early stopping brought back.
fn best_epoch(trained: &Trained) -> Option<usize> {
    let kept = trained.kept.as_ref()?;
    let validated = kept
        .measures
        .contains_key(&Measure::loss(Part::Validation).key);
    validated.then_some(kept.best_epoch)
}

/// Median seconds of an epoch.
pub fn seconds(trained: &Trained) -> f64 {
    let seconds = trained.series(&Measure::seconds()).into_iter();
    median(&seconds.map(|(_, value)| value).collect::<Vec<_>>())
}

/// A time to three digits.
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{} s", number(s, 2)),
        s if s >= 0.01 => format!("{:.0} ms", s * 1e3),
        s => format!("{:.2} ms", s * 1e3),
    }
}

/// The value of a measure with its unit; nothing where there is none.
pub(crate) fn value(measure: &Measure, value: Option<f64>) -> String {
    match (measure.unit.as_deref(), value) {
        (_, None) => String::new(),
        (Some("share"), Some(value)) => format!("{} %", percent(value, 2)),
        (_, Some(value)) if measure.name == "loss" => number(value, 5),
        (_, Some(value)) => number(value, 4),
    }
}

/// Draws text as it stands on a terminal.
///
/// # Errors
/// When the file cannot be written.
pub fn draw(text: &str, file: &Path) -> Result<(), Failure> {
    let svg = anstyle_svg::Term::new().render_svg(text);
    write_file(file, svg.as_bytes())
}
