//! Who is there and who sees whom.

use spec::learners::{Lstm1997Spec, Source, Squashing, Unit};

/// Who is there and who sees whom.
#[derive(Clone, Copy, Debug)]
pub struct Wiring {
    pub inputs: usize,
    pub blocks: usize,
    /// Cells of a block.
    pub cells: usize,
    pub outputs: usize,
    pub output_gates: bool,
    pub forget_gates: bool,
    /// Whether the outputs of cells, and the activations of gates, are sources.
    pub fed_back: [bool; 2],
    pub inputs_to_outputs: bool,
    /// Whether gates, cells and output units have a bias.
    pub biases: [bool; 3],
    pub g: Squashing,
    pub h: Squashing,
}

impl Wiring {
    pub fn of(settings: &Lstm1997Spec, inputs: usize, outputs: usize) -> Self {
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
    pub fn gates(&self) -> usize {
        self.blocks * (1 + usize::from(self.output_gates) + usize::from(self.forget_gates))
    }

    /// Cells of all blocks.
    pub fn memory(&self) -> usize {
        self.blocks * self.cells
    }

    /// Gates, then cells.
    pub fn units(&self) -> usize {
        self.gates() + self.memory()
    }

    /// What gates and cells see: inputs, cells, gates, 1.
    pub fn sources(&self) -> usize {
        let [cells, gates] = self.fed_back.map(usize::from);
        self.inputs + cells * self.memory() + gates * self.gates() + 1
    }

    /// What output units see: cells, inputs, 1.
    pub fn seen(&self) -> usize {
        self.memory() + usize::from(self.inputs_to_outputs) * self.inputs + 1
    }

    /// Kinds of weights whose partial derivatives are carried: input gates, cells, forget gates.
    pub fn carried(&self) -> usize {
        2 + usize::from(self.forget_gates)
    }

    /// The first output gate and the first forget gate, if there are any.
    pub fn first_gates(&self) -> [Option<usize>; 2] {
        let forget = self.blocks * (1 + usize::from(self.output_gates));
        [
            self.output_gates.then_some(self.blocks),
            self.forget_gates.then_some(forget),
        ]
    }
}
