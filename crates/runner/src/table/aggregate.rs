//! Raw rows in groups, by polars: count, mean, deviation, least, largest and median of a measure.
//!
//! Eagerly: the lazy engine would cost a build more than all else of polars (docs/measurements.md).

use std::iter::zip;

use polars::prelude::{ChunkAgg, ChunkQuantile, ChunkVar, DataFrame, Float64Chunked, PolarsResult};

/// What the rows of a group have in a measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Rows that have the number.
    pub count: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation of a sample (n − 1); none of a single row.
    pub deviation: Option<f64>,
    /// The least.
    pub least: f64,
    /// The largest.
    pub largest: f64,
    /// The middle one, of an even number the mean of the two in the middle.
    pub median: f64,
}

impl Summary {
    /// Of some values; none if there are none.
    fn of(values: &Float64Chunked) -> Option<Self> {
        Some(Self {
            count: values.len(),
            mean: values.mean()?,
            deviation: values.std(1),
            least: values.min()?,
            largest: values.max()?,
            median: values.median()?,
        })
    }
}

/// The groups of rows that agree in these columns, in the order of their first rows: these columns,
/// and a summary for each. Rows without the measure do not count.
///
/// # Errors
/// When there is no such column.
pub fn summaries(
    frame: &DataFrame,
    keys: &[&str],
    measure: &str,
) -> PolarsResult<(DataFrame, Vec<Summary>)> {
    let columns = keys.iter().chain([&measure]).copied();
    let rows = frame.select(columns)?.drop_nulls(Some(&[measure]))?;
    if rows.height() == 0 {
        return Ok((rows, Vec::new()));
    }
    let mut summaries = Vec::new();
    let groups = rows.group_by_stable(keys.iter().copied())?;
    let firsts = groups.apply(|group| {
        summaries.extend(Summary::of(group.column(measure)?.f64()?));
        Ok(group.head(Some(1)))
    })?;
    Ok((firsts, summaries))
}

/// The groups by the names of their rows.
///
/// # Errors
/// As [`summaries`].
pub fn by_row(frame: &DataFrame, measure: &str) -> PolarsResult<Vec<(String, Summary)>> {
    let (keys, summaries) = summaries(frame, &["row"], measure)?;
    let names = keys.column("row")?.str()?.iter();
    let names = names.map(|name| name.unwrap_or_default().to_string());
    Ok(zip(names, summaries).collect())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use polars::prelude::Column;

    /// Of these values as one group.
    pub fn summary(values: &[f64]) -> Option<Summary> {
        let values: Vec<_> = values.iter().copied().map(Some).collect();
        let (_, summary) = by_row(&frame(&vec!["a"; values.len()], &values), "x")
            .unwrap()
            .pop()?;
        Some(summary)
    }

    fn frame(rows: &[&str], values: &[Option<f64>]) -> DataFrame {
        let columns = [
            Column::new("row".into(), rows),
            Column::new("x".into(), values),
        ];
        DataFrame::new_infer_height(columns.into()).unwrap()
    }

    #[test]
    fn groups_are_summarized_in_the_order_of_their_first_rows() {
        let rows = ["b", "a", "b", "c", "b", "b", "c"];
        let values = [2.0, 7.0, 4.0, f64::NAN, 4.0, 6.0, f64::NAN].map(Some);
        let values = values.map(|value| value.filter(|v: &f64| v.is_finite()));
        let groups = by_row(&frame(&rows, &values), "x").unwrap();
        let four = Summary {
            count: 4,
            mean: 4.0,
            deviation: Some((8.0f64 / 3.0).sqrt()),
            least: 2.0,
            largest: 6.0,
            median: 4.0,
        };
        let one = Summary {
            count: 1,
            mean: 7.0,
            deviation: None,
            least: 7.0,
            largest: 7.0,
            median: 7.0,
        };
        assert_eq!(groups, [("b".into(), four), ("a".into(), one)]);
        assert_eq!(summary(&[4.0, 1.0, 2.0, 3.0]).unwrap().median, 2.5);
        assert_eq!(summary(&[]), None);
    }
}
