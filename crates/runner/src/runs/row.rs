//! One recorded run, and what can be asked of it.

use spec::measures::Measure;
use toml::Value;

use super::cell::Cell;
use crate::Failure;
use crate::record::settings::Settings;
use crate::record::{Record, Trained};
use crate::tables;

/// What is known of a run besides its config and its measures.
pub const FACTS: [&str; 15] = [
    "run",
    "name",
    "run_id",
    "status",
    "message",
    "started",
    "seed",
    "implementation",
    "epochs",
    "parameters",
    "threads",
    "processor",
    "instruction_set",
    "version",
    "commit",
];

/// A record with its config.
pub struct Run {
    /// The record.
    pub record: Record,
    /// Its config.
    pub settings: Settings,
}

impl Run {
    /// A record whose config can be read.
    ///
    /// # Errors
    /// When it cannot.
    pub fn new(record: Record) -> Result<Self, Failure> {
        let settings = Settings::of(&record)?;
        Ok(Self { record, settings })
    }

    /// What a key leads to: a fact, else a measure of that implementation, else a key of the
    /// config. None: the run does not have it.
    pub fn cell(&self, implementation: Option<usize>, key: &str) -> Option<Cell> {
        let trained = implementation.map(|index| &self.record.implementations[index]);
        if FACTS.contains(&key) {
            return self.fact(trained, key);
        }
        let mut measures = self.record.measures.iter();
        match measures.find(|measure| measure.key == key) {
            Some(measure) => measured(trained?, measure),
            None => self.settings.get(key).map(Cell::setting),
        }
    }

    fn fact(&self, trained: Option<&Trained>, key: &str) -> Option<Cell> {
        let record = &self.record;
        let text = |text: &str| (!text.is_empty()).then(|| Cell::text(text));
        match key {
            "run" => text(&format!("{}/{}", record.name, record.run_id)),
            "name" => text(&record.name),
            "run_id" => text(&record.run_id),
            "status" => Some(Cell::setting(&Value::try_from(record.status).ok()?)),
            "message" => text(record.message.as_ref()?),
            "started" => text(&record.started),
            "seed" => Some(Cell::count(record.seed)),
            "implementation" => text(&trained?.implementation),
            "epochs" => Some(Cell::count(trained?.epochs.last()?.epoch as u64)),
            "parameters" => Some(Cell::count(record.parameters as u64)),
            "threads" => Some(Cell::count(record.threads as u64)),
            "processor" => text(&record.machine.processor),
            "instruction_set" => text(&record.machine.instruction_set),
            "version" => text(&record.software.version),
            "commit" => text(&record.git.as_ref()?.commit),
            _ => None,
        }
    }
}

/// What was reached at the end; of the seconds the median of an epoch; what was not measured of
/// the weights that came back, in the last epoch.
fn measured(trained: &Trained, measure: &Measure) -> Option<Cell> {
    let value = match *measure == Measure::seconds() {
        true => Some(tables::seconds(trained)).filter(|seconds| seconds.is_finite()),
        false => trained.reached()?.get(&measure.key).copied(),
    };
    let in_last = || trained.epochs.last()?.get(&measure.key);
    Some(Cell::measured(measure, value.or_else(in_last)?))
}
