//! Several runs of a table at once: each worker takes a run that nobody has claimed and watches its
//! process, until no run is left. Workers of one process keep apart from each other as processes
//! do, by their claims.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, sleep};
use std::time::Duration;

use super::claim::Claim;
use super::job::Job;
use super::work::Worked;
use super::{TIME, Table};
use crate::activity::Activity;
use crate::cli::TableArguments;
use crate::memory::Limit;
use crate::{Failure, files, machine};

/// Between two looks whether another process has done a run.
const LOOK: Duration = Duration::from_millis(300);

/// Those who work on a table in this process.
pub struct Workers<'a> {
    table: &'a Table,
    arguments: &'a TableArguments,
    activity: &'a Activity,
    /// Runs at once.
    jobs: usize,
    /// Runs that failed, and why.
    failed: Mutex<Vec<(usize, String)>>,
    /// One of them cannot go on: the others stop, too.
    stop: AtomicBool,
}

impl<'a> Workers<'a> {
    /// As many as are faster than one.
    pub fn new(table: &'a Table, arguments: &'a TableArguments, activity: &'a Activity) -> Self {
        Self {
            jobs: jobs(table, arguments),
            table,
            arguments,
            activity,
            failed: Mutex::default(),
            stop: AtomicBool::new(false),
        }
    }

    /// Carries out what is left; the runs that failed, in the order of the table, and why.
    ///
    /// # Errors
    /// [`Failure::Interrupted`] when somebody asks to stop, then all runs at work have saved
    /// themselves; [`Failure::Run`] when the table cannot go on.
    pub fn work(self) -> Result<Vec<(usize, String)>, Failure> {
        let ended: Vec<_> = thread::scope(|scope| {
            let begin = |_| thread::Builder::new().spawn_scoped(scope, || self.work_in_turn());
            // Where the system gives no thread, there is one worker less.
            let others: Vec<_> = (1..self.jobs).filter_map(|job| begin(job).ok()).collect();
            let mut ended = vec![self.work_in_turn()];
            ended.extend(others.into_iter().map(|other| {
                let joined = other.join();
                joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }));
            ended
        });
        // The others were interrupted by the one that cannot go on.
        let failures = ended.into_iter().filter_map(Result::err);
        let (interrupted, other): (Vec<_>, Vec<_>) =
            failures.partition(|failure| matches!(failure, Failure::Interrupted(_)));
        if let Some(failure) = other.into_iter().chain(interrupted).next() {
            return Err(failure);
        }
        let mut failed = std::mem::take(&mut *self.failed());
        failed.sort();
        Ok(failed)
    }

    fn failed(&self) -> MutexGuard<'_, Vec<(usize, String)>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_failed(&self, run: usize) -> bool {
        self.failed().iter().any(|(other, _)| *other == run)
    }

    /// One run after the other, until none is left.
    fn work_in_turn(&self) -> Result<(), Failure> {
        let worked = self.work_until_done();
        if worked.is_err() {
            self.stop.store(true, Ordering::SeqCst);
        }
        worked
    }

    fn work_until_done(&self) -> Result<(), Failure> {
        loop {
            let mut left = self.table.missing();
            let runs = self.table.plan.runs.len();
            self.activity.begin("runs", runs);
            self.activity.set(runs - left.len());
            left.retain(|&run| !self.has_failed(run));
            if left.is_empty() {
                return Ok(());
            }
            super::process::expect_to_go_on(&self.stop)?;
            if !self.next(&left)? {
                if self.activity.is_idle() {
                    self.activity.at("the rest is at work in other processes");
                }
                sleep(LOOK);
            }
        }
    }

    /// Does the first of these runs that nobody works on; false: others work on all of them.
    fn next(&self, left: &[usize]) -> Result<bool, Failure> {
        for &index in left {
            if self.table.take_in(index) {
                return self.table.write().map(|()| true);
            }
            let Some(claim) = self.claim(index)? else {
                continue;
            };
            // Somebody may have had it until now.
            if self.has_failed(index) {
                continue;
            }
            if self.table.take_in(index) {
                return self.table.write().map(|()| true);
            }
            let why = match self.carry_out(index, &claim)? {
                Worked::TakenOver => continue,
                Worked::Failed(why) => Some(why),
                Worked::Done if self.table.take_in(index) => None,
                Worked::Done => Some("its record has not what the table needs".into()),
            };
            self.failed().extend(why.map(|why| (index, why)));
            return self.table.write().map(|()| true);
        }
        Ok(false)
    }

    fn claim(&self, index: usize) -> Result<Option<Claim>, Failure> {
        let Table { plan, store, .. } = self.table;
        // What is measured by the clock runs alone.
        let id = match plan.spec.takes_time() {
            true => TIME.into(),
            false => self.table.id(&plan.runs[index]),
        };
        let stale = Duration::from_secs_f64(self.arguments.stale);
        let claim = Claim::take(&store.folder, &id, stale);
        claim.map_err(|error| Failure::Run(files::told_with(&store.folder, &error, "--results")))
    }

    fn carry_out(&self, index: usize, claim: &Claim) -> Result<Worked, Failure> {
        let plan = &self.table.plan;
        let run = &plan.runs[index];
        let minutes = plan.rows[run.row].minutes;
        let network = run.config.experiment.network();
        let job = Job {
            id: &self.table.id(run),
            config: &run.config,
            store: &self.table.store,
            claim,
            stale: Duration::from_secs_f64(self.arguments.stale),
            budget: minutes.map(|minutes| Duration::from_secs_f64(60.0 * minutes)),
            timed: plan.spec.takes_time(),
            threads: self.threads(network.and_then(|network| network.training.threads)),
            stop: &self.stop,
        };
        job.work(&self.activity.part(plan.in_words(run), run.epochs()))
    }

    /// Threads of a run, where something else is to be said than its config says.
    fn threads(&self, of_config: Option<usize>) -> Option<usize> {
        let share = (machine::cores() / self.jobs).max(1);
        match (self.arguments.threads, self.jobs) {
            (Some(threads), _) => Some(threads),
            (None, 1) => None,
            (None, _) => Some(of_config.map_or(share, |threads| threads.min(share))),
        }
    }
}

/// How many runs go at once: one for each core, or for as many cores as a run has threads, unless
/// memory does not do or fewer are left.
fn jobs(table: &Table, arguments: &TableArguments) -> usize {
    let left = table.missing();
    let by_cores = machine::cores() / arguments.threads.unwrap_or(1);
    let bytes = left
        .iter()
        .map(|&run| table.bytes(table.plan.runs[run].row));
    // A run that takes more than there is goes alone, and says so.
    let by_memory = (Limit::here().bytes / bytes.fold(1.0, f64::max)) as usize;
    let jobs = match arguments.jobs {
        _ if table.plan.spec.takes_time() => 1,
        Some(jobs) => jobs,
        None => by_cores.min(by_memory),
    };
    jobs.clamp(1, left.len().max(1))
}
