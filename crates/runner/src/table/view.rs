//! The table for the terminal and as a page of Markdown, from one description.

use std::collections::BTreeSet;

use polars::prelude::PolarsResult;
use spec::table::Published;

use super::plan::Plan;
use super::provenance::Origin;
use super::rows::Row;
use super::summary::{self, Cell, cells, duration};
use super::verdict::Verdict;
use crate::sheet::Sheet;

/// What the picture shows, for who does not see it.
pub const PICTURE: &str =
    "Ours, full circles with 95 % intervals, beside the published figures, open circles";
/// The same of the curves.
pub const CURVES: &str = "Mean of each row over the epochs, with a band of a standard deviation";

/// The table.
///
/// # Errors
/// When polars cannot put the rows into groups.
pub fn sheet(plan: &Plan, rows: &[Row], origins: &[Origin]) -> PolarsResult<Sheet> {
    let cells = cells(plan, rows)?;
    let several = plan.spec.measures.len() > 1;
    let published = cells.iter().any(|cell| cell.published.is_some());
    let mut titles = vec!["row"];
    titles.extend(several.then_some("measure"));
    let texts = titles.len();
    if published {
        titles.push("published");
    }
    titles.extend(["ours", "n", "best", "95 % interval"]);
    if published {
        titles.extend(["difference", "verdict"]);
    }
    titles.push("time");
    let mut sheet = Sheet::new(titles, texts);
    for cell in cells.iter().filter(|cell| !cell.is_not_measured()) {
        let mut line = vec![cell.name.to_string()];
        line.extend(several.then(|| cell.measure.title()));
        let figure = || cell.published.map_or_else(String::new, |p| figure(cell, p));
        line.extend(published.then(figure));
        line.extend(ours(cell));
        if published {
            let verdict = cell.verdict().map_or("", Verdict::name);
            line.extend([cell.difference(), verdict.into()]);
        }
        let seconds = summary::seconds(origins, cell.name);
        line.push(seconds.map_or_else(String::new, duration));
        sheet.add(line);
    }
    Ok(sheet)
}

/// Mean and deviation, runs, best, interval.
fn ours(cell: &Cell<'_>) -> [String; 4] {
    let reached = cell.reached.as_ref();
    let best = reached.map(|reached| cell.show(reached.best));
    let interval = reached.and_then(|reached| reached.interval);
    let interval = interval.map(|(low, high)| {
        let (low, high) = (cell.digits(low), cell.digits(high));
        format!("{low} to {high}{}", cell.unit())
    });
    let known = Option::unwrap_or_default;
    [cell.ours(), cell.count(), known(best), known(interval)]
}

/// A published figure and how it was obtained.
fn figure(cell: &Cell<'_>, published: &Published) -> String {
    let how = published.how.in_words(published.runs);
    format!("{}, {how}", cell.show(published.value))
}

/// The page.
///
/// # Errors
/// As [`sheet`].
pub fn markdown(plan: &Plan, rows: &[Row], origins: &[Origin]) -> PolarsResult<String> {
    let spec = &plan.spec;
    let name = &plan.name;
    let mut parts = vec![format!("# {}", spec.title.trim())];
    parts.extend(
        Some(spec.text.trim())
            .filter(|text| !text.is_empty())
            .map(Into::into),
    );
    parts.push(format!(
        "Made by `runner table experiments/{name}.toml` from the raw rows in [{name}.csv]({name}.csv), \
         one for each run; [{name}.runs.csv]({name}.runs.csv) says where and when they ran. {}",
        legend(plan)
    ));
    parts.push(sheet(plan, rows, origins)?.markdown().trim_end().into());
    parts.push(format!("![{PICTURE}]({name}.svg)"));
    if !spec.curves.is_empty() {
        parts.push(format!("![{CURVES}]({name}.curves.svg)"));
        parts.push(format!(
            "Curves are means over the {} at each epoch, bands a standard deviation to either side; \
             [{name}.curves.csv]({name}.curves.csv) has them run by run.",
            repeats(plan)
        ));
    }
    let sources = sources(plan);
    if !sources.is_empty() {
        parts.push(format!("Published:\n\n{}", sources.join("\n")));
    }
    let mut deviations = format!("Deviations: {}", spec.deviations.trim());
    let of_rows: Vec<String> = plan
        .rows
        .iter()
        .filter_map(|row| {
            let text = row.deviations.as_ref()?;
            Some(format!("\n- {}: {}", row.name, text.trim()))
        })
        .collect();
    if !of_rows.is_empty() {
        deviations += &format!("\n{}", of_rows.concat());
    }
    parts.push(deviations);
    parts.push(machines(origins));
    parts.retain(|part| !part.is_empty());
    Ok(parts.join("\n\n") + "\n")
}

/// What the columns are.
pub fn legend(plan: &Plan) -> String {
    let of = repeats(plan);
    format!(
        "Ours are mean and standard deviation over n {of}, with the 95 % interval of the mean; time is \
         the wall-clock of a run."
    )
}

/// What a mean is taken over.
fn repeats(plan: &Plan) -> &'static str {
    match plan.spec.folds {
        Some(_) => "folds",
        None => "seeds",
    }
}

/// Where the published figures stand.
fn sources(plan: &Plan) -> Vec<String> {
    let several = plan.spec.measures.len() > 1;
    let mut lines: Vec<String> = Vec::new();
    for row in &plan.rows {
        for published in &row.published {
            let measure = plan.spec.measure_of(published).filter(|_| several);
            let of = measure.map_or_else(String::new, |m| format!(", {}", m.title()));
            lines.push(format!("- {}{of}: {}", row.name, published.source.trim()));
        }
    }
    lines
}

/// What the runs ran on.
pub fn machines(origins: &[Origin]) -> String {
    let listed = |of: fn(&Origin) -> String| {
        let all: BTreeSet<String> = origins.iter().map(of).collect();
        all.into_iter().collect::<Vec<_>>().join("; ")
    };
    if origins.is_empty() {
        return String::new();
    }
    let machines = listed(|o| {
        let threads = if o.threads == 1 { "thread" } else { "threads" };
        format!(
            "{}, {} {threads}, {}",
            o.processor, o.threads, o.instruction_set
        )
    });
    let day = |origin: &Origin| {
        origin
            .started
            .split('T')
            .next()
            .unwrap_or_default()
            .to_string()
    };
    let commits = listed(|o| {
        o.commit
            .chars()
            .take(12)
            .chain(o.commit.chars().skip(40))
            .collect()
    });
    format!(
        "- machine: {machines}\n- commit: {commits}\n- date: {}",
        listed(day)
    )
}
