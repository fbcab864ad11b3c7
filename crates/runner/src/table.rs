//! `runner table`: a published table from one file.
//!
//! Carries out the runs that are missing, each in a process of its own and several at once, and
//! makes the table from their raw rows. Any number of processes may work on one table over a common
//! folder: they share nothing but files in it ([`store`], [`claim`]), and leave the same raw rows
//! as one would.
//!
//! A file of worked examples has no runs: [`crate::lectures`] computes them.

mod aggregate;
mod basis;
mod check;
pub mod claim;
pub mod curves;
mod curves_plot;
mod estimate;
mod job;
pub mod key;
pub mod lines;
pub mod overview;
#[cfg(feature = "parquet")]
mod parquet;
pub mod plan;
pub mod plot;
mod process;
pub mod provenance;
pub mod results;
pub mod rows;
pub mod store;
pub mod summary;
pub mod verdict;
pub mod view;
mod web;
mod work;
mod workers;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use spec::config::Document;
use spec::table::{ExamplesSpec, Kind};

use crate::activity::Activity;
use crate::cli::TableArguments;
use crate::lectures::page::Page;
use crate::{Failure, files, interrupt, output};
use basis::Basis;
use plan::{Plan, Run};
use provenance::Origin;
use results::{Places, Results};
use rows::Ending;
use store::Store;
use workers::Workers;

/// Claimed by whoever measures by the clock.
const TIME: &str = "time";

/// Carries out what is missing of each experiment, and makes its table.
///
/// # Errors
/// [`Failure::Input`] for what is wrong with the experiments, before anything runs;
/// [`Failure::Run`] when runs failed, or (`--check`) a table does not follow from its rows.
pub fn table(arguments: &TableArguments) -> Result<(), Failure> {
    let results = &arguments.results;
    if arguments.check {
        return check::check(&arguments.experiments, results);
    }
    let named = &arguments.experiments;
    let experiments = match named.is_empty() {
        true => check::all()?,
        false => named.clone(),
    };
    if named.is_empty() && !arguments.dry_run && !arguments.no_run {
        let sheet = overview::overview(&experiments, results, false)?;
        output::line(sheet.terminal());
        return Ok(());
    }
    let read = experiments.iter().map(|file| Contents::read(file));
    let read: Vec<Contents> = read.collect::<Result<_, _>>()?;
    let mut failed = Vec::new();
    for contents in read {
        let plan = match contents {
            Contents::Runs(plan) => plan,
            Contents::Examples(page) if arguments.dry_run => {
                output::line(page.in_words());
                continue;
            }
            Contents::Examples(page) => {
                page.write(results)?;
                continue;
            }
        };
        let mut table = Table::open(plan, arguments)?;
        if arguments.dry_run {
            table.prepare()?;
            output::line(table.estimate());
            continue;
        }
        files::expect_writable(&table.places.rows)?;
        if !arguments.no_run {
            failed.extend(table.run(arguments)?);
        }
        table.write()?;
        table.write_page()?;
        table.show()?;
    }
    match failed.is_empty() {
        true => Ok(()),
        false => Err(Failure::Run(failed.join("\n       "))),
    }
}

/// An experiment as a page for a browser, by the raw rows that there are: its place and the page.
///
/// # Errors
/// [`Failure::Input`] for what is wrong with the experiment, [`Failure::Run`] when a raw row was
/// changed by hand.
pub fn page(experiment: &Path, results: &Path) -> Result<(PathBuf, String), Failure> {
    match Contents::read(experiment)? {
        Contents::Examples(page) => page.html(results),
        Contents::Runs(plan) => {
            let places = Places::of(&plan, results);
            let mut all = Results::read(&plan, &places)?.unwrap_or_default();
            all.arrange(&plan);
            let html = web::html(&plan, &all)?;
            Ok((places.web, html))
        }
    }
}

/// What a file in `experiments/` holds.
enum Contents {
    /// Runs.
    Runs(Plan),
    /// Computations: the worked numbers of a lecture.
    Examples(Page),
}

impl Contents {
    fn read(file: &Path) -> Result<Self, Failure> {
        let document = Document::read(file)?;
        match document.has(ExamplesSpec::KEY) {
            true => Page::of(file, &document).map(Self::Examples),
            false => Plan::of(file, &document).map(Self::Runs),
        }
    }
}

/// A table at work.
struct Table {
    plan: Plan,
    places: Places,
    store: Store,
    /// What is there so far, for all that work on it.
    results: Mutex<Results>,
    /// Of each row; empty before the data were read.
    bases: Vec<Basis>,
}

impl Table {
    fn open(plan: Plan, arguments: &TableArguments) -> Result<Self, Failure> {
        let places = Places::of(&plan, &arguments.results);
        let mut results = Results::read(&plan, &places)?.unwrap_or_default();
        results.arrange(&plan);
        Ok(Self {
            store: Store::of(&arguments.results, &plan.name),
            plan,
            places,
            results: Mutex::new(results),
            bases: Vec::new(),
        })
    }

    fn results(&self) -> MutexGuard<'_, Results> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the data of each row, and finds out whether it can be run and measured.
    fn prepare(&mut self) -> Result<(), Failure> {
        let activity = Activity::new(&self.plan.name);
        activity.begin("data and models", self.plan.rows.len());
        for row in 0..self.plan.rows.len() {
            self.bases.push(Basis::of(&self.plan, row)?);
            activity.step();
        }
        basis::expect_measures(&self.plan, &self.bases)
    }

    /// The runs that have no raw row yet, or no curves where the table has some.
    fn missing(&self) -> Vec<usize> {
        let results = self.results();
        let runs = self.plan.runs.iter().enumerate();
        let missing = runs.filter(|(_, run)| {
            let row = results.row(&self.plan, run, &self.bases[run.row].data);
            row.is_none_or(|row| results.lacks_curves(&self.plan, row))
        });
        missing.map(|(index, _)| index).collect()
    }

    /// Names what a run leaves in the store.
    fn id(&self, run: &Run) -> String {
        format!("{}-{}", run.key, self.bases[run.row].data)
    }

    /// Carries out what is missing, as far as no other process does; what failed.
    fn run(&mut self, arguments: &TableArguments) -> Result<Vec<String>, Failure> {
        interrupt::install();
        self.prepare()?;
        self.store.make()?;
        if arguments.rerun {
            *self.results() = Results::default();
            self.plan
                .runs
                .iter()
                .for_each(|run| self.store.forget(&self.id(run)));
        }
        let activity = Activity::new(&self.plan.name);
        activity.begin("what is done", self.plan.runs.len());
        for run in self.missing() {
            self.take_in(run);
        }
        let worked = Workers::new(self, arguments, &activity).work();
        let failed = worked.map_err(|failure| self.told(failure))?;
        self.tidy();
        let failed = failed.into_iter().map(|(index, why)| {
            let run = self.plan.in_words(&self.plan.runs[index]);
            format!("{}: {run}: {why}", self.plan.file.display())
        });
        Ok(failed.chain(self.unfound()).collect())
    }

    /// Findings that the table asks for and a run that is done does not have, with those it has:
    /// nobody knows them before.
    fn unfound(&self) -> Vec<String> {
        let findings = self.plan.spec.measures.iter().enumerate();
        let findings = findings.filter(|(_, measure)| matches!(measure.kind, Kind::Finding(_)));
        let findings: Vec<_> = findings.collect();
        let results = self.results();
        let lacks = |run: &Run| {
            run.config.experiment.learner()?;
            let row = results.row(&self.plan, run, &self.bases[run.row].data)?;
            let lacks =
                |index: usize| row.ending == Ending::Finished && row.values[index].is_none();
            let (_, lacking) = findings.iter().find(|(index, _)| lacks(*index))?;
            let (_, record) = self.store.done(&self.id(run))?;
            let (file, run) = (self.plan.file.display(), self.plan.in_words(run));
            let found = match &store::found(&record)[..] {
                [] => "nothing".into(),
                found => found.join(", "),
            };
            Some(format!(
                "{file}: {run}: it has no {}; it found {found}",
                lacking.name
            ))
        };
        // Runs of a row differ in nothing but their numbers.
        let rows = (0..self.plan.rows.len()).filter_map(|row| self.plan.runs_of(row).next());
        rows.filter_map(|(_, run)| lacks(run)).collect()
    }

    /// Takes the row and the curves of a run that is done, by whichever process; false: it is not.
    fn take_in(&self, index: usize) -> bool {
        let run = &self.plan.runs[index];
        let Some((done, record)) = self.store.done(&self.id(run)) else {
            return false;
        };
        let data = &self.bases[run.row].data;
        let Some(row) = store::row(&self.store, &self.plan, run, data, (&done, &record)) else {
            return false;
        };
        let origin = Origin::of(&self.plan, run, &done, &record);
        let points = curves::points(&self.plan, run, &record);
        let needs_points = !self.plan.spec.curves.is_empty() && row.ending == Ending::Finished;
        if needs_points && points.is_empty() {
            return false;
        }
        self.results().put(row, origin, points);
        true
    }

    /// Writes the table as it is now.
    fn write(&self) -> Result<(), Failure> {
        // One after the other: the last to write has all rows.
        let mut results = self.results();
        results.arrange(&self.plan);
        results.write(&self.plan, &self.places)
    }

    /// Writes the page for a browser.
    fn write_page(&self) -> Result<(), Failure> {
        let html = web::html(&self.plan, &self.results())?;
        files::write_file(&self.places.web, html.as_bytes())
    }

    /// Nobody works any more on runs that have their rows.
    fn tidy(&self) {
        let missing = self.missing();
        let runs = self.plan.runs.iter().enumerate();
        let done = runs.filter(|(index, _)| !missing.contains(index));
        let mut ids: Vec<String> = done.map(|(_, run)| self.id(run)).collect();
        ids.extend(missing.is_empty().then(|| TIME.into()));
        self.store
            .tidy(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// Says how to go on where the work was interrupted.
    fn told(&self, failure: Failure) -> Failure {
        let Failure::Interrupted(cause) = failure else {
            return failure;
        };
        let (file, left) = (self.plan.file.display(), self.missing().len());
        Failure::Interrupted(format!(
            "{cause}; {left} runs are left, `runner table {file}` goes on with them"
        ))
    }

    fn show(&self) -> Result<(), Failure> {
        let results = self.results();
        let sheet = view::sheet(&self.plan, &results.rows, &results.origins);
        let sheet = sheet.map_err(|error| Failure::Run(error.to_string()))?;
        let (title, page) = (&self.plan.spec.title, self.places.page.display());
        output::line(format!("{title}\n{}\ntable: {page}", sheet.terminal()));
        Ok(())
    }
}
