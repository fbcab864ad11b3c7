//! `runner sample`: texts drawn from a recorded run, and targets written.

use crate::support::{BY_HAND, Workspace, record};

/// Names of two letters, of which the first says the second.
const LINES: &str = r#"
name = "lines"
seed = 1
implementations = ["backprop"]
gradient_check = { before_training = false }
dataset.text = { path = "lines.txt", lines = true, inputs = "one_hot", split = "none" }

[model]
layers = [{ rnn = { units = 8 } }, { linear = { units = 5 } }]

[training]
epochs = 200
batch_size = 2
loss = "softmax_cross_entropy"
optimizer = { adam = { learning_rate = 0.05 } }
metrics = ["bits_per_character"]
"#;

/// The same, counted.
const COUNTED: &str = r#"
name = "counted"
seed = 1
dataset.text = { path = "lines.txt", lines = true, split = "none" }

[learner.ngram]
order = 2
smoothing = { add_k = 0.001 }
"#;

fn workspace() -> Workspace {
    let workspace = Workspace::tiny();
    workspace.write("lines.toml", LINES);
    workspace.write("counted.toml", COUNTED);
    workspace.write("lines.txt", "ab\ncd\n");
    workspace
}

#[test]
fn lines_are_drawn_from_a_network_and_from_counts() {
    let workspace = workspace();
    for (config, name) in [("lines.toml", "lines"), ("counted.toml", "counted")] {
        let out = workspace.succeed(&[config]);
        assert!(out.contains("bits_per_character"), "{out}");
        let call = ["sample", name, "--count", "20"];
        let out = workspace.succeed(&call);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), 20, "{out}");
        assert!(lines.contains(&"ab") && lines.contains(&"cd"), "{out}");
        let right = lines.iter().filter(|line| ["ab", "cd"].contains(line));
        assert!(right.count() >= 19, "{out}");
        assert_eq!(out, workspace.succeed(&call), "the same seed");
        let other = [&call[..], &["--seed", "2"]].concat();
        assert_ne!(out, workspace.succeed(&other), "another seed");
        let begun = ["--prompt", "c", "--temperature", "0", "--count", "1"];
        let out = workspace.succeed(&[&["sample", name][..], &begun].concat());
        assert_eq!(out, "cd\n");
    }
}

#[test]
fn a_running_text_goes_on_beyond_the_steps_it_was_learned_in() {
    let workspace = workspace();
    workspace.write("lines.txt", "abcabcabcabcabcabcabcabcabc");
    let changed = "dataset.text={ path = \"lines.txt\", steps = 4, split = \"none\" }";
    workspace.succeed(&["counted.toml", "--set", changed]);
    let call = ["sample", "counted", "--length", "7", "--count", "2"];
    let out = workspace.succeed(&[&call[..], &["--prompt", "ab", "--top-k", "1"]].concat());
    assert_eq!(out, "abcabcabc\nabcabcabc\n");
    workspace.refuse(&call, &["--prompt: ", "no line break to begin behind"]);
}

/// A text of which each letter says the next one, learned in windows of it.
#[test]
fn a_transformer_goes_on_with_a_text() {
    let workspace = Workspace::tiny();
    workspace.write("text.txt", "abcd\n".repeat(60));
    workspace.write(
        "text.toml",
        r#"
name = "text"
seed = 1
implementations = ["backprop"]
gradient_check = { before_training = false }
dataset.text = { path = "text.txt", steps = 8, windows = 200, split = { ordered = { test = 0.2 } } }

[[model.layers]]
[model.layers.tied_embedding]
tokens = 5
dimension = 8
layers = [
    { position = {} },
    { residual = { layers = [{ layer_norm = {} }, { multi_head_attention = { heads = 2, causal = true } }] } },
    { residual = { layers = [{ layer_norm = {} }, { linear = { units = 16 } }, "gelu", { linear = { units = 8 } }] } },
    { layer_norm = {} },
]

[training]
epochs = 10
batch_size = 20
loss = "softmax_cross_entropy"
optimizer = { adamw = { learning_rate = 0.02, decays = "matrices" } }
"#,
    );
    workspace.succeed(&["text.toml"]);
    let greedy = ["--temperature", "0", "--count", "1", "--length", "13"];
    let call = [&["sample", "text"][..], &greedy].concat();
    let out = workspace.succeed(&[&call[..], &["--prompt", "b"]].concat());
    assert_eq!(
        out, "bcd\nabcd\nabcd\n\n",
        "beyond the steps of its windows"
    );
    assert_eq!(workspace.succeed(&call), "abcd\nabcd\nabc\n");
    let parts = ["--prompt: the run knows no character 'x'"];
    workspace.refuse(&[&call[..], &["--prompt", "x"]].concat(), &parts);
    workspace.succeed(&["draw", "text", "--out", "pictures"]);
    let heads = workspace.read("pictures/heads.svg");
    assert_eq!(heads.matches("head 2").count(), 1, "two heads of one layer");
    assert!(heads.contains("0.layers.1.layers.1, head 1"), "{heads}");
    assert!(workspace.path("pictures/next.svg").exists());
    assert!(!workspace.path("pictures/states.svg").exists());
    let longer = ["text.toml", "--set", "dataset.text.steps=300"];
    let parts = [
        "sequences of 300 steps are longer",
        "240 characters",
        "set steps = 239 or less",
    ];
    workspace.refuse(&longer, &parts);
}

#[test]
fn what_no_text_can_be_drawn_from_is_refused() {
    let workspace = workspace();
    let mut arguments = vec!["tiny.toml"];
    arguments.extend(BY_HAND.iter().flat_map(|set| ["--set", set]));
    workspace.succeed(&arguments);
    let parts = ["learned from [dataset.moons], which is no text and no pairs of sequences"];
    workspace.refuse(&["sample", "tiny"], &parts);
    let parts = ["no recorded run of that name", "there are: tiny"];
    workspace.refuse(&["sample", "other"], &parts);
    workspace.succeed(&["counted.toml"]);
    let prompt = |text| ["sample", "counted", "--prompt", text];
    let parts = ["--prompt: the run knows no character 'z'", "\"\\nabcd\""];
    workspace.refuse(&prompt("az"), &parts);
    workspace.refuse(&prompt("a\nb"), &["a line has no line break in it"]);
    for (option, value) in [("--temperature", "-1"), ("--top-k", "0"), ("--count", "x")] {
        let finished = workspace.call(&["sample", "counted", option, value]);
        assert_eq!(finished.code, Some(2), "{finished:?}");
    }
    workspace.write("lines.txt", "ab\ncd\nad\n");
    workspace.refuse(
        &["sample", "counted"],
        &["no longer those that this run began with"],
    );
    workspace.write("lines.txt", "ab\ncd\n");
    let squared = [
        "--set",
        "training.loss=squared_error",
        "--unset",
        "training.metrics",
    ];
    let once = ["--set", "training.epochs=1"];
    workspace.succeed(&[&["lines.toml"][..], &squared, &once].concat());
    workspace.refuse(&["sample", "lines"], &["learned by squared_error"]);
}

/// Short sequences to be reversed; trained until some of them are right.
const PAIRS: &str = r#"
name = "pairs"
seed = 1
implementations = ["backprop"]
gradient_check = { before_training = false }
dataset.reversal = { samples = 400, test_samples = 60, symbols = 3, lengths = [1, 4] }

[model]
layers = [
    { encoder_decoder = { encoder = [
        { embedding = { tokens = 4, dimension = 4 } },
        { gru = { units = 12 } },
    ], decoder = [{ embedding = { tokens = 4, dimension = 4 } }], cell = { gru = { units = 12 } } } },
    { linear = { units = 4 } },
]

[training]
epochs = 12
batch_size = 20
loss = "softmax_cross_entropy"
optimizer = { adam = { learning_rate = 0.02 } }
metrics = ["exact_match"]
"#;

#[test]
fn as_many_targets_are_written_without_an_error_as_are_exact() {
    let workspace = Workspace::new();
    workspace.write("pairs.toml", PAIRS);
    workspace.succeed(&["pairs.toml"]);
    let run = workspace.runs("pairs").pop().unwrap();
    let implementation = &record(&run)["implementations"][0];
    let last = implementation["epochs"].as_array().unwrap().last().unwrap();
    let share = last["measures"]["test_exact_match"].as_f64().unwrap();
    let exact = (60.0 * share).round();
    assert!((10.0..=55.0).contains(&exact), "some are wrong: {exact}");
    let call = ["sample", "pairs", "--count", "100"];
    let greedy = workspace.succeed(&call);
    assert!(
        greedy.ends_with(&format!("\n{exact} of 60 exact\n")),
        "{greedy}"
    );
    let one = workspace.succeed(&[&call[..], &["--beam", "1"]].concat());
    assert_eq!(one, greedy);
    let wide = workspace.succeed(&[&call[..], &["--beam", "100"]].concat());
    assert_ne!(
        wide, greedy,
        "some sequence is more likely than the greedy one"
    );
    let out = workspace.succeed(&["sample", "pairs", "--source", "ca", "--source", "b"]);
    let rows: Vec<Vec<&str>> = out
        .lines()
        .map(|l| l.split_whitespace().collect())
        .collect();
    assert!(rows.contains(&vec!["source", "written"]), "{out}");
    assert!(
        rows.iter().any(|row| row[0] == "ca" && row.len() == 2),
        "{out}"
    );
    assert!(rows.contains(&vec!["b", "b"]), "{out}");
}

#[test]
fn pairs_of_more_symbols_than_an_embedding_has_tokens_are_refused() {
    let workspace = Workspace::new();
    workspace.write("pairs.toml", PAIRS);
    for part in ["encoder", "decoder"] {
        let tokens = format!("model.layers.0.encoder_decoder.{part}.0.embedding.tokens=3");
        let parts = [
            &format!("encoder_decoder.{part}.0.embedding.tokens: ")[..],
            "is 3, but the inputs of an embedding of 3 tokens are integers from 0 to 2",
            "more tokens, data without scaling",
        ];
        workspace.refuse(&["pairs.toml", "--set", &tokens], &parts);
    }
}

#[test]
fn sources_that_no_target_can_be_written_of_are_refused() {
    let workspace = workspace();
    workspace.write("pairs.toml", PAIRS);
    workspace.succeed(&["pairs.toml", "--set", "training.epochs=1"]);
    let source = |text| ["sample", "pairs", "--source", text];
    let parts = [
        "--source \"abz\": ",
        "no symbol \"z\"; those that it learned from are \"abc\"",
    ];
    workspace.refuse(&source("abz"), &parts);
    let parts = [
        "--source \"\": ",
        "no target of nothing; give 1 to 4 symbols",
    ];
    workspace.refuse(&source(""), &parts);
    let parts = ["it has 5 symbols, and this run reads at most 4; shorten it"];
    workspace.refuse(&source("abcab"), &parts);
    let beam = workspace.call(&["sample", "pairs", "--beam", "0"]);
    assert_eq!(beam.code, Some(2), "{beam:?}");
    assert!(beam.err.contains("expected 1 to 1000"), "{beam:?}");
    for option in ["--prompt", "--length", "--temperature", "--top-k", "--seed"] {
        let parts = [option, "learned pairs of sequences"];
        workspace.refuse(&["sample", "pairs", option, "1"], &parts);
    }
    let layers = [
        "{ gru = { units = 4, bidirectional = true } }",
        "{ linear = { units = 4 } }",
    ];
    let later = layers.map(|layer| format!("model.layers+=[{layer}]"));
    workspace.succeed(&[
        "pairs.toml",
        "--set",
        "training.epochs=1",
        "--set",
        &later[0],
        "--set",
        &later[1],
    ]);
    let parts = ["layer 2 of this run reads ahead, in a target that is not yet written"];
    workspace.refuse(&["sample", "pairs"], &parts);
    workspace.succeed(&["counted.toml"]);
    let parts = ["--beam: this run learned a text"];
    workspace.refuse(&["sample", "counted", "--beam", "2"], &parts);
}

/// The bits of Kneser-Ney on all names, by twenty lines of Python that know nothing of this
/// program.
#[test]
fn counts_of_names_take_as_many_bits_as_in_another_program() {
    let workspace = Workspace::new();
    let config = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../configs/names-counts.toml"
    );
    for (order, bits) in [
        ("1", 4.055764059672865),
        ("2", 3.3711440463823403),
        ("3", 2.8893087807763616),
        ("4", 2.409296029352326),
    ] {
        let order = format!("learner.ngram.order={order}");
        let set = ["--set", &order, "--set", "dataset.text.split=none"];
        workspace.succeed(&[&[config][..], &set].concat());
        let run = workspace.runs("names-counts").pop().unwrap();
        let epochs = &record(&run)["implementations"][0]["epochs"];
        let found = epochs[0]["measures"]["test_bits_per_character"].as_f64();
        assert!((found.unwrap() - bits).abs() < 1e-12, "{order}: {found:?}");
    }
}
