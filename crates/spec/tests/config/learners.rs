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
fn samples_are_held_back_beside_a_learner_or_in_a_training() {
    let config = parse(HEBB, &["validation.samples=0.2"]).unwrap();
    let (key, held_back) = config.experiment.held_back();
    assert_eq!((key, held_back.is_some()), ("validation", true));
    let again = parse(&config.resolved(), &[]).unwrap();
    assert_eq!(again.experiment, config.experiment);
    refused(
        HEBB,
        &["validation.samples=1.5"],
        "--set validation.samples=1.5: validation.samples: 1.5 is neither a share nor a number of \
         samples; above 0 and below 1, or a whole number",
    );
    refused(
        GOOD,
        &["validation.samples=0.2"],
        "--set validation.samples=0.2: validation: `validation` stands beside a learner, and here is \
         a network; use training.validation",
    );
}

#[test]
fn a_learner_is_one_kind_with_settings_that_can_be() {
    refused(
        &HEBB.replace("hebb]", "heb]"),
        &[],
        "a.toml:5:10: unknown name `heb`; did you mean `hebb`? (valid: art1, fuzzy_art, boltzmann, cascade_correlation, hebb, hopfield, least_squares, lstm_1997, newton, ngram, rbm, som)",
    );
    refused(
        &HEBB.replace("[learner.hebb]", "[learner]"),
        &[],
        "a.toml:5:1: learner: expected one kind, found none; one of art1, fuzzy_art, boltzmann, cascade_correlation, hebb, hopfield, least_squares, lstm_1997, newton, ngram, rbm, som",
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
    let som = HEBB.replace("hebb]", "som]");
    let art1 = HEBB.replace("hebb]", "art1]");
    let fuzzy_art = HEBB.replace("hebb]", "fuzzy_art]");
    let cascade = HEBB.replace("hebb]", "cascade_correlation]");
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
            &least_squares,
            "least_squares.certificate.bias=nan",
            "certificate.bias: NaN is not a possible bias; a finite number",
        ),
        (
            &cascade,
            "cascade_correlation.units=0",
            "units: 0 is not a possible number of units; 1 to 1000",
        ),
        (
            &cascade,
            "cascade_correlation.candidates=0",
            "candidates: 0 is not a possible number of candidates; 1 to 1000",
        ),
        (
            &cascade,
            "cascade_correlation.epochs=[100, 0]",
            "epochs: 0 is not a possible number of epochs; 1 to 1000000",
        ),
        (
            &cascade,
            "cascade_correlation.change=[1.0, 0.03]",
            "change: 1 is not a possible change; 0 or more and below 1",
        ),
        (
            &cascade,
            "cascade_correlation.mu=1",
            "mu: 1 is not a possible mu; above 1",
        ),
        (
            &cascade,
            "cascade_correlation.output={ epsilon = 0.0 }",
            "output.epsilon: 0 is not a possible epsilon; above 0",
        ),
        (
            &cascade,
            "cascade_correlation.output={ decay = -1.0 }",
            "output.decay: -1 is not a possible decay; 0 or more",
        ),
        (
            &cascade,
            "cascade_correlation.candidate={ epsilon = nan }",
            "candidate.epsilon: NaN is not a possible epsilon; above 0",
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
        (
            &som,
            "som.grid=[0, 5]",
            "grid: 0 x 5 units are not a possible sheet; 1 row and 1 column or more, and at most \
             4096 units",
        ),
        (
            &som,
            "som.radius=[1.0, 0.0]",
            "radius: 0 is not a possible radius; above 0; with 0.1 the winner learns alone",
        ),
        (
            &som,
            "som.learning_rate=[1.5, 0.1]",
            "learning_rate: 1.5 is not a possible learning rate; above 0 and at most 1",
        ),
        (
            &som,
            "som.passes=0",
            "passes: 0 is not a possible number of passes; 1 to 1000000",
        ),
        (
            &art1,
            "art1.vigilance=0",
            "vigilance: 0 is not a possible vigilance; above 0 and at most 1",
        ),
        (
            &art1,
            "art1.units=0",
            "units: 0 is not a possible number of units; 1 to 100000",
        ),
        (
            &art1,
            "art1.choice=0",
            "choice: 0 is not a possible choice; above 0",
        ),
        (
            &fuzzy_art,
            "fuzzy_art.vigilance=1.1",
            "vigilance: 1.1 is not a possible vigilance; above 0 and at most 1",
        ),
        (
            &fuzzy_art,
            "fuzzy_art.rate=0",
            "rate: 0 is not a possible rate; above 0 and at most 1",
        ),
        (
            &fuzzy_art,
            "fuzzy_art.passes=0",
            "passes: 0 is not a possible number of passes; 1 to 1000000",
        ),
    ] {
        let error = parse(text, &[&format!("learner.{set}")]).map(|c| c.experiment);
        let error = error.unwrap_err();
        assert!(error.ends_with(message), "{error}");
    }
}

#[test]
fn settings_of_lstm_1997_must_be_possible() {
    let text = HEBB.replace("hebb]", "lstm_1997]");
    assert!(parse(&text, &[]).is_ok(), "experiment 6a is the default");
    for (set, message) in [
        (
            "cells=0",
            "cells: 0 is not a possible number of cells; 1 to 1000",
        ),
        (
            "blocks=3",
            "input_gate_biases: 2 biases for 3 blocks, each of which has one such gate; give one \
             number for each block",
        ),
        (
            "biases=[\"cells\"]",
            "input_gate_biases: gates have no bias here; add \"gates\" to biases, or leave them out",
        ),
        (
            "forget_gate_biases=[1.0, nan]",
            "forget_gate_biases: NaN is not a possible bias; a finite number",
        ),
        (
            "right={ within = 0.0 }",
            "right.within: 0 is not a possible bound; above 0",
        ),
        (
            "stop={ latest = { sequences = 10, wrong = 10 } }",
            "stop.latest.wrong: fewer than the sequences that are counted",
        ),
        (
            "stop={ test = { mean_error = 0.0 } }",
            "stop.test.mean_error: 0 is not a possible mean error; above 0",
        ),
        (
            "most_sequences=0",
            "most_sequences: 1 to 1000000000 sequences",
        ),
    ] {
        let read = parse(&text, &[&format!("learner.lstm_1997.{set}")]);
        let error = read.map(|config| config.experiment).unwrap_err();
        assert!(
            error.ends_with(&format!("learner.lstm_1997.{message}")),
            "{error}"
        );
    }
    let closed = ["output_gates=false", "output_gate_biases=[-1, -1]"];
    let closed = closed.map(|set| format!("learner.lstm_1997.{set}"));
    let read = parse(&text, &[&closed[0], &closed[1]]).map(|config| config.experiment);
    let error = read.unwrap_err();
    let told = "there are no output gates: leave it out, or set output_gates = true";
    assert!(error.ends_with(told), "{error}");
}

#[test]
fn a_learner_of_single_targets_refuses_one_at_every_step() {
    let config = parse(HEBB, &[]).unwrap();
    let sequences = DataShape {
        positions: 9,
        ..data(None, &[])
    };
    let problem = config.experiment.learner().unwrap().coding(&sequences);
    let reason = problem.unwrap_err().reason;
    assert_eq!(
        reason,
        "it learns one target a sample, and these have one at every step"
    );
}

fn data(classes: Option<usize>, sizes: &[(&str, usize)]) -> DataShape {
    DataShape {
        samples: 4,
        classes,
        targets: 1,
        positions: 1,
        padded: false,
        class_sizes: sizes
            .iter()
            .map(|(name, n)| (name.to_string(), *n))
            .collect(),
    }
}

#[test]
fn hebb_tells_two_classes_apart_and_refuses_other_targets() {
    let config = parse(HEBB, &[]).unwrap();
    let hebb: &LearnerSpec = config.experiment.learner().unwrap();
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
fn newtons_method_tells_two_classes_apart_or_each_from_the_rest() {
    let config = parse(&HEBB.replace("hebb]", "newton]"), &[]).unwrap();
    let newton: &LearnerSpec = config.experiment.learner().unwrap();
    let two = data(Some(2), &[("no", 3), ("yes", 1)]);
    assert_eq!(newton.coding(&two), Ok(Coding::Bits));
    let three = data(Some(3), &[("a", 1), ("b", 1), ("c", 2)]);
    assert_eq!(newton.coding(&three), Ok(Coding::OneHot));
    let empty = data(Some(3), &[("a", 2), ("b", 0), ("c", 2)]);
    assert_eq!(
        newton.coding(&empty).unwrap_err().reason,
        "it tells each class from the rest, and no sample is of class b"
    );
    let real = newton.coding(&data(None, &[])).unwrap_err().reason;
    assert_eq!(
        real,
        "it tells two classes apart, and the target is a number"
    );
}

#[test]
fn cascade_correlation_has_one_output_for_two_classes_and_one_each_for_more() {
    let text = HEBB.replace("hebb]", "cascade_correlation]");
    let cascade: LearnerSpec = parse(&text, &[])
        .unwrap()
        .experiment
        .learner()
        .unwrap()
        .clone();
    let two = data(Some(2), &[("a", 3), ("b", 1)]);
    assert_eq!(cascade.coding(&two), Ok(Coding::Bits));
    let three = data(Some(3), &[("a", 2), ("b", 2), ("c", 0)]);
    assert_eq!(cascade.coding(&three), Ok(Coding::OneHot));
    let refused = |data: &DataShape| cascade.coding(data).unwrap_err().reason;
    assert_eq!(
        refused(&data(Some(2), &[("a", 4), ("b", 0)])),
        "it tells two classes apart, and no sample is of class b"
    );
    assert_eq!(
        refused(&data(Some(3), &[("a", 0), ("b", 4), ("c", 0)])),
        "it tells classes apart, and all samples are of class b"
    );
    assert_eq!(
        refused(&data(None, &[])),
        "it learns classes, and the target is a number"
    );
}

#[test]
fn hopfield_stores_the_input_itself() {
    let text = HEBB.replace("hebb]", "hopfield]");
    let config = parse(&text, &[]).unwrap();
    let hopfield: &LearnerSpec = config.experiment.learner().unwrap();
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

#[test]
fn ngrams_are_of_symbols_at_every_position_and_of_nothing_else() {
    let text = HEBB.replace("hebb]", "ngram]");
    let ngram: LearnerSpec = parse(&text, &[])
        .unwrap()
        .experiment
        .learner()
        .unwrap()
        .clone();
    let symbols = DataShape {
        positions: 12,
        ..data(Some(3), &[])
    };
    assert_eq!(ngram.coding(&symbols), Ok(Coding::Tokens));
    let metrics = [Metric::BitsPerCharacter, Metric::Accuracy];
    assert_eq!(ngram.metrics(&symbols), metrics);
    let reason = "it counts which symbol follows which, and these samples have no symbol to predict \
                  at every position";
    for wrong in [data(Some(3), &[]), data(None, &[])] {
        assert_eq!(ngram.coding(&wrong).unwrap_err().reason, reason);
    }
    let hebb: LearnerSpec = parse(HEBB, &[])
        .unwrap()
        .experiment
        .learner()
        .unwrap()
        .clone();
    let reason = "it learns one target a sample, and these have one at every step";
    assert_eq!(hebb.coding(&symbols).unwrap_err().reason, reason);
    for (set, message) in [
        ("order=0", "order: 0 is not a possible order; 1 to 8"),
        (
            "smoothing={ add_k = 0.0 }",
            "smoothing.add_k: 0 is not a possible number to add; above 0",
        ),
        (
            "smoothing={ kneser_ney = 1.0 }",
            "smoothing.kneser_ney: 1 is not a possible discount; above 0 and below 1",
        ),
    ] {
        let error = parse(&text, &[&format!("learner.ngram.{set}")]).map(|c| c.experiment);
        let error = error.unwrap_err();
        assert!(error.ends_with(message), "{error}");
    }
}

#[test]
fn a_sheet_and_its_rule_must_go_together() {
    let som = HEBB.replace("hebb]", "som]");
    let refused = |sets: &[&str]| parse(&som, sets).map(|c| c.experiment).unwrap_err();
    let torus = refused(&[
        "learner.som.torus=true",
        "learner.som.topology=\"hexagonal\"",
        "learner.som.grid=[5, 4]",
    ]);
    let reason = "rows of hexagons are shifted in turn, so a closed sheet needs an even number";
    assert!(torus.contains(reason), "{torus}");
    let batch = refused(&[
        "learner.som.rule=\"batch\"",
        "learner.som.neighborhood=\"mexican_hat\"",
    ]);
    let reason = "the batch rule takes means, and the Mexican hat has weights below 0";
    assert!(batch.contains(reason), "{batch}");
}

#[test]
fn what_learns_from_inputs_alone_takes_any_target() {
    for kind in ["som", "art1", "fuzzy_art"] {
        let text = HEBB.replace("hebb]", &format!("{kind}]"));
        let learner: LearnerSpec = parse(&text, &[])
            .unwrap()
            .experiment
            .learner()
            .unwrap()
            .clone();
        let three = data(Some(3), &[("a", 1), ("b", 1), ("c", 2)]);
        assert_eq!(learner.coding(&three), Ok(Coding::OneHot));
        assert_eq!(learner.coding(&data(None, &[])), Ok(Coding::Real));
    }
}
