//! `runner draw`: pictures of a recorded run.

use serde_json::Value;

use crate::support::{BY_HAND, Workspace, names};

/// The pictures of a folder that are about sequences.
fn of_sequences(workspace: &Workspace, folder: &str) -> Vec<String> {
    let kinds = ["attention", "errors", "heads", "lengths", "next", "states"];
    let mut drawn = names(&workspace.path(folder));
    drawn.retain(|name| kinds.contains(&name.trim_end_matches(".svg")));
    drawn
}

/// Two epochs on a small part of a config of the workspace.
fn train(workspace: &Workspace, config: &str, set: &[&str]) {
    let config = format!("{}/../../configs/{config}", env!("CARGO_MANIFEST_DIR"));
    let short = [&BY_HAND[..], &["training.epochs=2"], set].concat();
    let mut arguments = vec![&*config];
    arguments.extend(short.iter().flat_map(|set| ["--set", set]));
    workspace.succeed(&arguments);
}

#[test]
fn a_text_is_drawn_with_gates_errors_and_next_characters() {
    let workspace = Workspace::new();
    workspace.write("names.txt", "ab\ncd\nabcd\nab\n");
    let set = [
        "dataset.text.path=names.txt",
        "dataset.text.split={ ordered = { test = 2 } }",
        "model.layers.0.embedding.tokens=5",
        "model.layers.1.lstm.units=3",
        "model.layers.3.linear.units=5",
        "training.batch_size=2",
    ];
    train(&workspace, "names.toml", &set);
    let out = workspace.succeed(&["draw", "names", "--out", "pictures", "--sample", "2"]);
    assert!(out.starts_with("written: "), "{out}");
    let drawn = of_sequences(&workspace, "pictures");
    assert_eq!(drawn, ["errors.svg", "next.svg", "states.svg"]);
    let states = workspace.read("pictures/states.svg");
    for name in [
        "input gate i",
        "forget gate f",
        "candidate g",
        "output gate o",
        "cell c",
    ] {
        assert!(
            states.contains(&format!("names, test sample 2: 1 lstm, {name}")),
            "{name}"
        );
    }
    // Three units at the two letters and the end of "ab", six times, and a frame for each.
    assert_eq!(states.matches("<rect").count(), 1 + 6 * (3 * 3 + 1));
    let next = workspace.read("pictures/next.svg");
    assert_eq!(
        next.matches("<rect").count(),
        1 + 5 * 3 + 1 + 3,
        "a frame for each target"
    );
    let errors = workspace.read("pictures/errors.svg");
    assert!(errors.contains("-log2 p of the right symbol"), "{errors}");
}

#[test]
fn what_has_one_target_is_drawn_with_its_marked_steps() {
    let workspace = Workspace::new();
    let set = ["dataset.adding.samples=60", "dataset.adding.length=20"];
    let set = [&set[..], &["dataset.adding.split.ordered.test=20"]].concat();
    train(&workspace, "adding.toml", &set);
    workspace.succeed(&["draw", "adding", "--out", "pictures"]);
    assert_eq!(of_sequences(&workspace, "pictures"), ["states.svg"]);
    let states = workspace.read("pictures/states.svg");
    let lines = states.matches("<polyline").count() + states.matches("<line").count();
    assert_eq!(lines, 6 * 2, "two marked steps in each of six panels");
}

/// Its samples are single steps; words stand under the curve as they are to be predicted.
#[test]
fn a_stream_is_drawn_in_sequences_with_the_letters_to_be_predicted() {
    let workspace = Workspace::new();
    let set = ["dataset.letters.train=20", "dataset.letters.test=70"];
    train(&workspace, "elman-letters.toml", &set);
    workspace.succeed(&["draw", "elman-letters", "--out", "pictures"]);
    let drawn = of_sequences(&workspace, "pictures");
    assert_eq!(drawn, ["errors.svg", "next.svg", "states.svg"]);
    let errors = workspace.read("pictures/errors.svg");
    let letters = "bdgaiu".chars().map(|letter| format!("\n{letter}\n"));
    let letters: usize = letters.map(|letter| errors.matches(&letter).count()).sum();
    assert_eq!(letters, 60, "{errors}");
    let next = workspace.read("pictures/next.svg");
    assert!(
        next.contains("consonant") && next.contains("voiced"),
        "{next}"
    );
}

/// Sources of two lengths, none between them.
#[test]
fn pairs_are_drawn_with_what_is_right_by_length_and_by_position() {
    let workspace = Workspace::new();
    let set = [
        "dataset.reversal={ samples = 40, test_samples = 30, symbols = 3, lengths = [2, 3] }",
        "model.layers.0.encoder_decoder.encoder.0.embedding.tokens=4",
        "model.layers.0.encoder_decoder.decoder.0.embedding.tokens=4",
        "model.layers.1.linear.units=4",
        "training.batch_size=20",
    ];
    train(&workspace, "reversal.toml", &set);
    workspace.succeed(&["draw", "reversal", "--out", "pictures"]);
    let drawn = of_sequences(&workspace, "pictures");
    assert_eq!(drawn, ["attention.svg", "lengths.svg"]);
    let lengths = workspace.read("pictures/lengths.svg");
    assert!(lengths.contains("reversal, 30 test samples: what is right"));
    // Two lengths, and three symbols with their end.
    assert_eq!(lengths.matches("<circle").count(), 2 + 4, "{lengths}");
    let alone = "model.layers.0.encoder_decoder.attention=none";
    train(&workspace, "reversal.toml", &[&set[..], &[alone]].concat());
    workspace.succeed(&["draw", "reversal", "--out", "alone"]);
    assert_eq!(of_sequences(&workspace, "alone"), ["lengths.svg"]);
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let workspace = Workspace::tiny();
    workspace.train_by_hand(&[]);
    let only = |kinds| ["draw", "tiny", "--out", "pictures", "--only", kinds];
    let nothing = "--only states: this run has nothing of that kind";
    workspace.refuse(&only("curves,states"), &[nothing]);
    let near = "--only: there is no kind \"curve\"; did you mean curves?";
    workspace.refuse(&only("curve"), &[near]);
    workspace.refuse(&only("zzz"), &["there is no kind \"zzz\"", "curves, "]);
    assert!(!workspace.path("pictures").exists());
    let set = [
        "dataset.temporal_xor.bits=60",
        "dataset.temporal_xor.test_bits=24",
    ];
    train(&workspace, "temporal-xor.toml", &set);
    let call = ["draw", "temporal-xor", "--out", "pictures", "--sample"];
    for sample in ["0", "3"] {
        let call = [&call[..], &[sample]].concat();
        workspace.refuse(
            &call,
            &["--sample: there is no test sample", "there are 1 to 2"],
        );
    }
    workspace.succeed(&[&call[..], &["2"]].concat());
    let drawn = of_sequences(&workspace, "pictures");
    assert_eq!(drawn, ["errors.svg", "states.svg"]);
}

/// Texts of an SVG, one after the other.
fn texts(svg: &str) -> Vec<String> {
    let texts = svg.split("<text").skip(1);
    let text = |of: &str| {
        let (_, rest) = of.split_once('>').unwrap();
        rest.split_once('<').unwrap().0.trim().to_string()
    };
    texts.map(text).collect()
}

#[test]
fn a_classifier_is_drawn_with_what_it_answers_and_where_it_errs() {
    let workspace = Workspace::tiny();
    workspace.train_by_hand(&[]);
    workspace.succeed(&["draw", "tiny", "--out", "pictures"]);
    let drawn = names(&workspace.path("pictures"));
    let kinds = [
        "confusion",
        "curves",
        "mistakes",
        "regions",
        "reliability",
        "roc",
    ];
    let expected = kinds.map(|kind| format!("{kind}.svg"));
    assert_eq!(drawn, expected);
    // The counts are those of `runner evaluate`.
    workspace.succeed(&[
        "evaluate",
        "tiny",
        "--json",
        "tiny.json",
        "--resamples",
        "0",
    ]);
    let report: Value = serde_json::from_str(&workspace.read("tiny.json")).unwrap();
    let counts: Vec<Vec<u64>> = serde_json::from_value(report["confusion"].clone()).unwrap();
    let written = texts(&workspace.read("pictures/confusion.svg"));
    let total: u64 = counts.iter().flatten().sum();
    for count in counts.iter().flatten().filter(|count| **count > 0) {
        assert!(written.contains(&count.to_string()), "{count}: {written:?}");
    }
    assert_eq!(written.last(), Some(&total.to_string()), "{written:?}");
    // A row for each wrong answer, its sample first.
    let wrong = total - counts[0][0] - counts[1][1];
    let rows = texts(&workspace.read("pictures/mistakes.svg"));
    let columns = 4 + 2;
    assert_eq!(
        rows.len() as u64,
        1 + columns * (1 + wrong.min(20)),
        "{rows:?}"
    );
    // The samples, and a legend of the two classes.
    let regions = workspace.read("pictures/regions.svg");
    assert_eq!(regions.matches("<circle").count(), 40);
    // The same data, the same bytes.
    workspace.succeed(&["draw", "tiny", "--out", "again"]);
    for file in &drawn {
        let [one, other] = ["pictures", "again"].map(|of| workspace.read(&format!("{of}/{file}")));
        assert!(one == other, "{file}");
        assert!(
            !one.contains("NaN") && !one.contains("inf\""),
            "{file}: {one}"
        );
    }
    let help = workspace.succeed(&["draw", "--help"]);
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let all = runner::pictures::KINDS.iter().map(|kind| kind.name);
    let all = all.collect::<Vec<_>>().join(", ");
    assert!(help.contains(&all), "{all}: {help}");
}

/// A convolution over small images in the order of MNIST.
#[test]
fn a_convolution_is_drawn_with_its_filters_maps_and_edges() {
    let workspace = Workspace::new();
    let set = [
        "dataset.mnist={ pixels = \"standardize\", train_limit = 2000, test_limit = 50 }",
        "training.warmup=1",
        "training.epochs=16",
    ];
    train(&workspace, "lenet5.toml", &set);
    workspace.succeed(&["draw", "lenet5", "--out", "pictures", "--sample", "7"]);
    let drawn = names(&workspace.path("pictures"));
    for kind in [
        "confusion",
        "edges",
        "features",
        "filters",
        "histograms",
        "mistakes",
        "roc",
    ] {
        assert!(drawn.contains(&format!("{kind}.svg")), "{kind}: {drawn:?}");
    }
    let read = |kind: &str| workspace.read(&format!("pictures/{kind}.svg"));
    // Six kernels of conv1; the input and its six maps.
    let frames = |svg: &str| svg.matches("stroke=\"#c8c8c8\"").count();
    assert_eq!(
        (frames(&read("filters")), frames(&read("features"))),
        (6, 7)
    );
    assert!(read("features").contains("test sample 7: 6 maps of layer conv1"));
    assert!(read("edges").matches("<polyline").count() > 20, "strokes");
    let recorded = workspace.runs("lenet5")[0].join("histograms.json");
    let recorded: Value = serde_json::from_slice(&std::fs::read(recorded).unwrap()).unwrap();
    let moments = recorded["moments"].as_array().unwrap();
    let epochs: Vec<_> = moments
        .iter()
        .map(|m| m["epoch"].as_u64().unwrap())
        .collect();
    assert!(epochs.starts_with(&[0, 1, 2, 4]), "{epochs:?}");
    let first = &moments[0]["layers"][0];
    let weights = &first["weights"];
    let count = |side: &str| -> u64 {
        let bins = weights[side].as_object().unwrap().values();
        bins.map(|count| count.as_u64().unwrap()).sum()
    };
    assert_eq!(count("positive") + count("negative"), 6 * 25, "{first}");
    #[cfg(not(feature = "png"))]
    workspace.refuse(
        &["draw", "lenet5", "--out", "png", "--format", "png"],
        &[
            "--format png: this program was built without it",
            "--features png",
        ],
    );
}

#[test]
fn weights_of_a_first_layer_are_images_and_a_target_has_a_fit() {
    let workspace = Workspace::new();
    train(&workspace, "digits.toml", &[]);
    workspace.succeed(&[
        "draw",
        "digits",
        "--out",
        "pictures",
        "--only",
        "weights,mistakes",
    ]);
    let weights = workspace.read("pictures/weights.svg");
    assert!(weights.contains("stroke=\"#c8c8c8\""), "{weights}");
    assert!(workspace.read("pictures/mistakes.svg").contains(">is "));
    train(&workspace, "diabetes.toml", &[]);
    workspace.succeed(&["draw", "diabetes", "--out", "fit", "--only", "fit"]);
    assert!(workspace.read("fit/fit.svg").matches("<circle").count() > 50);
    workspace.refuse(
        &["draw", "diabetes", "--out", "none", "--only", "confusion"],
        &["--only confusion: this run has nothing of that kind (of classes"],
    );
}

#[test]
fn a_learner_is_drawn_too() {
    let workspace = Workspace::new();
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../../configs/som.toml");
    workspace.succeed(&[config, "--set", "learner.som.passes=5"]);
    workspace.succeed(&["draw", "som", "--out", "pictures"]);
    let drawn = names(&workspace.path("pictures"));
    for kind in ["confusion.svg", "curves.svg", "map.svg"] {
        assert!(drawn.contains(&kind.to_string()), "{kind}: {drawn:?}");
    }
}
