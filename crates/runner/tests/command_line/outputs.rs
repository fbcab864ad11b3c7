//! Where things are written: full and closed outputs, terminals, full disks, folders that vanish.

#![cfg(unix)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{BY_HAND, Finished, Workspace, names, record};

/// Weights of half a megabyte.
const LARGE: [&str; 2] = ["model.layers.0.linear.units=20000", "training.epochs=2"];

impl Workspace {
    /// What a shell prints of a line with `runner` in it.
    fn shell(&self, line: &str) -> Finished {
        let runner = env!("CARGO_BIN_EXE_runner");
        let mut shell = Command::new("sh");
        let line = line.replace("runner", &format!("'{runner}'"));
        shell.args(["-c", &line]).current_dir(self.path(""));
        Finished::new(shell.output().unwrap())
    }

    /// The one run of the tiny config in a folder of results.
    fn only_run(&self, results: &str) -> PathBuf {
        let entries = fs::read_dir(self.path(results).join("tiny")).unwrap();
        let runs: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        let [run] = &runs[..] else {
            panic!("one run, not {runs:?}");
        };
        run.clone()
    }
}

/// `--set` for each override.
fn sets<'a>(overrides: &[&'a str]) -> Vec<&'a str> {
    overrides.iter().flat_map(|set| ["--set", set]).collect()
}

fn quoted(overrides: &[&str]) -> String {
    let quoted = overrides.iter().map(|set| format!(" --set '{set}'"));
    quoted.collect()
}

/// Nothing but whole files of a record: nothing written aside is left, JSON is JSON.
#[track_caller]
fn assert_whole(run: &Path) {
    for name in names(run) {
        assert!(
            !name.starts_with('.'),
            "{name} is left in {}",
            run.display()
        );
        if name.ends_with(".json") {
            crate::support::json(&run.join(name));
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn standard_output_that_is_full_is_an_error_of_all_that_prints() {
    let workspace = Workspace::tiny();
    workspace.train_by_hand(&[]);
    workspace.write("configs/tiny.toml", crate::support::TINY);
    for call in [
        &["list"][..],
        &["compare", "tiny"],
        &["proofs", "--only", "`tanh`"],
        &["export", "tiny.toml", "--out", "out"],
        &["--help"],
        &["check", "--help"],
        &["--version"],
    ] {
        let mut command = workspace.command(call);
        command.stdout(File::options().write(true).open("/dev/full").unwrap());
        let finished = Finished::new(command.output().unwrap());
        assert_eq!(finished.code, Some(1), "{finished:?}");
        finished.assert_one_message(&["standard output", "no space left on device"]);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_whose_output_is_full_is_recorded_and_told() {
    let workspace = Workspace::tiny();
    let mut command = workspace.command(&[&["tiny.toml"][..], &sets(&BY_HAND)].concat());
    command.stdout(File::options().write(true).open("/dev/full").unwrap());
    let finished = Finished::new(command.output().unwrap());
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let run = workspace.only_run("results/runs");
    assert_eq!(record(&run)["status"], "finished");
    let name = run.file_name().unwrap().to_str().unwrap();
    finished.assert_one_message(&["standard output", "the record is in", name]);
}

#[test]
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn standard_output_that_is_closed_is_an_error() {
    let workspace = Workspace::new();
    workspace.write("configs/tiny.toml", crate::support::TINY);
    let finished = workspace.shell("runner list >&-");
    assert_eq!(finished.code, Some(1), "{finished:?}");
    finished.assert_one_message(&["standard output", "it is closed"]);
    let finished = workspace.shell("runner list > /dev/null");
    assert_eq!(finished.code, Some(0), "{finished:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let workspace = Workspace::tiny();
    workspace.train_by_hand(&[]);
    for call in [&["compare", "tiny"][..], &["check", "tiny.toml"]] {
        let finished = left_alone(&workspace, call);
        assert_eq!((finished.code, &*finished.err), (Some(0), ""), "{call:?}");
    }
    let call = [&["tiny.toml", "--results", "here"][..], &sets(&BY_HAND)].concat();
    let finished = left_alone(&workspace, &call);
    assert_eq!((finished.code, &*finished.err), (Some(0), ""));
    assert_eq!(record(&workspace.only_run("here"))["status"], "finished");
}

/// A call whose reader has gone before it prints.
fn left_alone(workspace: &Workspace, call: &[&str]) -> Finished {
    let mut command = workspace.command(call);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    Finished::new(child.wait_with_output().unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn standard_error_that_is_full_or_closed_is_no_panic() {
    let workspace = Workspace::tiny();
    for call in [
        "runner nowhere.toml 2> /dev/full",
        "runner nowhere.toml 2>&-",
    ] {
        assert_eq!(workspace.shell(call).code, Some(2), "{call}");
    }
    let train = format!("runner tiny.toml{}", quoted(&BY_HAND));
    for errors in ["2> /dev/full", "2>&-"] {
        assert_eq!(workspace.shell(&format!("{train} {errors}")).code, Some(0));
    }
}

#[test]
fn json_on_standard_output_stands_where_it_was_printed() {
    let workspace = Workspace::tiny();
    let check = "runner check tiny.toml --set 'implementations=[\"backprop\"]' --json /dev/stdout";
    let piped = workspace.shell(&format!("{check} | cat")).out;
    workspace.shell(&format!("{check} > file"));
    assert_eq!(workspace.read("file"), piped);
    let (table, json) = piped.split_once("\n{\n").unwrap();
    assert!(
        table.contains("Model") && table.contains("tolerance"),
        "{table}"
    );
    serde_json::from_str::<serde_json::Value>(&format!("{{\n{json}")).unwrap();
}

#[test]
fn a_dash_is_standard_output_and_no_file() {
    let workspace = Workspace::tiny();
    let out = workspace.succeed(&["check", "tiny.toml", "--json", "-"]);
    let (_, json) = out.split_once("\n{\n").unwrap();
    serde_json::from_str::<serde_json::Value>(&format!("{{\n{json}")).unwrap();
    assert!(!workspace.path("-").exists());
}

#[test]
fn a_file_that_is_open_already_is_written_at_its_end() {
    let workspace = Workspace::tiny();
    let check = "runner check tiny.toml --json /dev/fd/3 > log 3> file";
    let finished = workspace.shell(&format!("echo first > file; {check}; cat file"));
    assert!(finished.out.starts_with("{\n"), "{finished:?}");
    let both = workspace.shell(
        "exec 3> file; echo first >&3; runner check tiny.toml --json /dev/fd/3 > log; cat file",
    );
    assert!(both.out.starts_with("first\n{\n"), "{both:?}");
}

/// Where no terminal can be made (`script` of util-linux), a word on the test's output.
#[test]
#[cfg(target_os = "linux")]
fn on_a_terminal_every_epoch_is_seen_once() {
    let made = Command::new("script").arg("--version").output();
    if !made.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("util-linux")) {
        println!("skipped: there is no `script` of util-linux");
        return;
    }
    let workspace = Workspace::tiny();
    let train = format!(
        "{} tiny.toml{}",
        env!("CARGO_BIN_EXE_runner"),
        quoted(&BY_HAND)
    );
    let terminal = |term: Option<&str>, line: &str| {
        let mut script = Command::new("script");
        script
            .args(["-qec", line, "/dev/null"])
            .stdin(Stdio::null());
        script.current_dir(workspace.path("")).env_remove("TERM");
        script.envs(term.map(|term| ("TERM", term)));
        let output = script.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let lines = |text: &str| text.lines().filter(|l| l.starts_with("epoch ")).count();
    for term in [None, Some(""), Some("dumb")] {
        let text = terminal(term, &train);
        assert_eq!(lines(&text), 3, "{term:?}: {text}");
        assert!(!text.contains("steps"), "{term:?}: {text}");
    }
    let drawn = terminal(Some("xterm"), &train);
    assert!(drawn.contains("12/12 steps"), "{drawn}");
    assert_eq!(lines(&drawn), 0, "{drawn}");
    // Bars on one side, lines on the other.
    let drawn = terminal(Some("xterm"), &format!("{train} > log"));
    assert!(drawn.contains("steps"), "{drawn}");
    assert_eq!(lines(&workspace.read("log")), 0);
    let printed = terminal(Some("xterm"), &format!("{train} 2> log"));
    assert_eq!(lines(&printed), 3, "{printed}");
    assert_eq!(workspace.read("log"), "");
}

#[test]
fn a_file_beyond_the_limit_of_sizes_keeps_no_other_from_being_written() {
    let workspace = Workspace::tiny();
    let train = format!(
        "ulimit -f 100; runner tiny.toml{}",
        quoted(&[&BY_HAND[..], &LARGE].concat())
    );
    let finished = workspace.shell(&train);
    assert_not_saved(
        &workspace.only_run("results/runs"),
        &finished,
        "file too large",
    );
}

#[test]
#[cfg(target_os = "linux")]
fn on_a_full_disk_the_epochs_so_far_are_kept() {
    let workspace = Workspace::tiny();
    let Some(disk) = Disk::small(workspace.path("disk")) else {
        println!("skipped: only an administrator mounts a file system");
        return;
    };
    let call = [
        &["tiny.toml", "--results", "disk"][..],
        &sets(&BY_HAND),
        &sets(&LARGE),
    ]
    .concat();
    let finished = workspace.call(&call);
    assert_not_saved(
        &workspace.only_run("disk"),
        &finished,
        "no space left on device",
    );
    drop(disk);
}

#[test]
fn where_nothing_can_be_written_from_the_start_nothing_is_left() {
    let workspace = Workspace::tiny();
    let train = format!("ulimit -f 1; runner tiny.toml{}", quoted(&BY_HAND));
    let finished = workspace.shell(&format!("{train} > /dev/null"));
    assert_eq!(finished.code, Some(2), "{finished:?}");
    finished.assert_one_message(&[
        "record.json: cannot write (file too large)",
        "ulimit -f",
        "--results",
    ]);
    assert_eq!(names(&workspace.path("results/runs")), [""; 0]);
}

/// The weights could not be written, and everything else was.
#[track_caller]
fn assert_not_saved(run: &Path, finished: &Finished, cause: &str) {
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let folder = run.file_name().unwrap().to_str().unwrap();
    let file = format!("{folder}/backprop.safetensors: cannot write ({cause})");
    finished.assert_one_message(&[&file, "the record of the epochs so far is in "]);
    assert!(
        finished.out.contains("accuracy"),
        "the table is shown: {finished:?}"
    );
    assert_eq!(
        names(run),
        ["config.toml", "curves.svg", "epochs.csv", "record.json"]
    );
    assert_whole(run);
    let record = record(run);
    assert_eq!(record["status"], "not_saved");
    assert!(
        record["message"].as_str().unwrap().contains(cause),
        "{record}"
    );
    let epochs = record["implementations"][0]["epochs"].as_array().unwrap();
    assert!(!epochs.is_empty(), "{record}");
}

/// A file system of 200 kB, unmounted at the end of the test.
struct Disk(PathBuf);

impl Disk {
    fn small(at: PathBuf) -> Option<Self> {
        fs::create_dir(&at).unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=200k", "tmpfs"])
            .arg(&at);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then_some(Self(at))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}
