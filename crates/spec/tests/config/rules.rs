//! The rule of the update: its settings, schedules, bounds, penalties.

use crate::support::{GOOD, changed, parse, refuse};

#[test]
fn impossible_settings_of_a_rule_are_refused() {
    refuse(&[
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "adagrad = { learning_rate = 0.1, epsilon = 0.0 }",
            "a.toml:21:58: training.optimizer.adagrad.epsilon: 0 is not a possible epsilon; above 0",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "rmsprop = { learning_rate = 0.1, decay = 1.0 }",
            "a.toml:21:56: training.optimizer.rmsprop.decay: 1 is not a possible decay; 0 or more and below 1",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "rmsprop = { learning_rate = 0.1, epsilon = nan }",
            "a.toml:21:58: training.optimizer.rmsprop.epsilon: NaN is not a possible epsilon; above 0",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "adamw = { learning_rate = 0.1, beta2 = 1.0 }",
            "a.toml:21:54: training.optimizer.adamw.beta2: 1 is not a possible beta2; 0 or more and below 1",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "adamw = { learning_rate = 0.1, weight_decay = -0.1 }",
            "a.toml:21:61: training.optimizer.adamw.weight_decay: -0.1 is not a possible weight decay; 0 or more and below 1",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "rprop = { learning_rate = 0.0 }",
            "a.toml:21:41: training.optimizer.rprop.learning_rate: 0 is not a possible learning rate; above 0",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "rprop = { learning_rate = 0.1, decrease = 1.0 }",
            "a.toml:21:57: training.optimizer.rprop.decrease: 1 is not a possible decrease; 0 or more and below 1",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "rprop = { learning_rate = 0.1, increase = 1.0 }",
            "a.toml:21:57: training.optimizer.rprop.increase: 1 is not a possible increase; above 1",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "rprop = { learning_rate = 0.1, smallest = 0.0 }",
            "a.toml:21:57: training.optimizer.rprop.smallest: 0 is not a possible smallest step; above 0",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "rprop = { learning_rate = 0.1, largest = inf }",
            "a.toml:21:56: training.optimizer.rprop.largest: inf is not a possible largest step; above 0",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "rprop = { learning_rate = 0.1, smallest = 0.5, largest = 0.25 }",
            "a.toml:21:57: training.optimizer.rprop.smallest: 0.5 is more than the largest step, 0.25; at most largest",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "quickprop = { learning_rate = 0.1, growth = 1.0 }",
            "a.toml:21:59: training.optimizer.quickprop.growth: 1 is not a possible growth; above 1",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "diagonal_levenberg_marquardt = { learning_rate = 0.1, mu = 0.0 }",
            "a.toml:21:74: training.optimizer.diagonal_levenberg_marquardt.mu: 0 is not a possible mu; above 0",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "diagonal_levenberg_marquardt = { learning_rate = 0.1, samples = 0 }",
            "a.toml:21:79: training.optimizer.diagonal_levenberg_marquardt.samples: 0 is not a possible number of samples; above 0",
        ),
        (
            "momentum = { learning_rate = 0.1, momentum = 0.9 }",
            "rprop = { learning_rate = 0.1, increse = 1.1 }",
            "a.toml:21:46: unknown key `increse`; did you mean `increase`? (valid: learning_rate, decrease, increase, smallest, largest)",
        ),
    ]);
}

#[test]
fn impossible_schedules_are_refused() {
    refuse(&[
        (
            "epochs = 3",
            "epochs = 3\nschedule = { step = { every = 0, factor = 0.5 } }",
            "a.toml:19:31: training.schedule.step.every: every 0 epochs is never; 1 or more",
        ),
        (
            "epochs = 3",
            "epochs = 3\nschedule = { step = { every = 1, factor = 0.0 } }",
            "a.toml:19:43: training.schedule.step.factor: 0 is not a possible factor; above 0 and at most 1",
        ),
        (
            "epochs = 3",
            "epochs = 3\nschedule = { exponential = { factor = 1.5 } }",
            "a.toml:19:39: training.schedule.exponential.factor: 1.5 is not a possible factor; above 0 and at most 1",
        ),
        (
            "epochs = 3",
            "epochs = 3\nschedule = { inverse_time = { decay = -1.0 } }",
            "a.toml:19:39: training.schedule.inverse_time.decay: -1 is not a possible decay; 0 or more",
        ),
        (
            "epochs = 3",
            "epochs = 3\nschedule = { cosine = { minimum = 2.0 } }",
            "a.toml:19:35: training.schedule.cosine.minimum: 2 is not a possible minimum; 0 to 1",
        ),
        (
            "epochs = 3",
            "epochs = 3\nschedule = { one_cycle = { start = 0.0 } }",
            "a.toml:19:36: training.schedule.one_cycle.start: 0 is not a possible start; above 0 and at most 1",
        ),
        (
            "epochs = 3",
            "epochs = 3\nschedule = { one_cycle = { rise = 1.0 } }",
            "a.toml:19:35: training.schedule.one_cycle.rise: 1 is not a possible rise; above 0 and below 1",
        ),
        (
            "epochs = 3",
            "epochs = 3\nschedule = { one_cycle = { end = nan } }",
            "a.toml:19:34: training.schedule.one_cycle.end: NaN is not a possible end; 0 to 1",
        ),
        (
            "epochs = 3",
            "epochs = 3\nschedule = { epochs = [] }",
            "a.toml:19:23: training.schedule.epochs: each entry is [epochs, learning rate], both above 0; for example [[2, 5e-4], [3, 2e-4]]",
        ),
        (
            "epochs = 3",
            "epochs = 3\nschedule = { epochs = [[0, 0.1]] }",
            "a.toml:19:23: training.schedule.epochs: each entry is [epochs, learning rate], both above 0; for example [[2, 5e-4], [3, 2e-4]]",
        ),
        (
            "epochs = 3",
            "epochs = 3\nschedule = { epochs = [[1, 0.1], [2, 0.0]] }",
            "a.toml:19:23: training.schedule.epochs: each entry is [epochs, learning rate], both above 0; for example [[2, 5e-4], [3, 2e-4]]",
        ),
        (
            "epochs = 3",
            "epochs = 3\nschedule = \"cosine\"",
            "a.toml:19:12: training.schedule: a name alone, expected its settings too; write { cosine = {} }",
        ),
        (
            "epochs = 3",
            "epochs = 3\nschedule = \"linear\"",
            "a.toml:19:12: unknown name `linear`; valid: constant, step, exponential, inverse_time, cosine, one_cycle, epochs, inverse_sqrt",
        ),
        (
            "epochs = 3",
            "epochs = 3\nwarmup = -1",
            "a.toml:19:10: training.warmup: expected a whole number, 0 or more, found -1",
        ),
    ]);
}

#[test]
fn impossible_bounds_and_penalties_are_refused() {
    refuse(&[
        (
            "epochs = 3",
            "epochs = 3\nclip = { norm = 0.0 }",
            "a.toml:19:17: training.clip.norm: 0 is not a possible bound; above 0",
        ),
        (
            "epochs = 3",
            "epochs = 3\nclip = { value = nan }",
            "a.toml:19:18: training.clip.value: NaN is not a possible bound; above 0",
        ),
        (
            "epochs = 3",
            "epochs = 3\nclip = { both = 1.0 }",
            "a.toml:19:10: unknown name `both`; valid: value, norm",
        ),
        (
            "epochs = 3",
            "epochs = 3\nregularization = { l1 = -1.0 }",
            "a.toml:19:25: training.regularization.l1: -1 is not a possible l1; 0 or more",
        ),
        (
            "epochs = 3",
            "epochs = 3\nregularization = { l2 = inf }",
            "a.toml:19:25: training.regularization.l2: inf is not a possible l2; 0 or more",
        ),
        (
            "epochs = 3",
            "epochs = 3\nregularization = { lambda = 0.0 }",
            "a.toml:19:29: training.regularization.lambda: 0 is not a possible lambda; above 0 and at most 1",
        ),
        (
            "epochs = 3",
            "epochs = 3\nregularization = { lambda = 1.5 }",
            "a.toml:19:29: training.regularization.lambda: 1.5 is not a possible lambda; above 0 and at most 1",
        ),
        (
            "epochs = 3",
            "epochs = 3\nregularization = { max_norm = 0.0 }",
            "a.toml:19:31: training.regularization.max_norm: 0 is not a possible max norm; above 0",
        ),
    ]);
}

#[test]
fn what_has_no_second_derivative_is_refused_by_the_rule_that_needs_it() {
    let rule = "training.optimizer={ diagonal_levenberg_marquardt = { learning_rate = 0.1 } }";
    assert!(parse(GOOD, &[rule]).is_ok());
    let layers = [
        (
            "\"softplus\"",
            "a.toml:13:5: model.layers.1: softplus has no second backward pass for diagonal_levenberg_marquardt; use another layer or another optimizer",
        ),
        (
            "{ dropout = { rate = 0.5 } }",
            "a.toml:13:5: model.layers.1: dropout has no second backward pass for diagonal_levenberg_marquardt; use another layer or another optimizer",
        ),
        (
            "{ batch_norm = {} }",
            "a.toml:13:5: model.layers.1: batch_norm has no second backward pass for diagonal_levenberg_marquardt; use another layer or another optimizer",
        ),
        (
            "{ residual = { layers = [\"tanh\"] } }",
            "a.toml:13:5: model.layers.1: residual has no second backward pass for diagonal_levenberg_marquardt; use another layer or another optimizer",
        ),
    ];
    for (layer, message) in layers {
        let text = changed("{ leaky_relu = { slope = 0.1 } }", layer);
        let error = parse(&text, &[rule]).map(|config| config.experiment);
        assert_eq!(error.unwrap_err(), message, "{layer}");
    }
    for loss in ["hinge", "squared_hinge"] {
        let text = changed("\"softmax_cross_entropy\"", &format!("\"{loss}\""));
        let error = parse(&text, &[rule]).map(|config| config.experiment);
        let message = format!(
            "a.toml:20:8: training.loss: {loss} has no second derivative for diagonal_levenberg_marquardt; use squared_error"
        );
        assert_eq!(error.unwrap_err(), message);
    }
}

#[test]
fn rules_of_parts_are_found_by_the_longest_name_and_judged() {
    let sgd = "{ sgd = { learning_rate = 0.1 } }";
    let parts = |parts: &str| format!("training.part_optimizers={{ {parts} }}");
    let own = parts(&format!(
        "hidden = {sgd}, \"hidden.bias\" = {{ rprop = {{ learning_rate = 0.1 }} }}"
    ));
    let config = parse(GOOD, &[&own]).unwrap();
    let training = &config.experiment.network().unwrap().training;
    let of = |name| {
        training
            .optimizers()
            .nth(training.optimizer_of(name))
            .unwrap()
            .kind()
    };
    let names = [
        "hidden.weight",
        "hidden.bias",
        "output.weight",
        "hidden2.weight",
    ];
    assert_eq!(names.map(of), ["sgd", "rprop", "momentum", "momentum"]);
    for (rule, reason) in [
        (
            "{ sgd = { learning_rate = 0.0 } }",
            "0 is not a possible learning rate; above 0",
        ),
        (
            "{ diagonal_levenberg_marquardt = { learning_rate = 0.1, mu = 0.1, samples = 5 } }",
            "diagonal_levenberg_marquardt is a rule for all parameters; name it in training.optimizer",
        ),
    ] {
        let message = parse(GOOD, &[&parts(&format!("hidden = {rule}"))]).unwrap_err();
        assert!(message.contains(reason), "{message}");
    }
}
