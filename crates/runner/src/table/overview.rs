//! `runner table` without an experiment: all of them, with what is done and what came out.

use std::path::{Path, PathBuf};

use super::Contents;
use super::plan::Plan;
use super::results::{Places, Results};
use super::summary::{Cell, cells};
use super::verdict::Verdict;
use crate::Failure;
use crate::lectures::page::Page;
use crate::sheet::Sheet;

/// A line for each experiment, by committed rows alone: nothing runs, and no data are read. Its
/// name is a link to its page where `links` are asked for.
///
/// # Errors
/// When an experiment is wrong, or a raw row was changed by hand.
pub fn overview(experiments: &[PathBuf], results: &Path, links: bool) -> Result<Sheet, Failure> {
    let titles = [
        "experiment",
        "what it is",
        "runs",
        "figures",
        "reproduced",
        "better",
        "short",
    ];
    let mut sheet = Sheet::new(titles, 2);
    for file in experiments {
        let link = |name: &str, there: bool| match links && there {
            true => format!("[{name}](results/{name}.md)"),
            false => name.to_string(),
        };
        sheet.add(match Contents::read(file)? {
            Contents::Runs(plan) => of_runs(&plan, results, link)?,
            Contents::Examples(page) => of_examples(&page, link),
        });
    }
    Ok(sheet)
}

/// The line of a table of runs.
fn of_runs(
    plan: &Plan,
    results: &Path,
    link: impl Fn(&str, bool) -> String,
) -> Result<[String; 7], Failure> {
    let mut table = Results::read(plan, &Places::of(plan, results))?.unwrap_or_default();
    table.arrange(plan);
    let cells = cells(plan, &table.rows);
    let cells = cells.map_err(|error| Failure::Run(format!("{}: {error}", plan.file.display())))?;
    let of = |wanted: Verdict| {
        let verdicts = cells.iter().filter_map(Cell::verdict);
        count(verdicts.filter(|verdict| *verdict == wanted).count())
    };
    let runs = match (table.rows.len(), plan.runs.len()) {
        (done, all) if done == all => all.to_string(),
        (done, all) => format!("{done} of {all}"),
    };
    let figures = cells.iter().filter(|cell| cell.published.is_some());
    Ok([
        link(&plan.name, !table.rows.is_empty()),
        plan.spec.title.trim().into(),
        runs,
        count(figures.count()),
        of(Verdict::Reproduced),
        of(Verdict::Better),
        of(Verdict::Short),
    ])
}

/// The line of a table of worked numbers: reproduced is what ours and the printed number agree in.
fn of_examples(page: &Page, link: impl Fn(&str, bool) -> String) -> [String; 7] {
    let (numbers, equal) = page.counts();
    let none = String::new;
    let title = page.title().to_string();
    [
        link(&page.name(), true),
        title,
        none(),
        count(numbers),
        count(equal),
        none(),
        none(),
    ]
}

/// Nothing in the place of a zero.
fn count(number: usize) -> String {
    match number {
        0 => String::new(),
        number => number.to_string(),
    }
}
