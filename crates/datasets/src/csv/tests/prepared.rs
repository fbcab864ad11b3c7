//! Good tables: what becomes of them, worked by hand.

use super::*;
use crate::dataset::{Quantity, Target};
use proptest::prelude::*;
use spec::datasets::KFold;

fn names(data: &Dataset) -> Vec<&str> {
    match &data.target {
        Target::Classes { names } => names.iter().map(String::as_str).collect(),
        _ => panic!("classes expected"),
    }
}

#[test]
fn classes_are_named_and_numbered_in_order() {
    let data = load_text("a,y\n1,no\n2,yes\n3,no\n", &spec()).unwrap();
    assert_eq!(names(&data), ["no", "yes"]);
    assert_eq!(data.train.labels(), Some([0, 1, 0].as_slice()));
    assert_eq!(rows(&data.train), [[1.0], [2.0], [3.0]]);
    assert_eq!((data.name.as_str(), data.test_is_train), ("t", true));
    let data = load_text("a,y\n1,10\n2,9\n", &spec()).unwrap();
    assert_eq!(names(&data), ["9", "10"]);
}

#[test]
fn spaces_quotes_blank_lines_and_windows_line_ends_do_not_matter() {
    let text = "\u{feff} a , \"b\" ,y\r\n\r\n 1 , \"2\" , \"no, \"\r\n  \r\n3,4, yes \r\n";
    let error = load_text(text, &spec()).unwrap_err().to_string();
    // A quotation mark after a space does not protect a comma.
    assert!(
        error.starts_with("t.csv, line 3: found 4 fields, expected 3"),
        "{error}"
    );
    let data = load_text(&text.replace("no, ", "no "), &spec()).unwrap();
    assert_eq!(data.feature_names, ["a", "b"]);
    assert_eq!(rows(&data.train), [[1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(names(&data), ["no", "yes"]);
}

#[test]
fn quoted_fields_may_hold_delimiters_quotes_and_line_ends() {
    let data = load_text("a,y\n1,\"x, \"\"1\"\"\"\n2,\"two\nlines\"\n3,z\n", &spec()).unwrap();
    assert_eq!(names(&data), ["two\nlines", "x, \"1\"", "z"]);
}

#[test]
fn text_that_looks_packed_is_still_text() {
    // "x^" are the first two bytes of a zlib stream.
    let without = CsvSpec {
        header: Some(false),
        target: TableTarget::Column(Column::Index(0)),
        ..spec()
    };
    let data = load_text("x^aaa,1\nb,2\n", &without).unwrap();
    assert_eq!(names(&data), ["b", "x^aaa"]);
}

#[test]
fn columns_without_a_header_are_named_by_index() {
    let without = CsvSpec {
        header: Some(false),
        delimiter: ';',
        target: TableTarget::Column(Column::Index(0)),
        ignore: vec![Column::Index(2)],
        ..spec()
    };
    let data = load_text("u;1;x;2\nv;3;y;4\n", &without).unwrap();
    assert_eq!(data.feature_names, ["1", "3"]);
    assert_eq!(rows(&data.train), [[1.0, 2.0], [3.0, 4.0]]);
}

#[test]
fn categories_become_columns_where_the_file_has_them() {
    let one_hot = CsvSpec {
        categorical: vec![column("c")],
        ..spec()
    };
    let data = load_text("a,c,y,b\n1,red,0,5\n2,blue,1,6\n3,red,1,7\n", &one_hot).unwrap();
    assert_eq!(data.feature_names, ["a", "c=blue", "c=red", "b"]);
    let wanted = [
        [1.0, 0.0, 1.0, 5.0],
        [2.0, 1.0, 0.0, 6.0],
        [3.0, 0.0, 1.0, 7.0],
    ];
    assert_eq!(rows(&data.train), wanted);
}

#[test]
fn missing_rows_are_dropped_and_told() {
    let text = "a,y\n1,0\nNA,1\n?,0\n,1\n5,1\n6,\n7,NA\n";
    let data = load_text(text, &spec()).unwrap();
    assert_eq!(rows(&data.train), [[1.0], [5.0]]);
    let notes = [
        "2 of 7 rows dropped for a missing target",
        "3 of 7 rows dropped for missing values",
    ];
    assert_eq!(data.notes, notes);
}

#[test]
fn missing_numbers_are_replaced_by_what_the_training_part_shows() {
    let train = "a,y\n1,0\n2,1\n,0\n6,1\n1,0\n";
    for (policy, fill) in [
        (MissingPolicy::Mean, 2.5),
        (MissingPolicy::Median, 1.5),
        (MissingPolicy::MostFrequent, 1.0),
    ] {
        let replacing = CsvSpec {
            missing: missing(policy),
            ..spec()
        };
        // Were the test part looked at, its hundreds would show.
        let data = load_texts(train, Some("a,y\n100,0\nNA,1\n100,1\n"), &replacing).unwrap();
        assert_eq!(rows(&data.train), [[1.0], [2.0], [fill], [6.0], [1.0]]);
        assert_eq!(rows(&data.test), [[100.0], [fill], [100.0]]);
        assert!(data.notes[0].starts_with(&format!("a: 2 missing replaced by {fill} (")));
    }
}

#[test]
fn missing_categories_become_the_most_frequent_of_training() {
    let one_hot = CsvSpec {
        categorical: vec![column("c")],
        missing: missing(MissingPolicy::Mean),
        ..spec()
    };
    let data = load_texts(
        "c,y\nf,0\nm,1\nm,0\n,1\n",
        Some("c,y\nf,0\nf,1\n?,1\n"),
        &one_hot,
    );
    let data = data.unwrap();
    assert_eq!(rows(&data.train)[3], [0.0, 1.0]);
    assert_eq!(rows(&data.test)[2], [0.0, 1.0]);
    assert_eq!(
        data.notes,
        ["c: 2 missing replaced by \"m\" (most frequent)"]
    );
}

#[test]
fn own_markers_replace_the_usual_ones() {
    let own = CsvSpec {
        missing: Missing {
            markers: vec!["-999".into()],
            policy: MissingPolicy::Mean,
        },
        ..spec()
    };
    let data = load_text("a,y\n1,0\n-999,1\n3,1\n", &own).unwrap();
    assert_eq!(rows(&data.train), [[1.0], [2.0], [3.0]]);
}

#[test]
fn a_category_only_in_the_test_part_is_all_zeros() {
    let one_hot = CsvSpec {
        categorical: vec![column("c")],
        ..spec()
    };
    let data = load_texts("c,y\nf,0\nm,1\n", Some("c,y\nx,0\nm,1\n"), &one_hot).unwrap();
    assert_eq!(data.feature_names, ["c=f", "c=m"]);
    assert_eq!(rows(&data.test), [[0.0, 0.0], [0.0, 1.0]]);
    assert_eq!(
        data.notes,
        ["c: \"x\" only in the test part, all zeros there"]
    );
    assert_eq!(data.sources.len(), 2);
    assert!(!data.test_is_train);
}

#[test]
fn scales_are_fitted_on_the_training_part() {
    let scaled = |scale| {
        let spec = CsvSpec { scale, ..spec() };
        load_texts("a,b,y\n1,7,0\n3,7,1\n", Some("a,b,y\n5,9,0\n"), &spec).unwrap()
    };
    // Mean 2 and deviation 1; the constant column is 0 everywhere.
    let data = scaled(Scale::Standardize);
    assert_eq!(rows(&data.train), [[-1.0, 0.0], [1.0, 0.0]]);
    assert_eq!(rows(&data.test), [[3.0, 0.0]]);
    let data = scaled(Scale::MinMax);
    assert_eq!(rows(&data.train), [[0.0, 0.0], [1.0, 0.0]]);
    assert_eq!(rows(&data.test), [[2.0, 0.0]]);
}

#[test]
fn values_of_held_back_rows_never_reach_the_training_part() {
    let spec = CsvSpec {
        categorical: vec![column("c")],
        missing: missing(MissingPolicy::Mean),
        scale: Scale::Standardize,
        split: Split::Stratified(Holdout { test: 0.5 }),
        ..spec()
    };
    let text = |changed: &[usize]| {
        let mut text = String::from("a,c,y\n");
        for row in 0..20 {
            let class = row % 2;
            text += &match row {
                _ if changed.contains(&row) => format!("1e6,other,{class}\n"),
                3 | 4 => format!("NA,?,{class}\n"),
                _ => format!("{row},{},{class}\n", ["x", "y", "z"][row % 3]),
            };
        }
        text
    };
    let before = load_text(&text(&[]), &spec).unwrap();
    // The split depends on classes and seed only, so it can be asked for again.
    let rows = Rows {
        count: 20,
        labels: Some(&(0..20).map(|row| row % 2).collect::<Vec<_>>()),
        key: SPLIT,
    };
    let parts = split(&spec.split, &rows, &mut Streams::new(1).stream("split")).unwrap();
    let after = load_text(&text(&parts.test.unwrap()), &spec).unwrap();
    assert_ne!(before.test, after.test);
    assert_eq!(before.train, after.train);
    assert_eq!(before.feature_names, after.feature_names);
}

#[test]
fn a_real_target_can_be_turned_back() {
    let real = |target_scale| {
        let spec = CsvSpec {
            task: Task::Regression,
            target_scale,
            ..spec()
        };
        load_texts("a,y\n1,10\n2,30\n", Some("a,y\n3,50\n"), &spec).unwrap()
    };
    for (scale, stored, (mean, factor)) in [
        (Scale::None, [10.0, 30.0, 50.0], (0.0, 1.0)),
        (Scale::Standardize, [-1.0, 1.0, 3.0], (20.0, 10.0)),
        (Scale::MinMax, [0.0, 1.0, 2.0], (10.0, 20.0)),
    ] {
        let data = real(scale);
        assert_eq!(data.train.values(), Some(&stored[..2]));
        assert_eq!(data.test.values(), Some(&stored[2..]));
        let name = "y".to_string();
        let target = Target::Real(vec![Quantity {
            name,
            mean,
            scale: factor,
        }]);
        assert_eq!(data.target, target);
    }
}

#[test]
fn a_constant_real_target_is_stored_as_zero() {
    let spec = CsvSpec {
        task: Task::Regression,
        target_scale: Scale::Standardize,
        ..spec()
    };
    let data = load_texts("a,y\n1,4\n2,4\n", Some("a,y\n3,6\n"), &spec).unwrap();
    assert_eq!(data.train.values(), Some([0.0, 0.0].as_slice()));
    assert_eq!(data.test.values(), Some([2.0].as_slice()));
}

#[test]
fn iris() {
    let data = load_shipped(&shipped("iris.csv", "species"));
    assert_eq!((data.train.len(), data.test.len()), (111, 39));
    assert_eq!(names(&data), ["setosa", "versicolor", "virginica"]);
    assert_eq!(data.sample_shape, [4]);
    let source = &data.sources[0];
    assert_eq!((source.name.as_str(), source.bytes), ("csv/iris.csv", 3858));
    assert!(data.summary()[2].contains("setosa (37+13)"));
}

#[test]
fn penguins_with_categories_and_missing_values() {
    let mut spec = shipped("penguins.csv", "species");
    spec.categorical = vec![column("island"), column("sex")];
    let data = load_shipped(&spec);
    assert_eq!(data.train.len() + data.test.len(), 333);
    assert!(data.feature_names.contains(&"island=Biscoe".into()));
    assert_eq!(data.train.width(), 3 + 4 + 2 + 1);
    spec.missing = missing(MissingPolicy::Median);
    let data = load_shipped(&spec);
    assert_eq!(data.train.len() + data.test.len(), 344);
    let note = "sex: 11 missing replaced by";
    assert!(
        data.notes.iter().any(|n| n.starts_with(note)),
        "{:?}",
        data.notes
    );
}

#[test]
fn watermelons_in_chinese() {
    let mut spec = shipped("watermelon.csv", "good");
    spec.ignore = vec![column("id")];
    spec.categorical = ["color", "root", "knock", "texture", "navel", "touch"]
        .map(column)
        .into();
    spec.split = Split::None;
    let data = load_shipped(&spec);
    assert_eq!(data.feature_names[0], "color=乌黑");
    assert_eq!(data.train.width(), 5 * 3 + 2 + 2);
    assert_eq!(data.train.labels().unwrap().iter().sum::<usize>(), 8);
    assert_eq!(names(&data), ["否", "是"]);
}

#[test]
fn the_other_tables_that_ship() {
    for (name, target, count, width) in [
        ("wine.csv", "cultivar", 178, 13),
        ("breast-cancer.csv", "diagnosis", 569, 30),
        ("digits.csv", "digit", 1797, 64),
    ] {
        let data = load_shipped(&shipped(name, target));
        assert_eq!(data.train.len() + data.test.len(), count);
        assert_eq!(data.train.width(), width);
    }
    let diabetes = CsvSpec {
        task: Task::Regression,
        split: Split::KFold(KFold {
            folds: 5,
            fold: 1,
            stratified: false,
        }),
        ..shipped("diabetes.csv", "progression")
    };
    let data = load_shipped(&diabetes);
    assert_eq!((data.train.len(), data.test.len()), (353, 89));
    assert_eq!(data.notes, ["split: fold 1 of 5 held back"]);
}

#[test]
fn the_seed_decides_the_split() {
    let spec = shipped("iris.csv", "species");
    let sum = |seed| {
        load(&spec, Path::new("."), &Streams::new(seed))
            .unwrap()
            .checksum
    };
    assert_eq!(sum(1), sum(1));
    assert_ne!(sum(1), sum(2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn numbers_survive_the_way_through_both_readers(
        values in prop::collection::vec((-1e6_f64..1e6, any::<bool>()), 2..40),
    ) {
        let mut text = String::from("a,y\n0,true\n0,false\n");
        for (value, class) in &values {
            text += &format!(" {value} ,\"{class}\"\n");
        }
        let data = load_text(&text, &spec()).unwrap();
        for (row, (value, class)) in values.iter().enumerate() {
            prop_assert_eq!(rows(&data.train)[row + 2][0], *value);
            prop_assert_eq!(data.train.labels().unwrap()[row + 2], usize::from(*class));
        }
    }
}
