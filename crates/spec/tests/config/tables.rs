//! Published tables: what a file in `experiments/` may say.

use std::path::Path;

use spec::config::Document;
use spec::measures::Better;
use spec::table::{ExamplesSpec, ExpandedRow, TableSpec};

const GOOD: &str = r#"title = "Digits"
deviations = "None."
measures = ["test_error", "best test_accuracy", "epochs to train_loss 0.01", "epochs", "seconds"]
seeds = [1, 2]
minutes = 5

[[rows]]
name = "plain"
config = "plain.toml"
set = ["training.epochs=3"]

[[rows.published]]
measure = "test_error"
value = 0.0305
source = "LeCun 1998"
how = "one_run"
accept = { within = 0.003 }

[[rows]]
name = "wide"
extends = "plain"
unset = ["training.schedule"]
set = ["model.layers.0.linear.units=500"]
seeds = [7]
minutes = 2.5
implementation = "burn-flex"

[[rows]]
name = "all"
config = "plain.toml"
product = [
    { key = "training.batch_size", values = [1, "all"] },
    { key = "training.optimizer", values = [{ sgd = { learning_rate = 0.1 } }, { adam = {} }] },
]

[[rows]]
name = "depth"
extends = "plain"
zip = [
    { key = "model.layers.1", values = ["relu", "tanh"], names = ["rectified", "curved"] },
    { key = "seed", values = [3, 4] },
]
"#;

fn parse(text: &str) -> Result<TableSpec, String> {
    TableSpec::parse(Path::new("t.toml"), text.into()).map_err(|error| error.short())
}

fn row<'a>(rows: &'a [ExpandedRow], name: &str) -> &'a ExpandedRow {
    let named = rows.iter().find(|row| row.name == name);
    named.unwrap_or_else(|| panic!("{name} is none of {rows:#?}"))
}

#[test]
fn rows_are_listed_extended_and_made_of_several_values() {
    let rows = parse(GOOD).unwrap().expand();
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    let expected = [
        "plain",
        "wide",
        "all, batch size 1, optimizer sgd",
        "all, batch size 1, optimizer adam",
        "all, batch size all, optimizer sgd",
        "all, batch size all, optimizer adam",
        "depth, rectified",
        "depth, curved",
    ];
    assert_eq!(names, expected);
    let wide = row(&rows, "wide");
    assert_eq!(wide.config, Path::new("plain.toml"));
    assert_eq!(wide.overrides.unset, ["training.schedule"]);
    let set = ["training.epochs=3", "model.layers.0.linear.units=500"];
    assert_eq!(wide.overrides.set, set);
    assert_eq!(
        (wide.seeds.as_deref(), wide.minutes),
        (Some(&[7][..]), Some(2.5))
    );
    assert_eq!(wide.implementation.as_str(), "burn-flex");
    assert!(wide.published.is_empty(), "a figure belongs to one row");
    let last = row(&rows, "all, batch size all, optimizer sgd");
    let set = [
        "training.batch_size=\"all\"",
        "training.optimizer={ sgd = { learning_rate = 0.1 } }",
    ];
    assert_eq!(last.overrides.set, set);
    let curved = row(&rows, "depth, curved");
    let set = ["training.epochs=3", "model.layers.1=\"tanh\"", "seed=4"];
    assert_eq!(curved.overrides.set, set);
}

#[test]
fn an_error_is_what_accuracy_leaves_and_is_better_the_lower_it_is() {
    let measures = parse(GOOD).unwrap().measures;
    let better: Vec<Better> = measures.iter().map(|measure| measure.better()).collect();
    let lower = Better::Lower;
    assert_eq!(better, [lower, Better::Higher, lower, lower, lower]);
    let units: Vec<Option<&str>> = measures.iter().map(|measure| measure.unit()).collect();
    assert_eq!(units, [Some("share"), Some("share"), None, None, Some("s")]);
    let needs = |index: usize| measures[index].needs().map(|needed| needed.key.as_str());
    assert_eq!(needs(0), Some("test_accuracy"));
    assert_eq!(needs(2), Some("train_loss"));
    assert_eq!(needs(4), None);
}

/// Each row: what is replaced by what, and how the message goes on behind the file's name.
#[test]
fn what_cannot_be_is_told_with_its_place() {
    let rows = [
        (
            "seeds = [1, 2]",
            "",
            ":1:1: seeds: neither seeds nor folds are given",
        ),
        (
            "seeds = [1, 2]",
            "seeds = []",
            ":4:9: seeds: no seed, no run",
        ),
        (
            "seeds = [1, 2]",
            "seeds = [1, 1]",
            ":4:13: seeds.1: 1 stands there twice",
        ),
        (
            "seeds = [1, 2]",
            "folds = 1",
            ":4:9: folds: 1 folds hold nothing back",
        ),
        (
            "seeds = [1, 2]",
            "seeds = [1]\nfolds = 3",
            ":5:9: folds: seeds are given, too",
        ),
        ("\"None.\"", "\"\"", ":2:14: deviations: a text is expected"),
        ("minutes = 5", "minutes = 0", ":5:11: minutes: 0 minutes"),
        (
            "minutes = 5",
            "minuets = 5",
            ":5:1: unknown key `minuets`; did you mean `minutes`?",
        ),
        (
            "[\"test_error\",",
            "[\"tset_error\",",
            "did you mean \"test_error\"?",
        ),
        (
            "train_loss 0.01\"",
            "train_loss\"",
            "\"epochs to train_loss\" is no measure",
        ),
        (
            "\"epochs\", ",
            "\"seconds\", ",
            "measures.4: \"seconds\" stands there twice",
        ),
        (
            "name = \"wide\"",
            "name = \"plain\"",
            "rows.1.name: two rows are called \"plain\"",
        ),
        (
            "name = \"wide\"",
            "name = \"a|b\"",
            "rows.1.name: \"a|b\" cannot name a row",
        ),
        (
            "name = \"all\"\nconfig = \"plain.toml\"",
            "name = \"all\"",
            "this row has no config",
        ),
        (
            "extends = \"plain\"\nunset",
            "extends = \"plan\"\nunset",
            "did you mean \"plain\"?",
        ),
        (
            "extends = \"plain\"\nunset",
            "extends = \"all\"\nunset",
            "rows.1.extends: no row before",
        ),
        (
            "[1, \"all\"]",
            "[]",
            "rows.2.product.0.values: there is no value",
        ),
        ("[3, 4]", "[3]", "rows.3.zip.1.values: 1 values beside 2"),
        (
            ", \"curved\"]",
            "]",
            "rows.3.zip.0.names: 1 names for 2 values",
        ),
        (
            "measure = \"test_error\"\n",
            "",
            "rows.0.published.0: it is not said which measure",
        ),
        (
            "measure = \"test_error\"\n",
            "measure = \"r\"\n",
            "\"r\" is no measure of this table",
        ),
        (
            "\"LeCun 1998\"",
            "\" \"",
            "rows.0.published.0.source: a figure without a source",
        ),
        (
            "within = 0.003",
            "within = -1",
            "rows.0.published.0.accept: -1 is no distance",
        ),
        (
            "within = 0.003",
            "at_least = 0.9",
            "test error is the better the lower it is; use at_most",
        ),
        (
            "minutes = 5",
            "curves = [\"test_error\", \"best test_error\"]",
            "curves.1: \"best test_error\" is no curve",
        ),
        (
            "minutes = 5",
            "curves = [\"train_loss\", \"train_loss\"]",
            "curves.1: \"train_loss\" stands there twice",
        ),
        ("\"one_run\"", "\"once\"", "unknown"),
    ];
    for (from, to, message) in rows {
        assert_eq!(GOOD.matches(from).count(), 1, "{from:?}");
        let error = parse(&GOOD.replace(from, to)).unwrap_err();
        assert!(error.contains(message), "{from:?} -> {to:?}: {error}");
    }
}

const LECTURES: &str = r#"title = "Lectures"

[[examples]]
name = "one unit"
source = "Lecture 4"
graph = "w*x"
at = { w = 2, x = -1.5 }
figures = [
    { quantity = "f", printed = "-3.0", exact = "-3" },
    { quantity = "df/dx", exact = "2", why = "it is" },
]

[[examples]]
name = "a network"
source = "Lecture 5"
by = "two_two_two"
figures = [{ quantity = "h1", exact = "0.56" }]
"#;

#[test]
fn worked_examples_are_no_runs() {
    let document = |text: &str| Document::parse(Path::new("t.toml"), text.into()).unwrap();
    assert!(!document(GOOD).has(ExamplesSpec::KEY));
    let lectures = document(LECTURES);
    assert!(lectures.has(ExamplesSpec::KEY));
    let examples = ExamplesSpec::of(&lectures).unwrap().examples;
    assert_eq!(examples[0].at["x"], -1.5);
    let printed = examples[0].figures[0].printed.as_ref().unwrap();
    assert_eq!((printed.text.as_str(), printed.value), ("-3.0", -3.0));
    assert_eq!(examples[1].by.as_deref(), Some("two_two_two"));
}

#[test]
fn examples_that_cannot_be_are_refused() {
    for (from, to, said) in [
        ("\"Lectures\"", "\"\"", "title: a text is expected"),
        (
            "\"one unit\"",
            "\"a | b\"",
            "examples.0.name: \"a | b\" cannot stand in a table",
        ),
        (
            "\"one unit\"",
            "\"a network\"",
            "two examples are called \"a network\"",
        ),
        (
            "\"Lecture 4\"",
            "\" \"",
            "examples.0.source: it is not said where this stands",
        ),
        (
            "graph = \"w*x\"",
            "graph = \"x\"\nby = \"y\"",
            "there is a computation, too",
        ),
        (
            "graph = \"w*x\"\n",
            "",
            "examples.0: nothing computes this example",
        ),
        (
            "by = \"two_two_two\"",
            "by = \"two\"\nat = { x = 1 }",
            "only an expression takes",
        ),
        (
            "\"df/dx\"",
            "\"f\"",
            "figures.1.quantity: \"f\" stands there twice",
        ),
        (
            "\"-3.0\"",
            "\"three\"",
            "\"three\" is no number; for example \"-0.20\", in quotes",
        ),
        ("\"-3.0\"", "-3.0", "expected a text in quotes, found -3.0"),
        ("printed =", "printd =", "did you mean `printed`?"),
    ] {
        assert!(LECTURES.contains(from), "{from}");
        let text = LECTURES.replacen(from, to, 1);
        let document = Document::parse(Path::new("t.toml"), text).unwrap();
        let message = ExamplesSpec::of(&document).unwrap_err().short();
        assert!(message.contains(said), "{message}");
    }
}
