//! AdaGrad: the step of each parameter falls with the sum of its squared gradients.
//!
//! ```math
//! s \leftarrow s + g^2, \qquad w \leftarrow w - \eta\, \frac{g}{\sqrt s + \epsilon}
//! ```
//!
//! `$s$` begins at 0, and `$\epsilon$` stands outside the root, as in PyTorch.
//!
//! Source: Duchi, Hazan & Singer 2011, with the diagonal matrix.

use contract::Real;

use super::{Optimizer, Update, each};
use crate::optimizers::parameters::Parameters;

/// `$s \leftarrow s + g^2$`, `$w \leftarrow w - \eta g / (\sqrt s + \epsilon)$`.
#[derive(Clone, Debug)]
pub struct AdaGrad<T> {
    epsilon: T,
}

impl<T: Real> AdaGrad<T> {
    /// With `$\epsilon$`.
    pub fn new(epsilon: f64) -> Self {
        let epsilon = T::of(epsilon);
        Self { epsilon }
    }
}

impl<T: Real> Optimizer<T> for AdaGrad<T> {
    fn state_len(&self) -> usize {
        1
    }

    fn update(&self, at: Update, of: Parameters<'_, T>) {
        let (eta, epsilon) = (T::of(at.learning_rate), self.epsilon);
        let [squares, _] = of.state;
        each([of.g], [of.w, squares], move |[g], [w, s]| {
            *s += g * g;
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
        // ε = 2; s = 9, 25, 169: roots 3, 5, 13.
        let w = follow(&AdaGrad::new(2.0), 0.5, &[3.0, -4.0, 12.0]);
        let first = -0.5 * 3.0 / 5.0;
        let second = first + 0.5 * 4.0 / 7.0;
        assert_close(w, [first, second, second - 0.5 * 12.0 / 15.0]);
    }

    /// `$x_{t+1} = x_t - \eta\, \mathrm{diag}(G_t)^{-1/2} g_t$` with all gradients state.
    #[test]
    fn steps_of_the_paper() {
        let (mut w, mut gradients) = (1.0, Vec::new());
        let by_the_paper = [1, 2, 3].map(|_| {
            gradients.push(2.0 * w);
            let sum: f64 = gradients.iter().map(|g| g * g).sum();
            w -= 0.1 * (2.0 * w) / sum.sqrt();
            w
        });
        assert_close(three_steps(&AdaGrad::new(1e-15)), by_the_paper);
    }
}
