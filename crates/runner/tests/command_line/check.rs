//! `check` proves the gradients of a config.

use std::collections::BTreeSet;

use crate::support::{Workspace, json};

#[test]
fn check_succeeds_and_writes_every_comparison() {
    let workspace = Workspace::tiny();
    let out = workspace.succeed(&["check", "tiny.toml", "--json", "report.json"]);
    assert!(
        out.contains("central differences f64") && !out.contains("OFF"),
        "{out}"
    );
    let report = json(&workspace.path("report.json"));
    assert_eq!(report["agrees"], true);
    assert!(report["first_fault"].is_null());
    let comparisons = report["comparisons"].as_array().unwrap();
    let field = |name| -> BTreeSet<&str> {
        comparisons
            .iter()
            .map(|c| c[name].as_str().unwrap())
            .collect()
    };
    let witnesses = [
        "burn-flex f32",
        "burn-flex f64",
        "burn-ndarray f32",
        "burn-ndarray f64",
        "central differences f64",
    ];
    assert!(field("witness").into_iter().eq(witnesses));
    let passes = [
        "after 100 steps",
        "evaluation after 100 steps",
        "loss",
        "random upstream",
    ];
    assert!(field("pass").into_iter().eq(passes));
    assert!(
        !workspace.path("results").exists(),
        "a check trains nothing"
    );
}

#[test]
fn a_disagreement_is_a_failed_run_that_names_the_tensor() {
    // Nothing agrees to 1e-300: single precision least of all.
    let workspace = Workspace::tiny();
    let set = "gradient_check.tolerance_f32=1e-300";
    let finished = workspace.call(&["check", "tiny.toml", "--set", set, "--json", "report.json"]);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    finished.assert_one_message(&["the first divergent tensor is ", "f32", "tolerance 1e-300"]);
    let report = json(&workspace.path("report.json"));
    assert_eq!(report["agrees"], false);
    let tensor = report["first_fault"]["tensor"].as_str().unwrap();
    assert!(
        finished.err.contains(&format!("tensor is {tensor} ")),
        "{finished:?}"
    );
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_the_work() {
    let workspace = Workspace::tiny();
    workspace.write("taken", "a file where the folder should be");
    let arguments = ["check", "tiny.toml", "--json", "taken/report.json"];
    workspace.refuse(
        &arguments,
        &["taken/report.json: cannot write", "choose another place"],
    );
}

/// A config of that name over `[dataset]`, layers, training keys, and `[gradient_check]` keys.
fn config(dataset: &str, layers: &str, training: &str, check: &str) -> String {
    format!(
        r#"name = "small"
seed = 3
implementations = ["backprop"]

[dataset.{dataset}

[model]
layers = [{layers}]

[training]
epochs = 3
{training}

[gradient_check]
batch_size = 6
entries = 12
{check}
"#
    )
}

const WAVES: &str = "waves]\nsamples = 36\nclasses = 3\nchannels = 2\nsize = 8";
const ADAM: &str = r#"
batch_size = 8
loss = "softmax_cross_entropy"
optimizer = { adam = { learning_rate = 0.01 } }"#;

/// Proves a config and returns what was compared.
#[track_caller]
fn proved(config: &str) -> Vec<(String, String)> {
    let workspace = Workspace::new();
    workspace.write("small.toml", config);
    let out = workspace.succeed(&["check", "small.toml", "--json", "report.json"]);
    assert!(!out.contains("OFF"), "{out}");
    let report = json(&workspace.path("report.json"));
    let comparisons = report["comparisons"].as_array().unwrap();
    let field = |c: &serde_json::Value, name: &str| c[name].as_str().unwrap().to_string();
    let pair = |c| (field(c, "pass"), field(c, "tensor"));
    comparisons.iter().map(pair).collect()
}

fn has(compared: &[(String, String)], pass: &str, tensor: &str) -> bool {
    let pair = (pass.to_string(), tensor.to_string());
    compared.contains(&pair)
}

#[test]
fn a_network_of_images_is_proved_while_learning_and_after() {
    let layers = r#"
        { conv2d = { channels = 4, kernel = 3, padding = 1, bias = false } }, { batch_norm = {} }, "relu",
        { residual = { layers = [
            { conv2d = { channels = 6, kernel = 3, stride = 2, padding = 1, bias = false } }, { batch_norm = {} },
        ], shortcut = [{ conv2d = { channels = 6, kernel = 1, stride = 2, bias = false } }] } }, "relu",
        { max_pool = { size = 2 } }, "flatten", { dropout = { rate = 0.3 } }, { linear = { units = 3 } },
    "#;
    let compared = proved(&config(WAVES, layers, ADAM, ""));
    assert!(has(&compared, "random upstream", "3.layers.0.weight"));
    assert!(has(&compared, "after 100 steps", "1.running_var"));
    assert!(has(&compared, "after 100 steps", "3.layers.1.running_mean"));
    assert!(has(&compared, "evaluation after 100 steps", "8.output"));
    assert!(has(&compared, "evaluation after 100 steps", "loss"));
}

#[test]
fn what_is_differentiated_has_the_penalties() {
    let training = format!("{ADAM}\nregularization = {{ l1 = 0.01, l2 = 0.1, lambda = 0.8 }}");
    let layers = r#"{ linear = { units = 4 } }, "tanh", { linear = { units = 3 } }"#;
    proved(&config(WAVES, layers, &training, "steps = 10"));
}

/// Zero biases above pixels that are 0: at the initial parameters every ReLU of a dark patch stands
/// at its kink.
#[test]
fn a_network_that_begins_at_a_kink_is_proved() {
    let dark = "parity]\nbits = 4";
    let layers = r#"{ linear = { units = 8 } }, "relu", { linear = { units = 2 } }"#;
    let compared = proved(&config(dark, layers, ADAM, "steps = 10"));
    assert!(has(&compared, "loss", "0.bias"));
}

#[test]
fn integers_that_choose_from_a_table_need_no_gradient() {
    let layers =
        r#"{ embedding = { tokens = 2, dimension = 3 } }, "flatten", { linear = { units = 2 } }"#;
    let compared = proved(&config("parity]\nbits = 4", layers, ADAM, "steps = 10"));
    assert!(has(&compared, "loss", "0.weight") && !has(&compared, "loss", "x"));
}

#[test]
fn through_a_step_only_forward_passes_are_compared() {
    let training = r#"
batch_size = "all"
loss = "squared_error"
optimizer = { sgd = { learning_rate = 0.1 } }
escapes = [{ evolution = { population = 4, parents = 2, std = 0.1 } }]"#;
    let layers = r#"{ linear = { units = 3 } }, "step", { linear = { units = 1 } }"#;
    let compared = proved(&config("xor]", layers, training, ""));
    assert!(has(&compared, "forward", "2.output") && has(&compared, "evaluation", "2.output"));
    assert!(
        compared
            .iter()
            .all(|(_, tensor)| tensor == "loss" || tensor == "2.output")
    );
}

#[test]
fn without_steps_there_is_no_trajectory() {
    let layers = r#"{ linear = { units = 3 } }"#;
    let compared = proved(&config(WAVES, layers, ADAM, "steps = 0"));
    assert!(has(&compared, "evaluation", "0.output"));
    assert!(compared.iter().all(|(pass, _)| !pass.contains("steps")));
}
