//! One run of a table, in a process of its own: so it may end in any way without ending the table,
//! and its seconds are those of everything that it does. What was cut off goes on from its
//! checkpoint.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use chrono::DateTime;

use super::job::Job;
use super::process::{Ended, LOOK, Process, expect_to_go_on};
use super::store::ending;
use crate::Failure;
use crate::activity::Part;
use crate::record::{Record, RunFolder, Status, find};

/// How long a run whose table was killed may take to save itself.
const SAVES_ITSELF: Duration = Duration::from_secs(60);

/// How work on a run ended.
pub enum Worked {
    /// It is done.
    Done,
    /// It failed, and why.
    Failed(String),
    /// Another process has taken it over.
    TakenOver,
}

/// What is known of a run before it is worked on.
enum Before {
    /// Nothing.
    Nothing,
    /// It was cut off.
    CutOff(PathBuf),
    /// It ended, and only nobody said so.
    Ended(PathBuf),
}

impl Job<'_> {
    /// Works on it until it ends.
    ///
    /// # Errors
    /// [`Failure::Interrupted`] when somebody asks to stop; the run can go on.
    pub fn work(&self, shown: &Part) -> Result<Worked, Failure> {
        match self.before() {
            Before::Ended(record) => {
                let seconds = seconds_so_far(&record);
                self.store.finish(self.id, &record, seconds)?;
                return Ok(Worked::Done);
            }
            Before::CutOff(record) => {
                self.wait_for_its_end(&record)?;
                let spent = seconds_so_far(&record);
                let ended = Process::resume(self, &record)?.watch(self, shown)?;
                if !matches!(&ended, Ended::With { code: Some(2), .. }) {
                    return self.conclude(ended, spent);
                }
                // It cannot go on from there.
                self.store.forget(self.id);
            }
            Before::Nothing => self.store.forget(self.id),
        }
        let ended = Process::begin(self)?.watch(self, shown)?;
        self.conclude(ended, 0.0)
    }

    /// The record of the run: one that ended for good, otherwise the newest. A process whose table
    /// was killed may leave one later than that which did its work.
    fn record(&self) -> Option<(PathBuf, Record)> {
        let name = &self.config.experiment.name;
        let folders = find::runs(&self.store.records(self.id).join(name)).into_iter();
        let read = |folder: PathBuf| Some((Record::read(&folder).ok()?, folder));
        let mut records: Vec<_> = folders.filter_map(read).collect();
        let mut all = records.iter();
        let ended = all.position(|(record, _)| ending(record).is_some());
        let index = ended.unwrap_or(0);
        (index < records.len())
            .then(|| records.swap_remove(index))
            .map(|(record, folder)| (folder, record))
    }

    fn before(&self) -> Before {
        // What is measured from start to end cannot go on from its middle.
        if self.timed {
            return Before::Nothing;
        }
        match self.record() {
            None => Before::Nothing,
            Some((path, record)) => match record.status {
                Status::Finished | Status::Diverged => Before::Ended(path),
                Status::Running | Status::Interrupted | Status::NotSaved => Before::CutOff(path),
                Status::GradientsDisagree | Status::NotFinite => Before::Nothing,
            },
        }
    }

    /// The process of a table that was killed may still be saving itself.
    fn wait_for_its_end(&self, record: &Path) -> Result<(), Failure> {
        let mut folder = RunFolder::of(record.into(), String::new());
        let start = Instant::now();
        while folder.claim().is_err() && start.elapsed() < SAVES_ITSELF {
            expect_to_go_on(self.stop)?;
            sleep(LOOK);
        }
        Ok(())
    }

    /// What came of it.
    fn conclude(&self, ended: Ended, spent: f64) -> Result<Worked, Failure> {
        let (seconds, why) = match ended {
            Ended::TakenOver => return Ok(Worked::TakenOver),
            Ended::OutOfTime { seconds } => {
                return Ok(Worked::Failed(format!(
                    "stopped after {seconds:.0} s, for it may take no longer; give it more minutes \
                     in the experiment, or more threads (--jobs 1), and it goes on"
                )));
            }
            Ended::With { seconds, why, .. } => (seconds, why),
        };
        match self.record().filter(|(_, record)| ending(record).is_some()) {
            Some((path, _)) => {
                self.store.finish(self.id, &path, spent + seconds)?;
                for ending in ["out", "err"] {
                    let _ = fs::remove_file(self.store.file(self.id, ending));
                }
                Ok(Worked::Done)
            }
            None => Ok(Worked::Failed(why)),
        }
    }
}

/// Seconds that processes worked on a run until its last record, as far as it says.
fn seconds_so_far(record: &Path) -> f64 {
    let seconds = || {
        let record = Record::read(record).ok()?;
        let time = |text: &str| DateTime::parse_from_rfc3339(text).ok();
        let start = record.resumed.last().unwrap_or(&record.started);
        Some((time(&record.written)? - time(start)?).num_milliseconds() as f64 / 1000.0)
    };
    seconds().unwrap_or(0.0)
}
