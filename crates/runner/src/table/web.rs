//! The table as a page for a browser: as in Markdown, with the raw rows that its numbers lead to.

use std::fs;

use polars::prelude::PolarsResult;

use super::plan::Plan;
use super::provenance::Origin;
use super::results::Results;
use super::rows::Row;
use super::summary::{self, cells};
use super::verdict::Verdict;
use super::{curves_plot, plot, view};
use crate::Failure;
use crate::page::{Block, Cell, Column, Figure, Page, Section, Status, Table, coloured, id};

/// The page.
///
/// # Errors
/// [`Failure::Run`] when it cannot be made.
pub fn html(plan: &Plan, results: &Results) -> Result<String, Failure> {
    let file = plan.file.display();
    let told = |error: polars::error::PolarsError| Failure::Run(format!("{file}: {error}"));
    let cells = cells(plan, &results.rows).map_err(told)?;
    let page = Page {
        title: plan.spec.title.trim().into(),
        status: status(plan, results, &cells),
        texts: paragraphs(&plan.spec.text),
        sections: vec![
            table(plan, results, &cells).map_err(told)?,
            pictures(plan, results),
            published(plan),
            deviations(plan),
            raw_rows(plan, results),
            what_was_run(plan, results),
        ],
        footer: format!("Made by `runner report {file}` from the raw rows, one for each run."),
    };
    page.html()
}

/// The paragraphs of a text in Markdown, without its marks.
fn paragraphs(text: &str) -> Vec<String> {
    let parts = text.split("\n\n").map(|part| plain(part.trim()));
    parts.filter(|part| !part.is_empty()).collect()
}

/// Markdown without marks: of a link its text, what is escaped as it is.
fn plain(mut text: &str) -> String {
    let mut plain = String::new();
    while let Some(place) = text.find(['\\', '`', '[']) {
        plain += &text[..place];
        let (mark, rest) = text[place..].split_at(1);
        let link = rest.split_once("](").filter(|_| mark == "[");
        let link = link.and_then(|(shown, rest)| Some((shown, rest.split_once(')')?.1)));
        text = match (mark, link) {
            (_, Some((shown, rest))) if !shown.contains('[') => {
                plain += shown;
                rest
            }
            ("[", _) => {
                plain.push('[');
                rest
            }
            ("`", _) => rest,
            _ => {
                let length = rest.chars().next().map_or(0, char::len_utf8);
                plain += &rest[..length];
                &rest[length..]
            }
        };
    }
    plain + text
}

/// How many runs are done, and what came of the published figures.
fn status(plan: &Plan, results: &Results, cells: &[summary::Cell<'_>]) -> Status {
    let (done, all) = (results.rows.len(), plan.runs.len());
    let of = |wanted: Verdict| {
        let verdicts = cells.iter().filter_map(summary::Cell::verdict);
        verdicts.filter(|verdict| *verdict == wanted).count()
    };
    let [reproduced, better, short] =
        [Verdict::Reproduced, Verdict::Better, Verdict::Short].map(of);
    let runs = match done == all {
        true => format!("All {all} runs are done"),
        false => format!("{done} of {all} runs are done"),
    };
    let figures = match reproduced + better + short {
        0 => String::new(),
        figures => format!(
            "; of {figures} published figures {reproduced} are reproduced, {better} better, {short} \
             short"
        ),
    };
    Status {
        good: done == all && short == 0,
        text: format!("{runs}{figures}."),
    }
}

/// Ours beside the published figures. A number leads to the first raw row behind it, the best one
/// to its own.
fn table(plan: &Plan, results: &Results, cells: &[summary::Cell<'_>]) -> PolarsResult<Section> {
    let sheet = view::sheet(plan, &results.rows, &results.origins)?;
    let caption = "Ours beside the published figures; a number leads to its raw row";
    let mut table = Table::of_sheet("table", caption, &sheet).sortable();
    let titles: Vec<String> = table.columns.iter().map(|c| c.title.clone()).collect();
    let shown = cells.iter().filter(|cell| !cell.is_not_measured());
    for (row, cell) in table.rows.iter_mut().zip(shown) {
        let of_row = || results.rows.iter().filter(|raw| raw.row == cell.name);
        let column = plan.spec.measures.iter().position(|m| m == cell.measure);
        let best = cell.reached.as_ref().map(|reached| reached.best);
        let is_best = |raw: &&Row| column.and_then(|column| raw.values[column]) == best;
        let numbers = row.cells.iter_mut().zip(&titles).skip(sheet.texts());
        for (number, title) in numbers.filter(|(number, _)| !number.text.is_empty()) {
            number.link = match title.as_str() {
                "published" => Some(published_id(cell.name)),
                "best" => of_row().find(is_best).map(row_id),
                _ => of_row().next().map(row_id),
            };
            if title == "time" {
                number.value = summary::seconds(&results.origins, cell.name);
            }
        }
    }
    Ok(Section::new("results", "Ours beside the published figures")
        .with(Block::Text(view::legend(plan)))
        .with(Block::Table(table)))
}

fn pictures(plan: &Plan, results: &Results) -> Section {
    let mut section = Section::new("pictures", "Pictures");
    let drawn = plot::svg(plan, &results.rows);
    let pictures = [("table", "Ours and published", view::PICTURE, drawn)].into_iter();
    let has_curves = !plan.spec.curves.is_empty();
    let curves = has_curves.then(|| {
        let drawn = curves_plot::svg(plan, &results.points);
        ("curves", "Curves", view::CURVES, drawn)
    });
    for (name, title, caption, drawn) in pictures.chain(curves) {
        section = section.with(match drawn {
            Ok(svg) => Block::Figure(Figure::svg(name, title, &format!("{caption}."), &svg)),
            Err(error) => Block::Missing(format!("{title}: {error}")),
        });
    }
    section
}

/// Where the published figures stand.
fn published(plan: &Plan) -> Section {
    let columns = ["row", "measure"].map(Column::text).into_iter();
    let columns = columns.chain([Column::number("published"), Column::text("source")]);
    let mut table = Table::new("figures", "Published figures and where they stand", columns);
    for row in &plan.rows {
        for (place, published) in row.published.iter().enumerate() {
            let measure = plan.spec.measure_of(published);
            let cells = [
                Cell::of(&row.name),
                Cell::of(measure.map(|m| m.title()).unwrap_or_default()),
                Cell::raw(Some(published.value)),
                Cell::of(plain(published.source.trim())),
            ];
            let id = (place == 0).then(|| published_id(&row.name));
            table.add(id.unwrap_or_default(), cells);
        }
    }
    let section = Section::new("published", "Published");
    match table.rows.is_empty() {
        true => section.with(Block::Text("Nothing is published of these rows.".into())),
        false => section.with(Block::Table(table)),
    }
}

fn deviations(plan: &Plan) -> Section {
    let of_table = paragraphs(&plan.spec.deviations).into_iter();
    let of_rows = plan.rows.iter().filter_map(|row| {
        let text = row.deviations.as_ref()?;
        Some(format!("{}: {}", row.name, plain(text.trim())))
    });
    Section::new("deviations", "What was done differently")
        .with_all(of_table.chain(of_rows).map(Block::Text))
}

/// The rows, with what is known of their runs.
fn raw_rows(plan: &Plan, results: &Results) -> Section {
    let measures = plan.spec.measures.iter();
    let measures = measures.map(|measure| Column::number(&measure.name));
    let before = [
        Column::text("row"),
        Column::number(plan.repeats_by()),
        Column::text("status"),
    ];
    let after = [
        Column::number("seconds"),
        Column::text("began"),
        Column::text("run"),
        Column::text("processor"),
        Column::number("threads"),
        Column::text("commit"),
    ];
    let columns = before.into_iter().chain(measures).chain(after);
    let caption = "A row for each run, with all digits";
    let mut table = Table::new("raw-rows", caption, columns).sortable();
    for row in &results.rows {
        let mut cells = vec![
            Cell::of(&row.row),
            Cell::of(row.repeat),
            Cell::of(row.ending.name()),
        ];
        cells.extend(row.values.iter().map(|value| Cell::raw(*value)));
        let mut origins = results.origins.iter();
        let origin = origins.find(|of| of.row == row.row && of.repeat == row.repeat);
        cells.extend(of_origin(origin));
        table.add(row_id(row), cells);
    }
    let section = Section::new("raw", "Raw rows");
    match table.rows.is_empty() {
        true => section.with(Block::Missing("raw rows: no run is done yet".into())),
        false => section.with(Block::Table(table)),
    }
}

fn of_origin(origin: Option<&Origin>) -> [Cell; 6] {
    let Some(of) = origin else {
        return Default::default();
    };
    [
        Cell::raw(Some(of.seconds)),
        Cell::of(&of.started),
        Cell::of(&of.run),
        Cell::of(&of.processor),
        Cell::of(of.threads),
        Cell::of(of.commit.get(..12).unwrap_or(&of.commit)),
    ]
}

fn what_was_run(plan: &Plan, results: &Results) -> Section {
    let machines = view::machines(&results.origins);
    let machines = machines.lines().map(|line| line.trim_start_matches("- "));
    let section =
        Section::new("run", "What was run").with_all(machines.map(|line| Block::Text(line.into())));
    match fs::read_to_string(&plan.file) {
        Ok(text) => section.with(Block::Code(coloured(&text))),
        Err(error) => section.with(Block::Missing(format!("{}: {error}", plan.file.display()))),
    }
}

fn row_id(row: &Row) -> String {
    id(["raw", &row.row, &row.repeat.to_string()])
}

fn published_id(row: &str) -> String {
    id(["published", row])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_loses_its_marks_and_no_word() {
        for (markdown, expected) in [
            ("in \\[-1, 1\\]²", "in [-1, 1]²"),
            (
                "`runner film` draws [the\nfilm](../a.svg): so",
                "runner film draws the\nfilm: so",
            ),
            ("x[0] and [a](b)", "x[0] and a"),
            ("open [end and `code", "open [end and code"),
            ("\\", ""),
        ] {
            assert_eq!(plain(markdown), expected);
        }
    }
}
