//! The columns and rows of a table, said once: it is shown on the terminal or written as Markdown.

use std::iter;

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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_and_terminal_show_the_same_cells() {
        let mut sheet = Sheet::new(["seed", "seconds"], 1);
        sheet.add_heading("**first**".into());
        sheet.add(["1".into(), "2.37".into()]);
        let expected = "| seed | seconds |\n|---|--:|\n| **first** |  |\n| 1 | 2.37 |\n";
        assert_eq!(sheet.markdown(), expected);
        let terminal = sheet.terminal().to_string();
        let shown = ["seed", "seconds", "**first**", "2.37"];
        assert!(
            shown.iter().all(|cell| terminal.contains(cell)),
            "{terminal}"
        );
    }
}
