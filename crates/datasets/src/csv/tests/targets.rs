//! Several targets, the input as target, weights, and the last rows held back.

use super::*;
use crate::dataset::{Quantity, Target};
use spec::Amount;
use spec::datasets::Ordered;

fn two() -> CsvSpec {
    CsvSpec {
        target: TableTarget::Columns(vec![column("z"), column("y")]),
        task: Task::Regression,
        ..spec()
    }
}

fn input() -> CsvSpec {
    CsvSpec {
        target: TableTarget::Input,
        ..spec()
    }
}

fn message(text: &str, spec: &CsvSpec) -> String {
    load_text(text, spec).unwrap_err().to_string()
}

#[test]
fn several_columns_are_predicted_in_the_order_of_the_config() {
    let spec = CsvSpec {
        target_scale: Scale::Standardize,
        ..two()
    };
    let test = Some("y,a,z\n20,3,5\n");
    let data = load_texts("y,a,z\n10,1,2\n30,2,2\n", test, &spec).unwrap();
    assert_eq!(data.feature_names, ["a"]);
    assert_eq!(data.train.target_width(), 2);
    // A constant column keeps its unit.
    assert_eq!(data.train.values(), Some([0.0, -1.0, 0.0, 1.0].as_slice()));
    assert_eq!(data.test.values(), Some([3.0, 0.0].as_slice()));
    let quantity = |name: &str, mean, scale| Quantity {
        name: name.into(),
        mean,
        scale,
    };
    let wanted = vec![quantity("z", 2.0, 1.0), quantity("y", 20.0, 10.0)];
    assert_eq!(data.target, Target::Real(wanted));
}

#[test]
fn a_row_needs_all_its_targets() {
    let data = load_text("a,y,z\n1,1,1\n2,NA,2\n3,3,\n4,4,4\n", &two()).unwrap();
    assert_eq!(rows(&data.train), [[1.0], [4.0]]);
    assert_eq!(data.notes, ["2 of 4 rows dropped for a missing target"]);
}

#[test]
fn what_is_wrong_with_one_of_several_targets_is_told() {
    let found = message("a,y,z\n1,1,1\n2,2,x\n", &two());
    let wanted = "t.csv, line 3, column \"z\": found \"x\", expected a number as target";
    assert!(found.starts_with(wanted), "{found}");
    let found = message("a,y,z\n1,1e300,1\n2,2,2\n", &two());
    let wanted = "t.csv, line 2, column \"y\": found \"1e300\", expected a number up to 3.4e38";
    assert!(found.starts_with(wanted), "{found}");
    let found = message("a,y,z\n1,1,\n2,2,NA\n", &two());
    assert!(
        found.contains("column \"z\" of t.csv has no value in any row"),
        "{found}"
    );
    let twice = CsvSpec {
        target: TableTarget::Columns(vec![column("y"), Column::Index(1)]),
        ..two()
    };
    let wanted = "dataset.csv.target: column \"y\" is listed twice; list it once";
    assert_eq!(message("a,y,z\n1,1,1\n", &twice), wanted);
}

#[test]
fn all_features_can_be_the_target() {
    let spec = CsvSpec {
        categorical: vec![column("c")],
        ignore: vec![column("y")],
        scale: Scale::MinMax,
        ..input()
    };
    let data = load_text("a,c,y\n1,u,p\n2,v,q\n3,u,\n", &spec).unwrap();
    assert_eq!(data.feature_names, ["a", "c=u", "c=v"]);
    assert_eq!((data.target, data.train.target_width()), (Target::Input, 3));
    let mut t = Array2::<f64>::zeros((3, 3));
    data.train.gather_targets(&[0, 1, 2], t.view_mut());
    assert_eq!(t.row(1).to_vec(), rows(&data.train)[1]);
    assert_eq!((data.train.labels(), data.train.values()), (None, None));
}

#[test]
fn a_column_called_input_is_named_by_its_index() {
    let wanted = "dataset.csv.target: \"input\" stands for all features, and t.csv has a column of \
                  that name; set target = 1 to predict that column, or give it another name";
    assert_eq!(message("a,input\n1,u\n2,v\n", &input()), wanted);
    let second = CsvSpec {
        target: TableTarget::Column(Column::Index(1)),
        ..spec()
    };
    let data = load_text("a,input\n1,u\n2,v\n", &second).unwrap();
    assert_eq!(data.feature_names, ["a"]);
}

#[test]
fn the_last_rows_of_a_series_are_held_back() {
    let ordered = |test| CsvSpec {
        split: Split::Ordered(Ordered { test: Amount(test) }),
        task: Task::Regression,
        ..spec()
    };
    let text = "a,y\n1,1\n2,2\nNA,3\n4,4\n5,5\n";
    for test in [2.0, 0.5] {
        let data = load_text(text, &ordered(test)).unwrap();
        assert_eq!(rows(&data.train), [[1.0], [2.0]]);
        assert_eq!(rows(&data.test), [[4.0], [5.0]]);
    }
    let note = "split: the last held back, 2";
    let data = load_text(text, &ordered(2.0)).unwrap();
    assert_eq!(data.notes.last().map(String::as_str), Some(note));
    let wanted = "dataset.csv.split: of 4 samples none is left in the training part";
    assert!(message(text, &ordered(4.0)).starts_with(wanted));
}

fn weighed() -> CsvSpec {
    CsvSpec {
        weight: Some(column("w")),
        ..spec()
    }
}

#[test]
fn a_column_can_say_how_much_each_row_counts() {
    let test = Some("w,a,y\n7,3,u\n");
    let data = load_texts("w,a,y\n0,1,u\n2.5,NA,v\n3,2,v\n", test, &weighed()).unwrap();
    assert_eq!(data.feature_names, ["a"]);
    assert_eq!(data.train.weights(), Some([0.0, 3.0].as_slice()));
    assert_eq!(data.test.weights(), Some([7.0].as_slice()));
    let without = load_text("a,y\n1,u\n2,v\n", &spec()).unwrap();
    assert_eq!(without.train.weights(), None);
}

#[test]
fn what_is_no_weight_is_refused() {
    for text in ["-1", "", "NA", "x", "inf"] {
        let found = message(&format!("a,w,y\n1,1,u\n2,{text},v\n"), &weighed());
        let start = format!("t.csv, line 3, column \"w\": found {text:?}, expected a weight of 0");
        assert!(found.starts_with(&start), "{found}");
    }
    let found = message("a,w,y\n1,0,u\n2,0.0,v\n", &weighed());
    let wanted = "dataset.csv.weight: no row to train on has a weight above 0 in column \"w\"";
    assert!(found.starts_with(wanted), "{found}");
    let ignored = CsvSpec {
        ignore: vec![column("w")],
        ..weighed()
    };
    let found = message("a,w,y\n1,1,u\n2,1,v\n", &ignored);
    assert!(
        found.starts_with("dataset.csv.weight: column \"w\" is the target, or"),
        "{found}"
    );
}
