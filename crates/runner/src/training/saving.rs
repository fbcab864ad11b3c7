//! The record of a run under way, file by file.
//!
//! The small and precious files are written first, and one that cannot be written (on a full disk,
//! say) keeps none of the others from being written: the record then says so itself, if it still
//! can.

use std::io;
use std::time::{Duration, Instant};

use super::{Training, beginning, checkpoint};
use crate::pictures::curves;
use crate::record::{CHECKPOINT, Status, Trained, now};
use crate::{Failure, files, machine, output};

/// A record is written after a pass, but not more often than this many times what the writing
/// takes: of a thousand short passes it would take longer than the training.
const SHARE: u32 = 50;
/// Nor before this, as long as nobody knows what the weights and checkpoints take.
const FIRST: Duration = Duration::from_millis(500);

/// When and how long the record was written the last time, and what of it stays as it is.
pub struct Saved {
    end: Instant,
    /// None before the first that was written while training.
    trained_took: Option<Duration>,
    /// Whether training has begun: before, there are no curves and no new weights.
    trained: bool,
    /// Files that do not change while a run goes on.
    kept: Vec<(&'static str, Vec<u8>)>,
}

impl Default for Saved {
    fn default() -> Self {
        Self {
            end: Instant::now(),
            trained_took: None,
            trained: false,
            kept: Vec::new(),
        }
    }
}

impl Saved {
    /// From now on there are curves and new weights.
    pub fn training_begins(&mut self) {
        self.trained = true;
        self.end = Instant::now();
    }

    /// Whether it is time again.
    pub fn is_long_ago(&self) -> bool {
        let pause = match self.trained_took {
            Some(took) => SHARE * took,
            None => FIRST,
        };
        self.end.elapsed() >= pause
    }
}

/// The file of a trainee's checkpoint, beside that of its weights.
fn checkpoint_of(trained: &Trained) -> String {
    let weights = trained.weights.trim_end_matches(".safetensors");
    format!("{weights}{CHECKPOINT}")
}

/// What could not be written: file by file, why.
type Unwritten = Vec<(String, io::Error)>;

impl Training<'_> {
    /// Writes the first of the record.
    ///
    /// # Errors
    /// [`Failure::Input`] when the folder cannot be written from the start.
    pub(super) fn begin(&mut self) -> Result<(), Failure> {
        self.keep("config.toml", Ok(self.record.config.clone().into_bytes()));
        match self.write(Status::Running, None).first() {
            None => Ok(()),
            Some((file, error)) => Err(Failure::Input(self.told(file, error))),
        }
    }

    /// From now on this file belongs to the record.
    pub(super) fn keep(&mut self, file: &'static str, bytes: io::Result<Vec<u8>>) {
        // What has no JSON is no reason to lose a run.
        if let Ok(bytes) = bytes {
            self.saved.kept.push((file, bytes));
        }
    }

    /// Writes the record as it is now.
    ///
    /// # Errors
    /// [`Failure::Run`] when a file of it could not be written, with what is there now.
    pub(super) fn save(&mut self, status: Status, message: Option<String>) -> Result<(), Failure> {
        let unwritten = self.write(status, message);
        match unwritten.is_empty() {
            true => Ok(()),
            false => Err(self.not_saved(&unwritten)),
        }
    }

    /// Says that the run has finished, once all that was learned is written: who reads that it has
    /// finished finds its weights.
    ///
    /// # Errors
    /// As [`Training::save`].
    pub(super) fn conclude(&mut self) -> Result<(), Failure> {
        self.record.status = Status::Finished;
        let mut unwritten = Unwritten::new();
        let json = self.record_json();
        self.put("record.json", json, &mut unwritten);
        match unwritten.is_empty() {
            true => Ok(()),
            false => Err(self.not_saved(&unwritten)),
        }
    }

    /// Writes what can be written of the record.
    fn write(&mut self, status: Status, message: Option<String>) -> Unwritten {
        let start = Instant::now();
        self.measure_gaps();
        self.record.status = status;
        self.record.message = message;
        let mut unwritten = Unwritten::new();
        let json = self.record_json();
        self.put("record.json", json, &mut unwritten);
        let rows = self.record.epochs_csv().map_err(io::Error::from);
        self.put("epochs.csv", rows, &mut unwritten);
        self.put_kept(&mut unwritten);
        if self.saved.trained {
            // A picture that cannot be drawn is no reason to lose a run.
            if let Ok(svg) = curves::svg(&self.record) {
                self.put("curves.svg", Ok(svg.into_bytes()), &mut unwritten);
            }
            self.put_trainees(&mut unwritten);
        }
        if self.saved.trained {
            self.saved.trained_took = Some(start.elapsed());
        }
        self.saved.end = Instant::now();
        unwritten
    }

    /// Writes the record for the last time; in words, what of it is where.
    pub(super) fn close(&mut self, status: Status, message: String) -> String {
        match self.save(status, Some(message)) {
            Ok(()) => self.place(),
            Err(failure) => failure.to_string(),
        }
    }

    fn place(&self) -> String {
        let mut rows = self.record.implementations.iter();
        let of = match rows.any(|trained| !trained.epochs.is_empty()) {
            true => " of the epochs so far",
            false => "",
        };
        format!("the record{of} is in {}", self.folder.path.display())
    }

    fn record_json(&mut self) -> io::Result<Vec<u8>> {
        self.record.written = now();
        self.record.peak_memory_bytes = machine::peak_memory();
        files::json(&self.record)
    }

    /// Writes one file of the record, or notes why it could not be written.
    fn put(&self, file: &str, bytes: io::Result<Vec<u8>>, unwritten: &mut Unwritten) {
        let path = self.folder.path.join(file);
        if let Err(error) = bytes.and_then(|bytes| files::write(&path, &bytes)) {
            unwritten.push((file.into(), error));
        }
    }

    /// What does not change is written once, and again if somebody has removed it.
    fn put_kept(&self, unwritten: &mut Unwritten) {
        for (file, bytes) in &self.saved.kept {
            if !self.folder.path.join(file).exists() {
                self.put(file, Ok(bytes.clone()), unwritten);
            }
        }
    }

    /// Writes the weights of each trainee, and where it stands, unless that is written already.
    fn put_trainees(&mut self, unwritten: &mut Unwritten) {
        let mut active = std::mem::take(&mut self.active);
        for (of, trained) in active.iter_mut().zip(&self.record.implementations) {
            if !of.changed {
                continue;
            }
            let failed = unwritten.len();
            let bytes = of.trainee.safetensors();
            self.put(&trained.weights, bytes.map_err(io::Error::other), unwritten);
            for (file, text) in of.trainee.files() {
                self.put(file, Ok(text.into_bytes()), unwritten);
            }
            if !of.cut_off {
                let bytes = checkpoint::bytes(&*of.trainee, trained);
                if let Some(bytes) = bytes.transpose() {
                    self.put(&checkpoint_of(trained), bytes, unwritten);
                }
            }
            of.changed = unwritten.len() > failed;
        }
        self.active = active;
    }

    /// Lets each trainee go on from its checkpoint, if there is one, and begin again otherwise.
    pub(super) fn restore(&mut self) -> Result<(), Failure> {
        let active = self.active.iter_mut().zip(&mut self.record.implementations);
        for ((of, trained), new) in active.zip(beginning(self.prepared)) {
            let file = self.folder.path.join(checkpoint_of(trained));
            let before = checkpoint::read(&file, &mut *of.trainee)?;
            if before.is_none() && !trained.epochs.is_empty() {
                let name = &trained.implementation;
                output::line(format!("note: {name} begins again: it left no checkpoint"));
            }
            *trained = before.unwrap_or(new);
        }
        Ok(())
    }

    fn told(&self, file: &str, error: &io::Error) -> String {
        files::told_with(&self.folder.path.join(file), error, "--results")
    }

    /// The record says that some of it is missing, if it still can; and so does the message.
    fn not_saved(&mut self, unwritten: &Unwritten) -> Failure {
        let [(first, error), others @ ..] = &unwritten[..] else {
            return Failure::Run(self.place());
        };
        let mut what = self.told(first, error);
        if !others.is_empty() {
            let names: Vec<&str> = others.iter().map(|(name, _)| name.as_str()).collect();
            what += &format!("; nor could {} be written", names.join(", "));
        }
        if matches!(self.record.status, Status::Running | Status::Finished) {
            self.record.status = Status::NotSaved;
        }
        let before = self.record.message.take();
        let before = before.map_or_else(String::new, |message| format!("{message}; "));
        self.record.message = Some(format!("{before}{what}"));
        let mut lost = Unwritten::new();
        let json = self.record_json();
        self.put("record.json", json, &mut lost);
        let folder = self.folder.path.display();
        // Without room for a new one the record before is still there, and whole.
        let place = match (
            lost.is_empty(),
            self.folder.path.join("record.json").exists(),
        ) {
            (true, _) => self.place(),
            (false, true) => format!("an older record is in {folder}"),
            (false, false) => format!("nothing is recorded in {folder}"),
        };
        Failure::Run(format!("{what}; {place}"))
    }
}
