//! `speedrun` measures the time to accuracy.

use crate::support::Workspace;

/// [`Workspace::tiny`] over two seeds, with demands.
fn speedrun(accuracy: f64, seconds: f64) -> Workspace {
    let workspace = Workspace::tiny();
    let experiment = format!(
        "title = \"Two moons\"\nconfig = \"tiny.toml\"\nseeds = [3, 4]\n\
         accuracy = {accuracy}\nseconds = {seconds}\n"
    );
    workspace.write("speedrun.toml", experiment);
    workspace
}

#[test]
fn each_seed_is_a_row_and_the_table_is_written() {
    let workspace = speedrun(0.3, 60.0);
    let out = workspace.succeed(&["speedrun", "speedrun.toml", "--write", "out/moons.md"]);
    assert!(
        out.contains("seed 3: ") && out.contains("seed 4: "),
        "{out}"
    );
    let written = workspace.read("out/moons.md");
    assert!(written.starts_with("# Two moons\n"), "{written}");
    for row in ["\n| 3 | ", "\n| 4 | ", "config: `tiny.toml`", "Median "] {
        assert!(written.contains(row), "{written}");
    }
    assert!(
        !workspace.path("results").exists(),
        "its runs leave no record"
    );
}

#[test]
fn the_rows_are_written_as_csv_where_the_file_is_called_so() {
    let workspace = speedrun(0.3, 60.0);
    workspace.succeed(&["speedrun", "speedrun.toml", "--write", "moons.csv"]);
    let written = workspace.read("moons.csv");
    let mut lines = written.lines();
    let titles = "seed,test accuracy,seconds in all,of these training";
    assert_eq!(lines.next(), Some(titles));
    assert!(
        lines.next().is_some_and(|row| row.starts_with("3,")),
        "{written}"
    );
    assert!(
        lines.next().is_some_and(|row| row.starts_with("4,")),
        "{written}"
    );
    assert_eq!(lines.next(), None);
}

#[test]
fn a_seed_that_misses_a_demand_is_named() {
    for (accuracy, seconds) in [(1.1, 60.0), (0.3, 1e-6)] {
        let workspace = speedrun(accuracy, seconds);
        let finished = workspace.call(&["speedrun", "speedrun.toml"]);
        assert_eq!(finished.code, Some(1));
        assert!(
            finished.err.contains("not held by seed 3, 4"),
            "{}",
            finished.err
        );
    }
}

#[test]
fn an_experiment_that_cannot_be_run_is_told() {
    let workspace = speedrun(0.5, 60.0);
    let call = |text: &str, parts: &[&str]| {
        workspace.write("wrong.toml", text);
        workspace.refuse(&["speedrun", "wrong.toml"], parts);
    };
    let good = workspace.read("speedrun.toml");
    call(
        &good.replace("accuracy", "acuracy"),
        &["--> wrong.toml:4:1\n", "acuracy", "`accuracy`"],
    );
    call(&good.replace("[3, 4]", "[]"), &["wrong.toml:1: seeds"]);
    workspace.refuse(&["speedrun", "none.toml"], &["none.toml"]);
    workspace.write("wrong.toml", good.replace("tiny.toml", "absent.toml"));
    let finished = workspace.call(&["speedrun", "wrong.toml"]);
    assert_eq!(finished.code, Some(1));
    assert!(finished.err.contains("absent.toml"), "{}", finished.err);
}
