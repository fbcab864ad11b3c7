//! Parameters and running statistics, flat and by their names.

use contract::{NamedTensors, Real, TensorError, initial};
use ndarray::{ArrayViewD, ArrayViewMutD, IxDyn, StrideShape};
use spec::model::{PlannedLayer, PlannedParameter};

use crate::layers::InputLayer;

/// The names of a network's tensors, and how these lie behind each other.
pub(crate) struct Names<'a, T> {
    pub plan: &'a [PlannedLayer],
    pub input: &'a dyn InputLayer<T>,
}

impl<T: Real> Names<'_, T> {
    /// Takes every parameter by its name into `flat`, and returns the running statistics.
    ///
    /// # Errors
    /// When one is missing or has another shape; then nothing is taken.
    pub fn load(&self, tensors: &NamedTensors<T>, flat: &mut [T]) -> Result<Vec<T>, TensorError> {
        for wanted in initial::all(self.plan) {
            tensors.expect(&wanted.name, &wanted.shape)?;
        }
        let mut rest = flat;
        let mut statistics = Vec::new();
        for (index, layer) in self.plan.iter().enumerate() {
            for parameter in &layer.parameters {
                let tensor = tensors.expect(&parameter.name, &parameter.shape)?;
                let (values, after) = rest.split_at_mut(parameter.len());
                let values = ArrayViewMutD::from_shape(self.shape(index, parameter), values);
                let mut values = values.expect("a parameter is as long as its shape says");
                values.assign(tensor);
                rest = after;
            }
            for statistic in &layer.buffers {
                let tensor = tensors.expect(&statistic.name, &statistic.shape)?;
                statistics.extend(tensor.iter().copied());
            }
        }
        Ok(statistics)
    }

    /// Flat parameters, or gradients of them, by their names; `statistics` may be left out.
    pub fn named(&self, parameters: &[T], statistics: &[T]) -> NamedTensors<T> {
        let mut named = NamedTensors::default();
        let (mut parameters, mut statistics) = (parameters, Some(statistics));
        statistics = statistics.filter(|statistics| !statistics.is_empty());
        for (index, layer) in self.plan.iter().enumerate() {
            for parameter in &layer.parameters {
                let shape = self.shape(index, parameter);
                take(&mut named, parameter, shape, &mut parameters);
            }
            if let Some(statistics) = &mut statistics {
                for statistic in &layer.buffers {
                    let shape = IxDyn(&statistic.shape).into();
                    take(&mut named, statistic, shape, statistics);
                }
            }
        }
        named
    }

    /// How a parameter of that layer lies in memory.
    fn shape(&self, layer: usize, parameter: &PlannedParameter) -> StrideShape<IxDyn> {
        match layer < self.input.planned() {
            true => self.input.layout(parameter),
            false => IxDyn(&parameter.shape).into(),
        }
    }
}

/// Takes the first numbers off as a tensor of that name.
fn take<T: Real>(
    named: &mut NamedTensors<T>,
    of: &PlannedParameter,
    shape: StrideShape<IxDyn>,
    flat: &mut &[T],
) {
    let (values, rest) = flat.split_at(of.len());
    let tensor = ArrayViewD::from_shape(shape, values);
    let tensor = tensor.expect("a parameter is as long as its shape says");
    named.insert(&*of.name, tensor.as_standard_layout().into_owned());
    *flat = rest;
}
