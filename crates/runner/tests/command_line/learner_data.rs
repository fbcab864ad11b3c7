//! Samples held back from a learner, weights it begins with, and its columns of a table.

use std::fs;

use contract::NamedTensors;

use crate::learners::{AND, and};
use crate::support::{Workspace, record};

const FLIGHTS: &str = r#"name = "flights"
seed = 1
dataset.csv = { path = "points.csv", target = "t", split = "none", task = "classification" }

[learner.newton]
"#;

fn flights() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("a.toml", FLIGHTS);
    let rows = "x,t\n1,0\n2,0\n3,1\n4,0\n5,1\n6,0\n7,1\n8,1\n9,0\n10,1\n";
    workspace.write("points.csv", rows);
    workspace
}

#[test]
fn what_is_held_back_is_measured_and_not_learned_from() {
    let workspace = flights();
    let last = [
        "a.toml",
        "--set",
        "validation={ samples = 2, shuffle = false }",
    ];
    let out = workspace.succeed(&last);
    let told = "held back for validation: the last 2 of the 10 training samples";
    assert!(out.contains(told), "{out}");
    let run = workspace.runs("flights").remove(0);
    let recorded = record(&run);
    assert_eq!(recorded["data"]["train_samples"], 8);
    let epochs = fs::read_to_string(run.join("epochs.csv")).unwrap();
    let measures = "train_accuracy,validation_accuracy,test_accuracy,seconds";
    assert!(
        epochs.lines().next().unwrap().ends_with(measures),
        "{epochs}"
    );
    // The same as of the first 8 alone.
    let estimate = recorded["implementations"][0]["findings"][0]["rows"].clone();
    let eight: Vec<String> = workspace
        .read("points.csv")
        .lines()
        .take(9)
        .map(Into::into)
        .collect();
    workspace.write("points.csv", eight.join("\n") + "\n");
    workspace.succeed(&["a.toml"]);
    let alone = record(&workspace.runs("flights")[1]);
    assert_eq!(alone["implementations"][0]["findings"][0]["rows"], estimate);
    workspace.refuse(
        &["a.toml", "--set", "validation.samples=8"],
        &["validation.samples", "8 of 8 samples leaves none"],
    );
}

#[test]
fn newtons_method_begins_with_the_weights_of_a_record() {
    let workspace = flights();
    workspace.succeed(&["a.toml"]);
    let weights = workspace.runs("flights")[0].join("newton.safetensors");
    fs::copy(weights, workspace.path("w.safetensors")).unwrap();
    let from = "learner.newton.initial_parameters=w.safetensors";
    workspace.succeed(&["a.toml", "--set", from]);
    let recorded = record(&workspace.runs("flights")[1]);
    let passes = recorded["implementations"][0]["epochs"].as_array().unwrap();
    assert_eq!(passes.len(), 1, "it begins at the optimum");
    let missing = "learner.newton.initial_parameters=nowhere.safetensors";
    workspace.refuse(
        &["a.toml", "--set", missing],
        &["nowhere.safetensors", "a record of this"],
    );
    workspace.write(
        "points.csv",
        "x,y,t\n1,2,0\n2,1,0\n3,5,1\n4,0,0\n5,5,1\n6,2,0\n2,3,1\n",
    );
    workspace.refuse(&["a.toml", "--set", from], &["weight", "[1, 1]", "[1, 2]"]);
}

#[test]
fn a_boltzmann_machine_refuses_weights_that_are_not_symmetric() {
    let workspace = Workspace::new();
    workspace.write(
        "a.toml",
        "name = \"code\"\nseed = 1\n[dataset.encoder]\nunits = 2\n[learner.boltzmann]\ncycles = 3\n",
    );
    workspace.succeed(&["a.toml"]);
    let weights = workspace.runs("code")[0].join("boltzmann.safetensors");
    fs::copy(&weights, workspace.path("w.safetensors")).unwrap();
    let from = "learner.boltzmann.initial_parameters=w.safetensors";
    workspace.succeed(&["a.toml", "--set", from]);
    let mut read = NamedTensors::<f64>::read_safetensors(&weights).unwrap();
    read.get_mut("weight").unwrap()[[0, 1]] += 0.5;
    let bytes = read.to_safetensors().unwrap();
    fs::write(workspace.path("w.safetensors"), bytes).unwrap();
    let parts = [
        "initial_parameters",
        "is not symmetric: between units 1 and 2",
    ];
    workspace.refuse(&["a.toml", "--set", from], &parts);
}

#[test]
fn a_learner_is_a_row_of_a_table() {
    let workspace = and();
    workspace.write(
        "experiments/hebb.toml",
        r#"title = "Hebb"
text = "One pass."
deviations = "None."
measures = ["test_accuracy"]
seeds = [1, 2]

[[rows]]
name = "AND"
config = "../hebb.toml"
"#,
    );
    let table = ["table", "experiments/hebb.toml", "--threads", "1"];
    let missing = workspace.succeed(&["table", "experiments/hebb.toml", "--dry-run"]);
    assert!(missing.contains("AND"), "{missing}");
    workspace.succeed(&table);
    let rows = workspace.read("results/hebb.csv");
    assert_eq!(rows.matches(",finished,1,").count(), 2, "{rows}");
}

#[test]
fn what_a_learner_measures_and_finds_are_columns_of_a_table() {
    let workspace = and();
    let table = |measures: &str| {
        format!(
            "title = 'Lines'\ndeviations = 'None.'\nmeasures = [{measures}]\nseeds = [1]\n\n\
             [[rows]]\nname = 'a line'\nconfig = '../a.toml'\n"
        )
    };
    let config = AND
        .replace("split", "task = 'regression', split")
        .replace("learner.hebb", "learner.least_squares");
    workspace.write("a.toml", config);
    let good = table("'rank', 'condition_number', 'digits', 'finding and of bias'");
    workspace.write("experiments/lines.toml", good);
    let run = ["table", "experiments/lines.toml", "--threads", "1"];
    let certificate = "\ncertificate = { bias = -0.5, a = 0.5 }\n";
    let with = format!("{}{certificate}", workspace.read("a.toml"));
    workspace.write("a.toml", with);
    workspace.succeed(&run);
    let rows = workspace.read("results/lines.csv");
    assert!(
        rows.contains(",rank,condition_number,digits,finding and of bias,"),
        "{rows}"
    );
    assert!(rows.contains(",finished,3,1"), "{rows}");
    let page = workspace.read("results/lines.md");
    assert!(page.contains("| a line | rank | 3 | 1 | 3 |"), "{page}");
    assert!(page.contains("| a line | and of bias | -0.5 |"), "{page}");
    // A row has what it can have.
    let hebb = "\n[[rows]]\nname = 'a rule'\nconfig = '../hebb.toml'\n";
    let both = table("'rank', 'test_accuracy'") + hebb;
    workspace.write("experiments/both.toml", both);
    workspace.succeed(&["table", "experiments/both.toml", "--threads", "1"]);
    let page = workspace.read("results/both.md");
    assert!(page.contains("| a line | rank |"), "{page}");
    assert!(page.contains("| a rule | test accuracy |"), "{page}");
    assert!(!page.contains("| a rule | rank |"), "{page}");
    // Of another learner.
    workspace.write("experiments/lines.toml", table("'deviance'"));
    let has = "row \"a line\" has no deviance; its run measures residual_deviation, rank";
    workspace.refuse(&run, &[has]);
    workspace.write("experiments/lines.toml", table("'finding weight of bias'"));
    let failed = workspace.call(&run);
    assert_eq!(failed.code, Some(1), "{failed:?}");
    let has = "it has no finding weight of bias; it found and of bias, and of a, and of b";
    failed.assert_one_message(&[has]);
}
