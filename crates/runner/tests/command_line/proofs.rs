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
    let parts = ["--only gelu", "no row", "runner proofs"];
    Workspace::new().refuse(&["proofs", "--only", "gelu"], &parts);
}

#[test]
fn a_file_that_cannot_be_used_is_told_before_the_work() {
    let workspace = Workspace::new();
    let parts = ["nothing.md: cannot read", "markdown"];
    workspace.refuse(&["proofs", "--check", "nothing.md"], &parts);
    workspace.write("plain.md", "no marks");
    let parts = [
        "plain.md: there is no place",
        "<!-- proofs -->",
        "<!-- /proofs -->",
    ];
    workspace.refuse(&["proofs", "--write", "plain.md"], &parts);
    assert_eq!(workspace.read("plain.md"), "no marks");
}

/// Everything is proved here, once; the checks of tables that are full are tests of `table`.
#[test]
fn a_file_whose_tables_miss_rows_is_a_failed_run_that_says_what_to_do() {
    let workspace = Workspace::new();
    let empty = "<!-- proofs -->\n<!-- /proofs -->\n";
    workspace.write("a.md", empty);
    let finished = workspace.call(&["proofs", "--check", "a.md"]);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let parts = [
        "a.md: the tables of proofs are stale",
        "there is no row `",
        "more",
        "proofs --write a.md",
    ];
    finished.assert_one_message(&parts);
    assert_eq!(workspace.read("a.md"), empty);
}
