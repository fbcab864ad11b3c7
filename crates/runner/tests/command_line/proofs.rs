//! `proofs` proves every layer, loss and learning rule, and keeps a table of it.

use crate::support::Workspace;

#[test]
fn one_row_is_proved_in_both_precisions() {
    let out = Workspace::new().succeed(&["proofs", "--only", "`tanh`"]);
    let rows: Vec<_> = out
        .lines()
        .filter(|l| l.starts_with("| `tanh` |"))
        .collect();
    assert_eq!(rows.len(), 2, "{out}");
    assert!(rows.iter().all(|row| !row.contains("NaN")), "{out}");
}

#[test]
fn a_row_that_is_not_there_is_told() {
    let parts = ["--only swish", "no row", "runner proofs"];
    Workspace::new().refuse(&["proofs", "--only", "swish"], &parts);
}

#[test]
fn a_file_that_cannot_be_used_is_told_before_the_work() {
    let workspace = Workspace::new();
    let parts = ["nothing.json: cannot read", "proofs --write nothing.json"];
    workspace.refuse(&["proofs", "--check", "nothing.json"], &parts);
    workspace.write("other.json", "{}");
    let parts = ["other.json: these are no rows of proofs"];
    workspace.refuse(&["proofs", "--check", "other.json"], &parts);
    let parts = ["plain.md: the rows are JSON", "results/proofs.json"];
    workspace.refuse(&["proofs", "--write", "plain.md"], &parts);
    assert!(!workspace.path("plain.md").exists());
}

#[test]
fn tables_that_are_not_those_of_the_rows_are_told_before_the_work() {
    let workspace = Workspace::new();
    workspace.write("a.json", "[]");
    workspace.write("a.md", "typed by hand");
    let finished = workspace.call(&["proofs", "--check", "a.json"]);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    finished.assert_one_message(&["a.md: these are not the tables of the rows in a.json"]);
    assert_eq!(workspace.read("a.md"), "typed by hand");
}

/// Everything is proved here, once.
#[test]
fn a_file_without_the_rows_is_a_failed_run_that_says_what_to_do() {
    let workspace = Workspace::new();
    let page = runner::proofs::view::page(&[], "a.json");
    workspace.write("a.json", "[]");
    workspace.write("a.md", &page);
    let finished = workspace.call(&["proofs", "--check", "a.json"]);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let parts = [
        "a.json: the proofs are stale",
        "there is no row `",
        "more",
        "proofs --write a.json",
    ];
    finished.assert_one_message(&parts);
    assert_eq!(workspace.read("a.json"), "[]");
    assert_eq!(workspace.read("a.md"), page);
}
