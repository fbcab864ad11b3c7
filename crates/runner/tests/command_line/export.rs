//! `export` writes what another framework needs to hold its gradients against ours.

use safetensors::Dtype;

use crate::support::{TINY_PARAMETERS, Workspace, expected, json, names, tensors};

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
