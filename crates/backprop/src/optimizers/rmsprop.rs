//! RMSProp: the gradient of each parameter is divided by the root of a moving mean of its square.
//!
//! ```math
//! s \leftarrow \rho\, s + (1 - \rho)\, g^2, \qquad w \leftarrow w - \eta\, \frac{g}{\sqrt s + \epsilon}
//! ```
//!
//! `$s$` begins at 0, so the first step is `$1 / \sqrt{1 - \rho}$` times as long as `$\eta$`; Adam
//! corrects that. No momentum, no centring.
//!
//! Source: Tieleman & Hinton 2012, lecture 6.5; `$\epsilon$` outside the root as in PyTorch.

use contract::Real;

use super::{Optimizer, Update, each};
use crate::optimizers::parameters::Parameters;

/// `$s \leftarrow \rho s + (1 - \rho) g^2$`, `$w \leftarrow w - \eta g / (\sqrt s + \epsilon)$`.
#[derive(Clone, Debug)]
pub struct RmsProp<T> {
    decay: f64,
    epsilon: T,
}

impl<T: Real> RmsProp<T> {
    /// With `$\rho$` and `$\epsilon$`.
    pub fn new(decay: f64, epsilon: f64) -> Self {
        let epsilon = T::of(epsilon);
        Self { decay, epsilon }
    }
}

impl<T: Real> Optimizer<T> for RmsProp<T> {
    fn state_len(&self) -> usize {
        1
    }

    fn update(&self, at: Update, of: Parameters<'_, T>) {
        let (eta, epsilon) = (T::of(at.learning_rate), self.epsilon);
        let (rho, rest) = (T::of(self.decay), T::of(1.0 - self.decay));
        let [mean_square, _] = of.state;
        each([of.g], [of.w, mean_square], move |[g], [w, s]| {
            *s = rho * *s + rest * g * g;
            *w -= eta * g / (s.sqrt() + epsilon);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, follow, three_steps};
    use super::*;

    #[test]
    fn steps_worked_by_hand() {
        // ρ = 3/4, ε = 1; s = 1/4 · 16 = 4, then 3/4 · 4 + 1/4 · 24 = 9, then 3/4 · 9 + 1/4 · 37 =
        // 16.
        let gradients = [4.0, -24f64.sqrt(), 37f64.sqrt()];
        let w = follow(&RmsProp::new(0.75, 1.0), 0.5, &gradients);
        let first = -0.5 * 4.0 / 3.0;
        let second = first + 0.5 * 24f64.sqrt() / 4.0;
        assert_close(w, [first, second, second - 0.5 * 37f64.sqrt() / 5.0]);
    }

    /// The mean written out: `$s_t = (1 - \rho) \sum_i \rho^{t-i} g_i^2$`.
    #[test]
    fn the_mean_forgets_old_gradients() {
        let (rho, epsilon) = (0.9f64, 1e-8);
        let (mut w, mut gradients) = (1.0, Vec::new());
        let written_out = [1, 2, 3].map(|t| {
            let g = 2.0 * w;
            gradients.push(g);
            let aged = gradients
                .iter()
                .zip(1..)
                .map(|(g, i)| rho.powi(t - i) * g * g);
            let mean_square = (1.0 - rho) * aged.sum::<f64>();
            w -= 0.1 * g / (mean_square.sqrt() + epsilon);
            w
        });
        let rule = RmsProp::new(rho, epsilon);
        assert_close(three_steps(&rule), written_out);
    }
}
