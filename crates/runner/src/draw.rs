//! `runner draw`: what a recorded recurrent network does over a sequence, as pictures.
//!
//! | file | what it shows |
//! |---|---|
//! | `states.svg` | gates, cells and states of every recurrent layer over one test sequence |
//! | `errors.svg` | where there is a target at every step: the error at each, of that sequence and of all test sequences |
//! | `attention.svg` | of an encoder-decoder: what each symbol of a target was written by |
//! | `next.svg` | where these are symbols: how likely each was at every step |

mod attention;
mod errors;
mod heat;
mod next;
mod sequence;
mod states;

use std::error::Error;
use std::path::Path;

use backprop::Probe;

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
    let mut written = Vec::new();
    let mut write = |name: &str, svg: Result<String, Box<dyn Error>>| {
        let file = arguments.out.join(name);
        let svg = svg.map_err(|error| Failure::Run(format!("{}: {error}", file.display())))?;
        files::write_file(&file, svg.as_bytes())?;
        written.push(file.display().to_string());
        Ok::<(), Failure>(())
    };
    if network.dataset.is_of_pairs() {
        let svg = attention::svg(network, row, &mut probe).ok_or_else(|| {
            let run = folder.display();
            Failure::Input(format!(
                "{run}: its decoder attends to nothing, so there is no picture"
            ))
        })?;
        write("attention.svg", svg)?;
        output::line(format!("written: {}", written.join(", ")));
        return Ok(());
    }
    let sequence = Sequence::of(network, row, &mut probe);
    write("states.svg", states::svg(&sequence))?;
    if sequence.outputs.nrows() > 1 {
        write("errors.svg", errors::svg(network, &sequence, &mut probe))?;
        if sequence.outputs.ncols() > 1 {
            write("next.svg", next::svg(network, &sequence))?;
        }
    }
    output::line(format!("written: {}", written.join(", ")));
    Ok(())
}

/// The network of a run, if it has a recurrent layer, and what looks into it.
fn recurrent<'a>(
    prepared: &'a Prepared,
    folder: &Path,
) -> Result<(&'a PreparedNetwork, Probe<f64>), Failure> {
    let refuse = |why: &str| {
        let run = folder.display();
        Err(Failure::Input(format!(
            "{run}: {why}; name a run with a recurrent layer, such as of configs/names.toml"
        )))
    };
    let Prepared::Network(network) = prepared else {
        return refuse("this run is of a learner, which has no layers");
    };
    let probe = Probe::new(&network.plan);
    let mut layers = 0..network.plan.len();
    match layers.any(|layer| !probe.states(layer).is_empty()) {
        true => Ok((network, probe)),
        false => refuse("no layer of this run is recurrent, so nothing happens over time"),
    }
}
