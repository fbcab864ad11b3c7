//! `runner export`: one batch and its hand-written gradients in f64, for any other framework.

use ndarray::ArrayD;
use serde::Serialize;
use spec::{Implementation, ImplementationName, NamedTensors};

use crate::batches::{Batches, Lesson};
use crate::cli::ExportArguments;
use crate::implementations::build;
use crate::output;
use crate::prepare::Prepared;
use crate::record::{Software, write_file, write_json};
use crate::{Failure, machine};

/// What `export.json` says.
#[derive(Serialize)]
struct Description {
    name: String,
    seed: u64,
    dtype: &'static str,
    loss: f64,
    loss_function: spec::training::LossSpec,
    batch_size: usize,
    layers: Vec<LayerDescription>,
    config: String,
    data_checksum: String,
    software: Software,
}

#[derive(Serialize)]
struct LayerDescription {
    name: String,
    kind: &'static str,
    input: Vec<usize>,
    output: Vec<usize>,
    parameters: Vec<String>,
    settings: spec::model::LayerSpec,
}

/// Writes `parameters.safetensors`, `batch.safetensors` (`x`, `y`), `gradients.safetensors` (every
/// parameter and `x`) and `export.json`.
///
/// # Errors
/// When the config is wrong or the folder cannot be written.
pub fn export(arguments: &ExportArguments) -> Result<(), Failure> {
    let Some(out) = &arguments.out else {
        return Err(Failure::Input("--out: name the folder to write to".into()));
    };
    let prepared = Prepared::read(&arguments.config)?;
    std::fs::create_dir_all(out).map_err(|error| Failure::cannot_write(out, &error))?;
    let threads = machine::threads(&prepared.config.experiment.training);
    let (batch, backward) = machine::in_pool(threads, || gradients(&prepared))??;
    let write = |name: &str, tensors: &NamedTensors<f64>| {
        write_file(&out.join(name), &tensors.to_safetensors()?)
    };
    write("parameters.safetensors", &prepared.initial)?;
    write("batch.safetensors", &batch)?;
    write("gradients.safetensors", &backward.gradients)?;
    write_json(
        &out.join("export.json"),
        &describe(&prepared, backward.loss, &batch),
    )?;
    output::line(format!(
        "{}: loss {:.12}, {} gradients of a batch of {} written to {}",
        prepared.config.experiment.name,
        backward.loss,
        backward.gradients.len(),
        rows(&batch),
        out.display()
    ));
    Ok(())
}

/// The first batch of the first epoch as training sees it, and its gradients.
fn gradients(prepared: &Prepared) -> Result<(NamedTensors<f64>, spec::Backward<f64>), Failure> {
    let experiment = &prepared.config.experiment;
    let training = &experiment.training;
    let streams = experiment.streams();
    let mut batches = Batches::<f64>::new(prepared);
    batches.begin(1);
    let Lesson { x, t, .. } = batches.lesson(0);
    let mut model: Box<dyn Implementation<f64>> = build(
        ImplementationName::Backprop,
        &prepared.plan,
        training,
        streams,
    );
    model.load(&prepared.initial)?;
    let backward = model.loss_backward(x, t);
    let mut tensors = NamedTensors::default();
    tensors.insert("x", x.to_owned().into_dyn());
    tensors.insert("y", t.to_owned().into_dyn());
    Ok((tensors, backward))
}

fn rows(batch: &NamedTensors<f64>) -> usize {
    batch.get("x").map_or(0, |x: &ArrayD<f64>| x.shape()[0])
}

fn describe(prepared: &Prepared, loss: f64, batch: &NamedTensors<f64>) -> Description {
    let experiment = &prepared.config.experiment;
    let layers = prepared.plan.iter().map(|layer| LayerDescription {
        name: layer.name.clone(),
        kind: layer.spec.kind(),
        input: layer.input.clone(),
        output: layer.output.clone(),
        parameters: layer.parameters.iter().map(|p| p.name.clone()).collect(),
        settings: layer.spec.clone(),
    });
    Description {
        name: experiment.name.clone(),
        seed: experiment.seed,
        dtype: "F64",
        loss,
        loss_function: experiment.training.loss,
        batch_size: rows(batch),
        layers: layers.collect(),
        config: prepared.config.resolved(),
        data_checksum: prepared.dataset.checksum.clone(),
        software: Software::here(),
    }
}
