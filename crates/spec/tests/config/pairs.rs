//! Pairs of sequences: their data, and encoder and decoder.

use crate::support::{changed, parse, refuse};

#[test]
fn impossible_pairs_are_refused() {
    let moons = "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }";
    let pairs = "[dataset.pairs]\npath = \"a.csv\"\nsource = 0\ntarget = ";
    let rows = [
        (
            "[dataset.reversal]\nsamples = 0",
            "a.toml:6:11: dataset.reversal.samples: 1 to 10000000 pairs",
        ),
        (
            "[dataset.reversal]\nsymbols = 1",
            "a.toml:6:11: dataset.reversal.symbols: 2 to 1000 symbols",
        ),
        (
            "[dataset.reversal]\nlengths = [0, 4]",
            "a.toml:6:11: dataset.reversal.lengths: the shortest and the longest, of 1 to 1000 symbols",
        ),
        (
            "[dataset.reversal]\ntest_lengths = [5, 4]",
            "a.toml:6:16: dataset.reversal.test_lengths: the shortest and the longest, of 1 to 1000 symbols",
        ),
        (
            "[dataset.dates]\ntest_samples = 0",
            "a.toml:6:16: dataset.dates.test_samples: 1 to 10000000 pairs",
        ),
        (
            &format!("{pairs}0"),
            "a.toml:8:10: dataset.pairs.target: the column that is read cannot be the one to be written",
        ),
        (
            &format!("{pairs}1\nlongest = 0"),
            "a.toml:9:11: dataset.pairs.longest: 1 to 100000 characters",
        ),
        (
            &format!("{pairs}1\ndelimiter = \"ä\""),
            "a.toml:9:13: dataset.pairs.delimiter: one ASCII character",
        ),
        (
            &format!("{pairs}1\nsplit = {{ stratified = {{ test = 0.1 }} }}"),
            "a.toml:9:9: dataset.pairs.split: a pair of texts is of no class, so none can be kept in proportion",
        ),
        (
            &format!("{pairs}1\nsplit = {{ shuffled = {{ test = 1.5 }} }}"),
            "a.toml:9:31: dataset.pairs.split.shuffled.test: a test share of 1.5 leaves one part empty; above 0 and below 1",
        ),
    ];
    for (dataset, message) in rows {
        let error = parse(&changed(moons, dataset), &[]).map(|config| config.experiment);
        assert_eq!(error.unwrap_err(), message, "{dataset}");
    }
}

/// An encoder-decoder, as it stands in a config.
fn layer(encoder: &str, decoder: &str, cell: &str, attention: &str) -> String {
    format!(
        "{{ encoder_decoder = {{ encoder = [{encoder}], decoder = [{decoder}], cell = {cell}, \
         attention = {attention} }} }}"
    )
}

const SYMBOLS: &str = "{ embedding = { tokens = 4, dimension = 2 } }";
const READS: &str =
    "{ embedding = { tokens = 4, dimension = 2 } }, { gru = { units = 3, bidirectional = true } }";
const GRU: &str = "{ gru = { units = 5 } }";

#[test]
fn impossible_settings_of_encoder_and_decoder_are_refused() {
    let ahead = |layer: &str| format!("{SYMBOLS}, {layer}");
    let both = ahead("{ residual = { layers = [{ gru = { units = 2, bidirectional = true } }] } }");
    let attends = ahead("{ multi_head_attention = { heads = 1 } }");
    let rows = [
        (
            layer(GRU, SYMBOLS, GRU, "\"none\""),
            "encoder: the encoder does not begin with an embedding of its symbols; put { embedding = { tokens = ..., dimension = ... } } first",
        ),
        (
            layer(READS, "", GRU, "\"none\""),
            "decoder: the decoder does not begin with an embedding of its symbols; put { embedding = { tokens = ..., dimension = ... } } first",
        ),
        (
            layer(READS, &both, GRU, "\"none\""),
            "decoder.1: the decoder would read the symbols that it is to write; a layer that reads forward: bidirectional = false, causal = true",
        ),
        (
            layer(READS, &attends, GRU, "\"none\""),
            "decoder.1: the decoder would read the symbols that it is to write; a layer that reads forward: bidirectional = false, causal = true",
        ),
        (
            layer(
                READS,
                SYMBOLS,
                "{ gru = { units = 5, layers = 2 } }",
                "\"none\"",
            ),
            "cell: the decoder's cells are one recurrent layer that reads forward; use rnn, lstm, lstm_peephole or gru, with no other setting than units, weights, biases and learning_rate",
        ),
        (
            layer(READS, SYMBOLS, "{ linear = { units = 5 } }", "\"none\""),
            "cell: the decoder's cells are one recurrent layer that reads forward; use rnn, lstm, lstm_peephole or gru, with no other setting than units, weights, biases and learning_rate",
        ),
        (
            layer(READS, SYMBOLS, GRU, "{ additive = { units = 0 } }"),
            "attention.additive.units: a layer of 0 units has no output; 1 or more",
        ),
    ];
    for (layer, message) in rows {
        let text = changed("{ leaky_relu = { slope = 0.1 } }", &layer);
        let error = parse(&text, &[])
            .map(|config| config.experiment)
            .unwrap_err();
        let (_, reason) = error
            .split_once("model.layers.1.encoder_decoder.")
            .expect(&error);
        assert_eq!(reason, message, "{layer}");
    }
    refuse(&[(
        "{ leaky_relu = { slope = 0.1 } }",
        &layer(READS, SYMBOLS, GRU, "\"dott\""),
        "",
    )]);
}

#[test]
fn encoder_and_decoder_say_what_does_not_fit() {
    let plan = |layer: &str, sample: &[usize]| {
        let text = changed("{ leaky_relu = { slope = 0.1 } }", layer);
        let experiment = parse(&text, &[]).unwrap().experiment;
        let mut model = experiment.network().unwrap().model.clone();
        model.layers.remove(0);
        let plan = model.plan(sample);
        plan.map(|plan| plan[0].output.clone())
            .map_err(|p| format!("{}: {}; {}", p.key, p.reason, p.hint.unwrap_or_default()))
    };
    let whole = |attention: &str| layer(READS, SYMBOLS, GRU, attention);
    assert_eq!(plan(&whole("\"none\""), &[2, 7]), Ok(vec![7, 5]));
    for attention in ["\"general\"", "{ additive = { units = 4 } }"] {
        assert_eq!(plan(&whole(attention), &[2, 7]), Ok(vec![7, 5 + 6]));
    }
    let refused = |layer: &str, sample: &[usize]| plan(layer, sample).unwrap_err();
    let hint = "put it first, with data of pairs (dataset.reversal, dataset.dates, dataset.pairs)";
    for sample in [&[7][..], &[3, 7], &[2, 7, 1]] {
        assert_eq!(
            refused(&whole("\"none\""), sample),
            format!(
                "model.layers.0.encoder_decoder: this layer takes pairs of sequences [2, L], but gets \
                 {sample:?}; {hint}"
            )
        );
    }
    for kind in ["dot", "scaled_dot"] {
        assert_eq!(
            refused(&whole(&format!("\"{kind}\"")), &[2, 7]),
            format!(
                "model.layers.0.encoder_decoder.attention: \"{kind}\" multiplies states of 5 numbers \
                 with outputs of 6 of the encoder; 6 units in cell, or attention = \"general\""
            )
        );
    }
    let last = format!("{READS}, \"last\"");
    assert_eq!(
        refused(&layer(&last, SYMBOLS, GRU, "\"none\""), &[2, 7]),
        "model.layers.0.encoder_decoder.encoder: the encoder gives [6], and not numbers at every step; \
         leave out what takes a sequence as a whole: last, flatten, steps = \"last\""
    );
}
