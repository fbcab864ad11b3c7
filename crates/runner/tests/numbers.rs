//! The numbers themselves: the weights of eight small configs, bit for bit, for each instruction
//! set.
//!
//! A raw row of a table is used again as long as the program gives the same numbers. When this test
//! fails, a change of the program has given weights other bits. If that is meant, raise
//! `runner::table::key::NUMBERS`, and take over the hashes that the test prints.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use backprop::InstructionSet;
use datasets::sha256;
use runner::table::key::NUMBERS;

const CONFIGS: [(&str, &str); 8] = [
    (
        "tanh-adam",
        r#"
dataset.csv = { path = "iris.csv", target = "species", scale = "standardize" }
model.layers = [{ linear = { units = 10 } }, "tanh", { linear = { units = 3 } }]
training = { epochs = 3, batch_size = 16, loss = "softmax_cross_entropy", optimizer = { adam = { learning_rate = 0.01 } } }
"#,
    ),
    (
        "sigmoid-momentum",
        r#"
dataset.parity = { bits = 4 }
model.layers = [{ linear = { units = 9 } }, "sigmoid", { linear = { units = 1 } }, "sigmoid"]
training = { epochs = 20, batch_size = 5, loss = "squared_error", optimizer = { momentum = { learning_rate = 0.5 } } }
"#,
    ),
    (
        "convolution-adamw",
        r#"
dataset.waves = { samples = 60, size = 12 }
model.layers = [{ conv2d = { channels = 8, kernel = 3 } }, "relu", { max_pool = { size = 2 } }, { conv2d = { channels = 5, kernel = 3 } }, { batch_norm = {} }, "relu", "flatten", { linear = { units = 4 } }]
training = { epochs = 2, batch_size = 12, loss = "softmax_cross_entropy", optimizer = { adamw = { learning_rate = 0.01 } } }
"#,
    ),
    (
        "dropout-nesterov",
        r#"
dataset.csv = { path = "iris.csv", target = "species", scale = "standardize" }
model.layers = [{ linear = { units = 24 } }, "relu", { dropout = { rate = 0.5 } }, { layer_norm = {} }, { linear = { units = 3 } }]
training = { epochs = 3, batch_size = 16, loss = "softmax_cross_entropy", optimizer = { nesterov = { learning_rate = 0.05 } }, regularization = { l2 = 1e-3, max_norm = 2.0 } }
"#,
    ),
    (
        "maxout-rprop",
        r#"
dataset.csv = { path = "iris.csv", target = "species", scale = "standardize" }
model.layers = [{ maxout = { units = 7, pieces = 3 } }, { linear = { units = 5 } }, { elu = {} }, { linear = { units = 3 } }]
training = { epochs = 9, batch_size = "all", loss = "softmax_cross_entropy", optimizer = { rprop = { learning_rate = 0.01 } } }
"#,
    ),
    (
        "lstm",
        r#"
dataset.reber = { samples = 60, split = { ordered = { test = 20 } } }
model = { weights = "standard_uniform", layers = [{ lstm = { units = 9 } }, { gru = { units = 5 } }, { linear = { units = 7 } }, "sigmoid"] }
training = { epochs = 2, batch_size = 10, loss = "squared_error", optimizer = { adam = { learning_rate = 0.01 } } }
"#,
    ),
    (
        "transformer",
        r#"
dataset.text = { path = "names.txt", steps = 12, windows = 60, split = { ordered = { test = 0.1 } } }
model.layers = [{ tied_embedding = { tokens = 27, dimension = 16, layers = [{ position = { encoding = "learned" } }, { residual = { layers = [{ layer_norm = {} }, { multi_head_attention = { heads = 2, causal = true } }] } }, { residual = { layers = [{ linear = { units = 24 } }, "gelu", { linear = { units = 16 } }] } }] } }]
training = { epochs = 2, batch_size = 10, loss = "softmax_cross_entropy", optimizer = { adamw = { learning_rate = 0.01 } } }
"#,
    ),
    (
        "encoder-decoder",
        r#"
dataset.reversal = { samples = 60, lengths = [2, 6] }
model = { weights = "standard_uniform", layers = [{ encoder_decoder = { encoder = [{ embedding = { tokens = 9, dimension = 6 } }, { gru = { units = 5, bidirectional = true } }], decoder = [{ embedding = { tokens = 9, dimension = 6 } }], cell = { gru = { units = 10 } }, attention = { additive = { units = 7 } } } }, { linear = { units = 9 } }] }
training = { epochs = 2, batch_size = 10, loss = "softmax_cross_entropy", optimizer = { adam = { learning_rate = 0.01 } } }
"#,
    ),
];

/// The beginning of the SHA-256 of the weights, of the configs in their order.
const PINNED: [(&str, [&str; 8]); 3] = [
    (
        "scalar",
        [
            "472529c1c82383dc",
            "1e01b04a3f6b62c4",
            "b17e72f737fa8390",
            "7980a10e5a2b56a3",
            "68b5a636735bc961",
            "9947ddc7f35a484c",
            "01e97681b53e5ac9",
            "90909d51ce235d27",
        ],
    ),
    (
        "avx2",
        [
            "3c3b12497056a1c4",
            "1e01b04a3f6b62c4",
            "b5c6f9b348ccd0c5",
            "b9e96d1296e693a7",
            "68b5a636735bc961",
            "1bfaef5031dc1d2e",
            "5c1b3588ac152e53",
            "47dba654e5b45dd3",
        ],
    ),
    (
        "avx512",
        [
            "472529c1c82383dc",
            "1e01b04a3f6b62c4",
            "072643b0dc69d3f6",
            "ba71b2d2cf81a2cf",
            "68b5a636735bc961",
            "9ee8c9c2d6ac4ac9",
            "fe7fb5793dae9781",
            "dcea0880cbb7057e",
        ],
    ),
];

/// The folder of the only thing in a folder.
fn only(folder: &Path) -> PathBuf {
    let mut entries = fs::read_dir(folder).unwrap();
    entries.next().unwrap().unwrap().path()
}

/// The hash of the weights that a config leaves.
fn weights(name: &str, config: &str, set: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let head = format!("name = \"{name}\"\nseed = 1\nimplementations = [\"backprop\"]\n");
    fs::write(folder.path().join("config.toml"), head + config).unwrap();
    let set = format!("training.instruction_set={set}");
    let overrides = [
        "--set",
        &set,
        "--set",
        "gradient_check.before_training=false",
    ];
    let mut command = Command::new(env!("CARGO_BIN_EXE_runner"));
    command
        .args(["run", "config.toml"])
        .args(overrides)
        .current_dir(folder.path());
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let run = only(&folder.path().join("results/runs").join(name));
    let bytes = fs::read(run.join("backprop.safetensors")).unwrap();
    sha256(&bytes)[..16].to_string()
}

#[test]
fn weights_have_the_bits_that_raw_rows_were_made_with() {
    for set in InstructionSet::available() {
        let Some((name, pinned)) = PINNED.iter().find(|(name, _)| *name == set.name()) else {
            continue;
        };
        let found = CONFIGS.map(|(config, text)| weights(config, text, name));
        assert_eq!(
            found, *pinned,
            "{name}: the numbers of the program are not those of version {NUMBERS} any more; see the \
             head of this file"
        );
    }
}
