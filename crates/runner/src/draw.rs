//! `runner draw`: what a recorded network does over a sequence, as pictures.
//!
//! | file | what it shows |
//! |---|---|
//! | `states.svg` | gates, cells and states of every recurrent layer over one test sequence |
//! | `heads.svg` | where every head of attention looks, from each position of that sequence |
//! | `errors.svg` | where there is a target at every step: the error at each, of that sequence and of all test sequences |
//! | `next.svg` | where these are symbols: how likely each was at every step |

mod errors;
mod heads;
mod heat;
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

/// Draws a recorded run.
///
/// # Errors
/// [`Failure::Input`] when there is no such run, it is of no sequences, or there is no such sample;
/// [`Failure::Run`] when a picture cannot be written.
pub fn draw(arguments: &DrawArguments) -> Result<(), Failure> {
    let Learned {
        folder,
        prepared,
        weights,
    } = learned(&arguments.run, &arguments.results)?;
    let (network, mut probe) = recurrent(&prepared, &folder)?;
    let loaded = probe.load(&weights);
    loaded.map_err(|error| Failure::Input(format!("{}: {error}", folder.display())))?;
    let samples = network.dataset.test.len();
    let row = arguments.sample.checked_sub(1).filter(|&row| row < samples);
    let row = row.ok_or_else(|| {
        let sample = arguments.sample;
        Failure::Input(format!(
            "--sample: there is no test sample {sample}; there are 1 to {samples}"
        ))
    })?;
    files::make_folder(&arguments.out, "--out")?;
    let sequence = Sequence::of(network, row, &mut probe);
    let mut written = Vec::new();
    let mut write = |name: &str, svg: Result<String, Box<dyn Error>>| {
        let file = arguments.out.join(name);
        let svg = svg.map_err(|error| Failure::Run(format!("{}: {error}", file.display())))?;
        files::write_file(&file, svg.as_bytes())?;
        written.push(file.display().to_string());
        Ok::<(), Failure>(())
    };
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
    output::line(format!("written: {}", written.join(", ")));
    Ok(())
}

/// The network of a run, if it has a recurrent layer or attention, and what looks into it.
fn recurrent<'a>(
    prepared: &'a Prepared,
    folder: &Path,
) -> Result<(&'a PreparedNetwork, Probe<f64>), Failure> {
    let refuse = |why: &str| {
        let run = folder.display();
        Err(Failure::Input(format!(
            "{run}: {why}; name a run with a recurrent layer or attention, such as of \
             configs/names.toml"
        )))
    };
    let Prepared::Network(network) = prepared else {
        return refuse("this run is of a learner, which has no layers");
    };
    let probe = Probe::new(&network.plan);
    let mut layers = 0..network.plan.len();
    let attends = |layer: &PlannedLayer| layer.spec.any(&|layer| layer.attends());
    let recurs = layers.any(|layer| !probe.states(layer).is_empty());
    match recurs || network.plan.iter().any(attends) {
        true => Ok((network, probe)),
        false => {
            refuse("no layer of this run is recurrent or attends, so nothing happens over time")
        }
    }
}
