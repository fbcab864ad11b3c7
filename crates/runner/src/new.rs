//! `runner new`: a config for a table of one's own.
//!
//! The table is looked at ([`datasets::profile`]), what to predict and by what is guessed
//! (`guess`), and a config with a small network is written, which says why everything in it is as
//! it is (`text`). It is then read as `runner run` reads it, so that it runs at once.

mod guess;
mod text;

use std::path::{Path, PathBuf};

use datasets::{ColumnProfile, TableProfile};
use spec::{Config, Overrides};

use crate::cli::NewArguments;
use crate::memory::Purpose;
use crate::prepare::Prepared;
use crate::sheet::Sheet;
use crate::{Failure, files, output};

use guess::{Guess, Use};

/// Columns that are shown.
const COLUMNS: usize = 20;

/// Looks at a table and writes a config for it.
///
/// # Errors
/// [`Failure::Input`] when the file is no table, nothing in it can be predicted, or the config is
/// there already; [`Failure::Run`] when it cannot be written.
pub fn new(arguments: &NewArguments) -> Result<(), Failure> {
    let table = &arguments.table;
    let profile = datasets::profile(table)?;
    let guess = Guess::of(&profile, arguments.target.as_deref(), table)?;
    let name = config_name(&profile.name);
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => PathBuf::from("configs").join(format!("{name}.toml")),
    };
    expect_free(&out, arguments.force)?;
    show(table, &profile, &guess);
    let config = text::config(&name, table, &profile, &guess);
    files::write_file(&out, config.as_bytes())?;
    let shown = out.display();
    output::line(format!("config: {shown}"));
    let read = Config::read(&out, &Overrides::default()).map_err(Failure::from);
    let read = read.and_then(|config| Prepared::planned(config, Purpose::Training));
    read.map_err(|failure| {
        Failure::Input(format!(
            "{shown} is written, and needs a hand before it runs: {failure}"
        ))
    })?;
    output::line(format!("next:   runner {shown}"));
    Ok(())
}

/// Nothing is replaced that nobody asked for.
fn expect_free(out: &Path, force: bool) -> Result<(), Failure> {
    files::expect_writable(out)?;
    if force || !out.is_file() {
        return Ok(());
    }
    Err(Failure::Input(format!(
        "{} is there already; write to another place with --out, or replace it with --force",
        out.display()
    )))
}

/// The name of the table as one that results can have.
fn config_name(table: &str) -> String {
    let plain = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() || c == '_' => c,
        _ => '-',
    };
    let name: String = table.chars().map(plain).collect();
    match name.trim_matches('-') {
        "" => "table".into(),
        name => name.into(),
    }
}

/// Prints what was seen and guessed.
fn show(table: &Path, profile: &TableProfile, guess: &Guess) {
    let header = if profile.header { "" } else { ", no header" };
    output::line(format!(
        "{}: {} rows, {} columns, {} between fields{header}",
        table.display(),
        profile.rows,
        profile.columns.len(),
        sign(profile.delimiter)
    ));
    let mut sheet = Sheet::new(["column", "holds", "used as", "different", "missing"], 3);
    for (column, used) in profile.columns.iter().zip(&guess.uses).take(COLUMNS) {
        sheet.add([
            column.name.clone(),
            holds(column),
            used_as(used),
            column.values.len().to_string(),
            column.missing.to_string(),
        ]);
    }
    output::line(sheet.terminal());
    if profile.columns.len() > COLUMNS {
        output::line(format!(
            "and {} columns more",
            profile.columns.len() - COLUMNS
        ));
    }
    output::line(format!("target: {}", guess.target_in_words(profile)));
    for note in &guess.notes {
        output::line(format!("note: {note}"));
    }
}

/// A character between fields as it is called.
fn sign(delimiter: char) -> String {
    match delimiter {
        '\t' => "a tab".into(),
        ' ' => "spaces".into(),
        other => format!("{other:?}"),
    }
}

fn holds(column: &ColumnProfile) -> String {
    use datasets::ColumnKind::*;
    match column.kind {
        Numbers { whole: true } => "whole numbers",
        Numbers { whole: false } => "numbers",
        Categories => "categories",
        Empty => "nothing",
        Constant => "one value",
        Identifier => "a name of each row",
        Dates => "dates",
        Texts => "texts",
        Mixed => "numbers and texts",
    }
    .into()
}

fn used_as(used: &Use) -> String {
    match used {
        Use::Target => "target",
        Use::Number => "feature",
        Use::Category => "0/1 features",
        Use::Ignored(_) => "not used",
    }
    .into()
}
