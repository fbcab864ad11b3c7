//! `runner table` without an experiment: all of them, with what is done and what came out.

use std::path::{Path, PathBuf};

use super::plan::Plan;
use super::results::{Places, Results};
use super::summary::cells;
use super::verdict::Verdict;
use crate::Failure;
use crate::sheet::Sheet;

/// A line for each experiment, by committed rows alone: nothing runs, and no data are read. Its name
/// is a link to its page where `links` are asked for.
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
        let plan = Plan::read(file)?;
        let read = Results::read(&plan, &Places::of(&plan, results))?;
        let mut table = read.unwrap_or_default();
        table.arrange(&plan);
        let cells = cells(&plan, &table.rows);
        let name = match links && !table.rows.is_empty() {
            true => format!("[{0}](results/{0}.md)", plan.name),
            false => plan.name.clone(),
        };
        let of = |wanted: Verdict| {
            let verdicts = cells.iter().filter_map(|cell| cell.verdict());
            count(verdicts.filter(|verdict| *verdict == wanted).count())
        };
        let runs = match (table.rows.len(), plan.runs.len()) {
            (done, all) if done == all => all.to_string(),
            (done, all) => format!("{done} of {all}"),
        };
        let figures = cells.iter().filter(|cell| cell.published.is_some());
        sheet.add([
            name,
            plan.spec.title.trim().into(),
            runs,
            count(figures.count()),
            of(Verdict::Reproduced),
            of(Verdict::Better),
            of(Verdict::Short),
        ]);
    }
    Ok(sheet)
}

/// Nothing in the place of a zero.
fn count(number: usize) -> String {
    match number {
        0 => String::new(),
        number => number.to_string(),
    }
}
