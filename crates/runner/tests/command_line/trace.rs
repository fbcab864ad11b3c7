//! `runner trace`: updates one by one, on the screen, as a table and as a picture.

use std::fs;

use crate::support::Workspace;

const OR: &str = r#"
name = "or"
seed = 1
implementations = ["backprop"]
dataset.csv = { path = "points.csv", target = "t", task = "regression", split = "none" }

[model]
layers = [{ linear = { units = 1, weights = { constant = 0.0 } } }]

[training]
epochs = 3
batch_size = 1
shuffle = false
loss = "squared_error"
optimizer = { sgd = { learning_rate = 0.25 } }
"#;

fn or() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("or.toml", OR);
    workspace.write("points.csv", "a,b,t\n-1,-1,-1\n-1,1,1\n1,-1,1\n1,1,1\n");
    workspace
}

/// Widrow and Hoff's rule by hand: w grows by η (t − w·x − b) x, here all in binary fractions.
#[test]
fn each_update_is_shown_as_the_rule_has_it() {
    let workspace = or();
    let out = workspace.succeed(&["trace", "or.toml", "--out", "trace", "--updates", "2"]);
    assert!(out.contains("... and 10 more updates"), "{out}");
    assert!(out.contains("or: 12 updates in 3 passes"), "{out}");
    let csv = fs::read_to_string(workspace.path("trace/trace.csv")).unwrap();
    let mut lines = csv.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let numbers: Vec<f64> = cells[4..]
            .iter()
            .map(|cell| cell.parse().unwrap())
            .collect();
        (cells[2].to_string(), numbers)
    });
    let (_, mut w) = lines.next().unwrap();
    assert_eq!(w, [0.0, 0.0, 0.0]);
    let points = [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]];
    let targets = [-1.0, 1.0, 1.0, 1.0];
    for (index, (sample, after)) in lines.enumerate() {
        let (x, t) = (points[index % 4], targets[index % 4]);
        let error = t - (w[0] * x[0] + w[1] * x[1] + w[2]);
        for (w, x) in w.iter_mut().zip([x[0], x[1], 1.0]) {
            *w += 0.25 * error * x;
        }
        assert_eq!((sample, after), ((index % 4 + 1).to_string(), w.clone()));
    }
    let svg = fs::read_to_string(workspace.path("trace/trace.svg")).unwrap();
    assert_eq!(svg.matches("<circle").count(), 4, "the samples");
    assert!(svg.matches("<polyline").count() >= 12, "the lines");
}

#[test]
fn what_nobody_could_follow_is_refused() {
    let workspace = or();
    let wide = "model.layers=[{ linear = { units = 40 } }, { linear = { units = 1 } }]";
    workspace.refuse(
        &["trace", "or.toml", "--set", wide],
        &["has 161; at most 100"],
    );
}

#[test]
fn what_has_no_updates_by_gradients_is_refused() {
    let shipped = |name: &str| format!("{}/../../configs/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    for (config, reason) in [
        (
            "mcculloch-pitts",
            "every weight is fixed, so there is no update to show",
        ),
        ("xor-step", "these escapes move weights otherwise"),
        ("hebb", "a learner has no gradients and no layers"),
    ] {
        Workspace::new().refuse(&["trace", &shipped(config)], &[reason]);
    }
}

/// All numbers of it are small integers, the same on every machine.
#[test]
fn the_picture_of_docs_is_what_is_drawn() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let config = format!("{root}/configs/perceptron.toml");
    let workspace = Workspace::new();
    workspace.succeed(&["trace", &config, "--out", "trace"]);
    let drawn = workspace.read("trace/trace.svg");
    let kept = fs::read_to_string(format!("{root}/docs/perceptron.svg")).unwrap();
    assert!(
        drawn == kept.replace("\r\n", "\n"),
        "write it anew: runner trace configs/perceptron.toml --out DIR, then docs/perceptron.svg"
    );
}
