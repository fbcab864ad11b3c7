//! The inputs that are mutated: a folder of files and a call each.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Files and the arguments of a call.
pub struct Input {
    pub name: &'static str,
    pub files: Vec<(String, Vec<u8>)>,
    /// Names of the files that are mutated.
    pub mutated: Vec<String>,
    /// Those that begin with a tilde are mutated too.
    pub arguments: Vec<String>,
}

const LEARNING: &str = r#"
[training]
epochs = 1
batch_size = 4
loss = "softmax_cross_entropy"
optimizer = { momentum = { learning_rate = 0.1 } }
"#;

/// All of them.
pub fn all() -> Vec<Input> {
    vec![
        configs(),
        overrides(),
        tables(),
        idx(false),
        idx(true),
        pictures(),
        cifar(),
        weights(),
    ]
}

/// A config of that data set and those layers, with everything else small.
fn config(dataset: &str, layers: &str) -> Vec<u8> {
    let head = "name = \"small\"\nseed = 1\nimplementations = [\"backprop\"]\n";
    let check = "\n[gradient_check]\nbefore_training = false\n";
    format!("{head}\n[dataset.{dataset}\n\n[model]\nlayers = [{layers}]\n{LEARNING}{check}").into()
}

fn input(
    name: &'static str,
    config: Vec<u8>,
    files: Vec<(String, Vec<u8>)>,
    mutates_config: bool,
) -> Input {
    let mut mutated: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    if mutates_config {
        mutated.push("small.toml".into());
    }
    let mut files = files;
    files.push(("small.toml".into(), config));
    Input {
        name,
        files,
        mutated,
        arguments: vec!["small.toml".into()],
    }
}

fn configs() -> Input {
    let layers = r#"
    { conv2d = { channels = 2, kernel = 3, padding = 1 } }, { batch_norm = {} }, "relu", { max_pool = { size = 2 } },
    { residual = { layers = [{ conv2d = { channels = 2, kernel = 3, padding = 1 } }, "tanh"] } },
    "flatten", { dropout = { rate = 0.2 } }, { linear = { units = 4, name = "hidden" } }, { elu = { alpha = 0.5 } },
    { linear = { units = 3, weights = { normal = { mean = 0.0, std = 0.1 } } } },
"#;
    let mut config = String::from_utf8(config(
        "waves]\nsamples = 24\nclasses = 3\nsize = 6\nsplit = { stratified = { test = 0.25 } }",
        layers,
    ))
    .unwrap();
    config += "batch_size = 4\nentries = 3\nsteps = 2\n";
    config = config.replace(
        "[gradient_check]",
        "schedule = { cosine = { minimum = 0.01 } }\nwarmup = 2\nclip = { norm = 1.0 }\nregularization = { l2 = 0.01, max_norm = 3.0 }\nlabel_smoothing = 0.1\nvalidation = { samples = 0.25 }\nstopping = { patience = { epochs = 2 } }\n\n[augmentation]\nshift = 1.0\nrotation = 10.0\n\n[gradient_check]",
    );
    input("config", config.into(), Vec::new(), true)
}

fn overrides() -> Input {
    let mut input = input(
        "override",
        config("xor]", "{ linear = { units = 2 } }"),
        Vec::new(),
        false,
    );
    for set in [
        "training.optimizer.momentum.learning_rate=0.5",
        "model.layers.0.linear.units=2",
        "training.epochs=2",
    ] {
        input
            .arguments
            .extend(["--set".to_string(), format!("~{set}")]);
    }
    input
}

fn tables() -> Input {
    let mut table = String::from("sepal,petal,colour,species\n");
    for row in 0..24 {
        let (class, colour) = (["a", "b", "c"][row % 3], ["red", "\"blue, dark\""][row % 2]);
        table += &format!("{}.5,{},{colour},{class}\n", row, row * row);
    }
    let dataset = "csv]\npath = \"table.csv\"\ntarget = \"species\"\ncategorical = [\"colour\"]\nscale = \"standardize\"\nmissing = { markers = [\"NA\"], policy = \"mean\" }\nsplit = { shuffled = { test = 0.25 } }";
    let files = vec![("table.csv".into(), table.into_bytes())];
    input(
        "table",
        config(dataset, "{ linear = { units = 3 } }"),
        files,
        true,
    )
}

/// Four IDX files of ten images of 4 x 3 pixels.
fn idx(packed: bool) -> Input {
    let images = |count: u32| -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, 3];
        for size in [count, 4, 3] {
            bytes.extend(size.to_be_bytes());
        }
        bytes.extend((0..count * 12).map(|i| (i * 37 % 256) as u8));
        bytes
    };
    let labels = |count: u32| -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, 1];
        bytes.extend(count.to_be_bytes());
        bytes.extend((0..count).map(|i| (i % 3) as u8));
        bytes
    };
    let pack = |bytes: Vec<u8>| match packed {
        false => bytes,
        true => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&bytes).unwrap();
            encoder.finish().unwrap()
        }
    };
    let end = if packed { ".gz" } else { "" };
    let files = vec![
        (
            format!("data/train-images-idx3-ubyte{end}"),
            pack(images(10)),
        ),
        (
            format!("data/train-labels-idx1-ubyte{end}"),
            pack(labels(10)),
        ),
        (format!("data/t10k-images-idx3-ubyte{end}"), pack(images(6))),
        (format!("data/t10k-labels-idx1-ubyte{end}"), pack(labels(6))),
    ];
    let layers = "\"flatten\", { linear = { units = 3 } }";
    let config = config("mnist]\npath = \"data\"\npad = 1\ndeskew = true", layers);
    input(
        if packed { "packed idx" } else { "idx" },
        config,
        files,
        false,
    )
}

/// Six pictures in two classes.
fn pictures() -> Input {
    let mut files = Vec::new();
    for number in 0..6u8 {
        let picture = image::RgbImage::from_fn(5, 4, |x, y| {
            image::Rgb([number * 40, x as u8 * 50, y as u8 * 60])
        });
        let format = [image::ImageFormat::Png, image::ImageFormat::Jpeg][usize::from(number) % 2];
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        let end = ["png", "jpg"][usize::from(number) % 2];
        let class = ["cat", "dog"][usize::from(number) / 3];
        files.push((format!("pets/{class}/{number}.{end}"), bytes.into_inner()));
    }
    let dataset = "images]\npath = \"pets\"\nsplit = \"none\"";
    let layers = "\"flatten\", { linear = { units = 2 } }";
    input("pictures", config(dataset, layers), files, false)
}

fn cifar() -> Input {
    let batch = |count: usize| -> Vec<u8> {
        let sample = |i: usize| {
            let mut bytes = vec![(i % 10) as u8];
            bytes.extend((0..3072).map(|p| (i * 31 + p * 7) as u8));
            bytes
        };
        (0..count).flat_map(sample).collect()
    };
    let mut files: Vec<(String, Vec<u8>)> = (1..=5)
        .map(|n| (format!("cifar/data_batch_{n}.bin"), batch(4)))
        .collect();
    files.push(("cifar/test_batch.bin".into(), batch(10)));
    let layers = "\"flatten\", { linear = { units = 10 } }";
    let config = config("cifar10]\npath = \"cifar\"", layers);
    input("cifar", config, files, false)
}

fn weights() -> Input {
    let mut tensors = contract::NamedTensors::<f32>::default();
    tensors.insert(
        "0.weight",
        ndarray::Array::from_elem((3, 2), 0.5).into_dyn(),
    );
    tensors.insert("0.bias", ndarray::Array::from_elem(3, 0.1).into_dyn());
    tensors.insert(
        "2.weight",
        ndarray::Array::from_elem((2, 3), -0.5).into_dyn(),
    );
    tensors.insert("2.bias", ndarray::Array::from_elem(2, 0.0).into_dyn());
    let layers = "{ linear = { units = 3 } }, \"tanh\", { linear = { units = 2 } }]\ninitial_parameters = \"weights.safetensors\"\n#";
    let files = vec![(
        "weights.safetensors".into(),
        tensors.to_safetensors().unwrap(),
    )];
    input("weights", config("xor]", layers), files, false)
}
