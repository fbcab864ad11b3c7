//! What the rule of a learner goes down on, as data.
//!
//! Most rules that are not written as one are the gradient of something, once all that is drawn or
//! chosen is given: samples of a chain, the winner among units. Whoever differentiates by itself
//! can then bear witness.

use ndarray::{Array1, Array2};
use spec::learners::Visible;

/// A function of named tensors; all else that it depends on is given here.
#[derive(Clone, Debug)]
pub enum Criterion {
    /// `$\frac12 \sum_j h_j |\mathbf{x} - \mathbf{w}_j|^2$` of `weight` `[J, D]`.
    Som {
        /// The sample, `[D]`.
        x: Array1<f64>,
        /// How much of the step each unit takes, `[J]`.
        h: Array1<f64>,
    },
    /// `$\overline{F(\mathbf{v})} - \overline{F(\mathbf{v}')}$` with the free energy F of a
    /// restricted Boltzmann machine, `weight` `[D, H]`, `visible_bias` `[D]`, `bias` `[H]`.
    Contrast {
        /// What the visible units are.
        visible: Visible,
        /// v, `[N, D]`
        data: Array2<f64>,
        /// v′, `[M, D]`
        model: Array2<f64>,
    },
    /// `$\overline{F(\mathbf{v})} + \ln Z$` of the same tensors, which is `$-\overline{\ln P}$`.
    Likelihood {
        /// What the visible units are.
        visible: Visible,
        /// v, `[N, D]`
        data: Array2<f64>,
        /// All states that Z sums over: of the visible units `[S, D]`, or, where these are
        /// Gaussian, of the hidden ones `[S, H]`.
        states: Array2<f64>,
    },
    /// `$-\overline{\ln P^-(\mathbf{v})}$` of a Boltzmann machine with the energy
    /// `$-\sum_{i<j} w_{ij} s_i s_j - \sum_i b_i s_i$`, `weight` `[n, n]` and `bias` `[n]`: G but
    /// for a constant.
    Boltzmann {
        /// All states, `[S, n]`.
        states: Array2<f64>,
        /// Those in which a vector is clamped, the first vector's before the second's:
        /// `[N · hidden states, n]`.
        clamped: Array2<f64>,
        /// N
        vectors: usize,
        /// T
        temperature: f64,
    },
    /// `$-S = -\sum_o |\sum_n (V_n - \overline V)(E_{on} - \overline{E_o})| / \sum E^2$` of the
    /// `weight` `[U]` of a unit with the values V.
    Candidate {
        /// What comes into the unit, `[U, N]`.
        values: Array2<f64>,
        /// E, `[K, N]`.
        errors: Array2<f64>,
    },
    /// `$\frac12 \sum (y - t)^2$` of the `weight` `[K, U]` of output units.
    Outputs {
        /// What comes into the units, `[U, N]`.
        values: Array2<f64>,
        /// t, `[K, N]`.
        targets: Array2<f64>,
    },
}
