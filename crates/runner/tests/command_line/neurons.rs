//! Single neurons through a config: the perceptron's rule, its pocket, and units with given
//! weights.

use safetensors::SafeTensors;

use crate::support::{Workspace, epochs, record};

/// A config of this repository, as `tiny.toml`.
fn shipped(name: &str) -> Workspace {
    let file = format!("{}/../../configs/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let workspace = Workspace::new();
    workspace.write("tiny.toml", std::fs::read(file).unwrap());
    workspace
}

/// The weights of a single unit, then its bias.
fn unit(run: &std::path::Path) -> Vec<f32> {
    let bytes = std::fs::read(run.join("backprop.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let of = |name| {
        let data = tensors.tensor(name).unwrap().data().to_vec();
        let numbers = data.chunks_exact(4);
        numbers
            .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
            .collect::<Vec<_>>()
    };
    [of("0.weight"), of("0.bias")].concat()
}

fn accuracies(run: &std::path::Path) -> Vec<f64> {
    let accuracy = |epoch: &serde_json::Value| epoch["measures"]["test_accuracy"].as_f64().unwrap();
    epochs(run, 0).iter().map(accuracy).collect()
}

#[test]
fn the_perceptron_learns_gates_in_the_passes_worked_by_hand() {
    let gates: [(&str, usize, [f32; 3]); 3] = [
        ("and", 9, [3.0, 2.0, -4.0]),
        ("or", 6, [2.0, 2.0, -1.0]),
        ("nand", 9, [-3.0, -2.0, 4.0]),
    ];
    for (gate, passes, weights) in gates {
        let function = format!("dataset.gate.function={gate}");
        let workspace = shipped("perceptron");
        // The last of these passes changes nothing, nor do any behind it.
        for epochs in [passes - 1, passes, 20] {
            let epochs = format!("training.epochs={epochs}");
            let run = workspace.train_by_hand(&[&function, &epochs]);
            assert_eq!(unit(&run), weights, "{gate}, {epochs}");
            assert_eq!(*accuracies(&run).last().unwrap(), 1.0);
        }
        let before = format!("training.epochs={}", passes - 2);
        let run = workspace.train_by_hand(&[&function, &before]);
        assert_ne!(unit(&run), weights, "{gate}, {before}");
    }
}

#[test]
fn on_exclusive_or_the_perceptron_is_back_where_it_began() {
    let xor = ["dataset={ xor = {} }", "training.epochs=100"];
    let workspace = shipped("perceptron");
    let run = workspace.train_by_hand(&xor);
    assert_eq!(unit(&run), [0.0; 3]);
    assert!(accuracies(&run).iter().all(|&accuracy| accuracy < 1.0));
}

/// The rule on AND step by step: the mean of the weights after each of its 36 samples.
#[test]
fn averaged_weights_are_the_mean_after_all_samples() {
    let (mut w, mut sum) = ([0.0; 3], [0.0; 3]);
    for _ in 0..9 {
        for (x, s) in [
            ([0., 0.], -1.),
            ([0., 1.], -1.),
            ([1., 0.], -1.),
            ([1., 1.], 1.),
        ] {
            if s * (w[0] * x[0] + w[1] * x[1] + w[2]) <= 0.0 {
                let step = [s * x[0], s * x[1], s];
                w.iter_mut().zip(step).for_each(|(w, step)| *w += step);
            }
            sum.iter_mut().zip(w).for_each(|(sum, w)| *sum += w);
        }
    }
    assert_eq!(sum, [75.0, 48.0, -92.0]);
    let workspace = shipped("perceptron");
    let run = workspace.train_by_hand(&["training.averaging=true"]);
    for (found, sum) in unit(&run).into_iter().zip(sum) {
        assert!(
            (f64::from(found) - sum / 36.0).abs() < 1e-6,
            "{found}, {sum} / 36"
        );
    }
    let record = record(&run);
    assert_eq!(record["implementations"][0]["kept"]["best_epoch"], 9);
}

/// On exclusive or the rule itself forgets again what it had right.
#[test]
fn the_pocket_keeps_the_best_weights() {
    let mut pocket = vec![
        "dataset={ xor = {} }",
        "training.epochs=30",
        "training.shuffle=true",
        "training.optimizer.sgd.learning_rate=0.1",
        "model.weights={ uniform = { low = -1.0, high = 1.0 } }",
    ];
    let workspace = shipped("perceptron");
    let plain = workspace.train_by_hand(&pocket);
    pocket.push("training.stopping.patience={ epochs = 30, measure = \"test_accuracy\" }");
    let kept = workspace.train_by_hand(&pocket);
    assert_eq!(accuracies(&plain), accuracies(&kept));
    let best = accuracies(&kept).into_iter().fold(0.0, f64::max);
    let record = record(&kept);
    let measures = &record["implementations"][0]["kept"]["measures"];
    assert_eq!(measures["test_accuracy"].as_f64(), Some(best));
    assert!(accuracies(&plain).iter().any(|&accuracy| accuracy < best));
}

/// Gallant's pocket: no line has more than three points of exclusive or, and the rule finds one
/// only to forget it again.
#[test]
fn the_pocket_of_all_updates_has_three_of_four_points_of_exclusive_or() {
    let workspace = shipped("perceptron");
    let xor = [
        "dataset={ xor = {} }",
        "training.epochs=30",
        "training.shuffle=true",
    ];
    let pocket = [&xor[..], &["training.pocket=true"]].concat();
    let (plain, kept) = (
        workspace.train_by_hand(&xor),
        workspace.train_by_hand(&pocket),
    );
    assert_eq!(
        accuracies(&plain),
        accuracies(&kept),
        "the rule goes on as without it"
    );
    assert!(accuracies(&plain).last() < Some(&0.75));
    let record = record(&kept);
    let measures = &record["implementations"][0]["kept"]["measures"];
    assert_eq!(measures["test_accuracy"].as_f64(), Some(0.75));
    let w = unit(&kept).into_iter().map(f64::from).collect::<Vec<_>>();
    let right = |(x, y, t): &(f64, f64, bool)| (w[0] * x + w[1] * y + w[2] >= 0.0) == *t;
    let points = [
        (0., 0., false),
        (0., 1., true),
        (1., 0., true),
        (1., 1., false),
    ];
    assert_eq!(points.iter().filter(|point| right(point)).count(), 3);
}

#[test]
fn a_pocket_goes_by_accuracy() {
    let workspace = shipped("perceptron");
    let sine = "dataset={ sine = { samples = 40 } }";
    let loss = "training.loss=squared_error";
    workspace.refuse_to_run(
        &["training.pocket=true", sine, loss],
        &[
            "training.pocket",
            "goes by accuracy, and the target is no class",
        ],
    );
}

#[test]
fn given_weights_stay_as_they_are() {
    let workspace = shipped("mcculloch-pitts");
    let run = workspace.train_by_hand(&[]);
    assert_eq!(accuracies(&run), [1.0]);
    // No epochs: only measured, in an epoch 0.
    let epochs = epochs(&run, 0);
    assert_eq!(epochs[0]["epoch"], 0);
    assert_eq!(epochs[0]["measures"]["train_loss"].as_f64(), Some(0.0));
    assert!(run.join("curves.svg").exists());
    let and = "model.layers=[{ linear = { units = 1, weights = { values = [1, 1] }, biases = { values = [-2] }, learning_rate = 0.0 } }, \"step\"]";
    let run = workspace.train_by_hand(&["dataset={ gate = { function = \"and\" } }", and]);
    assert_eq!(unit(&run), [1.0, 1.0, -2.0]);
    assert_eq!(accuracies(&run), [1.0]);
}

#[test]
fn as_many_values_are_given_as_there_are_weights() {
    let workspace = Workspace::tiny();
    workspace.refuse_to_run(
        &["model.layers.0.linear.weights={ values = [1.0, 2.0] }"],
        &[
            "model.layers.0.linear",
            "2 values for 0.weight, which has 8: [4, 2]",
        ],
    );
    workspace.refuse_to_run(
        &["model.layers.0.linear.weights={ values = [] }"],
        &["model.layers.0.linear.weights", "a list of finite numbers"],
    );
    workspace.refuse_to_run(
        &["model.layers.0.linear.biases={ values = [1.0, inf] }"],
        &["model.layers.0.linear.biases", "a list of finite numbers"],
    );
}

#[test]
fn losses_of_signs_are_for_classes() {
    let workspace = Workspace::tiny();
    for loss in ["perceptron", "signed_squared_error", "binary_squared_hinge"] {
        let loss = format!("training.loss={loss}");
        let sine = [
            "dataset={ sine = { samples = 40 } }",
            "model.layers.2.linear.units=1",
        ];
        workspace.refuse_to_run(
            &[&loss, sine[0], sine[1]],
            &["training.loss", "for classes"],
        );
        workspace.refuse_to_run(
            &[&loss, "model.layers+=\"sigmoid\""],
            &["model.layers.3", "already a sigmoid"],
        );
        workspace.refuse_to_run(
            &[&loss, "training.label_smoothing=0.1"],
            &["training.label_smoothing", "which class is right"],
        );
    }
}
