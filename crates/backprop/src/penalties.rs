//! Weight decay and max-norm. To be written.

use spec::Real;
use spec::model::PlannedLayer;
use spec::training::RegularizationSpec;

/// The penalties of a network.
pub struct Penalties {
    spec: RegularizationSpec,
}

impl Penalties {
    /// The penalties on the planned layers' parameters.
    pub fn new(_: &[PlannedLayer], spec: RegularizationSpec) -> Self {
        Self { spec }
    }

    /// λ, the factor of the mean loss.
    pub fn lambda(&self) -> f64 {
        self.spec.lambda()
    }

    /// The penalties of these parameters.
    pub fn value<T: Real>(&self, _: &[T]) -> f64 {
        0.0
    }

    /// Turns the gradients of the mean loss into those of the objective.
    pub fn add_gradient<T: Real>(&self, _: &[T], _: &mut [T]) {}

    /// Scales down what is longer than the largest norm.
    pub fn bound_norms<T: Real>(&self, _: &mut [T]) {}
}
