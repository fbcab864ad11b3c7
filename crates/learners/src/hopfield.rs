//! A Hopfield network: a memory whose weights are Hebb's rule over all pairs of units.
//!
//! ```math
//! W = \sum_p \mathbf{x}^p (\mathbf{x}^p)^\top, \quad W_{ii} = 0, \qquad
//! x_i \leftarrow \operatorname{sgn} \sum_j W_{ij} x_j, \qquad
//! E(\mathbf{x}) = -\tfrac12 \mathbf{x}^\top W \mathbf{x}
//! ```
//!
//! Patterns x are of −1 and +1 (or of 0 and 1, which are read as −1 and +1). To recall one, units
//! look at the others one after the other until none of them changes; a unit whose sum is 0 stays
//! as it is. A flip changes E by −2 |Σⱼ Wᵢⱼ xⱼ| < 0, so every recall ends, in a state that no
//! single flip improves: a stored pattern, if it began near one, or its opposite, or a mixture of
//! several. Random patterns are kept up to about 0.138 D of them (Amit, Gutfreund & Sompolinsky
//! 1985). When all units change at once E can rise, and the recall may end in two states that take
//! turns.
//!
//! | | shape |
//! |---|---|
//! | x, one pattern or state | `[D]` |
//! | W (`weight`), symmetric | `[D, D]` |
//!
//! Source: J. J. Hopfield, "Neural networks and physical systems with emergent collective
//! computational abilities", PNAS 79 (1982), here with states of −1 and +1 and thresholds of 0.

mod proofs;
#[cfg(test)]
mod tests;

use contract::{NamedTensors, Streams, TensorError};
use ndarray::{Array1, Array2, ArrayView2, array};
use rand::seq::SliceRandom;
use spec::Problem;
use spec::learners::{HopfieldSpec, Update};
use spec::measures::Values;

pub use proofs::proofs;

use crate::{Data, Findings, Learner, Proof, Stop, Tick, Witness};

/// Random patterns that are recalled, for each unit (Amit, Gutfreund & Sompolinsky 1985).
const CAPACITY: f64 = 0.138;
/// With so many units all states are looked at one by one.
const FEW_UNITS: usize = 12;
/// Rows of a table that somebody still reads.
const MOST_ROWS: usize = 64;
/// Patterns of a config's data whose recall is followed flip by flip.
const FOLLOWED: usize = 10;

/// A state of −1 and +1, `[D]`.
type State = Array1<f64>;

/// The weights between all units.
pub struct Hopfield {
    settings: HopfieldSpec,
    streams: Streams,
    /// Whether the data have a 0 for −1.
    bits: bool,
    /// `[D, D]`
    w: Array2<f64>,
    /// The share of the corrupted copies of each pattern from which it came back.
    recalled: Vec<f64>,
    done: bool,
}

impl Hopfield {
    /// Before the pass: nothing is stored.
    ///
    /// # Errors
    /// When samples are not of two values, or the target is something else than they.
    pub fn new(settings: &HopfieldSpec, data: &Data) -> Result<Self, Problem> {
        let bits = data.x.iter().all(|&x| x == 0.0 || x == 1.0);
        expect_patterns(data, bits)?;
        Ok(Self {
            settings: *settings,
            streams: data.streams,
            bits,
            w: Array2::zeros((data.x.ncols(), data.x.ncols())),
            recalled: Vec::new(),
            done: false,
        })
    }

    fn units(&self) -> usize {
        self.w.nrows()
    }

    /// Samples `[N, D]` in −1 and +1.
    fn signs(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        match self.bits {
            true => x.mapv(|x| 2.0 * x - 1.0),
            false => x.to_owned(),
        }
    }

    fn patterns(&self, data: &Data) -> Vec<State> {
        let signs = self.signs(data.x.view());
        signs.rows().into_iter().map(|x| x.to_owned()).collect()
    }

    /// W + x xᵀ, without the diagonal.
    fn store(&mut self, x: &State) {
        for (mut row, &x_i) in self.w.rows_mut().into_iter().zip(x) {
            row.scaled_add(x_i, x);
        }
        self.w.diag_mut().fill(0.0);
    }

    /// What a unit turns to, given the others.
    fn turned(&self, x: &State, unit: usize) -> f64 {
        let sum = self.w.row(unit).dot(x);
        if sum == 0.0 { x[unit] } else { sum.signum() }
    }

    /// −½ xᵀ W x.
    fn energy(&self, x: &State) -> f64 {
        -0.5 * x.dot(&self.w.dot(x))
    }

    /// Whether no unit would change.
    fn is_fixed(&self, x: &State) -> bool {
        (0..self.units()).all(|unit| self.turned(x, unit) == x[unit])
    }

    /// The state in which a recall ends. `seen` is shown every state on the way.
    fn recall(&self, mut x: State, update: Update, seen: &mut dyn FnMut(&State)) -> State {
        if update == Update::Synchronous {
            return self.recall_at_once(x, seen);
        }
        let mut order: Vec<usize> = (0..self.units()).collect();
        let mut rng = self.streams.stream("recall");
        loop {
            if update == Update::Drawn {
                order.shuffle(&mut rng);
            }
            let mut changed = false;
            for &unit in &order {
                let turned = self.turned(&x, unit);
                if turned != x[unit] {
                    x[unit] = turned;
                    changed = true;
                    seen(&x);
                }
            }
            if !changed {
                return x;
            }
        }
    }

    /// The same with all units at once: symmetric weights lead to a fixed point or to two states
    /// that take turns (Goles, Fogelman & Pellegrin 1985).
    fn recall_at_once(&self, mut x: State, seen: &mut dyn FnMut(&State)) -> State {
        let mut before = x.clone();
        loop {
            let next: State = (0..self.units())
                .map(|unit| self.turned(&x, unit))
                .collect();
            if next == x || next == before {
                return next;
            }
            seen(&next);
            before = std::mem::replace(&mut x, next);
        }
    }

    /// A copy of a pattern with some of its inputs flipped.
    fn corrupted(&self, x: &State, pattern: usize, trial: usize) -> State {
        let stream = format_args!("corrupt/{pattern}/{trial}");
        let mut units: Vec<usize> = (0..x.len()).collect();
        units.shuffle(&mut self.streams.stream_of(stream));
        let flips = (self.settings.noise * x.len() as f64).round() as usize;
        let mut corrupted = x.clone();
        for &unit in &units[..flips] {
            corrupted[unit] *= -1.0;
        }
        corrupted
    }

    /// How often a pattern comes back from corrupted copies of it.
    fn recalled(&self, x: &State, pattern: usize) -> f64 {
        let trials = self.settings.trials;
        let comes_back = |&trial: &usize| {
            let start = self.corrupted(x, pattern, trial);
            self.recall(start, self.settings.update, &mut |_| ()) == *x
        };
        (0..trials).filter(comes_back).count() as f64 / trials as f64
    }

    /// All 2ⁿ states of a few units, or none of many.
    fn all_states(&self) -> impl Iterator<Item = State> + use<> {
        let units = self.units();
        let count = if units <= FEW_UNITS { 1 << units } else { 0 };
        let sign = |state: usize, unit| if state >> unit & 1 == 1 { 1.0 } else { -1.0 };
        (0..count).map(move |state| (0..units).map(|unit| sign(state, unit)).collect())
    }
}

/// Finds what is no pattern of two values.
fn expect_patterns(data: &Data, bits: bool) -> Result<(), Problem> {
    let refuse = |reason: String, hint: &str| {
        let problem = Problem::new("learner.hopfield", reason);
        Err(problem.hint(hint))
    };
    let fine = |x: f64| x == 1.0 || x == if bits { 0.0 } else { -1.0 };
    if let Some(((sample, input), x)) = data.x.indexed_iter().find(|(_, x)| !fine(**x)) {
        let (input, sample) = (&data.inputs[input], sample + 1);
        return refuse(
            format!(
                "{input} of sample {sample} is {x}, and units are -1 or 1 (or all of them 0 or 1)"
            ),
            "use patterns of two values, and no scaling of the data",
        );
    }
    match data.t == data.x {
        true => Ok(()),
        false => refuse(
            format!(
                "it recalls whole patterns, and the target is {}",
                data.outputs[0]
            ),
            "give the data target = \"input\"",
        ),
    }
}

impl Learner for Hopfield {
    fn passes(&self) -> usize {
        1
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop> {
        let patterns = self.patterns(data);
        for x in &patterns {
            self.store(x);
        }
        for (pattern, x) in patterns.iter().enumerate() {
            self.recalled.push(self.recalled(x, pattern));
            tick()?;
        }
        self.done = true;
        let count = patterns.len() as f64;
        let stored = patterns.iter().filter(|x| self.is_fixed(x)).count() as f64;
        let recalled: f64 = self.recalled.iter().sum();
        Ok(Values::from([
            ("stored".into(), stored / count),
            ("recalled".into(), recalled / count),
        ]))
    }

    /// The state in which the recall of each sample ends.
    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut y = self.signs(x);
        for mut y in y.rows_mut() {
            let end = self.recall(y.to_owned(), self.settings.update, &mut |_| ());
            y.assign(&end);
        }
        match self.bits {
            true => y.mapv(|y| (y + 1.0) / 2.0),
            false => y,
        }
    }

    fn weights(&self) -> NamedTensors<f64> {
        let mut weights = NamedTensors::default();
        weights.insert("weight", self.w.clone().into_dyn());
        weights
    }

    fn state(&self) -> NamedTensors<f64> {
        let mut state = self.weights();
        state.insert("done", array![f64::from(u8::from(self.done))].into_dyn());
        state
    }

    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        let weight = state.expect("weight", &[self.units(), self.units()])?;
        self.w.assign(&weight.view());
        self.done = state.expect("done", &[1])?[0] != 0.0;
        Ok(())
    }

    /// Energy and recall of each pattern; of a few units every state that stays, so that the
    /// opposites and mixtures show that nobody stored.
    fn findings(&self, data: &Data) -> Vec<Findings> {
        let patterns = self.patterns(data);
        let mut of_patterns = Findings::new("pattern", &["energy", "stays", "recalled"]);
        for (number, (x, recalled)) in (1..).zip(patterns.iter().zip(&self.recalled)) {
            let stays = f64::from(u8::from(self.is_fixed(x)));
            let numbers = [self.energy(x), stays, *recalled];
            of_patterns = of_patterns.row(&number.to_string(), &numbers);
        }
        let mut of_states = Findings::new("state that stays", &["energy", "stored"]);
        for x in self.all_states().filter(|x| self.is_fixed(x)) {
            let signs: String = x.iter().map(|&x| if x > 0.0 { '+' } else { '-' }).collect();
            let stored = f64::from(u8::from(patterns.contains(&x)));
            of_states = of_states.row(&signs, &[self.energy(&x), stored]);
        }
        let readable = |table: &Findings| (1..=MOST_ROWS).contains(&table.rows.len());
        [of_patterns, of_states]
            .into_iter()
            .filter(readable)
            .collect()
    }

    fn warnings(&self, data: &Data) -> Vec<String> {
        let (patterns, units) = (data.len(), self.units());
        let most = CAPACITY * units as f64;
        if patterns as f64 <= most {
            return Vec::new();
        }
        vec![format!(
            "{patterns} patterns in {units} units are more than 0.138 x {units} = {most:.1}: of so \
             many random ones hardly any would be recalled"
        )]
    }

    /// W in one product; E along recalls; and all states of a few units.
    fn proofs(&self, data: &Data) -> Vec<Proof> {
        let on = "these data";
        let patterns = self.patterns(data);
        let x = self.signs(data.x.view());
        let mut w = x.t().dot(&x);
        w.diag_mut().fill(0.0);
        let w: Vec<f64> = w.iter().copied().collect();
        let found: Vec<f64> = self.w.iter().copied().collect();
        let quantity = "weights, as one product";
        let product = Proof::of(on, quantity, Witness::ClosedForm, &found, &w);
        let starts = patterns.iter().take(FOLLOWED).enumerate();
        let starts = starts.map(|(pattern, x)| self.corrupted(x, pattern, 0));
        let mut proofs = vec![product, self.energy_falls(on, starts)];
        if self.units() <= FEW_UNITS {
            proofs.extend(self.all_states_agree(on));
        }
        proofs
    }
}
