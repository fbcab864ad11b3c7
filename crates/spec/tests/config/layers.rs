//! Values that no layer can have.

use crate::support::{GOOD, changed, good, parse, refuse};

#[test]
fn impossible_dropout_and_normalisations_are_refused() {
    refuse(&[
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ dropout = { rate = 1.0 } }",
            "a.toml:13:26: model.layers.1.dropout.rate: 1 is not a possible rate; 0 or more and below 1",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ dropout = { rate = -0.1 } }",
            "a.toml:13:26: model.layers.1.dropout.rate: -0.1 is not a possible rate; 0 or more and below 1",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ dropout = { rate = nan } }",
            "a.toml:13:26: model.layers.1.dropout.rate: NaN is not a possible rate; 0 or more and below 1",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ batch_norm = { momentum = 0.0 } }",
            "a.toml:13:33: model.layers.1.batch_norm.momentum: 0 is not a possible momentum; above 0 and at most 1",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ batch_norm = { momentum = 1.5 } }",
            "a.toml:13:33: model.layers.1.batch_norm.momentum: 1.5 is not a possible momentum; above 0 and at most 1",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ batch_norm = { epsilon = 0.0 } }",
            "a.toml:13:32: model.layers.1.batch_norm.epsilon: 0 is not a possible epsilon; above 0 and below 1",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ layer_norm = { epsilon = 1.0 } }",
            "a.toml:13:32: model.layers.1.layer_norm.epsilon: 1 is not a possible epsilon; above 0 and below 1",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ local_response_norm = { size = 4 } }",
            "a.toml:13:38: model.layers.1.local_response_norm.size: 4 is not a possible size; an odd number of channels",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ local_response_norm = { alpha = 0.0 } }",
            "a.toml:13:39: model.layers.1.local_response_norm.alpha: 0 is not a possible alpha; above 0",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ local_response_norm = { beta = nan } }",
            "a.toml:13:38: model.layers.1.local_response_norm.beta: NaN is not a possible beta; above 0",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ local_response_norm = { k = -1.0 } }",
            "a.toml:13:35: model.layers.1.local_response_norm.k: -1 is not a possible k; above 0",
        ),
    ]);
}

#[test]
fn impossible_units_are_refused() {
    refuse(&[
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ linear = { units = 3, learning_rate = nan } }",
            "a.toml:13:45: model.layers.1.linear.learning_rate: NaN is not a possible learning rate; 0 or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ linear = { units = 3, weights = \"digits\" } }",
            "a.toml:13:39: model.layers.1.linear.weights: the pictures of the digits can only be the centers of a squared_distance layer",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ embedding = { tokens = 0, dimension = 2 } }",
            "a.toml:13:30: model.layers.1.embedding.tokens: 0 tokens give nothing; 1 or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ embedding = { tokens = 2, dimension = 0 } }",
            "a.toml:13:45: model.layers.1.embedding.dimension: 0 numbers give nothing; 1 or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ maxout = { units = 0, pieces = 2 } }",
            "a.toml:13:26: model.layers.1.maxout.units: a layer of 0 units has no output; 1 or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ maxout = { units = 2, pieces = 0 } }",
            "a.toml:13:38: model.layers.1.maxout.pieces: 0 pieces give nothing; 1 or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ squared_distance = { units = 0 } }",
            "a.toml:13:36: model.layers.1.squared_distance.units: a layer of 0 units has no output; 1 or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ squared_distance = { units = 2, learning_rate = -1.0 } }",
            "a.toml:13:55: model.layers.1.squared_distance.learning_rate: -1 is not a possible learning rate; 0 or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ squared_distance = { units = 2, centers = { constant = nan } } }",
            "a.toml:13:49: model.layers.1.squared_distance.centers: the constant must be finite",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ squared_distance = { units = 2, centers = \"samples\" } }",
            "a.toml:13:49: model.layers.1.squared_distance.centers: what is found among the samples can only be the centers of an rbf layer",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ prelu = { slope = inf } }",
            "a.toml:13:25: model.layers.1.prelu.slope: the slope must be a finite number",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ elu = { alpha = 0.0 } }",
            "a.toml:13:23: model.layers.1.elu.alpha: 0 is not a possible alpha; above 0",
        ),
    ]);
}

#[test]
fn impossible_residual_blocks_are_refused() {
    refuse(&[
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ residual = { layers = [] } }",
            "a.toml:13:29: model.layers.1.residual.layers: a residual block without layers does nothing; list one or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ residual = { layers = [\"tanh\", { linear = { units = 0 } }] } }",
            "a.toml:13:59: model.layers.1.residual.layers.1.linear.units: a layer of 0 units has no output; 1 or more",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ residual = { layers = [\"tanh\"], shortcut = [{ dropout = { rate = 2.0 } }] } }",
            "a.toml:13:72: model.layers.1.residual.shortcut.0.dropout.rate: 2 is not a possible rate; 0 or more and below 1",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ residual = { layers = [{ linear = { units = 4, name = \"a\" } }, { linear = { units = 4, name = \"a\" } }] } }",
            "a.toml:13:101: model.layers.1.residual.layers.1.linear.name: two layers are named \"a\"; give each its own name",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ residual = { layers = [\"tanh\"], shortcut = [{ linear = { units = 4, name = \"1\" } }] } }",
            "a.toml:13:82: model.layers.1.residual.shortcut.0.linear.name: \"1\" cannot name a layer; a letter, then letters, digits and _; \"x\" is taken by the input",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ residual = { layers = [\"tanh\"], name = \"hidden\" } }",
            "a.toml:13:46: model.layers.1.residual.name: two layers are named \"hidden\"; give each its own name",
        ),
        (
            "{ leaky_relu = { slope = 0.1 } }",
            "{ residual = { layers = [{ residual = { layers = [{ elu = { alpha = -1.0 } }] } }] } }",
            "a.toml:13:73: model.layers.1.residual.layers.0.residual.layers.0.elu.alpha: -1 is not a possible alpha; above 0",
        ),
    ]);
}

#[test]
fn the_same_name_in_a_block_and_outside_is_two_names() {
    let block = "{ residual = { layers = [{ linear = { units = 4, name = \"hidden\" } }] } }";
    let config = parse(&changed("{ leaky_relu = { slope = 0.1 } }", block), &[]).unwrap();
    let plan = config
        .experiment
        .network()
        .unwrap()
        .model
        .plan(&[2])
        .unwrap();
    let names = plan.iter().flat_map(|layer| &layer.parameters);
    let weights: Vec<_> = names.filter(|p| p.weighs).map(|p| &*p.name).collect();
    assert_eq!(
        weights,
        ["hidden.weight", "1.layers.hidden.weight", "output.weight"]
    );
}

#[test]
fn impossible_gaussian_units_are_refused() {
    let wrong = [
        (
            "units = 0, width = { constant = 1.0 }",
            "units: a layer of 0 units has no output; 1 or more",
        ),
        (
            "units = 2, width = { constant = 0.0 }",
            "width.constant: 0 is not a possible width; above 0",
        ),
        (
            "units = 2, width = { constant = nan }",
            "width.constant: NaN is not a possible width; above 0",
        ),
        (
            "units = 2, width = { constant = -1.5 }",
            "width.constant: -1.5 is not a possible width; above 0",
        ),
        (
            "units = 3, width = { mean_distance = 3 }",
            "width.mean_distance: of 3 other centres there is no mean distance here; 1 to 2",
        ),
        (
            "units = 3, width = { mean_distance = 0 }",
            "width.mean_distance: of 0 other centres there is no mean distance here; 1 to 2",
        ),
        (
            "units = 1, width = \"largest_distance\"",
            "width: a single unit has no other centre to be distant from; a number: width = { constant = 1.0 }",
        ),
        (
            "units = 3, centers = \"orthogonal_least_squares\", width = { mean_distance = 1 }",
            "width: orthogonal_least_squares chooses among units, and this width is known only when they are chosen; a number: width = { constant = 1.0 }",
        ),
        (
            "units = 3, centers = { k_means = { passes = 0 } }, width = { constant = 1.0 }",
            "centers.k_means.passes: 0 passes find no means",
        ),
        (
            "units = 3, centers = { constant = nan }, width = { constant = 1.0 }",
            "centers: the constant must be finite",
        ),
        (
            "units = 3, centers = { least_squares = {} }, width = { constant = 1.0 }",
            "centers: least_squares can only be the weights of a linear layer, the last of the model",
        ),
    ];
    for (settings, message) in wrong {
        let text = GOOD.replace(
            "leaky_relu = { slope = 0.1 }",
            &format!("rbf = {{ {settings} }}"),
        );
        let error = parse(&text, &[]).unwrap_err();
        assert!(
            error.ends_with(&format!("model.layers.1.rbf.{message}")),
            "{error}"
        );
    }
}

#[test]
fn a_closed_form_is_of_the_last_layer_and_of_squares() {
    let last = "model.layers.2.linear.weights={ least_squares = { ridge = 0.5 } }";
    let squares = "training.loss=squared_error";
    good(&[last, squares]);
    good(&[last, squares, "training.epochs=0"]);
    let refused = |overrides: &[&str], message: &str| {
        let error = parse(GOOD, overrides).unwrap_err();
        assert!(error.contains(message), "{error}");
    };
    refused(
        &[last],
        "model.layers.2.linear.weights: least squares is no minimum of softmax_cross_entropy; \
         loss = \"squared_error\", or other initial weights",
    );
    refused(
        &[
            "model.layers.0.linear.weights={ least_squares = {} }",
            squares,
        ],
        "model.layers.0.linear: only the last layer of the model has weights in closed form; \
         other initial weights, or put this layer last",
    );
    let negative = "model.layers.2.linear.weights={ least_squares = { ridge = -0.5 } }";
    refused(
        &[negative, squares],
        "model.layers.2.linear.weights.least_squares.ridge: -0.5 is not a possible",
    );
    refused(
        &[last, squares, "model.layers.2.linear.biases=signs"],
        "model.layers.2.linear.biases: least_squares gives the biases, too",
    );
    refused(
        &["model.weights={ least_squares = {} }"],
        "model.weights: least_squares can only be the weights of a linear layer",
    );
    refused(&["training.epochs=0", squares], "0 epochs train nothing");
}
