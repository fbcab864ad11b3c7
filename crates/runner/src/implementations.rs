//! From the name of an implementation to the implementation.

use contract::{Implementation, Streams};
use reference::{Backend, BurnReal};
use spec::ImplementationName;
use spec::model::PlannedLayer;
use spec::training::TrainingSpec;

/// burn on both of its devices: what gradients are held against, whoever trains.
pub const REFERENCES: [ImplementationName; 2] = [
    ImplementationName::BurnNdarray,
    ImplementationName::BurnFlex,
];

/// A number type that every implementation computes in: f32 and f64.
pub trait Number: BurnReal + backprop::Compute {}

impl<T: BurnReal + backprop::Compute> Number for T {}

/// The implementation of that name, every parameter still to be loaded.
pub fn build<T: Number>(
    name: ImplementationName,
    plan: &[PlannedLayer],
    training: &TrainingSpec,
    streams: Streams,
) -> Box<dyn Implementation<T>> {
    let burn = |backend| {
        let model = reference::Model::new(plan, training, streams, backend);
        Box::new(model) as Box<dyn Implementation<T>>
    };
    match name {
        ImplementationName::Backprop => T::model(plan, training, streams),
        ImplementationName::BurnNdarray => burn(Backend::Ndarray),
        ImplementationName::BurnFlex => burn(Backend::Flex),
    }
}
