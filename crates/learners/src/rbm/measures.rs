//! What is measured after a pass.

use ndarray::ArrayView2;
use spec::measures::Values;

use super::Rbm;
use super::likelihood::Estimate;
use super::machine::first_rows;

/// Samples of which the pseudo-likelihood is the mean.
const PSEUDO: usize = 100;

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

    pub(super) fn measured(&self) -> Values {
        let x = self.x.view();
        let error = (&self.reconstructed(x) - &x).mapv(|d| f64::from(d).powi(2));
        let mut values = Values::from([(
            "reconstruction_error".into(),
            error.mean().unwrap_or(f64::NAN),
        )]);
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
