//! Batches in which not all samples count alike, or that have targets at each position: by hand and
//! in burn.

use contract::{Batch, Implementation, NamedTensors, Streams, initial};
use ndarray::{Array2, array, s};
use rand::RngExt;
use runner::implementations::{build, references};
use spec::ImplementationName;
use spec::model::{LayerSpec, LinearSpec, ModelSpec, PlannedLayer};
use spec::optimizers::DiagonalLevenbergMarquardtSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};

/// 3-5-6: two outputs at each of three positions, or six outputs of one.
fn plan() -> Vec<PlannedLayer> {
    let linear = |units| LayerSpec::Linear(LinearSpec::new(units));
    ModelSpec::new(vec![linear(5), LayerSpec::Tanh, linear(6)])
        .plan(&[3])
        .unwrap()
}

fn numbers(shape: (usize, usize), name: &str) -> Array2<f64> {
    let mut rng = Streams::new(1).stream(name);
    Array2::from_shape_simple_fn(shape, || rng.random_range(-1.0..1.0))
}

fn model(name: ImplementationName, loss: LossSpec) -> Box<dyn Implementation<f64>> {
    let rule = DiagonalLevenbergMarquardtSpec {
        learning_rate: 0.1,
        mu: 0.1,
        samples: 5,
    };
    let rule = OptimizerSpec::DiagonalLevenbergMarquardt(rule);
    let training = TrainingSpec::new(loss, rule);
    let mut model = build::<f64>(name, &plan(), &training, Streams::new(1))
        .unwrap_or_else(|failure| panic!("{failure}"));
    model
        .load(&initial::draw_parameters(&plan(), &Streams::new(2)))
        .unwrap();
    model
}

fn assert_close(a: &NamedTensors<f64>, b: &NamedTensors<f64>, what: &str) {
    for (name, a) in a.iter() {
        let b = b.get(name).unwrap_or_else(|| panic!("{what}: no {name}"));
        let error = a
            .iter()
            .zip(b)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        assert!(error < 1e-14, "{what}, {name}: {error:e}");
    }
}

#[test]
fn weights_and_padding_are_the_same_by_hand_and_in_burn() {
    let (x, t) = (numbers((5, 3), "x"), numbers((5, 6), "t"));
    let plain = Batch::new(x.view(), t.view());
    let weights = [0.5, 2.0, 0.0, 0.5, 2.0];
    let weighed = Batch {
        weights: Some(&weights),
        ..plain
    };
    let lengths = [3, 1, 2, 3, 1];
    let each = Batch {
        positions: 3,
        ..plain
    };
    let padded = Batch {
        lengths: Some(&lengths),
        ..each
    };
    let both = Batch {
        weights: Some(&weights),
        ..padded
    };
    for (what, batch) in [
        ("weighed", weighed),
        ("at each position", each),
        ("padded", padded),
        ("both", both),
    ] {
        let by_hand = || model(ImplementationName::Backprop, LossSpec::SquaredError);
        let ours = by_hand().loss_backward(batch);
        let mut learned = by_hand();
        learned.estimate_curvature(batch);
        let step = contract::Step {
            number: 1,
            learning_rate: 0.1,
        };
        learned.train_step(step, batch);
        for name in references() {
            let of_burn = || model(name, LossSpec::SquaredError);
            let theirs = of_burn().loss_backward(batch);
            assert!((ours.loss - theirs.loss).abs() < 1e-14, "{what}");
            assert_close(&ours.gradients, &theirs.gradients, what);
            let mut model = of_burn();
            model.estimate_curvature(batch);
            model.train_step(step, batch);
            assert_close(&learned.parameters(), &model.parameters(), what);
        }
    }
}

#[test]
fn a_sample_of_weight_2_is_a_sample_that_is_there_twice() {
    let (x, t) = (numbers((3, 3), "x"), numbers((3, 6), "t"));
    let loss = LossSpec::SumOfSquares;
    let twice = |m: &Array2<f64>| {
        let rows = [0, 1, 2, 2].map(|row| m.row(row).to_owned());
        Array2::from_shape_fn((4, m.ncols()), |(row, column)| rows[row][column])
    };
    let (xx, tt) = (twice(&x), twice(&t));
    let expected =
        model(ImplementationName::Backprop, loss).loss_backward(Batch::new(xx.view(), tt.view()));
    // Scaled to a mean of 1.
    let weights = [0.75, 0.75, 1.5];
    let batch = Batch {
        weights: Some(&weights),
        ..Batch::new(x.view(), t.view())
    };
    let found = model(ImplementationName::Backprop, loss).loss_backward(batch);
    assert!((found.loss - expected.loss).abs() < 1e-14);
    for (name, gradient) in expected.gradients.iter().filter(|(name, _)| *name != "x") {
        let found = found.gradients.get(name).unwrap();
        assert!(
            gradient
                .iter()
                .zip(found)
                .all(|(a, b)| (a - b).abs() < 1e-14),
            "{name}"
        );
    }
}

#[test]
fn what_stands_on_padding_changes_nothing() {
    let (x, t) = (numbers((2, 3), "x"), numbers((2, 6), "t"));
    let mut other = t.clone();
    other
        .slice_mut(s![1, 2..])
        .assign(&array![9.0, -9.0, 99.0, 0.5]);
    let run = |t: &Array2<f64>| {
        let batch = Batch {
            positions: 3,
            lengths: Some(&[3, 1]),
            ..Batch::new(x.view(), t.view())
        };
        model(ImplementationName::Backprop, LossSpec::SoftmaxCrossEntropy).loss_backward(batch)
    };
    let (one, two) = (run(&t), run(&other));
    assert_eq!(one.loss, two.loss);
    assert_eq!(one.gradients, two.gradients);
}
