//! Gates, cells and states over one sequence.

use std::error::Error;

use ndarray::s;

use super::heat::{self, HeatMap};
use super::sequence::{Sequence, State};

/// Units that are shown of a layer.
const MOST_UNITS: usize = 32;

/// A heat map for each gate and state: a row for each unit, a column for each step.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(sequence: &Sequence) -> Result<String, Box<dyn Error>> {
    let maps: Vec<HeatMap> = sequence.states.iter().map(|s| map(sequence, s)).collect();
    heat::svg(&maps)
}

fn map<'a>(sequence: &'a Sequence, State { name, values }: &State) -> HeatMap<'a> {
    let all = values.ncols();
    let units = all.min(MOST_UNITS);
    let values = values.slice(s![.., ..units]).t().to_owned();
    let largest = values.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    let largest = largest.max(1.0);
    let shown = match units < all {
        true => format!(", the first {units} of {all} units"),
        false => String::new(),
    };
    let row = |unit: usize| match unit == 0 || unit + 1 == units {
        true => format!("unit {}", unit + 1),
        false => String::new(),
    };
    HeatMap {
        title: format!(
            "{}: {name}{shown}; full colour at {largest:.2}",
            sequence.title
        ),
        rows: (0..units).map(row).collect(),
        columns: &sequence.labels,
        values,
        largest,
        height: (128 / units).clamp(6, 16),
        framed: Vec::new(),
        marked: &sequence.marked,
    }
}
