//! Adam with decoupled weight decay.
//!
//! ```math
//! w \leftarrow w - \eta\, \lambda\, w, \qquad
//!   w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}
//! ```
//!
//! with the means `$\hat m$` and `$\hat v$` of [`super::adam`]. The decay does not enter the
//! gradient, so that a weight with large gradients decays as fast as one with small gradients. It
//! is for every parameter, biases too, or for matrices alone, and is scaled by `$\eta$` as it is in each step, as in
//! PyTorch.
//!
//! Source: Loshchilov & Hutter 2019, algorithm 2.

use contract::Real;

use super::{Adam, Optimizer, Update};
use crate::optimizers::parameters::Parameters;

/// `$w \leftarrow w - \eta \lambda w$`, then Adam.
#[derive(Clone, Debug)]
pub struct AdamW<T> {
    adam: Adam<T>,
    weight_decay: f64,
}

impl<T: Real> AdamW<T> {
    /// With `$\beta_1, \beta_2$`, `$\epsilon$` and `$\lambda$`.
    pub fn new(beta: [f64; 2], epsilon: f64, weight_decay: f64) -> Self {
        Self {
            adam: Adam::new(beta, epsilon),
            weight_decay,
        }
    }
}

impl<T: Real> Optimizer<T> for AdamW<T> {
    fn state_len(&self) -> usize {
        self.adam.state_len()
    }

    fn update(&self, at: Update, of: Parameters<'_, T>) {
        let rate = T::of(at.learning_rate * self.weight_decay); // η λ
        match at.decays {
            true => self.adam.step(at, of, move |w| *w -= rate * *w),
            false => self.adam.step(at, of, |_| ()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Follower, assert_close, three_steps};
    use super::*;

    /// The algorithm as the paper writes it, line by line.
    #[test]
    fn steps_of_the_paper() {
        let (eta, [beta1, beta2], epsilon, lambda) = (0.1f64, [0.9f64, 0.999], 1e-8, 0.3);
        let (mut w, mut m, mut v) = (1.0, 0.0, 0.0);
        let by_the_paper = [1, 2, 3].map(|t| {
            let g = 2.0 * w;
            m = beta1 * m + (1.0 - beta1) * g;
            v = beta2 * v + (1.0 - beta2) * g * g;
            let m_hat: f64 = m / (1.0 - beta1.powi(t));
            let v_hat: f64 = v / (1.0 - beta2.powi(t));
            w -= eta * (m_hat / (v_hat.sqrt() + epsilon) + lambda * w);
            w
        });
        let rule = AdamW::new([beta1, beta2], epsilon, lambda);
        assert_close(three_steps(&rule), by_the_paper);
    }

    #[test]
    fn the_first_step_is_the_decay_and_the_learning_rate() {
        // 1 − .1 · .5 · 1 − .1
        let w = three_steps(&AdamW::new([0.9, 0.999], 1e-12, 0.5))[0];
        assert!((w - 0.85).abs() < 1e-10);
    }

    #[test]
    fn what_does_not_decay_learns_as_by_adam() {
        let rule = AdamW::new([0.9, 0.999], 1e-8, 0.5);
        let adam = Adam::new([0.9, 0.999], 1e-8);
        let mut alone = Follower::new(&rule, 1.0).without_decay();
        assert_eq!(alone.three_steps(), three_steps(&adam));
    }

    #[test]
    fn without_a_gradient_only_the_decay_is_left() {
        let rule = AdamW::new([0.9, 0.999], 1e-8, 0.5);
        let mut rule = Follower::new(&rule, 2.0);
        rule.step(0.1, 0.0);
        assert_eq!(rule.w, 1.9);
    }
}
