//! Losses and what suits them.

use spec::losses::MaximumAPosterioriSpec;
use spec::training::LossSpec;

use crate::support::{GOOD, parse, refuse};

#[test]
fn impossible_smoothings_are_refused() {
    refuse(&[
        (
            "epochs = 3",
            "epochs = 3\nlabel_smoothing = 1.0",
            "a.toml:19:19: training.label_smoothing: 1 is not a possible smoothing; 0 or more and below 1",
        ),
        (
            "epochs = 3",
            "epochs = 3\nlabel_smoothing = -0.1",
            "a.toml:19:19: training.label_smoothing: -0.1 is not a possible smoothing; 0 or more and below 1",
        ),
        (
            "loss = \"softmax_cross_entropy\"",
            "loss = \"hinge\"\nlabel_smoothing = 0.1",
            "a.toml:21:19: training.label_smoothing: hinge only asks which class is right, not for smoothed targets; leave it out, or use softmax_cross_entropy or another loss of targets",
        ),
        (
            "loss = \"softmax_cross_entropy\"",
            "loss = \"squared_hinge\"\nlabel_smoothing = 0.1",
            "a.toml:21:19: training.label_smoothing: squared_hinge only asks which class is right, not for smoothed targets; leave it out, or use softmax_cross_entropy or another loss of targets",
        ),
        (
            "loss = \"softmax_cross_entropy\"",
            "label_smoothing = 0.1\nloss = { maximum_a_posteriori = {} }",
            "a.toml:20:19: training.label_smoothing: maximum_a_posteriori only asks which class is right, not for smoothed targets; leave it out, or use softmax_cross_entropy or another loss of targets",
        ),
    ]);
}

#[test]
fn losses_of_targets_take_smoothed_ones_and_all_take_none() {
    for loss in [
        "squared_error",
        "sum_of_squares",
        "mean_of_squares",
        "binary_cross_entropy",
        "softmax_cross_entropy",
        "kl_divergence",
    ] {
        let loss = format!("training.loss={loss}");
        assert!(
            parse(GOOD, &[&loss, "training.label_smoothing=0.1"]).is_ok(),
            "{loss}"
        );
    }
    for loss in ["hinge", "squared_hinge", "{ maximum_a_posteriori = {} }"] {
        let loss = format!("training.loss={loss}");
        assert!(
            parse(GOOD, &[&loss, "training.label_smoothing=0.0"]).is_ok(),
            "{loss}"
        );
    }
}

#[test]
fn the_penalty_of_rubbish_may_be_given_or_left_out() {
    for (settings, rubbish) in [("{ rubbish = 2.5 }", 2.5), ("{}", 1.0)] {
        let loss = format!("training.loss={{ maximum_a_posteriori = {settings} }}");
        let experiment = parse(GOOD, &[&loss]).unwrap().experiment;
        assert_eq!(
            experiment.network().unwrap().training.loss,
            LossSpec::MaximumAPosteriori(MaximumAPosterioriSpec { rubbish })
        );
    }
}

#[test]
fn impossible_forms_of_the_criterion_are_refused() {
    refuse(&[
        (
            "loss = \"softmax_cross_entropy\"",
            "loss = { maximum_a_posteriori = { rubbish = 0.0 } }",
            "a.toml:20:45: training.loss.maximum_a_posteriori.rubbish: 0 is not a possible penalty; above 0",
        ),
        (
            "loss = \"softmax_cross_entropy\"",
            "loss = { maximum_a_posteriori = { rubbish = nan } }",
            "a.toml:20:45: training.loss.maximum_a_posteriori.rubbish: NaN is not a possible penalty; above 0",
        ),
        (
            "loss = \"softmax_cross_entropy\"",
            "loss = { maximum_a_posteriori = { rubish = 1.0 } }",
            "a.toml:20:35: unknown key `rubish`; did you mean `rubbish`? (valid: rubbish)",
        ),
        (
            "loss = \"softmax_cross_entropy\"",
            "loss = \"maximum_a_posteriori\"",
            "a.toml:20:8: training.loss: a name alone, expected its settings too; write { maximum_a_posteriori = {} }",
        ),
    ]);
}
