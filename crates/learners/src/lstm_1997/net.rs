//! The network: its wiring, a step forward in time, and a step of learning.
//!
//! Weights lie source by source, so that a source that is 0 (most of a one-hot input) is passed over.
//! Nothing is allocated in a step.

use contract::Streams;
use ndarray::{ArrayD, IxDyn};
use rand::RngExt;
use spec::learners::{Lstm1997Spec, Source, Squashing, Unit};

/// Who is there and who sees whom.
#[derive(Clone, Copy, Debug)]
pub struct Wiring {
    inputs: usize,
    blocks: usize,
    /// Cells of a block.
    cells: usize,
    outputs: usize,
    output_gates: bool,
    forget_gates: bool,
    /// Whether the outputs of cells, and the activations of gates, are sources.
    fed_back: [bool; 2],
    inputs_to_outputs: bool,
    /// Whether gates, cells and output units have a bias.
    biases: [bool; 3],
    g: Squashing,
    h: Squashing,
}

impl Wiring {
    fn of(settings: &Lstm1997Spec, inputs: usize, outputs: usize) -> Self {
        let fed_back = [Source::Cells, Source::Gates];
        let biases = [Unit::Gates, Unit::Cells, Unit::Outputs];
        Self {
            inputs,
            blocks: settings.blocks,
            cells: settings.cells,
            outputs,
            output_gates: settings.output_gates,
            forget_gates: !settings.forget_gate_biases.is_empty(),
            fed_back: fed_back.map(|source| settings.recurrent.contains(&source)),
            inputs_to_outputs: settings.inputs_to_outputs,
            biases: biases.map(|unit| settings.has_bias(unit)),
            g: settings.g,
            h: settings.h,
        }
    }

    /// Gates, one kind behind the other: input, output, forget.
    fn gates(&self) -> usize {
        self.blocks * (1 + usize::from(self.output_gates) + usize::from(self.forget_gates))
    }

    /// Cells of all blocks.
    fn memory(&self) -> usize {
        self.blocks * self.cells
    }

    /// Gates, then cells.
    fn units(&self) -> usize {
        self.gates() + self.memory()
    }

    /// What gates and cells see: inputs, cells, gates, 1.
    fn sources(&self) -> usize {
        let [cells, gates] = self.fed_back.map(usize::from);
        self.inputs + cells * self.memory() + gates * self.gates() + 1
    }

    /// What output units see: cells, inputs, 1.
    fn seen(&self) -> usize {
        self.memory() + usize::from(self.inputs_to_outputs) * self.inputs + 1
    }

    /// Kinds of weights whose partial derivatives are carried: input gates, cells, forget gates.
    fn carried(&self) -> usize {
        2 + usize::from(self.forget_gates)
    }

    /// The first output gate and the first forget gate, if there are any.
    fn first_gates(&self) -> [Option<usize>; 2] {
        let forget = self.blocks * (1 + usize::from(self.output_gates));
        [
            self.output_gates.then_some(self.blocks),
            self.forget_gates.then_some(forget),
        ]
    }
}

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

fn sigma(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn squash(by: Squashing, x: f64) -> f64 {
    match by {
        Squashing::Sigma => sigma(x),
        Squashing::TwoSigma => 2.0 * sigma(x) - 1.0,
        Squashing::FourSigma => 4.0 * sigma(x) - 2.0,
        Squashing::Identity => x,
    }
}

/// The derivative, by its value.
fn slope(by: Squashing, y: f64) -> f64 {
    match by {
        Squashing::Sigma => y * (1.0 - y),
        Squashing::TwoSigma => 0.5 * (1.0 - y * y),
        Squashing::FourSigma => 0.25 * (4.0 - y * y),
        Squashing::Identity => 1.0,
    }
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

    /// A new sequence begins.
    pub fn reset(&mut self) {
        let cells = self.wiring.memory();
        self.s.fill(0.0);
        self.gates.fill(0.0);
        self.partials.fill(0.0);
        self.seen[..cells].fill(0.0);
    }

    /// A step with these inputs `[D]`.
    pub fn step(&mut self, x: &[f64], learn: bool) {
        self.look(x);
        self.fire(learn);
    }

    /// What all units see in a step with these inputs `[D]`.
    pub fn look(&mut self, x: &[f64]) {
        let (inputs, cells) = (self.wiring.inputs, self.wiring.memory());
        let [fed_cells, fed_gates] = self.wiring.fed_back;
        self.sources[..inputs].copy_from_slice(x);
        let mut at = inputs;
        if fed_cells {
            self.sources[at..at + cells].copy_from_slice(&self.seen[..cells]);
            at += cells;
        }
        if fed_gates {
            self.sources[at..at + self.gates.len()].copy_from_slice(&self.gates);
        }
        if self.wiring.inputs_to_outputs {
            self.seen[cells..cells + inputs].copy_from_slice(x);
        }
    }

    /// Gates and cells as their sources are.
    pub fn fire(&mut self, learn: bool) {
        weighted_sums(&self.sources, &self.w, &mut self.net);
        let (gates, cells) = (self.gates.len(), self.s.len());
        for (gate, net) in self.gates.iter_mut().zip(&self.net) {
            *gate = sigma(*net);
        }
        let [output, forget] = self.wiring.first_gates();
        let gate = |first: Option<usize>, block| first.map_or(1.0, |at| self.gates[at + block]);
        for cell in 0..cells {
            let block = cell / self.wiring.cells;
            let (iota, omega, phi) = (self.gates[block], gate(output, block), gate(forget, block));
            let (before, g) = (self.s[cell], squash(self.wiring.g, self.net[gates + cell]));
            self.s[cell] = phi * before + iota * g;
            self.h[cell] = squash(self.wiring.h, self.s[cell]);
            self.seen[cell] = omega * self.h[cell];
            self.added[cell] = g * iota * (1.0 - iota);
            self.added[cells + cell] = iota * slope(self.wiring.g, g);
            if forget.is_some() {
                self.added[2 * cells + cell] = before * phi * (1.0 - phi);
                self.kept
                    .iter_mut()
                    .skip(cell)
                    .step_by(cells)
                    .for_each(|kept| *kept = phi);
            }
        }
        if learn {
            self.carry(forget.is_some());
        }
    }

    /// The states of the cells.
    pub fn state(&self) -> &[f64] {
        &self.s
    }

    /// Whether a number of W, or behind it of V, is a weight; the bias of a unit without one is none.
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

    /// The partial derivatives of the states, one step on.
    fn carry(&mut self, forgets: bool) {
        let rows = self.partials.chunks_exact_mut(self.added.len());
        for (partials, &source) in rows.zip(&self.sources) {
            if forgets {
                for ((p, kept), added) in partials.iter_mut().zip(&self.kept).zip(&self.added) {
                    *p = kept * *p + added * source;
                }
            } else if source != 0.0 {
                for (p, added) in partials.iter_mut().zip(&self.added) {
                    *p += added * source;
                }
            }
        }
    }

    /// The outputs of this step `[K]`.
    pub fn respond(&mut self) -> &[f64] {
        weighted_sums(&self.seen, &self.v, &mut self.y);
        self.y.iter_mut().for_each(|y| *y = sigma(*y));
        &self.y
    }

    /// Moves all weights towards these targets `[K]` of a step to which it has responded.
    pub fn learn(&mut self, t: &[f64], rate: f64) {
        for ((delta, y), t) in self.delta.iter_mut().zip(&self.y).zip(t) {
            *delta = y * (1.0 - y) * (t - y);
        }
        let rows = self.v.chunks_exact_mut(self.delta.len());
        for (row, (v, &seen)) in rows.zip(&self.seen).enumerate() {
            if let Some(e) = self.e.get_mut(row) {
                *e = v.iter().zip(&self.delta).map(|(v, delta)| v * delta).sum();
            }
            if seen != 0.0 {
                for (v, delta) in v.iter_mut().zip(&self.delta) {
                    *v += rate * delta * seen;
                }
            }
        }
        self.learn_hidden(rate);
        self.without_bias();
    }

    /// The same for the weights of gates and cells, from what came to the cells.
    fn learn_hidden(&mut self, rate: f64) {
        let (blocks, gates, cells) = (self.wiring.blocks, self.gates.len(), self.s.len());
        let [output, forget] = self.wiring.first_gates();
        // ω (1 − ω) Σ h e of each output gate stands in `net`, which is used no more.
        self.net.fill(0.0);
        for cell in 0..cells {
            let block = cell / self.wiring.cells;
            let omega = output.map_or(1.0, |at| self.gates[at + block]);
            if let Some(at) = output {
                self.net[at + block] += omega * (1.0 - omega) * self.h[cell] * self.e[cell];
            }
            self.e[cell] *= omega * slope(self.wiring.h, self.h[cell]);
        }
        let rows = self.w.chunks_exact_mut(gates + cells);
        let partials = self.partials.chunks_exact(self.added.len());
        for ((w, p), &source) in rows.zip(partials).zip(&self.sources) {
            for cell in 0..cells {
                let (block, e) = (cell / self.wiring.cells, rate * self.e[cell]);
                w[block] += e * p[cell];
                w[gates + cell] += e * p[cells + cell];
                if let Some(at) = forget {
                    w[at + block] += e * p[2 * cells + cell];
                }
            }
            if let Some(at) = output {
                let deltas = &self.net[at..at + blocks];
                for (w, delta) in w[at..at + blocks].iter_mut().zip(deltas) {
                    *w += rate * delta * source;
                }
            }
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

/// Σ source · weights, source by source; those that are 0 are passed over.
fn weighted_sums(sources: &[f64], weights: &[f64], sums: &mut [f64]) {
    sums.fill(0.0);
    for (&source, weights) in sources.iter().zip(weights.chunks_exact(sums.len())) {
        if source != 0.0 {
            for (sum, w) in sums.iter_mut().zip(weights) {
                *sum += source * w;
            }
        }
    }
}
