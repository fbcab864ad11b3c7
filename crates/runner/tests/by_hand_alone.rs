//! The command line of a build without burn.
#![cfg(not(any(feature = "burn-ndarray", feature = "burn-flex")))]

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const TINY: &str = r#"# Two moons.
name = "tiny"
seed = 1
implementations = ["backprop"]

[dataset.moons]
samples = 40

[model]
layers = [{ linear = { units = 4 } }, "tanh", { linear = { units = 2 } }]

[training]
epochs = 3
batch_size = 8
loss = "softmax_cross_entropy"
optimizer = { momentum = { learning_rate = 0.1 } }
"#;

const MISSING: &str = "burn-ndarray and burn-flex are not built into this program and cannot bear \
                       witness; build with `--features burn-ndarray,burn-flex`";

/// A folder with [`TINY`] in it.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("tiny.toml"), TINY).unwrap();
    folder
}

fn runner(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_runner");
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn said(text: &[u8]) -> String {
    String::from_utf8(text.to_vec()).unwrap()
}

#[test]
fn the_hand_written_implementation_trains_without_a_witness_and_says_so() {
    let folder = folder();
    let run = runner(folder.path(), &["tiny.toml"]);
    assert!(run.status.success(), "{}", said(&run.stderr));
    let screen = said(&run.stdout);
    assert!(screen.contains(&format!("note: {MISSING}")), "{screen}");
    assert!(
        !screen.contains("Gradients by hand against burn"),
        "{screen}"
    );
    assert!(screen.contains("backprop"), "{screen}");
}

#[test]
fn a_config_is_listed_whoever_it_names() {
    let folder = folder();
    let burn = TINY.replace("\"backprop\"", "\"backprop\", \"burn-flex\"");
    std::fs::write(folder.path().join("burn.toml"), burn).unwrap();
    let list = runner(folder.path(), &["list", "."]);
    assert!(list.status.success());
    assert_eq!(said(&list.stdout).matches("Two moons.").count(), 2);
}

#[test]
fn an_implementation_that_is_not_built_in_is_refused_at_its_place() {
    let folder = folder();
    let set = "implementations=[\"backprop\", \"burn-flex\"]";
    let run = runner(folder.path(), &["tiny.toml", "--set", set]);
    assert_eq!(run.status.code(), Some(2));
    let message = said(&run.stderr);
    let reason = "implementations.1: burn-flex is not built into this program";
    assert!(message.contains(reason), "{message}");
    let remedy = "build with `--features burn-flex`, or leave it out";
    assert!(message.contains(remedy), "{message}");
    assert!(!folder.path().join("results").exists());
}

#[test]
fn check_uses_central_differences_and_names_the_witnesses_that_are_missing() {
    let folder = folder();
    let set = "implementations=[\"backprop\", \"burn-flex\"]";
    let check = runner(folder.path(), &["check", "tiny.toml", "--set", set]);
    assert!(check.status.success(), "{}", said(&check.stderr));
    let screen = said(&check.stdout);
    assert!(screen.contains(&format!("note: {MISSING}")), "{screen}");
    assert!(screen.contains("central differences f64"), "{screen}");
    assert!(!screen.contains("burn-flex f64"), "{screen}");
}

#[test]
fn recorded_proofs_are_left_alone() {
    let folder = folder();
    let file = folder.path().join("proofs.json");
    std::fs::write(&file, "[]").unwrap();
    for option in ["--write", "--check"] {
        let proofs = runner(folder.path(), &["proofs", option, "proofs.json"]);
        assert_eq!(proofs.status.code(), Some(2));
        let message = said(&proofs.stderr);
        assert!(
            message.contains(&format!("proofs.json: {MISSING}")),
            "{message}"
        );
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), "[]");
}

/// Two pixels for each of the SVG's, letters from the built-in font, the same bytes each time.
#[test]
#[cfg(feature = "png")]
fn pictures_are_written_as_pixels() {
    let folder = folder();
    for name in ["name=\"one\"", "name=\"two\""] {
        let trained = runner(folder.path(), &["tiny.toml", "--set", name]);
        assert!(trained.status.success(), "{}", said(&trained.stderr));
    }
    let drawn = |run: &str, format: &str| {
        let only = ["--only", "confusion", "--format", format];
        let output = runner(
            folder.path(),
            &[&["draw", run, "--out", run], &only[..]].concat(),
        );
        assert!(output.status.success(), "{}", said(&output.stderr));
        let file = folder.path().join(run).join(format!("confusion.{format}"));
        std::fs::read(file).unwrap()
    };
    let (png, svg) = (drawn("one", "png"), said(&drawn("one", "svg")));
    assert!(png.starts_with(b"\x89PNG"));
    assert_eq!(png, drawn("one", "png"));
    // They differ in the letters of a name alone.
    assert_ne!(png, drawn("two", "png"));
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    let size = format!(
        "<svg width=\"{}\" height=\"{}\"",
        number(16) / 2,
        number(20) / 2
    );
    assert!(svg.starts_with(&size), "{size}: {svg}");
}
