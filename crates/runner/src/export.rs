//! `runner export`: one batch and its hand-written gradients in f64, for any other framework.
//!
//! | file | content |
//! |---|---|
//! | `parameters.safetensors` | every parameter and running statistic, by PyTorch's names |
//! | `batch.safetensors` | `x` `[N, D_in]` and `y` `[N, D_out]`, the targets |
//! | `masks.safetensors` | of each dropout layer, by its name, what its input is multiplied by, `[N, D]`; only where there is one |
//! | `gradients.safetensors` | the gradient of the objective by every parameter, and by `x` |
//! | `export.json` | loss, penalty, objective; the layers with their settings, those inside a block too |

mod description;

use std::fs;
use std::path::Path;

use contract::dropout::Masks;
use contract::{Backward, Batch, Implementation, Mode, NamedTensors, Streams};
use ndarray::{Array1, Array2};
use spec::ImplementationName;
use spec::model::PlannedLayer;

use crate::activity::Activity;
use crate::batches::{Batches, TrainingBatch};
use crate::cli::ExportArguments;
use crate::implementations::build;
use crate::memory::Purpose;
use crate::numbers::number;
use crate::prepare::PreparedNetwork;
use crate::{Failure, files, machine, output};

use description::Description;

const PARAMETERS: &str = "parameters.safetensors";
const BATCH: &str = "batch.safetensors";
const MASKS: &str = "masks.safetensors";
const GRADIENTS: &str = "gradients.safetensors";
const DESCRIPTION: &str = "export.json";

/// One batch, and what a pass from its loss leaves.
struct Exported {
    /// Inputs and targets.
    batch: NamedTensors<f64>,
    /// Number of samples.
    rows: usize,
    /// Targets of a sample.
    positions: usize,
    /// Of each dropout layer.
    masks: NamedTensors<f64>,
    /// Mean loss of the batch in training mode, without penalties.
    loss: f64,
    /// Of the objective.
    backward: Backward<f64>,
}

/// Writes the files that stand in the table above.
///
/// # Errors
/// When the config is wrong or the folder cannot be written.
pub fn export(arguments: &ExportArguments) -> Result<(), Failure> {
    let Some(out) = &arguments.out else {
        return Err(Failure::Input("--out: name the folder to write to".into()));
    };
    let prepared = PreparedNetwork::of(arguments.config.read()?, Purpose::Export)?;
    files::make_folder(out, "--out")?;
    for file in [PARAMETERS, BATCH, MASKS, GRADIENTS, DESCRIPTION] {
        files::expect_writable(&out.join(file))?;
    }
    let activity = Activity::new("export");
    activity.begin("gradients of the first batch", 0);
    let threads = machine::threads(&prepared.network.training);
    let exported = machine::in_pool(threads, || first_batch(&prepared))??;
    write(out, &prepared, &exported, &activity)?;
    drop(activity);
    output::line(format!(
        "{}: loss {}, {} gradients of a batch of {} written to {}",
        prepared.config.experiment.name,
        number(exported.backward.loss, 12),
        exported.backward.gradients.len(),
        exported.rows,
        out.display()
    ));
    Ok(())
}

fn write(
    out: &Path,
    prepared: &PreparedNetwork,
    exported: &Exported,
    activity: &Activity,
) -> Result<(), Failure> {
    activity.begin("writing", 0);
    let tensors = |name: &str, tensors: &NamedTensors<f64>| {
        activity.at(name);
        files::write_file(&out.join(name), &tensors.to_safetensors()?)
    };
    tensors(PARAMETERS, &prepared.initial)?;
    tensors(BATCH, &exported.batch)?;
    tensors(GRADIENTS, &exported.backward.gradients)?;
    if exported.masks.is_empty() {
        // Those of an export before are not of this batch.
        let _ = fs::remove_file(out.join(MASKS));
    } else {
        tensors(MASKS, &exported.masks)?;
    }
    let description = Description::new(prepared, exported);
    files::write_json(&out.join(DESCRIPTION), &description)
}

/// The first batch of the first epoch as training sees it, and its gradients.
fn first_batch(prepared: &PreparedNetwork) -> Result<Exported, Failure> {
    let training = &prepared.network.training;
    let streams = prepared.streams();
    let mut batches = Batches::<f64>::new(prepared);
    batches.begin(1);
    let TrainingBatch { batch, .. } = batches.batch(0);
    let mut model: Box<dyn Implementation<f64>> = build(
        ImplementationName::Backprop,
        &prepared.plan,
        training,
        streams,
    )?;
    model.load(&prepared.initial)?;
    let backward = model.loss_backward(batch);
    let loss = model.evaluate(Mode::Training, batch).loss;
    let mut masks = NamedTensors::default();
    add_masks(&prepared.plan, streams, batch.len(), &mut masks);
    Ok(Exported {
        batch: inputs_and_targets(batch),
        rows: batch.len(),
        positions: batch.positions,
        masks,
        loss,
        backward,
    })
}

fn inputs_and_targets(batch: Batch<f64>) -> NamedTensors<f64> {
    let mut tensors = NamedTensors::default();
    tensors.insert("x", batch.x.to_owned().into_dyn());
    tensors.insert("y", batch.t.to_owned().into_dyn());
    if let Some(lengths) = batch.lengths {
        let lengths = lengths.iter().map(|&length| length as f64);
        tensors.insert("lengths", Array1::from_iter(lengths).into_dyn());
    }
    if let Some(weights) = batch.weights {
        tensors.insert("weights", Array1::from(weights.to_vec()).into_dyn());
    }
    tensors
}

/// The masks of step 0, which passes outside of training take, of the layers and those inside
/// blocks.
fn add_masks(plan: &[PlannedLayer], streams: Streams, rows: usize, masks: &mut NamedTensors<f64>) {
    for layer in plan {
        if let Some(rate) = layer.spec.layer().drop_rate() {
            let width = layer.inputs();
            let mut mask = Array2::zeros((rows, width));
            if let Some(numbers) = mask.as_slice_mut() {
                Masks::new(streams, &layer.name, rate).fill(0, 0, width, numbers);
            }
            masks.insert(&*layer.name, mask.into_dyn());
        }
        for chain in &layer.chains {
            add_masks(chain, streams, rows, masks);
        }
    }
}
