//! `export` writes what another framework needs to hold its gradients against ours.

use std::path::Path;

use contract::NamedTensors;
use ndarray::{Array2, ArrayD, Axis, Ix1, Ix2, Zip};
use safetensors::Dtype;
use serde_json::Value;

use crate::support::{TINY_PARAMETERS, Workspace, expected, json, names, tensors};

/// Two classes; dropout before and inside of a residual block with a shortcut of its own; a
/// penalty.
const BLOCK: &str = r#"name = "block"
seed = 3
implementations = ["backprop"]

[dataset.moons]
samples = 40

[model]
layers = [
    { linear = { units = 6 } },
    { dropout = { rate = 0.25 } },
    { residual = { name = "block", layers = [
        { linear = { units = 5 } }, "tanh", { dropout = { rate = 0.5 } }, { linear = { units = 4 } },
    ], shortcut = [{ linear = { units = 4, bias = false } }] } },
    { linear = { units = 2, name = "output" } },
]

[training]
epochs = 1
batch_size = 8
loss = "softmax_cross_entropy"
optimizer = { sgd = { learning_rate = 0.1 } }
regularization = { l1 = 0.01, lambda = 0.9 }
"#;

#[test]
fn an_export_holds_parameters_batch_and_every_gradient_in_f64() {
    let workspace = Workspace::tiny();
    workspace.succeed(&["export", "tiny.toml", "--out", "made/here"]);
    let out = workspace.path("made/here");
    let files = [
        "batch.safetensors",
        "export.json",
        "gradients.safetensors",
        "parameters.safetensors",
    ];
    assert_eq!(names(&out), files);
    let parameters = expected(Dtype::F64, &TINY_PARAMETERS);
    assert_eq!(tensors(&out.join("parameters.safetensors")), parameters);
    let mut gradients = parameters;
    gradients.extend(expected(Dtype::F64, &[("x", &[8, 2])]));
    assert_eq!(tensors(&out.join("gradients.safetensors")), gradients);
    let batch: [(&str, &[usize]); 2] = [("x", &[8, 2]), ("y", &[8, 2])];
    assert_eq!(
        tensors(&out.join("batch.safetensors")),
        expected(Dtype::F64, &batch)
    );
}

#[test]
fn an_export_describes_itself() {
    let workspace = Workspace::tiny();
    workspace.succeed(&["export", "tiny.toml", "--out", "out"]);
    let description = json(&workspace.path("out/export.json"));
    assert!(description["loss"].as_f64().unwrap() > 0.0);
    assert_eq!(description["penalty"], 0.0);
    assert_eq!(description["objective"], description["loss"]);
    assert_eq!(description["loss_function"], "softmax_cross_entropy");
    assert_eq!(description["batch_size"], 8);
    assert_eq!(description["software"]["libraries"]["burn"], "0.22.1");
    let layers = description["layers"].as_array().unwrap();
    let kinds: Vec<_> = layers
        .iter()
        .map(|layer| layer["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["linear", "tanh", "linear"]);
    assert_eq!(
        layers[2]["parameters"],
        serde_json::json!(["2.weight", "2.bias"])
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let workspace = Workspace::tiny();
    workspace.write("out", "a file where the folder should be");
    workspace.refuse(
        &["export", "tiny.toml", "--out", "out"],
        &["out: cannot write", "--out"],
    );
    assert_eq!(workspace.read("out"), "a file where the folder should be");
}

/// The forward pass of [`BLOCK`] and its objective, from nothing but what was exported.
#[test]
fn an_export_can_be_repeated_by_another_framework() {
    let workspace = Workspace::new();
    workspace.write("block.toml", BLOCK);
    workspace.succeed(&["export", "block.toml", "--out", "out"]);
    let out = workspace.path("out");
    let description = json(&out.join("export.json"));
    let exported = Exported {
        parameters: read(&out.join("parameters.safetensors")),
        masks: read(&out.join("masks.safetensors")),
    };
    let batch = read(&out.join("batch.safetensors"));
    assert_eq!(description["batch_size"], 8);
    let dropped = exported.masks.iter().flat_map(|(_, mask)| mask);
    assert!(
        dropped.filter(|m| **m == 0.0).count() > 0,
        "masks that drop nothing"
    );

    let y = exported.chain(&description["layers"], matrix(batch.get("x").unwrap()));
    let loss = softmax_cross_entropy(&y, &matrix(batch.get("y").unwrap()));
    assert_near(&description["loss"], loss);
    let penalized: Vec<&str> = strings(&description["penalized"]);
    assert_eq!(penalized.len(), 5, "weights, no biases: {penalized:?}");
    // l1 Σ |w| + (1 − λ) Σ w².
    let of = |w: &f64| 0.01 * w.abs() + 0.1 * w * w;
    let weights = penalized
        .iter()
        .flat_map(|name| exported.parameters.get(name).unwrap());
    let penalty: f64 = weights.map(of).sum();
    assert_near(&description["penalty"], penalty);
    assert_near(&description["objective"], 0.9 * loss + penalty);
}

#[test]
fn masks_of_an_export_before_are_not_left_beside_another() {
    let workspace = Workspace::tiny();
    workspace.write("block.toml", BLOCK);
    workspace.succeed(&["export", "block.toml", "--out", "out"]);
    assert!(workspace.path("out/masks.safetensors").exists());
    workspace.succeed(&["export", "tiny.toml", "--out", "out"]);
    assert!(!workspace.path("out/masks.safetensors").exists());
}

struct Exported {
    parameters: NamedTensors<f64>,
    masks: NamedTensors<f64>,
}

impl Exported {
    /// Layers one behind the other.
    fn chain(&self, layers: &Value, x: Array2<f64>) -> Array2<f64> {
        let layers = layers.as_array().unwrap();
        layers.iter().fold(x, |x, layer| self.layer(layer, x))
    }

    fn layer(&self, layer: &Value, x: Array2<f64>) -> Array2<f64> {
        match layer["kind"].as_str().unwrap() {
            "linear" => {
                let names = strings(&layer["parameters"]);
                let y = x.dot(&matrix(self.parameters.get(names[0]).unwrap()).t());
                let bias = names.get(1).map(|bias| self.parameters.get(bias).unwrap());
                match bias {
                    None => y,
                    Some(bias) => y + bias.view().into_dimensionality::<Ix1>().unwrap(),
                }
            }
            "tanh" => x.mapv(f64::tanh),
            "dropout" => x * matrix(self.masks.get(layer["mask"].as_str().unwrap()).unwrap()),
            "residual" => {
                let around = self.chain(&layer["shortcut"], x.clone());
                self.chain(&layer["layers"], x) + around
            }
            other => panic!("{other} is not in the config"),
        }
    }
}

fn read(file: &Path) -> NamedTensors<f64> {
    NamedTensors::read_safetensors(file).unwrap()
}

fn matrix(tensor: &ArrayD<f64>) -> Array2<f64> {
    tensor.to_owned().into_dimensionality::<Ix2>().unwrap()
}

fn strings(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|text| text.as_str().unwrap()).collect()
}

fn softmax_cross_entropy(y: &Array2<f64>, t: &Array2<f64>) -> f64 {
    let of_sample = |sum: &mut f64, y: ndarray::ArrayView1<f64>, t: ndarray::ArrayView1<f64>| {
        *sum = y.mapv(f64::exp).sum().ln() - y.dot(&t);
    };
    let mut losses = ndarray::Array1::zeros(y.nrows());
    Zip::from(&mut losses)
        .and(y.axis_iter(Axis(0)))
        .and(t.axis_iter(Axis(0)))
        .for_each(of_sample);
    losses.mean().unwrap()
}

#[track_caller]
fn assert_near(exported: &Value, repeated: f64) {
    let exported = exported.as_f64().unwrap();
    assert!(
        (exported - repeated).abs() < 1e-12,
        "{exported} against {repeated}"
    );
}
