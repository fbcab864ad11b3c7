//! Penalties, bounds of gradients and weights, learning rates of layers.

use contract::{Batch, Implementation, Mode, NamedTensors};
use ndarray::{Array2, ArrayD, Axis};
use reference::{Backend, Model};
use spec::model::{LayerNormSpec, LayerSpec, LinearSpec, PlannedLayer};
use spec::optimizers::AdamSpec;
use spec::training::{ClipSpec, LossSpec, OptimizerSpec, RegularizationSpec, TrainingSpec};

use crate::support::{
    assert_all_close, assert_close, assert_same, linear, passes, plan, random, random_parameters,
    sgd, step, trained_by,
};

/// The third layer is frozen, the fourth learns twice as fast.
fn network() -> Vec<PlannedLayer> {
    let rated = |units, learning_rate| {
        LayerSpec::Linear(LinearSpec {
            learning_rate,
            ..LinearSpec::new(units)
        })
    };
    let norm = LayerSpec::LayerNorm(LayerNormSpec::default());
    plan(3, &[linear(4, true), norm, rated(3, 0.0), rated(2, 2.0)])
}

const FROZEN: [&str; 2] = ["2.weight", "2.bias"];

fn start() -> NamedTensors<f64> {
    let mut parameters = random_parameters(&network(), 5);
    parameters.get_mut("0.weight").unwrap()[[1, 1]] = 0.0;
    parameters
}

fn batch() -> (Array2<f64>, Array2<f64>) {
    (random(5, 3, 1), random(5, 2, 2))
}

fn trained(set: impl Fn(&mut TrainingSpec), rule: OptimizerSpec, backend: Backend) -> Model<f64> {
    let mut training = TrainingSpec::new(LossSpec::SquaredError, rule);
    set(&mut training);
    trained_by(&network(), &training, backend, &start())
}

fn penalties() -> [RegularizationSpec; 4] {
    let none = RegularizationSpec::default();
    [
        RegularizationSpec { l1: 0.3, ..none },
        RegularizationSpec { l2: 0.7, ..none },
        RegularizationSpec {
            lambda: Some(0.8),
            ..none
        },
        RegularizationSpec {
            l1: 0.3,
            l2: 0.7,
            lambda: Some(0.9),
            biases: true,
            ..none
        },
    ]
}

/// Whether a parameter is penalised.
fn penalized(name: &str, spec: &RegularizationSpec) -> bool {
    let weighs = ["0.weight", "3.weight"].contains(&name);
    name != "x" && !FROZEN.contains(&name) && (weighs || spec.biases)
}

/// Gradients of the objective from those of the loss.
fn of_objective(spec: &RegularizationSpec, gradients: &NamedTensors<f64>) -> NamedTensors<f64> {
    let mut expected = NamedTensors::default();
    for (name, g) in gradients.iter() {
        let mut g = g * spec.lambda();
        if penalized(name, spec) {
            let sign = |w: f64| if w == 0.0 { 0.0 } else { w.signum() };
            let w = start().get(name).unwrap().clone();
            g = g + w.mapv(|w| spec.l1 * sign(w) + spec.half_squares() * w);
        }
        expected.insert(name, g);
    }
    expected
}

#[test]
fn penalties_are_part_of_the_objective_and_of_its_gradients_only() {
    let (x, t) = batch();
    for backend in Backend::ALL {
        let plain =
            passes(&network(), backend, &start()).loss_backward(Batch::new(x.view(), t.view()));
        for spec in penalties() {
            let rule = sgd(0.1);
            let mut model = trained(|training| training.regularization = spec, rule, backend);
            let found = model.loss_backward(Batch::new(x.view(), t.view()));
            let sum = |f: fn(f64) -> f64| -> f64 {
                let start = start();
                let weighed = start.iter().filter(|(name, _)| penalized(name, &spec));
                weighed.map(|(_, w)| w.mapv(f).sum()).sum()
            };
            let objective = spec.lambda() * plain.loss
                + spec.l1 * sum(f64::abs)
                + (spec.l2 / 2.0 + 1.0 - spec.lambda()) * sum(|w| w * w);
            assert_close(found.loss, objective, 1e-14);
            let expected = of_objective(&spec, &plain.gradients);
            assert_same(&found.gradients, &expected, 1e-14);
            let evaluated = model.evaluate(Mode::Evaluation, Batch::new(x.view(), t.view()));
            assert_close(evaluated.loss, plain.loss, 1e-14);
            let loss = model.train_step(step(1, &rule), Batch::new(x.view(), t.view()));
            assert_close(loss, plain.loss, 1e-14);
        }
    }
}

/// Start minus factor · rate · gradient.
fn descended(gradients: &NamedTensors<f64>, rate: f64) -> NamedTensors<f64> {
    let mut expected = start();
    for (name, w) in start().iter() {
        let factor = match name {
            _ if FROZEN.contains(&name) => 0.0,
            "3.weight" | "3.bias" => 2.0,
            _ => 1.0,
        };
        let moved = w - gradients.get(name).unwrap() * (factor * rate);
        expected.insert(name, moved);
    }
    expected
}

#[test]
fn every_layer_learns_at_its_own_rate() {
    let (x, t) = batch();
    let adam = OptimizerSpec::Adam(AdamSpec {
        learning_rate: 0.1,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-300,
    });
    for backend in Backend::ALL {
        let g = passes(&network(), backend, &start()).loss_backward(Batch::new(x.view(), t.view()));
        let mut model = trained(|_| {}, sgd(0.1), backend);
        model.train_step(step(1, &sgd(0.1)), Batch::new(x.view(), t.view()));
        assert_same(&model.parameters(), &descended(&g.gradients, 0.1), 1e-14);
        // Adam's first step is η sign(g).
        let mut model = trained(|_| {}, adam, backend);
        model.train_step(step(1, &adam), Batch::new(x.view(), t.view()));
        let mut signs = NamedTensors::default();
        for (name, g) in g.gradients.iter() {
            signs.insert(name, g.mapv(f64::signum));
        }
        assert_same(&model.parameters(), &descended(&signs, 0.1), 1e-12);
    }
}

/// What a bound makes of a number.
type Bound = Box<dyn Fn(f64) -> f64>;

/// The frozen layer has a gradient that would change the norm.
#[test]
fn gradients_are_bounded_with_their_penalties() {
    let (x, t) = batch();
    let spec = penalties()[3];
    for backend in Backend::ALL {
        let plain =
            passes(&network(), backend, &start()).loss_backward(Batch::new(x.view(), t.view()));
        let g = of_objective(&spec, &plain.gradients);
        let learning = |name: &str| name != "x" && !FROZEN.contains(&name);
        let squares = g.iter().filter(|(name, _)| learning(name));
        let norm = squares.map(|(_, g)| (g * g).sum()).sum::<f64>().sqrt();
        let cases: [(ClipSpec, Bound); 3] = [
            (ClipSpec::Value(0.2), Box::new(|g| g.clamp(-0.2, 0.2))),
            (ClipSpec::Norm(0.5), Box::new(move |g| g * 0.5 / norm)),
            (ClipSpec::Norm(norm + 1.0), Box::new(|g| g)),
        ];
        for (clip, bounded) in cases {
            let set = |training: &mut TrainingSpec| {
                training.clip = Some(clip);
                training.regularization = spec;
            };
            let mut model = trained(set, sgd(0.1), backend);
            model.train_step(step(1, &sgd(0.1)), Batch::new(x.view(), t.view()));
            let mut expected = NamedTensors::default();
            for (name, g) in g.iter() {
                expected.insert(name, g.mapv(&bounded));
            }
            assert_same(&model.parameters(), &descended(&expected, 0.1), 1e-14);
        }
    }
}

#[test]
fn weights_into_a_unit_are_no_longer_than_the_largest_norm() {
    let (x, t) = batch();
    let largest = 0.9;
    for backend in Backend::ALL {
        let set = |training: &mut TrainingSpec| {
            training.regularization.max_norm = Some(largest);
        };
        let mut free = trained(|_| {}, sgd(0.1), backend);
        let mut bound = trained(set, sgd(0.1), backend);
        for model in [&mut free, &mut bound] {
            model.train_step(step(1, &sgd(0.1)), Batch::new(x.view(), t.view()));
        }
        let mut expected = free.parameters();
        let (mut longer, mut shorter) = (0, 0);
        for name in ["0.weight", "3.weight"] {
            let w: &mut ArrayD<f64> = expected.get_mut(name).unwrap();
            for mut row in w.axis_iter_mut(Axis(0)) {
                let norm = row.mapv(|w| w * w).sum().sqrt();
                if norm > largest {
                    row *= largest / norm;
                    longer += 1;
                } else {
                    shorter += 1;
                }
            }
        }
        assert!(longer > 0 && shorter > 0);
        assert_same(&bound.parameters(), &expected, 1e-14);
        // It still learns, by the gradient of the loss.
        let before = bound.parameters();
        let mut same = passes(&network(), backend, &before);
        let g = same.loss_backward(Batch::new(x.view(), t.view())).gradients;
        bound.train_step(step(2, &sgd(1e-6)), Batch::new(x.view(), t.view()));
        let moved = bound.parameters().get("0.bias").unwrap() - before.get("0.bias").unwrap();
        assert_all_close(&(moved * -1e6), g.get("0.bias").unwrap(), 1e-8);
    }
}
