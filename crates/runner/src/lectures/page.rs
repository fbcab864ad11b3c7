//! The table of worked numbers: computed, shown, written and held against what is committed.

use std::path::{Path, PathBuf};

use spec::config::Document;
use spec::table::ExamplesSpec;

use super::web::{self, About};
use super::{Row, Verdict, rows};
use crate::graph::shown;
use crate::sheet::Sheet;
use crate::{Failure, files, output};

/// Digits of ours that are shown: the last bits differ from machine to machine.
const DIGITS: usize = 12;

/// A file of examples.
pub struct Page {
    /// The file, as the user named it.
    file: PathBuf,
    spec: ExamplesSpec,
    sheet: Sheet,
    /// Numbers that are the printed ones.
    equal: usize,
    /// What is not the exact number.
    wrong: Vec<String>,
    reasons: Vec<String>,
}

impl Page {
    /// Reads a file and computes its examples.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn of(file: &Path, document: &Document) -> Result<Self, Failure> {
        let spec = ExamplesSpec::of(document)?;
        let rows = rows(&spec).map_err(|problem| document.locate(problem))?;
        let of_verdict = |verdict| rows.iter().filter(move |row| row.verdict() == verdict);
        let wrong = of_verdict(Verdict::Wrong).map(|row| {
            let exact = &row.figure.exact.text;
            format!("{}: {} is not {exact}", name(row), row.ours)
        });
        let reasons = of_verdict(Verdict::Differs).map(|row| {
            let why = row.figure.why.as_deref().unwrap_or_default();
            format!("- {}: {}", name(row), why.trim())
        });
        Ok(Self {
            file: file.into(),
            sheet: sheet(&rows),
            equal: of_verdict(Verdict::Equal).count(),
            wrong: wrong.collect(),
            reasons: reasons.collect(),
            spec,
        })
    }

    /// Its name without folder and ending.
    pub fn name(&self) -> String {
        let name = self.file.file_stem().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Its heading.
    pub fn title(&self) -> &str {
        self.spec.title.trim()
    }

    /// All numbers, and those that are the printed ones.
    pub fn counts(&self) -> (usize, usize) {
        (self.sheet.len(), self.equal)
    }

    /// How many numbers there are.
    pub fn in_words(&self) -> String {
        format!("{} numbers, computed by hand", self.sheet.len())
    }

    /// Writes the table and shows it.
    ///
    /// # Errors
    /// When a number is not the exact one, or a file cannot be written.
    pub fn write(&self, results: &Path) -> Result<(), Failure> {
        let files = self.files(results)?;
        for (file, _) in &files {
            files::expect_writable(file)?;
        }
        for (file, bytes) in files {
            if std::fs::read(&file).ok().as_ref() != Some(&bytes) {
                files::write_file(&file, &bytes)?;
            }
        }
        let (file, html) = self.html(results)?;
        files::write_file(&file, html.as_bytes())?;
        let (title, page) = (self.title(), self.place(results, "md"));
        let (table, page) = (self.sheet.terminal(), page.display());
        output::line(format!("{title}\n{table}\ntable: {page}"));
        self.expect_right()
    }

    /// All files and what must stand in them.
    ///
    /// # Errors
    /// When one of them cannot be made.
    pub fn files(&self, results: &Path) -> Result<[(PathBuf, Vec<u8>); 2], Failure> {
        let rows = self.place(results, "csv");
        let csv = self.sheet.csv();
        let csv = csv.map_err(|error| Failure::Run(files::told(&rows, &error)))?;
        let page = self.place(results, "md");
        Ok([(rows, csv), (page, self.markdown().into_bytes())])
    }

    /// Every number is the exact one.
    ///
    /// # Errors
    /// With those that are not.
    pub fn expect_right(&self) -> Result<(), Failure> {
        match self.wrong.is_empty() {
            true => Ok(()),
            false => Err(Failure::Run(format!(
                "{}: {}",
                self.file.display(),
                self.wrong.join("; ")
            ))),
        }
    }

    /// The page for a browser, and its place.
    ///
    /// # Errors
    /// [`Failure::Run`] when it cannot be made.
    pub fn html(&self, results: &Path) -> Result<(PathBuf, String), Failure> {
        let about = About {
            title: self.title(),
            text: self.spec.text.trim(),
            equal: self.equal,
            wrong: &self.wrong,
            reasons: &self.reasons,
            sources: self.sources().collect(),
        };
        let html = web::page(&self.sheet, &about).html()?;
        Ok((self.place(results, "html"), html))
    }

    fn sources(&self) -> impl Iterator<Item = String> {
        let examples = self.spec.examples.iter();
        examples.map(|of| format!("- {}: {}", of.name, of.source.trim()))
    }

    fn place(&self, results: &Path, ending: &str) -> PathBuf {
        results.join(format!("{}.{ending}", self.name()))
    }

    fn markdown(&self) -> String {
        let name = self.name();
        let mut parts = vec![
            format!("# {}", self.title()),
            self.spec.text.trim().into(),
            format!(
                "Made by `runner table experiments/{name}.toml`, which trains nothing: ours is \
                 computed by the hand-written code in f64, exact was computed apart from it. The \
                 difference is that of ours to the printed number, or to the exact one where none \
                 is printed. Equal: to the last digit that is printed, and to a relative 1e-9 or \
                 the last digit of the exact number."
            ),
            self.sheet.markdown().trim_end().replace('*', r"\*"), // of products
        ];
        if !self.reasons.is_empty() {
            let reasons = self.reasons.join("\n");
            parts.push(format!("Where another number is printed:\n\n{reasons}"));
        }
        let sources = self.sources().collect::<Vec<_>>().join("\n");
        parts.push(format!("The examples:\n\n{sources}"));
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n") + "\n"
    }
}

fn name(row: &Row<'_>) -> String {
    format!("{}, {}", row.example.name, row.figure.quantity)
}

fn sheet(rows: &[Row<'_>]) -> Sheet {
    let titles = [
        "example",
        "quantity",
        "printed",
        "exact",
        "ours",
        "difference",
        "verdict",
    ];
    let mut sheet = Sheet::new(titles, 2);
    for row in rows {
        let printed = row.figure.printed.as_ref();
        let ours = shown(row.ours, DIGITS);
        sheet.add([
            row.example.name.clone(),
            row.figure.quantity.clone(),
            printed.map_or_else(String::new, |printed| printed.text.clone()),
            row.figure.exact.text.clone(),
            ours.clone(),
            difference(row, &ours),
            row.verdict().name().into(),
        ]);
    }
    sheet
}

/// Ours as it is shown, less what is printed; less the exact number where none is.
fn difference(row: &Row<'_>, ours: &str) -> String {
    let ours: f64 = ours.parse().unwrap_or(row.ours);
    match &row.figure.printed {
        Some(printed) => shown(ours - printed.value, 2),
        None if row.verdict() == Verdict::Wrong => shown(ours - row.figure.exact.value, 2),
        None => "0".into(),
    }
}
