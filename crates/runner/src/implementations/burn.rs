//! The references in burn, on the devices that are built in.

use contract::{Criterion, Implementation, NamedTensors, Streams};
use reference::{Backend, Model};
use spec::ImplementationName;
use spec::model::PlannedLayer;
use spec::training::TrainingSpec;

pub use reference::BurnReal as Element;

/// Whether the reference of that name can be used.
pub fn is_built_in(name: ImplementationName) -> bool {
    backend(name).is_some()
}

/// The reference of that name; none: it is not built in.
pub fn build<T: Element>(
    name: ImplementationName,
    plan: &[PlannedLayer],
    training: &TrainingSpec,
    streams: Streams,
) -> Option<Box<dyn Implementation<T>>> {
    let backend = backend(name)?;
    Some(Box::new(Model::new(plan, training, streams, backend)))
}

/// The gradient of a criterion by these tensors, in f64; none: it is not built in.
pub fn gradient(
    name: ImplementationName,
    criterion: &Criterion,
    at: &NamedTensors<f64>,
) -> Option<NamedTensors<f64>> {
    Some(reference::learners::gradient(criterion, at, backend(name)?))
}

fn backend(name: ImplementationName) -> Option<Backend> {
    let named = |backend: &Backend| backend.name() == name.as_str();
    Backend::ALL.into_iter().find(named)
}
