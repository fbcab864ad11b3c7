//! Help, versions, and lists.

use crate::support::{TINY, Workspace};

#[test]
fn help_explains_every_subcommand_and_exit_code() {
    let out = Workspace::new().succeed(&["--help"]);
    for part in [
        "run",
        "check",
        "compare",
        "export",
        "list",
        "--set",
        "Exit codes",
    ] {
        assert!(out.contains(part), "{part} is not in {out}");
    }
}

#[test]
fn no_argument_shows_the_help_and_is_an_error() {
    let finished = Workspace::new().call(&[]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.err.contains("Usage: runner"), "{finished:?}");
}

#[test]
fn an_unknown_option_is_an_error() {
    let finished = Workspace::tiny().call(&["tiny.toml", "--sett", "seed=1"]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.err.contains("--set"), "{finished:?}");
}

#[test]
fn list_shows_each_config_with_its_first_line() {
    let workspace = Workspace::new();
    workspace.write("configs/tiny.toml", TINY);
    workspace.write("configs/broken.toml", TINY.replace("seed", "sead"));
    workspace.write("configs/notes.txt", "not a config");
    let out = workspace.succeed(&["list"]);
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines.len(), 2, "{out}");
    assert!(
        lines[0].starts_with("configs/broken.toml  (invalid: "),
        "{out}"
    );
    assert!(lines[0].contains("did you mean `seed`?"), "{out}");
    let described = "configs/tiny.toml    Two moons, the smallest run there is.";
    assert_eq!(lines[1], described);
}

#[test]
fn list_says_where_no_config_is() {
    let workspace = Workspace::new();
    workspace.refuse(&["list"], &["configs", "name their folder"]);
    workspace.write("empty/notes.txt", "not a config");
    workspace.refuse(&["list", "empty"], &["empty", "no config (*.toml)"]);
}
