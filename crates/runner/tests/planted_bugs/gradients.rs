//! Bugs of a single gradient: only that tensor is off.

use super::*;
use backprop::Compute;
use contract::{Batch, Evaluation, Mode, NamedTensors, Step, TensorError, TrainingState};
use ndarray::Array2;
use spec::training::RegularizationSpec;

/// A bug in the gradients themselves.
type Spoil = Box<dyn Fn(&mut NamedTensors<f64>) + Send>;

/// A hand-written network whose gradients are changed after they were computed.
struct Spoiled {
    honest: Box<dyn Implementation<f64>>,
    spoil: Spoil,
}

impl Spoiled {
    fn new(example: &Example, spoil: impl Fn(&mut NamedTensors<f64>) + Send + 'static) -> Self {
        let mut honest = f64::model(&example.plan, &example.training, example.streams);
        honest.load(&example.parameters).unwrap();
        let spoil = Box::new(spoil);
        Self { honest, spoil }
    }
}

impl Implementation<f64> for Spoiled {
    fn load(&mut self, parameters: &NamedTensors<f64>) -> Result<(), TensorError> {
        self.honest.load(parameters)
    }

    fn parameters(&self) -> NamedTensors<f64> {
        self.honest.parameters()
    }

    fn state(&self) -> Option<TrainingState<f64>> {
        self.honest.state()
    }

    fn restore(&mut self, state: &TrainingState<f64>) -> Result<(), TensorError> {
        self.honest.restore(state)
    }

    fn loss_backward(&mut self, batch: Batch<f64>) -> Backward<f64> {
        let mut backward = self.honest.loss_backward(batch);
        (self.spoil)(&mut backward.gradients);
        backward
    }

    fn backward(&mut self, x: ArrayView2<f64>, dy: ArrayView2<f64>) -> Backward<f64> {
        self.honest.backward(x, dy)
    }

    fn train_step(&mut self, step: Step, batch: Batch<f64>) -> f64 {
        self.honest.train_step(step, batch)
    }

    fn estimate_curvature(&mut self, batch: Batch<f64>) {
        self.honest.estimate_curvature(batch);
    }

    fn evaluate(&mut self, mode: Mode, batch: Batch<f64>) -> Evaluation<f64> {
        self.honest.evaluate(mode, batch)
    }
}

#[test]
fn a_bug_in_the_gradient_of_any_tensor_is_named_alone() {
    type Bug = fn(&mut f64);
    let bugs: [(&str, Bug); 5] = [
        ("a wrong sign", |g| *g = -*g),
        ("a forgotten 1/2", |g| *g *= 2.0),
        ("a missing gradient", |g| *g = 0.0),
        ("a NaN", |g| *g = f64::NAN),
        ("an infinity", |g| *g = f64::INFINITY),
    ];
    let example = Example::perceptron();
    for name in [
        "x", "0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias",
    ] {
        for (what, bug) in bugs {
            for witness in ALL {
                let mut model = Spoiled::new(&example, move |gradients| {
                    gradients.get_mut(name).unwrap().iter_mut().for_each(bug);
                });
                let report = report(&example, &mut model, witness);
                assert_eq!(faults(&report), [name], "{what}, {witness:?}");
            }
        }
    }
}

#[test]
fn one_wrong_entry_of_a_tensor_is_found_with_its_place() {
    let example = Example::perceptron();
    for witness in ALL {
        let mut model = Spoiled::new(&example, |gradients| {
            gradients.get_mut("2.weight").unwrap()[[1, 3]] += 1e-3;
        });
        let report = report(&example, &mut model, witness);
        let fault = report.first_fault().unwrap();
        assert_eq!(
            (fault.tensor.as_str(), &fault.at[..]),
            ("2.weight", &[1, 3][..])
        );
        assert!((fault.by_hand - fault.by_witness - 1e-3).abs() < 1e-8);
    }
}

#[test]
fn gradients_that_changed_places_are_found() {
    let example = Example::perceptron();
    for witness in ALL {
        let mut model = Spoiled::new(&example, |gradients| {
            let first = gradients.get("0.bias").unwrap().clone();
            let second = gradients.get("2.bias").unwrap().clone();
            gradients.insert("0.bias", second);
            gradients.insert("2.bias", first);
        });
        let report = report(&example, &mut model, witness);
        assert_eq!(faults(&report), ["2.bias", "0.bias"], "{witness:?}");
    }
}

/// The derivative of l2 w² instead of l2/2 w²: every weight is off, and no bias.
#[test]
fn a_penalty_without_its_half_is_found_in_the_weights() {
    let mut example = Example::perceptron();
    let l2 = 0.3;
    example.training.regularization = RegularizationSpec {
        l2,
        ..RegularizationSpec::default()
    };
    for witness in ALL {
        let mut honest = Spoiled::new(&example, |_| {});
        assert_eq!(faults(&report(&example, &mut honest, witness)), [""; 0]);
        let w = example.parameters.clone();
        let mut model = Spoiled::new(&example, move |gradients| {
            for name in ["0.weight", "2.weight", "4.weight"] {
                let again = w.get(name).unwrap() * l2;
                *gradients.get_mut(name).unwrap() += &again;
            }
        });
        let report = report(&example, &mut model, witness);
        let expected = ["4.weight", "2.weight", "0.weight"];
        assert_eq!(faults(&report), expected, "{witness:?}");
    }
}

#[test]
fn a_nan_on_both_sides_is_no_agreement() {
    let mut theirs = by_burn(&Example::perceptron(), Backend::Flex);
    theirs.gradients.get_mut("0.weight").unwrap()[[0, 0]] = f64::NAN;
    let report = reported(against_burn(&theirs.clone(), &theirs));
    let not_finite = report.first(Verdict::NotFinite).unwrap();
    assert_eq!(not_finite.tensor, "0.weight");
    assert_eq!(faults(&report), [""; 0], "and no disagreement either");
    let Err(Failure::Run(message)) = expect_agreement(&report) else {
        panic!("a NaN is a failed run");
    };
    assert!(
        message.starts_with("0.weight [4, 4] is not finite"),
        "{message}"
    );
}

#[test]
fn the_gradient_of_integers_that_choose_from_a_table_is_not_asked_for() {
    let mut theirs = by_burn(&Example::perceptron(), Backend::Flex);
    let mut ours = theirs.clone();
    ours.gradients.insert("x", Array2::zeros((8, 4)).into_dyn());
    theirs
        .gradients
        .insert("x", Array2::ones((8, 4)).into_dyn());
    let context = Context {
        input: false,
        ..context("burn", Bound::Relative(1e-11))
    };
    let comparisons = compare_backward(context, &ours, &theirs);
    assert!(comparisons.iter().all(|c| c.tensor != "x"));
    assert_eq!(faults(&reported(comparisons)), [""; 0]);
}
