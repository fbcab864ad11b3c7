//! Parameters read from a safetensors file: ours, or the state dict of another framework.

use std::path::Path;

use ndarray::ArrayD;
use safetensors::SafeTensors;

use super::all;
use super::differences::Differences;
use super::foreign::{explain, refused, unreadable};
use crate::NamedTensors;
use crate::tensors::from_view;
use spec::Problem;
use spec::plan::PlannedLayer;

/// PyTorch counts here how many batches a normalisation has seen; nothing is computed from it.
const COUNTER: &str = "num_batches_tracked";

/// Reads every parameter of the plan, and nothing else, from a safetensors file. What all names
/// begin with (`module.`, `model.`) may be left out of those of the plan; a second value says so.
///
/// # Errors
/// When the file cannot be read, when its names and shapes are not those of the plan, and when a
/// value is no number that f32 can hold. `model.initial_parameters` is the key of the problem.
pub fn read_parameters(
    plan: &[PlannedLayer],
    file: &Path,
) -> Result<(NamedTensors<f64>, Vec<String>), Problem> {
    let bytes = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
    let tensors =
        SafeTensors::deserialize(&bytes).map_err(|error| explain(file, &bytes, &error))?;
    let mut read = NamedTensors::<f64>::default();
    let mut views = tensors.tensors();
    views.retain(|(name, _)| name.rsplit('.').next() != Some(COUNTER));
    views.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, view) in &views {
        let tensor = from_view::<f64>(name, view).map_err(|error| refused(file, error))?;
        read.insert(name.as_str(), tensor);
    }
    let prefix = prefix(plan, &read);
    let mut parameters = NamedTensors::default();
    let mut differences = Differences::new(plan, &read, &prefix);
    for parameter in all(plan) {
        let name = format!("{prefix}{}", parameter.name);
        match read.get(&name) {
            Some(tensor) if tensor.shape() == parameter.shape => {
                finite(file, &name, tensor)?;
                parameters.insert(&*parameter.name, tensor.clone());
            }
            Some(tensor) => differences.shape(&name, tensor.shape(), &parameter.shape),
            None => differences.missing(parameter),
        }
    }
    if let Some(problem) = differences.problem(file) {
        return Err(problem);
    }
    let note = format!(
        "weights: \"{prefix}\" is left out of the names in {}",
        file.display()
    );
    Ok((
        parameters,
        (!prefix.is_empty()).then_some(note).into_iter().collect(),
    ))
}

/// What stands before every name of the file and before none of the plan: of all such beginnings
/// the one with which most parameters are found, nothing if that does as well.
fn prefix(plan: &[PlannedLayer], read: &NamedTensors<f64>) -> String {
    let first = read.names().next().unwrap_or("");
    let points = first.match_indices('.').map(|(at, _)| at + 1);
    let before_all = |prefix: &&str| read.names().all(|name| name.starts_with(*prefix));
    let found = |prefix: &str| {
        let names = all(plan).map(|parameter| format!("{prefix}{}", parameter.name));
        names.filter(|name| read.get(name).is_some()).count()
    };
    let prefixes = points.map(|end| &first[..end]).filter(before_all);
    let mut best = ("", found(""));
    for prefix in prefixes {
        let found = found(prefix);
        if found > best.1 {
            best = (prefix, found);
        }
    }
    best.0.to_string()
}

/// Every value must be a number, in the precision that trains too.
fn finite(file: &Path, name: &str, tensor: &ArrayD<f64>) -> Result<(), Problem> {
    let wrong = tensor
        .indexed_iter()
        .find(|(_, value)| !(**value as f32).is_finite());
    let Some((index, value)) = wrong else {
        return Ok(());
    };
    let at: Vec<String> = (0..tensor.ndim())
        .map(|axis| index[axis].to_string())
        .collect();
    let at = at.join(", ");
    let count = tensor
        .iter()
        .filter(|value| !(**value as f32).is_finite())
        .count();
    let problem = match value.is_finite() {
        true => refused(
            file,
            format!("\"{name}\" at [{at}] is {value:e}, too large for f32"),
        ),
        false => refused(
            file,
            format!("\"{name}\" at [{at}] is {value}, not a finite number"),
        ),
    };
    let problem =
        problem.hint("the weights come from a training that diverged, or a wrong conversion");
    Err(match count {
        1 => problem,
        more => problem.note(format!("{more} of its {} values are so", tensor.len())),
    })
}
