//! Curves of a table: means over its runs, epoch by epoch.

use std::fs;

use crate::support::Workspace;
use crate::table::{MOONS, RUN, moons, records};

const CURVES: &str = "measures = [\"test_accuracy\"]\ncurves = [\"train_loss\", \"test_error\"]";

/// [`MOONS`] with curves.
fn with_curves() -> String {
    MOONS.replace("measures = [\"test_accuracy\"]", CURVES)
}

fn curves() -> Workspace {
    let workspace = moons();
    workspace.write("experiments/moons.toml", with_curves());
    workspace
}

#[test]
fn curves_are_drawn_from_committed_lines() {
    let workspace = curves();
    workspace.succeed(&RUN);
    let lines = workspace.read("results/moons.curves.csv");
    let header = "row,seed,epoch,train_loss,test_error,checksum\n";
    assert!(lines.starts_with(header), "{lines}");
    // Two rows, two seeds, three epochs.
    assert_eq!(lines.lines().count(), 1 + 2 * 2 * 3, "{lines}");
    assert!(lines.contains("\nmomentum,3,1,") && lines.contains("\nAdam,4,3,"));
    let picture = workspace.read("results/moons.curves.svg");
    for part in ["train loss", "test error", "momentum", "Adam", "polygon"] {
        assert!(picture.contains(part), "{part:?} is not in the picture");
    }
    assert!(
        workspace
            .read("results/moons.md")
            .contains("(moons.curves.svg)")
    );
    workspace.succeed(&["table", "--check"]);
    for (file, from, to, said) in [
        (
            "csv",
            "momentum,3,1,0.",
            "momentum,3,1,0.0",
            "its checksum is that of other",
        ),
        ("svg", "<svg", "<svg ", "does not follow"),
    ] {
        let file = format!("results/moons.curves.{file}");
        let good = workspace.read(&file);
        assert!(good.contains(from), "{good}");
        workspace.write(&file, good.replacen(from, to, 1));
        let finished = workspace.call(&["table", "--check"]);
        assert_eq!(finished.code, Some(1), "{finished:?}");
        finished.assert_one_message(&[&file, said]);
        workspace.write(&file, good);
    }
    // A line twice is not what the program writes.
    let line = lines.lines().nth(1).unwrap();
    workspace.write(
        "results/moons.curves.csv",
        lines.replacen(line, &format!("{line}\n{line}"), 1),
    );
    let finished = workspace.call(&["table", "--check"]);
    finished.assert_one_message(&["moons.curves.csv", "each epoch once and in order"]);
}

#[test]
fn missing_curves_are_made_from_records_and_without_them_by_running_again() {
    let workspace = moons();
    workspace.succeed(&RUN);
    let (rows, before) = (workspace.read("results/moons.csv"), records(&workspace));
    workspace.write("experiments/moons.toml", with_curves());
    workspace.succeed(&["table", "--no-run", "experiments/moons.toml"]);
    let out = workspace.succeed(&["table", "--check"]);
    assert!(out.contains("; 4 rows have no curves"), "{out}");
    workspace.succeed(&RUN);
    assert_eq!(records(&workspace), before, "nothing had to run");
    let lines = workspace.read("results/moons.curves.csv");
    assert_eq!(lines.lines().count(), 13);
    assert_eq!(workspace.read("results/moons.csv"), rows);
    fs::remove_dir_all(workspace.path("results/runs")).unwrap();
    workspace.succeed(&RUN);
    assert_eq!(records(&workspace), [], "what is committed is enough");
    fs::remove_file(workspace.path("results/moons.curves.csv")).unwrap();
    workspace.succeed(&RUN);
    assert!(!records(&workspace).is_empty(), "all ran again");
    assert_eq!(workspace.read("results/moons.curves.csv"), lines);
    assert_eq!(workspace.read("results/moons.csv"), rows);
}

#[test]
fn of_many_epochs_some_are_kept_and_a_run_that_diverged_needs_none() {
    let workspace = moons();
    let text = with_curves()
        .replace("learning_rate = 0.01", "learning_rate = 1e38")
        .replace(
            "name = \"momentum\"\n",
            "name = \"momentum\"\nset = [\"training.epochs=401\"]\n",
        );
    workspace.write("experiments/moons.toml", text);
    workspace.succeed(&RUN);
    let lines = workspace.read("results/moons.curves.csv");
    let of_run = lines
        .lines()
        .filter_map(|line| line.strip_prefix("momentum,3,"));
    let epochs = of_run.map(|line| line.split(',').next().unwrap().parse::<usize>().unwrap());
    let epochs: Vec<usize> = epochs.collect();
    // Every third one, and the last.
    assert_eq!(
        (epochs.len(), &epochs[..2], epochs[133]),
        (134, &[3, 6][..], 401)
    );
    let rows = workspace.read("results/moons.csv");
    assert_eq!(rows.matches(",diverged,,").count(), 2, "{rows}");
    let before = records(&workspace);
    workspace.succeed(&RUN);
    assert_eq!(records(&workspace), before);
    workspace.succeed(&["table", "--check"]);
}

#[test]
fn a_curve_that_no_run_measures_is_told() {
    let workspace = moons();
    let refuse = |curve: &str, part: &str| {
        let text = with_curves().replace("\"test_error\"", curve);
        workspace.write("experiments/moons.toml", text);
        workspace.refuse(&RUN, &[part]);
    };
    refuse("\"best test_error\"", "is no curve");
    refuse("\"test_r2\"", "row \"momentum\" has no test_r2");
}
