//! Training that ends before its last epoch because nothing is gained any more.

use std::fs;

use serde_json::Value;

use crate::support::{BY_HAND, Workspace, record};

/// Two noisy moons that a network soon learns by heart.
const PATIENCE: [&str; 6] = [
    "dataset.moons.samples=80",
    "dataset.moons.noise=0.4",
    "training.epochs=200",
    "training.optimizer.momentum.learning_rate=0.5",
    "training.validation.samples=0.25",
    "training.stopping.patience.epochs=5",
];

fn losses(trained: &Value, name: &str) -> Vec<f64> {
    let epochs = trained["epochs"].as_array().unwrap();
    epochs
        .iter()
        .map(|e| e["measures"][name].as_f64().unwrap())
        .collect()
}

#[test]
fn patience_ends_training_and_the_best_weights_come_back() {
    let workspace = Workspace::tiny();
    let run = workspace.train_by_hand(&PATIENCE);
    let record = record(&run);
    assert_eq!(record["data"]["train_samples"], 45);
    assert_eq!(record["data"]["validation_samples"], 15);
    let trained = &record["implementations"][0];
    assert_eq!(trained["stopped_early"], "patience");
    let validation = losses(trained, "validation_loss");
    let best = trained["kept"]["best_epoch"].as_u64().unwrap() as usize;
    assert!(validation.len() < 200);
    assert_eq!(validation.len(), best + 5);
    let lowest = validation.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(validation[best - 1], lowest);
    assert_eq!(validation.iter().position(|v| *v == lowest), Some(best - 1));
    // The weights are those of that epoch: they measure the same, and a training that ends there
    // saves the same.
    assert_eq!(trained["kept"]["measures"]["validation_loss"], lowest);
    let test = losses(trained, "test_loss");
    assert_eq!(trained["kept"]["measures"]["test_loss"], test[best - 1]);
    let epochs = format!("training.epochs={best}");
    let short = workspace.train_by_hand(&[&PATIENCE[..], &[&epochs]].concat());
    let weights = |run: &std::path::Path| fs::read(run.join("backprop.safetensors")).unwrap();
    assert_eq!(weights(&run), weights(&short));
}

#[test]
fn the_table_shows_the_best_epoch_where_patience_is_used_and_only_there() {
    let workspace = Workspace::tiny();
    let run = |overrides: &[&str]| {
        let mut arguments = vec!["tiny.toml"];
        let overrides = BY_HAND.iter().chain(overrides);
        arguments.extend(overrides.flat_map(|set| ["--set", set]));
        workspace.succeed(&arguments)
    };
    let out = run(&PATIENCE);
    assert!(out.contains("best epoch"), "{out}");
    assert!(
        out.contains("the validation loss did not fall any more"),
        "{out}"
    );
    assert!(
        out.contains("held back for validation: 15 of the 60"),
        "{out}"
    );
    assert!(!run(&[]).contains("best epoch"));
}

#[test]
fn epochs_csv_has_the_validation_loss_where_there_is_one() {
    let workspace = Workspace::tiny();
    let rows = fs::read_to_string(workspace.train_by_hand(&PATIENCE).join("epochs.csv")).unwrap();
    let header = "implementation,epoch,learning_rate,train_loss,validation_loss,validation_accuracy,test_loss,test_accuracy,seconds";
    assert_eq!(rows.lines().next(), Some(header));
}

#[test]
fn samples_can_be_held_back_without_early_stopping() {
    let workspace = Workspace::tiny();
    let held = "training.validation={ samples = 15, shuffle = false }";
    let small = [
        "dataset.moons.samples=80",
        "dataset.moons.noise=0.4",
        "training.epochs=3",
    ];
    let run = workspace.train_by_hand(&[&small[..], &[held]].concat());
    let record = record(&run);
    assert_eq!(record["data"]["train_samples"], 45);
    assert_eq!(record["data"]["validation_samples"], 15);
    let trained = &record["implementations"][0];
    assert_eq!(losses(trained, "validation_accuracy").len(), 3);
    assert!(trained["kept"].is_null(), "the last weights stay");
}

#[test]
fn a_plateau_ends_training() {
    let workspace = Workspace::tiny();
    let plateau = "training.stopping.plateau={ epochs = 2, change = 10.0 }";
    let record = record(&workspace.train_by_hand(&["training.epochs=50", plateau]));
    let trained = &record["implementations"][0];
    assert_eq!(trained["stopped_early"], "plateau");
    assert_eq!(trained["epochs"].as_array().unwrap().len(), 3);
    assert!(trained["kept"].is_null(), "the last weights stay");
    assert_eq!(record["status"], "finished");
}

#[test]
fn each_implementation_stops_on_its_own() {
    let workspace = Workspace::tiny();
    let escapes =
        "training.escapes=[\"plain\", { evolution = { population = 2, parents = 1, std = 1e-9 } }]";
    // Evolution with so small a step stands still; gradient descent does not.
    let plateau = "training.stopping.plateau={ epochs = 1, change = 1e-5 }";
    let record = record(&workspace.train_by_hand(&["training.epochs=6", escapes, plateau]));
    let ends = [0, 1].map(|row| record["implementations"][row]["stopped_early"].clone());
    assert_eq!(ends, [Value::Null, "plateau".into()]);
    let length = |row: usize| {
        record["implementations"][row]["epochs"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((length(0), length(1)), (6, 2));
}

#[test]
fn a_batch_must_fit_into_what_is_left_to_train_on() {
    let workspace = Workspace::tiny();
    let parts = ["training.batch_size", "a batch of 8", "6 samples"];
    workspace.refuse_to_run(&["training.validation.samples=0.8"], &parts);
    workspace.refuse_to_run(
        &["training.validation.samples=0.99"],
        &["training.validation.samples", "leaves none"],
    );
}
