//! `runner film`: what a network over two inputs answers while it learns, as a picture.

use crate::support::{Workspace, record};

const SURFACE: &str = r#"
name = "hill"
seed = 1
implementations = ["backprop"]
dataset.surface = { function = "ripple", side = 7, split = { shuffled = { test = 0.25 } } }

[model]
layers = [{ linear = { units = 6 } }, "tanh", { linear = { units = 1 } }]

[training]
epochs = 20
batch_size = 8
loss = "squared_error"
optimizer = { adam = { learning_rate = 0.02 } }
"#;

/// The last line of a film before the file is named.
fn last_frame(out: &str) -> String {
    out.lines().nth_back(1).unwrap().to_string()
}

#[test]
fn a_fitted_surface_stands_beside_its_target_and_above_the_frames() {
    let workspace = Workspace::new();
    workspace.write("tiny.toml", SURFACE);
    let out = workspace.succeed(&["film", "tiny.toml", "--out", "film.svg", "--frames", "5"]);
    let svg = workspace.read("film.svg");
    assert_eq!(out.lines().last(), Some("written: film.svg"));
    for frame in [
        "before, ",
        "epoch 1, ",
        "epoch 3, ",
        "epoch 7, ",
        "epoch 20, ",
    ] {
        assert!(out.contains(frame) && svg.contains(frame), "{frame}: {out}");
    }
    // The two above of all quadrangles of 21 x 21 points, the five of every second point; a floor
    // for each.
    let polygons = 2 * 400 + 5 * 100 + 7;
    assert_eq!(svg.matches("<polygon").count(), polygons);
    // It is the training of `runner run`.
    let run = workspace.train_by_hand(&[]);
    let epochs = &record(&run)["implementations"][0]["epochs"];
    let r2 = epochs[19]["measures"]["test_r2"].as_f64().unwrap();
    assert_eq!(last_frame(&out), format!("epoch 20, r2 {r2:.3}"));
}

#[test]
fn classes_are_regions_with_their_samples() {
    let workspace = Workspace::tiny();
    workspace.succeed(&["film", "tiny.toml", "--out", "film.svg"]);
    let svg = workspace.read("film.svg");
    // Before, and after each of three epochs.
    assert_eq!(svg.matches("accuracy").count(), 4);
    assert_eq!(svg.matches("<circle").count(), 4 * 40);
    // 60 rows of at least one run, and the white ground.
    assert!(svg.matches("<rect").count() > 4 * 60, "{svg}");
    // One output tells two classes apart as well.
    let one = "model.layers.2.linear.units=1";
    let loss = "training.loss=binary_cross_entropy";
    workspace.succeed(&[
        "film",
        "tiny.toml",
        "--out",
        "one.svg",
        "--set",
        one,
        "--set",
        loss,
    ]);
    assert_eq!(workspace.read("one.svg").matches("<circle").count(), 4 * 40);
}

/// Early stopping brings the best weights back: they are the last frame.
#[test]
fn the_last_frame_is_of_the_weights_that_come_back() {
    let workspace = Workspace::tiny();
    let patience = "training.stopping.patience={ epochs = 2, measure = \"test_accuracy\" }";
    let sets = [patience, "training.epochs=30"];
    let film = [
        "film",
        "tiny.toml",
        "--out",
        "film.svg",
        "--set",
        sets[0],
        "--set",
        sets[1],
    ];
    let out = workspace.succeed(&film);
    let kept = &record(&workspace.train_by_hand(&sets))["implementations"][0]["kept"];
    let best = kept["measures"]["test_accuracy"].as_f64().unwrap();
    let frame = format!("kept: epoch {}, accuracy {best:.3}", kept["best_epoch"]);
    assert_eq!(last_frame(&out), frame);
}

#[test]
fn what_has_no_picture_over_two_inputs_is_refused() {
    let workspace = Workspace::tiny();
    let film = |sets: &[&'static str]| {
        let mut arguments = vec!["film", "tiny.toml", "--out", "film.svg"];
        arguments.extend(sets.iter().flat_map(|set| ["--set", *set]));
        arguments
    };
    workspace.refuse(
        &film(&["dataset={ parity = { bits = 3 } }"]),
        &["dataset.parity: a film is drawn over two inputs, and a sample has 3"],
    );
    workspace.refuse(
        &film(&[
            "dataset={ temporal_xor = {} }",
            "model.layers=[{ linear = { units = 1 } }]",
            "training.loss=squared_error",
        ]),
        &["dataset.temporal_xor: a film is drawn over two inputs, and a sample is ["],
    );
    let itself = "dataset.moons.target=input";
    let outputs = [
        "training.loss=squared_error",
        "model.layers.2.linear.units=2",
    ];
    workspace.refuse(
        &film(&[itself, outputs[0], outputs[1]]),
        &["the target is the input itself, which is no surface"],
    );
    let one = ["film", "tiny.toml", "--out", "film.svg", "--frames", "1"];
    let refused = workspace.call(&one);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("expected 2 to 64"), "{refused:?}");
    workspace.refuse(
        &["film", "tiny.toml", "--out", "tiny.toml/film.svg"],
        &["tiny.toml"],
    );
    assert!(!workspace.path("film.svg").exists());
}

/// A group for each frame, in one picture; the last is seen where nothing moves.
#[test]
fn frames_take_turns_in_one_picture() {
    let workspace = Workspace::tiny();
    workspace.succeed(&["film", "tiny.toml", "--out", "film.svg", "--animated"]);
    let svg = workspace.read("film.svg");
    assert_eq!(svg.matches("<g class=\"frame").count(), 4);
    assert_eq!(svg.matches("<g class=\"frame last\"").count(), 1);
    assert_eq!(svg.matches("<svg").count(), 1);
    assert_eq!(svg.matches("<circle").count(), 4 * 40);
    workspace.write("hill.toml", SURFACE);
    workspace.succeed(&[
        "film",
        "hill.toml",
        "--out",
        "hill.svg",
        "--animated",
        "--frames",
        "3",
    ]);
    let svg = workspace.read("hill.svg");
    assert_eq!(svg.matches("<polygon").count(), 3 * (400 + 1));
}
