//! An update of all parameters by one rule.

use burn::module::Param;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Bytes, Tensor};

use spec::training::TrainingSpec;

use crate::parameters::{Parameters, Place};
use crate::{BurnReal, optimizers};

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

/// The rules of a training: that of most parameters, then those of parts of the network.
pub(crate) struct Optimizers {
    rules: Vec<Optimizer>,
    /// Learning rate of each in units of the first one's.
    factors: Vec<f64>,
    /// Which of them each parameter learns by.
    of: Vec<usize>,
}

impl Optimizers {
    /// Nothing remembered yet.
    pub(crate) fn new<T: BurnReal>(training: &TrainingSpec, places: &[Place]) -> Self {
        let rules = training.optimizers();
        let first = training.optimizer.learning_rate();
        let of = |place: &Place| training.optimizer_of(&place.planned.name);
        Self {
            rules: rules
                .clone()
                .map(|rule| optimizers::build::<T>(rule, places))
                .collect(),
            factors: rules.map(|rule| rule.learning_rate() / first).collect(),
            of: places.iter().map(of).collect(),
        }
    }

    /// The parameters after an update; those without a gradient stay as they are.
    pub(crate) fn step(
        &mut self,
        learning_rate: f64,
        places: &[Place],
        mut parameters: Parameters,
        gradients: Vec<(usize, Tensor<1>)>,
    ) -> Parameters {
        let mut apart: Vec<Vec<_>> = self.rules.iter().map(|_| Vec::new()).collect();
        for (index, g) in gradients {
            apart[self.of[index]].push((index, g));
        }
        for ((rule, factor), gradients) in self.rules.iter_mut().zip(&self.factors).zip(apart) {
            let rate = learning_rate * factor;
            // Moved, not cloned: the optimiser may then update parameters in place.
            parameters = rule.step(rate, places, parameters, gradients);
        }
        parameters
    }

    /// What they remember, as burn writes it, each behind its length; none of a rule of ours.
    pub(crate) fn state(&self) -> Option<Vec<u8>> {
        let mut all = Vec::new();
        for rule in &self.rules {
            let state = rule.state()?;
            all.extend_from_slice(&(state.len() as u64).to_le_bytes());
            all.extend(state);
        }
        Some(all)
    }

    /// Takes what [`Optimizers::state`] gave; whether that could be.
    pub(crate) fn restore(&mut self, mut state: &[u8]) -> bool {
        let restored = self.rules.iter_mut().all(|rule| {
            let Some((length, rest)) = state.split_first_chunk() else {
                return false;
            };
            let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
            let Some((own, others)) = rest.split_at_checked(length) else {
                return false;
            };
            state = others;
            rule.restore(own)
        });
        restored && state.is_empty()
    }

    /// Takes the curvature of every parameter.
    pub(crate) fn set_curvature(&mut self, curvature: Vec<Tensor<1>>) {
        if let [rule] = &mut self.rules[..] {
            rule.set_curvature(curvature);
        }
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
    fn state(&self) -> Option<Vec<u8>> {
        match self {
            Self::Burns(optimizer) => optimizer.into_bytes().ok().map(|bytes| bytes.to_vec()),
            Self::Ours(_) => None,
        }
    }

    /// Takes what `state` gave; whether that could be.
    fn restore(&mut self, state: &[u8]) -> bool {
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
    fn set_curvature(&mut self, curvature: Vec<Tensor<1>>) {
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
