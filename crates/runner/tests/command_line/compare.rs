//! `compare` puts recorded runs side by side.

use std::fs;

use serde_json::Value;

use crate::support::{Workspace, record};

/// The rows of a printed table that hold that text.
fn rows<'a>(table: &'a str, text: &str) -> Vec<&'a str> {
    table.lines().filter(|line| line.contains(text)).collect()
}

#[test]
fn several_seeds_become_mean_and_deviation() {
    let workspace = Workspace::tiny();
    let runs = ["seed=1", "seed=2"].map(|seed| workspace.train(&[seed]));
    let runs = runs.map(|run| run.display().to_string());
    let out = workspace.succeed(&["compare", &runs[0], &runs[1]]);
    for implementation in ["backprop", "burn-ndarray", "burn-flex"] {
        let rows = rows(&out, implementation);
        assert_eq!(rows.len(), 1, "{out}");
        let cells: Vec<_> = rows[0].split_whitespace().collect();
        let (mean, deviation) = (cells[3], cells[5]);
        assert_eq!(&cells[..3], ["tiny", implementation, "accuracy"], "{out}");
        assert_eq!((cells[4], cells[6]), ("±", "%"), "{out}");
        assert!(mean.parse::<f64>().is_ok() && deviation.parse::<f64>().is_ok());
        assert_eq!(cells[7], "2", "the number of runs: {out}");
    }
}

#[test]
fn runs_are_found_by_name_and_by_run_id() {
    let workspace = Workspace::tiny();
    workspace.train(&["implementations=[\"backprop\"]"]);
    let other = workspace.train(&["name=other", "implementations=[\"backprop\"]"]);
    let run_id = other.file_name().unwrap().to_str().unwrap();
    let by_id = format!("other/{run_id}");
    let out = workspace.succeed(&["compare", "tiny", &by_id, "--picture", "table.svg"]);
    assert_eq!(
        (rows(&out, "tiny").len(), rows(&out, "other").len()),
        (1, 1),
        "{out}"
    );
    assert!(workspace.read("table.svg").contains("other"));
}

#[test]
fn a_run_that_is_not_there_is_told_with_those_that_are() {
    let workspace = Workspace::tiny();
    workspace.refuse(
        &["compare", "tiny"],
        &["tiny: no recorded run", "there are: none"],
    );
    workspace.train(&[]);
    workspace.refuse(
        &["compare", "tinny"],
        &["tinny: no recorded run", "there are: tiny"],
    );
}

/// What an epoch or what was kept had before measures had names: losses and metrics as fields.
fn unnamed(measured: &mut Value, with_validation: bool) {
    let object = measured.as_object_mut().unwrap();
    let Value::Object(measures) = object.remove("measures").unwrap() else {
        panic!("measures are an object");
    };
    for (key, value) in measures {
        let metric = |part: &str| key.strip_prefix(part).filter(|name| *name != "loss");
        match (metric("test_"), metric("validation_")) {
            (Some(name), _) => measured["test"][name] = value,
            (_, Some(name)) if with_validation => measured["validation"][name] = value,
            (_, Some(_)) => {}
            _ => measured[&key] = value,
        }
    }
}

/// A record as format 2 had it.
fn in_format_2(record: &Value) -> Value {
    let mut old = record.clone();
    old["format"] = 2.into();
    old.as_object_mut().unwrap().remove("measures").unwrap();
    for trained in old["implementations"].as_array_mut().unwrap() {
        for epoch in trained["epochs"].as_array_mut().unwrap() {
            unnamed(epoch, true);
        }
        if trained["kept"].is_object() {
            unnamed(&mut trained["kept"], false);
        }
    }
    old
}

#[test]
fn records_of_format_2_are_still_read() {
    let workspace = Workspace::tiny();
    let patience = "training.stopping.patience.epochs=2";
    let held = "training.validation.samples=0.1";
    let run = workspace.train_by_hand(&["dataset.moons.samples=80", held, patience]);
    let new = workspace.succeed(&["compare", "tiny"]);
    let old = in_format_2(&record(&run));
    assert!(
        old["implementations"][0]["kept"]["test_loss"].is_f64(),
        "{old}"
    );
    assert!(old["implementations"][0]["epochs"][0]["validation"]["accuracy"].is_f64());
    fs::write(run.join("record.json"), old.to_string()).unwrap();
    assert_eq!(workspace.succeed(&["compare", "tiny"]), new);
    workspace.succeed(&["report", "tiny"]);
    let page = fs::read_to_string(run.join("report.html")).unwrap();
    assert!(page.contains("<tr id=\"kept-backprop\">"), "{page}");
}

#[test]
fn records_of_format_1_are_still_read() {
    let workspace = Workspace::tiny();
    let run = workspace.train_by_hand(&[]);
    let new = workspace.succeed(&["compare", "tiny"]);
    let mut old = in_format_2(&record(&run));
    old["format"] = 1.into();
    let drop = |value: &mut Value, keys: &[&str]| {
        let object = value.as_object_mut().unwrap();
        for key in keys {
            assert!(object.remove(*key).is_some(), "{key}");
        }
    };
    drop(&mut old, &["fixed_parameters"]);
    drop(&mut old["data"], &["validation_samples"]);
    let trained = &mut old["implementations"][0];
    drop(
        trained,
        &["escape", "stopped_early", "kept", "diverged_runs"],
    );
    for epoch in trained["epochs"].as_array_mut().unwrap() {
        drop(epoch, &["run", "learning_rate"]);
    }
    fs::write(run.join("record.json"), old.to_string()).unwrap();
    assert_eq!(workspace.succeed(&["compare", "tiny"]), new);
}

#[test]
fn a_record_that_is_none_is_told() {
    let workspace = Workspace::new();
    workspace.write("results/runs/tiny/1/record.json", "{\"format\": 1}");
    workspace.refuse(
        &["compare", "tiny/1"],
        &["record.json", "not a record of a run"],
    );
}

#[test]
fn curves_of_several_runs_are_one_picture_with_a_band_over_seeds() {
    let workspace = Workspace::tiny();
    for seed in ["seed=1", "seed=2"] {
        workspace.train_by_hand(&[seed]);
    }
    workspace.train_by_hand(&["name=\"wide\"", "model.layers.0.linear.units=9"]);
    workspace.succeed(&["compare", "tiny", "wide", "--curves", "curves.svg"]);
    let svg = workspace.read("curves.svg");
    // Loss and accuracy of the test samples, in each a band for each of two rows.
    assert_eq!(svg.matches("<polygon").count(), 2 * 2, "{svg}");
    for name in [
        "tiny, backprop",
        "wide, backprop",
        "test loss",
        "test accuracy",
    ] {
        assert!(svg.contains(name), "{name}: {svg}");
    }
    let nowhere = ["compare", "tiny", "--curves", "tiny.toml/curves.svg"];
    workspace.refuse(&nowhere, &["tiny.toml"]);
}
