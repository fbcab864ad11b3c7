//! Gates, cells and states over one sequence.

use std::error::Error;

use ndarray::s;

use super::heat::{self, HeatMap};
use super::kind::{Drawn, Kind};
use super::sequence::{Sequence, State};
use super::subject::Subject;

/// Of recurrent networks.
pub const KIND: Kind = Kind {
    name: "states",
    title: "Gates and states",
    shows: "gates, cells and states of every recurrent layer over one test sequence",
    draw,
};

/// Units that are shown of a layer.
const MOST_UNITS: usize = 32;

fn draw(subject: &Subject<'_>) -> Drawn {
    let Some(sequence) = subject.sequence()?.filter(|of| !of.states.is_empty()) else {
        return Ok(None);
    };
    let caption = format!(
        "{}: gates, cells and states of the recurrent layers, a row for each unit, a column for \
         each step.",
        sequence.title
    );
    Ok(Some(KIND.picture(caption, svg(sequence)?)))
}

/// A heat map for each gate and state: a row for each unit, a column for each step.
///
/// # Errors
/// When it cannot be drawn.
fn svg(sequence: &Sequence) -> Result<String, Box<dyn Error>> {
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
