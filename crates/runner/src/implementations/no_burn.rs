//! The same as with burn, where no reference is built in.

use contract::{Criterion, Implementation, NamedTensors, Streams};
use spec::ImplementationName;
use spec::model::PlannedLayer;
use spec::training::TrainingSpec;

pub use contract::Real as Element;

/// None is.
pub fn is_built_in(_: ImplementationName) -> bool {
    false
}

/// None.
pub fn build<T: Element>(
    _: ImplementationName,
    _: &[PlannedLayer],
    _: &TrainingSpec,
    _: Streams,
) -> Option<Box<dyn Implementation<T>>> {
    None
}

/// None.
pub fn gradient(
    _: ImplementationName,
    _: &Criterion,
    _: &NamedTensors<f64>,
) -> Option<NamedTensors<f64>> {
    None
}
