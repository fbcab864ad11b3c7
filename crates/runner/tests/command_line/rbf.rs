//! Networks of radial basis functions: what is fitted to the data before anything learns.

use crate::support::{Workspace, epochs, names};

/// Two moons by Gaussian units, the output in closed form.
const MOONS: &str = r#"name = "moons"
seed = 1
implementations = ["backprop"]

[dataset.moons]
samples = 60
noise = 0.1
split = "none"

[model]
layers = [
    { rbf = { units = 12, centers = { k_means = { per_class = true } }, width = { mean_distance = 2 } } },
    { linear = { units = 2, weights = { least_squares = { ridge = 1e-3 } } } },
]

[training]
epochs = 0
batch_size = 10
loss = "squared_error"
optimizer = { adam = { learning_rate = 0.01 } }

[gradient_check]
before_training = false
"#;

/// Every point of a sine is a centre.
const SINE: &str = r#"name = "sine"
seed = 1
implementations = ["backprop"]

[dataset.sine]
samples = 24
split = "none"

[model]
layers = [
    { rbf = { units = 24, width = { constant = 0.4 } } },
    { linear = { units = 1, bias = false, weights = { least_squares = {} } } },
]

[training]
epochs = 0
batch_size = 8
loss = "squared_error"
optimizer = { sgd = { learning_rate = 0.1 } }

[gradient_check]
before_training = false
"#;

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("moons.toml", MOONS);
    workspace.write("sine.toml", SINE);
    workspace
}

fn last(workspace: &Workspace, name: &str, measure: &str) -> f64 {
    let run = workspace.runs(name).pop().unwrap();
    epochs(&run, 0).last().unwrap()["measures"][measure]
        .as_f64()
        .unwrap()
}

#[test]
fn a_closed_form_is_measured_without_an_epoch() {
    let workspace = workspace();
    let out = workspace.succeed(&["moons.toml"]);
    assert!(
        out.contains("note: k_means: ") && out.contains("note: widths: "),
        "{out}"
    );
    assert!(last(&workspace, "moons", "test_accuracy") > 0.95);
    let closed = last(&workspace, "moons", "train_loss");
    // Everything by backpropagation from there is one line.
    workspace.succeed(&["moons.toml", "--set", "training.epochs=30"]);
    assert!(last(&workspace, "moons", "train_loss") < closed);
    // What was fitted is fitted again to the same bits.
    workspace.succeed(&["rerun", "moons"]);
}

#[test]
fn units_at_all_samples_interpolate_them() {
    let workspace = workspace();
    workspace.succeed(&["sine.toml"]);
    assert!(last(&workspace, "sine", "test_rmse") < 1e-5);
    let few = "model.layers.0={ rbf = { units = 5, centers = \"orthogonal_least_squares\", width = { constant = 1.0 } } }";
    let out = workspace.succeed(&["sine.toml", "--set", few]);
    assert!(
        out.contains("orthogonal_least_squares: 5 units explain 0.99"),
        "{out}"
    );
}

#[test]
fn a_closed_form_of_more_layers_goes_through_all_of_them() {
    let workspace = workspace();
    let random = "model.layers=[{ linear = { units = 30, \
        weights = { uniform = { low = -3.0, high = 3.0 } }, biases = \"signs\" } }, \"tanh\", \
        { linear = { units = 2, weights = { least_squares = { ridge = 1e-6 } } } }]";
    let set = ["moons.toml", "--set", random];
    workspace.succeed(&set);
    assert!(last(&workspace, "moons", "test_accuracy") > 0.95);
    let bits = last(&workspace, "moons", "train_loss");
    // Aims of -1 and 1 are twice as far apart as 0 and 1.
    let signs = "training.loss=signed_squared_error";
    workspace.succeed(&[&set[..], &["--set", signs]].concat());
    let signs = last(&workspace, "moons", "train_loss");
    assert!((signs / bits - 4.0).abs() < 0.01, "{bits} {signs}");
}

#[test]
fn centres_among_images_are_drawn() {
    let workspace = Workspace::new();
    let waves = MOONS
        .replace(
            "[dataset.moons]\nsamples = 60\nnoise = 0.1\nsplit = \"none\"",
            "[dataset.waves]\nsamples = 40\nsize = 6\nclasses = 2",
        )
        .replace("layers = [", "layers = [\n    \"flatten\",");
    workspace.write("moons.toml", waves);
    workspace.succeed(&["moons.toml"]);
    workspace.succeed(&["draw", "moons", "--out", "pictures"]);
    assert!(names(&workspace.path("pictures")).contains(&"centers.svg".to_string()));
    assert!(
        workspace
            .read("pictures/centers.svg")
            .contains("12 centres")
    );
}

#[test]
fn data_that_do_not_determine_centres_or_weights_are_refused() {
    let workspace = workspace();
    let refuse = |config: &str, set: &[&str], parts: &[&str]| {
        let set = set.iter().flat_map(|set| ["--set", set]);
        let call: Vec<&str> = std::iter::once(config).chain(set).collect();
        workspace.refuse(&call, parts);
    };
    refuse(
        "moons.toml",
        &["model.layers.0.rbf.units=62"],
        &[
            "model.layers.0.rbf.units",
            "60 samples give at most as many centres, not 62",
            "at most 60",
        ],
    );
    refuse(
        "moons.toml",
        &["model.layers.0.rbf.units=13"],
        &[
            "model.layers.0.rbf.units",
            "13 centres are not equally many for 2 classes",
        ],
    );
    refuse(
        "sine.toml",
        &["model.layers.0.rbf.centers={ k_means = { per_class = true } }"],
        &[
            "model.layers.0.rbf.centers.k_means.per_class",
            "there are no classes to cluster",
        ],
    );
    workspace.write("same.csv", "x,t\n1,2\n1,3\n2,4\n2,5\n");
    let same = "dataset={ csv = { path = \"same.csv\", target = \"t\", split = \"none\", task = \"regression\" } }";
    refuse(
        "sine.toml",
        &[same, "training.batch_size=2", "model.layers.0.rbf.units=3"],
        &[
            "model.layers.0.rbf.units",
            "3 centres are more than the samples have different values: 2",
        ],
    );
    refuse(
        "sine.toml",
        &["model.layers.0.rbf.width.constant=40.0"],
        &[
            "model.layers.1.linear.weights.least_squares",
            "columns depend on those before",
            "a ridge above 0",
        ],
    );
    workspace.write("two.csv", "x,t\n1,2\n2,3\n5,4\n");
    let two = same.replace("same", "two");
    let places = "model.layers.0={ rbf = { units = 3, centers = { values = [1.0, 1.0, 5.0] }, width = { mean_distance = 1 } } }";
    refuse(
        "sine.toml",
        &[&two, "training.batch_size=2", places],
        &[
            "model.layers.0.rbf.width",
            "unit 0 has width 0",
            "width = { constant = 1.0 }",
        ],
    );
}
