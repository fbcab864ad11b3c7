//! How much of pairs is right, against the length of the source and the position in the target.

use std::error::Error;

use backprop::Probe;
use plotters::prelude::*;

use super::canvas::COLOURS;
use super::kind::{Drawn, Kind};
use super::subject::Subject;
use crate::batches::BatchBuffer;
use crate::metrics::Measurement;
use crate::prepare::PreparedNetwork;

/// Of pairs of sequences.
pub const KIND: Kind = Kind {
    name: "lengths",
    title: "Right by length",
    shows: "of pairs: how much is right, against the length of the source and the position in the target",
    draw,
};

const SIZE: (u32, u32) = (860, 440);
/// Samples looked at at a time.
const AT_A_TIME: usize = 1000;

/// How many of some are right.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Count {
    right: usize,
    all: usize,
}

impl Count {
    fn add(&mut self, right: bool) {
        self.right += usize::from(right);
        self.all += 1;
    }
}

/// Of the test samples, each with its target's own symbols as inputs.
struct Counts {
    /// Targets that are right at every symbol, by the length of the source, from 0.
    of_lengths: Vec<Count>,
    /// Right symbols, by their position in the target, from 0; the end is one of them.
    of_positions: Vec<Count>,
}

fn draw(subject: &Subject<'_>) -> Drawn {
    let pairs = subject.probe_of_sequences()?;
    let Some((network, mut probe)) = pairs.filter(|(of, _)| of.dataset.is_of_pairs()) else {
        return Ok(None);
    };
    let caption = format!(
        "{}: the share of test targets that are right at every symbol against the length of their \
         sources, and of symbols that are right against their positions.",
        subject.name()
    );
    Ok(Some(KIND.picture(caption, svg(network, &mut probe)?)))
}

/// Two curves: the share of targets that are right at every symbol against the length of their
/// sources, and of the symbols that are right against their positions.
///
/// # Errors
/// When it cannot be drawn.
fn svg(network: &PreparedNetwork, probe: &mut Probe<f64>) -> Result<String, Box<dyn Error>> {
    let counts = count(network, probe);
    let of_lengths = points(&counts.of_lengths, 0);
    let of_positions = points(&counts.of_positions, 1);
    let last = [&of_lengths, &of_positions].map(|points| points.last().map_or(1.0, |p| p.0));
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let caption = format!(
            "{}, {} test samples: what is right",
            network.config.experiment.name,
            network.dataset.test.len()
        );
        let mut chart = ChartBuilder::on(&root)
            .caption(caption, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(56)
            .build_cartesian_2d(0.5..last[0].max(last[1]) + 0.5, 0.0..1.02)?;
        let whole = |x: &f64| format!("{x:.0}");
        let mut mesh = chart.configure_mesh();
        mesh.x_desc("length of the source, position in the target")
            .y_desc("share")
            .x_label_formatter(&whole);
        mesh.light_line_style(WHITE).draw()?;
        let curves = [
            (of_lengths, "whole targets, by the length of the source"),
            (of_positions, "symbols, by the position in the target"),
        ];
        for ((points, name), colour) in curves.into_iter().zip(COLOURS) {
            let style = colour.stroke_width(2);
            chart
                .draw_series(LineSeries::new(points, style).point_size(2))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], style));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerLeft)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.3))
            .draw()?;
        root.present()?;
    }
    Ok(text)
}

/// Where there is something, its share; the first count stands at `first`.
fn points(counts: &[Count], first: usize) -> Vec<(f64, f64)> {
    let some = counts.iter().enumerate().filter(|(_, count)| count.all > 0);
    some.map(|(at, count)| ((at + first) as f64, count.right as f64 / count.all as f64))
        .collect()
}

fn count(network: &PreparedNetwork, probe: &mut Probe<f64>) -> Counts {
    let (test, target) = (&network.dataset.test, &network.dataset.target);
    let (rows, positions) = (Vec::from_iter(0..test.len()), test.positions());
    let loss = network.network.training.loss;
    let measurement = Measurement::new(test, &rows, target, loss);
    let labels = test.labels().unwrap_or_default();
    let mut counts = Counts {
        of_lengths: vec![Count::default(); positions + 1],
        of_positions: vec![Count::default(); positions],
    };
    let at_a_time = AT_A_TIME.min(rows.len());
    let mut batch = BatchBuffer::<f64>::new(at_a_time, network.inputs(), network.outputs());
    for rows in rows.chunks(at_a_time) {
        let batch = batch.fill(test, target, rows);
        probe.set_lengths(batch.lengths);
        probe.forward(batch.x);
        let outputs = probe.output(network.plan.len() - 1);
        let width = outputs.ncols() / positions;
        for ((x, y), &row) in batch.x.rows().into_iter().zip(outputs.rows()).zip(rows) {
            let labels = &labels[row * positions..][..test.true_positions(row)];
            let mut exact = true;
            for (at, (y, &label)) in y.exact_chunks(width).into_iter().zip(labels).enumerate() {
                let right = measurement.class(y) == Some(label);
                counts.of_positions[at].add(right);
                exact &= right;
            }
            let symbols = x
                .iter()
                .take(positions)
                .take_while(|&&symbol| symbol != 0.0);
            counts.of_lengths[symbols.count()].add(exact);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_which_there_is_none_are_left_out() {
        let mut counts = [Count::default(); 4];
        counts[1].add(true);
        counts[3].add(true);
        counts[3].add(false);
        assert_eq!(points(&counts, 0), [(1.0, 1.0), (3.0, 0.5)]);
        assert_eq!(points(&counts, 1), [(2.0, 1.0), (4.0, 0.5)]);
    }
}
