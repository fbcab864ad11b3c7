//! A run trains every implementation and leaves its record.

use std::fs;
use std::path::{Path, PathBuf};

use safetensors::Dtype;
use serde_json::Value;

use crate::support::{TINY_PARAMETERS, Workspace, expected, json, names, record, tensors};

/// Large enough for the hand-written batches to be divided into shards.
const WIDE: [&str; 5] = [
    "model.layers.0.linear.units=1000",
    "model.weights=he_normal",
    "dataset.moons.samples=800",
    "training.batch_size=250",
    "implementations=[\"backprop\"]",
];

/// Three kinds of plane waves, told apart by a linear layer, and by it after changes.
const IMAGES: &str = r#"# Waves.
name = "tiny"
seed = 1
implementations = ["backprop"]

[dataset.waves]
classes = 3
size = 8
noise = 0.02

[invariance]
shift = [20.0]
scale = [1.0]

[model]
layers = ["flatten", { linear = { units = 16 } }, "tanh", { linear = { units = 3 } }]

[training]
epochs = 10
batch_size = 10
loss = "softmax_cross_entropy"
optimizer = { momentum = { learning_rate = 0.1 } }
"#;

#[test]
fn a_run_leaves_every_file_of_its_record() {
    let workspace = Workspace::tiny();
    let run = workspace.train(&[]);
    assert_eq!(workspace.runs("tiny"), std::slice::from_ref(&run));
    let files = [
        "backprop.safetensors",
        "burn-flex.safetensors",
        "burn-ndarray.safetensors",
        "config.toml",
        "curves.svg",
        "epochs.csv",
        "gradients.json",
        "record.json",
        "report.html",
    ];
    assert_eq!(names(&run), files);
    let svg = fs::read_to_string(run.join("curves.svg")).unwrap();
    assert!(svg.starts_with("<svg"));
}

#[test]
fn the_error_and_what_layers_do_are_measured_where_asked_for() {
    let workspace = Workspace::tiny();
    let run = workspace.train_by_hand(&[
        "training.metrics=[\"accuracy\", \"error\"]",
        "training.layer_metrics=[\"dead_units\", \"mean_activation\"]",
        // Biases so low that every unit is dead from the start.
        "model.layers.1=relu",
        "model.layers.0.linear.biases={ constant = -100.0 }",
    ]);
    let rows = fs::read_to_string(run.join("epochs.csv")).unwrap();
    let header = "implementation,epoch,learning_rate,train_loss,test_loss,test_accuracy,test_error,\
                  test_dead_units_1,test_mean_activation_1,seconds";
    assert_eq!(rows.lines().next(), Some(header));
    let epoch = &record(&run)["implementations"][0]["epochs"][0]["measures"];
    let measure = |key: &str| epoch[key].as_f64().unwrap();
    assert!((measure("test_error") - (1.0 - measure("test_accuracy"))).abs() < 1e-12);
    assert_eq!(measure("test_dead_units_1"), 1.0);
    assert_eq!(measure("test_mean_activation_1"), 0.0);
}

#[test]
fn the_singular_values_of_jacobians_are_recorded_before_training() {
    let workspace = Workspace::tiny();
    // Weights of 0 stretch nothing; the last layer's Jacobian is its weight `[2, 4]`.
    let weights = "model.layers.0.linear.weights={ constant = 0.0 }";
    let run = workspace.train_by_hand(&[weights, "training.jacobian_samples=2"]);
    let initial = &record(&run)["initial"];
    assert_eq!(initial["jacobian_singular_value_0"], 0.0);
    let last = initial["jacobian_singular_value_2"].as_f64().unwrap();
    assert!(last > 0.1 && last < 2.0, "{last}");
    let plain = workspace.train_by_hand(&[]);
    assert!(record(&plain)["initial"].is_null());
}

#[test]
fn metrics_are_measured_on_changed_test_images_too() {
    let workspace = Workspace::new();
    workspace.write("tiny.toml", IMAGES);
    let record = record(&workspace.train_by_hand(&[]));
    let epochs = record["implementations"][0]["epochs"].as_array().unwrap();
    let measures = &epochs.last().unwrap()["measures"];
    let accuracy = |name: &str| measures[name].as_f64().unwrap();
    let plain = accuracy("test_accuracy");
    assert!(plain > 0.8, "{plain}");
    // In its own size an image is itself; shifted out of its frame it says nothing.
    assert_eq!(accuracy("test_accuracy_scale_1"), plain);
    assert!(accuracy("test_accuracy_shift_20") < plain - 0.2);
    assert!(measures["test_loss_shift_20"].is_null());
}

#[test]
fn a_record_says_what_ran_where_and_how_well() {
    let workspace = Workspace::tiny();
    let record = record(&workspace.train(&["seed=7", "training.threads=1"]));
    assert_eq!(record["status"], "finished");
    assert_eq!(record["seed"], 7);
    assert_eq!(record["threads"], 1);
    assert_eq!(
        record["overrides"],
        serde_json::json!(["seed=7", "training.threads=1"])
    );
    assert_eq!(record["gradients_agree"], true);
    assert_eq!(record["parameters"], 22);
    assert_eq!(record["data"]["train_samples"], 30);
    assert_eq!(record["data"]["checksum"].as_str().unwrap().len(), 64);
    assert!(record["machine"]["cores"].as_u64().unwrap() > 0);
    assert_eq!(record["software"]["libraries"]["burn"], "0.22.1");
    let trained = record["implementations"].as_array().unwrap();
    assert_eq!(trained.len(), 3);
    for trained in trained {
        assert_eq!(trained["epochs"].as_array().unwrap().len(), 3);
        let accuracy = &trained["epochs"][2]["measures"]["test_accuracy"];
        assert!((0.0..=1.0).contains(&accuracy.as_f64().unwrap()));
    }
}

#[test]
fn the_instruction_set_of_a_config_is_used_and_recorded() {
    let workspace = Workspace::tiny();
    let weights = |settings: &[&str]| {
        let run = workspace.train(&[&WIDE[..], settings].concat());
        let used = record(&run)["machine"]["instruction_set"].clone();
        let weights = fs::read(run.join("backprop.safetensors")).unwrap();
        (used.as_str().unwrap().to_string(), weights)
    };
    let scalar = "training.instruction_set=scalar";
    let (used, one_thread) = weights(&[scalar, "training.threads=1"]);
    assert_eq!(used, "scalar");
    assert_eq!(weights(&[scalar, "training.threads=2"]), (used, one_thread));
    let (best, by_default) = weights(&[]);
    let by_name = format!("training.instruction_set={best}");
    assert_eq!(weights(&[by_name.as_str()]), (best, by_default));
}

#[test]
fn an_instruction_set_that_is_unknown_or_missing_is_refused() {
    let workspace = Workspace::tiny();
    workspace.refuse_to_run(&["training.instruction_set=avx3"], &["avx3", "avx2"]);
    let foreign = match cfg!(target_arch = "aarch64") {
        true => "avx2",
        false => "neon",
    };
    workspace.refuse_to_run(
        &[&format!("training.instruction_set={foreign}")],
        &[
            &format!("this processor does not have {foreign}; it has scalar"),
            "leave it out",
        ],
    );
}

#[test]
fn epochs_are_rows_of_a_table() {
    let run = Workspace::tiny().train_once();
    let text = fs::read_to_string(run.path.join("epochs.csv")).unwrap();
    let mut lines = text.lines();
    let header = "implementation,epoch,learning_rate,train_loss,test_loss,test_accuracy,seconds";
    assert_eq!(lines.next(), Some(header));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let keys: Vec<_> = rows.iter().map(|row| (row[0], row[1])).collect();
    let implementations = ["backprop", "burn-ndarray", "burn-flex"];
    let all = implementations.map(|name| ["1", "2", "3"].map(|epoch| (name, epoch)));
    assert_eq!(keys, all.concat());
    for number in rows.iter().flat_map(|row| &row[2..]) {
        assert!(number.parse::<f64>().unwrap() >= 0.0);
    }
}

#[test]
fn weights_are_readable_by_their_pytorch_names() {
    let run = Workspace::tiny().train_once();
    for implementation in ["backprop", "burn-ndarray", "burn-flex"] {
        let file = run.path.join(format!("{implementation}.safetensors"));
        assert_eq!(tensors(&file), expected(Dtype::F32, &TINY_PARAMETERS));
    }
}

#[test]
fn the_gradient_report_holds_every_tensor_against_both_devices() {
    let run = Workspace::tiny().train_once();
    let report = json(&run.path.join("gradients.json"));
    let comparisons = report["comparisons"].as_array().unwrap();
    let names = ["0.weight", "0.bias", "2.weight", "2.bias", "x"];
    for witness in [
        "burn-ndarray f64",
        "burn-flex f64",
        "burn-ndarray f32",
        "burn-flex f32",
    ] {
        for name in names {
            let of_tensor = |c: &&Value| c["witness"] == witness && c["tensor"] == name;
            // One for the loss, one for a random upstream gradient.
            assert_eq!(
                comparisons.iter().filter(of_tensor).count(),
                2,
                "{witness} {name}"
            );
        }
    }
    assert!(
        comparisons
            .iter()
            .all(|comparison| comparison["fault"].is_null())
    );
}

#[test]
fn the_recorded_config_repeats_the_run() {
    let workspace = Workspace::tiny();
    let first = workspace.train(&["training.epochs=2", "seed=5"]);
    fs::copy(first.join("config.toml"), workspace.path("tiny.toml")).unwrap();
    let second = workspace.train(&[]);
    assert_same_training(&first, &second);
}

#[test]
fn the_same_config_gives_the_same_losses_and_bytes() {
    let workspace = Workspace::tiny();
    assert_same_training(&workspace.train(&[]), &workspace.train(&[]));
    assert_eq!(
        workspace.runs("tiny").len(),
        2,
        "each run has a folder of its own"
    );
}

#[test]
fn threads_change_neither_losses_nor_bytes() {
    let workspace = Workspace::tiny();
    let train = |threads| {
        let mut overrides = WIDE.to_vec();
        overrides.push(threads);
        workspace.train(&overrides)
    };
    let one = train("training.threads=1");
    assert_same_training(&one, &train("training.threads=2"));
    assert_same_training(&one, &train("training.threads=3"));
}

#[test]
fn another_seed_is_another_run() {
    let workspace = Workspace::tiny();
    let (one, two) = (workspace.train(&["seed=1"]), workspace.train(&["seed=2"]));
    assert_ne!(losses(&one), losses(&two));
}

#[test]
fn burn_stays_beside_the_hand_written_losses() {
    let run = Workspace::tiny().train_once();
    let record = record(&run.path);
    let gaps = record["largest_loss_gap"].as_object().unwrap();
    assert_eq!(gaps.len(), 2);
    assert!(
        gaps.values().all(|gap| gap.as_f64().unwrap() < 1e-5),
        "{gaps:?}"
    );
}

#[test]
fn results_and_picture_go_where_they_are_told() {
    let workspace = Workspace::tiny();
    workspace.succeed(&[
        "run",
        "tiny.toml",
        "--results",
        "here",
        "--picture",
        "table.svg",
    ]);
    assert_eq!(names(&workspace.path("here")), ["tiny"]);
    assert!(workspace.read("table.svg").contains("<svg"));
    assert!(!workspace.path("results").exists());
}

/// A finished run of the tiny config; the workspace is kept as long as it is looked at.
struct Run {
    path: PathBuf,
    _workspace: Workspace,
}

impl Workspace {
    fn train_once(self) -> Run {
        Run {
            path: self.train(&[]),
            _workspace: self,
        }
    }
}

/// All losses of the hand-written implementation: of the first batches and of each epoch.
fn losses(run: &Path) -> Vec<Value> {
    let record = record(run);
    let by_hand = &record["implementations"][0];
    assert_eq!(by_hand["implementation"], "backprop");
    let mut losses = by_hand["first_losses"].as_array().unwrap().clone();
    for epoch in by_hand["epochs"].as_array().unwrap() {
        let measures = epoch["measures"].as_object().unwrap();
        let timeless = measures.iter().filter(|(key, _)| *key != "seconds");
        losses.extend(timeless.map(|(_, value)| value.clone()));
    }
    losses
}

fn assert_same_training(one: &Path, two: &Path) {
    assert_ne!(one, two);
    assert_eq!(losses(one), losses(two));
    let weights = |run: &Path| fs::read(run.join("backprop.safetensors")).unwrap();
    assert_eq!(weights(one), weights(two), "the weights differ");
}

#[test]
fn samples_of_a_table_count_as_much_as_the_config_says() {
    let workspace = Workspace::new();
    let rows: String = (0..60)
        .map(|i| {
            let (x, z) = (f64::from(i % 7) - 3.0, f64::from(i % 5) - 2.0);
            let class = if x + z > 2.5 { "yes" } else { "no" };
            format!("{x},{z},{class},{}\n", i % 3)
        })
        .collect();
    workspace.write("t.csv", format!("x,z,class,count\n{rows}"));
    let config = crate::support::TINY.replace(
        "[dataset.moons]\nsamples = 40\n",
        "[dataset.csv]\npath = \"t.csv\"\ntarget = \"class\"\n",
    );
    workspace.write("tiny.toml", config);
    let column = "dataset.csv.weight=\"count\"";
    let balanced = "dataset.csv.class_weights=\"balanced\"";
    // The column is no feature any more; so that all have the same inputs, it is left out there.
    let plain = workspace.train(&["dataset.csv.ignore=[\"count\"]"]);
    let (weighed, both) = (
        workspace.train(&[column]),
        workspace.train(&[column, balanced]),
    );
    let losses = |run: &Path| record(run)["implementations"][0]["first_losses"].clone();
    assert_ne!(losses(&plain), losses(&weighed));
    assert_ne!(losses(&weighed), losses(&both));
    for run in [&plain, &weighed, &both] {
        assert_eq!(record(run)["gradients_agree"], true);
        let gap = record(run)["largest_loss_gap"]["burn-flex"]
            .as_f64()
            .unwrap();
        assert!(gap < 1e-5, "{gap}");
    }
    let none: String = rows.replace(",1\n", ",0\n").replace(",2\n", ",0\n");
    workspace.write("t.csv", format!("x,z,class,count\n{none}"));
    workspace.refuse(&["tiny.toml", "--set", column], &["weight"]);
}
