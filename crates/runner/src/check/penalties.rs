//! The penalties of an objective, written down once more for central differences.

use spec::model::PlannedLayer;
use spec::training::RegularizationSpec;

/// λ L + Σ p(w) with p(w) = l1 |w| + l2/2 w² + (1 − λ) w² over the weights, or all parameters.
///
/// A sum over all parameters, taken anew for each that is moved, would be slow for a large network
/// and its rounding be seen; in a difference by one parameter only its own summand counts.
#[derive(Clone, Debug)]
pub struct Penalties {
    spec: RegularizationSpec,
    /// Names of the parameters with a penalty.
    penalized: Vec<String>,
}

impl Penalties {
    /// Those of a network.
    pub fn new(plan: &[PlannedLayer], spec: RegularizationSpec) -> Self {
        let parameters = plan.iter().flat_map(|layer| &layer.parameters);
        let penalized = parameters.filter(|parameter| parameter.weighs || spec.biases);
        Self {
            penalized: penalized.map(|parameter| parameter.name.clone()).collect(),
            spec,
        }
    }

    /// λ, the factor of the mean loss.
    pub fn lambda(&self) -> f64 {
        self.spec.lambda()
    }

    /// p(w) of one number of that tensor; 0 for the input.
    pub fn of(&self, tensor: &str, w: f64) -> f64 {
        match self.penalized.iter().any(|name| name == tensor) {
            true => self.spec.l1 * w.abs() + self.spec.half_squares() / 2.0 * w * w,
            false => 0.0,
        }
    }
}
