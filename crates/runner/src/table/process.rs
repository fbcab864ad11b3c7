//! The process of a run.
//!
//! It reads its standard input, which this process holds open: when this one dies, whatever kills
//! it, the run notices, saves itself and ends. It is asked to stop in the same way.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::job::Job;
use super::plan::arguments;

use crate::activity::Part;
use crate::{Failure, interrupt};

/// Between two looks at the process: its seconds are known no better.
pub const LOOK: Duration = Duration::from_millis(5);
/// Between two looks at what it prints.
const SHOW: Duration = Duration::from_secs(1);

/// Processes begin one by one: on some systems one that begins meanwhile would keep the standard
/// input of another open, which then did not notice that it is to stop.
static BEGIN: Mutex<()> = Mutex::new(());

/// A process at work on a run.
pub struct Process {
    child: Child,
    start: Instant,
    out: PathBuf,
    err: PathBuf,
}

/// How a process ended.
pub enum Ended {
    /// By itself.
    With {
        /// Its exit code; none: it was killed.
        code: Option<i32>,
        /// From its start to its end.
        seconds: f64,
        /// What it said last.
        why: String,
    },
    /// It was stopped, for it took too long.
    OutOfTime {
        /// How long it took.
        seconds: f64,
    },
    /// It was stopped, for another process has taken the run over.
    TakenOver,
}

impl Process {
    /// Begins a run.
    ///
    /// # Errors
    /// [`Failure::Run`] when it cannot be started.
    pub fn begin(job: &Job<'_>) -> Result<Self, Failure> {
        let mut command = command()?;
        command.arg(&job.config.file).args(arguments(job.config));
        let is_network = job.config.experiment.network().is_some();
        if let Some(threads) = job.threads.filter(|_| is_network) {
            command.args(["--set", &format!("training.threads={threads}")]);
        }
        command.arg("--results").arg(job.store.records(job.id));
        Self::start(command, job)
    }

    /// Goes on with a run that was cut off.
    ///
    /// # Errors
    /// [`Failure::Run`] when it cannot be started.
    pub fn resume(job: &Job<'_>, record: &Path) -> Result<Self, Failure> {
        let mut command = command()?;
        command.arg("--resume").arg(record);
        Self::start(command, job)
    }

    fn start(mut command: Command, job: &Job<'_>) -> Result<Self, Failure> {
        let [out, err] = ["out", "err"].map(|ending| job.store.file(job.id, ending));
        let file = |path: &Path| File::create(path).map_err(|error| cannot_start(&error));
        command
            .stdout(file(&out)?)
            .stderr(file(&err)?)
            .stdin(Stdio::piped());
        let _one = BEGIN.lock().unwrap_or_else(PoisonError::into_inner);
        let start = Instant::now();
        let child = command.spawn().map_err(|error| cannot_start(&error))?;
        Ok(Self {
            child,
            start,
            out,
            err,
        })
    }

    /// Waits for its end, and shows meanwhile that it is at work.
    ///
    /// # Errors
    /// [`Failure::Interrupted`] when somebody asks to stop; then it has ended, too.
    pub fn watch(mut self, job: &Job<'_>, shown: &Part) -> Result<Ended, Failure> {
        let (mut kept, mut looked) = (Instant::now(), Instant::now());
        loop {
            let status = self
                .child
                .try_wait()
                .map_err(|error| cannot_start(&error))?;
            let seconds = self.start.elapsed().as_secs_f64();
            if let Some(status) = status {
                expect_to_go_on(job.stop)?;
                let (code, why) = (status.code(), self.last_words(status.code()));
                return Ok(Ended::With { code, seconds, why });
            }
            if let Err(interrupted) = expect_to_go_on(job.stop) {
                self.stop();
                return Err(interrupted);
            }
            if job
                .budget
                .is_some_and(|budget| self.start.elapsed() > budget)
            {
                self.stop();
                return Ok(Ended::OutOfTime { seconds });
            }
            if kept.elapsed() > job.stale / 4 {
                // A folder that cannot be reached for a moment is no reason to stop.
                if job.claim.keep().is_ok_and(|ours| !ours) {
                    self.stop();
                    return Ok(Ended::TakenOver);
                }
                kept = Instant::now();
            }
            if looked.elapsed() > SHOW {
                if let Some((epoch, measures)) = last_epoch(&self.out) {
                    shown.at(epoch, &measures);
                }
                looked = Instant::now();
            }
            sleep(LOOK);
        }
    }

    /// Lets the run save itself and end.
    fn stop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }

    /// What it says of its end.
    fn last_words(&self, code: Option<i32>) -> String {
        let said = fs::read_to_string(&self.err).unwrap_or_default();
        let error = said.lines().find_map(|line| line.strip_prefix("error: "));
        let said = error.or(said.lines().last());
        match (said, code) {
            (Some(said), _) => said.into(),
            (None, Some(code)) => format!("it ended with exit code {code} and no message"),
            (None, None) => "its process was killed".into(),
        }
    }
}

fn command() -> Result<Command, Failure> {
    let program = std::env::current_exe();
    let program = program.map_err(|error| cannot_start(&error))?;
    let mut command = Command::new(program);
    command.args(["run", "--while-input-is-open", "--no-report"]);
    Ok(command)
}

/// The epoch of which a run spoke last, and what it said: `epoch 3/30 backprop train loss ...`.
fn last_epoch(file: &Path) -> Option<(usize, String)> {
    let text = fs::read_to_string(file).ok()?;
    let words: Vec<_> = text.lines().last()?.split_whitespace().collect();
    let ["epoch", epoch, _, measures @ ..] = &words[..] else {
        return None;
    };
    Some((epoch.split('/').next()?.parse().ok()?, measures.join(" ")))
}

/// Whether to go on.
///
/// # Errors
/// [`Failure::Interrupted`] when somebody asks to stop, or `stop` says so.
pub fn expect_to_go_on(stop: &AtomicBool) -> Result<(), Failure> {
    match interrupt::requested() || stop.load(Ordering::SeqCst) {
        true => Err(Failure::Interrupted(interrupt::cause().into())),
        false => Ok(()),
    }
}

fn cannot_start(error: &io::Error) -> Failure {
    Failure::Run(format!(
        "cannot carry out a run in a process of its own ({error})"
    ))
}
