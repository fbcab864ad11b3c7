//! ln Z by annealed importance sampling, where no layer is small enough to be enumerated.
//!
//! ```math
//! \hat Z = Z_0 \, \frac1M \sum_m w_m, \qquad
//! \ln w = \sum_k F_{k-1}(\mathbf{v}_k) - F_k(\mathbf{v}_k)
//! ```
//!
//! from a base model without weights (k = 0), whose Z₀ is known, through machines with β W, β c and
//! (1 − β) b₀ + β b, to the machine itself. `$\mathbf{v}_{k+1}$` is a Gibbs step (samples of both
//! layers) of machine k from `$\mathbf{v}_k$`.
//!
//! Source: R. Salakhutdinov, I. Murray, "On the quantitative analysis of deep belief networks",
//! ICML 2008.

use std::slice::from_mut;

use contract::Streams;
use kernels::workers::share;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use spec::learners::{AisSpec, Reconstruction, Visible};

use super::machine::{Machine, sample};
use crate::logarithms::log_sum_exp;

/// Runs that a thread follows at a time, with a stream of their own.
const SHARD: usize = 25;
/// Means of Bernoulli inputs are kept away from 0 and 1 by this.
const MARGIN: f64 = 0.01;

/// An estimate of ln Z.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub log_z: f64,
    /// Standard error of Ẑ, relative to it: about that of ln Ẑ.
    pub error: f64,
}

impl Machine<f64> {
    /// An estimate of ln Z; the base model has the means of `data` `[N, D]`.
    pub fn annealed_log_z(
        &self,
        data: ArrayView2<'_, f64>,
        ais: &AisSpec,
        streams: Streams,
    ) -> Estimate {
        let base = self.base(data);
        let mut logs = vec![0.0; ais.runs];
        share(logs.chunks_mut(SHARD).enumerate(), |(shard, logs)| {
            self.follow(&base, ais.temperatures, shard, logs, streams);
        });
        // Without weights a visible unit sees its bias alone, and each hidden one has two states.
        let own = self.at(0.0, &base).log_normalizer(&base.to_vec());
        let log_z0 = own + self.c.len() as f64 * 2_f64.ln();
        let runs = ais.runs as f64;
        let log_mean = log_sum_exp(logs.iter().copied()) - runs.ln();
        let squares = logs
            .iter()
            .map(|log| ((log - log_mean).exp() - 1.0).powi(2));
        Estimate {
            log_z: log_z0 + log_mean,
            error: squares.sum::<f64>().sqrt() / runs,
        }
    }

    /// Biases b₀ with the means of the data; Gaussian units have their own.
    fn base(&self, data: ArrayView2<'_, f64>) -> Array1<f64> {
        let means = data.mean_axis(Axis(0)).unwrap_or_else(|| self.b.clone());
        match self.visible {
            Visible::Gaussian => self.b.clone(),
            Visible::Bernoulli => means.mapv(|p| {
                let p = p.clamp(MARGIN, 1.0 - MARGIN);
                (p / (1.0 - p)).ln()
            }),
            Visible::Softmax(_) => means.mapv(|p| p.max(MARGIN).ln()),
        }
    }

    /// The machine at β.
    fn at(&self, beta: f64, base: &Array1<f64>) -> Self {
        Self {
            visible: self.visible,
            w: &self.w * beta,
            b: base * (1.0 - beta) + &self.b * beta,
            c: &self.c * beta,
        }
    }

    /// ln w of some runs.
    fn follow(
        &self,
        base: &Array1<f64>,
        temperatures: usize,
        shard: usize,
        logs: &mut [f64],
        streams: Streams,
    ) {
        let mut rng = streams.stream_of(format_args!("ais/{shard}"));
        let mut v = Array2::zeros((logs.len(), self.b.len()));
        let mut h = Array2::zeros((logs.len(), self.c.len()));
        let mut before = self.at(0.0, base);
        before.gibbs(
            1,
            Reconstruction::Sample,
            &mut v.view_mut(),
            &mut h.view_mut(),
            from_mut(&mut rng),
        );
        for k in 1..=temperatures {
            let machine = self.at(k as f64 / temperatures as f64, base);
            let gained = before.free_energies(v.view()) - machine.free_energies(v.view());
            logs.iter_mut()
                .zip(gained)
                .for_each(|(log, gained)| *log += gained);
            machine.hidden(v.view(), h.view_mut());
            sample(&mut h.view_mut(), &mut rng);
            let (v, h) = (&mut v.view_mut(), &mut h.view_mut());
            machine.gibbs(1, Reconstruction::Sample, v, h, from_mut(&mut rng));
            before = machine;
        }
    }
}
