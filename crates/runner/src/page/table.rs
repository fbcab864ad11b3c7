//! Tables of a page.

use serde::Serialize;

use crate::sheet::Sheet;

/// A table.
#[derive(Debug, Serialize)]
pub struct Table {
    /// What links lead to.
    pub id: String,
    /// What it shows.
    pub caption: String,
    /// Whether its rows may be sorted.
    pub sortable: bool,
    /// The titles.
    pub columns: Vec<Column>,
    /// The rows, a cell for each column; the first names the row.
    pub rows: Vec<Row>,
}

/// A column.
#[derive(Debug, Serialize)]
pub struct Column {
    /// What it holds.
    pub title: String,
    /// Whether these are numbers, which stand to the right.
    pub number: bool,
}

/// A row.
#[derive(Debug, Serialize)]
pub struct Row {
    /// What links lead to; empty: none do.
    pub id: String,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Default, Serialize)]
pub struct Cell {
    /// What stands in it.
    pub text: String,
    /// The id of the row or section that it comes from.
    pub link: Option<String>,
    /// By what it is sorted, where the text itself does not say.
    pub value: Option<f64>,
}

impl Column {
    /// Of texts.
    pub fn text(title: impl Into<String>) -> Self {
        let (title, number) = (title.into(), false);
        Self { title, number }
    }

    /// Of numbers.
    pub fn number(title: impl Into<String>) -> Self {
        let (title, number) = (title.into(), true);
        Self { title, number }
    }
}

impl Cell {
    /// A text.
    pub fn of(text: impl ToString) -> Self {
        Self {
            text: text.to_string(),
            ..Self::default()
        }
    }

    /// A number with all its digits; nothing where there is none.
    pub fn raw(number: Option<f64>) -> Self {
        Self::of(number.map(|number| number.to_string()).unwrap_or_default())
    }

    /// A link to what has that id; an empty text leads nowhere.
    #[must_use]
    pub fn to(mut self, id: impl Into<String>) -> Self {
        self.link = (!self.text.is_empty()).then(|| id.into());
        self
    }
}

impl Table {
    /// Without rows.
    pub fn new(id: &str, caption: &str, columns: impl IntoIterator<Item = Column>) -> Self {
        Self {
            id: id.into(),
            caption: caption.into(),
            sortable: false,
            columns: columns.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// One whose rows may be sorted.
    #[must_use]
    pub fn sortable(mut self) -> Self {
        self.sortable = true;
        self
    }

    /// A row behind the others; an empty id is none.
    pub fn add(&mut self, id: impl Into<String>, cells: impl IntoIterator<Item = Cell>) {
        let (id, cells) = (id.into(), cells.into_iter().collect());
        self.rows.push(Row { id, cells });
    }

    /// What is shown on the terminal, too.
    pub fn of_sheet(id: &str, caption: &str, sheet: &Sheet) -> Self {
        let column = |(index, title): (usize, &String)| match index < sheet.texts() {
            true => Column::text(title),
            false => Column::number(title),
        };
        let columns = sheet.titles().iter().enumerate().map(column);
        let mut table = Self::new(id, caption, columns);
        for cells in sheet.rows() {
            table.add("", cells.iter().map(Cell::of));
        }
        table
    }
}
