//! Tables whose processes are killed, and several processes on one table.

use std::fs;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{Finished, Workspace};
use crate::table::{MOONS, RUN, moons, records};

/// So long that it can be killed on the way.
const LONG: &str = "training.epochs=600\", \"dataset.moons.samples=2000";

/// [`MOONS`] with long runs.
fn long() -> Workspace {
    let workspace = moons();
    let name = "name = \"momentum\"\n";
    let long = MOONS.replace(name, &format!("{name}set = [\"{LONG}\"]\n"));
    workspace.write("experiments/moons.toml", long);
    workspace
}

fn start(workspace: &Workspace) -> Child {
    let mut command = workspace.command(&RUN);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until there is a checkpoint, or a row.
fn at_work(workspace: &Workspace) {
    let begin = Instant::now();
    let folder = workspace.path("results/runs/tables/moons");
    let has_checkpoint = |folder: &std::path::Path| {
        let inside = |folder: std::path::PathBuf| {
            let entries = fs::read_dir(folder).into_iter().flatten();
            entries
                .map(|entry| entry.unwrap().path())
                .collect::<Vec<_>>()
        };
        let runs = inside(folder.into())
            .into_iter()
            .flat_map(inside)
            .flat_map(inside);
        runs.into_iter()
            .any(|run| run.join("backprop.checkpoint").exists())
    };
    while !has_checkpoint(&folder) {
        assert!(begin.elapsed() < Duration::from_secs(20), "no checkpoint");
        sleep(Duration::from_millis(2));
    }
}

#[test]
fn killed_again_and_again_it_leaves_the_same_rows() {
    let undisturbed = long();
    undisturbed.succeed(&RUN);
    let workspace = long();
    for wait in [0, 40, 150] {
        let mut child = start(&workspace);
        at_work(&workspace);
        sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    workspace.succeed(&RUN);
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
    alone.succeed(&RUN);
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
}
