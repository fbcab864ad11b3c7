//! Sets of binary patterns whose input is the target: what Boltzmann machines are tried on.

use ndarray::Array2;
use spec::datasets::{BarsAndStripesSpec, EncoderSpec};

use super::{Generated, classes};
use crate::dataset::Dataset;
use crate::error::DataError;
use crate::samples::Targets;

/// The vectors of an encoder `[units, 2 units]`: of each group of units one is on, the same in both
/// (Ackley, Hinton & Sejnowski 1985).
pub(crate) fn encoder(spec: &EncoderSpec) -> Result<Dataset, DataError> {
    let units = spec.units;
    let on = |(row, unit)| f64::from(u8::from(unit % units == row));
    let names = (1..=2).flat_map(|group| (1..=units).map(move |unit| format!("v{group}_{unit}")));
    let x = Array2::from_shape_fn((units, 2 * units), on);
    Ok(patterns("encoder", x, names.collect()).whole())
}

/// All images whose rows are each 0 or 1, then those whose columns are; the two that are both stand
/// there once: 2 · 2ⁿ − 2 images of n x n pixels (MacKay 2003, section 43).
pub(crate) fn bars_and_stripes(spec: &BarsAndStripesSpec) -> Result<Dataset, DataError> {
    let (size, lines) = (spec.size, 1_usize << spec.size);
    let pixel = |(image, at): (usize, usize)| {
        let (pattern, line) = match image < lines {
            true => (image, at / size),
            false => (image - lines + 1, at % size),
        };
        (pattern >> line & 1) as f64
    };
    let names = (1..=size).flat_map(|row| (1..=size).map(move |column| format!("{row}_{column}")));
    let x = Array2::from_shape_fn((2 * lines - 2, size * size), pixel);
    Ok(patterns("bars_and_stripes", x, names.collect()).whole())
}

/// Patterns `[N, D]`, each a class of its own until the input takes the place of the target.
fn patterns(name: &'static str, x: Array2<f64>, feature_names: Vec<String>) -> Generated {
    let numbers: Vec<String> = (1..=x.nrows()).map(|number| number.to_string()).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    Generated {
        name,
        sample_shape: vec![x.ncols()],
        targets: Targets::Classes((0..x.nrows()).collect()),
        target: classes(&numbers),
        x,
        feature_names,
        lengths: None,
        positions: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load;
    use contract::Streams;
    use spec::datasets::DatasetSpec;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// The patterns of the training part as texts; the targets are the same.
    fn patterns(spec: &DatasetSpec) -> Vec<String> {
        let data = load(spec, Path::new("."), &Streams::new(1)).unwrap();
        let rows: Vec<usize> = (0..data.train.len()).collect();
        let mut x = Array2::zeros((rows.len(), data.train.width()));
        let mut t = x.clone();
        data.train.gather(&rows, x.view_mut());
        data.train.gather_targets(&rows, t.view_mut());
        assert_eq!(x, t);
        let text = |row: ndarray::ArrayView1<'_, f64>| row.iter().map(f64::to_string).collect();
        x.rows().into_iter().map(text).collect()
    }

    #[test]
    fn of_bars_and_stripes_there_are_as_many_as_counted_and_none_twice() {
        for (size, count) in [(2, 6), (3, 14), (4, 30)] {
            let spec = DatasetSpec::BarsAndStripes(BarsAndStripesSpec { size });
            let rows = patterns(&spec);
            let different: BTreeSet<&String> = rows.iter().collect();
            assert_eq!((rows.len(), different.len()), (count, count));
        }
        let two = patterns(&DatasetSpec::BarsAndStripes(BarsAndStripesSpec { size: 2 }));
        assert_eq!(two, ["0000", "1100", "0011", "1111", "1010", "0101"]);
    }

    #[test]
    fn an_encoder_has_the_same_unit_on_in_both_groups() {
        let rows = patterns(&DatasetSpec::Encoder(EncoderSpec { units: 3 }));
        assert_eq!(rows, ["100100", "010010", "001001"]);
    }
}
