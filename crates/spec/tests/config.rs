//! What a config may say: each refusal with file, line, column, reason and remedy.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use spec::model::{Initializer, LayerSpec};
use spec::training::{BatchSize, Metric, OptimizerSpec};
use spec::{Config, DataShape, ImplementationName};

const GOOD: &str = r#"name = "good"
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

fn parse(text: &str, overrides: &[&str]) -> Result<Config, String> {
    let overrides: Vec<String> = overrides.iter().map(|set| set.to_string()).collect();
    let config = Config::parse(Path::new("a.toml"), text.into(), &overrides);
    config.map_err(|error| error.to_string())
}

#[track_caller]
fn good(overrides: &[&str]) -> Config {
    parse(GOOD, overrides).unwrap()
}

/// [`GOOD`] with one place changed.
#[track_caller]
fn changed(from: &str, to: &str) -> String {
    assert_eq!(GOOD.matches(from).count(), 1, "{from:?}");
    GOOD.replace(from, to)
}

/// Each row: what is replaced by what, and the message that must come.
#[track_caller]
fn refuse(rows: &[(&str, &str, &str)]) {
    for (from, to, message) in rows {
        let error = parse(&changed(from, to), &[]).map(|config| config.experiment);
        assert_eq!(error.unwrap_err(), *message, "{from} -> {to}");
    }
}

#[test]
fn the_good_config_is_taken() {
    let experiment = good(&[]).experiment;
    assert_eq!(experiment.name, "good");
    assert_eq!(experiment.training.batch_size, BatchSize::Samples(8));
    assert_eq!(experiment.gradient_check.steps, 10);
    let who = [ImplementationName::Backprop, ImplementationName::BurnFlex];
    assert_eq!(experiment.implementations, who);
}

#[test]
fn unknown_keys_and_names_are_refused_with_the_nearest_valid_one() {
    refuse(&[
        (
            "seed = 1",
            "sead = 1",
            "a.toml:2:1: unknown key `sead`; did you mean `seed`? (valid: name, seed, implementations, dataset, model, training, gradient_check)",
        ),
        (
            "[dataset.moons]",
            "[dataset.moon]",
            "a.toml:5:10: unknown name `moon`; did you mean `moons`? (valid: mnist, csv, xor, parity, moons, circles, spirals, sine)",
        ),
        (
            "samples = 100",
            "sample = 100",
            "a.toml:6:1: unknown key `sample`; did you mean `samples`? (valid: samples, noise, split)",
        ),
        (
            "shuffled = {",
            "shuffeld = {",
            "a.toml:7:11: unknown name `shuffeld`; did you mean `shuffled`? (valid: none, shuffled, stratified, k_fold)",
        ),
        (
            "{ test = 0.25 }",
            "{ tset = 0.25 }",
            "a.toml:7:24: unknown key `tset`; did you mean `test`? (valid: test)",
        ),
        (
            "weights = {",
            "weight = {",
            "a.toml:10:1: unknown key `weight`; did you mean `weights`? (valid: layers, weights, biases, initial_parameters)",
        ),
        (
            "uniform = {",
            "unifrom = {",
            "a.toml:10:13: unknown name `unifrom`; did you mean `uniform`? (valid: uniform, normal, xavier_uniform, xavier_normal, he_uniform, he_normal, lecun_uniform, lecun_normal, constant)",
        ),
        (
            "high = 1.0",
            "hi = 1.0",
            "a.toml:10:37: unknown key `hi`; did you mean `high`? (valid: low, high)",
        ),
        (
            "high = 1.0",
            "high = 1.0, more = 1.0",
            "a.toml:10:49: unknown key `more`; valid: low, high",
        ),
        (
            "{ units = 4,",
            "{ unit = 4,",
            "a.toml:12:18: unknown key `unit`; did you mean `units`? (valid: units, bias, name, weights, biases)",
        ),
        (
            "leaky_relu",
            "leaky_rely",
            "a.toml:13:7: unknown name `leaky_rely`; did you mean `leaky_relu`? (valid: linear, sigmoid, tanh, relu, leaky_relu, identity, softmax)",
        ),
        (
            "slope",
            "slop",
            "a.toml:13:22: unknown key `slop`; did you mean `slope`? (valid: slope)",
        ),
        (
            "epochs = 3",
            "epoch = 3",
            "a.toml:18:1: unknown key `epoch`; did you mean `epochs`? (valid: epochs, batch_size, loss, optimizer, shuffle, metrics, threads)",
        ),
        (
            "softmax_cross_entropy",
            "cross_entropy",
            "a.toml:20:8: unknown name `cross_entropy`; valid: squared_error, binary_cross_entropy, softmax_cross_entropy",
        ),
        (
            "{ momentum = {",
            "{ momentun = {",
            "a.toml:21:15: unknown name `momentun`; did you mean `momentum`? (valid: sgd, momentum, nesterov, adam)",
        ),
        (
            "learning_rate = 0.1",
            "lr = 0.1",
            "a.toml:21:28: unknown key `lr`; valid: learning_rate, momentum",
        ),
        (
            "\"accuracy\"",
            "\"acuracy\"",
            "a.toml:22:12: unknown name `acuracy`; did you mean `accuracy`? (valid: accuracy, r2, rmse, mae)",
        ),
        (
            "steps = 10",
            "step = 10",
            "a.toml:25:1: unknown key `step`; did you mean `steps`? (valid: before_training, batch_size, entries, steps, tolerance_f64, tolerance_f32, tolerance_differences, tolerance_trajectory)",
        ),
        (
            "\"burn-flex\"",
            "\"burn_flex\"",
            "a.toml:3:32: unknown name `burn_flex`; did you mean `burn-flex`? (valid: backprop, burn-ndarray, burn-flex)",
        ),
    ]);
}

#[test]
fn wrong_types_are_refused() {
    refuse(&[
        (
            "name = \"good\"",
            "name = 1",
            "a.toml:1:8: invalid type: integer `1`, expected a string",
        ),
        (
            "seed = 1",
            "seed = -1",
            "a.toml:2:8: invalid value: integer `-1`, expected a whole number, 0 or more",
        ),
        (
            "seed = 1",
            "seed = 1.5",
            "a.toml:2:8: invalid type: floating point `1.5`, expected a whole number, 0 or more",
        ),
        (
            "[\"backprop\", \"burn-flex\"]",
            "\"backprop\"",
            "a.toml:3:19: invalid type: string \"backprop\", expected a list",
        ),
        (
            "units = 4",
            "units = \"4\"",
            "a.toml:12:26: invalid type: string \"4\", expected a whole number, 0 or more",
        ),
        (
            "units = 4",
            "units = -4",
            "a.toml:12:26: invalid value: integer `-4`, expected a whole number, 0 or more",
        ),
        (
            "epochs = 3",
            "epochs = true",
            "a.toml:18:10: invalid type: boolean `true`, expected a whole number, 0 or more",
        ),
        (
            "batch_size = 8",
            "batch_size = \"whole\"",
            "a.toml:19:14: invalid value: string \"whole\", expected a number of samples or \"all\"",
        ),
        (
            "batch_size = 8",
            "batch_size = -8",
            "a.toml:19:14: invalid value: integer `-8`, expected a number of samples or \"all\"",
        ),
        (
            "batch_size = 8",
            "batch_size = 8.5",
            "a.toml:19:14: invalid type: floating point `8.5`, expected a number of samples or \"all\"",
        ),
        (
            "learning_rate = 0.1",
            "learning_rate = \"fast\"",
            "a.toml:21:44: invalid type: string \"fast\", expected a number",
        ),
    ]);
}

#[test]
fn wrong_kinds_are_refused() {
    let moons = "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }";
    let leaky = "{ leaky_relu = { slope = 0.1 } }";
    refuse(&[
        (
            "[model]",
            "[dataset.xor]\n[model]",
            "a.toml:5:2: expected one kind, found several",
        ),
        (
            "slope = 0.1 } }",
            "slope = 0.1 }, relu = {} }",
            "a.toml:13:5: expected one kind, found several",
        ),
        (
            leaky,
            "{ tanh = { slope = 1 } }",
            "a.toml:13:14: expected no settings, { }",
        ),
        (
            leaky,
            "\"leaky_relu\"",
            "a.toml:13:5: a name alone, expected its settings too: { name = { ... } }",
        ),
        (leaky, "3", "a.toml:13:5: expected a name or a table"),
        (
            moons,
            "dataset = \"moons\"",
            "a.toml:5:11: a name alone, expected its settings too: { name = { ... } }",
        ),
        (
            moons,
            "[dataset]",
            "a.toml:5:1: expected one kind, found none",
        ),
    ]);
}

#[test]
fn missing_keys_are_refused() {
    refuse(&[
        ("name = \"good\"\n", "", "a.toml:1:1: missing key `name`"),
        ("epochs = 3\n", "", "a.toml:17:1: missing key `epochs`"),
        (
            "learning_rate = 0.1, ",
            "",
            "a.toml:21:26: missing key `learning_rate`",
        ),
        ("units = 4, ", "", "a.toml:12:16: missing key `units`"),
        (
            "[dataset.moons]",
            "[dataset.parity]\nbits = 2\n[gradient]",
            "a.toml:7:2: unknown key `gradient`; did you mean `gradient_check`? (valid: name, seed, implementations, dataset, model, training, gradient_check)",
        ),
    ]);
    let error = parse("", &[]).unwrap_err();
    assert_eq!(error, "a.toml:1:1: missing key `name`");
}

#[test]
fn what_is_not_toml_is_refused_where_it_stops_being_toml() {
    refuse(&[
        (
            "seed = 1",
            "seed = ",
            "a.toml:2:8: string values must be quoted, expected literal string",
        ),
        (
            "name = \"good\"",
            "name = \"good",
            "a.toml:1:13: invalid basic string, expected `\"`",
        ),
        (
            "[training]",
            "[training",
            "a.toml:17:10: unclosed table, expected `]`",
        ),
        (
            "seed = 1",
            "seed = 1\nseed = 2",
            "a.toml:3:1: duplicate key",
        ),
    ]);
}

#[test]
fn impossible_values_are_refused() {
    refuse(&[
        (
            "name = \"good\"",
            "name = \"\"",
            "a.toml:1:8: name: \"\" cannot name a folder of results; use small letters, digits, -, _ and . (not first)",
        ),
        (
            "name = \"good\"",
            "name = \"../up\"",
            "a.toml:1:8: name: \"../up\" cannot name a folder of results; use small letters, digits, -, _ and . (not first)",
        ),
        (
            "[\"backprop\", \"burn-flex\"]",
            "[]",
            "a.toml:3:19: implementations: nobody trains; list at least one of backprop, burn-ndarray, burn-flex",
        ),
        (
            "\"burn-flex\"]",
            "\"backprop\"]",
            "a.toml:3:32: implementations.1: \"backprop\" stands there twice",
        ),
        (
            "epochs = 3",
            "epochs = 0",
            "a.toml:18:10: training.epochs: 0 epochs train nothing; 1 or more",
        ),
        (
            "batch_size = 8",
            "batch_size = 0",
            "a.toml:19:14: training.batch_size: a batch of 0 samples is empty; 1 or more, or \"all\"",
        ),
        (
            "[\"accuracy\"]",
            "[\"accuracy\", \"accuracy\"]",
            "a.toml:22:24: training.metrics.1: \"accuracy\" stands there twice",
        ),
        (
            "epochs = 3",
            "epochs = 3\nthreads = 0",
            "a.toml:19:11: training.threads: 0 threads cannot run; 1 to 1024",
        ),
        (
            "epochs = 3",
            "epochs = 3\nthreads = 5000",
            "a.toml:19:11: training.threads: 5000 threads cannot run; 1 to 1024",
        ),
        (
            "steps = 10",
            "steps = 0",
            "a.toml:25:9: gradient_check.steps: 0 checks nothing; 1 or more",
        ),
        (
            "steps = 10",
            "entries = 0",
            "a.toml:25:11: gradient_check.entries: 0 checks nothing; 1 or more",
        ),
        (
            "steps = 10",
            "batch_size = 0",
            "a.toml:25:14: gradient_check.batch_size: 0 checks nothing; 1 or more",
        ),
        (
            "steps = 10",
            "tolerance_f64 = 0.0",
            "a.toml:25:17: gradient_check.tolerance_f64: 0 is not a possible tolerance; above 0 and below 1",
        ),
        (
            "steps = 10",
            "tolerance_f32 = 1.0",
            "a.toml:25:17: gradient_check.tolerance_f32: 1 is not a possible tolerance; above 0 and below 1",
        ),
        (
            "steps = 10",
            "tolerance_differences = nan",
            "a.toml:25:25: gradient_check.tolerance_differences: NaN is not a possible tolerance; above 0 and below 1",
        ),
        (
            "steps = 10",
            "tolerance_trajectory = -1e-3",
            "a.toml:25:24: gradient_check.tolerance_trajectory: -0.001 is not a possible tolerance; above 0 and below 1",
        ),
    ]);
}

#[test]
fn impossible_layers_are_refused() {
    refuse(&[
        (
            "units = 4",
            "units = 0",
            "a.toml:12:26: model.layers.0.linear.units: a layer of 0 units has no output; 1 or more",
        ),
        (
            "units = 4",
            "units = 1000001",
            "a.toml:12:26: model.layers.0.linear.units: 1000001 units are more than a machine can hold; at most 1000000",
        ),
        (
            "name = \"output\"",
            "name = \"hidden\"",
            "a.toml:14:36: model.layers.2.linear.name: two layers are named \"hidden\"; give each its own name",
        ),
        (
            "name = \"output\"",
            "name = \"0\"",
            "a.toml:14:36: model.layers.2.linear.name: \"0\" cannot name a layer; a letter, then letters, digits and _; \"x\" is taken by the input",
        ),
        (
            "name = \"output\"",
            "name = \"x\"",
            "a.toml:14:36: model.layers.2.linear.name: \"x\" cannot name a layer; a letter, then letters, digits and _; \"x\" is taken by the input",
        ),
        (
            "slope = 0.1",
            "slope = nan",
            "a.toml:13:30: model.layers.1.leaky_relu.slope: the slope must be a finite number",
        ),
        (
            "low = -1.0",
            "low = 1.0",
            "a.toml:10:11: model.weights: low must be below high, both finite",
        ),
        (
            "uniform = { low = -1.0, high = 1.0 }",
            "normal = { std = -1.0 }",
            "a.toml:10:11: model.weights: std must be 0 or more, mean and std finite",
        ),
        (
            "uniform = { low = -1.0, high = 1.0 }",
            "constant = inf",
            "a.toml:10:11: model.weights: the constant must be finite",
        ),
        (
            "[model]",
            "[model]\nbiases = { constant = nan }",
            "a.toml:10:10: model.biases: the constant must be finite",
        ),
        (
            "units = 4,",
            "units = 4, weights = { constant = nan },",
            "a.toml:12:39: model.layers.0.linear.weights: the constant must be finite",
        ),
        (
            "units = 4,",
            "units = 4, biases = { constant = nan },",
            "a.toml:12:38: model.layers.0.linear.biases: the constant must be finite",
        ),
        (
            "    { linear = { units = 2, name = \"output\" } },",
            "    \"softmax\",",
            "a.toml:14:5: model.layers.2: the loss takes logits, but the last layer is already a softmax; leave that layer out, or use the loss squared_error",
        ),
        (
            "    { linear = { units = 2, name = \"output\" } },",
            "    \"sigmoid\",",
            "a.toml:14:5: model.layers.2: the loss takes logits, but the last layer is already a sigmoid; leave that layer out, or use the loss squared_error",
        ),
    ]);
    let text = changed("\"softmax_cross_entropy\"", "\"binary_cross_entropy\"");
    for (layer, message) in [
        (
            "sigmoid",
            "a.toml:15:5: model.layers.3: the loss takes logits, but the last layer is already a sigmoid; leave that layer out, or use the loss squared_error",
        ),
        (
            "softmax",
            "a.toml:15:5: model.layers.3: the loss takes logits, but the last layer is already a softmax; leave that layer out, or use the loss squared_error",
        ),
    ] {
        let layer = format!("    \"{layer}\",\n]");
        let error = parse(
            &text.replace("]\n\n[training]", &format!("{layer}\n\n[training]")),
            &[],
        );
        assert_eq!(error.unwrap_err(), message);
    }
    let start = GOOD.find("layers = [").unwrap();
    let end = GOOD.find("[training]").unwrap();
    let text = format!("{}layers = [\"relu\"]\n{}", &GOOD[..start], &GOOD[end..]);
    assert_eq!(
        parse(&text, &[]).unwrap_err(),
        "a.toml:11:10: model.layers: there is no layer with parameters, so nothing to learn; add one, for example { linear = { units = 10 } }"
    );
}

#[test]
fn impossible_optimizers_are_refused() {
    let momentum = "momentum = { learning_rate = 0.1, momentum = 0.9 }";
    refuse(&[
        (
            "learning_rate = 0.1",
            "learning_rate = -0.1",
            "a.toml:21:44: training.optimizer.momentum.learning_rate: -0.1 is not a possible learning rate; above 0",
        ),
        (
            "learning_rate = 0.1",
            "learning_rate = 0.0",
            "a.toml:21:44: training.optimizer.momentum.learning_rate: 0 is not a possible learning rate; above 0",
        ),
        (
            "learning_rate = 0.1",
            "learning_rate = inf",
            "a.toml:21:44: training.optimizer.momentum.learning_rate: inf is not a possible learning rate; above 0",
        ),
        (
            "momentum = 0.9",
            "momentum = 1.0",
            "a.toml:21:60: training.optimizer.momentum.momentum: 1 is not a possible momentum; 0 or more and below 1",
        ),
        (
            "momentum = 0.9",
            "momentum = -0.1",
            "a.toml:21:60: training.optimizer.momentum.momentum: -0.1 is not a possible momentum; 0 or more and below 1",
        ),
        (
            momentum,
            "sgd = { learning_rate = nan }",
            "a.toml:21:39: training.optimizer.sgd.learning_rate: NaN is not a possible learning rate; above 0",
        ),
        (
            momentum,
            "nesterov = { learning_rate = 0.1, momentum = 1.5 }",
            "a.toml:21:60: training.optimizer.nesterov.momentum: 1.5 is not a possible momentum; 0 or more and below 1",
        ),
        (
            momentum,
            "adam = { learning_rate = 0.1, beta1 = 1.0 }",
            "a.toml:21:53: training.optimizer.adam.beta1: 1 is not a possible beta1; 0 or more and below 1",
        ),
        (
            momentum,
            "adam = { learning_rate = 0.1, beta2 = -0.1 }",
            "a.toml:21:53: training.optimizer.adam.beta2: -0.1 is not a possible beta2; 0 or more and below 1",
        ),
        (
            momentum,
            "adam = { learning_rate = 0.1, epsilon = 0.0 }",
            "a.toml:21:55: training.optimizer.adam.epsilon: 0 is not a possible epsilon; above 0",
        ),
    ]);
}

#[test]
fn impossible_data_sets_are_refused() {
    let moons = "[dataset.moons]\nsamples = 100\n";
    refuse(&[
        (
            "samples = 100",
            "samples = 0",
            "a.toml:6:11: dataset.moons.samples: 4 to 10000000 samples",
        ),
        (
            "samples = 100",
            "samples = 99999999999",
            "a.toml:6:11: dataset.moons.samples: 4 to 10000000 samples",
        ),
        (
            "samples = 100",
            "noise = -0.1",
            "a.toml:6:9: dataset.moons.noise: the noise must be 0 or more",
        ),
        (
            "test = 0.25",
            "test = 0.0",
            "a.toml:7:31: dataset.moons.split.shuffled.test: a test share of 0 leaves one part empty; above 0 and below 1",
        ),
        (
            "test = 0.25",
            "test = 1.0",
            "a.toml:7:31: dataset.moons.split.shuffled.test: a test share of 1 leaves one part empty; above 0 and below 1",
        ),
        (
            "shuffled = { test = 0.25 }",
            "stratified = { test = 1.5 }",
            "a.toml:7:33: dataset.moons.split.stratified.test: a test share of 1.5 leaves one part empty; above 0 and below 1",
        ),
        (
            "shuffled = { test = 0.25 }",
            "k_fold = { folds = 1 }",
            "a.toml:7:30: dataset.moons.split.k_fold.folds: 1 folds leave nothing to train on; 2 or more",
        ),
        (
            "shuffled = { test = 0.25 }",
            "k_fold = { folds = 5, fold = 5 }",
            "a.toml:7:40: dataset.moons.split.k_fold.fold: there is no fold 5 of 5; 0 to 4",
        ),
        (
            moons,
            "[dataset.circles]\nfactor = 1.0\n",
            "a.toml:6:10: dataset.circles.factor: the inner radius must be above 0 and below 1",
        ),
        (
            moons,
            "[dataset.spirals]\nturns = 0.0\n",
            "a.toml:6:9: dataset.spirals.turns: the turns must be above 0 and at most 100",
        ),
        (
            moons,
            "[dataset.csv]\npath = \"a.csv\"\ntarget = \"y\"\ndelimiter = \"é\"\n",
            "a.toml:8:13: dataset.csv.delimiter: one ASCII character",
        ),
    ]);
    let start = GOOD.find("[dataset.moons]").unwrap();
    let end = GOOD.find("[model]").unwrap();
    let rows = [
        (
            "[dataset.parity]\nbits = 0\n",
            "a.toml:6:8: dataset.parity.bits: 1 to 16 bits",
        ),
        (
            "[dataset.parity]\nbits = 17\n",
            "a.toml:6:8: dataset.parity.bits: 1 to 16 bits",
        ),
        (
            "[dataset.mnist]\nclasses = 0\n",
            "a.toml:6:11: dataset.mnist.classes: 1 class or more",
        ),
        (
            "[dataset.mnist]\ntrain_limit = 0\n",
            "a.toml:6:15: dataset.mnist.train_limit: 1 image or more",
        ),
        (
            "[dataset.mnist]\ntest_limit = 0\n",
            "a.toml:6:14: dataset.mnist.test_limit: 1 image or more",
        ),
        (
            "[dataset.xor]\nbits = 2\n",
            "a.toml:6:1: unknown key `bits`; nothing can be set here",
        ),
    ];
    for (dataset, message) in rows {
        let text = format!("{}{dataset}{}", &GOOD[..start], &GOOD[end..]);
        assert_eq!(parse(&text, &[]).unwrap_err(), message, "{dataset}");
    }
}

/// What a config says against data of this shape, with its place.
fn against(shape: &DataShape, overrides: &[&str]) -> Result<(), String> {
    let config = good(overrides);
    let checked = config.experiment.check_data(shape);
    checked.map_err(|problem| config.locate(problem).to_string())
}

fn classes(count: usize) -> DataShape {
    DataShape {
        samples: 75,
        classes: Some(count),
    }
}

const REAL: DataShape = DataShape {
    samples: 75,
    classes: None,
};

#[test]
fn what_suits_the_data_is_taken() {
    let squared = "training.loss=squared_error";
    let one = "model.layers.2.linear.units=1";
    assert_eq!(against(&classes(2), &[]), Ok(()));
    assert_eq!(against(&classes(2), &["training.batch_size=75"]), Ok(()));
    assert_eq!(against(&classes(2), &["training.batch_size=all"]), Ok(()));
    let binary = "training.loss=binary_cross_entropy";
    assert_eq!(
        against(&classes(2), &[one, binary]),
        Ok(()),
        "two classes may share an output"
    );
    assert_eq!(
        against(&REAL, &[one, squared, "training.metrics=[\"r2\"]"]),
        Ok(())
    );
}

#[test]
fn what_does_not_suit_the_data_is_refused() {
    let small = DataShape {
        samples: 5,
        classes: Some(2),
    };
    let one = "model.layers.2.linear.units=1";
    let none = "training.metrics=[]";
    let squared = "training.loss=squared_error";
    let rows: [(DataShape, &[&str], &str); 6] = [
        (
            small,
            &[],
            "a.toml:19:14: training.batch_size: a batch of 8 is larger than the training set of 5 samples; at most 5, or \"all\"",
        ),
        (
            classes(3),
            &[],
            "a.toml:14:26: model.layers.2.linear.units: the output has 2 units, the data need 3 units, one for each class",
        ),
        (
            classes(2),
            &[one],
            "--set model.layers.2.linear.units=1: model.layers.2.linear.units: the output has 1 units, the data need 2 units, one for each class",
        ),
        (
            REAL,
            &[],
            "a.toml:22:12: training.metrics.0: \"accuracy\" does not suit this target; for a real target: r2, rmse, mae",
        ),
        (
            REAL,
            &[none],
            "a.toml:20:8: training.loss: the target is a real number, but the loss is for classes; use squared_error",
        ),
        (
            REAL,
            &[none, squared],
            "a.toml:14:26: model.layers.2.linear.units: the output has 2 units, the data need 1 unit for a real target",
        ),
    ];
    for (shape, overrides, message) in rows {
        assert_eq!(
            against(&shape, overrides),
            Err(message.into()),
            "{overrides:?}"
        );
    }
    let error = against(&classes(2), &["training.metrics=[\"rmse\"]"]).unwrap_err();
    assert_eq!(
        error,
        "--set training.metrics=[\"rmse\"]: training.metrics.0: \"rmse\" does not suit this target; for classes: accuracy"
    );
}

#[test]
fn metrics_that_nobody_chose_suit_the_target() {
    let experiment = good(&["training.metrics=[]"]).experiment;
    assert_eq!(experiment.metrics(&classes(2)), [Metric::Accuracy]);
    assert_eq!(experiment.metrics(&REAL), [Metric::R2, Metric::Rmse]);
}

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
            "--set training.epoch=1: unknown key `epoch`; did you mean `epochs`? (valid: epochs, batch_size, loss, optimizer, shuffle, metrics, threads)",
        ),
        (
            &["seed=1", "trainin.epochs=1"],
            "--set seed=1 --set trainin.epochs=1: unknown key `trainin`; did you mean `training`? (valid: name, seed, implementations, dataset, model, training, gradient_check)",
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

/// The configs of the workspace.
fn configs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs");
    let entries = fs::read_dir(folder).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    let mut configs: Vec<_> = files
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    configs.sort();
    configs
}

#[test]
fn every_config_of_the_workspace_survives_being_written_out() {
    let configs = configs();
    assert!(!configs.is_empty());
    for file in configs {
        let config = Config::read(&file, &[]).unwrap();
        let resolved = config.resolved();
        let again = parse(&resolved, &[]).unwrap();
        assert_eq!(again.experiment, config.experiment, "{resolved}");
    }
}

#[test]
fn every_config_of_the_workspace_is_named_after_its_file_and_says_what_it_shows() {
    for file in configs() {
        let config = Config::read(&file, &[]).unwrap();
        assert_eq!(
            file.file_stem().unwrap().to_str(),
            Some(&*config.experiment.name)
        );
        let first = config.text.lines().next().unwrap();
        assert!(first.starts_with("# "), "{}: {first}", file.display());
    }
}

#[test]
fn a_resolved_config_has_its_overrides_and_defaults() {
    let resolved = good(&["training.epochs=9"]).resolved();
    for part in ["epochs = 9", "shuffle = true", "shuffled", "noise = 0.1"] {
        assert!(resolved.contains(part), "{part} is not in\n{resolved}");
    }
}

#[test]
fn a_config_that_is_not_there_is_told() {
    let error = Config::read(Path::new("no/such.toml"), &[])
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("no/such.toml: cannot read the config: "),
        "{error}"
    );
    assert!(
        error.ends_with("; `runner list` shows the configs there are"),
        "{error}"
    );
}

proptest! {
    // Nothing is kept of a failure but its message: there is no folder for it beside a test.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,80}", set in "\\PC{0,20}") {
        let _ = parse(&text, &[]);
        let _ = parse(&text, &[&set]);
        let _ = parse(GOOD, &[&set]);
    }

    #[test]
    fn a_good_config_with_a_wound_never_panics(
        from in 0..GOOD.len(), len in 0usize..40, text in "[a-z0-9 .=\\[\\]{}\"#\n,é-]{0,12}",
    ) {
        let wounded = format!("{}{text}{}", &GOOD[..from], &GOOD[(from + len).min(GOOD.len())..]);
        if let Ok(config) = parse(&wounded, &[]) {
            let again = parse(&config.resolved(), &[]).unwrap();
            prop_assert_eq!(again.experiment, config.experiment);
        }
    }

    #[test]
    fn any_value_of_any_key_is_taken_or_refused_with_a_message(
        key in prop::sample::select(vec![
            "name", "seed", "implementations", "dataset.moons.samples", "dataset.moons.noise",
            "dataset.moons.split", "model.layers", "model.layers.0", "model.layers.0.linear.units",
            "model.weights", "model.initial_parameters", "training.epochs", "training.batch_size",
            "training.optimizer", "training.optimizer.momentum.learning_rate", "training.threads",
            "gradient_check.entries", "gradient_check.tolerance_f32",
        ]),
        value in prop_oneof![
            any::<i64>().prop_map(|value| value.to_string()),
            any::<f64>().prop_map(|value| value.to_string()),
            Just("true".to_string()), Just("[]".into()), Just("{}".into()), Just("all".into()),
            "[a-z]{0,6}",
        ],
    ) {
        match parse(GOOD, &[&format!("{key}={value}")]) {
            Err(error) => prop_assert!(error.starts_with("--set "), "{}", error),
            Ok(config) => {
                let again = parse(&config.resolved(), &[]).unwrap();
                prop_assert_eq!(again.experiment, config.experiment);
            }
        }
    }
}
