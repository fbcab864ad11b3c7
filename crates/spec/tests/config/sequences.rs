//! Sequences: their data, the layers for them, and what suits both.

use spec::experiment::DataShape;

use crate::support::{parse, refuse};

const RECURRENT: &str = r#"name = "a"
seed = 1
implementations = ["backprop"]

[dataset.adding]

[model]
layers = [{ lstm = { units = 4 } }, "last", { linear = { units = 1 } }]

[training]
epochs = 1
batch_size = 8
loss = "squared_error"
optimizer = { sgd = { learning_rate = 0.1 } }
"#;

/// What data of this shape say to the config with these changes.
fn against(sample: &[usize], shape: &DataShape, overrides: &[&str]) -> Result<(), String> {
    let experiment = parse(RECURRENT, overrides).unwrap().experiment;
    let network = experiment.network().unwrap();
    let plan = network.model.plan(sample);
    let plan = plan.map_err(|p| format!("{}: {}", p.key, p.reason))?;
    let judged = network.check_data(&experiment.dataset, shape, &plan);
    judged.map_err(|p| format!("{}: {}", p.key, p.reason))
}

fn real(positions: usize) -> DataShape {
    DataShape {
        samples: 75,
        classes: None,
        targets: 1,
        positions,
        padded: false,
        class_sizes: Vec::new(),
    }
}

#[test]
fn outputs_stand_where_the_targets_do() {
    let sequence = [9, 2];
    assert_eq!(against(&sequence, &real(1), &[]), Ok(()));
    let each = "model.layers=[{ rnn = { units = 4 } }, { linear = { units = 1 } }]";
    assert_eq!(against(&sequence, &real(9), &[each]), Ok(()));
    assert_eq!(
        against(&sequence, &real(9), &[each, "training.phases=3"]),
        Ok(())
    );
    let flat = "model.layers=[{ rnn = { units = 4 } }, \"flatten\", { linear = { units = 1 } }]";
    assert_eq!(against(&sequence, &real(1), &[flat]), Ok(()));
    let wrong = [
        (
            real(1),
            vec![each],
            "model.layers.1: the output [9, 1] is a sequence, the data have one target a sample",
        ),
        (
            real(9),
            vec![],
            "model.layers.2: the data have a target at each of 9 positions, but the output is [1]",
        ),
        (
            real(1),
            vec!["training.phases=2"],
            "training.phases: the data have one target a sample, so there are no positions to tell \
             apart",
        ),
        (
            real(9),
            vec![each, "training.phases=10"],
            "training.phases: a sequence has 9 positions, 10 phases are more",
        ),
        (
            real(9),
            vec![each, "training.each_output=true"],
            "training.each_output: the target is a single number, whose error is measured anyway",
        ),
        (
            real(1),
            vec!["training.metrics=[\"rmse\", \"wrong\"]"],
            "training.metrics.1: nothing says when an output is right",
        ),
        (
            real(1),
            vec!["training.right={ within = 0.1 }"],
            "training.right: nothing is measured by it",
        ),
        (
            real(1),
            vec!["training.metrics=[\"wrong\"]", "training.right=most_active"],
            "training.right: a single output is always the most active",
        ),
        (
            real(1),
            vec!["training.jacobian_samples=2"],
            "training.jacobian_samples: it is measured of single outputs, but the samples are \
             sequences",
        ),
    ];
    for (shape, overrides, message) in wrong {
        assert_eq!(against(&sequence, &shape, &overrides), Err(message.into()));
    }
}

#[test]
fn layers_say_whether_they_take_sequences() {
    let shape = real(1);
    let of = |sample: &[usize], layers: &str| {
        let layers = format!("model.layers=[{layers}, {{ linear = {{ units = 1 }} }}]");
        against(sample, &shape, &[&layers]).unwrap_err()
    };
    for layer in [
        "{ rnn = { units = 4 } }",
        "{ gru = { units = 4 } }",
        "\"last\"",
    ] {
        for sample in [&[9][..], &[1, 28, 28]] {
            let message = of(sample, layer);
            let wanted = format!("this layer takes sequences [T, D], but gets {sample:?}");
            assert!(message.contains(&wanted), "{message}");
        }
    }
    for layer in [
        "{ maxout = { units = 2, pieces = 2 } }",
        "{ squared_distance = { units = 2 } }",
        "{ batch_norm = {} }",
        "{ prelu = { per_channel = true } }",
    ] {
        let message = of(&[9, 2], layer);
        let wanted = "this layer takes a sample as a whole, but gets a sequence [9, 2]";
        assert!(message.contains(wanted), "{message}");
    }
}

#[test]
fn impossible_settings_of_recurrent_layers_are_refused() {
    let layer = "{ leaky_relu = { slope = 0.1 } }";
    refuse(&[
        (
            layer,
            "{ rnn = { units = 0 } }",
            "a.toml:13:23: model.layers.1.rnn.units: a layer of 0 units has no output; 1 or more",
        ),
        (
            layer,
            "{ rnn = { units = 2, gradient = { truncated = 0 } } }",
            "a.toml:13:51: model.layers.1.rnn.gradient.truncated: a gradient that goes through 0 steps reaches no weight; 1 or more; 1 is \"one_step\"",
        ),
        (
            layer,
            "{ lstm = { units = 2, forget_bias = inf } }",
            "a.toml:13:41: model.layers.1.lstm.forget_bias: inf is not a possible bias; a finite number",
        ),
        (
            layer,
            "{ gru = { units = 2, layers = 0 } }",
            "a.toml:13:35: model.layers.1.gru.layers: 0 is not a possible number of layers; 1 to 64",
        ),
        (
            layer,
            "{ gru = { units = 2, bidirectional = true, state = \"carried\" } }",
            "a.toml:13:56: model.layers.1.gru.state: what reads from the end of a stream has no state before it to go on from; leave it out, or leave out bidirectional",
        ),
    ]);
}

#[test]
fn impossible_settings_of_transformers_are_refused() {
    let layer = "{ leaky_relu = { slope = 0.1 } }";
    let model = "model.layers.1";
    refuse(&[
        (
            layer,
            "{ multi_head_attention = { heads = 0 } }",
            &format!(
                "a.toml:13:40: {model}.multi_head_attention.heads: 0 heads give nothing; 1 or more"
            ),
        ),
        (
            layer,
            "{ position = { positions = 9 } }",
            &format!(
                "a.toml:13:32: {model}.position.positions: sines and cosines are computed: they have no positions; leave it out, or encoding = \"learned\""
            ),
        ),
        (
            layer,
            "{ repeat = { times = 0, layers = [\"tanh\"] } }",
            &format!(
                "a.toml:13:26: {model}.repeat.times: layers cannot be repeated 0 times; 1 to 1000"
            ),
        ),
        (
            layer,
            "{ repeat = { times = 2, layers = [] } }",
            &format!(
                "a.toml:13:38: {model}.repeat.layers: there is no layer to repeat; list one or more"
            ),
        ),
        (
            layer,
            "{ tied_embedding = { tokens = 5, dimension = 2, layers = [] } }",
            &format!(
                "a.toml:13:62: {model}.tied_embedding.layers: without layers between them both places of the table meet at once; list one or more"
            ),
        ),
    ]);
}

#[test]
fn layers_of_transformers_say_what_does_not_fit() {
    let shape = real(1);
    let of = |sample: &[usize], layer: &str| {
        let layers = format!("model.layers=[{layer}, \"last\", {{ linear = {{ units = 1 }} }}]");
        against(sample, &shape, &[&layers])
    };
    let fine = "{ repeat = { times = 2, layers = [{ multi_head_attention = { heads = 2 } }] } }";
    assert_eq!(of(&[9, 6], fine), Ok(()));
    for (sample, layer, message) in [
        (
            &[9, 6][..],
            "{ multi_head_attention = { heads = 4 } }",
            "model.layers.0.multi_head_attention.heads: 4 heads cannot share the 6 numbers of a \
             position equally",
        ),
        (
            &[9],
            "{ multi_head_attention = { heads = 3 } }",
            "model.layers.0.multi_head_attention: this layer takes sequences [T, D], but gets [9]",
        ),
        (
            &[1, 28, 28],
            "{ position = {} }",
            "model.layers.0.position: this layer takes sequences [T, D], but gets [1, 28, 28]",
        ),
        (
            &[9, 6],
            "{ position = { encoding = \"learned\", positions = 8 } }",
            "model.layers.0.position.positions: the sequences have 9 positions, of which the table \
             knows 8",
        ),
        (
            &[9],
            "{ tied_embedding = { tokens = 5, dimension = 4, layers = [{ linear = { units = 3 } }] } }",
            "model.layers.0.tied_embedding.layers: the layers lead from [9, 4] to [9, 3], which the \
             vectors of the table do not fit",
        ),
        (
            &[9, 6],
            "{ repeat = { times = 2, layers = [{ residual = { layers = [{ linear = { units = 3 } }] } }] } }",
            "model.layers.0.repeat.layers.0.residual: the layers end in [9, 3] and the shortcut in \
             [9, 6]: they cannot be added",
        ),
    ] {
        assert_eq!(of(sample, layer), Err(message.into()));
    }
}

#[test]
fn impossible_sequences_are_refused() {
    let moons = "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }";
    let rows: [(&str, &str); 29] = [
        (
            "[dataset.temporal_xor]\nsteps = 10",
            "a.toml:6:9: dataset.temporal_xor.steps: a multiple of 3 bits, 3 to 30000, so that each part of the stream begins with the first of three; or 1, for a state that is carried from bit to bit",
        ),
        (
            "[dataset.text]\npath = \"a.txt\"\nlines = true\nwindows = 9",
            "a.toml:8:11: dataset.text.windows: windows are of a running text, and lines = true says that each line is one; leave one of them out",
        ),
        (
            "[dataset.text]\npath = \"a.txt\"\nsteps = 9\nwindows = 0",
            "a.toml:8:11: dataset.text.windows: 1 to 10000000",
        ),
        (
            "[dataset.text]\npath = \"a.txt\"\nsteps = 9\nwindows = 9\nsplit = { shuffled = { test = 0.1 } }",
            "a.toml:9:9: dataset.text.split: windows overlap, so only the end of the text can be held back from all of them; split = { ordered = { test = 0.1 } }, or \"none\"",
        ),
        (
            "[dataset.temporal_xor]\nbits = 2",
            "a.toml:6:8: dataset.temporal_xor.bits: 3 to 10000000 bits",
        ),
        (
            "[dataset.letters]\nwords = [\"ba\"]",
            "a.toml:6:9: dataset.letters.words: 2 to 1000 words: one alone tells everything",
        ),
        (
            "[dataset.letters]\nwords = [\"ba\", \"\"]",
            "a.toml:6:16: dataset.letters.words.1: a word of 1 to 30 letters",
        ),
        (
            "[dataset.letters]\nwords = [\"ba\", \"doe\"]",
            "a.toml:6:16: dataset.letters.words.1: 'o' is no letter of this code; words of the letters bdgaiu",
        ),
        (
            "[dataset.letters]\ntest = 0",
            "a.toml:6:8: dataset.letters.test: 1 to 300000 words",
        ),
        (
            "[dataset.letters]\nsteps = 0",
            "a.toml:6:9: dataset.letters.steps: 1 to 30000 letters",
        ),
        (
            "[dataset.adding]\nlength = 19",
            "a.toml:6:10: dataset.adding.length: 20 to 10000 steps: one of the first ten, and another of the first half, is marked",
        ),
        (
            "[dataset.adding]\nsamples = 1",
            "a.toml:6:11: dataset.adding.samples: 4 to 10000000 samples",
        ),
        (
            "[dataset.temporal_order]\nsymbols = 4",
            "a.toml:6:11: dataset.temporal_order.symbols: 2 or 3 symbols that matter",
        ),
        (
            "[dataset.temporal_order]\nlength = 9",
            "a.toml:6:10: dataset.temporal_order.length: 10 to 10000 steps: each symbol that matters stands within a tenth of them",
        ),
        (
            "[dataset.long_lag]\nsymbols = 1",
            "a.toml:6:11: dataset.long_lag.symbols: p is 2 to 2000: with less there is no symbol between the first and the last",
        ),
        (
            "[dataset.distractors]\nlag = 0",
            "a.toml:6:7: dataset.distractors.lag: 1 to 10000",
        ),
        (
            "[dataset.two_sequence]\nlength = 20\ntelling = 21",
            "a.toml:7:11: dataset.two_sequence.telling: 1 or more, and no more than length",
        ),
        (
            "[dataset.two_sequence]\nvariance = -0.1",
            "a.toml:6:12: dataset.two_sequence.variance: -0.1 is not a possible variance; 0 or more",
        ),
        (
            "[dataset.continual_reber]\nsymbols = 11",
            "a.toml:6:11: dataset.continual_reber.symbols: 12 to 1000000 symbols: a string has 12 on average",
        ),
        (
            "[dataset.reber]\nsamples = 20000",
            "a.toml:6:11: dataset.reber.samples: 4 to 10000 strings, all different",
        ),
        (
            "[dataset.series]\npath = \"a.csv\"\ncolumn = 1",
            "a.toml:5:1: missing key `window`; add `window = ...` here, or give it: --set dataset.series.window=...",
        ),
        (
            "[dataset.series]\npath = \"a.csv\"\ncolumn = 1\nwindow = 0",
            "a.toml:8:10: dataset.series.window: 1 to 1000000 values",
        ),
        (
            "[dataset.series]\npath = \"a.csv\"\ncolumn = 1\nwindow = 2\nhorizon = 0",
            "a.toml:9:11: dataset.series.horizon: 1 to 1000000 steps",
        ),
        (
            "[dataset.series]\npath = \"a.csv\"\ncolumn = 1\nwindow = 2\nhorizon = 3\ndifference = 2",
            "a.toml:10:14: dataset.series.difference: as many steps as the horizon, or more, up to 1000000",
        ),
        (
            "[dataset.series]\npath = \"a.csv\"\ncolumn = 1\nwindow = 2\ntest = 1.5",
            "a.toml:9:8: dataset.series.test: 1.5 is neither a share nor a number of samples; above 0 and below 1, or a whole number",
        ),
        (
            "[dataset.series]\npath = \"a.csv\"\ncolumn = 1\nwindow = 2\ndecimal = \";\"",
            "a.toml:9:11: dataset.series.decimal: \".\" or \",\"",
        ),
        (
            "[dataset.text]\npath = \"a.txt\"",
            "a.toml:5:1: dataset.text.steps: a running text is cut into sequences, and nothing says how long they are; set steps = 64, or lines = true if each line is one",
        ),
        (
            "[dataset.text]\npath = \"a.txt\"\nsteps = 0",
            "a.toml:7:9: dataset.text.steps: 1 to 100000 characters",
        ),
        (
            "[dataset.text]\npath = \"a.txt\"\nlines = true\nsplit = { stratified = {} }",
            "a.toml:8:9: dataset.text.split: a sequence of characters is of no class, so none can be kept in proportion",
        ),
    ];
    let rows = rows.map(|(to, message)| (moons, to, message));
    refuse(&rows);
}

/// A state that is carried wants the samples in their order, all of them, and without padding.
#[test]
fn a_state_is_carried_through_a_stream_only() {
    let carried =
        "model.layers=[{ rnn = { units = 4, state = \"carried\" } }, { linear = { units = 1 } }]";
    let refused = |overrides: &[&str]| {
        let all = [&[carried][..], overrides].concat();
        parse(RECURRENT, &all).unwrap_err().to_string()
    };
    let message = refused(&[]);
    let wanted = "training.shuffle: layer 0 carries its state from sample to sample, but each epoch takes \
                  the samples in a new random order";
    assert!(message.contains(wanted), "{message}");
    let message = refused(&[
        "training.shuffle=false",
        "training.validation={ samples = 0.1 }",
    ]);
    let wanted = "training.validation: layer 0 carries its state from sample to sample, but samples that \
                  are held back leave gaps in the stream";
    assert!(message.contains(wanted), "{message}");
    let stream = [carried, "training.shuffle=false", "training.phases=3"];
    let single = DataShape {
        positions: 1,
        ..real(1)
    };
    assert_eq!(against(&[1, 2], &single, &stream), Ok(()));
    let padded = DataShape {
        padded: true,
        ..single
    };
    assert_eq!(
        against(&[1, 2], &padded, &stream),
        Err(
            "model.layers.0.rnn: the state is carried from sample to sample, but some samples are \
             padded: it would go through their padding"
                .into()
        )
    );
}

#[test]
fn layers_and_directions_have_the_names_of_pytorch() {
    let lstm = "model.layers=[{ lstm = { units = 4, layers = 2, bidirectional = true, steps = \"last\" } }, { linear = { units = 1 } }]";
    let experiment = parse(RECURRENT, &[lstm]).unwrap().experiment;
    let plan = experiment.network().unwrap().model.plan(&[9, 3]).unwrap();
    assert_eq!(plan[0].output, [8]);
    let named = plan[0].parameters.iter();
    let named: Vec<_> = named
        .map(|p| (p.name.as_str(), p.shape.as_slice()))
        .collect();
    let mut expected = Vec::new();
    for (place, inputs) in [("l0", 3), ("l0_reverse", 3), ("l1", 8), ("l1_reverse", 8)] {
        expected.push((format!("0.weight_ih_{place}"), vec![16, inputs]));
        expected.push((format!("0.weight_hh_{place}"), vec![16, 4]));
        expected.push((format!("0.bias_ih_{place}"), vec![16]));
        expected.push((format!("0.bias_hh_{place}"), vec![16]));
    }
    let expected: Vec<_> = expected
        .iter()
        .map(|(n, s)| (n.as_str(), s.as_slice()))
        .collect();
    assert_eq!(named, expected);
}

#[test]
fn bits_are_of_classes_at_every_position_under_a_softmax() {
    let shape = DataShape {
        samples: 100,
        classes: Some(4),
        targets: 1,
        positions: 9,
        class_sizes: Vec::new(),
        padded: false,
    };
    let layers = "model.layers=[{ rnn = { units = 4 } }, { linear = { units = 4 } }]";
    let bits = "training.metrics=[\"bits_per_character\"]";
    let softmax = "training.loss=softmax_cross_entropy";
    let judged = |shape: &DataShape, overrides: &[&str]| against(&[9, 4], shape, overrides);
    assert_eq!(judged(&shape, &[layers, bits, softmax]), Ok(()));
    let message = "training.metrics.0: the outputs under squared_error are no logits of a softmax";
    assert_eq!(judged(&shape, &[layers, bits]), Err(message.into()));
    let once = DataShape {
        positions: 1,
        ..shape
    };
    let message = "training.metrics.0: the data have one class a sample, not one at every position of \
                   a sequence";
    assert_eq!(judged(&once, &[layers, bits, softmax]), Err(message.into()));
}
