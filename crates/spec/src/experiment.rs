//! A whole experiment: one config file, checked.

mod written;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;
use crate::datasets::DatasetSpec;
use crate::learners::LearnerSpec;
use crate::network::NetworkSpec;
use crate::record::RecordSpec;
use crate::validation::ValidationSpec;

pub(crate) use written::OF_A_NETWORK;

/// One run: data, and what learns from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Names the folder of the records.
    pub name: String,
    /// Seeds every random choice.
    pub seed: u64,
    /// What it learns from.
    pub dataset: DatasetSpec,
    /// Training samples that a learner is not given, to be measured on; a network has its own in
    /// `training.validation`.
    pub validation: Option<ValidationSpec>,
    /// What learns.
    pub learns: Learns,
    /// What a run leaves besides its record.
    pub record: RecordSpec,
}

/// What learns: `[model]` and `[training]`, or `[learner]` in their place.
#[derive(Clone, Debug, PartialEq)]
pub enum Learns {
    /// A network, by gradients.
    Network(Box<NetworkSpec>),
    /// A machine with a rule of its own.
    Learner(Box<LearnerSpec>),
}

/// What must be known of the data to judge what learns from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataShape {
    /// Number of training samples.
    pub samples: usize,
    /// Number of classes; none: a real target.
    pub classes: Option<usize>,
    /// Numbers of a real target: its columns, or as many as the input has where that is the target;
    /// of a sequence with a target at every position those of one.
    pub targets: usize,
    /// Targets of a sample: the positions of a sequence that has one at each, otherwise 1.
    pub positions: usize,
    /// Whether some sequences are shorter than others, and padded.
    pub padded: bool,
    /// Name and number of samples of each class, for messages; may be empty.
    pub class_sizes: Vec<(String, usize)>,
}

/// An implementation of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImplementationName {
    /// Written by hand.
    Backprop,
    /// burn on its ndarray device.
    BurnNdarray,
    /// burn on its flex device.
    BurnFlex,
}

impl ImplementationName {
    /// Its name in a config and in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backprop => "backprop",
            Self::BurnNdarray => "burn-ndarray",
            Self::BurnFlex => "burn-flex",
        }
    }
}

impl Experiment {
    /// The network, if one learns.
    pub fn network(&self) -> Option<&NetworkSpec> {
        match &self.learns {
            Learns::Network(network) => Some(network),
            Learns::Learner(_) => None,
        }
    }

    /// The same, to be changed.
    pub fn network_mut(&mut self) -> Option<&mut NetworkSpec> {
        match &mut self.learns {
            Learns::Network(network) => Some(network),
            Learns::Learner(_) => None,
        }
    }

    /// The learner, if one learns.
    pub fn learner(&self) -> Option<&LearnerSpec> {
        match &self.learns {
            Learns::Network(_) => None,
            Learns::Learner(learner) => Some(learner),
        }
    }

    /// Which training samples are held back to be measured on, and the key that says so.
    pub fn held_back(&self) -> (&'static str, Option<ValidationSpec>) {
        match &self.learns {
            Learns::Network(network) => ("training.validation", network.training.validation),
            Learns::Learner(_) => ("validation", self.validation),
        }
    }

    /// The file with the parameters that learning begins with, and the key that names it.
    pub fn initial_parameters(&self) -> Option<(String, &Path)> {
        match &self.learns {
            Learns::Network(network) => {
                let file = network.model.initial_parameters.as_deref()?;
                Some(("model.initial_parameters".into(), file))
            }
            Learns::Learner(learner) => {
                let file = learner.learner().initial_parameters()?;
                Some((format!("{}.initial_parameters", learner.key()), file))
            }
        }
    }

    /// Finds values that are impossible whatever the data.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        check_name(&self.name)?;
        self.dataset.check()?;
        match &self.learns {
            Learns::Network(network) => network.check(),
            Learns::Learner(learner) => {
                if let Some(validation) = &self.validation {
                    validation.check(&Checker::new("validation"))?;
                }
                learner.check()
            }
        }
    }
}

fn check_name(name: &str) -> Result<(), Problem> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
        let reason = format!("\"{name}\" cannot name a folder of results");
        return Err(
            Problem::new("name", reason).hint("use small letters, digits, -, _ and . (not first)")
        );
    }
    Ok(())
}

/// A file named in a config: as it is when absolute, otherwise beside the config if it is there,
/// otherwise relative to the current folder.
pub fn resolve_path(path: &Path, base: &Path) -> PathBuf {
    let beside = base.join(path);
    if beside.exists() { beside } else { path.into() }
}
