//! An experiment as it is written.

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};

use super::{Experiment, ImplementationName, Learns};
use crate::augmentation::AugmentationSpec;
use crate::datasets::DatasetSpec;
use crate::invariance::InvarianceSpec;
use crate::learners::LearnerSpec;
use crate::model::ModelSpec;
use crate::network::NetworkSpec;
use crate::record::RecordSpec;
use crate::training::{GradientCheckSpec, TrainingSpec};
use crate::validation::ValidationSpec;

/// The keys of a config that are a network's: they cannot stand beside `learner`.
pub const OF_A_NETWORK: [&str; 6] = [
    "model",
    "training",
    "implementations",
    "augmentation",
    "invariance",
    "gradient_check",
];

/// The keys of a config. They are written in this order, which the keys of tables' rows depend on.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "Experiment")]
struct Written {
    name: String,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    implementations: Option<Vec<ImplementationName>>,
    dataset: DatasetSpec,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation: Option<ValidationSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    augmentation: Option<AugmentationSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invariance: Option<InvarianceSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<ModelSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    training: Option<TrainingSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    learner: Option<LearnerSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gradient_check: Option<GradientCheckSpec>,
    #[serde(default, skip_serializing_if = "RecordSpec::is_empty")]
    record: RecordSpec,
}

impl Written {
    /// The network that the keys describe.
    fn network<E: Error>(self) -> Result<NetworkSpec, E> {
        let missing = E::missing_field;
        Ok(NetworkSpec {
            implementations: self
                .implementations
                .ok_or_else(|| missing("implementations"))?,
            augmentation: self.augmentation.unwrap_or_default(),
            invariance: self.invariance.unwrap_or_default(),
            model: self.model.ok_or_else(|| missing("model"))?,
            training: self.training.ok_or_else(|| missing("training"))?,
            gradient_check: self.gradient_check.unwrap_or_default(),
        })
    }
}

impl<'de> Deserialize<'de> for Experiment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut written = Written::deserialize(deserializer)?;
        let (name, seed) = (std::mem::take(&mut written.name), written.seed);
        let (dataset, validation) = (written.dataset.clone(), written.validation);
        let record = written.record;
        // Keys of a network beside a learner are told where their places are known.
        let learns = match written.learner.take() {
            Some(learner) => Learns::Learner(Box::new(learner)),
            None => Learns::Network(Box::new(written.network()?)),
        };
        Ok(Self {
            name,
            seed,
            dataset,
            validation,
            learns,
            record,
        })
    }
}

impl Serialize for Experiment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let network = self.network();
        let invariance = network.map(|network| network.invariance.clone());
        let written = Written {
            name: self.name.clone(),
            seed: self.seed,
            implementations: network.map(|network| network.implementations.clone()),
            dataset: self.dataset.clone(),
            validation: self.validation,
            augmentation: network.map(|network| network.augmentation),
            invariance: invariance.filter(|invariance| !invariance.is_empty()),
            model: network.map(|network| network.model.clone()),
            training: network.map(|network| network.training.clone()),
            learner: self.learner().cloned(),
            gradient_check: network.map(|network| network.gradient_check),
            record: self.record,
        };
        written.serialize(serializer)
    }
}
