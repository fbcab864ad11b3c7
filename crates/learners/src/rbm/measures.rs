//! What is measured after a pass.

use kernels::workers::share_if;
use ndarray::{ArrayView2, Axis};
use spec::measures::Values;

use super::Rbm;
use super::likelihood::Estimate;
use super::machine::{WORTH, first_rows};

/// Samples of which the pseudo-likelihood is the mean.
const PSEUDO: usize = 100;
/// Samples of a task.
const TASK: usize = 128;

impl Rbm {
    /// ln Z of the machine as it is, exact where a layer has at most `units`; after the last pass
    /// an estimate elsewhere.
    pub(super) fn log_z(&self, units: usize, last: bool) -> Option<Estimate> {
        let machine = self.machine.cast::<f64>();
        if machine.enumerated().is_some_and(|few| last || few <= units) {
            let log_z = machine.log_z();
            return Some(Estimate { log_z, error: 0.0 });
        }
        let ais = &self.settings.ais;
        (last && ais.runs > 0).then(|| {
            let x = self.x.mapv(f64::from);
            machine.annealed_log_z(x.view(), ais, self.streams)
        })
    }

    /// Mean square of what is missing in the reconstruction of an input.
    fn reconstruction_error(&self) -> f64 {
        let mut sums = vec![0.0; self.x.nrows().div_ceil(TASK)];
        let tasks = self.x.axis_chunks_iter(Axis(0), TASK).zip(&mut sums);
        let worth = self.x.len() * self.settings.hidden > WORTH;
        share_if(worth, tasks, |(x, sum)| {
            let v = self.reconstructed(x);
            let squares = v.iter().zip(x).map(|(v, x)| f64::from(v - x).powi(2));
            *sum = squares.sum();
        });
        sums.iter().sum::<f64>() / self.x.len() as f64
    }

    pub(super) fn measured(&self) -> Values {
        let x = self.x.view();
        let error = self.reconstruction_error();
        let mut values = Values::from([("reconstruction_error".into(), error)]);
        let some = first_rows(&self.x, PSEUDO);
        let pseudo = self.machine.pseudo_likelihood(some);
        if let Some(pseudo) = pseudo {
            values.insert("pseudo_likelihood".into(), pseudo);
        }
        let mean = |x: ArrayView2<'_, f32>| self.machine.free_energies(x).mean();
        if let Some((estimate, free)) = self.estimate.zip(mean(x)) {
            values.insert("log_likelihood".into(), -free - estimate.log_z);
        }
        if !self.held.is_empty() {
            let same = first_rows(&self.x, self.held.nrows());
            if let Some((learned, held)) = mean(same).zip(mean(self.held.view())) {
                values.insert("free_energy_gap".into(), learned - held);
            }
        }
        values
    }
}
