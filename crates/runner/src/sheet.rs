//! The columns and rows of a table, said once: it is shown on the terminal, or written as Markdown
//! or CSV.

use std::{io, iter};

use comfy_table::Table;

use crate::tables;

/// A table of texts and numbers as they are shown.
pub struct Sheet {
    titles: Vec<String>,
    /// How many columns hold texts; those behind them hold numbers and stand to the right.
    texts: usize,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Without rows; all columns but the first `texts` hold numbers.
    pub fn new(titles: impl IntoIterator<Item = impl Into<String>>, texts: usize) -> Self {
        Self {
            titles: titles.into_iter().map(Into::into).collect(),
            texts,
            rows: Vec::new(),
        }
    }

    /// A row behind the others, with a cell for each column.
    pub fn add(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What the columns hold.
    pub fn titles(&self) -> &[String] {
        &self.titles
    }

    /// How many columns hold texts, from the first.
    pub fn texts(&self) -> usize {
        self.texts
    }

    /// The rows.
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// A row with a text in its first column alone.
    pub fn add_heading(&mut self, text: String) {
        let empty = iter::repeat_n(String::new(), self.titles.len() - 1);
        self.add(iter::once(text).chain(empty));
    }

    /// As it stands on the terminal.
    pub fn terminal(&self) -> Table {
        let titles: Vec<&str> = self.titles.iter().map(String::as_str).collect();
        let mut table = tables::table(&titles, self.texts);
        table.add_rows(&self.rows);
        table
    }

    /// As Markdown, a line for each row.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let ruler = (0..self.titles.len()).map(|column| match column < self.texts {
            true => "---|",
            false => "--:|",
        });
        let ruler: String = ruler.collect();
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("{}|{ruler}\n{rows}", line(&self.titles))
    }

    /// As CSV, a line for each row.
    ///
    /// # Errors
    /// When a row has more or fewer cells than there are titles.
    pub fn csv(&self) -> io::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for cells in iter::once(&self.titles).chain(&self.rows) {
            writer.write_record(cells)?;
        }
        writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_markdown_and_csv_show_the_same_cells() {
        let mut sheet = Sheet::new(["seed", "seconds"], 1);
        sheet.add_heading("**first**".into());
        sheet.add(["1".into(), "2.37".into()]);
        let expected = "| seed | seconds |\n|---|--:|\n| **first** |  |\n| 1 | 2.37 |\n";
        assert_eq!(sheet.markdown(), expected);
        let csv = String::from_utf8(sheet.csv().unwrap()).unwrap();
        assert_eq!(csv, "seed,seconds\n**first**,\n1,2.37\n");
        let terminal = sheet.terminal().to_string();
        let shown = ["seed", "seconds", "**first**", "2.37"];
        assert!(
            shown.iter().all(|cell| terminal.contains(cell)),
            "{terminal}"
        );
    }

    #[test]
    fn a_row_that_is_too_short_is_no_csv() {
        let mut sheet = Sheet::new(["seed", "seconds"], 1);
        sheet.add(["1".into()]);
        assert!(sheet.csv().is_err());
    }
}
