//! Whatever is written, the answer is a config or a message, never a panic.

use proptest::prelude::*;

use crate::support::{GOOD, parse};

proptest! {
    // Nothing is kept of a failure but its message: there is no folder for it beside a test.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,80}", set in "\\PC{0,20}") {
        let _ = parse(&text, &[]);
        let _ = parse(&text, &[&set]);
        let _ = parse(GOOD, &[&set]);
    }

    #[test]
    fn a_good_config_with_a_wound_never_panics(
        from in 0..GOOD.len(), len in 0usize..40, text in "[a-z0-9 .=\\[\\]{}\"#\n,é-]{0,12}",
    ) {
        let wounded = format!("{}{text}{}", &GOOD[..from], &GOOD[(from + len).min(GOOD.len())..]);
        if let Ok(config) = parse(&wounded, &[]) {
            let again = parse(&config.resolved(), &[]).unwrap();
            prop_assert_eq!(again.experiment, config.experiment);
        }
    }

    #[test]
    fn any_value_of_any_key_is_taken_or_refused_with_a_message(
        key in prop::sample::select(vec![
            "name", "seed", "implementations", "dataset.moons.samples", "dataset.moons.noise",
            "dataset.moons.split", "model.layers", "model.layers.0", "model.layers.0.linear.units",
            "model.weights", "model.initial_parameters", "training.epochs", "training.batch_size",
            "training.optimizer", "training.optimizer.momentum.learning_rate", "training.threads",
            "gradient_check.entries", "gradient_check.tolerance_f32", "model.layers.1",
            "model.layers.0.linear.learning_rate", "training.schedule", "training.warmup",
            "training.clip", "training.clip.norm", "training.regularization.l1",
            "training.label_smoothing", "training.stopping.plateau", "training.escapes",
            "training.loss", "augmentation.elastic", "augmentation.shift",
        ]),
        value in prop_oneof![
            any::<i64>().prop_map(|value| value.to_string()),
            any::<f64>().prop_map(|value| value.to_string()),
            Just("true".to_string()), Just("[]".into()), Just("{}".into()), Just("all".into()),
            "[a-z]{0,6}",
        ],
    ) {
        match parse(GOOD, &[&format!("{key}={value}")]) {
            Err(error) => prop_assert!(error.starts_with("--set "), "{}", error),
            Ok(config) => {
                let again = parse(&config.resolved(), &[]).unwrap();
                prop_assert_eq!(again.experiment, config.experiment);
            }
        }
    }
}
