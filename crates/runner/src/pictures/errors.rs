//! The error at each position of sequences.

use backprop::Probe;
use ndarray::{ArrayView1, s};
use plotters::prelude::*;
use spec::training::LossSpec;

use super::canvas::COLOURS;
use super::kind::{Drawn, Kind};
use super::sequence::Sequence;
use super::subject::Subject;
use crate::batches::BatchBuffer;
use crate::metrics::bits;
use crate::prepare::PreparedNetwork;

/// Where there is a target at every step.
pub const KIND: Kind = Kind {
    name: "errors",
    title: "Error at each position",
    shows: "where there is a target at every step: the error at each, of that sequence and of all test sequences",
    draw,
};

const SIZE: (u32, u32) = (860, 440);
/// Samples looked at at a time.
const AT_A_TIME: usize = 1000;

/// How an output is held against its target at a position.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Error {
    /// −log₂ of the probability of the symbol that is right.
    Bits,
    /// Root of the mean squared error, as numbers are stored.
    Rms,
}

impl Error {
    fn of(network: &PreparedNetwork) -> Self {
        match network.network.training.loss {
            LossSpec::SoftmaxCrossEntropy => Self::Bits,
            _ => Self::Rms,
        }
    }

    /// What is averaged over samples.
    fn error(self, y: ArrayView1<f64>, t: ArrayView1<f64>) -> f64 {
        match self {
            Self::Bits => {
                let right = t.iter().position(|t| *t > 0.5).unwrap_or(0);
                bits(y, right)
            }
            Self::Rms => {
                let squares = y.iter().zip(t).map(|(y, t)| (y - t) * (y - t));
                squares.sum::<f64>() / y.len() as f64
            }
        }
    }

    /// What is shown of such a mean.
    fn shown(self, mean: f64) -> f64 {
        match self {
            Self::Bits => mean,
            Self::Rms => mean.sqrt(),
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Bits => "bits, -log2 p of the right symbol",
            Self::Rms => "rms error",
        }
    }
}

fn draw(subject: &Subject<'_>) -> Drawn {
    let sequence = subject.sequence()?.filter(|of| of.outputs.nrows() > 1);
    let (Some(sequence), Some((network, mut probe))) = (sequence, subject.probe_of_sequences()?)
    else {
        return Ok(None);
    };
    let caption = format!(
        "{}: the error at each position, of this sequence and of all test sequences.",
        sequence.title
    );
    Ok(Some(
        KIND.picture(caption, svg(network, sequence, &mut probe)?),
    ))
}

/// Two curves over the positions: of one sequence, and of all test sequences together.
///
/// # Errors
/// When it cannot be drawn.
fn svg(
    network: &PreparedNetwork,
    sequence: &Sequence,
    probe: &mut Probe<f64>,
) -> Result<String, Box<dyn std::error::Error>> {
    let kind = Error::of(network);
    let own = sequence
        .outputs
        .rows()
        .into_iter()
        .zip(sequence.targets.rows());
    let own: Vec<f64> = own.map(|(y, t)| kind.shown(kind.error(y, t))).collect();
    let all = of_all(network, kind, probe);
    let all = &all[..all.len().min(own.len())];
    let highest = own.iter().chain(all).copied().filter(|e| e.is_finite());
    let highest = highest.fold(1e-12, f64::max);
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let (last, title) = (own.len() as f64, kind.title());
        let caption = format!("{}: error at each position", sequence.title);
        let mut chart = ChartBuilder::on(&root)
            .caption(caption, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(56)
            .build_cartesian_2d(0.5..last + 0.5, 0.0..1.35 * highest)?;
        let whole = |x: &f64| format!("{x:.0}");
        let mut mesh = chart.configure_mesh();
        mesh.x_desc("position")
            .y_desc(title)
            .x_label_formatter(&whole);
        mesh.light_line_style(WHITE).draw()?;
        let curves = [(&own[..], "this sequence"), (all, "all test sequences")];
        for ((curve, name), colour) in curves.into_iter().zip(COLOURS) {
            let points = curve
                .iter()
                .enumerate()
                .map(|(at, e)| ((at + 1) as f64, *e));
            let points: Vec<_> = points.filter(|(_, e)| e.is_finite()).collect();
            let style = colour.stroke_width(2);
            chart
                .draw_series(LineSeries::new(points, style))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], style));
        }
        // The symbol that comes in at each step, above its error.
        let font = ("sans-serif", 13).into_font();
        let labels = own.iter().zip(&sequence.labels).enumerate();
        let labels = labels.filter(|(_, (error, _))| error.is_finite());
        chart.draw_series(labels.map(|(at, (error, label))| {
            let above = (at as f64 + 0.95, error + 0.07 * highest);
            Text::new(label.clone(), above, font.clone())
        }))?;
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.3))
            .draw()?;
        root.present()?;
    }
    Ok(text)
}

/// The mean error of all test samples at each position.
fn of_all(network: &PreparedNetwork, kind: Error, probe: &mut Probe<f64>) -> Vec<f64> {
    let (test, target) = (&network.dataset.test, &network.dataset.target);
    let positions = test.positions();
    let width = network.outputs() / positions;
    let rows: Vec<usize> = (0..test.len()).collect();
    let (mut sums, mut counts) = (vec![0.0; positions], vec![0.0; positions]);
    let at_a_time = AT_A_TIME.min(rows.len());
    let mut batch = BatchBuffer::<f64>::new(at_a_time, network.inputs(), network.outputs());
    for rows in rows.chunks(at_a_time) {
        let batch = batch.fill(test, target, rows);
        probe.set_lengths(batch.lengths);
        probe.forward(batch.x);
        let outputs = probe.output(network.plan.len() - 1);
        for (sample, (y, t)) in outputs.rows().into_iter().zip(batch.t.rows()).enumerate() {
            for at in 0..batch.length(sample) {
                let own = s![at * width..(at + 1) * width];
                sums[at] += kind.error(y.slice(own), t.slice(own));
                counts[at] += 1.0;
            }
        }
    }
    let means = sums.iter().zip(counts);
    means.map(|(sum, count)| kind.shown(sum / count)).collect()
}
