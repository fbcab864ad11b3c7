//! The LSTM of 1997 and sequences that are drawn anew for each pass, from the command line.

use crate::support::Workspace;

const ORDER: &str = r#"# Temporal order, short.

name = "order"
seed = 1

[dataset.temporal_order]
samples = 60
length = 20
fresh = true
split = { ordered = { test = 40 } }

[learner.lstm_1997]
most_sequences = 50
"#;

fn order() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("order.toml", ORDER);
    workspace
}

#[test]
fn it_is_run_tested_at_the_end_and_repeated_to_the_same_bits() {
    let workspace = order();
    let out = workspace.succeed(&["order.toml"]);
    for part in ["wrong_of_test", "steps_of_test", "weights      156"] {
        assert!(out.contains(part), "{part:?} is not in {out}");
    }
    let told = "after 50 sequences it has not learned enough";
    assert!(out.contains(told), "{out}");
    let again = workspace.succeed(&["rerun", "order"]);
    assert!(again.contains("2 of 2 tensors"), "{again}");
    let check = workspace.succeed(&["check", "order.toml"]);
    let row = "`lstm_1997`, these data";
    assert!(check.contains(row) && !check.contains("DIFFERS"), "{check}");
}

#[test]
fn it_draws_its_gates_over_a_sequence_and_its_errors_over_all() {
    let workspace = order();
    workspace.write(
        "order.toml",
        ORDER.replace("most_sequences = 50", "most_sequences = 60"),
    );
    workspace.succeed(&["order.toml"]);
    let run = &workspace.runs("order")[0];
    let states = std::fs::read_to_string(run.join("states.svg")).unwrap();
    for title in [
        "input gates",
        "output gates",
        "states of the cells",
        "outputs of the cells",
    ] {
        assert!(
            states.contains(&format!("{title} over a sequence")),
            "{title}"
        );
    }
    // Two blocks of two cells; in each of four panels two marked symbols.
    assert_eq!(states.matches("<polyline").count(), 2 + 2 + 4 + 4 + 4 * 2);
    let errors = std::fs::read_to_string(run.join("errors.svg")).unwrap();
    assert!(errors.contains("60 sequences") && errors.contains("share of wrong sequences"));
}

/// Others would silently learn from other samples than those they are measured on.
#[test]
fn new_samples_for_each_pass_are_refused_where_nobody_takes_them() {
    let workspace = order();
    let lstm = "[learner.lstm_1997]\nmost_sequences = 50\n";
    for (name, learns, told) in [
        (
            "least_squares",
            "[learner.least_squares]\n",
            "least_squares learns from the same samples in every pass",
        ),
        (
            "network",
            "[model]\nlayers = [{ lstm = { units = 2 } }, \"last\", { linear = { units = 4 } }]\n\
             [training]\nepochs = 1\nloss = \"softmax_cross_entropy\"\nbatch_size = 5\n\
             optimizer = { sgd = { learning_rate = 0.1 } }\n",
            "a network learns from the same samples in every epoch",
        ),
    ] {
        let mut text = ORDER.replace(lstm, learns);
        if name == "network" {
            text = text.replace("seed = 1", "seed = 1\nimplementations = [\"backprop\"]");
        } else {
            text = text.replace("temporal_order]", "adding]");
        }
        workspace.write("other.toml", &text);
        workspace.refuse(&["other.toml"], &[told, "fresh = true", "leave it out"]);
    }
}

#[test]
fn data_that_are_no_sequences_are_refused_with_the_place() {
    let workspace = order();
    let data = "[dataset.xor]\n";
    let from = ORDER.find("[dataset").unwrap();
    let to = ORDER.find("[learner").unwrap();
    workspace.write("other.toml", ORDER.replace(&ORDER[from..to], data));
    let told = "it learns from sequences, step by step, and these samples are none";
    workspace.refuse(&["other.toml"], &[told, "other.toml:"]);
}
