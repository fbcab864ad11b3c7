//! What recurrent layers share: the way through the steps.
//!
//! burn's own `Rnn`, `Lstm` and `Gru` write every step into a slice of one tensor, so that their
//! time under autodiff grows with T²; they have no peepholes, do not cut a gradient off, and compute
//! sigmoids in f32 on the ndarray device. So the layers are written with tensor operations, from the
//! formulas of the papers and in another order than by hand: nothing is taken of all steps in one.

use burn::tensor::Tensor;
use spec::model::{GradientSpec, PlannedLayer};

use crate::BurnReal;
use crate::layer::{Layer, Mode};
use crate::layers::pointwise;

/// State and inputs of a step to the state behind it, of which the first tensor is the output.
/// Tensors of the state are `[N, H]`; `w` are the parameters, its matrices as burn multiplies them.
pub(super) trait Cell: Send {
    /// Gates of a unit.
    const GATES: usize;
    /// Tensors of the state.
    const STATES: usize;

    fn step(&self, w: &Weights, x: Tensor<2>, state: Vec<Tensor<2>>) -> Vec<Tensor<2>>;
}

/// Parameters of a recurrent layer.
pub(super) struct Weights {
    /// `[D, G·H]`
    pub ih: Tensor<2>,
    /// `[H, G·H]`
    pub hh: Tensor<2>,
    /// `[1, G·H]`
    pub bias_ih: Tensor<2>,
    /// `[1, G·H]`
    pub bias_hh: Tensor<2>,
    /// What a layer has besides.
    pub rest: Vec<Tensor<1>>,
}

/// The layer with these cells.
pub(super) fn layer<C: Cell + 'static>(
    planned: &PlannedLayer,
    gradient: GradientSpec,
    cell: C,
) -> Box<dyn Layer> {
    let [steps, inputs] = planned.positions();
    Box::new(Recurrent {
        steps,
        inputs,
        units: planned.outputs() / steps,
        span: gradient.span(),
        cell,
    })
}

struct Recurrent<C> {
    steps: usize,
    inputs: usize,
    units: usize,
    /// Steps after which the state is cut off from what led to it.
    span: usize,
    cell: C,
}

impl<C: Cell> Layer for Recurrent<C> {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let (samples, rows) = (x.dims()[0], C::GATES * self.units);
        let weights = Weights {
            ih: w[0].clone().reshape([self.inputs, rows]),
            hh: w[1].clone().reshape([self.units, rows]),
            bias_ih: w[2].clone().reshape([1, rows]),
            bias_hh: w[3].clone().reshape([1, rows]),
            rest: w[4..].to_vec(),
        };
        let zeros = Tensor::zeros([samples, self.units], (&x.device(), x.dtype()));
        let mut state = vec![zeros; C::STATES];
        let mut outputs = Vec::with_capacity(self.steps);
        for step in 0..self.steps {
            if step.is_multiple_of(self.span) {
                state = state.into_iter().map(Tensor::detach).collect();
            }
            let of_step = x.clone().narrow(1, step * self.inputs, self.inputs);
            state = self.cell.step(&weights, of_step, state);
            outputs.push(state[0].clone());
        }
        Tensor::cat(outputs, 1)
    }
}

/// Gate number `index` of net inputs `[N, G·H]`.
pub(super) fn gate(z: &Tensor<2>, index: usize, units: usize) -> Tensor<2> {
    z.clone().narrow(1, index * units, units)
}

/// 1 / (1 + e⁻ᵃ) in the precision of its input.
pub(super) fn sigmoid<T: BurnReal>(a: Tensor<2>) -> Tensor<2> {
    pointwise::sigmoid::<T>(a)
}
