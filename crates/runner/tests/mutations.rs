//! Mutated input: configs, tables, IDX files, pictures, weights and overrides, changed at random.
//!
//! Whatever comes in, a call ends with exit code 0, 1 or 2, with a message if it is not 0, and
//! without a panic. A thousand inputs are tried; more with
//!
//! ```sh
//! MUTATIONS=100000 MUTATION_SEED=1 cargo test -p runner --test mutations -- --nocapture
//! ```
//!
//! What goes wrong is kept in a folder with the command that repeats it.
#![cfg(unix)]

#[path = "mutations/inputs.rs"]
mod inputs;
#[path = "mutations/mutate.rs"]
mod mutate;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};

use contract::Streams;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use inputs::Input;

/// Seconds of processor time and KiB of address space of a call.
const SECONDS: u32 = 10;
const KIBIBYTES: u32 = 6_000_000;

#[test]
fn no_input_brings_the_runner_down() {
    let number = |name: &str, otherwise: u64| {
        let value = std::env::var(name).ok();
        value.map_or(otherwise, |value| value.parse().expect(name))
    };
    let count = number("MUTATIONS", 1000);
    let streams = Streams::new(number("MUTATION_SEED", 1));
    let inputs = inputs::all();
    let outcomes: Vec<(String, Result<(), String>)> = (0..count)
        .into_par_iter()
        .map(|index| {
            let mut rng = streams.stream(&format!("mutation/{index}"));
            let input = &inputs[index as usize % inputs.len()];
            attempt(input, index, &mut rng)
        })
        .collect();
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for (outcome, _) in &outcomes {
        *tally.entry(outcome).or_default() += 1;
    }
    println!("{count} inputs: {tally:?}");
    let wrong: Vec<&String> = outcomes
        .iter()
        .filter_map(|(_, o)| o.as_ref().err())
        .collect();
    assert!(wrong.is_empty(), "{} went wrong:\n{wrong:#?}", wrong.len());
}

/// Tries a mutated input: how the call ended, and what is wrong with that.
fn attempt(input: &Input, index: u64, rng: &mut ChaCha8Rng) -> (String, Result<(), String>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &input.files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let chosen = input.mutated.contains(name) && rng.random_range(0.0..1.0) < 0.6;
        let content = match chosen {
            true => mutate::bytes(bytes, rng),
            false => bytes.clone(),
        };
        fs::write(path, content).unwrap();
    }
    let arguments: Vec<String> = input
        .arguments
        .iter()
        .map(|argument| match argument.strip_prefix('~') {
            // What begins with a tilde is mutated too.
            Some(text) if rng.random() => mutate::text(text, rng),
            Some(text) => text.to_string(),
            None => argument.clone(),
        })
        .collect();
    let output = call(&arguments, folder.path());
    let outcome = match (output.status.code(), output.status.signal()) {
        (Some(code), _) => format!("exit {code}"),
        (_, Some(signal)) => format!("signal {signal}"),
        _ => "no end".into(),
    };
    let verdict = judge(&output).map_err(|reason| {
        let kept = folder.keep();
        format!(
            "{} (number {index}): {reason}; cd {} && runner {}",
            input.name,
            kept.display(),
            quoted(&arguments)
        )
    });
    (outcome, verdict)
}

fn call(arguments: &[String], folder: &Path) -> Output {
    let limits = format!("ulimit -t {SECONDS}; ulimit -v {KIBIBYTES}; exec \"$@\"");
    Command::new("sh")
        .args(["-c", &limits, "sh", env!("CARGO_BIN_EXE_runner")])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn judge(output: &Output) -> Result<(), String> {
    let error = String::from_utf8_lossy(&output.stderr);
    // The limits of this test end what only takes long: SIGXCPU, or SIGKILL after it.
    let cut_short = matches!(output.status.signal(), Some(9 | 24));
    if error.contains("panicked") || error.contains("RUST_BACKTRACE") {
        return Err(format!("a panic: {error}"));
    }
    match output.status.code() {
        Some(0) => Ok(()),
        Some(1 | 2) if error.trim().is_empty() => Err("no message".into()),
        Some(1 | 2) => Ok(()),
        _ if cut_short => Ok(()),
        _ => Err(format!("{:?}: {error}", output.status)),
    }
}

fn quoted(arguments: &[String]) -> String {
    let quote = |argument: &String| format!("'{}'", argument.replace('\'', r"'\''"));
    arguments.iter().map(quote).collect::<Vec<_>>().join(" ")
}
