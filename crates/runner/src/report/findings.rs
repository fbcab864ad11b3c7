//! What a learner tells of the outcome.

use crate::page::{Block, Cell, Column, Section, Table, id};
use crate::record::Record;

/// Rows of a table; all of them are in the record.
const MOST_ROWS: usize = 500;

/// The section; none where nothing is told.
pub fn section(record: &Record) -> Option<Section> {
    let findings = record.implementations.iter().flat_map(|row| &row.findings);
    let mut section = Section::new("findings", "Findings");
    for (number, found) in findings.enumerate() {
        let columns = found.columns.iter().map(Column::number);
        let columns = [Column::text(&found.title)].into_iter().chain(columns);
        let name = id(["finding", &number.to_string()]);
        let mut table = Table::new(&name, &found.title, columns).sortable();
        for (name, numbers) in found.rows.iter().take(MOST_ROWS) {
            let numbers = numbers.iter().map(|&number| Cell::raw(Some(number)));
            table.add("", [Cell::of(name)].into_iter().chain(numbers));
        }
        section = section.with(Block::Table(table));
        let rows = found.rows.len();
        section = section.with_all(
            (rows > MOST_ROWS).then(|| Block::Text(format!("All {rows} rows are in record.json."))),
        );
    }
    (!section.blocks.is_empty()).then_some(section)
}
