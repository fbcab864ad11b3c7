//! `--set key.path=value`.

use spec::ImplementationName;
use spec::model::{Initializer, LayerSpec};
use spec::training::{BatchSize, OptimizerSpec};

use crate::support::{GOOD, good, parse};

#[test]
fn an_override_may_be_of_any_type_and_at_any_depth() {
    let experiment = good(&[
        "name=other",
        "seed = 7",
        "implementations=[\"backprop\"]",
        "training.batch_size=all",
        "training.shuffle=false",
        "training.optimizer={ adam = { learning_rate = 1e-3 } }",
        "model.layers.0.linear.units=5",
        "model.layers.1=tanh",
        "model.weights=he_normal",
        "gradient_check.tolerance_f64=1e-9",
    ])
    .experiment;
    assert_eq!((experiment.name.as_str(), experiment.seed), ("other", 7));
    assert_eq!(experiment.implementations, [ImplementationName::Backprop]);
    assert_eq!(experiment.training.batch_size, BatchSize::All);
    assert!(!experiment.training.shuffle);
    assert!(matches!(
        experiment.training.optimizer,
        OptimizerSpec::Adam { .. }
    ));
    let LayerSpec::Linear(first) = &experiment.model.layers[0] else {
        panic!("{:?}", experiment.model.layers);
    };
    assert_eq!(first.units, 5);
    assert_eq!(experiment.model.layers[1], LayerSpec::Tanh);
    assert_eq!(experiment.model.weights, Initializer::HeNormal);
    assert_eq!(experiment.gradient_check.tolerance_f64, 1e-9);
}

#[test]
fn an_override_may_add_a_table_and_the_last_one_counts() {
    let text = GOOD.split("[gradient_check]").next().unwrap();
    let overrides = ["gradient_check.steps=5", "gradient_check.steps=6"];
    let config = parse(text, &overrides).unwrap();
    assert_eq!(config.experiment.gradient_check.steps, 6);
}

#[test]
fn overrides_that_cannot_be_are_refused() {
    let rows: [(&[&str], &str); 9] = [
        (
            &["training.epoch=1"],
            "--set training.epoch=1: unknown key `epoch`; did you mean `epochs`? (valid: epochs, batch_size, loss, optimizer, schedule, warmup, clip, regularization, label_smoothing, stopping, escapes, shuffle, metrics, threads)",
        ),
        (
            &["seed=1", "trainin.epochs=1"],
            "--set seed=1 --set trainin.epochs=1: unknown key `trainin`; did you mean `training`? (valid: name, seed, implementations, dataset, augmentation, model, training, gradient_check)",
        ),
        (
            &["training.epochs"],
            "--set training.epochs: expected key.path=value, for example training.epochs=1",
        ),
        (&["=1"], "--set =1: the key before = is empty"),
        (
            &["training.=1"],
            "--set training.=1: the key before = is empty",
        ),
        (
            &["seed.more=1"],
            "--set seed.more=1: `seed.more` leads into a value that is not a table",
        ),
        (
            &["model.layers.7.linear.units=5"],
            "--set model.layers.7.linear.units=5: `7` is no index into a list of 3",
        ),
        (
            &["training.epochs=many"],
            "--set training.epochs=many: invalid type: string \"many\", expected a whole number, 0 or more",
        ),
        (
            &["training.epochs=0"],
            "--set training.epochs=0: training.epochs: 0 epochs train nothing; 1 or more",
        ),
    ];
    for (overrides, message) in rows {
        let error = parse(GOOD, overrides).map(|config| config.experiment);
        assert_eq!(error.unwrap_err(), message, "{overrides:?}");
    }
}
