//! Bad tables and settings: one message each, with file, place and remedy.

use super::*;
use proptest::prelude::*;

pub(super) const GOOD: &str = "a,b,y\n1,2,u\n3,4,v\n";

pub(super) fn message(text: &str, spec: &CsvSpec) -> String {
    load_text(text, spec).unwrap_err().to_string()
}

/// The error of a good table under a changed config.
fn setting(change: impl Fn(&mut CsvSpec)) -> DataError {
    let mut spec = spec();
    change(&mut spec);
    load_text(GOOD, &spec).unwrap_err()
}

#[test]
fn a_ragged_row() {
    let wanted = "t.csv, line 4: found 2 fields, expected 3 as in the first row; add what is \
                  missing, or remove the row";
    assert_eq!(message("a,b,y\n1,2,u\n\n3,4\n", &spec()), wanted);
    assert_eq!(message("a,b,y\r\n1,2,u\r\n\r\n3,4\r\n", &spec()), wanted);
    let text = message("a,b,y\n1,2,u,9\n", &spec());
    assert!(
        text.starts_with("t.csv, line 2: found 4 fields, expected 3"),
        "{text}"
    );
    let text = message("a,b,y\n1,\"2,u\n3,4,v\n", &spec());
    let wanted = "t.csv, line 2: found a quotation mark that is never closed: all up to the end of \
                  the file would be one field, expected its partner at the end of the field; \
                  remove the mark, close it, or write \"\" for a mark within quoted text";
    assert_eq!(text, wanted);
}

#[test]
fn text_in_a_numeric_column() {
    let wanted = "t.csv, line 3, column \"b\": found \"male\", expected a number; list \"b\" in \
                  dataset.csv.categorical or dataset.csv.ignore, or \"male\" in \
                  dataset.csv.missing.markers";
    assert_eq!(message("a,b,y\n1,2,u\n3,male,v\n", &spec()), wanted);
    for text in ["nan", "inf", "-Infinity", "1e999"] {
        let found = message(&format!("a,b,y\n1,{text},u\n"), &spec());
        let start = format!("t.csv, line 2, column \"b\": found {text:?}, expected a number");
        assert!(found.starts_with(&start), "{found}");
    }
}

#[test]
fn the_line_of_the_second_file_is_named() {
    let error = load_texts(GOOD, Some("a,b,y\n1,2,u\nx,2,u\n"), &spec()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("test.csv, line 3, column \"a\": found \"x\"")
    );
}

#[test]
fn unknown_columns() {
    let error = setting(|spec| spec.target = one("Y1"));
    assert_eq!(error.key(), Some("dataset.csv.target"));
    let text = error.to_string();
    assert!(
        text.starts_with("dataset.csv.target: t.csv has no column \"Y1\""),
        "{text}"
    );
    assert!(text.ends_with("\"a\", \"b\", \"y\""), "{text}");
    let error = setting(|spec| spec.ignore = vec![Column::Index(3)]);
    assert_eq!(error.key(), Some("dataset.csv.ignore"));
    assert!(error.to_string().contains("columns count from 0 to 2"));
    let error = setting(|spec| spec.categorical = vec![column("A")]);
    assert_eq!(error.key(), Some("dataset.csv.categorical"));
    assert!(error.to_string().contains("did you mean \"a\"?"));
}

#[test]
fn columns_in_two_roles() {
    let error = setting(|spec| spec.ignore = vec![column("y")]);
    let text = "dataset.csv.ignore: column \"y\" is the target; it cannot be ignored; remove it \
                from the list";
    assert_eq!(error.to_string(), text);
    let error = setting(|spec| spec.categorical = vec![column("y")]);
    assert_eq!(error.key(), Some("dataset.csv.categorical"));
    let error = setting(|spec| {
        spec.categorical = vec![column("a")];
        spec.ignore = vec![Column::Index(0)];
    });
    assert!(
        error
            .to_string()
            .contains("column \"a\" is also in dataset.csv.ignore")
    );
    let error = setting(|spec| spec.ignore = vec![column("a"), column("b")]);
    assert!(
        error
            .to_string()
            .contains("no column of t.csv is left as a feature")
    );
}

#[test]
fn a_single_class() {
    let error = load_text("a,y\n1,u\n2,u\n", &spec()).unwrap_err();
    let text = "dataset.csv.target: column \"y\" of t.csv has a single class, \"u\"; name a column \
                with at least two classes, or use rows of another class too";
    assert_eq!(
        (error.to_string().as_str(), error.key()),
        (text, Some("dataset.csv.target"))
    );
}

#[test]
fn a_class_that_training_lacks() {
    let error = load_texts("a,y\n1,u\n2,v\n", Some("a,y\n3,w\n"), &spec()).unwrap_err();
    let text = "dataset.csv.target: column \"y\" of t.csv has classes that no training sample \
                shows: \"w\"; use a stratified split, or a training file that has them";
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_quantity_taken_for_classes() {
    let error = load(
        &CsvSpec {
            path: "diabetes.csv".into(),
            target: one("progression"),
            split: Split::default(),
            ..spec()
        },
        Path::new("."),
        &Streams::new(1),
    )
    .unwrap_err();
    assert!(
        error.to_string().contains("set task = \"regression\""),
        "{error}"
    );
}

#[test]
fn a_real_target_that_is_not_a_number() {
    let regression = CsvSpec {
        task: Task::Regression,
        ..spec()
    };
    let text = message(GOOD, &regression);
    let start = "t.csv, line 2, column \"y\": found \"u\", expected a number as target; set task";
    assert!(text.starts_with(start), "{text}");
}

#[test]
fn empty_tables() {
    let wanted = "t.csv, line 1: found an empty file, expected a table with at least one row; \
                  check the path, or write the table again";
    for text in ["", "\n\n", "\u{feff}", "   \n"] {
        assert_eq!(message(text, &spec()), wanted);
    }
    let wanted = "t.csv, line 1: found only a header, expected a table with at least one row; add \
                  rows, or set header = false if this line is data";
    assert_eq!(message("a,b,y\n", &spec()), wanted);
    let text = message("a,b,y\n,2,u\n3,NA,v\n", &spec());
    assert!(
        text.starts_with("dataset.csv.missing: every row of t.csv has a missing"),
        "{text}"
    );
}

#[test]
fn equal_column_names() {
    let wanted = "t.csv, line 1: found the name \"a\" for columns 0 and 2, expected a different \
                  name for every column; rename one of them, or set header = false if this line \
                  is data";
    assert_eq!(message("a,y, a\n1,2,3\n", &spec()), wanted);
}

#[test]
fn the_wrong_delimiter() {
    let error = load_text("a;b;y\n1;2;u\n", &spec()).unwrap_err();
    let text = "dataset.csv.delimiter: t.csv, line 1: found a single column \"a;b;y\", expected \
                features and a target between ','; set delimiter = \";\"";
    assert_eq!(
        (error.to_string().as_str(), error.key()),
        (text, Some("dataset.csv.delimiter"))
    );
    for delimiter in ['é', '"', '\n', '\0'] {
        let error = setting(|spec| spec.delimiter = delimiter);
        assert!(
            error
                .to_string()
                .contains("cannot stand between fields; use one ASCII")
        );
    }
}

#[test]
fn text_that_is_not_utf_8() {
    let error = load_texts(b"a,y\n1,caf\xe9\n", None, &spec()).unwrap_err();
    let start = "t.csv, line 2, byte 9: found the byte 0xe9, 'é' in Windows-1252 and Latin-1, \
                 expected UTF-8 text; ";
    assert!(error.to_string().starts_with(start), "{error}");
}

#[test]
fn missing_files() {
    let absent = CsvSpec {
        path: "no-such.csv".into(),
        ..spec()
    };
    let error = load(&absent, Path::new("configs"), &Streams::new(1)).unwrap_err();
    let start = "file no-such.csv not found (looked for configs/no-such.csv, no-such.csv); correct \
                 the path, or use a table that ships: \"airline-passengers.csv\", ";
    assert!(error.to_string().starts_with(start), "{error}");
    assert_eq!(error.key(), Some("dataset.csv.path"));
    let folder = CsvSpec {
        path: ".".into(),
        ..spec()
    };
    let error = load(&folder, Path::new("."), &Streams::new(1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        ".: is a folder, not a file; name a file inside it"
    );
    let error = setting(|spec| spec.test_path = Some("no-such.csv".into()));
    assert_eq!(error.key(), Some("dataset.csv.test_path"));
}

#[test]
fn a_test_file_with_other_columns() {
    let error = load_texts(GOOD, Some("b,c,y\n1,2,u\n"), &spec()).unwrap_err();
    let text = "test.csv, line 1: found the columns \"b\", \"c\", \"y\", without \"a\", besides \"c\", \
                expected those of t.csv: \"a\", \"b\", \"y\"; give both files the same columns";
    assert_eq!(error.to_string(), text);
    let error = load_texts(GOOD, Some("a,b,y\n,2,u\n"), &spec()).unwrap_err();
    assert_eq!(error.key(), Some("dataset.csv.test_path"));
    assert!(error.to_string().contains("no row of test.csv is left"));
}

#[test]
fn columns_without_a_value_to_learn_from() {
    let replacing = CsvSpec {
        missing: missing(MissingPolicy::Mean),
        ..spec()
    };
    let text = message("a,b,y\n1,,u\n2,NA,v\n", &replacing);
    let wanted = "t.csv, column \"b\": found only missing values in the training part, expected \
                  at least one value to learn from; list the column in dataset.csv.ignore";
    assert_eq!(text, wanted);
}

#[test]
fn numbers_too_large_to_scale() {
    let scaled = CsvSpec {
        scale: Scale::Standardize,
        ..spec()
    };
    let text = message("a,y\n1e308,u\n-1e308,v\n1e308,v\n1e308,v\n", &scaled);
    assert!(
        text.starts_with("t.csv, column \"a\": found numbers too large"),
        "{text}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn arbitrary_text_never_panics(
        text in "[ab1 ,;\"\n\r\u{e9}^x.-]{0,60}", header: bool, drop: bool,
    ) {
        let policy = if drop { MissingPolicy::DropRows } else { MissingPolicy::Median };
        let any = CsvSpec {
            header: (!header).then_some(false),
            target: TableTarget::Column(Column::Index(0)),
            categorical: vec![Column::Index(1)],
            missing: missing(policy),
            scale: Scale::Standardize,
            ..spec()
        };
        let _ = load_text(&text, &any);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = load_texts(bytes, None, &spec());
    }

    #[test]
    fn small_tables_of_anything_never_panic(
        cells in prop::collection::vec(("[0-9a,\"\n ]{0,3}", "[0-9]{0,2}", "[uv]?"), 1..12),
        test in 0.0_f64..1.0,
    ) {
        let mut text = String::from("a,b,y\n");
        for (a, b, y) in &cells {
            text += &format!("\"{}\",{b},{y}\n", a.replace('"', "\"\""));
        }
        for split in [Split::Stratified(Holdout { test }), Split::Shuffled(Holdout { test })] {
            let any = CsvSpec {
                categorical: vec![column("a")],
                missing: missing(MissingPolicy::MostFrequent),
                scale: Scale::MinMax,
                split,
                ..spec()
            };
            if let Ok(data) = load_text(&text, &any) {
                for samples in [&data.train, &data.test] {
                    prop_assert!(!samples.is_empty());
                    prop_assert!(rows(samples).iter().flatten().all(|x| x.is_finite()));
                }
            }
        }
    }
}
