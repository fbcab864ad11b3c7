//! Schedules, smoothing, augmentation: what a config says of training is what happens.

use std::fs;
use std::path::Path;

use crate::support::{BY_HAND, Workspace, epochs, record};

fn learning_rates(overrides: &[&str]) -> Vec<f64> {
    let run_of = Workspace::tiny();
    let epochs = epochs(&run_of.train_by_hand(overrides), 0);
    let rate = |epoch: &serde_json::Value| epoch["measures"]["learning_rate"].as_f64().unwrap();
    epochs.iter().map(rate).collect()
}

#[track_caller]
fn assert_close(rates: &[f64], wanted: &[f64]) {
    let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12;
    let same = rates.len() == wanted.len() && rates.iter().zip(wanted).all(close);
    assert!(same, "{rates:?}, by hand {wanted:?}");
}

#[test]
fn the_learning_rate_of_each_epochs_last_update_is_recorded() {
    assert_close(&learning_rates(&[]), &[0.1, 0.1, 0.1]);
    let halves = "training.schedule.step={ every = 1, factor = 0.5 }";
    assert_close(&learning_rates(&[halves]), &[0.1, 0.05, 0.025]);
    // An epoch has 4 updates of 30 samples: the last of the first is the fourth of 8.
    assert_close(&learning_rates(&["training.warmup=8"]), &[0.05, 0.1, 0.1]);
    // Of 12 updates those numbered 3, 7 and 11 from 0.
    let cosine = |s: f64| 0.05 * (1.0 + (std::f64::consts::PI * s / 12.0).cos());
    let wanted = [cosine(3.0), cosine(7.0), cosine(11.0)];
    assert_close(&learning_rates(&["training.schedule.cosine={}"]), &wanted);
}

#[test]
fn a_schedule_changes_what_is_learned() {
    let workspace = Workspace::tiny();
    let constant = workspace.train_by_hand(&[]);
    let falling = workspace.train_by_hand(&["training.schedule.exponential={ factor = 0.5 }"]);
    let (constant, falling) = (epochs(&constant, 0), epochs(&falling, 0));
    assert_eq!(
        constant[0]["measures"]["train_loss"],
        falling[0]["measures"]["train_loss"]
    );
    assert_ne!(
        constant[1]["measures"]["train_loss"],
        falling[1]["measures"]["train_loss"]
    );
}

/// With ε = 0.2 and two classes the targets are 0.9 and 0.1: no cross-entropy is below their
/// entropy, -0.9 ln 0.9 - 0.1 ln 0.1 = 0.3251; the test targets are not smoothed, so -ln 0.9 =
/// 0.1054 remains.
#[test]
fn smoothed_training_targets_leave_their_entropy_as_loss() {
    let workspace = Workspace::tiny();
    let run = workspace.train_by_hand(&[
        "dataset.moons.noise=0.0",
        "dataset.moons.split=\"none\"",
        "training.epochs=600",
        "training.label_smoothing=0.2",
        "training.optimizer={ adam = { learning_rate = 0.02 } }",
        "model.layers.0.linear.units=16",
    ]);
    let epochs = epochs(&run, 0);
    let entropy = -0.9 * 0.9f64.ln() - 0.1 * 0.1f64.ln();
    let last = epochs.last().unwrap();
    let train = last["measures"]["train_loss"].as_f64().unwrap();
    assert!(train > entropy && train < entropy + 0.01, "{train}");
    let test = last["measures"]["test_loss"].as_f64().unwrap();
    assert!((test + 0.9f64.ln()).abs() < 0.03, "{test}");
}

#[test]
fn real_targets_cannot_be_smoothed() {
    let workspace = Workspace::new();
    let config = "name = \"tiny\"\nseed = 1\nimplementations = [\"backprop\"]\n[dataset.sine]\nsamples = 40\n[model]\nlayers = [{ linear = { units = 1 } }]\n[training]\nepochs = 1\nbatch_size = 8\nloss = \"squared_error\"\noptimizer = { sgd = { learning_rate = 0.1 } }\nlabel_smoothing = 0.1\n";
    workspace.write("tiny.toml", config);
    workspace.refuse_to_run(&[], &["training.label_smoothing", "real number"]);
}

#[test]
fn what_is_special_about_a_training_is_said_in_one_line() {
    let workspace = Workspace::tiny();
    let mut arguments = vec!["tiny.toml"];
    let overrides = [
        "training.schedule.cosine={}",
        "training.warmup=3",
        "training.regularization.l2=0.001",
    ];
    arguments.extend(
        BY_HAND
            .iter()
            .chain(&overrides)
            .flat_map(|set| ["--set", *set]),
    );
    let out = workspace.succeed(&arguments);
    let line = "Training: schedule cosine; warm-up 3; penalties l2 0.001";
    assert!(out.lines().any(|l| l == line), "{out}");
}

#[test]
fn curvatures_are_estimated_before_each_epoch() {
    let workspace = Workspace::tiny();
    let rule = "training.optimizer={ diagonal_levenberg_marquardt = { learning_rate = 0.02, samples = 20 } }";
    let loss = "training.loss=squared_error";
    let run = workspace.train_by_hand(&[rule, loss, "training.epochs=20"]);
    let epochs = epochs(&run, 0);
    let loss = |epoch: usize| epochs[epoch]["measures"]["train_loss"].as_f64().unwrap();
    assert!(loss(19) < 0.8 * loss(0), "{} {}", loss(0), loss(19));
}

#[test]
fn inputs_of_an_embedding_are_rows_of_its_table() {
    let workspace = Workspace::tiny();
    let layers = "model.layers=[{ embedding = { tokens = 5, dimension = 2 } }, \"flatten\", { linear = { units = 2 } }]";
    let parts = [
        "model.layers.0.embedding.tokens",
        "training sample",
        "0 to 4",
    ];
    workspace.refuse_to_run(&[layers], &parts);
}

/// Small pictures of waves, with everything that is random while training.
const RANDOM: &str = r#"# Everything random at once.

name = "random"
seed = 1
implementations = ["backprop"]

[dataset.waves]
samples = 300
classes = 3
channels = 2
size = 12

[augmentation]
shift = 1.0
rotation = 10.0
noise = 0.05
elastic = { sigma = 2.0, alpha = 4.0 }

[model]
layers = [
    { conv2d = { channels = 6, kernel = 3 } },
    { batch_norm = {} },
    "relu",
    { max_pool = { size = 2 } },
    "flatten",
    { dropout = { rate = 0.3 } },
    { linear = { units = 3 } },
]

[training]
epochs = 2
batch_size = 100
loss = "softmax_cross_entropy"
optimizer = { momentum = { learning_rate = 0.05 } }
label_smoothing = 0.1

[training.validation]
samples = 0.1

[training.stopping]
patience = { epochs = 5 }

[gradient_check]
before_training = false
"#;

#[test]
fn augmentation_dropout_and_batch_norm_do_not_depend_on_the_number_of_threads() {
    let workspace = Workspace::new();
    workspace.write("tiny.toml", RANDOM);
    let trained = |threads: &str| {
        let run = workspace.train(&[threads]);
        let weights = fs::read(run.join("backprop.safetensors")).unwrap();
        (epochs(&run, 0), weights)
    };
    let one = trained("training.threads=1");
    assert_eq!(one, trained("training.threads=2"));
    assert_eq!(one, trained("training.threads=3"));
}

#[test]
fn only_images_can_be_changed_to_be_measured_on() {
    let workspace = Workspace::tiny();
    let parts = ["invariance", "only images [C, H, W] can be changed"];
    workspace.refuse_to_run(&["invariance.shift=[1.0]"], &parts);
}

#[test]
fn augmentation_changes_training_and_nothing_else() {
    let workspace = Workspace::new();
    workspace.write("tiny.toml", RANDOM);
    let first_loss = |run: &Path| record(run)["implementations"][0]["first_losses"][0].clone();
    let off = ["augmentation={}"];
    let (plain, augmented) = (workspace.train(&off), workspace.train(&[]));
    assert_ne!(first_loss(&plain), first_loss(&augmented));
    let (plain, augmented) = (record(&plain), record(&augmented));
    assert_eq!(plain["data"]["checksum"], augmented["data"]["checksum"]);
}
