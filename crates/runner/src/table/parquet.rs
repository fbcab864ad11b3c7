//! Raw rows as Parquet, with the columns of the CSV.

use polars::prelude::{ParquetWriter, PolarsResult};

use super::plan::Plan;
use super::rows::{self, Row};

/// The bytes of the file.
///
/// # Errors
/// When polars cannot write them.
pub fn bytes(plan: &Plan, rows: &[Row]) -> PolarsResult<Vec<u8>> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut rows::frame(plan, rows)?)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use polars::prelude::{ParquetReader, SerReader};

    use super::*;
    use crate::table::results::{Places, Results};
    use crate::table::rows::Ending;

    const EXPERIMENT: &str = r#"
title = "A table"
deviations = "None."
measures = ["test_accuracy", "epochs"]
seeds = [3, 4]
rows = [{ name = "a, b", config = "config.toml" }]
"#;

    const CONFIG: &str = r#"
name = "a"
seed = 1
implementations = ["backprop"]
dataset = { xor = {} }
model = { layers = [{ linear = { units = 1 } }] }
training = { epochs = 1, batch_size = "all", loss = "squared_error", optimizer = { sgd = { learning_rate = 0.1 } } }
"#;

    #[test]
    fn the_file_has_the_columns_and_numbers_of_the_csv() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("table.toml");
        fs::write(&file, EXPERIMENT).unwrap();
        fs::write(folder.path().join("config.toml"), CONFIG).unwrap();
        let plan = Plan::read(&file).unwrap();
        let row = |repeat, ending, values: [Option<f64>; 2]| Row {
            row: "a, b".into(),
            repeat,
            key: "k".into(),
            data: "d".into(),
            ending,
            values: values.into(),
        };
        let rows = [
            row(3, Ending::Finished, [Some(0.1 + 0.2), Some(7.0)]),
            row(4, Ending::Diverged, [None, None]),
        ];
        let results = Results {
            rows: rows.into(),
            ..Results::default()
        };
        let places = Places::of(&plan, folder.path());
        results.write(&plan, &places).unwrap();
        let file = File::open(folder.path().join("table.parquet")).unwrap();
        let frame = ParquetReader::new(file).finish().unwrap();
        let mut csv = csv::Reader::from_path(&places.rows).unwrap();
        let titles = csv.headers().unwrap().clone();
        let names = frame.get_column_names();
        assert!(titles.iter().eq(names.iter().map(|name| name.as_str())));
        for (place, record) in csv.records().enumerate() {
            for (column, cell) in frame.columns().iter().zip(&record.unwrap()) {
                let value = column.get(place).unwrap();
                let shown = match value.is_null() {
                    true => String::new(),
                    false => value.get_str().map_or_else(
                        || value.extract::<f64>().unwrap().to_string(),
                        ToString::to_string,
                    ),
                };
                assert_eq!(shown, cell, "{}", column.name());
            }
        }
    }
}
