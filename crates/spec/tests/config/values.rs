//! Values that are impossible whatever the data.

use crate::support::{GOOD, changed, parse, refuse};

#[test]
fn impossible_values_are_refused() {
    refuse(&[
        (
            "name = \"good\"",
            "name = \"\"",
            "a.toml:1:8: name: \"\" cannot name a folder of results; use small letters, digits, -, _ and . (not first)",
        ),
        (
            "name = \"good\"",
            "name = \"../up\"",
            "a.toml:1:8: name: \"../up\" cannot name a folder of results; use small letters, digits, -, _ and . (not first)",
        ),
        (
            "[\"backprop\", \"burn-flex\"]",
            "[]",
            "a.toml:3:19: implementations: nobody trains; list at least one of backprop, burn-ndarray, burn-flex",
        ),
        (
            "\"burn-flex\"]",
            "\"backprop\"]",
            "a.toml:3:32: implementations.1: \"backprop\" stands there twice",
        ),
        (
            "epochs = 3",
            "epochs = 0",
            "a.toml:18:10: training.epochs: 0 epochs train nothing; 1 or more",
        ),
        (
            "batch_size = 8",
            "batch_size = 0",
            "a.toml:19:14: training.batch_size: a batch of 0 samples is empty; 1 or more, or \"all\"",
        ),
        (
            "[\"accuracy\"]",
            "[\"accuracy\", \"accuracy\"]",
            "a.toml:22:24: training.metrics.1: \"accuracy\" stands there twice",
        ),
        (
            "epochs = 3",
            "epochs = 3\nthreads = 0",
            "a.toml:19:11: training.threads: 0 threads cannot run; 1 to 1024",
        ),
        (
            "epochs = 3",
            "epochs = 3\nthreads = 5000",
            "a.toml:19:11: training.threads: 5000 threads cannot run; 1 to 1024",
        ),
        (
            "steps = 10",
            "entries = 0",
            "a.toml:25:11: gradient_check.entries: 0 checks nothing; 1 or more",
        ),
        (
            "steps = 10",
            "batch_size = 0",
            "a.toml:25:14: gradient_check.batch_size: 0 checks nothing; 1 or more",
        ),
        (
            "steps = 10",
            "seconds = 0",
            "a.toml:25:11: gradient_check.seconds: a check cannot be done in 0 seconds; more than 0, or \"unlimited\"",
        ),
        (
            "steps = 10",
            "seconds = -1.5",
            "a.toml:25:11: gradient_check.seconds: a check cannot be done in -1.5 seconds; more than 0, or \"unlimited\"",
        ),
        (
            "steps = 10",
            "seconds = inf",
            "a.toml:25:11: gradient_check.seconds: a check cannot be done in inf seconds; more than 0, or \"unlimited\"",
        ),
        (
            "steps = 10",
            "tolerance_f64 = 0.0",
            "a.toml:25:17: gradient_check.tolerance_f64: 0 is not a possible tolerance; above 0 and below 1",
        ),
        (
            "steps = 10",
            "tolerance_f32 = 1.0",
            "a.toml:25:17: gradient_check.tolerance_f32: 1 is not a possible tolerance; above 0 and below 1",
        ),
        (
            "steps = 10",
            "tolerance_differences = nan",
            "a.toml:25:25: gradient_check.tolerance_differences: NaN is not a possible tolerance; above 0 and below 1",
        ),
        (
            "steps = 10",
            "tolerance_trajectory = -1e-3",
            "a.toml:25:24: gradient_check.tolerance_trajectory: -0.001 is not a possible tolerance; above 0 and below 1",
        ),
    ]);
}

#[test]
fn impossible_layers_are_refused() {
    refuse(&[
        (
            "units = 4",
            "units = 0",
            "a.toml:12:26: model.layers.0.linear.units: a layer of 0 units has no output; 1 or more",
        ),
        (
            "units = 4",
            "units = 1000001",
            "a.toml:12:26: model.layers.0.linear.units: 1000001 units are more than a machine can hold; at most 1000000",
        ),
        (
            "name = \"output\"",
            "name = \"hidden\"",
            "a.toml:14:36: model.layers.2.linear.name: two layers are named \"hidden\"; give each its own name",
        ),
        (
            "name = \"output\"",
            "name = \"0\"",
            "a.toml:14:36: model.layers.2.linear.name: \"0\" cannot name a layer; a letter, then letters, digits and _; \"x\" is taken by the input",
        ),
        (
            "name = \"output\"",
            "name = \"x\"",
            "a.toml:14:36: model.layers.2.linear.name: \"x\" cannot name a layer; a letter, then letters, digits and _; \"x\" is taken by the input",
        ),
        (
            "slope = 0.1",
            "slope = nan",
            "a.toml:13:30: model.layers.1.leaky_relu.slope: the slope must be a finite number",
        ),
        (
            "low = -1.0",
            "low = 1.0",
            "a.toml:10:11: model.weights: low must be below high, both finite",
        ),
        (
            "uniform = { low = -1.0, high = 1.0 }",
            "normal = { std = -1.0 }",
            "a.toml:10:11: model.weights: std must be 0 or more, mean and std finite",
        ),
        (
            "uniform = { low = -1.0, high = 1.0 }",
            "constant = inf",
            "a.toml:10:11: model.weights: the constant must be finite",
        ),
        (
            "[model]",
            "[model]\nbiases = { constant = nan }",
            "a.toml:10:10: model.biases: the constant must be finite",
        ),
        (
            "units = 4,",
            "units = 4, weights = { constant = nan },",
            "a.toml:12:39: model.layers.0.linear.weights: the constant must be finite",
        ),
        (
            "units = 4,",
            "units = 4, biases = { constant = nan },",
            "a.toml:12:38: model.layers.0.linear.biases: the constant must be finite",
        ),
        (
            "    { linear = { units = 2, name = \"output\" } },",
            "    \"softmax\",",
            "a.toml:14:5: model.layers.2: the loss takes logits, but the last layer is already a softmax; leave that layer out, or use the loss squared_error",
        ),
        (
            "    { linear = { units = 2, name = \"output\" } },",
            "    \"sigmoid\",",
            "a.toml:14:5: model.layers.2: the loss takes logits, but the last layer is already a sigmoid; leave that layer out, or use the loss squared_error",
        ),
    ]);
    let text = changed("\"softmax_cross_entropy\"", "\"binary_cross_entropy\"");
    for (layer, message) in [
        (
            "sigmoid",
            "a.toml:15:5: model.layers.3: the loss takes logits, but the last layer is already a sigmoid; leave that layer out, or use the loss squared_error",
        ),
        (
            "softmax",
            "a.toml:15:5: model.layers.3: the loss takes logits, but the last layer is already a softmax; leave that layer out, or use the loss squared_error",
        ),
    ] {
        let layer = format!("    \"{layer}\",\n]");
        let error = parse(
            &text.replace("]\n\n[training]", &format!("{layer}\n\n[training]")),
            &[],
        );
        assert_eq!(error.unwrap_err(), message);
    }
    let start = GOOD.find("layers = [").unwrap();
    let end = GOOD.find("[training]").unwrap();
    let text = format!("{}layers = [\"relu\"]\n{}", &GOOD[..start], &GOOD[end..]);
    assert_eq!(
        parse(&text, &[]).unwrap_err(),
        "a.toml:11:10: model.layers: there is no layer with parameters, so nothing to learn; add one, for example { linear = { units = 10 } }"
    );
}

#[test]
fn impossible_changes_of_test_images_are_refused() {
    let model = "[model]\nweights";
    refuse(&[
        (
            model,
            "[invariance]\nshift = [1.0, 0.0]\n\n[model]\nweights",
            "a.toml:10:15: invariance.shift.1: 0 is not a possible shift; above 0, at most 10000",
        ),
        (
            model,
            "[invariance]\nrotation = [200.0]\n\n[model]\nweights",
            "a.toml:10:13: invariance.rotation.0: 200 is not a possible rotation; above 0, at most 180",
        ),
        (
            model,
            "[invariance]\nscale = [0.5, 0.5]\n\n[model]\nweights",
            "a.toml:10:15: invariance.scale.1: 0.5 stands there twice",
        ),
    ]);
}

#[test]
fn metrics_of_layers_need_activation_functions_and_stand_there_once() {
    let twice = "metrics = [\"accuracy\"]\nlayer_metrics = [\"dead_units\", \"dead_units\"]";
    refuse(&[(
        "metrics = [\"accuracy\"]",
        twice,
        "a.toml:23:32: training.layer_metrics.1: \"dead_units\" stands there twice",
    )]);
    let linear = GOOD.replace("    { leaky_relu = { slope = 0.1 } },\n", "");
    let metrics = "training.layer_metrics=[\"dead_units\"]";
    let message = parse(&linear, &[metrics]).unwrap_err();
    assert!(
        message.contains("no layer of the list is an activation function"),
        "{message}"
    );
    assert!(parse(GOOD, &[metrics]).is_ok());
}

#[test]
fn impossible_optimizers_are_refused() {
    let momentum = "momentum = { learning_rate = 0.1, momentum = 0.9 }";
    refuse(&[
        (
            "learning_rate = 0.1",
            "learning_rate = -0.1",
            "a.toml:21:44: training.optimizer.momentum.learning_rate: -0.1 is not a possible learning rate; above 0",
        ),
        (
            "learning_rate = 0.1",
            "learning_rate = 0.0",
            "a.toml:21:44: training.optimizer.momentum.learning_rate: 0 is not a possible learning rate; above 0",
        ),
        (
            "learning_rate = 0.1",
            "learning_rate = inf",
            "a.toml:21:44: training.optimizer.momentum.learning_rate: inf is not a possible learning rate; above 0",
        ),
        (
            "momentum = 0.9",
            "momentum = 1.0",
            "a.toml:21:60: training.optimizer.momentum.momentum: 1 is not a possible momentum; 0 or more and below 1",
        ),
        (
            "momentum = 0.9",
            "momentum = -0.1",
            "a.toml:21:60: training.optimizer.momentum.momentum: -0.1 is not a possible momentum; 0 or more and below 1",
        ),
        (
            momentum,
            "sgd = { learning_rate = nan }",
            "a.toml:21:39: training.optimizer.sgd.learning_rate: NaN is not a possible learning rate; above 0",
        ),
        (
            momentum,
            "nesterov = { learning_rate = 0.1, momentum = 1.5 }",
            "a.toml:21:60: training.optimizer.nesterov.momentum: 1.5 is not a possible momentum; 0 or more and below 1",
        ),
        (
            momentum,
            "adam = { learning_rate = 0.1, beta1 = 1.0 }",
            "a.toml:21:53: training.optimizer.adam.beta1: 1 is not a possible beta1; 0 or more and below 1",
        ),
        (
            momentum,
            "adam = { learning_rate = 0.1, beta2 = -0.1 }",
            "a.toml:21:53: training.optimizer.adam.beta2: -0.1 is not a possible beta2; 0 or more and below 1",
        ),
        (
            momentum,
            "adam = { learning_rate = 0.1, epsilon = 0.0 }",
            "a.toml:21:55: training.optimizer.adam.epsilon: 0 is not a possible epsilon; above 0",
        ),
    ]);
}

#[test]
fn impossible_data_sets_are_refused() {
    let moons = "[dataset.moons]\nsamples = 100\n";
    refuse(&[
        (
            "samples = 100",
            "samples = 0",
            "a.toml:6:11: dataset.moons.samples: 4 to 10000000 samples",
        ),
        (
            "samples = 100",
            "samples = 99999999999",
            "a.toml:6:11: dataset.moons.samples: 4 to 10000000 samples",
        ),
        (
            "samples = 100",
            "noise = -0.1",
            "a.toml:6:9: dataset.moons.noise: the noise must be 0 or more",
        ),
        (
            "test = 0.25",
            "test = 0.0",
            "a.toml:7:31: dataset.moons.split.shuffled.test: a test share of 0 leaves one part empty; above 0 and below 1",
        ),
        (
            "test = 0.25",
            "test = 1.0",
            "a.toml:7:31: dataset.moons.split.shuffled.test: a test share of 1 leaves one part empty; above 0 and below 1",
        ),
        (
            "shuffled = { test = 0.25 }",
            "stratified = { test = 1.5 }",
            "a.toml:7:33: dataset.moons.split.stratified.test: a test share of 1.5 leaves one part empty; above 0 and below 1",
        ),
        (
            "shuffled = { test = 0.25 }",
            "k_fold = { folds = 1 }",
            "a.toml:7:30: dataset.moons.split.k_fold.folds: cut into 1, nothing is left to train on; 2 or more",
        ),
        (
            "shuffled = { test = 0.25 }",
            "k_fold = { folds = 5, fold = 5 }",
            "a.toml:7:40: dataset.moons.split.k_fold.fold: there is no fold 5 of 5; 0 to 4",
        ),
        (
            moons,
            "[dataset.circles]\nfactor = 1.0\n",
            "a.toml:6:10: dataset.circles.factor: the inner radius must be above 0 and below 1",
        ),
        (
            moons,
            "[dataset.spirals]\nturns = 0.0\n",
            "a.toml:6:9: dataset.spirals.turns: the turns must be above 0 and at most 100",
        ),
        (
            moons,
            "[dataset.csv]\npath = \"a.csv\"\ntarget = \"y\"\ndelimiter = \"é\"\n",
            "a.toml:8:13: dataset.csv.delimiter: one ASCII character",
        ),
        (
            moons,
            "[dataset.csv]\npath = \"a.csv\"\ntarget = \"y\"\ndecimal = \";\"\n",
            "a.toml:8:11: dataset.csv.decimal: \".\" or \",\"",
        ),
        (
            moons,
            "[dataset.csv]\npath = \"a.csv\"\ntarget = \"y\"\ncomment = \"x\"\n",
            "a.toml:8:11: dataset.csv.comment: a sign that no line of data begins with, such as \"#\"",
        ),
        (
            moons,
            "[dataset.csv]\npath = \"a.csv\"\ntarget = \"y\"\nrename = { u = \" \" }\n",
            "a.toml:8:10: dataset.csv.rename: a class needs a name of one character or more",
        ),
    ]);
    let start = GOOD.find("[dataset.moons]").unwrap();
    let end = GOOD.find("[model]").unwrap();
    let rows = [
        (
            "[dataset.parity]\nbits = 0\n",
            "a.toml:6:8: dataset.parity.bits: 1 to 16 bits",
        ),
        (
            "[dataset.parity]\nbits = 2\nvalues = [0.5, 0.5]\n",
            "a.toml:7:10: dataset.parity.values: two different finite numbers",
        ),
        (
            "[dataset.parity]\nbits = 17\n",
            "a.toml:6:8: dataset.parity.bits: 1 to 16 bits",
        ),
        (
            "[dataset.mnist]\nclasses = 0\n",
            "a.toml:6:11: dataset.mnist.classes: 1 class or more",
        ),
        (
            "[dataset.mnist]\ntrain_limit = 0\n",
            "a.toml:6:15: dataset.mnist.train_limit: 1 image or more",
        ),
        (
            "[dataset.mnist]\ntest_limit = 0\n",
            "a.toml:6:14: dataset.mnist.test_limit: 1 image or more",
        ),
        (
            "[dataset.xor]\nbits = 2\n",
            "a.toml:6:1: unknown key `bits`; valid: target",
        ),
    ];
    for (dataset, message) in rows {
        let text = format!("{}{dataset}{}", &GOOD[..start], &GOOD[end..]);
        assert_eq!(parse(&text, &[]).unwrap_err(), message, "{dataset}");
    }
}
