//! All 2ⁿ states of a few units. In a state's number the first unit is the highest bit, so that the
//! states of a clamped vector lie side by side.

use ndarray::{Array2, ArrayView1, ArrayView2};

use super::machine::Machine;
use crate::logarithms::log_sum_exp;

impl Machine {
    /// E of each state, `[2ⁿ]`: that of the state without its last unit, and what this one adds.
    pub fn energies(&self) -> Vec<f64> {
        let units = self.units();
        let mut energies = vec![0.0; 1 << units];
        for state in 1..energies.len() {
            let unit = units - 1 - state.trailing_zeros() as usize;
            let rest = state & (state - 1);
            let others = (0..unit).filter(|other| rest >> (units - 1 - other) & 1 == 1);
            let gap = self.b[unit] + others.map(|other| self.w[[unit, other]]).sum::<f64>();
            energies[state] = energies[rest] - gap;
        }
        energies
    }

    /// ln P of each state, `[2ⁿ]`, and ln Z.
    pub fn log_distribution(&self, temperature: f64) -> (Vec<f64>, f64) {
        let mut logs = self.energies();
        logs.iter_mut().for_each(|e| *e /= -temperature);
        let log_z = log_sum_exp(logs.iter().copied());
        logs.iter_mut().for_each(|log| *log -= log_z);
        (logs, log_z)
    }

    /// Where the states of a clamped vector begin.
    pub fn first_state(&self, v: ArrayView1<'_, f64>) -> usize {
        let number = v
            .iter()
            .fold(0, |number, &bit| 2 * number + usize::from(bit > 0.5));
        number << self.hidden()
    }

    /// ln P⁻ of each of the vectors `[N, visible]`.
    pub fn log_probabilities(&self, vectors: ArrayView2<'_, f64>, temperature: f64) -> Vec<f64> {
        let (logs, _) = self.log_distribution(temperature);
        let of_vector = |v| {
            let first = self.first_state(v);
            log_sum_exp(logs[first..first + (1 << self.hidden())].iter().copied())
        };
        vectors.rows().into_iter().map(of_vector).collect()
    }

    /// G between the vectors, each as probable as it is frequent, and the free machine.
    pub fn divergence(&self, vectors: ArrayView2<'_, f64>, temperature: f64) -> f64 {
        let logs = self.log_probabilities(vectors, temperature);
        let frequency = |v: ArrayView1<'_, f64>| {
            let same = vectors.rows().into_iter().filter(|other| *other == v);
            same.count() as f64 / vectors.nrows() as f64
        };
        let terms = vectors.rows().into_iter().zip(&logs);
        let sum: f64 = terms.map(|(v, log)| frequency(v).ln() - log).sum();
        sum / vectors.nrows() as f64
    }

    /// The probability that two units are on together, `[n, n]`, in this distribution over states.
    pub fn statistics(&self, distribution: &[f64]) -> Array2<f64> {
        let units = self.units();
        let mut statistics = Array2::zeros((units, units));
        for (state, &p) in distribution.iter().enumerate().filter(|(_, p)| **p != 0.0) {
            let on: Vec<usize> = (0..units)
                .filter(|unit| state >> (units - 1 - unit) & 1 == 1)
                .collect();
            for &i in &on {
                on.iter().for_each(|&j| statistics[[i, j]] += p);
            }
        }
        statistics
    }

    /// p − p′, exactly.
    pub fn exact_difference(&self, vectors: ArrayView2<'_, f64>, temperature: f64) -> Array2<f64> {
        let (logs, _) = self.log_distribution(temperature);
        let free: Vec<f64> = logs.iter().map(|log| log.exp()).collect();
        let mut clamped = vec![0.0; logs.len()];
        let share = 1.0 / vectors.nrows() as f64;
        for v in vectors.rows() {
            let first = self.first_state(v);
            let states = first..first + (1 << self.hidden());
            let log_p = log_sum_exp(logs[states.clone()].iter().copied());
            for (clamped, log) in clamped[states.clone()].iter_mut().zip(&logs[states]) {
                *clamped += share * (log - log_p).exp();
            }
        }
        self.statistics(&clamped) - self.statistics(&free)
    }
}
