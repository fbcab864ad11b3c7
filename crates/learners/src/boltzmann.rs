//! A Boltzmann machine: binary units, of which each is on with a probability that its neighbours
//! give it.
//!
//! ```math
//! E(\mathbf{s}) = -\sum_{i<j} w_{ij} s_i s_j - \sum_i b_i s_i, \qquad
//! P(s_i = 1 \mid \text{others}) = \frac{1}{1 + e^{-\Delta E_i / T}}, \qquad
//! \Delta E_i = \sum_j w_{ij} s_j + b_i
//! ```
//!
//! Probed long enough, the units are in a state s with probability `$e^{-E(\mathbf{s})/T} / Z$`.
//! Let P⁺ be the distribution of the vectors that the visible units are to show, and P⁻ the one
//! that they show when nothing is clamped. How far they are apart, and what a weight can do about
//! it:
//!
//! ```math
//! G = \sum_{\mathbf{v}} P^+(\mathbf{v}) \ln \frac{P^+(\mathbf{v})}{P^-(\mathbf{v})}, \qquad
//! \frac{\partial G}{\partial w_{ij}} = -\frac{1}{T} (p_{ij} - p'_{ij})
//! ```
//!
//! where p is the probability that both units are on with a vector clamped, and p′ the same with
//! none; for a bias, that the one unit is on. The 1985 rule looks at the sign alone, and at
//! samples: in a cycle each vector is clamped twice, some bits turned at random, and the hidden
//! units are annealed from a random state; then the states of the units (samples, never their
//! probabilities) are counted. As many annealings follow without a vector. Each weight moves by 2.
//!
//! | | shape |
//! |---|---|
//! | s, visible units before hidden ones | `[n]` |
//! | w (`weight`), symmetric, 0 where units do not see each other | `[n, n]` |
//! | b (`bias`) | `[n]` |
//! | p, p′; on the diagonal that one unit is on | `[n, n]` |
//!
//! A vector's code is the most probable state of the hidden units with it clamped: where these do
//! not see each other, the signs of their ΔE. What the paper leaves open is a setting here: how
//! often in its 10 units of time the state is looked at (`samples`), and since when the codes must
//! have been found (`differ_for`).
//!
//! Source: D. H. Ackley, G. E. Hinton, T. J. Sejnowski, "A learning algorithm for Boltzmann
//! machines", Cognitive Science 9 (1985), sections 3 and 4.

mod annealing;
mod codes;
mod exact;
mod machine;
mod picture;
mod proofs;
mod slopes;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use contract::{NamedTensors, Streams, TensorError};
use ndarray::{Array2, ArrayView2, array};
use spec::Problem;
use spec::learners::{BoltzmannSpec, MOST_ENUMERATED, Statistics, WeightUpdate};
use spec::measures::Values;

pub use proofs::proofs;
pub use slopes::slopes;

use crate::{Data, Findings, Learner, Proof, Slope, Stop, Tick};
use annealing::Annealed;
use machine::{Code, Machine};

/// Of so many units G is computed after each cycle; of up to 20 at the end.
const FEW_UNITS: usize = 12;
/// Of so few units each step of the chain is proved.
const VERY_FEW_UNITS: usize = 6;
/// Rows of a table that somebody still reads.
const MOST_ROWS: usize = 64;

/// A Boltzmann machine on its way.
pub struct Boltzmann {
    settings: BoltzmannSpec,
    streams: Streams,
    machine: Machine,
    cycles: usize,
    /// Cycles in a row, up to now, after which the codes differed.
    differed: usize,
}

impl Boltzmann {
    /// Before the first cycle: all weights are 0.
    ///
    /// # Errors
    /// When samples are not of 0 and 1, or the target is something else than they.
    pub fn new(settings: &BoltzmannSpec, data: &Data) -> Result<Self, Problem> {
        expect_bits(data)?;
        Ok(Self {
            settings: settings.clone(),
            streams: data.streams,
            machine: Machine::new(data.x.ncols(), settings.hidden, settings.connect),
            cycles: 0,
            differed: 0,
        })
    }

    /// p − p′: how much oftener two units are on together with a vector clamped.
    fn difference(&self, data: &Data, tick: Tick<'_>) -> Result<Array2<f64>, Stop> {
        match &self.settings.statistics {
            Statistics::Exact => {
                tick()?;
                Ok(self
                    .machine
                    .exact_difference(data.x.view(), self.settings.temperature))
            }
            Statistics::Annealing(annealing) => {
                let stream = format_args!("anneal/{}", self.cycles);
                let mut rng = self.streams.stream_of(stream);
                let noisy = annealing
                    .noisy_cycles
                    .is_none_or(|cycles| self.cycles < cycles);
                let noise = if noisy { annealing.noise } else { [0.0; 2] };
                let temperature = self.settings.temperature;
                let chain = Annealed {
                    machine: &self.machine,
                    annealing,
                    temperature,
                    noise,
                };
                chain.difference(data.x.view(), &mut rng, tick)
            }
        }
    }

    /// Each weight follows p − p′.
    fn update(&mut self, difference: &Array2<f64>) {
        let step = |d: f64| match self.settings.update {
            WeightUpdate::Sign if d == 0.0 => 0.0,
            WeightUpdate::Sign => self.settings.step * d.signum(),
            WeightUpdate::Gradient => self.settings.step * d,
        };
        self.machine.add(&difference.mapv(step));
    }

    /// G, if all states can be looked at: of this many units.
    fn divergence(&self, data: &Data, units: usize) -> Option<f64> {
        let few = self.machine.units() <= units;
        few.then(|| {
            self.machine
                .divergence(data.x.view(), self.settings.temperature)
        })
    }
}

/// Finds what is no vector of bits.
fn expect_bits(data: &Data) -> Result<(), Problem> {
    let refuse = |reason: String, hint: &str| {
        let problem = Problem::new("learner.boltzmann", reason);
        Err(problem.hint(hint))
    };
    let wrong = |x: f64| x != 0.0 && x != 1.0;
    if let Some(((sample, input), x)) = data.x.indexed_iter().find(|(_, x)| wrong(**x)) {
        let (name, sample) = (&data.inputs[input], sample + 1);
        return refuse(
            format!("{name} of sample {sample} is {x}, and units are 0 or 1"),
            "use vectors of 0 and 1, and no scaling of the data",
        );
    }
    match data.t == data.x {
        true => Ok(()),
        false => refuse(
            format!(
                "it learns whole vectors, and the target is {}",
                data.outputs[0]
            ),
            "give the data target = \"input\"",
        ),
    }
}

impl Learner for Boltzmann {
    fn passes(&self) -> usize {
        self.settings.cycles
    }

    fn is_done(&self) -> bool {
        let found = self.settings.differ_for > 0 && self.differed >= self.settings.differ_for;
        found || self.cycles >= self.settings.cycles
    }

    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop> {
        let difference = self.difference(data, tick)?;
        self.update(&difference);
        self.cycles += 1;
        let codes = self.codes(data);
        let different: BTreeSet<&Code> = codes.iter().collect();
        self.differed = if self.differ(&codes) {
            self.differed + 1
        } else {
            0
        };
        let mut values = Values::from([("codes".into(), different.len() as f64)]);
        let last = self.is_done();
        let units = if last { MOST_ENUMERATED } else { FEW_UNITS };
        if let Some(g) = self.divergence(data, units) {
            values.insert("g".into(), g);
        }
        let completed = if last { self.completed(data) } else { None };
        if let Some(share) = completed {
            values.insert("completed".into(), share);
        }
        Ok(values)
    }

    /// The probability that each visible unit is on, given the other visible units of the sample
    /// and its code.
    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut y = x.to_owned();
        for mut y in y.rows_mut() {
            let mut s = y.to_vec();
            let code = self.machine.code(&s);
            s.extend(code.iter().map(|&on| f64::from(u8::from(on))));
            let on = |unit| {
                self.machine
                    .probability(&s, unit, self.settings.temperature)
            };
            y.iter_mut().enumerate().for_each(|(unit, y)| *y = on(unit));
        }
        y
    }

    fn weights(&self) -> NamedTensors<f64> {
        let mut weights = NamedTensors::default();
        weights.insert("weight", self.machine.w.clone().into_dyn());
        weights.insert("bias", self.machine.b.clone().into_dyn());
        weights
    }

    fn state(&self) -> NamedTensors<f64> {
        let mut state = self.weights();
        let at = array![self.cycles as f64, self.differed as f64];
        state.insert("cycles, differed", at.into_dyn());
        state
    }

    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        let units = self.machine.units();
        let weight = state.expect("weight", &[units, units])?;
        let bias = state.expect("bias", &[units])?;
        let at = state.expect("cycles, differed", &[2])?;
        let wrong = |at: (usize, usize)| self.machine.cannot_be(weight, at);
        if let Some(reason) = ndarray::indices((units, units)).into_iter().find_map(wrong) {
            let name = "weight".into();
            return Err(TensorError::Values { name, reason });
        }
        self.machine.w.assign(weight);
        self.machine.b.assign(bias);
        (self.cycles, self.differed) = (at[0] as usize, at[1] as usize);
        Ok(())
    }

    /// The code of each vector, and its probability in the free machine where that is exact.
    fn findings(&self, data: &Data) -> Vec<Findings> {
        let units: Vec<String> = (1..=self.settings.hidden)
            .map(|h| format!("h{h}"))
            .collect();
        let exact = self.machine.units() <= MOST_ENUMERATED;
        let mut columns: Vec<&str> = units.iter().map(String::as_str).collect();
        columns.extend(exact.then_some("probability"));
        let mut codes = Findings::new("vector", &columns);
        if data.len() > MOST_ROWS {
            return Vec::new();
        }
        let logs = exact.then(|| {
            self.machine
                .log_probabilities(data.x.view(), self.settings.temperature)
        });
        for (row, v) in data.x.rows().into_iter().enumerate() {
            let name: String = v
                .iter()
                .map(|&bit| if bit > 0.5 { '1' } else { '0' })
                .collect();
            let code = self.machine.code(&v.to_vec());
            let mut numbers: Vec<f64> = code.iter().map(|&on| f64::from(u8::from(on))).collect();
            numbers.extend(logs.as_ref().map(|logs| logs[row].exp()));
            codes = codes.row(&name, &numbers);
        }
        vec![codes]
    }

    fn warnings(&self, data: &Data) -> Vec<String> {
        let codes = self.codes(data);
        if self.settings.differ_for == 0 || self.differ(&codes) {
            return Vec::new();
        }
        let different: BTreeSet<&Code> = codes.iter().collect();
        let by = match self.settings.differ_by {
            1 => String::new(),
            units => format!(", not all of them in {units} units"),
        };
        vec![format!(
            "after {} cycles {} vectors have {} different codes{by}: allow more cycles, more hidden \
             units, or another seed",
            self.cycles,
            codes.len(),
            different.len()
        )]
    }

    fn slopes(&self, data: &Data) -> Vec<Slope> {
        let temperature = self.settings.temperature;
        let slope = self.machine.slope("these data", data.x.view(), temperature);
        slope.into_iter().collect()
    }

    fn pictures(&self, _: &Data) -> Vec<(&'static str, String)> {
        vec![("weights.svg", self.picture())]
    }

    fn proofs(&self, data: &Data) -> Vec<Proof> {
        let on = "these data";
        let mut proofs = vec![self.machine.is_symmetric(on)];
        if self.machine.units() <= FEW_UNITS {
            proofs.push(self.machine.gradient_is_that_of_g(
                on,
                data.x.view(),
                self.settings.temperature,
            ));
        }
        if self.machine.units() <= VERY_FEW_UNITS {
            proofs.extend(
                self.machine
                    .keeps_its_distribution(on, self.settings.temperature),
            );
        }
        proofs
    }
}
