//! `[record] tensorboard = true`: event files that TensorBoard reads, written when a run has ended,
//! `tensorboard/<implementation>/events.out.tfevents.*` in the folder of its record.
//!
//! | what | tag | step |
//! |---|---|---|
//! | every measure of every epoch | `loss/test`, `seconds` | the epoch |
//! | a histogram of each tensor of the weights | `weights/0.weight` | the last epoch |
//! | weights, gradients and outputs of each layer by hand | `layer 0 linear/gradients` | the epochs of `histograms.json` |
//! | units that are dead or saturated | `layer 1 relu/dead units` | the same |
//! | the weights of a first layer that sees images, a tile for each unit | `first layer/0.weight` | the last epoch |
//!
//! The format is written by hand: messages and their frames in `tensorboard/wire.rs`, events in
//! `tensorboard/events.rs`.

mod events;
mod first_layer;
mod layers;
mod wire;

use std::path::{Path, PathBuf};

use chrono::DateTime;
use contract::NamedTensors;
use spec::ImplementationName;
use spec::measures::Measure;

use crate::Failure;
use crate::files;
use crate::prepare::Prepared;
use crate::record::{Record, Trained};

use events::{Events, Histogram};

/// The folder in that of a record.
pub const FOLDER: &str = "tensorboard";

/// Writes a file for each implementation, in the place of those of an earlier part of the run; the
/// folder.
///
/// # Errors
/// [`Failure::Run`] when a file cannot be written.
pub fn write(folder: &Path, record: &Record, prepared: &Prepared) -> Result<PathBuf, Failure> {
    let began = DateTime::parse_from_rfc3339(&record.started);
    let began = began.map_or(0.0, |time| time.timestamp() as f64);
    let all = folder.join(FOLDER);
    for trained in &record.implementations {
        // One with an escape is `backprop/restarts`.
        let name = trained.implementation.replace('/', "-");
        let file = format!("events.out.tfevents.{began:.0}.runner");
        let bytes = events(folder, record, prepared, trained, began);
        files::write_file(&all.join(name).join(file), &bytes)?;
    }
    Ok(all)
}

fn events(
    folder: &Path,
    record: &Record,
    prepared: &Prepared,
    trained: &Trained,
    began: f64,
) -> Vec<u8> {
    let mut events = Events::new(began);
    let ends = ends(trained, began);
    let mut at = (began, 0);
    for (epoch, end) in trained.epochs.iter().zip(&ends) {
        at = (*end, epoch.epoch);
        for measure in &record.measures {
            if let Some(value) = epoch.get(&measure.key) {
                events.scalar(at, &tag(measure), value);
            }
        }
    }
    if trained.implementation == ImplementationName::Backprop.as_str() {
        let end = |epoch: usize| epoch.checked_sub(1).and_then(|place| ends.get(place));
        layers::add(
            folder,
            |epoch| end(epoch).copied().unwrap_or(began),
            &mut events,
        );
    }
    // A run that ended before it learned has none.
    if let Ok(weights) = NamedTensors::<f64>::read_safetensors(&folder.join(&trained.weights)) {
        for (name, tensor) in weights.iter() {
            if let Some(histogram) = Histogram::of(tensor.iter().copied()) {
                events.histogram(at, &format!("weights/{name}"), &histogram);
            }
        }
        if let Some((name, image)) = first_layer::image(prepared, &weights) {
            events.image(at, &format!("first layer/{name}"), &image);
        }
    }
    events.bytes()
}

/// When each epoch had ended, of learning alone.
fn ends(trained: &Trained, began: f64) -> Vec<f64> {
    let seconds = trained.epochs.iter().map(|epoch| {
        let seconds = epoch.get(&Measure::seconds().key);
        seconds.unwrap_or_default()
    });
    let end = |now: &mut f64, seconds: f64| {
        *now += seconds;
        Some(*now)
    };
    seconds.scan(began, end).collect()
}

/// What TensorBoard shows side by side has a common beginning: `loss/train`, `loss/test`.
fn tag(measure: &Measure) -> String {
    match measure.part {
        Some(part) => format!("{}/{}", measure.name, part.name()),
        None => measure.name.clone(),
    }
}
