//! Where the heads of attention look, over one sequence.

use std::error::Error;

use ndarray::{Axis, s};

use super::heat::{self, HeatMap};
use super::kind::{Drawn, Kind};
use super::sequence::Sequence;
use super::subject::Subject;

/// Of networks with attention.
pub const KIND: Kind = Kind {
    name: "heads",
    title: "Heads of attention",
    shows: "where every head of attention looks, from each position of that sequence",
    draw,
};

fn draw(subject: &Subject<'_>) -> Drawn {
    let Some(sequence) = subject.sequence()?.filter(|of| !of.heads.is_empty()) else {
        return Ok(None);
    };
    let caption = format!(
        "{}: the weights of each head of attention, a row for each position that looks, a column \
         for each that it looks at.",
        sequence.title
    );
    Ok(Some(KIND.picture(caption, svg(sequence)?)))
}

/// A heat map for each head: a row for each position that looks, a column for each that is looked
/// at.
///
/// # Errors
/// When it cannot be drawn.
fn svg(sequence: &Sequence) -> Result<String, Box<dyn Error>> {
    let mut maps = Vec::new();
    for (name, weights) in &sequence.heads {
        for head in 0..weights.len_of(Axis(0)) {
            let values = weights.slice(s![head, .., ..]).to_owned();
            maps.push(HeatMap {
                title: format!("{}: {name}, head {}", sequence.title, head + 1),
                rows: sequence.labels.clone(),
                columns: &sequence.labels,
                height: (400 / values.nrows().max(1)).clamp(4, 16),
                values,
                largest: 1.0,
                framed: Vec::new(),
                marked: &sequence.marked,
            });
        }
    }
    heat::svg(&maps)
}
