//! Weights files: what is read, and what is said of those that do not fit.

use std::path::PathBuf;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, serialize};
use tempfile::TempDir;

use super::read_parameters;
use crate::NamedTensors;
use spec::Problem;
use spec::layers::{BatchNormSpec, LayerSpec, LinearSpec};
use spec::model::ModelSpec;
use spec::plan::PlannedLayer;

/// Linear, batch normalisation, ReLU, linear: 3-2-1.
fn plan() -> Vec<PlannedLayer> {
    let linear = |units| LayerSpec::Linear(LinearSpec::new(units));
    let norm = LayerSpec::BatchNorm(BatchNormSpec::default());
    let model = ModelSpec::new(vec![linear(2), norm, LayerSpec::Relu, linear(1)]);
    model.plan(&[3]).unwrap()
}

/// Name, type, shape, bytes.
type Tensor = (String, Dtype, Vec<usize>, Vec<u8>);

fn tensor(name: &str, shape: &[usize], first: f32) -> Tensor {
    let len: usize = shape.iter().product();
    let values = (0..len).map(|at| if at == 0 { first } else { 0.5 });
    let bytes = values.flat_map(f32::to_le_bytes).collect();
    (name.into(), Dtype::F32, shape.into(), bytes)
}

/// What PyTorch saves of such a network, its names behind a prefix.
fn state_dict(prefix: &str) -> Vec<Tensor> {
    let named = |name: &str| format!("{prefix}{name}");
    let mut tensors = vec![
        tensor(&named("0.weight"), &[2, 3], 1.0),
        tensor(&named("0.bias"), &[2], 2.0),
        tensor(&named("1.weight"), &[2], 1.0),
        tensor(&named("1.bias"), &[2], 0.0),
        tensor(&named("1.running_mean"), &[2], 0.0),
        tensor(&named("1.running_var"), &[2], 1.0),
        tensor(&named("3.weight"), &[1, 2], 1.0),
        tensor(&named("3.bias"), &[1], 3.0),
    ];
    let counter = 7i64.to_le_bytes().to_vec();
    tensors.push((named("1.num_batches_tracked"), Dtype::I64, vec![], counter));
    tensors
}

fn bytes(tensors: &[Tensor]) -> Vec<u8> {
    let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
        (
            name.as_str(),
            TensorView::new(*dtype, shape.clone(), bytes).unwrap(),
        )
    });
    serialize(views, None).unwrap()
}

fn read(name: &str, bytes: &[u8]) -> Result<(NamedTensors<f64>, Vec<String>), Problem> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    read_parameters(&plan(), &file).map_err(|mut problem| {
        let folder = format!("{}/", folder.path().display());
        problem.reason = problem.reason.replace(&folder, "");
        for note in &mut problem.notes {
            *note = note.replace(&folder, "");
        }
        problem
    })
}

/// The problem with a file, whole.
fn refused(name: &str, bytes: &[u8]) -> String {
    let Problem {
        key,
        reason,
        hint,
        notes,
    } = read(name, bytes).unwrap_err();
    assert_eq!(key, "model.initial_parameters");
    let lines = [reason].into_iter().chain(hint).chain(notes);
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_state_dict_of_pytorch_is_read_whatever_stands_before_all_names() {
    for prefix in ["", "module.", "model.net.", "_orig_mod.module."] {
        let (parameters, notes) = read("w.safetensors", &bytes(&state_dict(prefix))).unwrap();
        assert_eq!(parameters.len(), 8);
        let bias = parameters.get("3.bias").unwrap();
        assert_eq!(bias.iter().copied().collect::<Vec<_>>(), [3.0]);
        assert_eq!(notes.len(), usize::from(!prefix.is_empty()));
        assert!(
            notes
                .iter()
                .all(|note| note.contains(&format!("\"{prefix}\"")))
        );
    }
}

#[test]
fn halves_are_read() {
    for (dtype, one) in [(Dtype::F16, 0x3C00u16), (Dtype::BF16, 0x3F80)] {
        let mut tensors = state_dict("");
        tensors[6] = (
            "3.weight".into(),
            dtype,
            vec![1, 2],
            [one, 0].map(u16::to_le_bytes).concat(),
        );
        let (parameters, _) = read("w.safetensors", &bytes(&tensors)).unwrap();
        let weight: Vec<f64> = parameters
            .get("3.weight")
            .unwrap()
            .iter()
            .copied()
            .collect();
        assert_eq!(weight, [1.0, 0.0], "{dtype:?}");
    }
    let mut tensors = state_dict("");
    tensors[6] = ("3.weight".into(), Dtype::I32, vec![1, 2], vec![0; 8]);
    let expected =
        "w.safetensors: tensor \"3.weight\" is of type I32, expected F16, BF16, F32 or F64";
    assert_eq!(refused("w.safetensors", &bytes(&tensors)), expected);
}

#[test]
fn all_that_differs_is_told_at_once() {
    let mut tensors = state_dict("");
    tensors.retain(|(name, ..)| !name.contains("running"));
    tensors.push(tensor("4.weight", &[5], 0.0));
    tensors[1] = tensor("0.bias", &[4], 0.0);
    let expected = "\
w.safetensors: 2 tensors are missing, a tensor belongs to no parameter, a tensor has another shape
missing: \"1.running_mean\" [2], \"1.running_var\" [2]
no parameter: \"4.weight\" [5]
tensor \"0.bias\" has shape [4], expected [2]";
    assert_eq!(refused("w.safetensors", &bytes(&tensors)), expected);
    let mut tensors = state_dict("");
    tensors[0] = tensor("0.weight", &[3, 2], 0.0);
    let message = refused("w.safetensors", &bytes(&tensors));
    assert!(
        message.contains("[in, out], the layout of Keras and JAX; transpose"),
        "{message}"
    );
    let many: Vec<Tensor> = (0..30)
        .map(|at| tensor(&format!("t{at}"), &[1], 0.0))
        .collect();
    let message = refused("w.safetensors", &bytes(&many));
    assert!(message.contains("and 20 more"), "{message}");
}

#[test]
fn names_that_would_fit_are_proposed() {
    let rename = |names: [(&str, &str); 3]| {
        let mut tensors = state_dict("");
        for (name, ..) in &mut tensors {
            for (from, to) in names {
                if let Some(rest) = name.strip_prefix(from) {
                    *name = format!("{to}{rest}");
                    break;
                }
            }
        }
        refused("w.safetensors", &bytes(&tensors))
    };
    let message = rename([("0.", "fc1."), ("1.", "bn."), ("3.", "fc10.")]);
    let advice = "the shapes fit in this order; name the layers: \
        --set model.layers.0.linear.name=fc1 --set model.layers.1.batch_norm.name=bn \
        --set model.layers.3.linear.name=fc10";
    assert!(message.contains(advice), "{message}");
    assert!(
        message.contains("missing: \"0.weight\" [2, 3]"),
        "{message}"
    );
    assert!(
        message.contains("no parameter: \"bn.bias\" [2]"),
        "{message}"
    );
    let message = rename([
        ("0.", "features.0."),
        ("1.", "features.1."),
        ("3.", "head."),
    ]);
    let advice =
        "rename in the file \"features.0\" to \"0\", \"features.1\" to \"1\", \"head\" to \"3\"";
    assert!(message.contains(advice), "{message}");
}

#[test]
fn a_value_that_is_no_number_is_told_with_its_tensor_and_index() {
    let with = |weight: Tensor| {
        let mut tensors = state_dict("");
        tensors[6] = weight;
        refused("w.safetensors", &bytes(&tensors))
    };
    let message = with(tensor("3.weight", &[1, 2], f32::NAN));
    assert!(
        message.starts_with("w.safetensors: \"3.weight\" at [0, 0] is NaN, not a finite number")
    );
    let message = with(tensor("3.weight", &[1, 2], f32::NEG_INFINITY));
    assert!(
        message.contains("\"3.weight\" at [0, 0] is -inf"),
        "{message}"
    );
    let large = [1.0, 1e300].map(f64::to_le_bytes).concat();
    let message = with(("3.weight".into(), Dtype::F64, vec![1, 2], large));
    assert!(
        message.contains("\"3.weight\" at [0, 1] is 1e300, too large for f32"),
        "{message}"
    );
}

#[test]
fn other_files_are_recognised_by_their_first_bytes() {
    let whole = bytes(&state_dict(""));
    let longer = [&whole[..], b"more"].concat();
    let cases: [(&str, &[u8], &str); 15] = [
        (
            "w.pt",
            b"PK\x03\x04....archive/data.pkl",
            "a file of PyTorch",
        ),
        ("w.npz", b"PK\x03\x04....arr_0.npy", "an archive of NumPy"),
        (
            "w.keras",
            b"PK\x03\x04....model.weights.h5",
            "zipfile.ZipFile(\"w.keras\").read(\"model.weights.h5\")",
        ),
        ("w.pkl", b"\x80\x04\x95.......", "a pickle of Python"),
        ("w.h5", b"\x89HDF\r\n\x1a\n", "HDF5"),
        ("w.npy", b"\x93NUMPY\x01\x00", "an array of NumPy"),
        (
            "w.onnx",
            b"\x08\x07\x12\x07pytorch",
            "onnx.load(\"w.onnx\")",
        ),
        (
            "model.safetensors.index.json",
            b"{\"weight_map\": {}}",
            "an index of several files",
        ),
        (
            "w.safetensors",
            b"version https://git-lfs.github.com/spec/v1\n",
            "git lfs pull",
        ),
        ("w.safetensors", b"", "it is empty"),
        ("w.safetensors", b"<html>", "a web page"),
        ("w.safetensors", b"no tensors", "not a safetensors file"),
        (
            "w.safetensors",
            &whole[..whole.len() - 3],
            "is cut off: it ends after",
        ),
        (
            "w.safetensors",
            &whole[..100],
            "is cut off: it ends after 100 bytes of",
        ),
        ("w.safetensors", &longer, "4 bytes stand behind its tensors"),
    ];
    for (name, bytes, part) in cases {
        let message = refused(name, bytes);
        assert!(message.contains(part), "{name}: {message}");
    }
    let message = refused("w.pt", b"PK\x03\x04....archive/data.pkl");
    assert!(
        message.contains("in Python:\nimport torch; from safetensors.torch import save_file\n")
    );
    assert!(message.contains("torch.load(\"w.pt\"") && message.contains("\"w.safetensors\")"));
}

#[test]
fn a_file_that_is_not_there_is_told_with_the_nearest_one() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("weights.safetensors"), "").unwrap();
    let problem = |file: PathBuf| read_parameters(&plan(), &file).unwrap_err();
    let missing = problem(folder.path().join("weight.safetensors"));
    assert!(
        missing.reason.ends_with("there is no such file"),
        "{missing:?}"
    );
    assert_eq!(missing.hint.unwrap(), "did you mean weights.safetensors?");
    let problem = problem(folder.path().into());
    assert!(problem.reason.ends_with("it is a folder"), "{problem:?}");
}

/// Whatever a file holds, there is no panic.
#[test]
fn a_file_with_a_wound_is_read_or_refused() {
    let whole = bytes(&state_dict(""));
    for at in 0..whole.len() {
        for byte in [0, b'9', 0xFF, b'"'] {
            let mut wounded = whole.clone();
            wounded[at] = byte;
            let _ = read("w.safetensors", &wounded);
        }
    }
}
