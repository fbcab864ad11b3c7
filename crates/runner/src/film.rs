//! `runner film`: what a network over two inputs answers while it learns, as a film strip. A real
//! target is a surface, beside the fitted one; classes are regions.
//!
//! It learns by hand as in `runner run`, to the same bits, and is looked at after epochs that are
//! further and further apart, since most is learned at first.

mod animation;
pub mod grid;
mod picture;
pub mod regions;
pub mod surface;

use contract::{Batch, Evaluation};
use datasets::Target;
use ndarray::Array2;
use spec::measures::{Measure, Metric, Part};
use spec::{Config, ImplementationName, Problem};

use crate::activity::Activity;
use crate::cli::FilmArguments;
use crate::memory::Purpose;
use crate::metrics::Measurement;
use crate::numbers::number;
use crate::prepare::PreparedNetwork;
use crate::training::network::Network;
use crate::training::trainee::Trainee;
use crate::training::trainer::Resources;
use crate::training::{Stop, entries};
use crate::{Failure, files, interrupt, machine, output};

use grid::Grid;

/// What a network answers at one moment of its training.
struct Frame {
    /// When, and what it is worth.
    caption: String,
    /// At the points of the grid: of a real target the number, otherwise that of the class.
    answers: Vec<f64>,
}

/// Trains a config, and draws what its network answers on the way.
///
/// # Errors
/// When the config is wrong or its network cannot be drawn, when it diverges, and when the picture
/// cannot be written.
pub fn film(arguments: &FilmArguments) -> Result<(), Failure> {
    let mut prepared = PreparedNetwork::of(arguments.config.read()?, Purpose::Training)?;
    expect_two_inputs(&prepared).map_err(|problem| prepared.config.locate(problem))?;
    prepared.network.implementations = vec![ImplementationName::Backprop];
    // Only `--cfg` does without it.
    let Some(out) = &arguments.out else {
        return Ok(());
    };
    files::expect_writable(out)?;
    interrupt::install();
    let grid = Grid::of(&prepared);
    let threads = machine::threads(&prepared.network.training);
    let frames = machine::in_pool(threads, || shoot(&prepared, &grid, arguments.frames))??;
    let drawn = match arguments.animated {
        true => picture::animated(&prepared, &grid, &frames),
        false => picture::svg(&prepared, &grid, &frames),
    };
    let svg =
        drawn.map_err(|why| Failure::Run(format!("{}: cannot be drawn ({why})", out.display())))?;
    files::write_file(out, svg.as_bytes())?;
    for frame in &frames {
        output::line(&frame.caption);
    }
    output::line(format!("written: {}", out.display()));
    Ok(())
}

/// Finds what has no picture over two inputs.
fn expect_two_inputs(prepared: &PreparedNetwork) -> Result<(), Problem> {
    let (dataset, inputs) = (&prepared.dataset, prepared.inputs());
    let refuse = |reason: String, hint: &str| {
        let key = format!("dataset.{}", prepared.config.experiment.dataset.kind());
        Err(Problem::new(key, reason).hint(hint))
    };
    if dataset.sample_shape != [2] {
        let reason = match dataset.sample_shape.len() {
            1 => format!("a film is drawn over two inputs, and a sample has {inputs}"),
            _ => format!(
                "a film is drawn over two inputs, and a sample is {:?}",
                dataset.sample_shape
            ),
        };
        let hint = "use two columns of a table, or moons, circles, spirals, xor, gate or surface";
        return refuse(reason, hint);
    }
    if let Some(layer) = prepared.plan.iter().find(|l| l.spec.kind() == "embedding") {
        let reason = format!(
            "layer {} takes tokens, between which is nothing",
            layer.name
        );
        return refuse(reason, "a film is of networks that read numbers");
    }
    match &dataset.target {
        Target::Classes { .. } => Ok(()),
        Target::Real(quantities) if quantities.len() == 1 => Ok(()),
        Target::Real(quantities) => {
            let reason = format!(
                "a surface has one height, and there are {}",
                quantities.len()
            );
            refuse(reason, "name one column as the target")
        }
        Target::Input => refuse(
            "the target is the input itself, which is no surface".into(),
            "use data with a real target or with classes",
        ),
    }
}

/// Learns, and keeps what is answered at those moments.
fn shoot(prepared: &PreparedNetwork, grid: &Grid, count: usize) -> Result<Vec<Frame>, Failure> {
    let resources = Resources::new(prepared);
    let entries = entries(&prepared.network);
    let Some(entry) = entries.first() else {
        return Ok(Vec::new());
    };
    let mut network = Network::new(entry, &resources)?;
    let mut trained = entry.trained();
    let moments = moments(network.passes(), count);
    let activity = Activity::new("film");
    activity.begin("epochs", network.passes());
    let told = |stop: Stop| told(&prepared.config, stop);
    let mut frames = vec![frame(prepared, grid, &mut network, "before").map_err(told)?];
    while !network.is_done() {
        network.pass(&mut trained, &|| ()).map_err(told)?;
        activity.step();
        let epoch = trained.epochs.len();
        if network.is_done() || moments.contains(&epoch) {
            let when = match &trained.kept {
                Some(kept) if network.is_done() => format!("kept: epoch {}", kept.best_epoch),
                _ => format!("epoch {epoch}"),
            };
            frames.push(frame(prepared, grid, &mut network, &when).map_err(told)?);
        }
    }
    Ok(frames)
}

/// The epochs after which so many frames are taken, the one before training among them: evenly
/// apart in powers, as near as whole epochs allow.
fn moments(epochs: usize, frames: usize) -> Vec<usize> {
    let last = frames.saturating_sub(2).max(1) as f64;
    let power = |frame: usize| (epochs as f64).powf(frame as f64 / last).round() as usize;
    let mut moments: Vec<usize> = (0..frames.saturating_sub(1)).map(power).collect();
    moments.dedup();
    moments
}

fn frame(
    prepared: &PreparedNetwork,
    grid: &Grid,
    network: &mut Network<'_>,
    when: &str,
) -> Result<Frame, Stop> {
    let metrics = prepared.network.metrics(&prepared.shape);
    let metric = metrics.first().copied().unwrap_or(Metric::Accuracy);
    let measures = network.measures()?;
    let worth = measures.get(&Measure::metric(Part::Test, metric).key);
    let caption = match worth {
        Some(value) => format!("{when}, {} {}", metric.name(), number(*value, 3)),
        None => when.to_string(),
    };
    let x = grid.points();
    let t = Array2::zeros((x.nrows(), prepared.outputs()));
    let Evaluation { output, .. } = network.evaluate(Batch::new(x.view(), t.view()));
    let (dataset, rows) = (&prepared.dataset, &prepared.train_rows);
    let loss = prepared.network.training.loss;
    let classes = Measurement::new(&dataset.train, rows, &dataset.target, loss);
    let answers = output.rows().into_iter().map(|y| match dataset.classes() {
        Some(_) => classes.class(y).map_or(f64::NAN, |class| class as f64),
        None => f64::from(y[0]),
    });
    Ok(Frame {
        caption,
        answers: answers.collect(),
    })
}

/// Why there is no film.
fn told(config: &Config, stop: Stop) -> Failure {
    match stop {
        Stop::Interrupted => Failure::Interrupted(interrupt::cause().into()),
        Stop::Diverged(divergence) => Failure::Run(format!("diverged: {}", divergence.what)),
        Stop::Broken(why) => Failure::Run(why),
        Stop::Refused(problem) => config.locate(problem).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_evenly_apart_in_powers() {
        assert_eq!(moments(4000, 8), [1, 4, 16, 63, 252, 1004, 4000]);
        assert_eq!(moments(3, 8), [1, 2, 3], "there are no more epochs");
        assert_eq!(moments(1, 8), [1]);
        assert_eq!(moments(100, 2), [1]);
    }
}
