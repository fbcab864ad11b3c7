//! `new`: a config for a table, which runs at once.

use std::fs;

use crate::support::Workspace;

/// Writes a config for a table and trains it; what was printed, and the last test accuracy or R².
fn begun(
    workspace: &Workspace,
    table: &str,
    more: &[&str],
    epochs: Option<usize>,
) -> (String, f64) {
    let out = workspace.succeed(&[&["new", table, "--out", "c.toml"], more].concat());
    assert!(out.contains("next:   runner c.toml"), "{out}");
    let epochs = epochs.map(|epochs| format!("training.epochs={epochs}"));
    let mut run = vec!["c.toml"];
    run.extend(epochs.iter().flat_map(|set| ["--set", set]));
    let run = workspace.succeed(&run);
    let record = run
        .lines()
        .last()
        .unwrap()
        .strip_prefix("record: ")
        .unwrap();
    let epochs = workspace.read(&format!("{record}/epochs.csv"));
    let mut rows = csv::Reader::from_reader(epochs.as_bytes());
    let titles = rows.headers().unwrap().clone();
    let measure = titles
        .iter()
        .position(|t| t == "test_accuracy" || t == "test_r2");
    let last = rows.records().last().unwrap().unwrap();
    (out, last[measure.unwrap()].parse().unwrap())
}

#[test]
fn the_tables_that_ship_are_learned() {
    for (table, target, least) in [
        (
            "iris.csv",
            "\"species\", by its name: one of 3 classes",
            0.9,
        ),
        (
            "wine.csv",
            "\"cultivar\", the last column: one of 3 classes",
            0.9,
        ),
        ("penguins.csv", "\"species\", by its name", 0.95),
        ("zoo.csv", "\"type\", by its name: one of 7 classes", 0.8),
        ("breast-cancer.csv", "\"diagnosis\", by its name", 0.9),
    ] {
        let (out, reached) = begun(&Workspace::new(), table, &[], None);
        assert!(out.contains(target), "{out}");
        assert!(reached > least, "{table}: {reached}");
    }
}

#[test]
fn every_table_that_ships_has_a_config_that_runs() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../datasets/data/csv");
    for entry in fs::read_dir(folder).unwrap() {
        let table = entry.unwrap().file_name().into_string().unwrap();
        if table.starts_with("airline") || !table.contains(".csv") {
            continue;
        }
        begun(&Workspace::new(), &table, &[], Some(1));
    }
    Workspace::new().refuse(
        &["new", "airline-passengers.csv"],
        &[
            "nothing is left to predict \"Passengers\" by",
            "[dataset.series]",
        ],
    );
}

#[test]
fn gaps_signs_and_columns_that_say_nothing_are_told_and_written() {
    let workspace = Workspace::new();
    let row = |row: usize| {
        let gap = if row % 9 == 4 {
            "n/a".into()
        } else {
            format!("{},5", row % 7)
        };
        let place = ["nord", "süd"][row % 2];
        format!(
            "{row};2024-03-{:02};{gap};{place};7;{},25\n",
            row % 28 + 1,
            2 * (row % 7)
        )
    };
    let rows: String = (0..60).map(row).collect();
    workspace.write("haus.csv", format!("nr;day;size;place;same;rent\n{rows}"));
    let (out, r2) = begun(&workspace, "haus.csv", &["--target", "rent"], None);
    for part in [
        "60 rows, 6 columns, ';' between fields",
        "\"rent\", as --target says: a number",
    ] {
        assert!(out.contains(part), "{part:?} is not in {out}");
    }
    assert!(r2 > 0.5, "{r2}");
    let config = workspace.read("c.toml");
    for part in [
        "delimiter = \";\"",
        "decimal = \",\"",
        "\"nr\", # it names or counts the rows",
        "\"day\", # dates are no numbers",
        "\"same\", # it is the same in every row",
        "categorical = [\"place\"]",
        "missing = { markers = [\"n/a\"], policy = \"median\" }",
        "task = \"regression\"",
    ] {
        assert!(config.contains(part), "{part:?} is not in {config}");
    }
}

#[test]
fn nothing_is_replaced_unless_asked_for() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a,y\n3,u\n1,v\n4,u\n1,v\n");
    let out = workspace.succeed(&["new", "t.csv"]);
    assert!(out.contains("config: configs/t.toml"), "{out}");
    workspace.refuse(
        &["new", "t.csv"],
        &["configs/t.toml is there already", "--force"],
    );
    workspace.succeed(&["new", "t.csv", "--force"]);
    workspace.refuse(
        &["new", "t.csv", "--out", "configs"],
        &["configs", "it is a folder"],
    );
}

#[test]
fn what_cannot_be_learned_is_refused_with_the_cause() {
    let workspace = Workspace::new();
    workspace.refuse(&["new", "no.csv"], &["no.csv not found"]);
    for (text, parts) in [
        (&b""[..], &["an empty file"][..]),
        (b"a,b,c\n", &["only a header"]),
        (b"a\n1\n2\n3\n", &["a single column"]),
        (b"a,b\n1,x\xe9\n", &["t.csv"]),
        (
            b"n,m\nu1,v1\nu2,v2\nu3,v3\n",
            &["no column can be predicted"],
        ),
        (b"a,b\n5,x\n7,x\n6,x\n", &["nothing is left"]),
    ] {
        workspace.write("t.csv", text);
        workspace.refuse(&["new", "t.csv"], parts);
        assert!(!workspace.path("configs").exists());
    }
    workspace.write("t.csv", "a,b,c\n1,x,1\n2,x,5\n3,x,6\n");
    let constant = ["new", "t.csv", "--target", "b"];
    workspace.refuse(
        &constant,
        &["column \"b\" is the same in every row", "--target"],
    );
    workspace.refuse(&["new", "t.csv", "--target", "d"], &["has no column \"d\""]);
    workspace.write("folder/x", "");
    workspace.refuse(&["new", "folder"], &["is a folder, not a file"]);
}
