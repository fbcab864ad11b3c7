//! Tables whose processes are killed, and several processes on one table.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{Finished, Workspace, json};
use crate::table::{MOONS, RUN, moons, records};

/// The calls that make the table run by run, and two runs at once.
const ONE: [&str; 4] = [RUN[0], RUN[1], "--jobs", "1"];
const TWO: [&str; 4] = [RUN[0], RUN[1], "--jobs", "2"];

/// So long that it can be killed on the way, on an idle machine too.
const LONG: &str = "training.epochs=3000\", \"dataset.moons.samples=2000";

/// [`MOONS`] with long runs.
fn long() -> Workspace {
    let workspace = moons();
    let name = "name = \"momentum\"\n";
    let long = MOONS.replace(name, &format!("{name}set = [\"{LONG}\"]\n"));
    workspace.write("experiments/moons.toml", long);
    workspace
}

/// Two runs at once.
fn start(workspace: &Workspace) -> Child {
    let mut command = workspace.command(&TWO);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The folders of all runs that have begun.
fn runs(workspace: &Workspace) -> Vec<PathBuf> {
    let inside = |folder: PathBuf| {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries
            .map(|entry| entry.unwrap().path())
            .collect::<Vec<_>>()
    };
    let table = workspace.path("results/runs/tables/moons");
    let runs = inside(table).into_iter().flat_map(inside);
    runs.flat_map(inside).collect()
}

/// Waits until two runs have a checkpoint.
fn at_work(workspace: &Workspace) {
    let begin = Instant::now();
    let at_work = || {
        let runs = runs(workspace).into_iter();
        runs.filter(|run| run.join("backprop.checkpoint").exists())
            .count()
    };
    while at_work() < 2 {
        assert!(begin.elapsed() < Duration::from_secs(60), "no checkpoints");
        sleep(Duration::from_millis(2));
    }
}

#[test]
fn killed_again_and_again_it_leaves_the_same_rows() {
    let undisturbed = long();
    undisturbed.succeed(&ONE);
    let workspace = long();
    for wait in [0, 40, 150] {
        let mut child = start(&workspace);
        at_work(&workspace);
        sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    workspace.succeed(&TWO);
    assert_eq!(
        workspace.read("results/moons.csv"),
        undisturbed.read("results/moons.csv")
    );
    let left = records(&workspace);
    assert!(
        left.iter().all(|(name, _)| !name.contains("claim")),
        "{left:?}"
    );
}

#[test]
fn several_processes_leave_the_rows_of_one() {
    let alone = long();
    alone.succeed(&ONE);
    let workspace = long();
    let processes: Vec<Child> = (0..3).map(|_| start(&workspace)).collect();
    for process in processes {
        let finished = Finished::new(process.wait_with_output().unwrap());
        assert_eq!(finished.code, Some(0), "{finished:?}");
    }
    assert_eq!(
        workspace.read("results/moons.csv"),
        alone.read("results/moons.csv")
    );
    // Each once: one record for each run.
    let folders = fs::read_dir(workspace.path("results/runs/tables/moons")).unwrap();
    let folders = folders
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir());
    let records = folders.map(|folder| fs::read_dir(folder.join("tiny")).unwrap().count());
    assert_eq!(records.collect::<Vec<_>>(), [1, 1, 1, 1]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_table_says_how_it_goes_on() {
    let workspace = long();
    let child = start(&workspace);
    at_work(&workspace);
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
    let finished = Finished::new(child.wait_with_output().unwrap());
    assert_eq!(finished.code, Some(143), "{finished:?}");
    finished.assert_one_message(&["runs are left", "goes on with them"]);
    // Those at work have saved themselves.
    let runs = runs(&workspace);
    let status = |run: &PathBuf| json(&run.join("record.json"))["status"].clone();
    assert!(runs.iter().all(|run| status(run) != "running"), "{runs:?}");
    let interrupted = runs.iter().filter(|run| status(run) == "interrupted");
    assert!(interrupted.count() >= 1, "{runs:?}");
}
