//! `runner draw`: what a recorded network has learned, as pictures: of a recurrent one and of one that
//! attends what it does over a sequence, of Gaussian units on images their centres.
//!
//! | file | what it shows |
//! |---|---|
//! | `states.svg` | gates, cells and states of every recurrent layer over one test sequence |
//! | `heads.svg` | where every head of attention looks, from each position of that sequence |
//! | `errors.svg` | where there is a target at every step: the error at each, of that sequence and of all test sequences |
//! | `next.svg` | where these are symbols: how likely each was at every step |
//! | `attention.svg` | of an encoder-decoder: what each symbol of a target was written by |
//! | `lengths.svg` | of pairs: how much is right, against the length of the source and the position in the target |
//! | `centers.svg` | the centres of an `rbf` layer that sees images |

mod attention;
mod centers;
mod errors;
mod heads;
mod heat;
mod lengths;
mod next;
mod sequence;
mod states;

use std::error::Error;
use std::path::Path;

use backprop::Probe;
use spec::model::PlannedLayer;

use crate::cli::DrawArguments;
use crate::prepare::{Prepared, PreparedNetwork};
use crate::run::{Learned, learned};
use crate::{Failure, files, output};

use sequence::Sequence;

/// A stream that was learned step by step is drawn in sequences of so many.
const STEPS_OF_A_STREAM: usize = 60;

/// Draws a recorded run.
///
/// # Errors
/// [`Failure::Input`] when there is no such run, it is of no sequences, or there is no such sample;
/// [`Failure::Run`] when a picture cannot be written.
pub fn draw(arguments: &DrawArguments) -> Result<(), Failure> {
    let Learned {
        folder,
        mut prepared,
        weights,
        ..
    } = learned(&arguments.run, &arguments.results)?;
    let Prepared::Network(network) = &mut prepared else {
        return Err(refuse(
            &folder,
            "this run is of a learner, which has no layers",
        ));
    };
    network.in_sequences(STEPS_OF_A_STREAM);
    let mut written = Vec::new();
    let mut write = |name: &str, svg: Result<String, Box<dyn Error>>| {
        files::make_folder(&arguments.out, "--out")?;
        let file = arguments.out.join(name);
        let svg = svg.map_err(|error| Failure::Run(format!("{}: {error}", file.display())))?;
        files::write_file(&file, svg.as_bytes())?;
        written.push(file.display().to_string());
        Ok::<(), Failure>(())
    };
    if let Some(svg) = centers::svg(network, &weights) {
        write("centers.svg", Ok(svg))?;
    }
    if let Some(mut probe) = of_sequences(network) {
        let loaded = probe.load(&weights);
        loaded.map_err(|error| Failure::Input(format!("{}: {error}", folder.display())))?;
        let row = row(network, arguments.sample)?;
        if network.dataset.is_of_pairs() {
            if let Some(svg) = attention::svg(network, row, &mut probe) {
                write("attention.svg", svg)?;
            }
            write("lengths.svg", lengths::svg(network, &mut probe))?;
        } else {
            let sequence = Sequence::of(network, row, &mut probe);
            if !sequence.states.is_empty() {
                write("states.svg", states::svg(&sequence))?;
            }
            if !sequence.heads.is_empty() {
                write("heads.svg", heads::svg(&sequence))?;
            }
            if sequence.outputs.nrows() > 1 {
                write("errors.svg", errors::svg(network, &sequence, &mut probe))?;
                if sequence.outputs.ncols() > 1 {
                    write("next.svg", next::svg(network, &sequence))?;
                }
            }
        }
    }
    if written.is_empty() {
        let why = "no layer of this run is recurrent or attends, and none has centres among images";
        return Err(refuse(&folder, why));
    }
    output::line(format!("written: {}", written.join(", ")));
    Ok(())
}

/// The place of a test sample, counted from 1.
fn row(network: &PreparedNetwork, sample: usize) -> Result<usize, Failure> {
    let samples = network.dataset.test.len();
    let row = sample.checked_sub(1).filter(|&row| row < samples);
    row.ok_or_else(|| {
        Failure::Input(format!(
            "--sample: there is no test sample {sample}; there are 1 to {samples}"
        ))
    })
}

/// What looks into a network, if that has a recurrent layer or attention, or is of pairs.
fn of_sequences(network: &PreparedNetwork) -> Option<Probe<f64>> {
    let probe = Probe::new(&network.plan);
    let mut layers = 0..network.plan.len();
    let recurs = layers.any(|layer| !probe.states(layer).is_empty());
    let attends = |layer: &PlannedLayer| layer.spec.any(&|layer| layer.attends());
    let of_pairs = network.dataset.is_of_pairs();
    (recurs || of_pairs || network.plan.iter().any(attends)).then_some(probe)
}

fn refuse(folder: &Path, why: &str) -> Failure {
    let run = folder.display();
    Failure::Input(format!(
        "{run}: {why}; name a run such as of configs/names.toml or configs/rbf.toml"
    ))
}
