//! `--set key.path=value`.

use spec::ImplementationName;
use spec::datasets::DatasetSpec;
use spec::model::{Initializer, LayerSpec};
use spec::training::{BatchSize, Metric, OptimizerSpec};

use crate::support::{GOOD, good, network, parse};

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
    assert_eq!(
        experiment.network().unwrap().implementations,
        [ImplementationName::Backprop]
    );
    assert_eq!(
        experiment.network().unwrap().training.batch_size,
        BatchSize::All
    );
    assert!(!experiment.network().unwrap().training.shuffle);
    assert!(matches!(
        experiment.network().unwrap().training.optimizer,
        OptimizerSpec::Adam(_)
    ));
    let LayerSpec::Linear(first) = &experiment.network().unwrap().model.layers[0] else {
        panic!("{:?}", experiment.network().unwrap().model.layers);
    };
    assert_eq!(first.units, 5);
    assert_eq!(
        experiment.network().unwrap().model.layers[1],
        LayerSpec::Tanh
    );
    assert_eq!(
        experiment.network().unwrap().model.weights,
        Initializer::HeNormal
    );
    assert_eq!(
        experiment.network().unwrap().gradient_check.tolerance_f64,
        1e-9
    );
}

#[test]
fn an_override_may_add_a_table_and_the_last_one_counts() {
    let text = GOOD.split("[gradient_check]").next().unwrap();
    let overrides = ["gradient_check.steps=5", "gradient_check.steps=6"];
    let config = parse(text, &overrides).unwrap();
    assert_eq!(config.experiment.network().unwrap().gradient_check.steps, 6);
}

#[test]
fn overrides_that_cannot_be_are_refused() {
    let rows: [(&[&str], &str); 9] = [
        (
            &["training.epoch=1"],
            "--set training.epoch=1: unknown key `epoch`; did you mean `epochs`? (valid: epochs, batch_size, loss, optimizer, part_optimizers, schedule, warmup, clip, regularization, label_smoothing, validation, stopping, escapes, averaging, pocket, shuffle, metrics, right, phases, each_output, layer_metrics, jacobian_samples, threads, instruction_set)",
        ),
        (
            &["seed=1", "trainin.epochs=1"],
            "--set trainin.epochs=1: unknown key `trainin`; did you mean `training`? (valid: name, seed, implementations, dataset, validation, augmentation, invariance, model, training, learner, gradient_check, record)",
        ),
        (
            &["training.epochs"],
            "--set training.epochs: expected key.path=value; for example training.epochs=1",
        ),
        (&["=1"], "--set =1: the key before = is empty"),
        (
            &["training.=1"],
            "--set training.=1: the key before = is empty",
        ),
        (
            &["seed.more=1"],
            "--set seed.more=1: seed is 1, so it has no key `more`; to replace it: --set seed=...",
        ),
        (
            &["model.layers.7.linear.units=5"],
            "--set model.layers.7.linear.units=5: there is no element 7; the list has 3 elements, 0 to 2",
        ),
        (
            &["training.epochs=many"],
            "--set training.epochs=many: training.epochs: expected a whole number, 0 or more, found \"many\"",
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

#[test]
fn overrides_come_before_anything_is_judged() {
    let without = GOOD.replace("seed = 1\n", "");
    assert_eq!(parse(&without, &["seed=3"]).unwrap().experiment.seed, 3);
    let wrong = GOOD.replace("epochs = 3", "epochs = \"three\"");
    let config = parse(&wrong, &["training.epochs=3"]).unwrap();
    assert_eq!(config.experiment.network().unwrap().training.epochs, 3);
    let unknown = GOOD.replace("epochs = 3", "epochs = 3\nmore = 1");
    assert!(parse(&unknown, &["--unset training.more"]).is_ok());
    // What is no TOML at all cannot be changed.
    let error = parse("seed = ", &["seed=3"]).unwrap_err();
    assert_eq!(error, "a.toml:1:8: a value is missing");
}

#[test]
fn a_key_that_stands_elsewhere_is_told_with_its_whole_path() {
    for (set, path) in [
        ("epochs=5", "training.epochs"),
        ("training.samples=8", "dataset.moons.samples"),
        (
            "training.learning_rate=0.1",
            "training.optimizer.momentum.learning_rate",
        ),
        ("slope=0.1", "model.layers.1.leaky_relu.slope"),
    ] {
        let error = parse(GOOD, &[set]).unwrap_err();
        assert!(
            error.contains(&format!("; did you mean `{path}`? (valid: ")),
            "{error}"
        );
    }
    // Two layers have units.
    let error = parse(GOOD, &["units=3"]).unwrap_err();
    assert!(error.contains("unknown key `units`; valid: "), "{error}");
}

#[test]
fn keys_are_taken_away_before_others_are_set() {
    let other = [
        "training.optimizer.adam.learning_rate=0.01",
        "--unset training.optimizer.momentum",
    ];
    assert_eq!(good(&["seed=5 # a comment"]).experiment.seed, 5);
    let optimizer = network(&other).training.optimizer;
    assert!(matches!(optimizer, OptimizerSpec::Adam(_)));
    let layers = network(&["--unset model.layers.1", "model.layers.0.linear.units=7"])
        .model
        .layers;
    assert_eq!(layers.len(), 2);
    let rows: [(&[&str], &str); 7] = [
        (
            &["--unset training.epoch"],
            "--unset training.epoch: there is no `epoch` in training; did you mean `epochs`? (there are: epochs, batch_size, loss, optimizer, metrics)",
        ),
        (
            &["--unset trainin.epochs"],
            "--unset trainin.epochs: there is no `trainin` in the config; did you mean `training`? (there are: name, seed, implementations, dataset, model, training, gradient_check)",
        ),
        (
            &["--unset model.layers.3"],
            "--unset model.layers.3: there is no element 3; the list has 3 elements, 0 to 2",
        ),
        (
            &["--unset seed.more"],
            "--unset seed.more: there is no `more` in seed",
        ),
        (
            &["--unset seed=1"],
            "--unset seed=1: expected a key alone; --unset takes a key away, --set gives it another value",
        ),
        (
            &["--unset training..epochs"],
            "--unset training..epochs: a key is empty",
        ),
        (
            &["--unset seed"],
            "--unset seed: missing key `seed`; leave that out, or give another value with --set",
        ),
    ];
    for (overrides, message) in rows {
        let error = parse(GOOD, overrides).map(|config| config.experiment);
        assert_eq!(error.unwrap_err(), message, "{overrides:?}");
    }
}

#[test]
fn values_are_appended_to_lists() {
    let layers = [
        "model.layers+=tanh",
        "model.layers+=[\"relu\", { linear = { units = 2 } }]",
    ];
    let layers = network(&layers).model.layers;
    assert_eq!(layers.len(), 6);
    assert_eq!(layers[3..5], [LayerSpec::Tanh, LayerSpec::Relu]);
    // A list that the config does not name has its default.
    let plain = "--unset training.metrics";
    let metrics = network(&[plain, "training.metrics+=accuracy"])
        .training
        .metrics;
    assert_eq!(metrics, [Metric::Accuracy]);
    let csv = "dataset={ csv = { path = \"a.csv\", target = \"y\" } }";
    let config = good(&[csv, "dataset.csv.missing.markers+=-"]);
    let DatasetSpec::Csv(csv) = config.experiment.dataset else {
        panic!("{:?}", config.experiment.dataset);
    };
    assert_eq!(csv.missing.markers, ["NA", "?", "-"]);
    let rows: [(&[&str], &str); 5] = [
        (
            &["training.epochs+=1"],
            "--set training.epochs+=1: training.epochs is 3, not a list; give it another value with = instead of +=",
        ),
        (
            &["training.metric+=r2"],
            "--set training.metric+=r2: there is no list training.metric to append to; to begin it: --set 'training.metric=[\"r2\"]'",
        ),
        (
            &["model.layers.3=tanh"],
            "--set model.layers.3=tanh: there is no element 3; to append to the list: --set 'model.layers+=\"tanh\"'",
        ),
        (
            &["model.layers.-1=tanh"],
            "--set model.layers.-1=tanh: a list has no element -1: the first is 0; the list has 3 elements, 0 to 2",
        ),
        (
            &["training.metrics+=acuracy"],
            "--set training.metrics+=acuracy: unknown name `acuracy`; did you mean `accuracy`? (valid: accuracy, error, exact_match, bits_per_character, r2, rmse, mae, wrong)",
        ),
    ];
    for (overrides, message) in rows {
        let error = parse(GOOD, overrides).map(|config| config.experiment);
        assert_eq!(error.unwrap_err(), message, "{overrides:?}");
    }
}

#[test]
fn of_two_kinds_it_is_told_which_and_how_to_replace_the_whole() {
    let rows: [(&[&str], &str); 5] = [
        (
            &["training.optimizer.sgd.learning_rate=0.05"],
            "a.toml:21:15: training.optimizer: two kinds are given, momentum and sgd; to replace the whole: --set 'training.optimizer={ sgd = { learning_rate = 0.05 } }'",
        ),
        (
            &["dataset.circles.samples=8", "dataset.circles.noise=0.1"],
            "a.toml:5:10: dataset: two kinds are given, moons and circles; to replace the whole: --set 'dataset={ circles = { samples = 8, noise = 0.1 } }'",
        ),
        (
            &["training.loss.maximum_a_posteriori.rubbish=0.5"],
            "--set training.loss.maximum_a_posteriori.rubbish=0.5: training.loss is \"softmax_cross_entropy\", so it has no key `maximum_a_posteriori`; to replace the whole: --set 'training.loss={ maximum_a_posteriori = { rubbish = 0.5 } }'",
        ),
        (
            &["training.optimizer.learning_rate=0.05"],
            "--set training.optimizer.learning_rate=0.05: unknown name `learning_rate`; training.optimizer.momentum.learning_rate is the setting (valid: sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, rprop, quickprop, diagonal_levenberg_marquardt)",
        ),
        (
            &["training.optimizer={ sgd = { learning_rate = 0.05 }"],
            "--set training.optimizer={ sgd = { learning_rate = 0.05 }: a closing } is missing",
        ),
    ];
    for (overrides, message) in rows {
        let error = parse(GOOD, overrides).map(|config| config.experiment);
        assert_eq!(error.unwrap_err(), message, "{overrides:?}");
    }
    // What is advised leads on.
    for set in [
        "training.optimizer={ sgd = { learning_rate = 0.05 } }",
        "dataset={ circles = { samples = 8, noise = 0.1 } }",
        "training.loss={ maximum_a_posteriori = { rubbish = 0.5 } }",
        "model.layers+=\"tanh\"",
    ] {
        good(&[set]);
    }
}
