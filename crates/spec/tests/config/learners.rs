//! `[learner]` in place of `[model]` and `[training]`.

use spec::DataShape;
use spec::learners::{Coding, LearnerSpec};
use spec::measures::Metric;

use crate::support::{GOOD, parse};

const HEBB: &str = r#"name = "hebb"
seed = 1
dataset.moons = { samples = 100 }

[learner.hebb]
"#;

#[track_caller]
fn refused(text: &str, overrides: &[&str], message: &str) {
    let read = parse(text, overrides).map(|config| config.experiment);
    assert_eq!(read.unwrap_err(), message, "{overrides:?}");
}

#[test]
fn a_learner_names_no_implementations_and_is_written_as_it_was_read() {
    let config = parse(HEBB, &["learner.hebb.learning_rate=0.5"]).unwrap();
    assert!(config.experiment.network().is_none());
    assert_eq!(config.experiment.learner().unwrap().kind(), "hebb");
    let resolved = config.resolved();
    assert!(
        resolved.ends_with("[learner.hebb]\nlearning_rate = 0.5\n"),
        "{resolved}"
    );
    let again = parse(&resolved, &[]).unwrap();
    assert_eq!(again.experiment, config.experiment);
}

#[test]
fn either_a_network_or_one_learner_learns() {
    for (key, value) in [
        ("implementations", "[\"backprop\"]"),
        ("training", "{ epochs = 1 }"),
        ("augmentation.shift", "1"),
        ("gradient_check", "{}"),
    ] {
        let set = format!("{key}={value}");
        let key = key.split('.').next().unwrap();
        refused(
            HEBB,
            &[&set],
            &format!(
                "--set {set}: {key}: `{key}` is of a network, and here is a learner, with a rule \
                 of its own; leave out `{key}`, or `learner`"
            ),
        );
    }
    let both = GOOD.replace("[gradient_check]\nsteps = 10", "[learner.hebb]");
    refused(
        &both,
        &[],
        "a.toml:9:1: model: `model` is of a network, and here is a learner, with a rule of its own; \
         leave out `model`, or `learner`",
    );
    let neither = HEBB.replace("[learner.hebb]", "implementations = [\"backprop\"]");
    let neither = neither.replace("dataset.moons = { samples = 100 }\n\n", "");
    refused(
        &format!("{neither}\n[dataset.moons]\n"),
        &[],
        "a.toml:1:1: missing key `model`; add a table [model], or [learner.<kind>] in its place, or \
         give it: --set model=...",
    );
}

#[test]
fn a_learner_is_one_kind_with_settings_that_can_be() {
    refused(
        &HEBB.replace("hebb]", "heb]"),
        &[],
        "a.toml:5:10: unknown name `heb`; did you mean `hebb`? (valid: boltzmann, hebb, hopfield, least_squares, newton, rbm)",
    );
    refused(
        &HEBB.replace("[learner.hebb]", "[learner]"),
        &[],
        "a.toml:5:1: learner: expected one kind, found none; one of boltzmann, hebb, hopfield, least_squares, newton, rbm",
    );
    refused(
        HEBB,
        &["learner.hebb.rate=1"],
        "--set learner.hebb.rate=1: unknown key `rate`; did you mean `learning_rate`? (valid: learning_rate)",
    );
    refused(
        HEBB,
        &["learner.hebb.learning_rate=0"],
        "--set learner.hebb.learning_rate=0: learner.hebb.learning_rate: 0 is not a possible \
         learning rate; above 0",
    );
}

#[test]
fn settings_of_learners_must_be_possible() {
    let least_squares = HEBB.replace("hebb]", "least_squares]");
    let newton = HEBB.replace("hebb]", "newton]");
    for (text, set, message) in [
        (
            &least_squares,
            "least_squares.ridge=-1",
            "ridge: -1 is not a possible ridge; 0 or more",
        ),
        (
            &least_squares,
            "least_squares.basis={ polynomial = { degree = 0 } }",
            "basis.polynomial.degree: 0 is not a possible degree; 1 to 20",
        ),
        (
            &least_squares,
            "least_squares.basis={ gaussian = { centers = 1 } }",
            "basis.gaussian.centers: 1 is not a possible number of centers; 2 to 1000",
        ),
        (
            &newton,
            "newton.iterations=0",
            "iterations: 0 is not a possible number of steps; 1 to 100000",
        ),
        (
            &newton,
            "newton.tolerance=1",
            "tolerance: 1 is not a possible tolerance; above 0 and below 1",
        ),
    ] {
        let error = parse(text, &[&format!("learner.{set}")]).map(|c| c.experiment);
        let error = error.unwrap_err();
        assert!(error.ends_with(message), "{error}");
    }
}

fn data(classes: Option<usize>, sizes: &[(&str, usize)]) -> DataShape {
    DataShape {
        samples: 4,
        classes,
        targets: 1,
        positions: 1,
        class_sizes: sizes
            .iter()
            .map(|(name, n)| (name.to_string(), *n))
            .collect(),
    }
}

#[test]
fn hebb_tells_two_classes_apart_and_refuses_other_targets() {
    let hebb: LearnerSpec = parse(HEBB, &[]).unwrap().experiment.learner().unwrap().clone();
    let two = data(Some(2), &[("-1", 3), ("1", 1)]);
    assert_eq!(hebb.coding(&two), Ok(Coding::Signs));
    assert_eq!(hebb.metrics(&two), [Metric::Accuracy]);
    let refused = |data: &DataShape| {
        let problem = hebb.coding(data).unwrap_err();
        assert_eq!(problem.key, "learner.hebb");
        problem.reason
    };
    let three = data(Some(3), &[("a", 1), ("b", 1), ("c", 2)]);
    assert_eq!(
        refused(&three),
        "it tells two classes apart, and there are 3: a (1), b (1), c (2)"
    );
    let one = data(Some(2), &[("a", 4), ("b", 0)]);
    assert_eq!(
        refused(&one),
        "it tells two classes apart, and no sample is of class b"
    );
    let real = data(None, &[]);
    assert_eq!(
        refused(&real),
        "it tells two classes apart, and the target is a number"
    );
}

#[test]
fn hopfield_stores_the_input_itself() {
    let text = HEBB.replace("hebb]", "hopfield]");
    let hopfield: LearnerSpec = parse(&text, &[]).unwrap().experiment.learner().unwrap().clone();
    let input = |targets| DataShape {
        targets,
        ..data(None, &[])
    };
    assert_eq!(hopfield.coding(&input(35)), Ok(Coding::Real));
    let refused_data = |data: &DataShape| hopfield.coding(data).unwrap_err().reason;
    assert_eq!(
        refused_data(&data(Some(2), &[("a", 2), ("b", 2)])),
        "it recalls whole patterns, and the target is a class"
    );
    assert_eq!(
        refused_data(&input(1)),
        "it recalls whole patterns, and the target is a single number"
    );
    assert_eq!(
        refused_data(&input(5000)),
        "each of 5000 inputs would have a weight to every other"
    );
    refused(
        &text,
        &["learner.hopfield.noise=0.7"],
        "--set learner.hopfield.noise=0.7: learner.hopfield.noise: 0.7 is not a possible noise; 0 \
         to 0.5: with more flips a pattern is nearer to its opposite",
    );
    refused(
        &text,
        &["learner.hopfield.trials=0"],
        "--set learner.hopfield.trials=0: learner.hopfield.trials: without a corrupted copy nothing \
         is recalled: 1 or more",
    );
}
