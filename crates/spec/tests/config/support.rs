//! A good config, and ways to spoil it.

use std::path::Path;

use spec::Config;

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

/// The config that a text makes, called `a.toml`, or the message.
pub fn parse(text: &str, overrides: &[&str]) -> Result<Config, String> {
    let overrides: Vec<String> = overrides.iter().map(|set| set.to_string()).collect();
    let config = Config::parse(Path::new("a.toml"), text.into(), &overrides);
    config.map_err(|error| error.to_string())
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
