//! What tells the result of one run from that of another.

use std::fs;

use datasets::{Dataset, sha256};
use spec::experiment::resolve_path;
use spec::gradient_check::GradientCheckSpec;
use spec::model::LayerSpec;
use spec::record::RecordSpec;
use spec::{Config, Experiment};

/// The version of the numbers: raised by hand when a change of the program gives weights other
/// bits. `tests/numbers.rs` pins the weights of five small configs and fails when that is due.
pub const NUMBERS: u32 = 1;

/// The version of the numbers of recurrent layers alone, so that only their rows are measured
/// again.
const RECURRENT_NUMBERS: u32 = 2;

/// Enough of a checksum to tell some thousand runs apart.
const DIGITS: usize = 16;

/// The key of a run: the same config, but for its name, threads, gradient check and what it leaves
/// besides its record, and the same version of the numbers.
pub fn of_run(experiment: &Experiment) -> String {
    let mut bare = experiment.clone();
    bare.name.clear();
    bare.record = RecordSpec::default();
    if let Some(network) = bare.network_mut() {
        network.training.threads = None;
        network.gradient_check = GradientCheckSpec::default();
    }
    let recurs = |layer: &LayerSpec| layer.any(&|layer| layer.is_recurrent());
    let network = experiment.network();
    let numbers = match network.is_some_and(|network| network.model.layers.iter().any(recurs)) {
        true => format!("{NUMBERS}, recurrent {RECURRENT_NUMBERS}"),
        false => NUMBERS.to_string(),
    };
    // An experiment came from TOML, so it goes back to TOML.
    let config = toml::to_string(&bare).unwrap_or_default();
    short(format!("{numbers}\n{config}").as_bytes())
}

/// What was read from files: data and initial parameters. Together with the key of a run it says
/// what comes out.
pub fn of_data(config: &Config, dataset: &Dataset) -> String {
    let mut text: String = dataset
        .sources
        .iter()
        .map(|s| format!("{}\n", s.sha256))
        .collect();
    if let Some((_, file)) = config.experiment.initial_parameters() {
        // It has been read before; what cannot be read any more makes another key.
        let bytes = fs::read(resolve_path(file, config.folder())).unwrap_or_default();
        text += &sha256(&bytes);
    }
    match text.is_empty() {
        true => "generated".into(),
        false => short(text.as_bytes()),
    }
}

/// The beginning of the SHA-256.
pub fn short(bytes: &[u8]) -> String {
    sha256(bytes).chars().take(DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use spec::Overrides;

    const CONFIG: &str = r#"
name = "a"
seed = 1
implementations = ["backprop"]
dataset = { xor = {} }
model = { layers = [{ linear = { units = 1 } }] }
training = { epochs = 1, batch_size = "all", loss = "squared_error", optimizer = { sgd = { learning_rate = 0.1 } } }
"#;

    fn key(set: &str) -> String {
        let overrides = Overrides {
            set: vec![set.into()],
            unset: Vec::new(),
        };
        let config = Config::parse("a.toml".as_ref(), CONFIG.into(), &overrides).unwrap();
        of_run(&config.experiment)
    }

    /// Raw rows that are committed are found by their keys. A setting that is new in `spec` must
    /// not be written out at its default (`skip_serializing_if`), or every key changes.
    #[test]
    fn a_key_stays_what_it_was() {
        assert_eq!(key("seed=1"), "94d7af5db038e40f");
    }

    #[test]
    fn what_changes_no_weight_changes_no_key() {
        let first = key("seed=1");
        for same in [
            "name=b",
            "training.threads=2",
            "gradient_check.steps=7",
            "record.tensorboard=true",
        ] {
            assert_eq!(key(same), first, "{same}");
        }
        for other in [
            "seed=2",
            "training.epochs=2",
            "training.instruction_set=scalar",
        ] {
            assert_ne!(key(other), first, "{other}");
        }
    }
}
