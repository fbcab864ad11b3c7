//! A column of a table as a series in time.
//!
//! Where it is asked for, each value is first replaced by its change over some steps. Window i
//! holds the values i to i + w − 1, and its target is the value h steps behind its last. The last
//! targets are those of the test; the windows of the test may reach back into what was learned
//! from, as a forecast knows the past. Scales are learned from the values up to the last target of
//! the training part.

use std::path::Path;

use ndarray::Array2;
use spec::datasets::SeriesSpec;

use crate::csv;
use crate::dataset::{About, Dataset, Parts, Quantity, Target};
use crate::error::DataError;
use crate::samples::{Features, Samples, Targets};

const WINDOW: &str = "dataset.series.window";
const TEST: &str = "dataset.series.test";
const SCALE: &str = "dataset.series.scale";

/// Loads the column and cuts it into windows.
pub(crate) fn load(spec: &SeriesSpec, base: &Path) -> Result<Dataset, DataError> {
    let series = csv::numbers(&spec.table(), &spec.column, base)?;
    let lag = spec.difference.unwrap_or(0);
    let values = &match lag {
        0 => series.values.clone(),
        lag => changes(&series.values, lag),
    };
    let reach = spec.window + spec.horizon - 1;
    let Some(windows) = values.len().checked_sub(reach).filter(|&count| count > 1) else {
        let problem = format!(
            "{} values{} make no two windows of {} with a target {} behind",
            series.values.len(),
            match lag {
                0 => String::new(),
                lag => format!(" and their changes over {}", steps(lag)),
            },
            spec.window,
            steps(spec.horizon)
        );
        return Err(DataError::setting(WINDOW, problem, "use a smaller window"));
    };
    let held = spec.test.of(windows);
    if held == 0 || held >= windows {
        let problem = format!("{} of {windows} windows leaves a part empty", spec.test);
        let remedy = format!("hold back 1 to {}", windows - 1);
        return Err(DataError::setting(TEST, problem, remedy));
    }
    let first_test = windows - held;
    let known = &values[..reach + first_test];
    let (shift, divisor) = csv::scaling(spec.scale, known)
        .filter(|(_, divisor)| *divisor != 0.0)
        .ok_or_else(|| {
            let problem = "the values to learn from are all the same, or too large to scale";
            DataError::setting(
                SCALE,
                problem,
                "set scale = \"none\", or use another column",
            )
        })?;
    let scaled: Vec<f64> = values
        .iter()
        .map(|value| (value - shift) / divisor)
        .collect();
    if let Some(at) = scaled.iter().position(|value| !(*value as f32).is_finite()) {
        let problem = format!(
            "value {at} (from 0), {:e}, is too large for f32",
            values[at]
        );
        return Err(DataError::setting(
            SCALE,
            problem,
            "set scale = \"standardize\"",
        ));
    }
    let part = |first: usize, count: usize| {
        let x = Array2::from_shape_fn((count, spec.window), |(row, step)| {
            scaled[first + row + step]
        });
        let t = (first..first + count).map(|window| scaled[window + reach]);
        Samples::new(Features::Values(x), Targets::Values(t.collect()))
    };
    let parts = Parts {
        train: part(0, first_test),
        test: Some(part(first_test, held)),
    };
    let quantity = Quantity {
        name: match lag {
            0 => format!("{} {} later", series.name, steps(spec.horizon)),
            lag => format!("change of {} over {}", series.name, steps(lag)),
        },
        mean: shift,
        scale: divisor,
    };
    let mut notes = series.notes;
    notes.push(format!("the last {held} of {windows} windows held back"));
    notes.extend(naive(spec, &series.values, lag + reach + first_test));
    let about = About {
        name: series.stem,
        sample_shape: vec![spec.window, 1],
        feature_names: vec![series.name],
        target: Target::Real(vec![quantity]),
        sources: vec![series.source],
        notes,
    };
    Ok(Dataset::assemble(parts, about))
}

/// What a forecast has to beat: the error of predicting the last value known, and the one of a
/// season before, over the targets from `first` on.
fn naive(spec: &SeriesSpec, values: &[f64], first: usize) -> Vec<String> {
    let rmse = |back: usize| {
        let errors = (first..values.len()).map(|at| values[at] - values[at - back]);
        let squares: f64 = errors.map(|error| error * error).sum();
        (squares / (values.len() - first) as f64).sqrt()
    };
    let mut notes = vec![format!(
        "test rmse of predicting the last value known: {:.3}",
        rmse(spec.horizon)
    )];
    // The season's value that is known when the forecast is made.
    let season = spec
        .season
        .map(|season| season * spec.horizon.div_ceil(season));
    if let Some(back) = season.filter(|back| *back <= first) {
        let error = rmse(back);
        notes.push(format!(
            "test rmse of predicting the value {} before: {error:.3}",
            steps(back)
        ));
    }
    notes
}

/// What each value has grown by over so many steps; none of the first.
fn changes(values: &[f64], steps: usize) -> Vec<f64> {
    let before = values.iter();
    let after = values.iter().skip(steps);
    after
        .zip(before)
        .map(|(after, before)| after - before)
        .collect()
}

fn steps(count: usize) -> String {
    crate::error::counted(count, "step")
}

#[cfg(test)]
mod tests;
