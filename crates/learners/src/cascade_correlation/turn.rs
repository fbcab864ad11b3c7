//! What each pass has come to, and all of it as tensors.

use contract::{NamedTensors, TensorError};
use ndarray::{Array1, Array2, arr1};

use super::CascadeCorrelation;
use super::network::Network;
use super::quickprop::Memory;
use crate::Learner;

/// The end of a pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The output weights, `[K, 1 + D + H]`.
    pub output: Array2<f64>,
    /// Epochs so far, of outputs and of candidates.
    pub epochs: usize,
    /// Outputs that are wrong.
    pub wrong: usize,
    /// Σ (y − t)².
    pub squared: f64,
    /// S of the unit that was installed, 0 of none.
    pub score: f64,
}

impl Turn {
    /// Epochs, wrong outputs, squared error, S.
    pub fn numbers(&self) -> [f64; 4] {
        let [epochs, wrong] = [self.epochs, self.wrong].map(|count| count as f64);
        [epochs, wrong, self.squared, self.score]
    }
}

/// Tensors of a learner with so many outputs, and so many signals before the first hidden unit.
struct Saved<'a> {
    state: &'a NamedTensors<f64>,
    outputs: usize,
    inputs: usize,
}

impl Saved<'_> {
    /// Something of the outputs while there were so many hidden units.
    fn matrix(&self, name: &str, hidden: usize) -> Result<Array2<f64>, TensorError> {
        let shape = [self.outputs, self.inputs + hidden];
        let tensor = self.state.expect(name, &shape)?;
        Ok(Array2::from_shape_fn(shape, |(o, i)| tensor[[o, i]]))
    }

    fn hidden(&self, unit: usize) -> Result<Array1<f64>, TensorError> {
        let name = format!("hidden.{unit}.weight");
        let weight = self.state.expect(&name, &[self.inputs + unit])?;
        Ok(weight.iter().copied().collect())
    }

    fn network(&self, units: usize) -> Result<Network, TensorError> {
        let hidden = (0..units).map(|unit| self.hidden(unit));
        Ok(Network {
            hidden: hidden.collect::<Result<_, _>>()?,
            output: self.matrix("output.weight", units)?,
        })
    }

    fn turn(&self, number: usize) -> Result<Turn, TensorError> {
        let numbers = self.state.expect(&format!("turn.{number}"), &[4])?;
        Ok(Turn {
            output: self.matrix(&format!("turn.{number}.output"), number)?,
            epochs: numbers[0] as usize,
            wrong: numbers[1] as usize,
            squared: numbers[2],
            score: numbers[3],
        })
    }
}

impl CascadeCorrelation {
    /// All that the next pass depends on.
    pub(super) fn saved(&self) -> NamedTensors<f64> {
        let mut state = self.weights();
        state.insert("output.step", self.memory.step.clone().into_dyn());
        state.insert("output.slope", self.memory.slope.clone().into_dyn());
        for (number, turn) in self.turns.iter().enumerate() {
            let numbers = arr1(&turn.numbers()).into_dyn();
            state.insert(format!("turn.{number}"), numbers);
            let output = turn.output.clone().into_dyn();
            state.insert(format!("turn.{number}.output"), output);
        }
        state
    }

    fn read<'a>(&self, state: &'a NamedTensors<f64>) -> Saved<'a> {
        Saved {
            state,
            outputs: self.network.output.nrows(),
            inputs: self.inputs(),
        }
    }

    /// Takes over a network of as many hidden units as it has; of another learner nothing.
    pub(super) fn load_network(&mut self, weights: &NamedTensors<f64>) -> Result<(), TensorError> {
        let is_there = |unit: &usize| weights.get(&format!("hidden.{unit}.weight")).is_some();
        let units = (0..).take_while(is_there).count();
        self.network = self.read(weights).network(units)?;
        Ok(())
    }

    /// Takes that over; of another learner nothing.
    pub(super) fn load(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        let saved = self.read(state);
        let turns = (0..).take_while(|turn| state.get(&format!("turn.{turn}")).is_some());
        let turns: Vec<Turn> = turns
            .map(|turn| saved.turn(turn))
            .collect::<Result<_, _>>()?;
        let units = turns.len().saturating_sub(1);
        let network = saved.network(units)?;
        let memory = Memory {
            step: saved.matrix("output.step", units)?,
            slope: saved.matrix("output.slope", units)?,
        };
        (self.network, self.memory, self.turns) = (network, memory, turns);
        Ok(())
    }
}
