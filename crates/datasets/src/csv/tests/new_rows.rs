//! Rows of another table, prepared as those that were learned from.

use super::*;
use crate::files::Located;
use crate::new_samples::{NewSamples, Targeted};
use spec::datasets::{Holdout, Scale};

const LEARNED: &str = "a,kind,note,y\n0,u,1,no\n2,v,1,yes\n4,u,2,no\n6,v,2,yes\n";

/// What is made of the rows of `text`, for a run that learned from `learned`.
fn read(
    learned: &str,
    spec: &CsvSpec,
    text: &str,
    targeted: Targeted,
) -> Result<NewSamples, DataError> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("t.csv"), learned).unwrap();
    let file = Located {
        path: folder.path().join("new.csv"),
        name: "new.csv".into(),
    };
    fs::write(&file.path, text).unwrap();
    new_rows(spec, folder.path(), &Streams::new(1), &file, targeted)
}

fn standardized() -> CsvSpec {
    CsvSpec {
        scale: Scale::Standardize,
        categorical: vec![column("kind")],
        ignore: vec![column("note")],
        ..spec()
    }
}

#[test]
fn scales_and_categories_are_those_of_training() {
    let text = "kind,y,a,more\nv,yes,3,9\nw,no,6,9\n";
    let new = read(LEARNED, &standardized(), text, Targeted::Yes).unwrap();
    // Mean 3 and deviation √5, whatever the new rows are; w is no category.
    let far = 3.0 / 5f64.sqrt();
    assert_eq!(
        rows(&new.samples),
        [vec![0.0, 0.0, 1.0], vec![far, 0.0, 0.0]]
    );
    assert_eq!(new.samples.labels(), Some([1, 0].as_slice()));
    assert_eq!(new.names, ["line 2", "line 3"]);
    let notes = new.notes.join("; ");
    assert!(
        notes.contains("nothing was learned from it: \"more\""),
        "{notes}"
    );
    assert!(
        notes.contains("kind: \"w\" not seen in training"),
        "{notes}"
    );
}

#[test]
fn the_rows_that_were_learned_from_are_the_same_again() {
    let spec = CsvSpec {
        split: Split::Shuffled(Holdout { test: 0.25 }),
        ..standardized()
    };
    let data = load_text(LEARNED, &spec).unwrap();
    let again = read(LEARNED, &spec, LEARNED, Targeted::Yes).unwrap();
    let mut of_both = [rows(&data.train), rows(&data.test)].concat();
    let mut all = rows(&again.samples);
    let order = |a: &Vec<f64>, b: &Vec<f64>| a[0].total_cmp(&b[0]);
    of_both.sort_by(order);
    all.sort_by(order);
    assert_eq!(all, of_both);
}

#[test]
fn a_target_may_be_absent_where_it_is_predicted() {
    let new = read(LEARNED, &standardized(), "a,kind\n3,u\n", Targeted::No).unwrap();
    assert_eq!(rows(&new.samples), [[0.0, 1.0, 0.0]]);
    let new = read(LEARNED, &standardized(), "a,kind,y\n3,u,no\n", Targeted::No).unwrap();
    assert!(new.notes[0].contains("\"y\", which is what is predicted"));
    let headless = CsvSpec {
        header: Some(false),
        target: TableTarget::Column(Column::Index(0)),
        ..spec()
    };
    let new = read("no,1\nyes,2\nno,3\n", &headless, "7\n8\n", Targeted::No).unwrap();
    assert_eq!(rows(&new.samples), [[7.0], [8.0]]);
}

#[test]
fn real_targets_are_stored_as_in_training() {
    let spec = CsvSpec {
        task: Task::Regression,
        target_scale: Scale::MinMax,
        ..spec()
    };
    let new = read("a,y\n1,10\n2,30\n", &spec, "a,y\n5,20\n6,\n", Targeted::Yes).unwrap();
    assert_eq!(new.samples.values(), Some([0.5].as_slice()));
    assert_eq!(new.notes, ["1 row left out for a missing target: line 3"]);
}

#[test]
fn what_does_not_fit_is_told_with_its_place_and_without_a_key() {
    for (text, parts) in [
        (
            "a,knid,y\n1,u,no\n2,v,no\n",
            &["new.csv has no column \"kind\"", "is \"knid\" the same?"][..],
        ),
        ("a,kind\n1,u\n2,v\n", &["has no column \"y\""]),
        (
            "a,kind,y\n1,u,no\n2,u,Yes\n",
            &[
                "new.csv, line 3, column \"y\"",
                "found \"Yes\"",
                "did you mean \"yes\"?",
            ],
        ),
        (
            "a,kind,y\n1,u,no\nx,u,yes\n",
            &[
                "new.csv, line 3, column \"a\"",
                "found \"x\"",
                "a number, as in training",
            ],
        ),
        ("a,kind,y\n,u,no\n?,v,yes\n", &["no row of new.csv is left"]),
        (
            "1,u,no\n2,v,no\n1,v,yes\n",
            &["begin the file with the names of the columns"],
        ),
    ] {
        let error = read(LEARNED, &standardized(), text, Targeted::Yes).unwrap_err();
        let message = error.to_string();
        for part in parts {
            assert!(message.contains(part), "{part:?} is not in {message}");
        }
        assert!(!message.contains("dataset.csv"), "{message}");
    }
}
