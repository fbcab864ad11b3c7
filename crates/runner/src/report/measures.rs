//! What `runner evaluate` says of the test samples: cases, classes, and every measure.

use crate::evaluate::report::{By, Report, Row};
use crate::evaluate::screen::{self, MOST_CLASSES};
use crate::page::{Block, Cell, Column, Section, Table, id};

/// The section.
pub fn section(measures: &Result<Report, String>) -> Section {
    let section = Section::new("measures", "What the test samples say");
    match measures {
        Ok(report) => section.with_all(blocks(report)),
        Err(why) => section.with(Block::Missing(format!("the measures: {why}"))),
    }
}

fn blocks(report: &Report) -> Vec<Block> {
    let Report {
        samples,
        weights,
        bootstrap,
        ..
    } = report;
    let mut blocks = vec![Block::Text(format!(
        "Measured are {samples} {} samples with {weights}, as by `runner evaluate`. Intervals hold \
         with 95 % confidence: of shares Wilson's, of all else the percentiles of {} bootstrap \
         resamples (seed {}).",
        report.part, bootstrap.resamples, bootstrap.seed
    ))];
    let notes = report.notes.iter();
    blocks.extend(notes.map(|note| Block::Text(format!("Note: {note}."))));
    if let Some(by_class) = &report.classes {
        if by_class.classes.len() <= MOST_CLASSES {
            let sheet = screen::confusion(by_class);
            let caption = "Confusion matrix: cases by class (rows) and answer (columns)";
            blocks.push(Block::Table(Table::of_sheet("confusion", caption, &sheet)));
        }
        let sheet = screen::classes(report, by_class);
        let caption = "Class by class; a number leads to its row of all measures";
        let mut table = Table::of_sheet("classes", caption, &sheet);
        lead_to_measures(&mut table, report);
        blocks.push(Block::Table(table));
    }
    blocks.push(Block::Table(all(&report.measures)));
    blocks
}

/// The numbers of a class lead to what has their title as its measure, and its name.
fn lead_to_measures(table: &mut Table, report: &Report) {
    let titles: Vec<String> = table.columns.iter().map(|c| c.title.clone()).collect();
    for row in &mut table.rows {
        let of = row.cells[0].text.clone();
        for (cell, title) in row.cells.iter_mut().zip(&titles) {
            let mut all = report.measures.iter();
            if all.any(|row| row.measure == *title && row.of == of) {
                cell.link = Some(row_id(title, &of));
            }
        }
    }
}

fn all(rows: &[Row]) -> Table {
    let columns = ["measure", "of"].map(Column::text).into_iter();
    let numbers = ["value", "from", "to"].map(Column::number);
    let columns = columns.chain(numbers).chain([Column::text("interval")]);
    let caption = "Every measure with its interval, with all digits";
    let mut table = Table::new("all-measures", caption, columns).sortable();
    for row in rows {
        let end = |end: usize| Cell::raw(row.interval.map(|interval| interval[end]));
        let cells = [
            Cell::of(&row.measure),
            Cell::of(&row.of),
            Cell::raw(row.value),
            end(0),
            end(1),
            Cell::of(row.by.map(By::name).unwrap_or_default()),
        ];
        table.add(row_id(&row.measure, &row.of), cells);
    }
    table
}

fn row_id(measure: &str, of: &str) -> String {
    id(["measure", measure, of])
}
