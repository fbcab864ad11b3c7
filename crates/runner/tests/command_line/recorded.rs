//! Living with records: run one again, list them, complete their commands.

use std::fs;
use std::path::Path;
use std::process::Command;

use backprop::InstructionSet;

use crate::support::{Workspace, record};

/// A network whose sums are long enough to depend on the vectors that add them.
const WIDE: [&str; 2] = [
    "dataset.moons.samples=200",
    "model.layers=[{ linear = { units = 50 } }, \"tanh\", { linear = { units = 2 } }]",
];

/// Changes the record of a run.
fn change(run: &Path, from: &str, to: &str) {
    let file = run.join("record.json");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{from:?} is not in the record");
    fs::write(file, text.replace(from, to)).unwrap();
}

#[test]
fn a_run_is_repeated_to_the_bit_by_every_implementation() {
    let workspace = Workspace::tiny();
    let run = workspace.train(&[]);
    let out = workspace.succeed(&["rerun", "tiny"]);
    assert!(out.ends_with("the bits are the same\n"), "{out}");
    for implementation in ["backprop", "burn-ndarray", "burn-flex"] {
        let row = format!(" {implementation} ");
        let rows = out.lines().filter(|line| line.starts_with(&row));
        assert!(
            rows.filter(|row| row.contains("4 of 4 tensors")).count() == 1,
            "{out}"
        );
    }
    let runs = workspace.runs("tiny");
    assert_eq!(runs.len(), 2, "the new run is recorded, too");
    assert_eq!(record(&runs[1])["config"], record(&run)["config"]);
}

#[test]
fn what_was_changed_on_the_command_line_is_repeated_too() {
    let workspace = Workspace::tiny();
    workspace.train_by_hand(&["seed=7", "training.batch_size=5"]);
    let out = workspace.succeed(&["rerun", "tiny"]);
    assert!(out.contains("the bits are the same"), "{out}");
    let record = record(&workspace.runs("tiny")[1]);
    assert_eq!(record["seed"], 7);
    assert!(
        record["overrides"]
            .to_string()
            .contains("training.batch_size=5")
    );
}

#[test]
fn other_vector_instructions_are_named_with_the_setting_that_brings_the_bits_back() {
    if InstructionSet::available().count() == 1 {
        return;
    }
    let workspace = Workspace::tiny();
    let run = workspace.train_by_hand(&[&WIDE[..], &["training.instruction_set=scalar"]].concat());
    assert_eq!(record(&run)["machine"]["instruction_set"], "scalar");
    // As it would have run on a processor that has nothing better.
    change(&run, "instruction_set = \\\"scalar\\\"\\n", "");
    let finished = workspace.call(&["rerun", "tiny"]);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let remedy = "--set training.instruction_set=scalar";
    finished.assert_one_message(&[
        "the bits differ: backprop, losses of the first batches: batch ",
        "likely cause: other vector instructions (scalar, now ",
        "to compute as the record did: runner rerun ",
        remedy,
    ]);
    assert!(finished.out.contains("0.weight"), "{finished:?}");
    // The advice leads on.
    let advice = finished.err.split("runner rerun ").nth(1).unwrap();
    let arguments: Vec<&str> = ["rerun"]
        .into_iter()
        .chain(advice.split_whitespace())
        .collect();
    let out = workspace.succeed(&arguments);
    assert!(out.contains("the bits are the same"), "{out}");
}

#[test]
fn weights_that_were_changed_are_named_by_tensor_and_place() {
    let workspace = Workspace::tiny();
    let run = workspace.train_by_hand(&[]);
    let file = run.join("backprop.safetensors");
    let mut bytes = fs::read(&file).unwrap();
    // The last number of the last tensor, one bit of it.
    let last = bytes.len() - 4;
    bytes[last] ^= 1;
    fs::write(&file, bytes).unwrap();
    let finished = workspace.call(&["rerun", "tiny"]);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    finished.assert_one_message(&["the bits differ: backprop, 2.weight: [1, 3] was ", ", is "]);
    assert!(finished.out.contains("3 of 4 tensors"), "{finished:?}");
}

#[test]
fn what_cannot_be_repeated_is_refused_before_it_runs() {
    let workspace = Workspace::tiny();
    workspace.refuse(&["rerun", "tiny"], &["tiny: no recorded run"]);
    let run = workspace.train_by_hand(&[]);
    let folder = run.display().to_string();
    change(&run, "\"status\": \"finished\"", "\"status\": \"running\"");
    workspace.refuse(
        &["rerun", &folder],
        &["did not finish", "runner run --resume "],
    );
    change(&run, "\"status\": \"running\"", "\"status\": \"finished\"");
    let checksum = record(&run)["data"]["checksum"]
        .as_str()
        .unwrap()
        .to_string();
    change(&run, &checksum, "0123456789abcdef");
    workspace.refuse(
        &["rerun", &folder],
        &["the data are no longer those", "0123456789ab"],
    );
    change(&run, "0123456789abcdef", &checksum);
    fs::remove_file(run.join("backprop.safetensors")).unwrap();
    let parts = ["backprop.safetensors", "nothing to compare with"];
    workspace.refuse(&["rerun", &folder], &parts);
    assert_eq!(workspace.runs("tiny").len(), 1, "nothing ran");
}

#[test]
fn a_name_stands_for_the_seeds_of_its_newest_config() {
    let workspace = Workspace::tiny();
    for overrides in [
        &["seed=1", "training.epochs=1"][..],
        &["seed=1"],
        &["seed=2"],
        &["seed=3"],
        &["seed=3"],
    ] {
        workspace.train_by_hand(overrides);
    }
    let out = workspace.succeed(&["compare", "tiny"]);
    assert!(
        out.starts_with("tiny: runs of its newest config with the seeds 1, 2, 3\n"),
        "{out}"
    );
    let rows: Vec<&str> = out
        .lines()
        .filter(|line| line.contains("accuracy"))
        .collect();
    assert_eq!(rows.len(), 1, "{out}");
    let cells: Vec<&str> = rows[0].split_whitespace().collect();
    assert_eq!(
        (cells[4], &cells[6..9]),
        ("±", &["%", "3", "3"][..]),
        "{out}"
    );
    let all = workspace.runs("tiny");
    let arguments: Vec<String> = all.iter().map(|run| run.display().to_string()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let out = workspace.succeed(&[&["compare"], &arguments[..]].concat());
    for label in ["tiny: training.epochs = 1 ", "tiny: training.epochs = 3 "] {
        assert!(out.contains(label), "{label:?} is not in {out}");
    }
}

#[test]
fn a_shell_completes_commands_and_options() {
    let workspace = Workspace::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = workspace.succeed(&["completions", shell]);
        for word in ["rerun", "compare", "resume", "unset"] {
            assert!(script.contains(word), "{word} is not in that of {shell}");
        }
    }
    let finished = workspace.call(&["completions", "tcsh"]);
    assert_eq!(finished.code, Some(2));
    assert!(
        finished.err.contains("possible values: bash"),
        "{finished:?}"
    );
    if Command::new("bash").arg("--version").output().is_err() {
        return;
    }
    let script = "eval \"$($RUNNER completions bash)\"\n\
                  complete_words() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
                  _runner runner \"${@: -1}\" \"${@: -2:1}\"; echo \"${COMPREPLY[@]}\"; }\n\
                  complete_words runner comp\ncomplete_words runner run --re";
    let output = Command::new("bash")
        .args(["-c", script])
        .env("RUNNER", env!("CARGO_BIN_EXE_runner"))
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        out, "compare completions\n--results --resume\n",
        "{output:?}"
    );
}
