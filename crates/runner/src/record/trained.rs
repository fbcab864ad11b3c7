//! What each implementation reached, epoch by epoch.

use learners::Findings;
use serde::{Deserialize, Serialize};
use spec::measures::{Measure, Values};

use super::Record;
use super::older;

/// What one implementation reached, with one escape if the config lists any.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Trained {
    /// Its name; with an escape `<implementation>/<escape>`.
    pub implementation: String,
    /// The way out of local minima that it took.
    #[serde(default)]
    pub escape: Option<String>,
    /// File of its weights, in the folder of the record.
    pub weights: String,
    /// Epoch by epoch.
    pub epochs: Vec<Epoch>,
    /// Loss of each of the first batches, before its update.
    pub first_losses: Vec<f64>,
    /// Why training ended before its last epoch, if it did. Of several runs: why the kept one did.
    #[serde(default)]
    pub stopped_early: Option<Early>,
    /// The weights that came back at the end; none where they are just those of the last epoch.
    #[serde(default)]
    pub kept: Option<Kept>,
    /// Restarts whose loss became infinite or NaN: they lost.
    #[serde(default)]
    pub diverged_runs: usize,
    /// Tables of what a learner has learned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Findings>,
    /// What is to be known of what a learner has learned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Why training ended before its last epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Early {
    /// The measure of early stopping did not become better any more.
    Patience,
    /// The training loss did not change any more.
    Plateau,
}

/// One epoch of one implementation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "older::Epoch")]
pub struct Epoch {
    /// From 1, through all runs of a training with restarts; 0 where nothing was to be learned and
    /// the weights were only measured.
    pub epoch: usize,
    /// Which of several runs, from 1; none where there is only one.
    pub run: Option<usize>,
    /// What was measured. The training loss is the mean of the epoch's batches, each before its
    /// update, weighted by their samples (of an evolution that of the best of the generation);
    /// losses and metrics of other samples are those after the epoch.
    pub measures: Values,
}

/// The weights that came back at the end.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "older::Kept")]
pub struct Kept {
    /// The epoch in which they were found, counted as in [`Epoch::epoch`].
    pub best_epoch: usize,
    /// What was measured with them; the training loss without dropout, augmentation or penalties.
    pub measures: Values,
}

impl From<older::Epoch> for Epoch {
    fn from(read: older::Epoch) -> Self {
        let (epoch, run, measures) = read.read();
        Self {
            epoch,
            run,
            measures,
        }
    }
}

impl From<older::Kept> for Kept {
    fn from(read: older::Kept) -> Self {
        let (best_epoch, measures) = read.read();
        Self {
            best_epoch,
            measures,
        }
    }
}

impl Epoch {
    /// The value of a measure.
    pub fn get(&self, key: &str) -> Option<f64> {
        self.measures.get(key).copied()
    }
}

impl Trained {
    /// What was measured at the end; none before the first epoch.
    pub fn reached(&self) -> Option<&Values> {
        match &self.kept {
            Some(kept) => Some(&kept.measures),
            None => self.epochs.last().map(|last| &last.measures),
        }
    }

    /// A measure, epoch by epoch, where it has a value.
    pub fn series(&self, measure: &Measure) -> Vec<(usize, f64)> {
        let value = |epoch: &Epoch| Some((epoch.epoch, epoch.get(&measure.key)?));
        self.epochs.iter().filter_map(value).collect()
    }
}

impl Record {
    /// The measures that have a value in some epoch, in their order.
    pub fn measured(&self) -> impl Iterator<Item = &Measure> {
        let has_value = |measure: &&Measure| {
            let mut epochs = self.implementations.iter().flat_map(|t| &t.epochs);
            epochs.any(|epoch| epoch.measures.contains_key(&measure.key))
        };
        self.measures.iter().filter(has_value)
    }

    /// The rows of `epochs.csv`: a column for each measure that has a value, and one for the runs
    /// where there are several.
    ///
    /// # Errors
    /// When a row cannot be written.
    pub fn epochs_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let measures: Vec<&Measure> = self.measured().collect();
        let mut epochs = self.implementations.iter().flat_map(|t| &t.epochs);
        let runs = epochs.any(|epoch| epoch.run.is_some());
        let mut header = vec!["implementation"];
        header.extend(runs.then_some("run"));
        header.push("epoch");
        header.extend(measures.iter().map(|measure| measure.key.as_str()));
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&header)?;
        for trained in &self.implementations {
            for epoch in &trained.epochs {
                let mut row = vec![trained.implementation.clone()];
                row.extend(runs.then(|| epoch.run.map(|r| r.to_string()).unwrap_or_default()));
                row.push(epoch.epoch.to_string());
                let value = |measure: &&Measure| epoch.get(&measure.key);
                let values = measures.iter().map(value);
                row.extend(values.map(|value| value.map(|v| v.to_string()).unwrap_or_default()));
                writer.write_record(&row)?;
            }
        }
        writer.flush()?;
        writer
            .into_inner()
            .map_err(|error| error.into_error().into())
    }
}
