//! TensorBoard reads the event files of a run: its numbers, histograms and images are those of the
//! record and of the weights.
//!
//! It is called with the Python of the variable `TENSORBOARD_PYTHON`, which `.ci/tensorboard`
//! prepares and prints, or with `python3`. Where neither has TensorBoard the test is skipped; in CI
//! it fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use safetensors::SafeTensors;
use serde_json::Value;
use tempfile::TempDir;

const CONFIG: &str = r#"
name = "waves"
seed = 1
implementations = ["backprop"]

[dataset.waves]
samples = 40
size = 8

[model]
layers = [
    { conv2d = { channels = 5, kernel = 3 } },
    "relu",
    "flatten",
    { linear = { units = 4 } },
]

[gradient_check]
before_training = false

[training]
epochs = 4
batch_size = 8
loss = "softmax_cross_entropy"
optimizer = { momentum = { learning_rate = 0.01 } }
escapes = ["plain", { restarts = { runs = 2 } }]

[record]
tensorboard = true
"#;

/// A Python with TensorBoard.
fn python() -> Option<String> {
    let python = std::env::var("TENSORBOARD_PYTHON").unwrap_or_else(|_| "python3".into());
    let import = ["-c", "import tensorboard.backend.event_processing"];
    let output = Command::new(&python).args(import).output();
    if output.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    let remedy = "there is no TensorBoard to read event files: \
                  `export TENSORBOARD_PYTHON=$(.ci/tensorboard)`";
    assert!(std::env::var_os("CI").is_none(), "{remedy}");
    eprintln!("skipped: {remedy}");
    None
}

/// A run of a changed config; the folder of its record.
fn run(folder: &Path, changes: &[&str]) -> PathBuf {
    fs::write(folder.join("waves.toml"), CONFIG).unwrap();
    let mut runner = Command::new(env!("CARGO_BIN_EXE_runner"));
    let output = runner
        .arg("waves.toml")
        .args(changes)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let out = String::from_utf8(output.stdout).unwrap();
    let last = out
        .lines()
        .last()
        .and_then(|line| line.strip_prefix("record: "));
    folder.join(last.expect(&out))
}

/// What TensorBoard reads.
fn read(python: &str, folder: &Path) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = script.join("../../benches/peers/tensorboard_reads.py");
    let output = Command::new(python)
        .arg(script)
        .arg(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn tensorboard_reads_what_is_recorded() {
    let Some(python) = python() else { return };
    let folder = TempDir::new().unwrap();
    let run = run(folder.path(), &[]);
    let record = fs::read(run.join("record.json")).unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    let read = read(&python, &run.join("tensorboard"));
    let names: Vec<&String> = read.as_object().unwrap().keys().collect();
    assert_eq!(names, ["backprop-plain", "backprop-restarts"]);
    for trained in record["implementations"].as_array().unwrap() {
        let name = trained["implementation"].as_str().unwrap();
        let read = &read[name.replace('/', "-")];
        scalars(&record, trained, &read["scalars"]);
        let weights = fs::read(run.join(trained["weights"].as_str().unwrap())).unwrap();
        let epochs = trained["epochs"].as_array().unwrap().len();
        histograms(&weights, &read["histograms"], epochs);
        let image = &read["images"]["first layer/0.weight"][0];
        // Five filters of 3 x 3 in rows of three.
        assert_eq!((&image["width"], &image["height"]), (&11.into(), &7.into()));
        assert_eq!(image["png"], true);
    }
}

/// Every measure of every epoch, in single precision.
fn scalars(record: &Value, trained: &Value, read: &Value) {
    let (mut compared, mut tags) = (0, 0);
    for measure in record["measures"].as_array().unwrap() {
        let (key, name) = (&measure["key"], measure["name"].as_str().unwrap());
        let tag = match measure["part"].as_str() {
            Some(part) => format!("{name}/{part}"),
            None => name.into(),
        };
        let epochs = trained["epochs"].as_array().unwrap().iter();
        let values = epochs.filter_map(|epoch| {
            let value = epoch["measures"][key.as_str().unwrap()].as_f64()?;
            Some((epoch["epoch"].as_u64()?, value as f32))
        });
        let values: Vec<_> = values.collect();
        let read = read[&tag].as_array().into_iter().flatten();
        let read = read.map(|of| {
            (
                of["step"].as_u64().unwrap(),
                of["value"].as_f64().unwrap() as f32,
            )
        });
        assert_eq!(read.collect::<Vec<_>>(), values, "{tag}");
        compared += values.len();
        tags += usize::from(!values.is_empty());
    }
    assert!(compared >= 4 * 4, "{compared}");
    assert_eq!(read.as_object().unwrap().len(), tags, "nothing else");
}

/// Of each tensor all numbers are counted, between its least and its largest.
fn histograms(weights: &[u8], read: &Value, epochs: usize) {
    let weights = SafeTensors::deserialize(weights).unwrap();
    assert_eq!(weights.len(), read.as_object().unwrap().len());
    for (name, tensor) in weights.tensors() {
        let of = &read[format!("weights/{name}")][0];
        let numbers: Vec<f64> = tensor
            .data()
            .chunks_exact(4)
            .map(|bytes| f64::from(f32::from_le_bytes(bytes.try_into().unwrap())))
            .collect();
        assert_eq!(of["count"], numbers.len() as f64, "{name}");
        let counts = of["counts"].as_array().unwrap().iter();
        let counted: f64 = counts.map(|count| count.as_f64().unwrap()).sum();
        assert_eq!(counted, numbers.len() as f64, "{name}");
        // JSON may round the last bit of a double.
        let bound = |fold: fn(f64, f64) -> f64| numbers.iter().copied().reduce(fold);
        let single = |number: Option<f64>| number.map(|number| number as f32);
        assert_eq!(
            single(of["min"].as_f64()),
            single(bound(f64::min)),
            "{name}"
        );
        assert_eq!(
            single(of["max"].as_f64()),
            single(bound(f64::max)),
            "{name}"
        );
        assert_eq!(of["step"], epochs, "{name}");
    }
}

/// What `histograms.json` says of the layers, moment by moment.
#[test]
fn tensorboard_reads_how_the_layers_looked_while_they_learned() {
    let Some(python) = python() else { return };
    let folder = TempDir::new().unwrap();
    let changes = [
        ["--unset", "training.escapes"],
        ["--set", "training.epochs=20"],
        ["--set", "dataset.waves.samples=2000"],
    ];
    let run = run(folder.path(), changes.as_flattened());
    let recorded = fs::read(run.join("histograms.json")).unwrap();
    let recorded: Value = serde_json::from_slice(&recorded).unwrap();
    let read = &read(&python, &run.join("tensorboard"))["backprop"];
    let moments = recorded["moments"].as_array().unwrap();
    assert!(moments.len() > 5, "{recorded}");
    let mut compared = 0;
    for (place, moment) in moments.iter().enumerate() {
        for layer in moment["layers"].as_array().unwrap() {
            let text = |key: &str| layer[key].as_str().unwrap();
            let name = format!("layer {} {}", text("name"), text("kind"));
            for what in ["weights", "gradients", "outputs"] {
                if layer[what].is_null() {
                    continue;
                }
                let of = &read["histograms"][format!("{name}/{what}")][place];
                assert_eq!(of["step"], moment["epoch"], "{name}/{what}");
                assert_eq!(of["count"], counted(&layer[what]), "{name}/{what}");
                compared += 1;
            }
        }
    }
    assert!(compared > 30, "{compared}");
    let dead = read["scalars"]["layer 1 relu/dead units"].as_array();
    assert_eq!(dead.map(Vec::len), Some(moments.len()), "{read}");
}

/// All numbers of a recorded histogram.
fn counted(histogram: &Value) -> f64 {
    let signed = ["positive", "negative"].into_iter();
    let counts = signed.flat_map(|sign| histogram[sign].as_object().unwrap().values());
    let zeros = [&histogram["zeros"]].into_iter();
    counts.chain(zeros).map(|n| n.as_f64().unwrap()).sum()
}
