//! Penalties, max-norm, clipping, frozen layers and curvature, in a whole network.

mod support;

use backprop::Model;
use contract::{Batch, Implementation, NamedTensors, Real, Step, Streams, initial};
use ndarray::{ArrayD, Axis};
use spec::losses::MaximumAPosterioriSpec;
use spec::model::{Initializer, LayerSpec, LinearSpec, PlannedLayer};
use spec::optimizers::{AdamWSpec, DiagonalLevenbergMarquardtSpec, MomentumSpec, SgdSpec};
use spec::training::{ClipSpec, LossSpec, OptimizerSpec, RegularizationSpec, TrainingSpec};
use support::{Samples, large_plan, plan, pool};

const SGD: OptimizerSpec = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1 });

const ALL_PENALTIES: RegularizationSpec = RegularizationSpec {
    l1: 0.02,
    l2: 0.3,
    lambda: Some(0.9),
    max_norm: None,
    biases: false,
};

fn step(number: u64) -> Step {
    Step {
        number,
        learning_rate: 0.1,
    }
}

fn layer(units: usize, learning_rate: f64) -> LayerSpec {
    LayerSpec::Linear(LinearSpec {
        learning_rate,
        biases: Some(Initializer::Constant(0.1)),
        ..LinearSpec::new(units)
    })
}

/// 4-5-3 with these factors of the learning rate.
fn small_plan(factors: [f64; 2]) -> Vec<PlannedLayer> {
    let [first, second] = factors;
    let layers = [layer(5, first), LayerSpec::Tanh, layer(3, second)];
    plan(4, &layers)
}

/// Squared error, gradient descent, and what `change` makes of it.
fn model<T: Real>(plan: &[PlannedLayer], change: impl FnOnce(&mut TrainingSpec)) -> Model<T> {
    let mut training = TrainingSpec::new(LossSpec::SquaredError, SGD);
    change(&mut training);
    let mut model = Model::new(plan, &training, Streams::new(1));
    let given = initial::draw_parameters(plan, &Streams::new(1));
    model.load(&given.cast()).unwrap();
    model
}

#[test]
fn parts_learn_by_rules_of_their_own_which_a_state_brings_back() {
    let plan = small_plan([1.0, 1.0]);
    let rules = |training: &mut TrainingSpec| {
        let learning_rate = 0.05;
        let momentum = OptimizerSpec::Momentum(MomentumSpec {
            learning_rate,
            momentum: 0.9,
        });
        let descent = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.2 });
        training.part_optimizers = [("2".into(), momentum), ("2.bias".into(), descent)].into();
    };
    let batch = Samples::random(6, &plan);
    let gradients = model::<f64>(&plan, |_| ())
        .loss_backward(batch.batch())
        .gradients;
    let mut learned = model::<f64>(&plan, rules);
    // A first step of momentum is one of gradient descent.
    for (name, change) in change_of(&mut learned, &batch) {
        let rate = match name.as_str() {
            "2.bias" => 0.2,
            "2.weight" => 0.05,
            _ => 0.1,
        };
        let off = &change + gradients.get(&name).unwrap() * rate;
        assert!(off.iter().all(|off| off.abs() < 1e-15), "{name}");
    }
    let mut again = model::<f64>(&plan, rules);
    again.restore(&learned.state().unwrap()).unwrap();
    for number in 2..5 {
        for model in [&mut learned, &mut again] {
            model.train_step(step(number), batch.batch());
        }
    }
    assert_eq!(again.parameters(), learned.parameters());
}

/// The change of each parameter in one update from the initial ones.
fn change_of(model: &mut Model<f64>, batch: &Samples<f64>) -> Vec<(String, ArrayD<f64>)> {
    let before = model.parameters();
    model.train_step(step(1), batch.batch());
    let after = model.parameters();
    let changes = after.iter().map(|(name, after)| {
        let change = after - before.get(name).unwrap();
        (name.to_string(), change)
    });
    changes.collect()
}

fn assert_close(a: &ArrayD<f64>, b: &ArrayD<f64>, name: &str) {
    let difference = (a - b).iter().fold(0.0, |most: f64, d| most.max(d.abs()));
    assert!(difference < 1e-14, "{name}: {a} and {b}");
}

/// Holds the gradients against central differences of the loss that comes with them, for the input
/// and every parameter, learning or not.
fn prove(plan: &[PlannedLayer], change: impl Fn(&mut TrainingSpec)) {
    let mut model = model::<f64>(plan, change);
    let Samples { x, t } = Samples::random(6, plan);
    let found = model.loss_backward(Batch::new(x.view(), t.view()));
    let given = model.parameters();
    let h = 1e-5;
    let mut compare =
        |name: &str, index: usize, loss: &mut dyn FnMut(&mut Model<f64>, f64) -> f64| {
            let difference = (loss(&mut model, h) - loss(&mut model, -h)) / (2.0 * h);
            let by_hand = found.gradients.get(name).unwrap().as_slice().unwrap()[index];
            assert!(
                (by_hand - difference).abs() < 1e-8,
                "{name}[{index}]: by hand {by_hand}, by differences {difference}"
            );
        };
    for index in 0..x.len() {
        compare("x", index, &mut |model, by| {
            let mut x = x.clone();
            x.as_slice_mut().unwrap()[index] += by;
            model.loss_backward(Batch::new(x.view(), t.view())).loss
        });
    }
    for (name, tensor) in given.iter() {
        for index in 0..tensor.len() {
            compare(name, index, &mut |model, by| {
                let mut shifted: NamedTensors<f64> = given.clone();
                let mut tensor = tensor.clone();
                tensor.as_slice_mut().unwrap()[index] += by;
                shifted.insert(name, tensor);
                model.load(&shifted).unwrap();
                model.loss_backward(Batch::new(x.view(), t.view())).loss
            });
        }
    }
}

#[test]
fn gradients_with_penalties_are_those_of_the_reported_loss() {
    for biases in [false, true] {
        prove(&small_plan([1.0, 1.0]), |training| {
            training.regularization = RegularizationSpec {
                biases,
                ..ALL_PENALTIES
            };
        });
    }
    prove(&small_plan([0.0, 1.0]), |training| {
        training.regularization = ALL_PENALTIES;
    });
}

#[test]
fn gradients_of_every_loss_go_through_a_network() {
    for loss in [
        LossSpec::SumOfSquares,
        LossSpec::MeanOfSquares,
        LossSpec::BinaryCrossEntropy,
        LossSpec::SoftmaxCrossEntropy,
        LossSpec::KlDivergence,
        LossSpec::Hinge,
        LossSpec::SquaredHinge,
        LossSpec::Perceptron,
        LossSpec::SignedSquaredError,
        LossSpec::BinarySquaredHinge,
        LossSpec::MaximumAPosteriori(MaximumAPosterioriSpec { rubbish: 1.0 }),
    ] {
        prove(&small_plan([1.0, 1.0]), |training| training.loss = loss);
    }
}

#[test]
fn the_loss_of_an_update_is_without_penalties() {
    let plan = small_plan([1.0, 1.0]);
    let Samples { x, t } = Samples::random(6, &plan);
    let losses = [RegularizationSpec::default(), ALL_PENALTIES].map(|regularization| {
        let mut model = model::<f64>(&plan, |training| training.regularization = regularization);
        model.train_step(step(1), Batch::new(x.view(), t.view()))
    });
    assert_eq!(losses[0], losses[1]);
}

#[test]
fn an_update_with_penalties_follows_the_gradient_of_the_objective() {
    let plan = small_plan([1.0, 1.0]);
    let batch = Samples::random(6, &plan);
    let mut model = model::<f64>(&plan, |training| training.regularization = ALL_PENALTIES);
    let found = model.loss_backward(batch.batch());
    for (name, change) in change_of(&mut model, &batch) {
        assert_close(
            &change,
            &(found.gradients.get(&name).unwrap() * -0.1),
            &name,
        );
    }
}

#[test]
fn after_every_update_no_unit_has_weights_longer_than_the_largest_norm() {
    let plan = small_plan([1.0, 1.0]);
    let Samples { x, t } = Samples::random(6, &plan);
    let largest = 0.3;
    let mut model = model::<f64>(&plan, |training| {
        training.regularization.max_norm = Some(largest);
    });
    for number in 1..=20 {
        model.train_step(step(number), Batch::new(x.view(), t.view()));
        for name in ["0.weight", "2.weight"] {
            let parameters = model.parameters();
            let weight = parameters.get(name).unwrap();
            for unit in weight.rows() {
                assert!(unit.dot(&unit).sqrt() <= largest * (1.0 + 1e-15));
            }
        }
    }
}

#[test]
fn a_frozen_layer_stays_whatever_else_is_asked_for() {
    let plan = small_plan([0.0, 1.0]);
    let Samples { x, t } = Samples::random(6, &plan);
    let decaying = OptimizerSpec::AdamW(AdamWSpec {
        learning_rate: 0.1,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weight_decay: 0.1,
        decays: Default::default(),
    });
    for optimizer in [SGD, decaying] {
        let mut model = model::<f64>(&plan, |training| {
            training.optimizer = optimizer;
            training.clip = Some(ClipSpec::Norm(0.1));
            training.regularization = RegularizationSpec {
                max_norm: Some(0.1),
                biases: true,
                ..ALL_PENALTIES
            };
        });
        let before = model.parameters();
        for number in 1..=5 {
            model.train_step(step(number), Batch::new(x.view(), t.view()));
        }
        let after = model.parameters();
        for (name, before) in before.iter() {
            let same = before == after.get(name).unwrap();
            assert_eq!(same, name.starts_with("0."), "{name}");
        }
    }
}

#[test]
fn a_factor_of_two_doubles_the_steps_of_its_layer() {
    let [once, twice] = [1.0, 2.0].map(|factor| {
        let plan = small_plan([factor, 1.0]);
        change_of(&mut model(&plan, |_| ()), &Samples::random(6, &plan))
    });
    for ((name, once), (_, twice)) in once.iter().zip(&twice) {
        let factor = if name.starts_with("0.") { 2.0 } else { 1.0 };
        assert_close(&(once * factor), twice, name);
    }
}

#[test]
fn clipping_bounds_the_update() {
    let plan = small_plan([1.0, 1.0]);
    let batch = Samples::random(6, &plan);
    let update = |clip| change_of(&mut model(&plan, |training| training.clip = clip), &batch);
    let norm = |changes: &[(String, ArrayD<f64>)]| {
        let squares = changes.iter().flat_map(|(_, change)| change);
        squares.map(|c| c * c).sum::<f64>().sqrt()
    };
    let free = update(None);
    let bound = norm(&free) / 0.1 / 4.0;
    let clipped = update(Some(ClipSpec::Norm(bound)));
    for ((name, free), (_, clipped)) in free.iter().zip(&clipped) {
        assert_close(&(free / 4.0), clipped, name);
    }
    let clipped = update(Some(ClipSpec::Value(0.01)));
    for ((name, free), (_, clipped)) in free.iter().zip(&clipped) {
        assert_close(&free.mapv(|c| c.clamp(-0.001, 0.001)), clipped, name);
    }
}

#[test]
fn only_what_learns_counts_in_the_norm() {
    let plan = small_plan([0.0, 1.0]);
    let batch = Samples::random(6, &plan);
    let mut model = model::<f64>(&plan, |training| training.clip = Some(ClipSpec::Norm(0.01)));
    let changes = change_of(&mut model, &batch);
    let squares = changes.iter().flat_map(|(_, change)| change);
    let norm = squares.map(|c| c * c).sum::<f64>().sqrt();
    assert!((norm - 0.1 * 0.01).abs() < 1e-15, "{norm}");
}

#[test]
fn threads_change_no_bit_of_penalties_max_norm_and_clipping() {
    let plan = large_plan();
    let batch = Samples::<f32>::random(64, &plan);
    let [one, three] = [1, 3].map(|threads| {
        let mut model = model::<f32>(&plan, |training| {
            training.clip = Some(ClipSpec::Norm(0.5));
            training.regularization = RegularizationSpec {
                max_norm: Some(1.0),
                ..ALL_PENALTIES
            };
        });
        pool(threads).install(|| {
            for number in 1..=10 {
                model.train_step(step(number), batch.batch());
            }
        });
        model.parameters()
    });
    assert!(one == three);
}

/// y = W x + b with squared error: the second derivatives are the mean of xᵢ² for each wⱼᵢ and 1
/// for each bias, and nothing is left out.
#[test]
fn a_step_of_diagonal_levenberg_marquardt_is_divided_by_the_curvature() {
    let plan = plan(4, &[layer(3, 1.0)]);
    let batch = Samples::random(6, &plan);
    let (x, t) = (batch.x.view(), batch.t.view());
    let mu = 0.02;
    let mut model = model::<f64>(&plan, |training| {
        training.optimizer =
            OptimizerSpec::DiagonalLevenbergMarquardt(DiagonalLevenbergMarquardtSpec {
                learning_rate: 0.1,
                mu,
                samples: 6,
            });
    });
    model.estimate_curvature(Batch::new(x, t));
    let found = model.loss_backward(Batch::new(x, t)).gradients;
    let squares = (&batch.x * &batch.x).mean_axis(Axis(0)).unwrap();
    let weight = found.get("0.weight").unwrap() * &squares.mapv(|h| -0.1 / (mu + h));
    let bias = found.get("0.bias").unwrap() * (-0.1 / (mu + 1.0));
    let changes = change_of(&mut model, &batch);
    assert_close(&changes[0].1, &weight, "0.weight");
    assert_close(&changes[1].1, &bias, "0.bias");
}
