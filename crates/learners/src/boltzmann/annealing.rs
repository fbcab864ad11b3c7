//! Simulated annealing, and what is counted after it.

use ndarray::{Array2, ArrayView1, ArrayView2};
use rand::{Rng, RngExt};
use spec::learners::AnnealingSpec;

use super::machine::Machine;
use crate::{Stop, Tick};

/// A machine whose states are sampled.
pub struct Annealed<'a> {
    pub machine: &'a Machine,
    pub annealing: &'a AnnealingSpec,
    /// At which the statistics are taken.
    pub temperature: f64,
    /// That a 1 is shown as 0, and a 0 as 1.
    pub noise: [f64; 2],
}

impl Machine {
    /// As many probes at each temperature as its time asks for, of the units from `free` on.
    pub fn anneal(
        &self,
        schedule: &[(usize, f64)],
        free: usize,
        s: &mut [f64],
        rng: &mut impl Rng,
    ) {
        for &(time, temperature) in schedule {
            for _ in 0..time * (self.units() - free) {
                let unit = rng.random_range(free..self.units());
                self.probe(s, unit, temperature, rng);
            }
        }
    }
}

impl Annealed<'_> {
    /// p − p′ of one cycle for vectors `[N, visible]`: what was counted with each of them clamped,
    /// and in as many annealings with nothing clamped. `[n, n]`
    ///
    /// # Errors
    /// When somebody asks to stop.
    pub fn difference(
        &self,
        vectors: ArrayView2<'_, f64>,
        rng: &mut impl Rng,
        tick: Tick<'_>,
    ) -> Result<Array2<f64>, Stop> {
        let units = self.machine.units();
        let mut difference = Array2::zeros((units, units));
        for v in vectors.rows() {
            for _ in 0..self.annealing.presentations {
                let clamped = self.noisy(v, rng);
                self.count(Some(&clamped), 1.0, rng, &mut difference);
                self.count(None, -1.0, rng, &mut difference);
            }
            tick()?;
        }
        let counts = vectors.nrows() * self.annealing.presentations * self.annealing.samples;
        Ok(difference / counts as f64)
    }

    /// A vector with some of its bits turned.
    fn noisy(&self, v: ArrayView1<'_, f64>, rng: &mut impl Rng) -> Vec<f64> {
        let [off, on] = self.noise;
        let mut turned = |&bit: &f64| match bit > 0.5 {
            true => f64::from(u8::from(rng.random::<f64>() >= off)),
            false => f64::from(u8::from(rng.random::<f64>() < on)),
        };
        v.iter().map(&mut turned).collect()
    }

    /// Anneals from a random state, then adds `sign` for each two units that are found on together.
    fn count(&self, clamped: Option<&[f64]>, sign: f64, rng: &mut impl Rng, to: &mut Array2<f64>) {
        let mut s = self.machine.random_state(rng);
        let free = clamped.map_or(0, <[f64]>::len);
        s[..free].copy_from_slice(clamped.unwrap_or_default());
        self.machine
            .anneal(&self.annealing.schedule, free, &mut s, rng);
        let between = self.annealing.time / self.annealing.samples;
        for _ in 0..self.annealing.samples {
            self.machine
                .anneal(&[(between, self.temperature)], free, &mut s, rng);
            let on: Vec<usize> = (0..s.len()).filter(|&unit| s[unit] > 0.5).collect();
            for &i in &on {
                on.iter().for_each(|&j| to[[i, j]] += sign);
            }
        }
    }
}
