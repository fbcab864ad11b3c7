//! A config with a learner: all that a run can do, or a clear refusal.

use std::fs;

use serde_json::Value;

use crate::support::Workspace;

pub const AND: &str = r#"# Hebb's rule on AND.

name = "hebb"
seed = 1
dataset.csv = { path = "points.csv", target = "and", split = "none" }

[learner.hebb]
"#;

pub fn and() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("hebb.toml", AND);
    workspace.write("points.csv", "a,b,and\n-1,-1,-1\n-1,1,-1\n1,-1,-1\n1,1,1\n");
    workspace
}

#[test]
fn a_learner_is_run_recorded_and_shown_with_what_it_found() {
    let workspace = and();
    let out = workspace.succeed(&["hebb.toml"]);
    for part in [
        "Learner\n  hebb (learning rate 1)",
        "implementation   test accuracy   time/epoch",
        "hebb                  100.00 %",
        "bias        -2",
    ] {
        assert!(out.contains(part), "{part:?} is not in {out}");
    }
    assert!(!out.contains("loss") && !out.contains("note"), "{out}");
    let run = workspace.runs("hebb").remove(0);
    let record: Value =
        serde_json::from_slice(&fs::read(run.join("record.json")).unwrap()).unwrap();
    assert_eq!(record["status"], "finished");
    let trained = &record["implementations"][0];
    assert_eq!(trained["implementation"], "hebb");
    let bias = serde_json::json!(["bias", [-2.0]]);
    assert_eq!(trained["findings"][0]["rows"][2], bias);
    let rows = fs::read_to_string(run.join("epochs.csv")).unwrap();
    assert!(rows.starts_with("implementation,epoch,train_accuracy,test_accuracy,seconds\n"));
    for file in ["hebb.safetensors", "curves.svg", "config.toml"] {
        assert!(run.join(file).exists(), "{file}");
    }
    assert!(!run.join("hebb.checkpoint").exists(), "it has finished");
}

#[test]
fn runs_of_learners_are_repeated_compared_and_listed() {
    let workspace = and();
    workspace.succeed(&["hebb.toml"]);
    let again = workspace.succeed(&["rerun", "hebb"]);
    assert!(again.contains("2 of 2 tensors"), "{again}");
    let resumed = workspace.succeed(&["run", "--resume", "hebb"]);
    assert!(resumed.contains("this run has finished"), "{resumed}");
    let compared = workspace.succeed(&["compare", "hebb"]);
    assert!(
        compared.contains("hebb") && compared.contains("100.0000 %"),
        "{compared}"
    );
    let found = [
        "runs",
        "--where",
        "learner.hebb.learning_rate=1",
        "--columns",
        "test_accuracy",
    ];
    assert_eq!(workspace.succeed(&found).matches("100.00 %").count(), 2);
    let listed = workspace.succeed(&["list", "."]);
    assert!(listed.contains("Hebb's rule on AND."), "{listed}");
    let resolved = workspace.succeed(&["hebb.toml", "--cfg"]);
    assert!(
        resolved.ends_with("[learner.hebb]\nlearning_rate = 1.0\n"),
        "{resolved}"
    );
}

#[test]
fn a_learner_is_checked_against_its_witnesses() {
    let workspace = and();
    let out = workspace.succeed(&["check", "hebb.toml", "--json", "proof.json"]);
    for witness in ["published", "exact enumeration", "closed form"] {
        assert!(out.contains(witness), "{out}");
    }
    let proof: Value = serde_json::from_str(&workspace.read("proof.json")).unwrap();
    assert_eq!(proof["agrees"], true);
    assert_eq!(proof["rows"][0]["quantity"], "weights and bias");
}

/// The proof of a learner on the points of AND, by the witness named first.
#[cfg(feature = "burn-flex")]
#[test]
fn burn_bears_witness_of_what_makes_a_loss_small() {
    let workspace = and();
    let rows = |learner: &str| {
        workspace.write("a.toml", AND.replace("[learner.hebb]", learner));
        let out = workspace.succeed(&["check", "a.toml"]);
        let rows = out.lines().filter(|line| line.contains("burn-flex f64"));
        rows.map(String::from).collect::<Vec<_>>()
    };
    let gradient = rows("[learner.least_squares]\nridge = 0.5\n");
    assert_eq!(gradient.len(), 1);
    assert!(
        gradient[0].contains("gradient at the solution"),
        "{gradient:?}"
    );
    let both = rows("[learner.newton]\nridge = 0.5\n");
    assert_eq!(both.len(), 2);
    assert!(both[1].contains("Hessian"), "{both:?}");
    assert!(rows("[learner.hebb]").is_empty(), "no loss, no witness");
}

#[test]
fn what_a_learner_cannot_do_is_refused() {
    let workspace = and();
    workspace.refuse(
        &["export", "hebb.toml", "--out", "there"],
        &[
            "hebb.toml:7:2",
            "a learner has no gradients",
            "runner check",
        ],
    );
    workspace.write("points.csv", "a,b,and\n1,1,x\n2,1,y\n0,1,z\n");
    workspace.refuse(
        &["hebb.toml"],
        &["hebb.toml:7:1", "there are 3: x (1), y (1), z (1)"],
    );
    assert!(!workspace.path("results").exists(), "nothing is left");
    workspace.write("points.csv", "a,b,and\n0,1,-1\n2,1,1\n0,-1,1\n");
    let out = workspace.succeed(&["hebb.toml"]);
    assert!(
        out.contains("note: a has values other than -1 and 1"),
        "{out}"
    );
}

#[test]
fn data_that_cannot_be_learned_are_refused_with_the_columns() {
    let workspace = Workspace::new();
    let config = AND
        .replace("and", "t")
        .replace("split", "task = 'regression', split")
        .replace("learner.hebb", "learner.least_squares");
    workspace.write("a.toml", config);
    let rows = "a,b,t\n1,2,1.5\n2,4,2\n3,6,3\n5,10,4\n";
    workspace.write("points.csv", rows);
    let depends = "1 of 3 columns depend on those before them";
    workspace.refuse(&["a.toml"], &["a.toml:7:", depends, ": b", "svd"]);
    let records = workspace.path("results/runs/hebb");
    let left = fs::read_dir(records).map(|runs| runs.count());
    assert_eq!(left.unwrap_or(0), 0, "nothing is recorded");
    let method = "learner.least_squares.method=svd";
    let out = workspace.succeed(&["a.toml", "--set", method]);
    assert!(out.contains("note: the rank is 2 of 3"), "{out}");
    assert!(workspace.runs("hebb")[0].join("fit.svg").exists());
    let separable = AND.replace("learner.hebb", "learner.newton");
    workspace.write("b.toml", separable);
    workspace.write("points.csv", "a,b,and\n0,0,0\n0,1,0\n1,0,0\n1,1,1\n");
    let no_optimum = "the data are separable, so there is no finite optimum";
    workspace.refuse(&["b.toml"], &[no_optimum, "ridge"]);
    let ridge = "learner.newton.ridge=1";
    let out = workspace.succeed(&["b.toml", "--set", ridge]);
    assert!(
        out.contains("standard error") && out.contains("bias alone"),
        "{out}"
    );
}

const MEMORY: &str = r#"name = "memory"
seed = 1
dataset.csv = { path = "patterns.csv", target = "input", split = "none" }

[learner.hopfield]
"#;

#[test]
fn a_memory_shows_what_it_recalls_and_what_nobody_stored() {
    let workspace = Workspace::new();
    workspace.write("memory.toml", MEMORY);
    workspace.write("patterns.csv", "a,b,c,d,e,f\n1,1,1,1,0,0\n1,0,1,0,1,0\n");
    let out = workspace.succeed(&["memory.toml"]);
    for part in [
        "note: 2 patterns in 6 units are more than 0.138 x 6 = 0.8",
        "stored   recalled",
        "++++--                -12        1",
        "----++                -12        0",
    ] {
        assert!(out.contains(part), "{part:?} is not in {out}");
    }
    let again = workspace.succeed(&["rerun", "memory"]);
    assert!(again.contains("1 of 1 tensors"), "{again}");
    let out = workspace.succeed(&["check", "memory.toml"]);
    assert!(out.contains("energy falls at every flip"), "{out}");
}

#[test]
fn what_is_no_pattern_is_refused_with_the_input_and_the_sample() {
    let workspace = Workspace::new();
    workspace.write("memory.toml", MEMORY);
    workspace.write("patterns.csv", "a,b\n1,-1\n1,0.5\n");
    workspace.refuse(
        &["memory.toml"],
        &[
            "memory.toml:5:1",
            "b of sample 2 is 0.5, and units are -1 or 1",
        ],
    );
    assert!(
        !workspace.path("results/memory").exists(),
        "nothing is left"
    );
    workspace.write("patterns.csv", "a,b\n1,-1\n-1,1\n");
    let of_a = ["memory.toml", "--set", "dataset.csv.target=a"];
    workspace.refuse(&of_a, &["the target is a class", "target = \"input\""]);
    let number = [&of_a[..], &["--set", "dataset.csv.task=regression"]].concat();
    workspace.refuse(&number, &["the target is a single number"]);
    workspace.write("patterns.csv", "a,b,c\n1,-1,1\n-1,1,1\n");
    let two = "dataset.csv.target=[\"a\", \"b\"]";
    let two = [
        "memory.toml",
        "--set",
        two,
        "--set",
        "dataset.csv.task=regression",
    ];
    workspace.refuse(&two, &["the target is a", "target = \"input\""]);
}
