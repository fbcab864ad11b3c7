//! A run that ends before its last epoch: diverged, or interrupted.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{Finished, Workspace, record};

/// Longer than anything here takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn a_loss_that_is_no_number_ends_the_run_and_says_at_which_step() {
    let workspace = Workspace::tiny();
    let set = "training.optimizer.momentum.learning_rate=1e38";
    let finished = workspace.call(&["tiny.toml", "--set", set]);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let advice = "try a smaller learning rate";
    finished.assert_one_message(&[
        "diverged: the loss became ",
        "at step ",
        "of epoch 1",
        advice,
    ]);
    let runs = workspace.runs("tiny");
    let record = record(&runs[0]);
    assert_eq!(record["status"], "diverged");
    let message = record["message"].as_str().unwrap();
    assert!(finished.err.contains(message), "{message}");
}

#[test]
fn an_interrupted_run_keeps_the_record_of_its_epochs() {
    let workspace = Workspace::tiny();
    let mut child = workspace
        .command(&["tiny.toml", "--set", "training.epochs=1000000"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let run = wait_for("the second epoch", || second_epoch(&workspace));
    interrupt(&child);
    wait_for("the end", || child.try_wait().unwrap());
    let finished = Finished::new(child.wait_with_output().unwrap());
    assert_eq!(finished.code, Some(130), "{finished:?}");
    finished.assert_one_message(&["interrupted", "the record of the epochs so far is in "]);
    let record = record(&run);
    assert_eq!(record["status"], "interrupted");
    let epochs = record["implementations"][0]["epochs"].as_array().unwrap();
    assert!(epochs.len() >= 2, "{record}");
    let rows = fs::read_to_string(run.join("epochs.csv")).unwrap();
    assert!(rows.lines().count() > epochs.len(), "{rows}");
    assert!(run.join("backprop.safetensors").is_file());
}

#[test]
fn an_interrupted_check_ends_too() {
    let workspace = Workspace::tiny();
    let mut child = workspace
        .command(&[
            "check",
            "tiny.toml",
            "--set",
            "gradient_check.steps=100000000",
        ])
        .stdout(fs::File::create(workspace.path("out")).unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The summary is printed after the handler is in place.
    wait_for("the summary", || {
        workspace.read("out").contains("Model").then_some(())
    });
    interrupt(&child);
    wait_for("the end", || child.try_wait().unwrap());
    let finished = Finished::new(child.wait_with_output().unwrap());
    assert_eq!(finished.code, Some(130), "{finished:?}");
    finished.assert_one_message(&["interrupted"]);
}

/// The folder of the run, once its table shows a second epoch.
fn second_epoch(workspace: &Workspace) -> Option<PathBuf> {
    let entries = fs::read_dir(workspace.path("results/runs/tiny")).ok()?;
    let run = entries.filter_map(Result::ok).next()?.path();
    has_second_epoch(&run).then_some(run)
}

fn has_second_epoch(run: &Path) -> bool {
    let rows = fs::read_to_string(run.join("epochs.csv")).unwrap_or_default();
    rows.lines().any(|row| row.starts_with("backprop,2,"))
}

/// What Ctrl-C sends.
fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &pid]).status();
    assert!(sent.unwrap().success());
}

/// Asks again and again until there is something.
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited too long for {what}");
        sleep(Duration::from_millis(20));
    }
}
