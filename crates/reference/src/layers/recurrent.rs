//! What recurrent layers share: the way through the steps, layers and directions.
//!
//! burn's own `Rnn`, `Lstm` and `Gru` write every step into a slice of one tensor, so that their
//! time under autodiff grows with T²; they have no peepholes, do not cut a gradient off, and
//! compute sigmoids in f32 on the ndarray device. So the layers are written with tensor operations,
//! from the formulas of the papers and in another order than by hand: nothing is taken of all steps
//! in one.

use burn::tensor::{Int, Tensor};
use spec::model::{PlannedLayer, Recurrence, StateSpec, StepsSpec};

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

/// Cells taken step by step, from a state that they are handed.
pub(super) trait Steps: Send {
    /// A state of zeros behind an h `[N, H]`.
    fn begin(&self, h: Tensor<2>) -> Vec<Tensor<2>>;

    /// The state behind a step that reads `[N, D]`; `w` are the parameters.
    fn step(&self, w: &[Tensor<1>], x: Tensor<2>, state: Vec<Tensor<2>>) -> Vec<Tensor<2>>;
}

impl<C: Cell> Steps for C {
    fn begin(&self, h: Tensor<2>) -> Vec<Tensor<2>> {
        let zeros = h.zeros_like();
        let mut state = vec![zeros; C::STATES];
        state[0] = h;
        state
    }

    fn step(&self, w: &[Tensor<1>], x: Tensor<2>, state: Vec<Tensor<2>>) -> Vec<Tensor<2>> {
        let ([_, inputs], [_, units]) = (x.dims(), state[0].dims());
        let weights = Weights::new(w, inputs, units, C::GATES);
        Cell::step(self, &weights, x, state)
    }
}

/// Parameters of the cells of one layer and direction.
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

impl Weights {
    fn new(w: &[Tensor<1>], inputs: usize, units: usize, gates: usize) -> Self {
        let rows = gates * units;
        Self {
            ih: w[0].clone().reshape([inputs, rows]),
            hh: w[1].clone().reshape([units, rows]),
            bias_ih: w[2].clone().reshape([1, rows]),
            bias_hh: w[3].clone().reshape([1, rows]),
            rest: w[4..].to_vec(),
        }
    }
}

/// The layer with these cells.
pub(super) fn layer<C: Cell + 'static>(
    planned: &PlannedLayer,
    recurrence: Recurrence,
    cell: C,
) -> Box<dyn Layer> {
    let [steps, inputs] = planned.positions();
    let places = recurrence.layers * recurrence.directions();
    Box::new(Recurrent {
        steps,
        inputs,
        recurrence,
        parameters: planned.parameters.len() / places,
        cell,
        lengths: None,
        continues: false,
        states: vec![None; places],
    })
}

struct Recurrent<C> {
    steps: usize,
    inputs: usize,
    recurrence: Recurrence,
    /// Parameters of a layer and direction.
    parameters: usize,
    cell: C,
    /// True lengths of the samples that come next; none: nothing is padded.
    lengths: Option<Vec<usize>>,
    continues: bool,
    /// The last state of each layer and direction, of a state that is carried.
    states: Vec<Option<Vec<Tensor<2>>>>,
}

impl<C: Cell> Layer for Recurrent<C> {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let carried = self.recurrence.state == StateSpec::Carried;
        let (samples, width) = (x.dims()[0], self.recurrence.width());
        // A stream is one sample.
        let mut x: Tensor<3> = match carried {
            true => x.reshape([1, samples * self.steps, self.inputs]),
            false => x.reshape([samples, self.steps, self.inputs]),
        };
        let directions = self.recurrence.directions();
        for (place, w) in w.chunks(self.parameters * directions).enumerate() {
            let outputs = w.chunks(self.parameters).enumerate().map(|(direction, w)| {
                let reverse = direction == 1;
                let x = if reverse {
                    self.mirrored(x.clone())
                } else {
                    x.clone()
                };
                let y = self.way(place * directions + direction, w, x);
                if reverse { self.mirrored(y) } else { y }
            });
            x = Tensor::cat(outputs.collect(), 2);
        }
        match self.recurrence.steps {
            StepsSpec::Every => x.reshape([samples, self.steps * width]),
            StepsSpec::Last => self.last(x.reshape([samples, self.steps, width])),
        }
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.lengths = lengths.map(<[usize]>::to_vec);
    }

    fn set_continues(&mut self, continues: bool) {
        self.continues = continues;
    }
}

impl<C: Cell> Recurrent<C> {
    /// `[N, T, D]` -> `[N, T, H]`, through the cells of one place, from the first step to the last.
    fn way(&mut self, place: usize, w: &[Tensor<1>], x: Tensor<3>) -> Tensor<3> {
        let ([samples, steps, inputs], units) = (x.dims(), self.recurrence.units);
        let weights = Weights::new(w, inputs, units, C::GATES);
        let before = self.states[place].take().filter(|_| self.continues);
        let mut state = before.unwrap_or_else(|| {
            let zeros = Tensor::zeros([samples, units], (&x.device(), x.dtype()));
            vec![zeros; C::STATES]
        });
        let mut outputs = Vec::with_capacity(steps);
        for step in 0..steps {
            if step.is_multiple_of(self.recurrence.gradient.span()) {
                state = state.into_iter().map(Tensor::detach).collect();
            }
            let of_step = x.clone().narrow(1, step, 1).reshape([samples, inputs]);
            state = Cell::step(&self.cell, &weights, of_step, state);
            outputs.push(state[0].clone().reshape([samples, 1, units]));
        }
        if self.recurrence.state == StateSpec::Carried {
            self.states[place] = Some(state.into_iter().map(Tensor::detach).collect());
        }
        Tensor::cat(outputs, 1)
    }

    /// True length of a sample.
    fn length(&self, sample: usize) -> usize {
        self.lengths.as_ref().map_or(self.steps, |of| of[sample])
    }

    /// Each sample of `[N, T, D]` from its true end to its first step; padding stays.
    fn mirrored(&self, x: Tensor<3>) -> Tensor<3> {
        let dims = x.dims();
        let (samples, steps) = (dims[0], dims[1]);
        let place = |at: usize| {
            let (sample, step) = (at / steps, at % steps);
            let length = self.length(sample);
            let there = if step < length {
                length - 1 - step
            } else {
                step
            };
            (sample * steps + there) as i32
        };
        let places: Vec<i32> = (0..samples * steps).map(place).collect();
        let places = Tensor::<1, Int>::from_ints(places.as_slice(), &x.device());
        let rows: Tensor<2> = x.reshape([samples * steps, dims[2]]);
        rows.select(0, places).reshape(dims)
    }

    /// What each direction gives where it has read everything: `[N, T, W]` -> `[N, W]`.
    fn last(&self, x: Tensor<3>) -> Tensor<2> {
        let ([samples, steps, width], units) = (x.dims(), self.recurrence.units);
        let rows: Tensor<2> = x.reshape([samples * steps, width]);
        let of = |direction: usize| {
            let place = |sample: usize| match direction {
                0 => (sample * steps + self.length(sample) - 1) as i32,
                _ => (sample * steps) as i32,
            };
            let places: Vec<i32> = (0..samples).map(place).collect();
            let places = Tensor::<1, Int>::from_ints(places.as_slice(), &rows.device());
            rows.clone()
                .select(0, places)
                .narrow(1, direction * units, units)
        };
        Tensor::cat((0..self.recurrence.directions()).map(of).collect(), 1)
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
