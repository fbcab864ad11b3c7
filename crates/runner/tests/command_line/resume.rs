//! A run that is killed, and goes on.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{BY_HAND, Finished, Workspace, epochs, names, record};

/// Long enough to be killed on the way.
const LONG: [&str; 2] = ["training.epochs=1000", "dataset.moons.samples=4000"];

fn arguments<'a>(overrides: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["tiny.toml"];
    arguments.extend(overrides.iter().flat_map(|set| ["--set", set]));
    arguments
}

/// Starts a run and kills it once it has a checkpoint; the folder of the run.
fn killed(workspace: &Workspace, overrides: &[&str]) -> PathBuf {
    let mut child = workspace
        .command(&arguments(overrides))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let run = loop {
        let entries = fs::read_dir(workspace.path("results/runs/tiny"));
        let mut runs = entries
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path());
        if let Some(run) = runs.find(|run| run.join("backprop.checkpoint").exists()) {
            break run;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "no checkpoint");
        sleep(Duration::from_millis(5));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(
        record(&run)["status"],
        "running",
        "it was too fast to be killed"
    );
    run
}

fn assert_same(one: &Path, two: &Path) {
    for row in 0..record(one)["implementations"].as_array().unwrap().len() {
        assert!(
            epochs(one, row) == epochs(two, row),
            "row {row}: the measures differ"
        );
        let file = &record(one)["implementations"][row]["weights"];
        let weights = |run: &Path| fs::read(run.join(file.as_str().unwrap())).unwrap();
        assert!(weights(one) == weights(two), "{file}: the weights differ");
    }
}

#[test]
fn a_killed_run_goes_on_to_the_bits_of_one_that_was_not() {
    let workspace = Workspace::tiny();
    let adam = "training.optimizer={ adam = { learning_rate = 0.01 } }";
    let overrides = [&BY_HAND[..], &LONG, &[adam]].concat();
    let run = killed(&workspace, &overrides);
    // What was written aside when it was killed goes.
    fs::write(run.join(".writing-abc"), "half of a file").unwrap();
    let out = workspace.succeed(&["run", "--resume", "tiny"]);
    assert!(out.contains("goes on with results/runs/tiny/"), "{out}");
    let resumed = record(&run);
    assert_eq!(resumed["status"], "finished");
    assert_eq!(resumed["resumed"].as_array().map(Vec::len), Some(1));
    let left = names(&run);
    assert!(
        !left
            .iter()
            .any(|f| f.ends_with("checkpoint") || f.starts_with('.')),
        "{left:?}"
    );
    assert_same(&run, &workspace.train(&overrides));
    // There is nothing left to do.
    let id = format!("tiny/{}", resumed["run_id"].as_str().unwrap());
    let out = workspace.succeed(&["run", "--resume", &id]);
    assert!(out.contains("this run has finished"), "{out}");
    assert_eq!(record(&run), resumed);
}

#[test]
fn burn_goes_on_too() {
    let workspace = Workspace::tiny();
    let overrides = [
        "training.epochs=1500",
        "training.optimizer={ adam = { learning_rate = 0.01 } }",
    ];
    let run = killed(&workspace, &overrides);
    workspace.succeed(&["run", "--resume", run.to_str().unwrap()]);
    assert_same(&run, &workspace.train(&overrides));
}

#[test]
fn what_cannot_go_on_is_told() {
    let workspace = Workspace::tiny();
    let run = workspace.train_by_hand(&[]);
    workspace.refuse(
        &["run", "--resume", "tony"],
        &["no recorded run", "did you mean `tiny`?"],
    );
    let finished = workspace.call(&["run", "--resume", "tiny", "--set", "seed=2"]);
    assert_eq!(finished.code, Some(2), "{finished:?}");
    let both = "'--resume' cannot be used with '--set";
    assert!(finished.err.contains(both), "{finished:?}");
    let change = |change: &dyn Fn(&mut Value)| {
        let mut record = record(&run);
        change(&mut record);
        fs::write(run.join("record.json"), record.to_string()).unwrap();
    };
    change(&|record| record["status"] = "diverged".into());
    let parts = ["was not cut off", "change its config"];
    workspace.refuse(&["run", "--resume", run.to_str().unwrap()], &parts);
    change(&|record| {
        record["status"] = "interrupted".into();
        record["data"]["checksum"] = "0123456789abcdef".into();
    });
    let parts = ["the data are no longer those", "0123456789ab"];
    workspace.refuse(&["run", "--resume", run.to_str().unwrap()], &parts);
}

#[test]
fn two_processes_do_not_work_on_one_run() {
    let workspace = Workspace::tiny();
    let mut child = workspace
        .command(&["tiny.toml", "--set", "training.epochs=1000000"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let has_epochs = || {
        let runs = fs::read_dir(workspace.path("results/runs/tiny"))
            .into_iter()
            .flatten();
        let mut runs = runs.map(|run| run.unwrap().path());
        runs.any(|run| run.join("backprop.safetensors").exists())
    };
    while !has_epochs() {
        assert!(start.elapsed() < Duration::from_secs(20), "no epoch");
        sleep(Duration::from_millis(5));
    }
    workspace.refuse(
        &["run", "--resume", "tiny"],
        &["another process is at work"],
    );
    child.kill().unwrap();
    let finished = Finished::new(child.wait_with_output().unwrap());
    assert!(!finished.err.contains("panicked"), "{finished:?}");
}
