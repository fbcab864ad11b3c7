//! Adam: each parameter has a step of its own, from moving means of its gradient and of its square.
//!
//! ```math
//! m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2
//! ```
//!
//! Both begin at 0 and are too small at first; after `$t$` steps
//!
//! ```math
//! \hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat v = \frac{v}{1 - \beta_2^t}, \qquad
//!   w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}
//! ```
//!
//! Source: Kingma & Ba 2015, algorithm 1. There `$\epsilon = 10^{-8}$`; burn's default is
//! `$10^{-5}$`.

use contract::Real;

use super::{Optimizer, Update, each};
use crate::optimizers::parameters::Parameters;

/// `$w \leftarrow w - \eta\, \hat m / (\sqrt{\hat v} + \epsilon)$`.
#[derive(Clone, Debug)]
pub struct Adam<T> {
    beta: [f64; 2],
    epsilon: T,
}

impl<T: Real> Adam<T> {
    /// With decays `$\beta_1, \beta_2$` and `$\epsilon$`.
    pub fn new(beta: [f64; 2], epsilon: f64) -> Self {
        let epsilon = T::of(epsilon);
        Self { beta, epsilon }
    }

    /// A step of every parameter, after `decay` of it.
    pub(super) fn step(&self, at: Update, of: Parameters<'_, T>, decay: impl Fn(&mut T)) {
        // In f64 also for f32 parameters: 1 − β₂ᵗ is a small difference at first.
        let [correction1, correction2] = self.beta.map(|beta| 1.0 - beta.powi(at.number));
        let eta = T::of(at.learning_rate / correction1);
        let root = T::of(correction2.sqrt());
        let [beta1, beta2] = self.beta.map(T::of);
        let [rest1, rest2] = self.beta.map(|beta| T::of(1.0 - beta));
        let epsilon = self.epsilon;
        let [mean, mean_square] = of.state;
        each([of.g], [of.w, mean, mean_square], move |[g], [w, m, v]| {
            decay(w);
            *m = beta1 * *m + rest1 * g;
            *v = beta2 * *v + rest2 * g * g;
            *w -= eta * *m / (v.sqrt() / root + epsilon);
        });
    }
}

impl<T: Real> Optimizer<T> for Adam<T> {
    fn state_len(&self) -> usize {
        2
    }

    fn update(&self, at: Update, of: Parameters<'_, T>) {
        self.step(at, of, |_| ());
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, three_steps};
    use super::*;

    /// The algorithm as the paper writes it, line by line.
    fn by_the_paper(eta: f64, [beta1, beta2]: [f64; 2], epsilon: f64) -> [f64; 3] {
        let (mut w, mut m, mut v) = (1.0, 0.0, 0.0);
        [1, 2, 3].map(|t| {
            let g = 2.0 * w;
            m = beta1 * m + (1.0 - beta1) * g;
            v = beta2 * v + (1.0 - beta2) * g * g;
            let m_hat: f64 = m / (1.0 - f64::powi(beta1, t));
            let v_hat: f64 = v / (1.0 - f64::powi(beta2, t));
            w -= eta * m_hat / (v_hat.sqrt() + epsilon);
            w
        })
    }

    #[test]
    fn steps_of_the_paper() {
        let (eta, beta, epsilon) = (0.1, [0.9, 0.999], 1e-8);
        let rule = Adam::new(beta, epsilon);
        assert_close(three_steps(&rule), by_the_paper(eta, beta, epsilon));
    }

    #[test]
    fn the_first_step_is_as_long_as_the_learning_rate() {
        let w = three_steps(&Adam::new([0.9, 0.999], 1e-8))[0];
        assert!((w - 0.9).abs() < 1e-8);
    }
}
