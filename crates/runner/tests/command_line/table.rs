//! `table` carries out the runs of a published table and makes it from their rows.

use std::fs;

use crate::support::Workspace;

/// Two rows of [`Workspace::tiny`] over two seeds, with a published figure.
pub const MOONS: &str = r#"title = "Two moons"
text = "The smallest table there is."
deviations = "There are fewer moons."
measures = ["test_accuracy"]
seeds = [3, 4]

[[rows]]
name = "momentum"
config = "../tiny.toml"

[[rows.published]]
value = 0.5
source = "A paper, table 1"
how = "mean"
runs = 10
accept = { at_least = 0.1 }

[[rows]]
name = "Adam"
extends = "momentum"
set = ["training.optimizer={ adam = { learning_rate = 0.01 } }"]
"#;

/// With [`MOONS`].
pub fn moons() -> Workspace {
    let workspace = Workspace::tiny();
    workspace.write("experiments/moons.toml", MOONS);
    workspace
}

/// The call that makes the table.
pub const RUN: [&str; 2] = ["table", "experiments/moons.toml"];

/// The names of the records in the folder of the table, with their times of modification.
pub fn records(workspace: &Workspace) -> Vec<(String, std::time::SystemTime)> {
    let folder = workspace.path("results/runs/tables/moons");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let named = entries.map(|entry| {
        let time = entry.metadata().unwrap().modified().unwrap();
        (entry.file_name().into_string().unwrap(), time)
    });
    let mut all: Vec<_> = named.collect();
    all.sort();
    all
}

#[test]
fn what_is_missing_runs_once_and_the_table_is_made_from_its_rows() {
    let workspace = moons();
    let out = workspace.succeed(&RUN);
    assert!(out.contains("table: results/moons.md"), "{out}");
    let rows = workspace.read("results/moons.csv");
    let lines: Vec<&str> = rows.lines().collect();
    assert_eq!(lines[0], "row,seed,key,data,status,test_accuracy,checksum");
    let begins = ["momentum,3,", "momentum,4,", "Adam,3,", "Adam,4,"];
    for (line, begin) in lines[1..].iter().zip(begins) {
        assert!(
            line.starts_with(begin) && line.contains(",generated,finished,0."),
            "{rows}"
        );
    }
    assert_eq!(lines.len(), 5);
    let page = workspace.read("results/moons.md");
    for part in [
        "# Two moons\n",
        "| momentum | 50.00 %, mean of 10 |",
        "| 2 |",
        "- momentum: A paper, table 1",
        "Deviations: There are fewer moons.",
        "(moons.svg)",
    ] {
        assert!(page.contains(part), "{part:?} is not in {page}");
    }
    assert!(
        page.contains(" | better | ") || page.contains(" | reproduced | "),
        "{page}"
    );
    assert!(workspace.read("results/moons.svg").contains("momentum"));
    assert_eq!(workspace.read("results/moons.runs.csv").lines().count(), 5);
    // Nothing is left to do, and nothing is done.
    let before = records(&workspace);
    workspace.succeed(&RUN);
    assert_eq!(records(&workspace), before);
    // What is committed is enough.
    fs::remove_dir_all(workspace.path("results/runs")).unwrap();
    workspace.succeed(&RUN);
    assert_eq!(records(&workspace), []);
    workspace.succeed(&["table", "experiments/moons.toml", "--rerun"]);
    assert_eq!(workspace.read("results/moons.csv"), rows);
    assert!(!records(&workspace).is_empty());
}

#[test]
fn the_table_says_how_far_it_is_from_the_published_figure() {
    let workspace = moons();
    workspace.succeed(&RUN);
    let at_least = "accept = { at_least = 0.1 }";
    let verdict = |value: &str, accept: &str| {
        let text = MOONS
            .replace("value = 0.5", value)
            .replace(at_least, accept);
        workspace.write("experiments/moons.toml", text);
        workspace.succeed(&["table", "--no-run", "experiments/moons.toml"]);
        let page = workspace.read("results/moons.md");
        let row = page
            .lines()
            .find(|line| line.starts_with("| momentum |"))
            .unwrap();
        row.split(" | ").map(String::from).collect::<Vec<_>>()
    };
    let row = verdict("value = 2.0", "accept = { within = 0.1 }");
    assert!(row[6].starts_with('−') && row[7] == "short", "{row:?}");
    let row = verdict("value = -1.0", "accept = { within = 0.1 }");
    assert!(row[6].starts_with('+') && row[7] == "better", "{row:?}");
    let row = verdict("value = 0.5", "accept = { within = 1.0 }");
    assert_eq!(row[7], "reproduced", "{row:?}");
}

#[test]
fn an_edited_digit_is_found() {
    let workspace = moons();
    workspace.succeed(&["table", "--check"]);
    workspace.succeed(&RUN);
    let out = workspace.succeed(&["table", "--check"]);
    assert!(
        out.contains("moons.toml: 4 rows, the table follows from them\n"),
        "{out}"
    );
    for (file, from, to, said) in [
        (
            "results/moons.md",
            "50.00 %, mean",
            "50.01 %, mean",
            "does not follow",
        ),
        (
            "results/moons.csv",
            ",finished,0.",
            ",finished,0.0",
            "its checksum is that of other",
        ),
        (
            "results/moons.csv",
            "momentum,3,",
            "momentum,5,",
            "its checksum is that of other",
        ),
        ("results/moons.svg", "<svg", "<svg ", "does not follow"),
        (
            "experiments/moons.toml",
            "mean",
            "median",
            "does not follow",
        ),
        (
            "experiments/moons.toml",
            "[3, 4]",
            "[3]",
            "the experiment has no such run",
        ),
    ] {
        let good = workspace.read(file);
        workspace.write(file, good.replacen(from, to, 1));
        let finished = workspace.call(&["table", "--check"]);
        assert_eq!(finished.code, Some(1), "{file}: {finished:?}");
        finished.assert_one_message(&["results/moons.", said]);
        workspace.write(file, good);
    }
    fs::remove_file(workspace.path("results/moons.csv")).unwrap();
    let finished = workspace.call(&["table", "--check"]);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    finished.assert_one_message(&["results/moons.md: there are no raw rows to it"]);
}

#[test]
fn a_changed_config_is_run_again_and_no_other() {
    let workspace = moons();
    workspace.succeed(&RUN);
    let rows = workspace.read("results/moons.csv");
    let text = MOONS.replace("learning_rate = 0.01", "learning_rate = 0.02");
    workspace.write("experiments/moons.toml", text);
    let out = workspace.succeed(&["table", "--check"]);
    assert!(
        out.contains("; 2 rows are of another config or version"),
        "{out}"
    );
    let out = workspace.succeed(&["table", "--dry-run", "experiments/moons.toml"]);
    assert!(out.contains("missing: 2 runs"), "{out}");
    workspace.succeed(&RUN);
    let new = workspace.read("results/moons.csv");
    let of = |rows: &str, name: &str| {
        let lines = rows.lines().filter(|line| line.starts_with(name));
        lines.map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(of(&new, "momentum"), of(&rows, "momentum"));
    assert_ne!(of(&new, "Adam"), of(&rows, "Adam"));
    assert_eq!(new.lines().count(), 5);
}

#[test]
fn a_run_that_diverges_or_fails_stops_no_other() {
    let workspace = moons();
    let text = MOONS.replace("learning_rate = 0.01", "learning_rate = 1e38");
    workspace.write("experiments/moons.toml", text);
    workspace.succeed(&RUN);
    let rows = workspace.read("results/moons.csv");
    assert_eq!(rows.matches(",diverged,,").count(), 2, "{rows}");
    let page = workspace.read("results/moons.md");
    assert!(page.contains("| Adam |  | diverged | 0 of 2 |"), "{page}");
    workspace.succeed(&["table", "--check"]);
    // A run that may take no time is stopped, and goes on when it may.
    let text = MOONS.replace("[3, 4]", "[3, 4]\nminutes = 1e-9");
    workspace.write("experiments/moons.toml", text);
    let finished = workspace.call(&RUN);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    assert_eq!(
        finished.err.matches("give it more minutes").count(),
        2,
        "{finished:?}"
    );
    workspace.write("experiments/moons.toml", MOONS);
    workspace.succeed(&RUN);
}

#[test]
fn folds_take_the_place_of_seeds_and_a_process_can_be_timed() {
    let workspace = moons();
    let text = MOONS
        .replace("seeds = [3, 4]", "folds = 3")
        .replace(
            "[\"test_accuracy\"]",
            "[\"test_error\", \"seconds\", \"epochs to train_loss 1e9\"]",
        )
        .replace("value = 0.5", "measure = \"seconds\"\nvalue = 100")
        .replace("at_least = 0.1", "at_most = 200");
    workspace.write("experiments/moons.toml", text);
    workspace.succeed(&RUN);
    let rows = workspace.read("results/moons.csv");
    let header = "row,fold,key,data,status,test_error,seconds,epochs to train_loss 1e9,checksum\n";
    assert!(rows.starts_with(header), "{rows}");
    assert_eq!(rows.lines().count(), 7);
    for fold in 0..3 {
        assert!(rows.contains(&format!("\nmomentum,{fold},")), "{rows}");
    }
    let page = workspace.read("results/moons.md");
    assert!(
        page.contains("| momentum | seconds | 100.00 s, mean of 10 |"),
        "{page}"
    );
    assert!(
        page.contains("| epochs to train loss 1e9 |  | 1.0 ± 0.0 | 3 |"),
        "{page}"
    );
    workspace.succeed(&["table", "--check"]);
}

#[test]
fn an_experiment_that_cannot_be_run_is_told() {
    let workspace = moons();
    let refuse = |from: &str, to: &str, parts: &[&str]| {
        workspace.write(
            "wrong.toml",
            MOONS.replace(from, to).replace("../tiny", "tiny"),
        );
        workspace.refuse(&["table", "wrong.toml"], parts);
        assert!(
            !workspace.path("results").exists(),
            "something was left behind"
        );
    };
    refuse("[3, 4]", "[]", &["--> wrong.toml:5:9\n", "no seed, no run"]);
    refuse(
        "[\"test_acc",
        "[\"tset_acc",
        &["--> wrong.toml:4:", "did you mean \"test_accuracy\"?"],
    );
    refuse(
        "test_accuracy",
        "test_r2",
        &["row \"momentum\" has no test_r2", "training.metrics"],
    );
    refuse(
        "adam = {",
        "adma = {",
        &["adma", "this is the row \"Adam\" of wrong.toml"],
    );
    refuse(
        "tiny.toml",
        "none.toml",
        &["none.toml", "this is the row \"momentum\""],
    );
    let escapes = "set = [\"training.escapes=['plain', { restarts = { runs = 2 } }]\", ";
    refuse(
        "set = [",
        escapes,
        &["row \"Adam\"", "trains 2 times", "choose one"],
    );
    workspace.refuse(&["table", "none.toml"], &["none.toml"]);
    let all = workspace.call(&["table", "--rerun"]);
    assert!(
        all.code == Some(2) && all.err.contains("<EXPERIMENT>"),
        "{all:?}"
    );
}

#[test]
fn without_an_experiment_all_are_listed() {
    let workspace = moons();
    let listed = workspace.succeed(&["table"]);
    assert!(listed.contains("Two moons    0 of 4"), "{listed}");
    let empty = Workspace::tiny();
    empty.refuse(&["table"], &["experiments: cannot list"]);
}

#[test]
fn a_row_whose_learner_is_wrong_is_told_what_is_wrong_with_it() {
    let workspace = moons();
    let config =
        "name = \"newton\"\nseed = 1\ndataset = { moons = {} }\n[learner.newton]\nridge = -1.0\n";
    workspace.write("newton.toml", config);
    let table = MOONS.replace("config = \"../tiny.toml\"", "config = \"../newton.toml\"");
    let table = table.split("[[rows]]\nname = \"Adam\"").next().unwrap();
    workspace.write("experiments/moons.toml", table);
    workspace.refuse(
        &RUN,
        &["newton.toml:5:9", "ridge", "this is the row \"momentum\""],
    );
}
