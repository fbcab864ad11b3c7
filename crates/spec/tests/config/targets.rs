//! What is predicted, and how much each sample counts.

use crate::support::refuse;

const DATA: &str = "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }";

/// Refuses a table with this line.
fn refuse_line(line: &str, message: &str) {
    let table = format!("[dataset.csv]\npath = \"a.csv\"\n{line}\n");
    refuse(&[(DATA, &table, message)]);
}

#[test]
fn impossible_targets_of_tables_are_refused() {
    refuse_line(
        "target = []",
        "a.toml:7:10: dataset.csv.target: a list of 1 column or more",
    );
    refuse_line(
        "target = [\"a\", \"b\"]",
        "a.toml:7:10: dataset.csv.target: several targets are real numbers: they need task = \"regression\"",
    );
    refuse_line(
        "target = \"input\"\nrename = { a = \"b\" }",
        "a.toml:8:10: dataset.csv.rename: only the texts of a single target column are renamed",
    );
    refuse_line(
        "target = [\"a\", 1.5]",
        "a.toml:7:16: dataset.csv.target.1: expected a column: its name, or its index from 0, found 1.5",
    );
    refuse_line(
        "target = true",
        "a.toml:7:10: dataset.csv.target: expected a column (its name, or its index from 0), a list of columns, or \"input\", found true",
    );
}

#[test]
fn other_data_are_predicted_as_they_come_or_themselves() {
    refuse(&[
        (
            DATA,
            "[dataset.mnist]\ntarget = \"inputs\"",
            "a.toml:6:10: unknown name `inputs`; did you mean `input`? (valid: given, input)",
        ),
        (
            DATA,
            "[dataset.xor]\ntarget = \"output\"",
            "a.toml:6:10: unknown name `output`; valid: given, input",
        ),
    ]);
}

#[test]
fn impossible_weights_are_refused() {
    refuse_line(
        "target = \"y\"\nclass_weights = { each = { u = -1.0 } }",
        "a.toml:8:32: dataset.csv.class_weights.each.u: -1 is not a possible weight; 0 or more",
    );
    refuse_line(
        "target = \"y\"\nclass_weights = { each = { u = 0.0 } }",
        "a.toml:8:26: dataset.csv.class_weights.each: one class or more must have a weight above 0",
    );
    refuse_line(
        "target = \"y\"\ntask = \"regression\"\nclass_weights = \"balanced\"",
        "a.toml:9:17: dataset.csv.class_weights: the target is no class: leave them out",
    );
    for line in ["weight = \"w\"", "class_weights = \"balanced\""] {
        let (key, value) = line.split_once(" = ").unwrap();
        let column = key.len() + 4;
        let message = format!(
            "a.toml:8:{column}: dataset.csv.{key}: not used yet: every sample counts alike, leave \
             it out"
        );
        refuse_line(&format!("target = \"y\"\n{key} = {value}"), &message);
    }
}
