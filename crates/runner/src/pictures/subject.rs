//! What pictures are drawn of.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use backprop::Probe;
use contract::NamedTensors;
use spec::measures::Part;
use spec::model::PlannedLayer;

use super::sequence::Sequence;
use crate::Failure;
use crate::evaluate::cases::Cases;
use crate::evaluate::outputs::{Chosen, outputs};
use crate::prepare::{Prepared, PreparedNetwork};
use crate::record::Record;

/// A stream that was learned step by step is drawn in sequences of so many.
const STEPS_OF_A_STREAM: usize = 60;

/// A run that is drawn. What several kinds of pictures ask for is computed once.
pub struct Subject<'a> {
    /// The folder of its record.
    pub folder: &'a Path,
    /// The record.
    pub record: &'a Record,
    /// Data, and what learned from them.
    pub prepared: &'a Prepared,
    /// What it has learned; none where the run left no weights: nothing is drawn of them then.
    pub weights: Option<&'a NamedTensors<f64>>,
    /// The test sample that is looked at, by its place.
    row: usize,
    cases: OnceCell<Option<Cases>>,
    stream: OnceCell<Option<PreparedNetwork>>,
    sequence: OnceCell<Option<Sequence>>,
}

impl<'a> Subject<'a> {
    /// A run, looked at with its first test sample.
    pub fn new(
        folder: &'a Path,
        record: &'a Record,
        prepared: &'a Prepared,
        weights: Option<&'a NamedTensors<f64>>,
    ) -> Self {
        Self {
            folder,
            record,
            prepared,
            weights,
            row: 0,
            cases: OnceCell::new(),
            stream: OnceCell::new(),
            sequence: OnceCell::new(),
        }
    }

    /// The same, looked at with another test sample, counted from 1.
    ///
    /// # Errors
    /// When there is no such sample.
    pub fn with_sample(mut self, sample: usize) -> Result<Self, Failure> {
        let samples = match self.in_sequences() {
            Some(network) => network.dataset.test.len(),
            None => self.prepared.dataset.test.len(),
        };
        let row = sample.checked_sub(1).filter(|&row| row < samples);
        self.row = row.ok_or_else(|| {
            Failure::Input(format!(
                "--sample: there is no test sample {sample}; there are 1 to {samples}"
            ))
        })?;
        Ok(self)
    }

    /// Name of the experiment.
    pub fn name(&self) -> &str {
        &self.record.name
    }

    /// The place of the test sample that is looked at.
    pub fn row(&self) -> usize {
        self.row
    }

    /// Of a network.
    pub fn network(&self) -> Option<&'a PreparedNetwork> {
        match self.prepared {
            Prepared::Network(network) => Some(network),
            Prepared::Learner(_) => None,
        }
    }

    /// A network as it is looked into: a stream that was learned step by step is in sequences.
    pub fn in_sequences(&self) -> Option<&PreparedNetwork> {
        let network = self.network()?;
        let stream = || network.in_sequences(STEPS_OF_A_STREAM);
        Some(self.stream.get_or_init(stream).as_ref().unwrap_or(network))
    }

    /// The file of the weights.
    pub fn weights_file(&self) -> PathBuf {
        let first = self.record.implementations.first();
        self.folder
            .join(first.map_or("", |trained| &trained.weights))
    }

    /// The network with what it has learned, layer by layer. None without weights, or of a learner.
    ///
    /// # Errors
    /// When the weights are of another model.
    pub fn probe(&self) -> Result<Option<Probe<f64>>, Failure> {
        let (Some(network), Some(weights)) = (self.in_sequences(), self.weights) else {
            return Ok(None);
        };
        let mut probe = Probe::new(&network.plan);
        let loaded = probe.load(weights);
        let file = self.weights_file();
        loaded.map_err(|error| Failure::Input(format!("{}: {error}", file.display())))?;
        Ok(Some(probe))
    }

    /// What it answers to the test samples beside what is true. None without weights, and where an
    /// output is no number: after a divergence, say.
    ///
    /// # Errors
    /// When the weights are of another model, and when somebody asks to stop.
    pub fn cases(&self) -> Result<Option<&Cases>, Failure> {
        once(&self.cases, || {
            let Some(weights) = self.weights else {
                return Ok(None);
            };
            let chosen = Chosen::part(self.prepared, Part::Test)?;
            let file = self.weights_file();
            let y = outputs(self.prepared, (weights, &file), &chosen)?;
            let of_network = self.network().is_some();
            if of_network && y.iter().any(|y| !y.is_finite()) {
                return Ok(None);
            }
            Ok(Some(Cases::new(self.prepared, &chosen, &y)))
        })
        .map(Option::as_ref)
    }

    /// What looks into a network that has a recurrent layer or attention.
    ///
    /// # Errors
    /// As [`Subject::probe`].
    pub(super) fn probe_of_sequences(
        &self,
    ) -> Result<Option<(&PreparedNetwork, Probe<f64>)>, Failure> {
        let (Some(network), Some(probe)) = (self.in_sequences(), self.probe()?) else {
            return Ok(None);
        };
        let mut layers = 0..network.plan.len();
        let recurs = layers.any(|layer| !probe.states(layer).is_empty());
        let attends = |layer: &PlannedLayer| layer.spec.any(&|layer| layer.attends());
        let of_sequences = recurs || network.plan.iter().any(attends);
        let looked_into = of_sequences || network.dataset.is_of_pairs();
        Ok(looked_into.then_some((network, probe)))
    }

    /// The test sample that is looked at, of a network over sequences.
    ///
    /// # Errors
    /// As [`Subject::probe`].
    pub(super) fn sequence(&self) -> Result<Option<&Sequence>, Failure> {
        once(&self.sequence, || {
            let of_sequences = self.probe_of_sequences()?;
            let of_sequences = of_sequences.filter(|(network, _)| !network.dataset.is_of_pairs());
            Ok(
                of_sequences
                    .map(|(network, mut probe)| Sequence::of(network, self.row, &mut probe)),
            )
        })
        .map(Option::as_ref)
    }
}

/// What is in a cell, made if it is empty.
fn once<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T, Failure>) -> Result<&T, Failure> {
    let made = match cell.get() {
        None => Some(make()?),
        Some(_) => None,
    };
    Ok(cell.get_or_init(|| made.expect("made where it is empty")))
}
