//! `runner table`: a published table from one file.
//!
//! Carries out the runs that are missing, each in a process of its own, and makes the table from
//! their raw rows. Any number of processes may work on one table over a common folder: they share
//! nothing but files in it ([`store`], [`claim`]), and leave the same raw rows as one would.
//!
//! A file of worked examples has no runs: [`crate::lectures`] computes them.

mod basis;
mod check;
pub mod claim;
mod estimate;
mod job;
pub mod key;
pub mod overview;
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
mod work;

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use spec::config::Document;
use spec::table::ExamplesSpec;

use crate::activity::Activity;
use crate::cli::TableArguments;
use crate::lectures::page::Page;
use crate::{Failure, files, interrupt, output};
use basis::Basis;
use claim::Claim;
use job::Job;
use plan::{Plan, Run};
use provenance::Origin;
use results::{Places, Results};
use store::Store;
use work::Worked;

/// Between two looks whether another process has done a run.
const LOOK: Duration = Duration::from_millis(300);

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
        table.show();
    }
    match failed.is_empty() {
        true => Ok(()),
        false => Err(Failure::Run(failed.join("\n       "))),
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
    results: Results,
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
            results,
            bases: Vec::new(),
        })
    }

    /// Reads the data of each row, and finds out whether it can be run and measured.
    fn prepare(&mut self) -> Result<(), Failure> {
        let activity = Activity::new(&self.plan.name);
        activity.begin("data and models", self.plan.rows.len());
        for row in 0..self.plan.rows.len() {
            self.bases.push(Basis::of(&self.plan, row)?);
            activity.step();
        }
        Ok(())
    }

    /// The runs that have no raw row yet.
    fn missing(&self) -> Vec<usize> {
        let has_row = |run: &Run| {
            let (name, data) = (&self.plan.rows[run.row].name, &self.bases[run.row].data);
            let mut rows = self.results.rows.iter();
            rows.any(|row| {
                let same = row.row == *name && row.repeat == run.repeat;
                same && row.key == run.key && row.data == *data
            })
        };
        let runs = self.plan.runs.iter().enumerate();
        runs.filter(|(_, run)| !has_row(run))
            .map(|(index, _)| index)
            .collect()
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
            self.results = Results::default();
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
        let mut failed: Vec<(usize, String)> = Vec::new();
        loop {
            let mut left = self.missing();
            left.retain(|run| failed.iter().all(|(other, _)| other != run));
            if left.is_empty() {
                break;
            }
            if interrupt::requested() {
                return Err(self.interrupted());
            }
            match self.next(&left, arguments, &activity)? {
                Some((_, None)) => {}
                Some((run, Some(why))) => failed.push((run, why)),
                None => {
                    activity.begin(
                        "the rest is at work in other processes",
                        self.plan.runs.len(),
                    );
                    activity.set(self.plan.runs.len() - left.len());
                    sleep(LOOK);
                }
            }
        }
        self.tidy();
        let failed = failed.into_iter().map(|(index, why)| {
            let run = self.plan.in_words(&self.plan.runs[index]);
            format!("{}: {run}: {why}", self.plan.file.display())
        });
        Ok(failed.collect())
    }

    /// Does the first of these runs that no other process works on: which it was, and why it failed
    /// if it did. None: others work on all of them.
    fn next(
        &mut self,
        left: &[usize],
        arguments: &TableArguments,
        activity: &Activity,
    ) -> Result<Option<(usize, Option<String>)>, Failure> {
        for &index in left {
            if self.take_in(index) {
                return self.write().map(|()| Some((index, None)));
            }
            let Some(claim) = self.claim(index, arguments)? else {
                continue;
            };
            // It may have been done since.
            if self.take_in(index) {
                return self.write().map(|()| Some((index, None)));
            }
            let worked = self.work(index, &claim, arguments, activity);
            let why = match worked.map_err(|failure| self.told(failure))? {
                Worked::TakenOver => continue,
                Worked::Failed(why) => Some(why),
                Worked::Done => match self.take_in(index) {
                    true => None,
                    false => Some("its record cannot be read again".into()),
                },
            };
            self.write()?;
            return Ok(Some((index, why)));
        }
        Ok(None)
    }

    fn claim(&self, index: usize, arguments: &TableArguments) -> Result<Option<Claim>, Failure> {
        // What is measured by the clock runs alone.
        let id = match self.plan.spec.takes_time() {
            true => TIME.into(),
            false => self.id(&self.plan.runs[index]),
        };
        let folder = &self.store.folder;
        let claim = Claim::take(folder, &id, Duration::from_secs_f64(arguments.stale));
        claim.map_err(|error| Failure::Run(files::told_with(folder, &error, "--results")))
    }

    fn work(
        &self,
        index: usize,
        claim: &Claim,
        arguments: &TableArguments,
        activity: &Activity,
    ) -> Result<Worked, Failure> {
        let run = &self.plan.runs[index];
        activity.begin(self.plan.in_words(run), self.plan.runs.len());
        activity.set(self.plan.runs.len() - self.missing().len());
        let minutes = self.plan.rows[run.row].minutes;
        let job = Job {
            id: &self.id(run),
            config: &run.config,
            store: &self.store,
            claim,
            stale: Duration::from_secs_f64(arguments.stale),
            budget: minutes.map(|minutes| Duration::from_secs_f64(60.0 * minutes)),
            timed: self.plan.spec.takes_time(),
            threads: arguments.threads,
        };
        job.work(activity)
    }

    /// Takes the row of a run that is done, by whichever process; false: it is not.
    fn take_in(&mut self, index: usize) -> bool {
        let run = &self.plan.runs[index];
        let Some((done, record)) = self.store.done(&self.id(run)) else {
            return false;
        };
        let data = &self.bases[run.row].data;
        let Some(row) = store::row(&self.store, &self.plan, run, data, (&done, &record)) else {
            return false;
        };
        let origin = Origin::of(&self.plan, run, &done, &record);
        self.results.put(row, origin);
        true
    }

    /// Writes the table as it is now.
    fn write(&mut self) -> Result<(), Failure> {
        self.results.arrange(&self.plan);
        self.results.write(&self.plan, &self.places)
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

    fn interrupted(&self) -> Failure {
        let (cause, file) = (interrupt::cause(), self.plan.file.display());
        let left = self.missing().len();
        Failure::Interrupted(format!(
            "{cause}; {left} runs are left, `runner table {file}` goes on with them"
        ))
    }

    /// Says how to go on where the work was interrupted.
    fn told(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Interrupted(_) => self.interrupted(),
            other => other,
        }
    }

    fn show(&self) {
        let sheet = view::sheet(&self.plan, &self.results.rows, &self.results.origins);
        let (title, page) = (&self.plan.spec.title, self.places.page.display());
        output::line(format!("{title}\n{}\ntable: {page}", sheet.terminal()));
    }
}
