//! The classic networks of `configs/` have as many parameters as their papers count.

use std::path::Path;

use spec::model::PlannedLayer;
use spec::{Config, Overrides};

/// The layers of a config that have parameters: name, and how many of them are learned.
fn learned(config: &str, sample_shape: &[usize]) -> Vec<(String, usize)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs");
    let config = Config::read(&folder.join(config), &Overrides::default()).unwrap();
    let plan = config
        .experiment
        .network()
        .unwrap()
        .model
        .plan(sample_shape)
        .unwrap();
    let count = |layer: &PlannedLayer| {
        let learns = layer.parameters.iter().filter(|p| p.learning_rate > 0.0);
        (layer.name.clone(), learns.map(|p| p.len()).sum())
    };
    let layers = plan.iter().filter(|layer| !layer.parameters.is_empty());
    layers.map(count).collect()
}

fn assert_counts(found: &[(String, usize)], expected: &[(&str, usize)]) {
    let found: Vec<_> = found.iter().map(|(n, c)| (n.as_str(), *c)).collect();
    assert_eq!(found, expected);
}

/// LeCun et al. 1998, section II.B (worked example 7).
#[test]
fn lenet5_of_1998_has_60000_trainable_parameters() {
    let layers = learned("lenet5-1998.toml", &[1, 32, 32]);
    assert_counts(
        &layers,
        &[
            ("C1", 156),
            ("S2", 12),
            ("C3", 1516),
            ("S4", 32),
            ("C5", 48_120),
            ("F6", 10_164),
            ("output", 0),
        ],
    );
    assert_eq!(layers.iter().map(|(_, count)| count).sum::<usize>(), 60_000);
}

/// Krizhevsky et al. 2012, section 3.5: "60 million parameters".
#[test]
fn alexnet_has_the_60_million_parameters_of_the_paper() {
    let layers = learned("alexnet.toml", &[3, 227, 227]);
    assert_counts(
        &layers,
        &[
            ("conv1", 96 * (3 * 11 * 11 + 1)),
            ("conv2", 256 * (48 * 5 * 5 + 1)),
            ("conv3", 384 * (256 * 3 * 3 + 1)),
            ("conv4", 384 * (192 * 3 * 3 + 1)),
            ("conv5", 256 * (192 * 3 * 3 + 1)),
            ("fc6", 4096 * (9216 + 1)),
            ("fc7", 4096 * (4096 + 1)),
            ("fc8", 1000 * (4096 + 1)),
        ],
    );
    let all: usize = layers.iter().map(|(_, count)| count).sum();
    assert_eq!(all, 60_965_224);
}
