//! The pool of candidates, of which the best becomes a hidden unit.

use kernels::workers;
use ndarray::{Array1, ArrayView2};
use rand::RngExt;

use super::CascadeCorrelation;
use super::candidate::Candidate;
use super::patience::Patience;
use super::quickprop::Quickprop;
use crate::{Stop, Tick};

/// An epoch of candidates with fewer products than this is not worth waking a thread.
const WORTH_SHARING: usize = 1 << 18;

impl CascadeCorrelation {
    /// Candidates for the next unit. Each has a random stream of its own.
    pub(super) fn pool(
        &self,
        values: ArrayView2<'_, f64>,
        residual: ArrayView2<'_, f64>,
    ) -> Vec<Candidate> {
        let (unit, range) = (self.network.hidden.len(), self.settings.weight_range);
        let candidate = |number| {
            let stream = format_args!("candidate/{unit}/{number}");
            let mut rng = self.streams.stream_of(stream);
            let draw = || rng.random_range(-range..=range);
            let weight = Array1::from_shape_simple_fn(values.nrows(), draw);
            Candidate::new(weight, values, residual)
        };
        (0..self.settings.candidates).map(candidate).collect()
    }

    /// Step 2: the candidates learn, side by side. Returns the best, the first of equal ones.
    pub(super) fn train_candidates(
        &self,
        mut pool: Vec<Candidate>,
        values: ArrayView2<'_, f64>,
        residual: ArrayView2<'_, f64>,
        epochs: &mut usize,
        tick: Tick<'_>,
    ) -> Result<Candidate, Stop> {
        let rule = Quickprop {
            epsilon: self.settings.candidate.epsilon / values.len() as f64,
            mu: self.settings.mu,
            decay: 0.0,
        };
        let mut patience =
            Patience::from_the_first_change(self.settings.patience[1], self.settings.change[1]);
        let worth = pool.len() * values.len() > WORTH_SHARING;
        *epochs += 1; // that of the first covariances
        for epoch in 1..=self.settings.epochs[1] {
            tick()?;
            workers::share_if(worth, pool.iter_mut(), |candidate| {
                candidate.epoch(rule, values, residual);
            });
            *epochs += 1;
            let best = pool.iter().map(Candidate::score).fold(0.0, f64::max);
            if patience.is_over(epoch, best) {
                break;
            }
        }
        let better = |best: Candidate, other: Candidate| match other.score() > best.score() {
            true => other,
            false => best,
        };
        Ok(pool
            .into_iter()
            .reduce(better)
            .expect("at least one candidate"))
    }
}
