//! Whole screens of the command line, as files.
//!
//! Each folder in `screens/` is a case: `screen.txt` holds what is typed, line by line behind `$ `,
//! and all that then stands on the screen, standard error too, and the exit code where it is not 0;
//! the other files are what the commands work on. Times, sizes and names of runs are replaced by
//! words in brackets, `[..]` stands for anything within a line.
//!
//! After a change of a message `SNAPSHOTS=overwrite cargo test -p runner --test screens` writes the
//! screens anew: read the difference before you commit it.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;
use regex::Regex;
use snapbox::{Assert, Data, Redactions, assert::DEFAULT_ACTION_ENV};

#[test]
fn screens() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens");
    let mut cases: Vec<PathBuf> = files(&root);
    cases.sort();
    let wrong: Vec<String> = cases.par_iter().filter_map(|case| differs(case)).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} screens differ:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

/// How the screen of a case differs from what is written down.
fn differs(case: &Path) -> Option<String> {
    let file = case.join("screen.txt");
    let expected = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let actual = redactions().redact(&play(case, &expected));
    // A backslash is one: `printf '\\211PNG'`.
    let assert = Assert::new()
        .action_env(DEFAULT_ACTION_ENV)
        .normalize_paths(false);
    let name = case.file_name()?.to_string_lossy();
    let outcome = assert.try_eq(
        Some(&name),
        Data::text(actual),
        Data::read_from(&file, None),
    );
    outcome.err().map(|difference| difference.to_string())
}

/// Types the commands of a case in a copy of its folder: what then stands on the screen.
fn play(case: &Path, screen: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    for file in files(case) {
        copy(&file, &folder.path().join(file.file_name().unwrap()));
    }
    let remarks = screen.lines().take_while(|line| !line.starts_with("$ "));
    let mut played: String = remarks.map(|line| format!("{line}\n")).collect();
    let commands = screen.lines().filter_map(|line| line.strip_prefix("$ "));
    for (index, command) in commands.enumerate() {
        if index > 0 {
            played.push('\n');
        }
        let (output, code) = shell(command, folder.path());
        played += &format!("$ {command}\n{output}");
        if !output.is_empty() && !output.ends_with('\n') {
            played.push('\n');
        }
        if code != Some(0) {
            let code = code.map_or("none".into(), |code| code.to_string());
            played += &format!("[exit {code}]\n");
        }
    }
    played
}

fn shell(command: &str, folder: &Path) -> (String, Option<i32>) {
    let runner = Path::new(env!("CARGO_BIN_EXE_runner")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = [runner.to_path_buf()]
        .into_iter()
        .chain(std::env::split_paths(&path));
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", std::env::join_paths(places).unwrap())
        .env_remove("TERM")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (text, output.status.code())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir(to).unwrap();
        for file in files(from) {
            copy(&file, &to.join(file.file_name().unwrap()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

/// What differs from run to run or from machine to machine.
fn redactions() -> Redactions {
    let mut redactions = Redactions::new();
    for (word, pattern) in [
        ("[RUN]", r"\d{8}T\d{6}Z(-\d+)?"),
        ("[TIME]", r"\d+(\.\d+)? (ms|s)\b"),
        ("[SPEED]", r"\b\d+\.\d\dx"),
        ("[SIZE]", r"\b\d+(\.\d+)? [kMGT]B\b"),
        ("[ERROR]", r"\b\d\.\d+e-\d+\b"),
    ] {
        redactions
            .insert(word, Regex::new(pattern).unwrap())
            .unwrap();
    }
    redactions
}
