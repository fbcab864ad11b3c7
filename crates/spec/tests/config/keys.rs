//! Keys, names and types that a config does not know.

use crate::support::{parse, refuse};

#[test]
fn unknown_keys_and_names_are_refused_with_the_nearest_valid_one() {
    refuse(&[
        (
            "seed = 1",
            "sead = 1",
            "a.toml:2:1: unknown key `sead`; did you mean `seed`? (valid: name, seed, implementations, dataset, validation, augmentation, invariance, model, training, learner, gradient_check, record)",
        ),
        (
            "[dataset.moons]",
            "[dataset.moon]",
            "a.toml:5:10: unknown name `moon`; did you mean `moons`? (valid: mnist, images, cifar10, csv, xor, gate, parity, moons, circles, spirals, sine, surface, waves, encoder, bars_and_stripes, series, text, temporal_xor, letters, adding, multiplication, long_lag, distractors, two_sequence, temporal_order, reber, continual_reber, reversal, dates, pairs)",
        ),
        (
            "samples = 100",
            "sample = 100",
            "a.toml:6:1: unknown key `sample`; did you mean `samples`? (valid: samples, noise, split, target)",
        ),
        (
            "shuffled = {",
            "shuffeld = {",
            "a.toml:7:11: unknown name `shuffeld`; did you mean `shuffled`? (valid: none, shuffled, stratified, k_fold, ordered)",
        ),
        (
            "{ test = 0.25 }",
            "{ tset = 0.25 }",
            "a.toml:7:24: unknown key `tset`; did you mean `test`? (valid: test)",
        ),
        (
            "weights = {",
            "weight = {",
            "a.toml:10:1: unknown key `weight`; did you mean `weights`? (valid: layers, weights, biases, initial_parameters)",
        ),
        (
            "uniform = {",
            "unifrom = {",
            "a.toml:10:13: unknown name `unifrom`; did you mean `uniform`? (valid: uniform, normal, xavier_uniform, xavier_normal, he_uniform, he_normal, lecun_uniform, lecun_normal, standard_uniform, fan_in, signs, digits, samples, k_means, orthogonal_least_squares, least_squares, constant, values)",
        ),
        (
            "high = 1.0",
            "hi = 1.0",
            "a.toml:10:37: unknown key `hi`; did you mean `high`? (valid: low, high)",
        ),
        (
            "high = 1.0",
            "high = 1.0, more = 1.0",
            "a.toml:10:49: unknown key `more`; valid: low, high",
        ),
        (
            "{ units = 4,",
            "{ unit = 4,",
            "a.toml:12:18: unknown key `unit`; did you mean `units`? (valid: units, bias, name, weights, biases, learning_rate)",
        ),
        (
            "leaky_relu",
            "leaky_rely",
            "a.toml:13:7: unknown name `leaky_rely`; did you mean `leaky_relu`? (valid: linear, conv2d, local2d, max_pool, avg_pool, subsampling, dropout, batch_norm, layer_norm, local_response_norm, embedding, tied_embedding, encoder_decoder, rnn, lstm, lstm_peephole, gru, multi_head_attention, position, maxout, squared_distance, rbf, residual, repeat, leaky_relu, prelu, elu, flatten, last, sigmoid, tanh, scaled_tanh, relu, softplus, gelu, step, identity, softmax)",
        ),
        (
            "slope",
            "slop",
            "a.toml:13:22: unknown key `slop`; did you mean `slope`? (valid: slope)",
        ),
        (
            "epochs = 3",
            "epoch = 3",
            "a.toml:18:1: unknown key `epoch`; did you mean `epochs`? (valid: epochs, batch_size, loss, optimizer, part_optimizers, schedule, warmup, clip, regularization, label_smoothing, validation, stopping, escapes, averaging, pocket, shuffle, metrics, right, phases, each_output, layer_metrics, jacobian_samples, threads, instruction_set)",
        ),
        (
            "softmax_cross_entropy",
            "cross_entropy",
            "a.toml:20:8: unknown name `cross_entropy`; did you mean `softmax_cross_entropy`? (valid: squared_error, sum_of_squares, mean_of_squares, binary_cross_entropy, softmax_cross_entropy, kl_divergence, hinge, squared_hinge, perceptron, signed_squared_error, binary_squared_hinge, maximum_a_posteriori)",
        ),
        (
            "{ momentum = {",
            "{ momentun = {",
            "a.toml:21:15: unknown name `momentun`; did you mean `momentum`? (valid: sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, rprop, quickprop, diagonal_levenberg_marquardt)",
        ),
        (
            "learning_rate = 0.1",
            "lr = 0.1",
            "a.toml:21:28: unknown key `lr`; did you mean `learning_rate`? (valid: learning_rate, momentum)",
        ),
        (
            "\"accuracy\"",
            "\"acuracy\"",
            "a.toml:22:12: unknown name `acuracy`; did you mean `accuracy`? (valid: accuracy, error, exact_match, bits_per_character, r2, rmse, mae, wrong)",
        ),
        (
            "steps = 10",
            "step = 10",
            "a.toml:25:1: unknown key `step`; did you mean `steps`? (valid: before_training, seconds, batch_size, entries, steps, tolerance_f64, tolerance_f32, tolerance_differences, tolerance_trajectory)",
        ),
        (
            "\"burn-flex\"",
            "\"burn_flex\"",
            "a.toml:3:32: unknown name `burn_flex`; did you mean `burn-flex`? (valid: backprop, burn-ndarray, burn-flex)",
        ),
    ]);
}

#[test]
fn wrong_types_are_refused() {
    refuse(&[
        (
            "name = \"good\"",
            "name = 1",
            "a.toml:1:8: name: expected a text in quotes, found 1; write \"1\"",
        ),
        (
            "seed = 1",
            "seed = -1",
            "a.toml:2:8: seed: expected a whole number, 0 or more, found -1",
        ),
        (
            "seed = 1",
            "seed = 1.5",
            "a.toml:2:8: seed: expected a whole number, 0 or more, found 1.5",
        ),
        (
            "[\"backprop\", \"burn-flex\"]",
            "\"backprop\"",
            "a.toml:3:19: implementations: expected a list, found \"backprop\"; in brackets: [\"backprop\"]",
        ),
        (
            "units = 4",
            "units = \"4\"",
            "a.toml:12:26: model.layers.0.linear.units: expected a whole number, 0 or more, found \"4\"; write 4, without quotes",
        ),
        (
            "units = 4",
            "units = -4",
            "a.toml:12:26: model.layers.0.linear.units: expected a whole number, 0 or more, found -4",
        ),
        (
            "epochs = 3",
            "epochs = true",
            "a.toml:18:10: training.epochs: expected a whole number, 0 or more, found true",
        ),
        (
            "batch_size = 8",
            "batch_size = \"whole\"",
            "a.toml:19:14: training.batch_size: expected a number of samples or \"all\", found \"whole\"",
        ),
        (
            "batch_size = 8",
            "batch_size = -8",
            "a.toml:19:14: training.batch_size: expected a number of samples or \"all\", found -8",
        ),
        (
            "batch_size = 8",
            "batch_size = 8.5",
            "a.toml:19:14: training.batch_size: expected a number of samples or \"all\", found 8.5",
        ),
        (
            "steps = 10",
            "seconds = \"endless\"",
            "a.toml:25:11: gradient_check.seconds: expected a number of seconds or \"unlimited\", found \"endless\"",
        ),
        (
            "steps = 10",
            "seconds = true",
            "a.toml:25:11: gradient_check.seconds: expected a number of seconds or \"unlimited\", found true",
        ),
        (
            "learning_rate = 0.1",
            "learning_rate = \"fast\"",
            "a.toml:21:44: training.optimizer.momentum.learning_rate: expected a number, found \"fast\"",
        ),
    ]);
}

#[test]
fn wrong_kinds_are_refused() {
    let moons = "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }";
    let leaky = "{ leaky_relu = { slope = 0.1 } }";
    refuse(&[
        (
            "[model]",
            "[dataset.xor]\n[model]",
            "a.toml:5:10: dataset: two kinds are given, moons and xor; keep one of them",
        ),
        (
            "slope = 0.1 } }",
            "slope = 0.1 }, relu = {} }",
            "a.toml:13:7: model.layers.1: two kinds are given, leaky_relu and relu; keep one of them",
        ),
        (
            leaky,
            "{ tanh = { slope = 1 } }",
            "a.toml:13:14: model.layers.1.tanh: expected no settings, { }; write \"tanh\"",
        ),
        (
            leaky,
            "\"leaky_relu\"",
            "a.toml:13:5: model.layers.1: a name alone, expected its settings too; write { leaky_relu = {} }",
        ),
        (
            leaky,
            "3",
            "a.toml:13:5: model.layers.1: expected the name of a kind, or a table, found 3; one of linear, conv2d, local2d, max_pool, avg_pool, subsampling, dropout, batch_norm, layer_norm, local_response_norm, embedding, tied_embedding, encoder_decoder, rnn, lstm, lstm_peephole, gru, multi_head_attention, position, maxout, squared_distance, rbf, residual, repeat, leaky_relu, prelu, elu, flatten, last, sigmoid, tanh, scaled_tanh, relu, softplus, gelu, step, identity, softmax",
        ),
        (
            moons,
            "dataset = \"moons\"",
            "a.toml:5:11: dataset: a name alone, expected its settings too; write { moons = {} }",
        ),
        (
            moons,
            "[dataset]",
            "a.toml:5:1: dataset: expected one kind, found none; one of mnist, images, cifar10, csv, xor, gate, parity, moons, circles, spirals, sine, surface, waves, encoder, bars_and_stripes, series, text, temporal_xor, letters, adding, multiplication, long_lag, distractors, two_sequence, temporal_order, reber, continual_reber, reversal, dates, pairs",
        ),
    ]);
}

#[test]
fn missing_keys_are_refused() {
    refuse(&[
        (
            "name = \"good\"\n",
            "",
            "a.toml:1:1: missing key `name`; add `name = ...` above the first table, or give it: --set name=...",
        ),
        (
            "epochs = 3\n",
            "",
            "a.toml:17:1: missing key `epochs`; add `epochs = ...` here, or give it: --set training.epochs=...",
        ),
        (
            "learning_rate = 0.1, ",
            "",
            "a.toml:21:26: missing key `learning_rate`; add `learning_rate = ...` here, or give it: --set training.optimizer.momentum.learning_rate=...",
        ),
        (
            "units = 4, ",
            "",
            "a.toml:12:16: missing key `units`; add `units = ...` here, or give it: --set model.layers.0.linear.units=...",
        ),
        (
            "[dataset.moons]",
            "[dataset.parity]\nbits = 2\n[gradient]",
            "a.toml:7:2: unknown key `gradient`; did you mean `gradient_check`? (valid: name, seed, implementations, dataset, validation, augmentation, invariance, model, training, learner, gradient_check, record)",
        ),
    ]);
    let error = parse("", &[]).unwrap_err();
    assert_eq!(
        error,
        "a.toml:1:1: missing key `name`; add `name = ...` above the first table, or give it: --set name=..."
    );
}

#[test]
fn what_is_not_toml_is_refused_where_it_stops_being_toml() {
    refuse(&[
        ("seed = 1", "seed = ", "a.toml:2:8: a value is missing"),
        (
            "name = \"good\"",
            "name = \"good",
            "a.toml:1:13: the text has no end: \" is missing",
        ),
        (
            "[training]",
            "[training",
            "a.toml:17:10: a closing ] is missing",
        ),
        (
            "seed = 1",
            "seed = 1\nseed = 2",
            "a.toml:3:1: this key stands there twice; keep one of the two",
        ),
    ]);
}
