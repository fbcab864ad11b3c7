use super::*;
use spec::Amount;
use spec::datasets::{Column, Scale};
use std::fs;
use tempfile::TempDir;

/// Windows of 2 with the value 2 steps behind.
fn spec() -> SeriesSpec {
    SeriesSpec {
        path: "t.csv".into(),
        header: None,
        delimiter: ',',
        decimal: '.',
        comment: None,
        column: Column::Name("y".into()),
        window: 2,
        horizon: 2,
        season: None,
        difference: None,
        scale: Scale::None,
        test: Amount(2.0),
    }
}

fn load_text(text: &str, spec: &SeriesSpec) -> Result<Dataset, DataError> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("t.csv"), text).unwrap();
    load(spec, folder.path())
}

fn table(values: &[&str]) -> String {
    let rows = values
        .iter()
        .enumerate()
        .map(|(month, value)| format!("m{month},{value}\n"));
    format!("month,y\n{}", rows.collect::<String>())
}

fn gathered(samples: &Samples) -> (Vec<f64>, Vec<f64>) {
    let rows: Vec<usize> = (0..samples.len()).collect();
    let mut x = Array2::zeros((rows.len(), samples.width()));
    samples.gather(&rows, x.view_mut());
    (
        x.into_raw_vec_and_offset().0,
        samples.values().unwrap().to_vec(),
    )
}

#[test]
fn windows_come_with_the_value_behind_them_and_the_last_are_held_back() {
    let text = table(&["1", "2", "3", "4", "5", "6", "7"]);
    let data = load_text(&text, &spec()).unwrap();
    assert_eq!(
        gathered(&data.train),
        (vec![1.0, 2.0, 2.0, 3.0], vec![4.0, 5.0])
    );
    assert_eq!(
        gathered(&data.test),
        (vec![3.0, 4.0, 4.0, 5.0], vec![6.0, 7.0])
    );
    assert_eq!((&*data.name, &data.sample_shape[..]), ("t", &[2, 1][..]));
    assert_eq!(data.feature_names, ["y"]);
    assert_eq!((data.train.positions(), data.train.lengths()), (1, None));
}

#[test]
fn changes_can_stand_for_values() {
    let spec = SeriesSpec {
        horizon: 1,
        difference: Some(3),
        test: Amount(1.0),
        ..spec()
    };
    let text = table(&["1", "2", "4", "7", "11", "16", "22"]);
    let data = load_text(&text, &spec).unwrap();
    // Over three steps: 6, 9, 12, 15.
    assert_eq!(gathered(&data.train), (vec![6.0, 9.0], vec![12.0]));
    assert_eq!(gathered(&data.test), (vec![9.0, 12.0], vec![15.0]));
    let last = "test rmse of predicting the last value known: 6.000";
    assert!(data.notes.contains(&last.into()), "{:?}", data.notes);
}

#[test]
fn scales_know_nothing_of_the_test() {
    let spec = SeriesSpec {
        scale: Scale::MinMax,
        ..spec()
    };
    let data = load_text(&table(&["1", "2", "3", "4", "5", "60", "-70"]), &spec).unwrap();
    // 1 to 5 were known.
    assert_eq!(gathered(&data.train).1, [0.75, 1.0]);
    assert_eq!(gathered(&data.test).1, [59.0 / 4.0, -71.0 / 4.0]);
    let Target::Real(quantities) = &data.target else {
        panic!("a series has real targets");
    };
    assert_eq!((quantities[0].mean, quantities[0].scale), (1.0, 4.0));
}

#[test]
fn what_a_forecast_has_to_beat_is_told() {
    let spec = SeriesSpec {
        season: Some(3),
        ..spec()
    };
    let data = load_text(&table(&["1", "2", "3", "4", "5", "6", "9"]), &spec).unwrap();
    // 6 and 9 against 4 and 5, and against 3 and 4.
    let last = "test rmse of predicting the last value known: 3.162";
    assert!(data.notes.contains(&last.into()), "{:?}", data.notes);
    let season = "test rmse of predicting the value 3 steps before: 4.123";
    assert!(data.notes.contains(&season.into()), "{:?}", data.notes);
}

#[test]
fn airline_passengers_ship() {
    let spec = SeriesSpec {
        path: "airline-passengers.csv".into(),
        column: Column::Name("Passengers".into()),
        window: 12,
        horizon: 1,
        test: Amount(24.0),
        season: Some(12),
        scale: Scale::Standardize,
        ..spec()
    };
    let data = load(&spec, Path::new(".")).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (144 - 12 - 24, 24));
}

#[test]
fn what_cannot_be_is_refused() {
    let message = |values: &[&str], spec: &SeriesSpec| {
        load_text(&table(values), spec).unwrap_err().to_string()
    };
    let long = SeriesSpec {
        window: 9,
        ..spec()
    };
    let all = SeriesSpec {
        test: Amount(4.0),
        ..spec()
    };
    let other = SeriesSpec {
        column: Column::Name("z".into()),
        ..spec()
    };
    let scaled = SeriesSpec {
        scale: Scale::Standardize,
        ..spec()
    };
    let seven = ["1", "2", "3", "4", "5", "6", "7"];
    for (values, spec, wanted) in [
        (
            &seven[..],
            &long,
            "dataset.series.window: 7 values make no two windows of 9 with a target 2 steps \
             behind; use a smaller window",
        ),
        (
            &seven,
            &all,
            "dataset.series.test: 4 of 4 windows leaves a part empty; hold back 1 to 3",
        ),
        (
            &seven,
            &other,
            "dataset.series.column: t.csv has no column \"z\"; it has \"month\", \"y\"",
        ),
        (
            &["1", "2", "x", "4", "5", "6", "7"],
            &spec(),
            "t.csv, line 4, column \"y\": found \"x\", expected a number; correct it, or name \
             a column of numbers",
        ),
        (
            &["1", "2", "", "4", "5", "6", "7"],
            &spec(),
            "t.csv, line 4, column \"y\": found \"\", expected a number; fill the gap of the series",
        ),
        (
            &["3", "3", "3", "3", "3", "6", "7"],
            &scaled,
            "dataset.series.scale: the values to learn from are all the same, or too large to \
             scale; set scale = \"none\", or use another column",
        ),
        (
            &["1", "2", "3", "4", "5", "6", "1e39"],
            &spec(),
            "dataset.series.scale: value 6 (from 0), 1e39, is too large for f32; set scale = \
             \"standardize\"",
        ),
    ] {
        assert_eq!(message(values, spec), wanted);
    }
}

#[test]
fn a_series_may_be_all_there_is_in_a_file() {
    let values = ["1", "2", "3", "4", "5", "6", "7"];
    let data = load_text(&format!("y\n{}\n", values.join("\n")), &spec()).unwrap();
    assert_eq!(gathered(&data.test).1, [6.0, 7.0]);
    let unnamed = SeriesSpec {
        header: Some(false),
        column: Column::Index(0),
        ..spec()
    };
    let data = load_text(&values.join("\n"), &unnamed).unwrap();
    assert_eq!(gathered(&data.test).1, [6.0, 7.0]);
}

/// Advice that is followed leads on: the series has the setting that it names.
#[test]
fn messages_about_the_table_name_settings_of_the_series() {
    let text = "month;y\na;1,5\nb;2,5\nc;3,5\nd;4,5\ne;5,5\nf;6,5\n";
    let message = |text: &str, spec: &SeriesSpec| load_text(text, spec).unwrap_err().to_string();
    let found = message(text, &spec());
    let wanted = "dataset.series.delimiter: t.csv, line 1: found a single column \"month;y\", \
                  expected columns between ','; set delimiter = \";\"";
    assert_eq!(found, wanted);
    let between = SeriesSpec {
        delimiter: ';',
        ..spec()
    };
    let found = message(text, &between);
    assert!(
        found.ends_with("for numbers with decimal commas set decimal = \",\""),
        "{found}"
    );
    let both = SeriesSpec {
        decimal: ',',
        ..between
    };
    assert_eq!(
        gathered(&load_text(text, &both).unwrap().test).1,
        [5.5, 6.5]
    );
    let found = message("1,2\n3,4\n5,6\n", &spec());
    assert!(
        found.starts_with("dataset.series.header: t.csv, line 1 looks like a row"),
        "{found}"
    );
    let found = message("y,z\na,1,2\nb,3,4\n", &spec());
    assert!(
        found.ends_with("put a name for it in front of the header"),
        "{found}"
    );
    let found = message("PAR1\0\0\u{1}", &spec());
    assert!(
        found.contains("export it as a CSV file for [dataset.series]"),
        "{found}"
    );
}
