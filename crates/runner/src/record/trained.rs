//! What each implementation reached, epoch by epoch.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Record;

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
}

/// Why training ended before its last epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Early {
    /// The validation loss did not fall any more.
    Patience,
    /// The training loss did not change any more.
    Plateau,
}

/// One epoch of one implementation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Epoch {
    /// From 1, through all runs of a training with restarts.
    pub epoch: usize,
    /// Which of several runs, from 1; none where there is only one.
    #[serde(default)]
    pub run: Option<usize>,
    /// Of the last update; none where nothing learns by gradients.
    #[serde(default)]
    pub learning_rate: Option<f64>,
    /// Mean loss of the epoch's batches, each before its update, weighted by their samples; of an
    /// evolution the loss of the best of the generation.
    pub train_loss: f64,
    /// Mean loss of the samples held back, after the epoch; none without them.
    #[serde(default)]
    pub validation_loss: Option<f64>,
    /// Metrics of the samples held back, by name.
    #[serde(default)]
    pub validation: BTreeMap<String, f64>,
    /// Mean loss of the test samples after the epoch.
    pub test_loss: f64,
    /// Metrics of the test samples after the epoch, by name.
    pub test: BTreeMap<String, f64>,
    /// Wall-clock seconds of making the batches and training on them, and of what an escape does,
    /// without the evaluation.
    pub seconds: f64,
}

/// The weights that came back at the end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The epoch in which they were found, counted as in [`Epoch::epoch`].
    pub best_epoch: usize,
    /// Mean loss of the samples to train on, without dropout, augmentation or penalties.
    pub train_loss: f64,
    /// Mean loss of the samples held back.
    pub validation_loss: Option<f64>,
    /// Mean loss of the test samples.
    pub test_loss: f64,
    /// Metrics of the test samples, by name.
    pub test: BTreeMap<String, f64>,
}

impl Trained {
    /// Test metrics by name, test loss and train loss at the end; none before the first epoch.
    pub fn reached(&self) -> Option<(&BTreeMap<String, f64>, f64, f64)> {
        let last = || self.epochs.last();
        match &self.kept {
            Some(kept) => Some((&kept.test, kept.test_loss, kept.train_loss)),
            None => last().map(|last| (&last.test, last.test_loss, last.train_loss)),
        }
    }
}

impl Record {
    /// Names of the metrics that were measured.
    pub fn metric_names(&self) -> Vec<&String> {
        self.names(|epoch| &epoch.test)
    }

    fn names(&self, metrics: impl Fn(&Epoch) -> &BTreeMap<String, f64>) -> Vec<&String> {
        let names: BTreeSet<_> = self.all().flat_map(|epoch| metrics(epoch).keys()).collect();
        names.into_iter().collect()
    }

    fn all(&self) -> impl Iterator<Item = &Epoch> {
        self.implementations.iter().flat_map(|t| &t.epochs)
    }

    /// The rows of `epochs.csv`. Runs and validation have columns only where there are any.
    ///
    /// # Errors
    /// When a row cannot be written.
    pub fn epochs_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let (metrics, validated) = (self.metric_names(), self.names(|epoch| &epoch.validation));
        let runs = self.all().any(|epoch| epoch.run.is_some());
        let validation = self.all().any(|epoch| epoch.validation_loss.is_some());
        let mut header = vec!["implementation".to_string()];
        header.extend(runs.then(|| "run".into()));
        header.extend(["epoch".into(), "learning_rate".into(), "train_loss".into()]);
        header.extend(validation.then(|| "validation_loss".into()));
        header.extend(validated.iter().map(|name| format!("validation_{name}")));
        header.push("test_loss".into());
        header.extend(metrics.iter().map(|name| format!("test_{name}")));
        header.push("seconds".into());
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&header)?;
        let text = |value: Option<&f64>| value.map(f64::to_string).unwrap_or_default();
        for trained in &self.implementations {
            for epoch in &trained.epochs {
                let mut row = vec![trained.implementation.clone()];
                row.extend(runs.then(|| epoch.run.map(|r| r.to_string()).unwrap_or_default()));
                row.push(epoch.epoch.to_string());
                row.extend([
                    text(epoch.learning_rate.as_ref()),
                    epoch.train_loss.to_string(),
                ]);
                row.extend(validation.then(|| text(epoch.validation_loss.as_ref())));
                row.extend(
                    validated
                        .iter()
                        .map(|name| text(epoch.validation.get(*name))),
                );
                row.push(epoch.test_loss.to_string());
                row.extend(metrics.iter().map(|name| text(epoch.test.get(*name))));
                row.push(epoch.seconds.to_string());
                writer.write_record(&row)?;
            }
        }
        writer.flush()?;
        writer
            .into_inner()
            .map_err(|error| error.into_error().into())
    }
}
