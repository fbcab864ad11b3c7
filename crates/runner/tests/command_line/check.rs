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
    assert_eq!(report["batch_size"], 16);
    assert_eq!(
        report["cut"],
        serde_json::json!([]),
        "there is time for all"
    );
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

#[test]
fn a_check_without_a_budget_leaves_nothing_out() {
    let workspace = Workspace::tiny();
    let set = "gradient_check.seconds=unlimited";
    workspace.succeed(&["check", "tiny.toml", "--set", set, "--json", "report.json"]);
    let report = json(&workspace.path("report.json"));
    assert_eq!(report["cut"], serde_json::json!([]));
    let mut comparisons = report["comparisons"].as_array().unwrap().iter();
    assert!(comparisons.any(|c| c["pass"] == "after 100 steps"));
}

/// A million updates and all entries of 24,000 weights would take far longer than the budget.
#[test]
fn a_check_that_would_take_too_long_says_what_it_leaves_out_and_proves_every_tensor() {
    let workspace = Workspace::new();
    let layers = r#"{ conv2d = { channels = 8, kernel = 3 } }, "relu", "flatten",
        { linear = { units = 80 } }, "tanh", { linear = { units = 3 } }"#;
    let check = "steps = 1000000\nseconds = 5";
    let config = config(WAVES, layers, ADAM, check).replace("entries = 12", "entries = 100000");
    workspace.write("small.toml", config);
    let arguments = ["check", "small.toml", "--json", "report.json"];
    let finished = workspace.call(&arguments);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(
        finished.err.starts_with("progress: check: "),
        "{finished:?}"
    );
    let note = finished
        .out
        .lines()
        .find(|line| line.contains("instead of"));
    let note = note.unwrap_or_else(|| panic!("{finished:?}"));
    for part in [
        "entries of a tensor instead of 100000",
        "trajectory steps instead of 1000000",
        ": gradient_check.seconds = 5",
    ] {
        assert!(note.contains(part), "{note}");
    }
    let report = json(&workspace.path("report.json"));
    assert!(
        report["cut"].as_array().unwrap().len() >= 2,
        "{}",
        report["cut"]
    );
    for tensor in [
        "x", "0.weight", "0.bias", "3.weight", "3.bias", "5.weight", "5.bias",
    ] {
        let of_tensor = |witness: &str, pass: &str| {
            let comparisons = report["comparisons"].as_array().unwrap().iter();
            let mut found = comparisons.filter(|c| {
                let is = |field: &str, value: &str| c[field].as_str().unwrap().starts_with(value);
                c["tensor"] == tensor && is("witness", witness) && is("pass", pass)
            });
            found
                .next()
                .cloned()
                .unwrap_or_else(|| panic!("{witness}, {pass}: {tensor}"))
        };
        for pass in ["loss", "random upstream"] {
            let differences = of_tensor("central differences", pass);
            assert_eq!(differences["verdict"], "agrees", "{differences}");
            let burn = of_tensor("burn-flex f64", pass);
            assert_eq!(burn["verdict"], "agrees", "{burn}");
            let sides = burn["shape"].as_array().unwrap().iter();
            let all: u64 = sides.map(|side| side.as_u64().unwrap()).product();
            assert_eq!(burn["entries"], all, "every entry against burn: {burn}");
        }
        if tensor != "x" {
            assert_eq!(of_tensor("burn-flex f64", "after")["verdict"], "agrees");
        }
    }
}
