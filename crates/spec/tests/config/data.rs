//! Values that do not suit the data.

use spec::DataShape;
use spec::training::Metric;

use crate::support::{good, network};

/// What a config says against data of this shape, with its place.
fn against(shape: &DataShape, overrides: &[&str]) -> Result<(), String> {
    let config = good(overrides);
    let network = config.experiment.network().unwrap();
    let plan = network.model.plan(&[2]).unwrap();
    let checked = network.check_data(&config.experiment.dataset, shape, &plan);
    checked.map_err(|problem| config.locate(problem).short())
}

fn classes(count: usize) -> DataShape {
    DataShape {
        samples: 75,
        classes: Some(count),
        targets: 1,
        positions: 1,
        padded: false,
        class_sizes: Vec::new(),
    }
}

const REAL: DataShape = DataShape {
    samples: 75,
    classes: None,
    targets: 1,
    positions: 1,
    padded: false,
    class_sizes: Vec::new(),
};

#[test]
fn what_suits_the_data_is_taken() {
    let squared = "training.loss=squared_error";
    let one = "model.layers.2.linear.units=1";
    assert_eq!(against(&classes(2), &[]), Ok(()));
    assert_eq!(against(&classes(2), &["training.batch_size=75"]), Ok(()));
    assert_eq!(against(&classes(2), &["training.batch_size=all"]), Ok(()));
    let binary = "training.loss=binary_cross_entropy";
    assert_eq!(
        against(&classes(2), &[one, binary]),
        Ok(()),
        "two classes may share an output"
    );
    assert_eq!(
        against(&REAL, &[one, squared, "training.metrics=[\"r2\"]"]),
        Ok(())
    );
}

#[test]
fn what_does_not_suit_the_data_is_refused() {
    let small = DataShape {
        samples: 5,
        ..classes(2)
    };
    let three = DataShape { targets: 3, ..REAL };
    let one = "model.layers.2.linear.units=1";
    let none = "training.metrics=[]";
    let squared = "training.loss=squared_error";
    let rows: [(DataShape, &[&str], &str); 8] = [
        (
            small,
            &[],
            "a.toml:19:14: training.batch_size: a batch of 8 is larger than the training set of 5 samples; at most 5, or \"all\"",
        ),
        (
            classes(3),
            &[],
            "a.toml:14:26: model.layers.2.linear.units: the output has 2 units, the data need 3 units, one for each class",
        ),
        (
            classes(2),
            &[one],
            "--set model.layers.2.linear.units=1: model.layers.2.linear.units: the output has 1 unit, the data need 2 units, one for each class",
        ),
        (
            REAL,
            &[],
            "a.toml:22:12: training.metrics.0: \"accuracy\" does not suit this target; for a real target: r2, rmse, mae, wrong",
        ),
        (
            REAL,
            &[none],
            "a.toml:20:8: training.loss: the target is a real number, but the loss is for classes; use squared_error",
        ),
        (
            REAL,
            &[none, squared],
            "a.toml:14:26: model.layers.2.linear.units: the output has 2 units, the data need 1 unit for a real target",
        ),
        (
            three,
            &[none, squared],
            "a.toml:14:26: model.layers.2.linear.units: the output has 2 units, the data need 3 units, one for each number of the target",
        ),
        (
            REAL,
            &[none, squared, one, "training.label_smoothing=0.1"],
            "--set training.label_smoothing=0.1: training.label_smoothing: the target is a real number, only classes can be smoothed; leave it out",
        ),
    ];
    for (shape, overrides, message) in rows {
        assert_eq!(
            against(&shape, overrides),
            Err(message.into()),
            "{overrides:?}"
        );
    }
    let error = against(&classes(2), &["training.metrics=[\"rmse\"]"]).unwrap_err();
    assert_eq!(
        error,
        "--set training.metrics=[\"rmse\"]: training.metrics.0: \"rmse\" does not suit this target; for classes: accuracy, error"
    );
}

/// The message about two outputs for these classes.
fn two_outputs_for(sizes: &[(&str, usize)], overrides: &[&str]) -> String {
    let named = |(name, count): &(&str, usize)| (name.to_string(), *count);
    let shape = DataShape {
        class_sizes: sizes.iter().map(named).collect(),
        ..classes(sizes.len())
    };
    against(&shape, overrides).unwrap_err()
}

#[test]
fn where_units_do_not_fit_the_classes_are_listed() {
    let message = two_outputs_for(&[("cat", 3), ("cow", 1), ("dog", 2)], &[]);
    let wanted = "the data need 3 units, one for each class; the classes and their samples: \
                  cat (3), cow (1), dog (2)";
    assert!(message.ends_with(wanted), "{message}");
    let message = two_outputs_for(&[("0", 0), ("1", 8), ("2", 8)], &[]);
    let wanted = "0 (0), 1 (8), 2 (8); class 0 has no sample: the labels begin at 1, so set 3 \
                  units and leave the first unused, or number them from 0";
    assert!(message.ends_with(wanted), "{message}");
}

#[test]
fn quantities_taken_for_classes_are_told() {
    let table = [r#"dataset={ csv = { path = "a.csv", target = "y" } }"#];
    let message = two_outputs_for(&[("0.5", 1), ("1", 1), ("2.25", 2)], &table);
    let hint = "if the target is a quantity and no class, set task = \"regression\"";
    assert!(message.contains(hint), "{message}");
    let many: Vec<String> = (0..30).map(|number| number.to_string()).collect();
    let many: Vec<(&str, usize)> = many.iter().map(|name| (name.as_str(), 1)).collect();
    let message = two_outputs_for(&many, &table);
    assert!(
        message.contains("10 (1), 11 (1), ... (30 in all); if the"),
        "{message}"
    );
    assert!(!two_outputs_for(&many, &[]).contains("regression"));
    assert!(!two_outputs_for(&[("3", 1), ("4", 9), ("5", 9)], &table).contains("regression"));
}

#[test]
fn a_jacobian_is_of_one_sample_and_not_too_large() {
    let jacobians = "training.jacobian_samples=1";
    assert_eq!(against(&classes(2), &[jacobians]), Ok(()));
    let wide = against(
        &classes(2),
        &[jacobians, "model.layers.0.linear.units=3000"],
    );
    let wide = wide.unwrap_err();
    assert!(
        wide.contains("the Jacobian of layer hidden is 3000 x 2"),
        "{wide}"
    );
    let norm = "model.layers.1={ batch_norm = {} }";
    let coupled = against(&classes(2), &[jacobians, norm]).unwrap_err();
    assert!(
        coupled.contains("layer 1 (batch_norm) has no Jacobian"),
        "{coupled}"
    );
}

#[test]
fn metrics_that_nobody_chose_suit_the_target() {
    let network = network(&["training.metrics=[]"]);
    assert_eq!(network.metrics(&classes(2)), [Metric::Accuracy]);
    assert_eq!(network.metrics(&REAL), [Metric::R2, Metric::Rmse]);
}

#[test]
fn early_stopping_goes_by_a_measure_of_the_run() {
    let by = |measure: &str| {
        let measure = format!("training.stopping.patience.measure={measure}");
        let epochs = "training.stopping.patience.epochs=3";
        let held = "training.validation.samples=0.1";
        against(&classes(2), &[epochs, &measure, held])
    };
    for measure in [
        "validation_loss",
        "validation_accuracy",
        "train_loss",
        "test_loss",
        "test_accuracy",
    ] {
        assert_eq!(by(measure), Ok(()));
    }
    let near = by("validation_acuracy").unwrap_err();
    let parts = [
        "training.stopping.patience.measure: \"validation_acuracy\" is no measure of this run",
        "did you mean \"validation_accuracy\"?",
        "there are train_loss, validation_loss, validation_accuracy, test_loss, test_accuracy",
    ];
    for part in parts {
        assert!(near.contains(part), "{near}");
    }
    let none_held = against(&classes(2), &["training.stopping.patience.epochs=3"]).unwrap_err();
    for part in [
        "training.stopping.patience.measure: \"validation_loss\" is of samples held back",
        "training.validation = { samples = 0.1 }",
    ] {
        assert!(none_held.contains(part), "{none_held}");
    }
    // Neither direction of these is better.
    assert!(by("learning_rate").is_err() && by("seconds").is_err());
}
