//! `runner proofs`: every layer, loss and learning rule is proved on a small network of its own,
//! and one table says how well; every learner on small data, which another table shows.
//!
//! Its columns are the largest relative errors of the hand-written passes, in training mode, of
//! the loss and of a random upstream gradient: y is every layer's output and the loss, dx the
//! gradient of the input, dw the gradients of all parameters. The last column of a device is the
//! largest difference, after 100 updates, of a parameter, a running statistic, or an output in
//! evaluation mode.
//!
//! A proof is a [`row::Row`] of data; `--write` keeps all rows in a JSON file, and the tables
//! beside it are a view of them. `--check` holds the rows of such a file against what is measured
//! here, and the tables against the rows. Errors at the level of rounding differ from processor to
//! processor, so one is wrong only if it became much worse.

pub mod catalogue;
pub mod learner;
pub mod measure;
pub mod row;
pub mod stale;
pub mod view;

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::activity::Activity;
use crate::check::explanation;
use crate::check::learner::told;
use crate::check::report::Report;
use crate::check::stop_if_interrupted;
use crate::check::verdict::Verdict;
use crate::cli::ProofsArguments;
use crate::{Failure, files, implementations, interrupt, output};
use row::Row;

/// How many wrong errors or rows a message tells of.
const TOLD: usize = 3;

/// A network that was proved.
struct Proof {
    section: &'static str,
    name: String,
    report: Report,
}

/// Proves everything and prints the tables, writes the rows into a file, or holds a file's against
/// them.
///
/// # Errors
/// [`Failure::Run`] with the first tensor that is off, or with what is wrong in the file.
pub fn proofs(arguments: &ProofsArguments) -> Result<(), Failure> {
    let file = arguments.write.as_deref().or(arguments.check.as_deref());
    match (file, implementations::missing_witnesses()) {
        // Rows would be lost, or seem to be.
        (Some(file), Some(missing)) => {
            let file = file.display();
            return Err(Failure::Input(format!("{file}: {missing}")));
        }
        (None, Some(missing)) => output::line(format!("note: {missing}")),
        (_, None) => {}
    }
    match (&arguments.write, &arguments.check) {
        (Some(file), _) => write(file),
        (_, Some(file)) => check(file),
        _ => print(arguments.only.as_deref()),
    }
}

fn print(only: Option<&str>) -> Result<(), Failure> {
    let proofs = measure(only)?;
    output::line(view::tables(&rows(&proofs, only)).trim_end());
    expect_proved(&proofs)?;
    expect_learners_proved(&learner::all(only))
}

/// The rows into a file, and the tables beside it.
fn write(file: &Path) -> Result<(), Failure> {
    // Before the work: whether the files can be used shows at once.
    let view = beside(file)?;
    files::expect_writable(file)?;
    files::expect_writable(&view)?;
    let proofs = measure(None)?;
    expect_proved(&proofs)?;
    let rows = rows(&proofs, None);
    expect_learners_proved(&rows)?;
    row::write(file, &rows)?;
    files::write_file(&view, view::page(&rows, &name(file)).as_bytes())
}

/// Fails if a file's rows, or the tables beside it, are stale.
fn check(file: &Path) -> Result<(), Failure> {
    let view = beside(file)?;
    let recorded = row::read(file)?;
    check_view(file, &recorded, &view)?;
    let proofs = measure(None)?;
    expect_proved(&proofs)?;
    let rows = rows(&proofs, None);
    expect_learners_proved(&rows)?;
    compare(file, &recorded, &rows)
}

/// The rows of networks, and those of learners with `only` in their name.
fn rows(proofs: &[Proof], only: Option<&str>) -> Vec<Row> {
    let of_proof = |proof: &Proof| Row::of(proof.section, &proof.name, &proof.report);
    let of_networks = proofs.iter().flat_map(of_proof);
    of_networks.chain(learner::all(only)).collect()
}

/// An error if a row of a learner is off.
fn expect_learners_proved(rows: &[Row]) -> Result<(), Failure> {
    let mut of_learners = rows.iter().filter(|row| row.is_of_a_learner());
    match of_learners.find(|row| row.verdict != Verdict::Agrees) {
        Some(row) => Err(Failure::Run(told(row))),
        None => Ok(()),
    }
}

/// The file of the tables, beside that of the rows.
fn beside(file: &Path) -> Result<PathBuf, Failure> {
    match file.extension() {
        Some(extension) if extension == "json" => Ok(file.with_extension("md")),
        _ => Err(Failure::Input(format!(
            "{}: the rows are JSON, and the tables are written beside them; \
             name a file such as results/proofs.json",
            file.display()
        ))),
    }
}

/// The last part of a path.
fn name(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// An error if the tables are not those of the rows.
fn check_view(file: &Path, rows: &[Row], view: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(view).unwrap_or_default();
    // A checkout may have changed the ends of lines.
    match text.replace("\r\n", "\n") == view::page(rows, &name(file)) {
        true => Ok(()),
        false => Err(Failure::Run(format!(
            "{}: these are not the tables of the rows in {}; \
             `runner proofs --write {1}` writes both anew",
            view.display(),
            file.display()
        ))),
    }
}

/// All proofs, or those whose name contains `only`.
fn measure(only: Option<&str>) -> Result<Vec<Proof>, Failure> {
    interrupt::install();
    let mut wanted = Vec::new();
    for section in catalogue::sections() {
        let examples = section.examples.into_iter();
        let examples =
            examples.filter(|example| only.is_none_or(|only| example.name.contains(only)));
        wanted.extend(examples.map(|example| (section.title, example)));
    }
    let none = wanted.is_empty() && learner::all(only).is_empty();
    if let (true, Some(only)) = (none, only) {
        let reason = format!("--only {only}: no row has a name with that in it");
        return Err(Failure::Input(format!(
            "{reason}; `runner proofs` shows all"
        )));
    }
    let activity = Activity::new("proofs");
    activity.begin("rows", wanted.len());
    let prove = |(section, example): (&'static str, catalogue::Example)| {
        stop_if_interrupted()?;
        activity.at(&example.name);
        let report = measure::prove(&example)?;
        activity.step();
        let name = example.name;
        Ok(Proof {
            section,
            name,
            report,
        })
    };
    wanted.into_par_iter().map(prove).collect()
}

/// An error if a proof is off, or proves nothing.
fn expect_proved(proofs: &[Proof]) -> Result<(), Failure> {
    let fault = |proof: &Proof| {
        let mut comparisons = proof.report.comparisons.iter();
        let fault = comparisons.find(|c| c.verdict != Verdict::Agrees)?;
        let (name, what) = (&proof.name, explanation::difference(fault));
        let verdict = fault.verdict.name();
        Some(format!("the proof of {name} fails ({verdict}): {what}"))
    };
    match proofs.iter().find_map(fault) {
        Some(message) => Err(Failure::Run(message)),
        None => Ok(()),
    }
}

fn compare(file: &Path, recorded: &[Row], measured: &[Row]) -> Result<(), Failure> {
    let wrong = stale::stale(recorded, measured);
    if wrong.is_empty() {
        return Ok(());
    }
    let file = file.display();
    let (shown, more) = wrong.split_at(wrong.len().min(TOLD));
    let mut wrong = shown.join("; ");
    if !more.is_empty() {
        wrong += &format!("; and {} more", more.len());
    }
    Err(Failure::Run(format!(
        "{file}: the proofs are stale ({wrong}); `runner proofs --write {file}` writes them anew"
    )))
}
