//! What is told of a run, as tables on the screen.

use super::classification::MEANS;
use super::regression::MEAN;
use super::report::{By, ByClass, Report, Row};
use crate::numbers::{number, significant};
use crate::output;
use crate::sheet::Sheet;

/// The matrix of more classes than these is too wide for a screen.
pub(crate) const MOST_CLASSES: usize = 20;
/// More targets than these are told by their mean alone.
const MOST_TARGETS: usize = 20;

/// Prints a report.
pub fn show(report: &Report) {
    let targets = match report.cases == report.samples {
        true => String::new(),
        false => format!(" with {} targets", report.cases),
    };
    let (run, weights) = (&report.run, &report.weights);
    let (samples, part) = (report.samples, &report.part);
    let of = match &report.data {
        Some(data) => format!(" of {data}"),
        None => String::new(),
    };
    output::line(format!(
        "{run}, {weights}: {samples} {part} samples{of}{targets}"
    ));
    match &report.classes {
        Some(by_class) => {
            match by_class.classes.len() {
                0..=MOST_CLASSES => output::line(confusion(by_class).terminal()),
                many => output::line(format!("the matrix of {many} classes: --json, --csv")),
            }
            output::line(classes(report, by_class).terminal());
            let of_all = |row: &&Row| row.of.is_empty() || row.of == "macro";
            output::line(summary(report.measures.iter().filter(of_all)).terminal());
        }
        None => {
            let targets = report
                .measures
                .iter()
                .filter(|row| row.measure == "MSE")
                .count();
            let shown = |row: &&Row| targets <= MOST_TARGETS || row.of == MEAN;
            output::line(summary(report.measures.iter().filter(shown)).terminal());
        }
    }
    for note in &report.notes {
        output::line(format!("note: {note}"));
    }
}

/// Cases by their class and by what is answered.
pub(crate) fn confusion(by_class: &ByClass) -> Sheet {
    let titles = ["class \\ answered"].into_iter().chain(by_class.answers());
    let mut sheet = Sheet::new(titles.chain(["total"]), 1);
    let row = |name: &str, counts: &[usize]| {
        let total: usize = counts.iter().sum();
        let counts = counts.iter().chain([&total]).map(ToString::to_string);
        [name.to_string()]
            .into_iter()
            .chain(counts)
            .collect::<Vec<_>>()
    };
    let mut totals = vec![0; by_class.answers().count()];
    for (class, counts) in by_class.classes.iter().zip(&by_class.confusion) {
        totals
            .iter_mut()
            .zip(counts)
            .for_each(|(total, count)| *total += count);
        sheet.add(row(class, counts));
    }
    sheet.add(row("total", &totals));
    sheet
}

/// What is measured of each class, and the means over them.
pub(crate) fn classes(report: &Report, by_class: &ByClass) -> Sheet {
    let columns = ["precision", "recall", "F1", "ROC-AUC", "average precision"];
    let has = |measure: &&str| report.measures.iter().any(|row| row.measure == *measure);
    let columns: Vec<&str> = columns.into_iter().filter(has).collect();
    let mut sheet = Sheet::new(["class", "cases"].iter().chain(&columns).copied(), 1);
    let cases = by_class.confusion.iter().map(|counts| counts.iter().sum());
    let classes = by_class.classes.iter().map(String::as_str).zip(cases);
    let means = MEANS.map(|mean| (mean, report.cases));
    // Each measure has a value for each class and then for the means, perhaps not for all of them.
    for (place, (of, cases)) in classes.chain(means).enumerate() {
        let value = |measure: &&str| {
            let rows = report.measures.iter();
            let mut rows = rows.filter(|row| row.measure == *measure);
            rows.nth(place).map_or_else(String::new, value)
        };
        let values = columns.iter().map(value);
        sheet.add(
            [of.to_string(), cases.to_string()]
                .into_iter()
                .chain(values),
        );
    }
    sheet
}

/// Measures with their intervals.
fn summary<'a>(rows: impl Iterator<Item = &'a Row>) -> Sheet {
    let mut sheet = Sheet::new(["measure", "of", "value", "95 % from", "to", "interval"], 2);
    for row in rows {
        let [low, high] = [0, 1].map(|end| row.interval.map(|interval| shown(interval[end])));
        sheet.add([
            row.measure.clone(),
            row.of.clone(),
            value(row),
            low.unwrap_or_default(),
            high.unwrap_or_default(),
            row.by.map(By::name).unwrap_or_default().into(),
        ]);
    }
    sheet
}

fn value(row: &Row) -> String {
    row.value.map_or_else(|| "not defined".into(), shown)
}

/// With four decimals, or where it is large with six digits.
fn shown(value: f64) -> String {
    match value.abs() < 100.0 {
        true => number(value, 4),
        false => significant(value, 6),
    }
}
