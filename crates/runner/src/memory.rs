//! Whether a model fits into memory, found out before anything is allocated.

use spec::datasets::DatasetSpec;
use spec::model::PlannedLayer;
use spec::{NetworkSpec, Problem};
use sysinfo::System;

use crate::implementations::references;

/// Bytes of a number that trains.
const TRAINS: f64 = 4.0;
/// Bytes of a number that proves, and of an initial parameter.
const PROVES: f64 = 8.0;

/// How much memory this process can have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// In bytes.
    pub bytes: f64,
    /// What sets it.
    pub by: &'static str,
}

impl Limit {
    /// The least of the machine's memory with its swap space, of the control group's, and of what
    /// `ulimit` leaves.
    pub fn here() -> Self {
        let mut system = System::new();
        system.refresh_memory();
        let machine = (system.total_memory() + system.total_swap()) as f64;
        let group = system.cgroup_limits();
        let group = group.map(|group| (group.total_memory + group.free_swap) as f64);
        let limits = [
            (Some(machine), "of this machine"),
            (group, "of its control group"),
            (ulimit(), "that ulimit allows"),
        ];
        let known = limits
            .into_iter()
            .filter_map(|(bytes, by)| Some(Self { bytes: bytes?, by }))
            .filter(|limit| limit.bytes > 0.0);
        known
            .min_by(|a, b| a.bytes.total_cmp(&b.bytes))
            .unwrap_or(Self {
                bytes: f64::INFINITY,
                by: "",
            })
    }
}

/// The smaller of the limits of the address space and of the data.
#[cfg(target_os = "linux")]
fn ulimit() -> Option<f64> {
    use rustix::process::{Resource, getrlimit};
    let limits = [Resource::As, Resource::Data].map(|resource| getrlimit(resource).current);
    limits.into_iter().flatten().min().map(|bytes| bytes as f64)
}

#[cfg(not(target_os = "linux"))]
fn ulimit() -> Option<f64> {
    None
}

/// For what a model is prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be trained, its gradients perhaps checked before.
    Training,
    /// For a check of its gradients.
    Check,
    /// To be written, with the gradients of a batch.
    Export,
}

impl Purpose {
    /// Copies of the parameters in f64 besides the initial ones, at least: a model and its
    /// gradients, of a check two of each.
    fn copies(self, network: &NetworkSpec) -> f64 {
        let two_sides = !references().is_empty();
        match self {
            Self::Training if !(network.gradient_check.before_training && two_sides) => 0.0,
            Self::Export => 2.0,
            Self::Check if !two_sides => 2.0,
            Self::Training | Self::Check => 4.0,
        }
    }
}

/// What training, or a check of gradients, takes at least, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Need {
    /// Numbers that are parameters or running statistics.
    values: f64,
    parameters: f64,
    gradients: f64,
    optimizer_state: f64,
    activations: f64,
    /// Copies of the parameters in f64, which are gone before training.
    copies: f64,
}

impl Need {
    /// Of a model that every implementation of the config trains, in batches of so many samples; of
    /// one that is not trained, of its copies.
    pub fn of(
        purpose: Purpose,
        network: &NetworkSpec,
        plan: &[PlannedLayer],
        batch: usize,
    ) -> Self {
        let values: f64 = plan.iter().map(values).sum();
        let trained = match purpose {
            Purpose::Training => network.implementations.len() as f64,
            Purpose::Check | Purpose::Export => 0.0,
        };
        let rules = network.training.optimizers();
        let state = rules.map(|rule| rule.state_per_parameter()).max();
        let state = state.unwrap_or_default() as f64;
        let activations: usize = plan.iter().map(PlannedLayer::activations).sum();
        Self {
            values,
            // Each implementation has its own, besides the initial ones.
            parameters: values * (PROVES + trained * TRAINS),
            gradients: values * trained * TRAINS,
            optimizer_state: values * state * trained * TRAINS,
            activations: activations as f64 * batch as f64 * TRAINS * trained.min(1.0),
            copies: values * purpose.copies(network) * PROVES,
        }
    }

    /// All together: first the check, then training.
    pub fn bytes(&self) -> f64 {
        let training = self.gradients + self.optimizer_state + self.activations;
        self.parameters + training.max(self.copies)
    }

    /// What there is besides the parameters.
    fn besides(&self) -> String {
        let all = [
            (self.gradients, "their gradients"),
            (self.optimizer_state, "the optimizer's state"),
            (self.activations, "the activations of a batch"),
            (self.copies, "the copies in f64 that prove the gradients"),
        ];
        let some = all.iter().filter(|(bytes, _)| *bytes > 0.0);
        let words = some.map(|(bytes, what)| format!("{} for {what}", size(*bytes)));
        words.collect::<Vec<_>>().join(", ")
    }
}

/// Bytes of the parameters and running statistics of a layer while it trains.
pub fn of_values(layer: &PlannedLayer) -> f64 {
    values(layer) * TRAINS
}

/// Bytes of what is kept of a batch for the backward pass.
pub fn of_activations(layer: &PlannedLayer, batch: usize) -> f64 {
    layer.activations() as f64 * batch as f64 * TRAINS
}

fn values(layer: &PlannedLayer) -> f64 {
    let tensors = layer.parameters.iter().chain(&layer.buffers);
    tensors.map(|tensor| numbers(&tensor.shape)).sum()
}

fn numbers(shape: &[usize]) -> f64 {
    shape.iter().map(|&side| side as f64).product()
}

/// Refuses generated data that cannot be held: all of them, and once more while they are divided.
///
/// # Errors
/// With what they take.
pub fn check_data(dataset: &DatasetSpec, limit: Limit) -> Result<(), Problem> {
    let numbers = dataset.dataset().generated_numbers().unwrap_or(0) as f64;
    let need = 2.0 * numbers * PROVES;
    if need <= limit.bytes {
        return Ok(());
    }
    let reason = format!(
        "the data do not fit into memory: {numbers:.0} numbers take {} while they are made, and \
         there are {} {}",
        size(need),
        size(limit.bytes),
        limit.by,
    );
    let key = format!("dataset.{}.samples", dataset.kind());
    Err(Problem::new(key, reason).hint("use fewer samples"))
}

/// Refuses a model that cannot be trained in this memory; the key is that of its largest layer.
///
/// # Errors
/// With the sum, and what makes it up.
pub fn check(need: &Need, plan: &[PlannedLayer], limit: Limit) -> Result<(), Problem> {
    if need.bytes() <= limit.bytes {
        return Ok(());
    }
    let largest = plan.iter().enumerate().max_by(|(_, a), (_, b)| {
        let size = |layer| values(layer) + layer.activations() as f64;
        size(a).total_cmp(&size(b))
    });
    let key = match largest {
        Some((index, layer)) => format!("model.layers.{index}.{}", layer.spec.kind()),
        None => "model.layers".into(),
    };
    let reason = format!(
        "the model does not fit into memory: it takes {} at least, and there are {} {}; {} for \
         {:.0} parameters, {}",
        size(need.bytes()),
        size(limit.bytes),
        limit.by,
        size(need.parameters),
        need.values,
        need.besides(),
    );
    Err(Problem::new(key, reason)
        .hint("use smaller layers, a smaller batch, or fewer implementations"))
}

/// `8.0 TB`.
pub fn size(bytes: f64) -> String {
    if bytes < 1e3 {
        return format!("{bytes:.0} B");
    }
    let units = [(1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB")];
    let unit = units.iter().find(|(unit, _)| bytes >= *unit);
    let (unit, name) = unit.copied().unwrap_or((1e3, "kB"));
    format!("{:.1} {name}", bytes / unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use spec::model::{LayerSpec, LinearSpec, ModelSpec};

    const CONFIG: &str = r#"
name = "small"
seed = 1
implementations = ["backprop", "burn-flex"]
dataset = { xor = {} }
model = { layers = [{ linear = { units = 1 } }] }
training = { epochs = 1, batch_size = "all", loss = "squared_error", optimizer = { adam = { learning_rate = 0.1 } } }
"#;

    fn plan(units: &[usize]) -> Vec<PlannedLayer> {
        let layers = units.iter().map(|&u| LayerSpec::Linear(LinearSpec::new(u)));
        ModelSpec::new(layers.collect()).plan(&[10]).unwrap()
    }

    #[test]
    fn a_need_is_the_sum_of_what_training_holds() {
        let config =
            spec::Config::parse("c.toml".as_ref(), CONFIG.into(), &Default::default()).unwrap();
        let of = |purpose| {
            Need::of(
                purpose,
                config.experiment.network().unwrap(),
                &plan(&[20, 3]),
                16,
            )
        };
        let need = of(Purpose::Training);
        let values = 10.0 * 20.0 + 20.0 + 20.0 * 3.0 + 3.0;
        assert_eq!(need.parameters, values * (8.0 + 2.0 * 4.0));
        assert_eq!(need.gradients, values * 2.0 * 4.0);
        assert_eq!(
            need.optimizer_state,
            values * 2.0 * 2.0 * 4.0,
            "two momenta"
        );
        assert_eq!(need.activations, 23.0 * 16.0 * 4.0);
        assert_eq!(need.copies, values * 4.0 * 8.0, "two sides with gradients");
        assert_eq!(need.bytes(), need.parameters + need.copies);
        assert_eq!(of(Purpose::Check).bytes(), values * 5.0 * 8.0);
        assert_eq!(of(Purpose::Export).bytes(), values * 3.0 * 8.0);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_sum_and_the_largest_layer() {
        let config =
            spec::Config::parse("c.toml".as_ref(), CONFIG.into(), &Default::default()).unwrap();
        let plan = plan(&[1_000_000, 1_000_000, 2]);
        let need = Need::of(
            Purpose::Training,
            config.experiment.network().unwrap(),
            &plan,
            16,
        );
        let limit = |bytes| Limit {
            bytes,
            by: "of this machine",
        };
        let problem = check(&need, &plan, limit(16e9)).unwrap_err();
        assert_eq!(problem.key, "model.layers.1.linear");
        assert!(
            problem.reason.contains("48.0 TB at least"),
            "{}",
            problem.reason
        );
        assert!(problem.reason.contains("16.0 GB of this machine"));
        assert!(check(&need, &plan, limit(1e15)).is_ok());
        assert!(Limit::here().bytes > 1e6);
    }

    #[test]
    fn generated_data_that_cannot_be_held_are_refused() {
        let waves = spec::datasets::WavesSpec {
            samples: 1000,
            channels: 3,
            size: 227,
            ..Default::default()
        };
        let limit = |bytes| Limit {
            bytes,
            by: "that ulimit allows",
        };
        let dataset = DatasetSpec::Waves(waves);
        let problem = check_data(&dataset, limit(2e9)).unwrap_err();
        assert_eq!(problem.key, "dataset.waves.samples");
        assert!(problem.reason.contains("take 2.5 GB"), "{}", problem.reason);
        assert!(check_data(&dataset, limit(3e9)).is_ok());
    }
}
