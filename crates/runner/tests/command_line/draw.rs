//! `runner draw`: pictures of what a recorded recurrent network does over a sequence.

use crate::support::{BY_HAND, Workspace, names};

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
    let drawn = names(&workspace.path("pictures"));
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
    assert_eq!(names(&workspace.path("pictures")), ["states.svg"]);
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
    let drawn = names(&workspace.path("pictures"));
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
    let drawn = names(&workspace.path("pictures"));
    assert_eq!(drawn, ["attention.svg", "lengths.svg"]);
    let lengths = workspace.read("pictures/lengths.svg");
    assert!(lengths.contains("reversal, 30 test samples: what is right"));
    // Two lengths, and three symbols with their end.
    assert_eq!(lengths.matches("<circle").count(), 2 + 4, "{lengths}");
    let alone = "model.layers.0.encoder_decoder.attention=none";
    train(&workspace, "reversal.toml", &[&set[..], &[alone]].concat());
    workspace.succeed(&["draw", "reversal", "--out", "alone"]);
    assert_eq!(names(&workspace.path("alone")), ["lengths.svg"]);
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
    assert_eq!(
        names(&workspace.path("pictures")),
        ["errors.svg", "states.svg"]
    );
}
