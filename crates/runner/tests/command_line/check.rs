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
    assert!(
        field("pass")
            .into_iter()
            .eq(["after 100 steps", "loss", "random upstream"])
    );
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
    workspace.refuse(&arguments, &["taken/report.json: cannot write", "--out"]);
}
