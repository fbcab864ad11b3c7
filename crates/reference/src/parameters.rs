//! The parameters of a network, as burn keeps them.
//!
//! Each is a flat tensor, whatever its shape: the learning rules work on each number alone, and a
//! layer reshapes what it needs, which copies nothing. Only the order of the numbers matters. Burn
//! multiplies with a linear weight as `[D_in, D_out]`, ours is `[D_out, D_in]`; it is turned on the
//! way in and out.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Gradients, Tensor};
use contract::{NamedTensors, TensorError};
use ndarray::{ArrayD, IxDyn};
use spec::model::{PlannedLayer, PlannedParameter};
use spec::training::ClipSpec;

use crate::BurnReal;
use crate::tensors::{to_burn, values};

/// What is known of a parameter besides its values.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) planned: PlannedParameter,
    /// Whether its matrix lies transposed in burn.
    turned: bool,
}

impl Place {
    /// The parameters of all layers, in the order of the plan.
    pub(crate) fn all(plan: &[PlannedLayer]) -> Vec<Self> {
        plan.iter().flat_map(Self::of).collect()
    }

    fn of(layer: &PlannedLayer) -> Vec<Self> {
        let mut places: Vec<Self> = layer.chains.iter().flat_map(|c| Self::all(c)).collect();
        let place = |planned: &PlannedParameter| Self {
            planned: planned.clone(),
            turned: planned.weighs && planned.shape.len() == 2,
        };
        places.extend(layer.parameters[places.len()..].iter().map(place));
        places
    }

    /// One in our own order.
    #[cfg(test)]
    pub(crate) fn matrix(planned: PlannedParameter) -> Self {
        let turned = false;
        Self { planned, turned }
    }

    /// Whether it is updated.
    pub(crate) fn learns(&self) -> bool {
        self.planned.learning_rate > 0.0
    }

    /// Our array in burn's order, flat.
    pub(crate) fn to_burn<T: BurnReal>(&self, array: &ArrayD<T>, device: &Device) -> Tensor<1> {
        let array = match self.turned {
            true => array.t().as_standard_layout().into_owned(),
            false => array.as_standard_layout().into_owned(),
        };
        to_burn(array.flatten().view(), device)
    }

    /// A parameter of burn's, or its gradient, as an array of ours.
    pub(crate) fn to_array<T: BurnReal>(&self, tensor: Tensor<1>) -> ArrayD<T> {
        let mut shape = self.planned.shape.clone();
        if self.turned {
            shape.reverse();
        }
        let array = ArrayD::from_shape_vec(IxDyn(&shape), values(tensor));
        let array = array.expect("a parameter has as many values as its shape says");
        match self.turned {
            true => array.reversed_axes().as_standard_layout().into_owned(),
            false => array,
        }
    }

    /// The norm of each row of our array is at most `largest` afterwards: what goes into one unit.
    pub(crate) fn bound_rows(&self, w: Tensor<1>, largest: f64) -> Tensor<1> {
        let rows = self.planned.shape.first().copied().unwrap_or(1).max(1);
        let length = self.planned.len() / rows;
        let (shape, along) = match self.turned {
            true => ([length, rows], 0),
            false => ([rows, length], 1),
        };
        let w = w.reshape(shape);
        let norms = w.clone().square().sum_dim(along).sqrt();
        let fine = norms.clone().lower_equal_scalar(largest);
        let bound = norms.zeros_like().add_scalar(largest);
        let factors = (bound / norms).mask_fill(fine, 1.0);
        (w * factors).reshape([rows * length])
    }
}

/// Parameters or running statistics by name, checked against the plan.
pub(crate) fn expect<'a, T: BurnReal>(
    given: &'a NamedTensors<T>,
    wanted: impl Iterator<Item = &'a PlannedParameter>,
) -> Result<Vec<&'a ArrayD<T>>, TensorError> {
    let find = |wanted: &PlannedParameter| given.expect(&wanted.name, &wanted.shape);
    wanted.map(find).collect()
}

/// The parameters of all layers on an autodiff device; a module, so that burn's optimisers take it.
#[derive(Module, Debug, Default)]
pub(crate) struct Parameters {
    pub(crate) all: Vec<Param<Tensor<1>>>,
}

impl Parameters {
    /// These values, without autodiff until now, as parameters. Their ids are their numbers, so
    /// that an optimizer state knows them in another process too.
    pub(crate) fn new(values: impl Iterator<Item = Tensor<1>>) -> Self {
        let parameter = |(value, id): (Tensor<1>, u64)| {
            let mut parameter = Param::from_tensor(value.autodiff());
            parameter.id = ParamId::from(id);
            parameter
        };
        Self {
            all: values.zip(1..).map(parameter).collect(),
        }
    }

    /// As the beginning of a graph.
    pub(crate) fn leaves(&self) -> Vec<Tensor<1>> {
        self.all.iter().map(Param::val).collect()
    }

    /// Without autodiff.
    pub(crate) fn values(&self) -> Vec<Tensor<1>> {
        self.all.iter().map(|w| w.val().inner()).collect()
    }

    /// Max-norm of the weights that learn.
    pub(crate) fn bound_rows(&mut self, places: &[Place], largest: f64) {
        for (w, place) in self.all.iter_mut().zip(places) {
            if place.planned.weighs && place.learns() {
                let bounded = place.bound_rows(w.val().inner(), largest);
                *w = w.clone().map(|_| bounded.autodiff().require_grad());
            }
        }
    }

    /// The gradients of those that learn and have one, with their index.
    pub(crate) fn take_gradients(
        &self,
        places: &[Place],
        gradients: &mut Gradients,
    ) -> Vec<(usize, Tensor<1>)> {
        let all = self.all.iter().zip(places).enumerate();
        let take = |(index, (w, place)): (usize, (&Param<Tensor<1>>, &Place))| {
            let gradient = w.val().grad_remove(gradients)?;
            place.learns().then_some((index, gradient))
        };
        all.filter_map(take).collect()
    }
}

/// Bounds the gradients: each number, or all together by their norm.
pub(crate) fn clip(clip: ClipSpec, gradients: &mut [(usize, Tensor<1>)]) {
    match clip {
        ClipSpec::Value(bound) => {
            for (_, g) in gradients {
                // Masks keep NaN, which burn's clamp may drop (burn#5716).
                let (above, below) = (
                    g.clone().greater_scalar(bound),
                    g.clone().lower_scalar(-bound),
                );
                *g = g.clone().mask_fill(above, bound).mask_fill(below, -bound);
            }
        }
        ClipSpec::Norm(bound) => {
            let squares = |(_, g): &(usize, Tensor<1>)| g.clone().square().sum();
            let squares: f64 = gradients.iter().map(squares).map(scalar).sum();
            let norm = squares.sqrt();
            if norm > bound {
                for (_, g) in gradients {
                    *g = g.clone().mul_scalar(bound / norm);
                }
            }
        }
    }
}

/// The one number of a tensor.
pub(crate) fn scalar(tensor: Tensor<1>) -> f64 {
    tensor.into_scalar::<f64>()
}
