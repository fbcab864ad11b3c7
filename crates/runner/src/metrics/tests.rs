//! What is measured on outputs that are written down.

use super::*;
use datasets::{Features, Quantity, Targets};
use ndarray::array;
use spec::losses::MaximumAPosterioriSpec;

const ALL: [usize; 4] = [0, 1, 2, 3];

fn samples(targets: Targets) -> Samples {
    Samples::new(Features::Values(Array2::zeros((4, 1))), targets)
}

fn classes() -> Target {
    let names = vec!["no".into(), "yes".into()];
    Target::Classes { names }
}

#[test]
fn accuracy_counts_the_largest_output_or_the_threshold() {
    let (samples, target) = (samples(Targets::Classes(vec![0, 1, 1, 0])), classes());
    let mut two = Measurement::new(&samples, &ALL, &target, LossSpec::SoftmaxCrossEntropy);
    two.add(array![[2.0, 1.0], [0.0, 1.0]].view());
    two.add(array![[3.0, 1.0], [-1.0, -2.0]].view());
    assert_eq!(two.value(Metric::Accuracy), 0.75);
    assert_eq!(two.value(Metric::Error), 0.25);
    let one = array![[0.2], [0.4], [0.6], [-1.0]];
    let mut logits = Measurement::new(&samples, &ALL, &target, LossSpec::BinaryCrossEntropy);
    logits.add(one.view());
    assert_eq!(logits.value(Metric::Accuracy), 0.75);
    let mut squared = Measurement::new(&samples, &ALL, &target, LossSpec::SquaredError);
    squared.add(one.view());
    assert_eq!(squared.value(Metric::Accuracy), 0.75);
}

/// Two sequences of two positions, the second padded: classes 0, 1 and 1 have the probabilities
/// 1/2, 1/4 and 3/4.
#[test]
fn classes_at_every_position_count_alike_and_padding_does_not() {
    let features = Features::Values(Array2::zeros((2, 2)));
    let samples = Samples::new(features, Targets::Classes(vec![0, 1, 1, 0]));
    let samples = samples.at_positions(2).of_lengths(vec![2, 1]);
    let (rows, target) = ([0, 1], classes());
    let mut measured = Measurement::new(&samples, &rows, &target, LossSpec::SoftmaxCrossEntropy);
    let three = 3f64.ln();
    measured.add(array![[7.0, 7.0, three, 0.0], [-three, 0.0, 9.0, -9.0]].view());
    assert!((measured.value(Metric::Accuracy) - 2.0 / 3.0).abs() < 1e-15);
    assert!((measured.value(Metric::Error) - 1.0 / 3.0).abs() < 1e-15);
    let exact = measured.value(Metric::ExactMatch);
    assert_eq!(exact, 0.5, "the first sequence has an error");
    let bits = (1.0 + 2.0 + (4f64 / 3.0).log2()) / 3.0;
    assert!((measured.value(Metric::BitsPerCharacter) - bits).abs() < 1e-14);
}

#[test]
fn where_outputs_are_penalties_the_smallest_is_the_answer() {
    let (samples, target) = (samples(Targets::Classes(vec![0, 1, 1, 0])), classes());
    let loss = LossSpec::MaximumAPosteriori(MaximumAPosterioriSpec { rubbish: 1.0 });
    let mut measured = Measurement::new(&samples, &[3, 1], &target, loss);
    measured.add(array![[0.5, 2.0], [0.1, 2.0]].view());
    assert_eq!(measured.value(Metric::Accuracy), 0.5);
}

#[test]
fn a_sample_that_is_rejected_is_wrong_whatever_its_class() {
    let (samples, target) = (samples(Targets::Classes(vec![0, 1, 1, 0])), classes());
    let none = [f64::NAN; 2];
    let mut measured = Measurement::of_learner(&samples, &ALL, &target, Coding::OneHot);
    measured.add(array![none, [0.0, 1.0], none, none].view());
    assert_eq!(measured.value(Metric::Accuracy), 0.25);
}

fn quantity(scale: f64) -> Quantity {
    Quantity {
        name: "y".into(),
        mean: 5.0,
        scale,
    }
}

/// Two targets, 1, 2, 3, 4 and 0, 0, 2, 2: one error of 1 and one of 2 among eight numbers,
/// which lie 5 and 4 about their means.
#[test]
fn several_targets_count_alike() {
    let samples = samples(Targets::Values(vec![
        1.0, 0.0, 2.0, 0.0, 3.0, 2.0, 4.0, 2.0,
    ]));
    let target = Target::Real(vec![quantity(10.0), quantity(1e6)]);
    let mut measured = Measurement::new(&samples, &ALL, &target, LossSpec::SquaredError);
    measured.add(array![[1.0, 1.0], [2.0, 0.0], [3.0, 2.0], [2.0, 2.0]].view());
    assert!((measured.value(Metric::R2) - (1.0 - 5.0 / 9.0)).abs() < 1e-12);
    assert!((measured.value(Metric::Rmse) - (5f64 / 8.0).sqrt()).abs() < 1e-12);
    assert!((measured.value(Metric::Mae) - 3.0 / 8.0).abs() < 1e-12);
}

/// Two sequences of two positions of two numbers, the second padded: errors 0, 0, .3, 0 and 0, .1.
#[test]
fn a_sequence_is_wrong_where_one_of_its_outputs_is() {
    let values = vec![1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0];
    let features = Features::Values(Array2::zeros((2, 2)));
    let samples = Samples::new(features, Targets::Values(values));
    let samples = samples.at_positions(2).of_lengths(vec![2, 1]);
    let target = Target::Real(vec![quantity(1.0), quantity(1.0)]);
    let wrong = |right: Right| {
        let measured = Measurement::new(&samples, &[0, 1], &target, LossSpec::SquaredError);
        let mut measured = measured.counting_wrong(Some(right));
        measured.add(array![[1.0, 0.0, 0.3, 1.0], [1.0, 0.1, 9.0, 9.0]].view());
        measured.value(Metric::Wrong)
    };
    assert_eq!(wrong(Right::Within(0.2)), 0.5);
    assert_eq!(wrong(Right::Within(0.05)), 1.0);
    assert_eq!(wrong(Right::Within(0.4)), 0.0);
    assert_eq!(wrong(Right::MostActive), 0.0);
}

/// The same sequences: what is at place 2 or behind it belongs to the last of two phases.
#[test]
fn phases_are_places_of_words_where_there_are_some_and_outputs_are_told_apart() {
    let x = Features::Values(Array2::zeros((3, 1)));
    let samples = Samples::new(x, Targets::Values(vec![0.0; 6]));
    let samples = samples.at_places(vec![0, 1, 2]);
    let target = Target::Real(vec![quantity(1.0), quantity(1.0)]);
    let measured = Measurement::new(&samples, &[0, 1, 2], &target, LossSpec::SquaredError);
    let mut measured = measured.by_phase(2).by_output();
    measured.add(array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]].view());
    let phases = [0, 1].map(|phase| measured.value_of_phase(Metric::Mae, phase));
    assert_eq!(phases, [1.5, 4.5]);
    let outputs = [0, 1].map(|output| measured.value_of_output(Metric::Mae, output));
    assert_eq!(outputs, [3.0, 4.0]);
    assert_eq!(measured.value(Metric::Mae), 3.5);
}

/// Sequences of two positions of two numbers, the second padded: errors 1, 0, 2, 0 and 0, 3.
#[test]
fn padding_is_not_measured_and_phases_are_told_apart() {
    let values = vec![1.0, 0.0, 2.0, 0.0, 3.0, 4.0, 9.0, 9.0];
    let features = Features::Values(Array2::zeros((2, 2)));
    let samples = Samples::new(features, Targets::Values(values));
    let samples = samples.at_positions(2).of_lengths(vec![2, 1]);
    let target = Target::Real(vec![quantity(1.0), quantity(1.0)]);
    let measured = Measurement::new(&samples, &[0, 1], &target, LossSpec::SquaredError);
    let mut measured = measured.by_phase(2);
    measured.add(array![[0.0, 0.0, 0.0, 0.0], [3.0, 1.0, 0.0, 0.0]].view());
    assert!((measured.value(Metric::Rmse) - (14f64 / 6.0).sqrt()).abs() < 1e-12);
    assert!((measured.value(Metric::Mae) - 1.0).abs() < 1e-12);
    let phases = [0, 1].map(|phase| measured.value_of_phase(Metric::Mae, phase));
    assert_eq!(phases, [1.0, 1.0]);
    assert_eq!(measured.value_of_phase(Metric::Rmse, 1), 2f64.sqrt());
    assert!(measured.value_of_phase(Metric::R2, 0).is_nan());
    // 1, 2, 3 about 2 and 0, 0, 4 about 4/3.
    let spread = 2.0 + 32.0 / 3.0;
    assert!((measured.value(Metric::R2) - (1.0 - 14.0 / spread)).abs() < 1e-12);
}

#[test]
fn the_input_as_target_is_compared_with_the_output() {
    let features = Features::Values(array![[1.0, 0.0], [3.0, 4.0]]);
    let samples = Samples::new(features, Targets::Input);
    let mut measured =
        Measurement::new(&samples, &ALL[..2], &Target::Input, LossSpec::SquaredError);
    measured.add(array![[1.0, 0.0], [3.0, 2.0]].view());
    assert!((measured.value(Metric::R2) - 0.6).abs() < 1e-12);
    assert_eq!(measured.value(Metric::Mae), 0.5);
}

/// Targets 1, 2, 3, 4 in units of 10: errors 0, 0, 10, -10 leave 200 of 500.
#[test]
fn errors_of_a_real_target_are_in_its_own_unit() {
    let samples = samples(Targets::Values(vec![1.0, 2.0, 3.0, 4.0]));
    let target = Target::Real(vec![quantity(10.0)]);
    let mut measured = Measurement::new(&samples, &ALL, &target, LossSpec::SquaredError);
    measured.add(array![[1.0], [2.0], [4.0], [3.0]].view());
    assert!((measured.value(Metric::R2) - 0.6).abs() < 1e-12);
    assert!((measured.value(Metric::Rmse) - 50f64.sqrt()).abs() < 1e-12);
    assert!((measured.value(Metric::Mae) - 5.0).abs() < 1e-12);
    let mut part = Measurement::new(&samples, &[2, 0], &target, LossSpec::SquaredError);
    part.add(array![[4.0], [1.0]].view());
    assert!(
        (part.value(Metric::R2) - 0.5).abs() < 1e-12,
        "only of these rows"
    );
}

#[test]
fn a_single_value_has_no_deviation() {
    assert_eq!(mean_and_deviation(&[1.0]), (1.0, None));
    let (mean, deviation) = mean_and_deviation(&[2.0, 4.0, 4.0, 6.0]);
    assert_eq!(mean, 4.0);
    assert!((deviation.unwrap() - (8.0f64 / 3.0).sqrt()).abs() < 1e-15);
}
