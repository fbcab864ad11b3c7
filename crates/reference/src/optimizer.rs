//! An update of all parameters by one rule.

use burn::module::Param;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Bytes, Tensor};

use crate::parameters::{Parameters, Place};

/// A rule of ours, with what it remembers of each parameter.
pub(crate) trait Rule: Send {
    /// The parameter of that index after an update.
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1>;

    /// Takes the curvature of every parameter.
    fn set_curvature(&mut self, _: Vec<Tensor<1>>) {}
}

/// One rule: burn's own, where burn has the same, and ours with constants in f64.
pub(crate) struct Forms {
    pub(crate) burns: Option<ModuleOptimizer>,
    /// Whether burn's takes its constants as f64.
    pub(crate) burns_is_exact: bool,
    pub(crate) ours: Box<dyn Rule>,
}

impl Forms {
    /// Ours alone: burn has no such rule.
    pub(crate) fn ours(rule: impl Rule + 'static) -> Self {
        Self {
            burns: None,
            burns_is_exact: false,
            ours: Box::new(rule),
        }
    }

    /// Beside it burn's own, whose constants are f32.
    pub(crate) fn beside(self, burns: ModuleOptimizer) -> Self {
        let burns = Some(burns);
        Self { burns, ..self }
    }
}

/// A rule for all parameters.
pub(crate) enum Optimizer {
    Burns(Box<ModuleOptimizer>),
    Ours(Box<dyn Rule>),
}

impl Optimizer {
    /// The parameters after an update; those without a gradient stay as they are.
    pub(crate) fn step(
        &mut self,
        learning_rate: f64,
        places: &[Place],
        mut parameters: Parameters,
        gradients: Vec<(usize, Tensor<1>)>,
    ) -> Parameters {
        match self {
            Self::Burns(optimizer) => {
                for (factor, gradients) in by_factor(places, gradients) {
                    let mut named = GradientsParams::new();
                    for (index, g) in gradients {
                        named.register(parameters.all[index].id, g);
                    }
                    parameters = optimizer.step(learning_rate * factor, parameters, named);
                }
            }
            Self::Ours(rule) => {
                for (index, g) in gradients {
                    let rate = learning_rate * places[index].planned.learning_rate;
                    let w = parameters.all[index].val().inner();
                    let w = rule.step(index, rate, w, g);
                    parameters.all[index] = Param::from_tensor(w.autodiff());
                }
            }
        }
        parameters
    }

    /// What it remembers, as burn writes it; none of a rule of ours.
    pub(crate) fn state(&self) -> Option<Vec<u8>> {
        match self {
            Self::Burns(optimizer) => optimizer.into_bytes().ok().map(|bytes| bytes.to_vec()),
            Self::Ours(_) => None,
        }
    }

    /// Takes what `state` gave; whether that could be.
    pub(crate) fn restore(&mut self, state: &[u8]) -> bool {
        let Self::Burns(optimizer) = self else {
            return false;
        };
        let bytes = Bytes::from_bytes_vec(state.to_vec());
        match optimizer.clone().from_bytes(bytes) {
            Ok(restored) => {
                **optimizer = restored;
                true
            }
            Err(_) => false,
        }
    }

    /// Takes the curvature of every parameter.
    pub(crate) fn set_curvature(&mut self, curvature: Vec<Tensor<1>>) {
        if let Self::Ours(rule) = self {
            rule.set_curvature(curvature);
        }
    }
}

/// Gradients with their index, apart by the learning-rate factor of their parameter.
type ByFactor = Vec<(f64, Vec<(usize, Tensor<1>)>)>;

fn by_factor(places: &[Place], gradients: Vec<(usize, Tensor<1>)>) -> ByFactor {
    let mut apart = ByFactor::new();
    for (index, g) in gradients {
        let factor = places[index].planned.learning_rate;
        match apart.iter_mut().find(|(other, _)| *other == factor) {
            Some((_, group)) => group.push((index, g)),
            None => apart.push((factor, vec![(index, g)])),
        }
    }
    apart
}
