//! A good config, and ways to spoil it.

use std::path::Path;

use spec::{Config, ConfigError, NetworkSpec, Overrides};

/// Takes something of everything.
pub const GOOD: &str = r#"name = "good"
seed = 1
implementations = ["backprop", "burn-flex"]

[dataset.moons]
samples = 100
split = { shuffled = { test = 0.25 } }

[model]
weights = { uniform = { low = -1.0, high = 1.0 } }
layers = [
    { linear = { units = 4, name = "hidden" } },
    { leaky_relu = { slope = 0.1 } },
    { linear = { units = 2, name = "output" } },
]

[training]
epochs = 3
batch_size = 8
loss = "softmax_cross_entropy"
optimizer = { momentum = { learning_rate = 0.1, momentum = 0.9 } }
metrics = ["accuracy"]

[gradient_check]
steps = 10
"#;

/// The config that a text makes, called `a.toml`, or the message on one line. An override that
/// begins with `--unset ` takes a key away.
pub fn parse(text: &str, overrides: &[&str]) -> Result<Config, String> {
    config(text, overrides).map_err(|error| error.short())
}

/// The same with the whole error.
pub fn config(text: &str, overrides: &[&str]) -> Result<Config, ConfigError> {
    let unset = |set: &&str| set.strip_prefix("--unset ").map(String::from);
    let overrides = Overrides {
        set: overrides
            .iter()
            .filter(|set| unset(set).is_none())
            .map(|s| s.to_string())
            .collect(),
        unset: overrides.iter().filter_map(unset).collect(),
    };
    Config::parse(Path::new("a.toml"), text.into(), &overrides)
}

/// [`GOOD`] with overrides.
#[track_caller]
pub fn good(overrides: &[&str]) -> Config {
    parse(GOOD, overrides).unwrap()
}

/// [`GOOD`] with one place changed.
#[track_caller]
pub fn changed(from: &str, to: &str) -> String {
    assert_eq!(GOOD.matches(from).count(), 1, "{from:?}");
    GOOD.replace(from, to)
}

/// Each row: what is replaced by what, and the message that must come.
#[track_caller]
pub fn refuse(rows: &[(&str, &str, &str)]) {
    for (from, to, message) in rows {
        let error = parse(&changed(from, to), &[]).map(|config| config.experiment);
        assert_eq!(error.unwrap_err(), *message, "{from} -> {to}");
    }
}

/// The network of [`GOOD`] with overrides.
#[track_caller]
pub fn network(overrides: &[&str]) -> NetworkSpec {
    good(overrides).experiment.network().unwrap().clone()
}
