//! The table of worked numbers as a page for a browser.

use crate::page::{Block, Page, Section, Status, Table};
use crate::sheet::Sheet;

/// What the page tells besides its table.
pub struct About<'a> {
    /// The heading.
    pub title: &'a str,
    /// What stands below it.
    pub text: &'a str,
    /// Numbers that are the printed ones.
    pub equal: usize,
    /// What is not the exact number.
    pub wrong: &'a [String],
    /// Why ours is not the printed number.
    pub reasons: &'a [String],
    /// The examples and where they stand.
    pub sources: Vec<String>,
}

/// The page.
pub fn page(sheet: &Sheet, about: &About<'_>) -> Page {
    let texts = |lines: &[String]| {
        let lines = lines.iter().map(|line| line.trim_start_matches("- "));
        lines
            .map(|line| Block::Text(line.into()))
            .collect::<Vec<_>>()
    };
    let caption = "Ours beside the printed and the exact number";
    let table = Table::of_sheet("table", caption, sheet).sortable();
    let (numbers, equal) = (sheet.len(), about.equal);
    let text = match about.wrong {
        [] => format!("{equal} of {numbers} numbers are the printed ones."),
        wrong => format!("Wrong: {}.", wrong.join("; ")),
    };
    let section = |id, title, lines: &[String]| {
        let section = Section::new(id, title).with_all(texts(lines));
        (!lines.is_empty()).then_some(section)
    };
    let sections = [
        Some(Section::new("results", "Numbers").with(Block::Table(table))),
        section("reasons", "Where another number is printed", about.reasons),
        section("sources", "The examples", &about.sources),
    ];
    Page {
        title: about.title.into(),
        status: Status {
            good: about.wrong.is_empty(),
            text,
        },
        texts: vec![about.text.into()],
        sections: sections.into_iter().flatten().collect(),
        footer: "Computed by hand in f64; nothing is trained.".into(),
    }
}
