//! Configs and folders that cannot be used: one message, exit code 2, nothing left behind.

use crate::support::{TINY, Workspace};

#[test]
fn a_config_that_is_not_there() {
    let workspace = Workspace::new();
    let parts = ["nothing.toml", "cannot read the config", "runner list"];
    workspace.refuse(&["nothing.toml"], &parts);
    workspace.refuse(&["check", "nothing.toml"], &parts);
    workspace.refuse(&["export", "nothing.toml", "--out", "out"], &parts);
    assert!(!workspace.path("results").exists() && !workspace.path("out").exists());
}

#[test]
fn a_typo_is_told_with_its_place_and_the_nearest_name() {
    let workspace = Workspace::new();
    workspace.write("tiny.toml", TINY.replace("epochs = 3", "epoch = 3"));
    let parts = [
        "--> tiny.toml:14:1\n",
        "unknown key `epoch`",
        "did you mean `epochs`?",
    ];
    workspace.refuse_to_run(&[], &parts);
}

#[test]
fn an_impossible_value_is_told_with_its_place() {
    let workspace = Workspace::new();
    workspace.write("tiny.toml", TINY.replace("units = 4", "units = 0"));
    let parts = [
        "--> tiny.toml:11:32\n",
        "model.layers.0.linear.units",
        "1 or more",
    ];
    workspace.refuse_to_run(&[], &parts);
}

#[test]
fn a_value_that_does_not_suit_the_data_is_told_with_its_place() {
    let workspace = Workspace::new();
    workspace.write(
        "tiny.toml",
        TINY.replace("batch_size = 8", "batch_size = 800"),
    );
    let parts = ["--> tiny.toml:15:14\n", "training.batch_size", "at most 30"];
    workspace.refuse_to_run(&[], &parts);
}

#[test]
fn an_override_that_cannot_be_is_named() {
    let workspace = Workspace::tiny();
    workspace.refuse_to_run(
        &["training.epochs=0"],
        &["--set training.epochs=0", "1 or more"],
    );
    workspace.refuse_to_run(
        &["training.epoch=1"],
        &["--set training.epoch=1", "`epochs`"],
    );
    workspace.refuse_to_run(&["epochs"], &["--set epochs", "expected key.path=value"]);
}

#[test]
fn weights_that_cannot_be_read_are_told() {
    let workspace = Workspace::tiny();
    let missing = "model.initial_parameters=weights.safetensors";
    workspace.refuse_to_run(&[missing], &["weights.safetensors"]);
    workspace.write("weights.safetensors", "no tensors");
    workspace.refuse_to_run(
        &[missing],
        &["weights.safetensors", "not a safetensors file"],
    );
}

#[test]
fn a_results_folder_that_cannot_be_written() {
    // A file in the place of the folder stops everybody, even those whom no permission stops.
    let workspace = Workspace::tiny();
    workspace.write("results", "a file where the folder should be");
    let parts = ["results/runs/tiny: cannot write", "--results"];
    workspace.refuse(&["tiny.toml"], &parts);
    assert_eq!(
        workspace.read("results"),
        "a file where the folder should be"
    );
    workspace.write("elsewhere/tiny", "a file where the folder should be");
    let arguments = ["tiny.toml", "--results", "elsewhere"];
    workspace.refuse(&arguments, &["elsewhere/tiny: cannot write"]);
}
