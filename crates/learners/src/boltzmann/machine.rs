//! The units and their weights.

use ndarray::{Array1, Array2, ArrayD, ArrayView1};
use rand::{Rng, RngExt};
use spec::learners::Connect;

/// Which hidden units are on.
pub type Code = Vec<bool>;

/// Units with symmetric weights; the visible ones first.
#[derive(Clone)]
pub struct Machine {
    /// `[n, n]`, symmetric; 0 where units do not see each other.
    pub w: Array2<f64>,
    /// `[n]`
    pub b: Array1<f64>,
    /// 1 where there is a weight, and on the diagonal for the bias; 0 elsewhere. `[n, n]`
    pub connected: Array2<f64>,
    /// Number of visible units.
    pub visible: usize,
}

impl Machine {
    /// All weights 0.
    pub fn new(visible: usize, hidden: usize, connect: Connect) -> Self {
        let units = visible + hidden;
        let group = |unit: usize| match unit {
            unit if unit >= visible => 2,
            unit => unit / visible.div_ceil(2),
        };
        let sees = |i, j| match connect {
            Connect::Full => true,
            Connect::Restricted => (i < visible) != (j < visible),
            Connect::Encoder => match (group(i), group(j)) {
                (2, 2) => false,
                (a, b) => a == b || a == 2 || b == 2,
            },
        };
        let connected = |(i, j)| f64::from(u8::from(i == j || sees(i, j)));
        Self {
            w: Array2::zeros((units, units)),
            b: Array1::zeros(units),
            connected: Array2::from_shape_fn((units, units), connected),
            visible,
        }
    }

    /// Number of units, n.
    pub fn units(&self) -> usize {
        self.b.len()
    }

    /// Number of hidden units.
    pub fn hidden(&self) -> usize {
        self.units() - self.visible
    }

    /// ΔEᵢ: by how much the energy is lower with this unit on.
    pub fn gap(&self, s: &[f64], unit: usize) -> f64 {
        self.b[unit] + self.w.row(unit).dot(&ArrayView1::from(s))
    }

    /// That a unit is on, given the others.
    pub fn probability(&self, s: &[f64], unit: usize, temperature: f64) -> f64 {
        1.0 / (1.0 + (-self.gap(s, unit) / temperature).exp())
    }

    /// A unit is on or off again, given the others: a sample.
    pub fn probe(&self, s: &mut [f64], unit: usize, temperature: f64, rng: &mut impl Rng) {
        let on = rng.random::<f64>() < self.probability(s, unit, temperature);
        s[unit] = f64::from(u8::from(on));
    }

    /// Each unit on or off with the same probability.
    pub fn random_state(&self, rng: &mut impl Rng) -> Vec<f64> {
        let bit = |_| f64::from(u8::from(rng.random::<bool>()));
        (0..self.units()).map(bit).collect()
    }

    /// The most probable state of the hidden units with a vector clamped.
    pub fn code(&self, v: &[f64]) -> Code {
        let mut s = v.to_vec();
        s.resize(self.units(), 0.0);
        let gaps: Vec<f64> = (self.visible..self.units())
            .map(|unit| self.gap(&s, unit))
            .collect();
        if !self.hidden_see_each_other() {
            return gaps.iter().map(|&gap| gap > 0.0).collect();
        }
        let best = (0..1_usize << self.hidden())
            .map(|state| (self.hidden_energy(&gaps, state), state))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map_or(0, |(_, state)| state);
        (0..self.hidden()).map(|h| best >> h & 1 == 1).collect()
    }

    fn hidden_see_each_other(&self) -> bool {
        self.hidden() > 1 && self.connected[[self.visible, self.visible + 1]] != 0.0
    }

    /// What a state of the hidden units, a bit each, adds to the energy.
    fn hidden_energy(&self, gaps: &[f64], state: usize) -> f64 {
        let on: Vec<usize> = (0..self.hidden()).filter(|h| state >> h & 1 == 1).collect();
        let pairs = on
            .iter()
            .enumerate()
            .flat_map(|(i, &a)| on[..i].iter().map(move |&b| (a, b)));
        let between: f64 = pairs
            .map(|(a, b)| self.w[[self.visible + a, self.visible + b]])
            .sum();
        -on.iter().map(|&h| gaps[h]).sum::<f64>() - between
    }

    /// Why these weights cannot be its own: they differ the two ways, or are where there are none.
    pub fn cannot_be(&self, w: &ArrayD<f64>, (i, j): (usize, usize)) -> Option<String> {
        let (there, back) = (w[[i, j]], w[[j, i]]);
        if there != back {
            return Some(format!(
                "is not symmetric: between units {} and {} it has {there} one way and {back} the other",
                i + 1,
                j + 1
            ));
        }
        let none = there != 0.0 && (i == j || self.connected[[i, j]] == 0.0);
        none.then(|| match i == j {
            true => format!("has {there} from unit {} to itself", i + 1),
            false => format!(
                "has {there} between units {} and {}, which do not see each other",
                i + 1,
                j + 1
            ),
        })
    }

    /// Adds to weights and, from the diagonal, to biases; nothing where there is no weight.
    pub fn add(&mut self, change: &Array2<f64>) {
        let change = change * &self.connected;
        self.w += &change;
        self.w.diag_mut().fill(0.0);
        self.b += &change.diag();
    }
}
