//! A run that ends before its last epoch: diverged, or interrupted.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{Finished, TINY, Workspace, record};

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
    let mut child = endless(&workspace);
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

#[test]
fn a_run_that_is_asked_to_stop_says_what_is_saved() {
    for (signal, code, cause) in [
        ("TERM", 143, "asked to stop by SIGTERM"),
        ("HUP", 129, "the terminal is gone"),
    ] {
        if signal == "HUP" && hangup_is_ignored() {
            println!("skipped: these tests run under nohup, and so does what they start");
            continue;
        }
        let workspace = Workspace::tiny();
        let mut child = endless(&workspace);
        let run = wait_for("the second epoch", || second_epoch(&workspace));
        send(signal, &child);
        wait_for("the end", || child.try_wait().unwrap());
        let finished = Finished::new(child.wait_with_output().unwrap());
        assert_eq!(finished.code, Some(code), "{finished:?}");
        finished.assert_one_message(&[cause, "the record of the epochs so far is in "]);
        assert_eq!(record(&run)["message"], cause);
    }
}

#[test]
fn a_run_under_nohup_outlives_its_terminal() {
    if !Path::new("/proc/self/status").exists() {
        println!("skipped: the system does not tell which signals are ignored");
        return;
    }
    let workspace = Workspace::tiny();
    let runner = env!("CARGO_BIN_EXE_runner");
    let line = format!("trap '' HUP INT; exec '{runner}' tiny.toml --set training.epochs=1000000");
    let mut child = Command::new("sh")
        .args(["-c", &line])
        .current_dir(workspace.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for("the second epoch", || second_epoch(&workspace));
    send("HUP", &child);
    // A script's jobs in the background ignore Ctrl-C at first; it is still a way to stop a run.
    interrupt(&child);
    wait_for("the end", || child.try_wait().unwrap());
    let finished = Finished::new(child.wait_with_output().unwrap());
    assert_eq!(finished.code, Some(130), "{finished:?}");
}

#[test]
fn a_run_that_is_interrupted_while_it_checks_is_recorded_so() {
    let workspace = Workspace::tiny();
    workspace.write("tiny.toml", TINY.replace("samples = 40", "samples = 4000"));
    let mut child = workspace
        .command(&[
            "tiny.toml",
            "--set",
            "gradient_check.batch_size=3000",
            "--set",
            "model.layers.0.linear.units=1000",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let run = wait_for("the record", || {
        let entries = fs::read_dir(workspace.path("results/runs/tiny")).ok()?;
        let run = entries.filter_map(Result::ok).next()?.path();
        run.join("record.json").exists().then_some(run)
    });
    interrupt(&child);
    wait_for("the end", || child.try_wait().unwrap());
    let finished = Finished::new(child.wait_with_output().unwrap());
    assert_eq!(finished.code, Some(130), "{finished:?}");
    finished.assert_one_message(&["interrupted by Ctrl-C", "the record is in "]);
    assert_eq!(record(&run)["status"], "interrupted");
}

#[test]
fn results_that_are_removed_while_a_run_goes_on_are_written_again() {
    let workspace = Workspace::tiny();
    let mut child = endless(&workspace);
    let run = wait_for("the second epoch", || second_epoch(&workspace));
    // The runner may be writing into it meanwhile.
    wait_for("an empty place", || {
        fs::remove_dir_all(workspace.path("results")).ok()
    });
    interrupt(&child);
    wait_for("the end", || child.try_wait().unwrap());
    let finished = Finished::new(child.wait_with_output().unwrap());
    assert_eq!(finished.code, Some(130), "{finished:?}");
    assert_eq!(record(&run)["status"], "interrupted");
    for file in [
        "config.toml",
        "gradients.json",
        "epochs.csv",
        "backprop.safetensors",
    ] {
        assert!(run.join(file).is_file(), "{file}");
    }
}

/// A run that goes on until it is stopped.
fn endless(workspace: &Workspace) -> Child {
    workspace
        .command(&["tiny.toml", "--set", "training.epochs=1000000"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
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

/// Whether SIGHUP, number 1, is ignored here, where the system tells.
fn hangup_is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|l| l.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 1)
}

/// What Ctrl-C sends.
fn interrupt(child: &Child) {
    send("INT", child);
}

fn send(signal: &str, child: &Child) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-s", signal, &pid]).status();
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
