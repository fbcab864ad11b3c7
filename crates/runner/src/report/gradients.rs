//! Every comparison of the gradient check before the run, and the worst of each witness.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;

use crate::check::verdict::Verdict;
use crate::page::{Block, Cell, Column, Section, Table, id};
use crate::record::{GRADIENTS, Record};

/// Rows of a page; all of them are in the file.
const MOST_ROWS: usize = 2000;

/// What is read of the file; an infinite number is none there.
#[derive(Deserialize)]
struct Gradients {
    comparisons: Vec<Comparison>,
    #[serde(default)]
    cut: Vec<String>,
}

#[derive(Deserialize)]
struct Comparison {
    witness: String,
    pass: String,
    tensor: String,
    shape: Vec<usize>,
    absolute: Option<f64>,
    relative: Option<f64>,
    tolerance: Option<f64>,
    verdict: Verdict,
    remark: Option<String>,
}

/// The section.
pub fn section(folder: &Path, record: &Record) -> Section {
    let section = Section::new("gradients", "Gradients by hand against burn");
    let Some(agree) = record.gradients_agree else {
        let text = "They were not compared in this run; `runner check` compares them.";
        return section.with(Block::Text(text.into()));
    };
    let verdict = match agree {
        true => "They agree within the tolerances.",
        false => "They disagree, so nothing was trained.",
    };
    let section = section.with(Block::Text(verdict.into()));
    match read(&folder.join(GRADIENTS)) {
        Ok(gradients) => section.with_all(blocks(&gradients)),
        Err(why) => section.with(Block::Missing(format!("the comparisons: {why}"))),
    }
}

fn read(file: &Path) -> Result<Gradients, String> {
    let shown = file.display();
    let bytes = fs::read(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("there is no {shown}"),
        _ => format!("{shown} cannot be read ({error})"),
    })?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{shown} is damaged ({error})"))
}

fn blocks(gradients: &Gradients) -> Vec<Block> {
    let comparisons = &gradients.comparisons;
    let mut blocks = Vec::new();
    if !gradients.cut.is_empty() {
        let cut = gradients.cut.join(", ");
        blocks.push(Block::Text(format!("Left out for want of time: {cut}.")));
    }
    blocks.push(Block::Table(worst(comparisons)));
    blocks.push(Block::Table(all(comparisons)));
    if comparisons.len() > MOST_ROWS {
        let text = format!("All {} are in {GRADIENTS}.", comparisons.len());
        blocks.push(Block::Text(text));
    }
    blocks
}

/// The worst comparison of each witness and pass; its error leads to its row.
fn worst(comparisons: &[Comparison]) -> Table {
    let columns = ["witness", "pass", "tensor"].map(Column::text);
    let numbers = ["relative error", "tolerance"].map(Column::number);
    let columns = columns.into_iter().chain(numbers);
    let columns = columns.chain([Column::text("verdict")]);
    let caption = "The largest error of each witness";
    let mut table = Table::new("worst-gradients", caption, columns);
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for of in comparisons {
        let key = (of.witness.as_str(), of.pass.as_str());
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let same = comparisons.iter().enumerate();
        let same = same.filter(|(_, of)| (of.witness.as_str(), of.pass.as_str()) == key);
        // By verdict, then by error; the first of equals. No number: an infinite difference.
        let gravity = |of: &Comparison| {
            let differs = of.verdict >= Verdict::NotFinite;
            (differs, of.relative.unwrap_or(f64::INFINITY))
        };
        let worst = same.reduce(|worst, of| match gravity(of.1) > gravity(worst.1) {
            true => of,
            false => worst,
        });
        let Some((place, worst)) = worst else {
            continue;
        };
        let cells = [
            Cell::of(&worst.witness),
            Cell::of(&worst.pass),
            Cell::of(&worst.tensor),
            error(worst.relative).to(row_id(place)),
            error(worst.tolerance),
            Cell::of(worst.verdict.name()),
        ];
        table.add("", cells);
    }
    table
}

fn all(comparisons: &[Comparison]) -> Table {
    let texts = ["tensor", "shape", "witness", "pass"].map(Column::text);
    let numbers = ["absolute error", "relative error", "tolerance"].map(Column::number);
    let last = ["verdict", "remark"].map(Column::text);
    let columns = texts.into_iter().chain(numbers).chain(last);
    let caption = "Every comparison: a tensor, its witness, how far they are apart";
    let mut table = Table::new("all-gradients", caption, columns).sortable();
    for (place, of) in comparisons.iter().enumerate().take(MOST_ROWS) {
        let cells = [
            Cell::of(&of.tensor),
            Cell::of(format!("{:?}", of.shape)),
            Cell::of(&of.witness),
            Cell::of(&of.pass),
            error(of.absolute),
            error(of.relative),
            error(of.tolerance),
            Cell::of(of.verdict.name()),
            Cell::of(of.remark.as_deref().unwrap_or_default()),
        ];
        table.add(row_id(place), cells);
    }
    table
}

fn row_id(place: usize) -> String {
    match place < MOST_ROWS {
        true => id(["gradient", &(place + 1).to_string()]),
        false => "gradients".into(),
    }
}

fn error(value: Option<f64>) -> Cell {
    value.map_or_else(
        || Cell::of("infinite"),
        |value| Cell::of(format!("{value:.1e}")),
    )
}
