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
        let _ = message;
        println!(
            "ROW\t{from:?}\t{to:?}\t{}",
            error.err().unwrap_or("TAKEN".into())
        );
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
        ("seed = 1", "sead = 1", ""),
        ("[dataset.moons]", "[dataset.moon]", ""),
        ("samples = 100", "sample = 100", ""),
        ("shuffled = {", "shuffeld = {", ""),
        ("{ test = 0.25 }", "{ tset = 0.25 }", ""),
        ("weights = {", "weight = {", ""),
        ("uniform = {", "unifrom = {", ""),
        ("{ units = 4,", "{ unit = 4,", ""),
        ("leaky_relu", "leaky_rely", ""),
        ("slope", "slop", ""),
        ("epochs = 3", "epoch = 3", ""),
        ("softmax_cross_entropy", "cross_entropy", ""),
        ("{ momentum = {", "{ momentun = {", ""),
        ("learning_rate = 0.1", "lr = 0.1", ""),
        ("\"accuracy\"", "\"acuracy\"", ""),
        ("steps = 10", "step = 10", ""),
        ("\"burn-flex\"", "\"burn_flex\"", ""),
    ]);
}

#[test]
fn wrong_types_are_refused() {
    refuse(&[
        ("name = \"good\"", "name = 1", ""),
        ("seed = 1", "seed = -1", ""),
        ("seed = 1", "seed = 1.5", ""),
        ("[\"backprop\", \"burn-flex\"]", "\"backprop\"", ""),
        ("units = 4", "units = \"4\"", ""),
        ("units = 4", "units = -4", ""),
        ("epochs = 3", "epochs = true", ""),
        ("batch_size = 8", "batch_size = \"whole\"", ""),
        ("batch_size = 8", "batch_size = -8", ""),
        ("batch_size = 8", "batch_size = 8.5", ""),
        ("learning_rate = 0.1", "learning_rate = \"fast\"", ""),
    ]);
}

#[test]
fn missing_keys_are_refused() {
    refuse(&[
        ("name = \"good\"\n", "", ""),
        ("epochs = 3\n", "", ""),
        ("learning_rate = 0.1, ", "", ""),
        ("units = 4, ", "", ""),
        (
            "[dataset.moons]",
            "[dataset.parity]\nbits = 2\n[gradient]",
            "",
        ),
    ]);
    let error = parse("", &[]).unwrap_err();
    println!("ONE\t{error}");
}

#[test]
fn what_is_not_toml_is_refused_where_it_stops_being_toml() {
    refuse(&[
        ("seed = 1", "seed = ", ""),
        ("name = \"good\"", "name = \"good", ""),
        ("[training]", "[training", ""),
        ("seed = 1", "seed = 1\nseed = 2", ""),
    ]);
}

#[test]
fn impossible_values_are_refused() {
    refuse(&[
        ("name = \"good\"", "name = \"\"", ""),
        ("name = \"good\"", "name = \"../up\"", ""),
        ("[\"backprop\", \"burn-flex\"]", "[]", ""),
        ("\"burn-flex\"]", "\"backprop\"]", ""),
        ("epochs = 3", "epochs = 0", ""),
        ("batch_size = 8", "batch_size = 0", ""),
        ("[\"accuracy\"]", "[\"accuracy\", \"accuracy\"]", ""),
        ("epochs = 3", "epochs = 3\nthreads = 0", ""),
        ("epochs = 3", "epochs = 3\nthreads = 5000", ""),
        ("steps = 10", "steps = 0", ""),
        ("steps = 10", "entries = 0", ""),
        ("steps = 10", "batch_size = 0", ""),
        ("steps = 10", "tolerance_f64 = 0.0", ""),
        ("steps = 10", "tolerance_f32 = 1.0", ""),
        ("steps = 10", "tolerance_differences = nan", ""),
        ("steps = 10", "tolerance_trajectory = -1e-3", ""),
    ]);
}

#[test]
fn impossible_layers_are_refused() {
    refuse(&[
        ("units = 4", "units = 0", ""),
        ("units = 4", "units = 1000001", ""),
        ("name = \"output\"", "name = \"hidden\"", ""),
        ("name = \"output\"", "name = \"0\"", ""),
        ("name = \"output\"", "name = \"x\"", ""),
        ("slope = 0.1", "slope = nan", ""),
        ("low = -1.0", "low = 1.0", ""),
        (
            "uniform = { low = -1.0, high = 1.0 }",
            "normal = { std = -1.0 }",
            "",
        ),
        ("uniform = { low = -1.0, high = 1.0 }", "constant = inf", ""),
        ("[model]", "[model]\nbiases = { constant = nan }", ""),
        ("units = 4,", "units = 4, weights = { constant = nan },", ""),
        ("units = 4,", "units = 4, biases = { constant = nan },", ""),
        (
            "    { linear = { units = 2, name = \"output\" } },",
            "    \"softmax\",",
            "",
        ),
        (
            "    { linear = { units = 2, name = \"output\" } },",
            "    \"sigmoid\",",
            "",
        ),
    ]);
    let text = changed("\"softmax_cross_entropy\"", "\"binary_cross_entropy\"");
    for (layer, message) in [("sigmoid", ""), ("softmax", "")] {
        let layer = format!("    \"{layer}\",\n]");
        let error = parse(
            &text.replace("]\n\n[training]", &format!("{layer}\n\n[training]")),
            &[],
        );
        let _ = message;
        println!("LAY\t{layer:?}\t{}", error.err().unwrap_or("TAKEN".into()));
    }
    let start = GOOD.find("layers = [").unwrap();
    let end = GOOD.find("[training]").unwrap();
    let text = format!("{}layers = [\"relu\"]\n{}", &GOOD[..start], &GOOD[end..]);
    println!("RELU\t{}", parse(&text, &[]).unwrap_err());
}

#[test]
fn impossible_optimizers_are_refused() {
    let momentum = "momentum = { learning_rate = 0.1, momentum = 0.9 }";
    refuse(&[
        ("learning_rate = 0.1", "learning_rate = -0.1", ""),
        ("learning_rate = 0.1", "learning_rate = 0.0", ""),
        ("learning_rate = 0.1", "learning_rate = inf", ""),
        ("momentum = 0.9", "momentum = 1.0", ""),
        ("momentum = 0.9", "momentum = -0.1", ""),
        (momentum, "sgd = { learning_rate = nan }", ""),
        (
            momentum,
            "nesterov = { learning_rate = 0.1, momentum = 1.5 }",
            "",
        ),
        (momentum, "adam = { learning_rate = 0.1, beta1 = 1.0 }", ""),
        (momentum, "adam = { learning_rate = 0.1, beta2 = -0.1 }", ""),
        (
            momentum,
            "adam = { learning_rate = 0.1, epsilon = 0.0 }",
            "",
        ),
    ]);
}

#[test]
fn impossible_data_sets_are_refused() {
    let moons = "[dataset.moons]\nsamples = 100\n";
    refuse(&[
        ("samples = 100", "samples = 0", ""),
        ("samples = 100", "samples = 99999999999", ""),
        ("samples = 100", "noise = -0.1", ""),
        ("test = 0.25", "test = 0.0", ""),
        ("test = 0.25", "test = 1.0", ""),
        (
            "shuffled = { test = 0.25 }",
            "stratified = { test = 1.5 }",
            "",
        ),
        ("shuffled = { test = 0.25 }", "k_fold = { folds = 1 }", ""),
        (
            "shuffled = { test = 0.25 }",
            "k_fold = { folds = 5, fold = 5 }",
            "",
        ),
        (moons, "[dataset.circles]\nfactor = 1.0\n", ""),
        (moons, "[dataset.spirals]\nturns = 0.0\n", ""),
        (
            moons,
            "[dataset.csv]\npath = \"a.csv\"\ntarget = \"y\"\ndelimiter = \"é\"\n",
            "",
        ),
    ]);
    let start = GOOD.find("[dataset.moons]").unwrap();
    let end = GOOD.find("[model]").unwrap();
    let rows = [
        ("[dataset.parity]\nbits = 0\n", ""),
        ("[dataset.parity]\nbits = 17\n", ""),
        ("[dataset.mnist]\nclasses = 0\n", ""),
        ("[dataset.mnist]\ntrain_limit = 0\n", ""),
        ("[dataset.mnist]\ntest_limit = 0\n", ""),
        ("[dataset.xor]\nbits = 2\n", ""),
    ];
    for (dataset, message) in rows {
        let text = format!("{}{dataset}{}", &GOOD[..start], &GOOD[end..]);
        let _ = message;
        println!(
            "DAT\t{dataset:?}\t{}",
            parse(&text, &[]).err().unwrap_or("TAKEN".into())
        );
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
        (small, &[], ""),
        (classes(3), &[], ""),
        (classes(2), &[one], ""),
        (REAL, &[], ""),
        (REAL, &[none], ""),
        (REAL, &[none, squared], ""),
    ];
    for (shape, overrides, message) in rows {
        let _ = message;
        println!("AGAINST\t{overrides:?}\t{:?}", against(&shape, overrides));
    }
    let error = against(&classes(2), &["training.metrics=[\"rmse\"]"]).unwrap_err();
    println!("ONE\t{error}");
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
        (&["training.epoch=1"], ""),
        (&["seed=1", "trainin.epochs=1"], ""),
        (&["training.epochs"], ""),
        (&["=1"], ""),
        (&["training.=1"], ""),
        (&["seed.more=1"], ""),
        (&["model.layers.7.linear.units=5"], ""),
        (&["training.epochs=many"], ""),
        (&["training.epochs=0"], ""),
    ];
    for (overrides, message) in rows {
        let error = parse(GOOD, overrides).map(|config| config.experiment);
        let _ = message;
        println!(
            "SET\t{overrides:?}\t{}",
            error.err().unwrap_or("TAKEN".into())
        );
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
    for part in [
        "epochs = 9",
        "shuffle = true",
        "tolerance_f64 = 1e-11",
        "noise = 0.1",
    ] {
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
    #![proptest_config(ProptestConfig::with_cases(300))]

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
