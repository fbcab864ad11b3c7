//! The record of a run: everything that is needed to repeat it and to make a table from it.
//!
//! `results/runs/<name>/<run id>/` holds
//!
//! | file | content |
//! |---|---|
//! | `record.json` | [`Record`] |
//! | `config.toml` | the config as it ran: overrides applied, defaults written out |
//! | `epochs.csv` | one row for each implementation and epoch |
//! | `gradients.json` | every comparison of the gradient check |
//! | `curves.svg` | loss and metric over the epochs |
//! | `<implementation>.safetensors`, `<implementation>-<escape>.safetensors` | the weights, by PyTorch's names |
//! | `<implementation>.checkpoint` | where a training stands, while it has not finished |
//!
//! The files are written as [`crate::files`] says, after an epoch, and never more often than fifty
//! times what the writing takes: a crash or a full disk leaves the last good record. The small and
//! precious come first, and one that cannot be written keeps none of the others from being written.
//!
//! Format 2 added to format 1: the learning rate, the validation figures and the run of an epoch;
//! the escape, why training ended early and what was kept of each implementation; the samples held
//! back. Format 3 added the statuses `not_finite` and `not_saved`, and has named measures
//! ([`Measure`]) in the place of losses, metrics and seconds that were fields of an epoch. Records
//! of the formats before are still read. `docs/records.md` describes the format for other tools.

pub mod find;
mod older;
mod reading;
pub mod settings;
mod trained;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use spec::measures::Measure;

use crate::implementations::references;
use crate::machine::Machine;
use crate::{Failure, files};

pub use crate::files::{expect_writable, write_file, write_json};
pub use spec::measures::Values;
pub use trained::{Early, Epoch, Kept, Trained};

mod built {
    //! Facts about the build, from `build.rs`.
    #![allow(missing_docs, dead_code, clippy::all)]
    include!(concat!(env!("OUT_DIR"), "/built.rs"));
}

/// Name and version of the libraries that compute, from `build.rs`.
const LIBRARIES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/libraries.rs"));

/// How the names of checkpoints end.
pub const CHECKPOINT: &str = ".checkpoint";

/// The file with every comparison of the gradient check.
pub const GRADIENTS: &str = "gradients.json";

/// The version of the layout of a record.
pub const FORMAT: u32 = 3;

/// One run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Version of this layout: [`FORMAT`].
    pub format: u32,
    /// Name of the experiment.
    pub name: String,
    /// Names the run's folder; begins with its time in UTC.
    pub run_id: String,
    /// How it ended.
    pub status: Status,
    /// What happened, where it did not finish.
    pub message: Option<String>,
    /// When it began, RFC 3339.
    pub started: String,
    /// When it went on after it was cut off, each time, RFC 3339.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<String>,
    /// When this record was written, RFC 3339.
    pub written: String,
    /// Seed of every random choice.
    pub seed: u64,
    /// The config file as it was named.
    pub config_file: String,
    /// `--set` arguments.
    pub overrides: Vec<String>,
    /// What was taken out of the config on the command line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unset: Vec<String>,
    /// The config as it ran, TOML.
    pub config: String,
    /// What was learned from.
    pub data: DataRecord,
    /// Number of parameters that learn.
    pub parameters: usize,
    /// Number of parameters that stay as they are.
    #[serde(default)]
    pub fixed_parameters: usize,
    /// Threads that worked.
    pub threads: usize,
    /// Where it ran.
    pub machine: Machine,
    /// What ran.
    pub software: Software,
    /// The commit, where git knows.
    pub git: Option<Git>,
    /// Largest memory of the process in bytes, where the system tells.
    pub peak_memory_bytes: Option<u64>,
    /// Whether the gradients agreed; none: not checked in this run.
    pub gradients_agree: Option<bool>,
    /// Largest difference to the hand-written loss in the first steps, for each other
    /// implementation.
    pub largest_loss_gap: BTreeMap<String, f64>,
    /// What is measured of each epoch, in the order of the columns of `epochs.csv`.
    #[serde(default)]
    pub measures: Vec<Measure>,
    /// What was measured with the initial parameters, before anything was learned.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub initial: Values,
    /// What each implementation reached.
    pub implementations: Vec<Trained>,
}

impl Record {
    /// Whether all epochs are done.
    pub fn is_finished(&self) -> bool {
        self.status == Status::Finished
    }

    /// How a run ended that did not finish: its status, and what it says.
    pub fn ending(&self) -> String {
        match &self.message {
            Some(message) => format!("{}: {message}", self.status),
            None => self.status.to_string(),
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is running, or the process died.
    Running,
    /// All epochs are done.
    Finished,
    /// The gradients disagreed, so nothing was trained.
    GradientsDisagree,
    /// A number of the first passes was infinite or NaN, so nothing was trained.
    NotFinite,
    /// A loss or a parameter became infinite or NaN.
    Diverged,
    /// Somebody pressed Ctrl-C, or the system asked the process to stop.
    Interrupted,
    /// A file of the record could not be written.
    NotSaved,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => "still running, or its process died",
            Self::Finished => "finished",
            Self::GradientsDisagree => "the gradients disagree",
            Self::NotFinite => "a number is not finite",
            Self::Diverged => "diverged",
            Self::Interrupted => "interrupted",
            Self::NotSaved => "not saved",
        })
    }
}

/// What was learned from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DataRecord {
    /// Its name.
    pub name: String,
    /// Number of samples to train on.
    pub train_samples: usize,
    /// Number of training samples held back for validation.
    #[serde(default)]
    pub validation_samples: usize,
    /// Number of test samples.
    pub test_samples: usize,
    /// Whether both are the same samples.
    pub test_is_train: bool,
    /// SHA-256 of the prepared content.
    pub checksum: String,
    /// Files and their SHA-256.
    pub files: BTreeMap<String, String>,
    /// What the loader did.
    pub notes: Vec<String>,
}

/// What ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    /// Version of this workspace.
    pub version: String,
    /// The compiler.
    pub rustc: String,
    /// Cargo profile and optimisation level.
    pub profile: String,
    /// Versions of the libraries that compute.
    pub libraries: BTreeMap<String, String>,
}

impl Software {
    /// This binary.
    pub fn here() -> Self {
        let mut burn: Vec<_> = references().into_iter().map(|n| n.as_str()).collect();
        if !burn.is_empty() {
            burn.push("burn");
        }
        let mut libraries = BTreeMap::<String, String>::new();
        for &(name, version) in LIBRARIES {
            if name.starts_with("burn") && !burn.contains(&name) {
                continue;
            }
            // Two versions of one library may be at work.
            let versions = libraries.entry(name.into()).or_default();
            let separator = if versions.is_empty() { "" } else { ", " };
            *versions += &format!("{separator}{version}");
        }
        Self {
            version: built::PKG_VERSION.into(),
            rustc: built::RUSTC_VERSION.into(),
            profile: format!("{}, opt-level {}", built::PROFILE, built::OPT_LEVEL),
            libraries,
        }
    }
}

/// The state of the source tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Git {
    /// Hash of the commit.
    pub commit: String,
    /// Whether something was changed since, but for results.
    pub dirty: bool,
}

impl Git {
    /// The repository around the current folder.
    pub fn here() -> Option<Self> {
        let git = |arguments: &[&str]| {
            let output = Command::new("git").args(arguments).output().ok()?;
            let text = String::from_utf8(output.stdout).ok()?;
            output.status.success().then(|| text.trim().to_string())
        };
        Some(Self {
            commit: git(&["rev-parse", "HEAD"])?,
            dirty: !git(&["status", "--porcelain", "--", ":/", ":(top,exclude)results"])?
                .is_empty(),
        })
    }
}

/// The time now, RFC 3339 in UTC.
pub fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The folder of one run.
#[derive(Clone, Debug)]
pub struct RunFolder {
    /// Where it is.
    pub path: PathBuf,
    /// Its name: the time it began, and a number if several began in that second.
    pub run_id: String,
    /// Locked while a process is at work on the run.
    claim: Option<Arc<File>>,
}

impl RunFolder {
    /// Makes `<results>/<name>/<run id>`.
    ///
    /// # Errors
    /// [`Failure::Input`] when it cannot be made.
    pub fn create(results: &Path, name: &str, time: DateTime<Utc>) -> Result<Self, Failure> {
        let parent = results.join(name);
        files::make_folder(&parent, "--results")?;
        let stamp = time.format("%Y%m%dT%H%M%SZ").to_string();
        for number in 1.. {
            let run_id = match number {
                1 => stamp.clone(),
                _ => format!("{stamp}-{number}"),
            };
            let path = parent.join(&run_id);
            match std::fs::create_dir(&path) {
                Ok(()) => {
                    let mut folder = Self::of(path, run_id);
                    folder.claim()?;
                    return Ok(folder);
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(Failure::Input(files::told_with(&path, &error, "--results")));
                }
            }
        }
        Err(Failure::Input(format!(
            "{}: no name is left for a run",
            parent.display()
        )))
    }

    /// The folder of a run that goes on.
    pub fn of(path: PathBuf, run_id: String) -> Self {
        let claim = None;
        Self {
            path,
            run_id,
            claim,
        }
    }

    /// Claims the run for this process, until this value and its copies are gone or the process
    /// ends.
    ///
    /// # Errors
    /// [`Failure::Input`] when another process is at work on it.
    pub fn claim(&mut self) -> Result<(), Failure> {
        // Where folders cannot be locked, nobody is kept from anything.
        let Ok(folder) = File::open(&self.path) else {
            return Ok(());
        };
        match folder.try_lock() {
            Err(TryLockError::WouldBlock) => Err(Failure::Input(format!(
                "{}: another process is at work on this run; wait for its end, or stop it",
                self.path.display()
            ))),
            _ => {
                self.claim = Some(Arc::new(folder));
                Ok(())
            }
        }
    }

    /// Removes what a process that was killed wrote aside and could not put in its place, and the
    /// checkpoints if the run has `finished`.
    pub fn tidy(&self, finished: bool) {
        let entries = std::fs::read_dir(&self.path).into_iter().flatten();
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(files::ASIDE) || finished && name.ends_with(CHECKPOINT) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Removes it where a run could not begin, and the folder of its name if there is no other run.
    pub fn discard(&self) {
        let _ = std::fs::remove_dir_all(&self.path);
        if let Some(named) = self.path.parent() {
            let _ = std::fs::remove_dir(named);
        }
    }
}
