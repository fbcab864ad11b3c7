//! From the name of an implementation to the implementation.

use reference::{Backend, BurnReal};
use spec::model::PlannedLayer;
use spec::training::TrainingSpec;
use spec::{Implementation, ImplementationName};

/// burn on both of its devices: what gradients are held against, whoever trains.
pub const REFERENCES: [ImplementationName; 2] = [
    ImplementationName::BurnNdarray,
    ImplementationName::BurnFlex,
];

/// The implementation of that name, every parameter still to be loaded.
pub fn build<T: BurnReal>(
    name: ImplementationName,
    plan: &[PlannedLayer],
    training: &TrainingSpec,
) -> Box<dyn Implementation<T>> {
    let burn = |backend| {
        let model = reference::Model::new(plan, training.loss, &training.optimizer, backend);
        Box::new(model) as Box<dyn Implementation<T>>
    };
    match name {
        ImplementationName::Backprop => Box::new(backprop::Model::new(
            plan,
            training.loss,
            &training.optimizer,
        )),
        ImplementationName::BurnNdarray => burn(Backend::Ndarray),
        ImplementationName::BurnFlex => burn(Backend::Flex),
    }
}
