//! Sums over all states of the smaller layer.

use kernels::matmul::matmul;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use spec::learners::{MOST_ENUMERATED, Visible};

use super::gradient::Gradient;
use super::machine::Machine;
use crate::logarithms::log_sum_exp;

/// States that are looked at together.
const BLOCK: usize = 1 << 10;

impl Machine<f64> {
    /// Units whose states would be enumerated, if they are few enough.
    pub fn enumerated(&self) -> Option<usize> {
        let (inputs, hidden) = self.w.dim();
        let units = match self.visible {
            Visible::Bernoulli => inputs.min(hidden),
            Visible::Gaussian | Visible::Softmax(_) => hidden,
        };
        (units <= MOST_ENUMERATED).then_some(units)
    }

    /// Whether it is cheaper to enumerate the visible units: a machine of Bernoulli units is one
    /// with the layers exchanged, too.
    fn is_better_turned(&self) -> bool {
        self.visible == Visible::Bernoulli && self.w.nrows() < self.w.ncols()
    }

    fn turned(&self) -> Self {
        Self {
            visible: Visible::Bernoulli,
            w: self.w.t().as_standard_layout().into_owned(),
            b: self.c.clone(),
            c: self.b.clone(),
        }
    }

    /// ln Z, summed over all states of the smaller layer, whatever their number.
    pub fn log_z(&self) -> f64 {
        match self.is_better_turned() {
            true => self.turned().log_z(),
            false => log_sum_exp(self.log_weights().into_iter()),
        }
    }

    /// ln Σᵥ e^−E(v, h) of each state h, `[2ᴴ]`.
    fn log_weights(&self) -> Vec<f64> {
        let mut logs = Vec::with_capacity(1 << self.c.len());
        for first in (0..1 << self.c.len()).step_by(BLOCK) {
            let h = self.states(first);
            let mut a = Array2::zeros((h.nrows(), self.b.len()));
            self.visible_inputs(h.view(), a.view_mut());
            let own = h.dot(&self.c);
            let of_state = |(a, own): (ndarray::ArrayView1<'_, f64>, &f64)| {
                own + self.log_normalizer(&a.to_vec())
            };
            logs.extend(a.rows().into_iter().zip(&own).map(of_state));
        }
        logs
    }

    /// Some states of the hidden units, from this number on; a unit each bit.
    fn states(&self, first: usize) -> Array2<f64> {
        let units = self.c.len();
        let rows = BLOCK.min((1 << units) - first);
        Array2::from_shape_fn((rows, units), |(row, unit)| {
            ((first + row) >> unit & 1) as f64
        })
    }

    /// What the machine itself expects: ⟨v h⟩ `[D, H]`, ⟨v⟩, ⟨h⟩.
    pub fn expectations(&self) -> Gradient<f64> {
        if self.is_better_turned() {
            let Gradient { w, b, c } = self.turned().expectations();
            let w = w.t().as_standard_layout().into_owned();
            return Gradient { w, b: c, c: b };
        }
        let logs = self.log_weights();
        let log_z = log_sum_exp(logs.iter().copied());
        let mut sums = Gradient::zeros(self.w.dim());
        for first in (0..logs.len()).step_by(BLOCK) {
            let h = self.states(first);
            let p = logs[first..first + h.nrows()]
                .iter()
                .map(|log| (log - log_z).exp());
            let p: Array1<f64> = p.collect();
            let mut v = Array2::zeros((h.nrows(), self.b.len()));
            self.means(h.view(), v.view_mut());
            v *= &p.view().insert_axis(Axis(1));
            matmul(v.t(), h.view(), sums.w.view_mut());
            sums.b += &v.sum_axis(Axis(0));
            sums.c += &p.dot(&h);
        }
        sums
    }

    /// The mean of ln P(v) over the rows of `v`, given ln Z.
    pub fn log_likelihood(&self, v: ArrayView2<'_, f64>, log_z: f64) -> f64 {
        -self.free_energies(v).mean().unwrap_or(f64::NAN) - log_z
    }

    /// Its derivative: what the data expect, with hidden probabilities, less what the machine does.
    pub fn exact_gradient(&self, v: ArrayView2<'_, f64>) -> Gradient<f64> {
        let mut h = Array2::zeros((v.nrows(), self.c.len()));
        self.hidden(v, h.view_mut());
        let mut gradient = Gradient::zeros(self.w.dim());
        gradient.add(v, h.view(), 1.0);
        gradient.less(&self.expectations());
        gradient
    }

    /// A state of the visible units in each row, `[2ᴰ, D]`, the first unit the highest bit: for
    /// proofs on few units.
    pub fn visible_states(inputs: usize) -> Array2<f64> {
        Array2::from_shape_fn((1 << inputs, inputs), |(row, unit)| {
            (row >> (inputs - 1 - unit) & 1) as f64
        })
    }

    /// What CD-k expects on average, by the chances of all states: of Bernoulli units.
    pub fn expected_cd(&self, v: ArrayView2<'_, f64>, steps: usize) -> Gradient<f64> {
        let states = Self::visible_states(self.b.len());
        let hidden = Self::visible_states(self.c.len());
        let hidden_of = |v: ArrayView2<'_, f64>| {
            let mut h = Array2::zeros((v.nrows(), self.c.len()));
            self.hidden(v, h.view_mut());
            h
        };
        let mut means = Array2::zeros((hidden.nrows(), self.b.len()));
        self.means(hidden.view(), means.view_mut());
        let down = chances(&means, &states);
        let probabilities = hidden_of(states.view());
        let up = chances(&probabilities, &hidden);
        let mut chances = chances(&hidden_of(v), &hidden).dot(&down);
        for _ in 1..steps {
            chances = chances.dot(&up).dot(&down);
        }
        let chances = chances.sum_axis(Axis(0)) / v.nrows() as f64;
        let mut gradient = Gradient::zeros(self.w.dim());
        gradient.add(v, hidden_of(v).view(), 1.0);
        for (state, chance) in chances.iter().enumerate() {
            let row = s![state..=state, ..];
            gradient.add(states.slice(row), probabilities.slice(row), -chance);
        }
        gradient
    }
}

/// The chance of each state (columns) given probabilities of units (rows).
pub(super) fn chances(p: &Array2<f64>, states: &Array2<f64>) -> Array2<f64> {
    Array2::from_shape_fn((p.nrows(), states.nrows()), |(row, state)| {
        let units = p.row(row).into_iter().zip(states.row(state));
        units
            .map(|(p, &bit)| if bit > 0.5 { *p } else { 1.0 - p })
            .product::<f64>()
    })
}
