//! Ways out of a local minimum: each a row of its own, the same for the same seed.

use std::fs;
use std::path::Path;

use safetensors::SafeTensors;
use serde_json::Value;

use crate::support::{BY_HAND, Workspace, epochs, record};

const ESCAPES: &str = "training.escapes=[\"plain\", { restarts = { runs = 3 } }, \
    { annealing = { temperature = 0.05, cooling = 0.9, std = 0.1 } }, \
    { perturbation = { epochs = 1, change = 0.5, std = 0.2 } }, \
    { evolution = { population = 6, parents = 2, std = 0.2 } }]";
const NAMES: [&str; 5] = [
    "plain",
    "restarts",
    "annealing",
    "perturbation",
    "evolution",
];

fn weights(run: &Path, name: &str) -> Vec<u8> {
    fs::read(run.join(format!("backprop-{name}.safetensors"))).unwrap()
}

#[test]
fn every_escape_is_a_row_and_gives_the_same_bits_again_with_any_number_of_threads() {
    let workspace = Workspace::tiny();
    let one = workspace.train_by_hand(&[ESCAPES, "training.threads=1"]);
    let two = workspace.train_by_hand(&[ESCAPES, "training.threads=2"]);
    let record = record(&one);
    for (row, name) in NAMES.into_iter().enumerate() {
        let trained = &record["implementations"][row];
        assert_eq!(trained["implementation"], format!("backprop/{name}"));
        assert_eq!(trained["escape"], name);
        assert!(
            trained["kept"]["measures"]["test_loss"].as_f64().is_some(),
            "{trained}"
        );
        assert_eq!(epochs(&one, row), epochs(&two, row), "{name}");
        assert_eq!(weights(&one, name), weights(&two, name), "{name}");
    }
}

#[test]
fn another_seed_moves_otherwise() {
    let workspace = Workspace::tiny();
    // The same initial weights: only the moves differ.
    let fixed = "model.weights={ constant = 0.1 }";
    let one = workspace.train_by_hand(&[ESCAPES, fixed, "training.shuffle=false"]);
    let two = workspace.train_by_hand(&[ESCAPES, fixed, "training.shuffle=false", "seed=2"]);
    assert_ne!(weights(&one, "evolution"), weights(&two, "evolution"));
    assert_ne!(weights(&one, "perturbation"), weights(&two, "perturbation"));
}

#[test]
fn plain_is_training_without_escapes() {
    let workspace = Workspace::tiny();
    let without = workspace.train_by_hand(&[]);
    let with = workspace.train_by_hand(&[ESCAPES]);
    let alone = fs::read(without.join("backprop.safetensors")).unwrap();
    assert_eq!(alone, weights(&with, "plain"));
    assert_eq!(epochs(&without, 0), epochs(&with, 0));
}

#[test]
fn the_first_restart_is_plain_training_and_the_best_is_kept() {
    let workspace = Workspace::tiny();
    let run = workspace.train_by_hand(&[ESCAPES]);
    let (plain, restarts) = (epochs(&run, 0), epochs(&run, 1));
    assert_eq!(restarts.len(), 9);
    let runs: Vec<&Value> = restarts.iter().map(|epoch| &epoch["run"]).collect();
    assert_eq!(runs, [1, 1, 1, 2, 2, 2, 3, 3, 3]);
    for name in ["train_loss", "test_loss"] {
        let measure = |epochs: &[Value]| -> Vec<Value> {
            epochs
                .iter()
                .map(|epoch| epoch["measures"][name].clone())
                .collect()
        };
        let (plain, restarts) = (measure(&plain), measure(&restarts));
        assert_eq!(restarts[..3], plain);
        assert_ne!(restarts[3..6], plain);
    }
    let record = record(&run);
    let loss = |row: usize| {
        record["implementations"][row]["kept"]["measures"]["train_loss"]
            .as_f64()
            .unwrap()
    };
    assert!(loss(1) <= loss(0));
    let best = record["implementations"][1]["kept"]["best_epoch"]
        .as_u64()
        .unwrap();
    assert_eq!(best % 3, 0, "the weights at the end of a run");
    let kept = &record["implementations"][1]["kept"]["measures"]["test_loss"];
    assert_eq!(*kept, restarts[best as usize - 1]["measures"]["test_loss"]);
}

#[test]
fn what_is_fixed_never_moves() {
    let workspace = Workspace::tiny();
    let fixed = "model.layers.0.linear.learning_rate=0.0";
    let run = workspace.train_by_hand(&[ESCAPES, fixed]);
    let tensor = |name: &str, tensor: &str| {
        let bytes = weights(&run, name);
        let read = SafeTensors::deserialize(&bytes).unwrap();
        read.tensor(tensor).unwrap().data().to_vec()
    };
    for name in &NAMES[1..] {
        assert_eq!(
            tensor(name, "0.weight"),
            tensor("plain", "0.weight"),
            "{name}"
        );
    }
    assert_ne!(tensor("evolution", "2.weight"), tensor("plain", "2.weight"));
}

#[test]
fn an_evolution_never_gets_worse_and_ends_with_its_best() {
    let workspace = Workspace::tiny();
    let evolution =
        "training.escapes=[{ evolution = { population = 10, parents = 3, std = 0.3 } }]";
    let run = workspace.train_by_hand(&[evolution, "training.epochs=30"]);
    let losses: Vec<f64> = epochs(&run, 0)
        .iter()
        .map(|epoch| epoch["measures"]["train_loss"].as_f64().unwrap())
        .collect();
    assert!(losses.is_sorted_by(|a, b| a >= b), "{losses:?}");
    assert!(losses[29] < 0.7 * losses[0], "{losses:?}");
    let kept = record(&run)["implementations"][0]["kept"]["measures"]["train_loss"].clone();
    assert_eq!(kept, losses[29]);
}

#[test]
fn two_escapes_of_a_kind_are_told_apart() {
    let workspace = Workspace::tiny();
    let escapes = "training.escapes=[{ restarts = { runs = 1 } }, { restarts = { runs = 2 } }]";
    let run = workspace.train_by_hand(&[escapes]);
    let record = record(&run);
    let name = |row: usize| record["implementations"][row]["implementation"].clone();
    assert_eq!(
        [name(0), name(1)],
        ["backprop/restarts", "backprop/restarts-2"]
    );
    assert!(run.join("backprop-restarts-2.safetensors").is_file());
}

#[test]
fn when_every_restart_diverges_the_run_has_failed() {
    let workspace = Workspace::tiny();
    let mut arguments = vec!["tiny.toml"];
    let overrides = [
        "training.escapes=[{ restarts = { runs = 2 } }]",
        "training.optimizer.momentum.learning_rate=1e38",
    ];
    arguments.extend(
        BY_HAND
            .iter()
            .chain(&overrides)
            .flat_map(|set| ["--set", *set]),
    );
    let finished = workspace.call(&arguments);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    finished.assert_one_message(&["backprop/restarts diverged", "in the last of 2 runs"]);
    let record = record(&workspace.runs("tiny")[0]);
    assert_eq!(record["status"], "diverged");
    assert_eq!(record["implementations"][0]["diverged_runs"], 2);
}

#[test]
fn evolution_trains_threshold_units() {
    let workspace = Workspace::new();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs/xor-step.toml");
    workspace.succeed(&["run", config.to_str().unwrap()]);
    let record = record(&workspace.runs("xor-step")[0]);
    assert_eq!(
        record["implementations"][0]["kept"]["measures"]["test_accuracy"],
        1.0
    );
}
