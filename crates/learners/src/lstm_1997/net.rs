//! The network: its weights and where it stands in a sequence.
//!
//! Weights lie source by source, so that a source that is 0 (most of a one-hot input) is passed
//! over. Nothing is allocated in a step.

mod forward;
mod learning;
mod wiring;

use contract::Streams;
use ndarray::{ArrayD, IxDyn};
use rand::RngExt;
use spec::learners::Lstm1997Spec;

use wiring::Wiring;

/// The network and where it stands in a sequence.
#[derive(Clone)]
pub struct Net {
    wiring: Wiring,
    /// `[sources, units]`
    pub w: Vec<f64>,
    /// `[seen, K]`
    pub v: Vec<f64>,
    /// What gates and cells see in this step.
    pub sources: Vec<f64>,
    /// What output units see: the outputs of the cells first.
    seen: Vec<f64>,
    /// Sums of the gates and cells.
    net: Vec<f64>,
    gates: Vec<f64>,
    /// States of the cells.
    s: Vec<f64>,
    /// h(s).
    h: Vec<f64>,
    /// Outputs `[K]`.
    y: Vec<f64>,
    /// δ of the output units `[K]`, and what comes from them to each cell.
    delta: Vec<f64>,
    e: Vec<f64>,
    /// Partial derivatives of the states, kind by kind: `[sources, kinds, cells]`.
    partials: Vec<f64>,
    /// What is added to them, for a source of 1, and what is left of them: `[kinds, cells]`.
    added: Vec<f64>,
    kept: Vec<f64>,
}

impl Net {
    /// With weights drawn from the streams, and biases where they are given.
    pub fn drawn(spec: &Lstm1997Spec, inputs: usize, outputs: usize, streams: &Streams) -> Self {
        let wiring = Wiring::of(spec, inputs, outputs);
        let mut net = Self::at_zero(wiring);
        for (weights, name) in [(&mut net.w, "hidden"), (&mut net.v, "output")] {
            let mut rng = streams.stream_of(format_args!("initial/{name}.weight"));
            weights.fill_with(|| spec.weights * rng.random_range(-1.0..=1.0));
        }
        let biases = [
            &spec.input_gate_biases,
            &spec.output_gate_biases,
            &spec.forget_gate_biases,
        ];
        let [output, forget] = wiring.first_gates();
        let of_units = (wiring.sources() - 1) * wiring.units();
        for (first, biases) in [Some(0), output, forget].into_iter().zip(biases) {
            let places = first.into_iter().flat_map(|first| of_units + first..);
            places.zip(biases).for_each(|(at, bias)| net.w[at] = *bias);
        }
        net.without_bias();
        net
    }

    fn at_zero(wiring: Wiring) -> Self {
        let zeros = |len: usize| vec![0.0; len];
        let carried = wiring.carried() * wiring.memory();
        let mut net = Self {
            w: zeros(wiring.sources() * wiring.units()),
            v: zeros(wiring.seen() * wiring.outputs),
            sources: zeros(wiring.sources()),
            seen: zeros(wiring.seen()),
            net: zeros(wiring.units()),
            gates: zeros(wiring.gates()),
            s: zeros(wiring.memory()),
            h: zeros(wiring.memory()),
            y: zeros(wiring.outputs),
            delta: zeros(wiring.outputs),
            e: zeros(wiring.memory()),
            partials: zeros(wiring.sources() * carried),
            added: zeros(carried),
            kept: vec![1.0; carried],
            wiring,
        };
        for ends_in_one in [&mut net.sources, &mut net.seen] {
            if let Some(last) = ends_in_one.last_mut() {
                *last = 1.0;
            }
        }
        net
    }

    /// D.
    pub fn inputs(&self) -> usize {
        self.wiring.inputs
    }

    /// K.
    pub fn outputs(&self) -> usize {
        self.wiring.outputs
    }

    /// Number of weights, with the biases that there are.
    pub fn count(&self) -> usize {
        let Wiring {
            biases, outputs, ..
        } = self.wiring;
        let units = [self.gates.len(), self.s.len(), outputs];
        let without = units.into_iter().zip(biases).filter(|(_, bias)| !bias);
        self.w.len() + self.v.len() - without.map(|(units, _)| units).sum::<usize>()
    }

    /// Its weights by their names.
    pub fn tensors(&self) -> [(&'static str, ArrayD<f64>); 2] {
        let tensor = |weights: &[f64], rows: usize, columns: usize| {
            let mut weights = weights.iter().copied();
            let next = || weights.next().unwrap_or_default();
            ArrayD::from_shape_simple_fn(IxDyn(&[rows, columns]), next)
        };
        let w = tensor(&self.w, self.wiring.sources(), self.wiring.units());
        let v = tensor(&self.v, self.wiring.seen(), self.wiring.outputs);
        [("hidden.weight", w), ("output.weight", v)]
    }

    /// Takes the weights of that name.
    pub fn load(&mut self, name: &str, tensor: &ArrayD<f64>) {
        let weights = match name {
            "hidden.weight" => &mut self.w,
            _ => &mut self.v,
        };
        weights
            .iter_mut()
            .zip(tensor)
            .for_each(|(w, new)| *w = *new);
    }

    /// The states of the cells.
    pub fn state(&self) -> &[f64] {
        &self.s
    }

    /// What is to be seen of a step: the activations of each kind of gates, states and outputs of
    /// the cells.
    pub fn activities(&self) -> Vec<(&'static str, &[f64])> {
        let [output, forget] = self.wiring.first_gates();
        let kinds = [
            ("input gates", Some(0)),
            ("output gates", output),
            ("forget gates", forget),
        ];
        let gates = kinds.into_iter().filter_map(|(kind, first)| {
            let first = first?;
            Some((kind, &self.gates[first..first + self.wiring.blocks]))
        });
        let cells = [
            ("states of the cells", self.state()),
            ("outputs of the cells", &self.seen[..self.s.len()]),
        ];
        gates.chain(cells).collect()
    }

    /// Whether a number of W, or behind it of V, is a weight; the bias of a unit without one is
    /// none.
    pub fn has_weight(&self, index: usize) -> bool {
        let [of_gates, of_cells, of_outputs] = self.wiring.biases;
        let units = self.wiring.units();
        match index.checked_sub(self.w.len()) {
            None => match index.checked_sub(self.w.len() - units) {
                None => true,
                Some(unit) if unit < self.gates.len() => of_gates,
                Some(_) => of_cells,
            },
            Some(index) => of_outputs || index < self.v.len() - self.wiring.outputs,
        }
    }

    /// Units without a bias have 0 there.
    fn without_bias(&mut self) {
        let [of_gates, of_cells, of_outputs] = self.wiring.biases;
        let (gates, units) = (self.gates.len(), self.wiring.units());
        let first = self.w.len() - units;
        if !of_gates {
            self.w[first..first + gates].fill(0.0);
        }
        if !of_cells {
            self.w[first + gates..].fill(0.0);
        }
        if !of_outputs {
            let first = self.v.len() - self.wiring.outputs;
            self.v[first..].fill(0.0);
        }
    }
}
