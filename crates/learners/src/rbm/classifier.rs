//! Softmax regression on features, by L-BFGS.
//!
//! ```math
//! L = -\sum_n \ln p_{n t_n} + \tfrac{\lambda}{2} |W|^2, \qquad
//! p_n = \operatorname{softmax}(W \mathbf{h}_n + \mathbf{d}), \qquad
//! \frac{\partial L}{\partial W} = \sum_n (\mathbf{p}_n - \mathbf{t}_n) \mathbf{h}_n^\top + \lambda W
//! ```
//!
//! L is convex. Each step goes along −B g, where B is the inverse of the second derivative as the
//! last [`MEMORY`] steps and changes of the gradient show it, and is halved until L is smaller by a
//! share of what the slope promised.
//!
//! Source: D. C. Liu, J. Nocedal, "On the limited memory BFGS method", Mathematical Programming 45
//! (1989), algorithm 2.1.

use std::collections::VecDeque;

use kernels::matmul::{matmul, matmul_transposed};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use spec::learners::ClassifierSpec;

/// Steps that are remembered.
const MEMORY: usize = 10;
/// The optimum is found when no sum of the gradient, divided by N, is larger.
const TOLERANCE: f64 = 1e-5;
/// The share of the promised gain that a step must bring (Armijo).
const GAIN: f64 = 1e-4;

/// Weights `[K, H]` and biases `[K]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Classifier {
    pub w: Array2<f64>,
    pub d: Array1<f64>,
}

impl Classifier {
    /// All classes alike.
    pub fn new(features: usize, classes: usize) -> Self {
        Self {
            w: Array2::zeros((classes, features)),
            d: Array1::zeros(classes),
        }
    }

    /// Probabilities of the classes `[N, K]` for features `[N, H]`.
    pub fn probabilities(&self, h: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut p = Array2::zeros((h.nrows(), self.d.len()));
        p += &self.d;
        matmul(h, self.w.t(), p.view_mut());
        for mut p in p.rows_mut() {
            let largest = p.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
            p.mapv_inplace(|z| (z - largest).exp());
            let sum = p.sum();
            p /= sum;
        }
        p
    }

    /// L and its gradient, weights and biases in one row.
    fn loss(
        &self,
        h: ArrayView2<'_, f64>,
        t: ArrayView2<'_, f64>,
        ridge: f64,
    ) -> (f64, Array1<f64>) {
        let mut p = self.probabilities(h);
        let right = (&p * &t).sum_axis(Axis(1));
        let loss: f64 = right.iter().map(|p| -p.max(f64::MIN_POSITIVE).ln()).sum();
        p -= &t;
        let mut gradient = Array1::zeros(self.w.len() + self.d.len());
        let (mut dw, mut dd) = gradient.view_mut().split_at(Axis(0), self.w.len());
        let dw = dw.as_slice_mut().expect("a vector lies in one piece");
        matmul_transposed(p.view(), 0..self.d.len(), h, dw);
        dw.iter_mut()
            .zip(&self.w)
            .for_each(|(dw, w)| *dw += ridge * w);
        dd += &p.sum_axis(Axis(0));
        let size = self.w.iter().map(|w| w * w).sum::<f64>();
        (loss + ridge / 2.0 * size, gradient)
    }

    /// Itself, moved.
    fn moved(&self, direction: &Array1<f64>, step: f64) -> Self {
        let (dw, dd) = direction.view().split_at(Axis(0), self.w.len());
        let mut moved = self.clone();
        moved
            .w
            .iter_mut()
            .zip(dw)
            .for_each(|(w, dw)| *w += step * dw);
        moved.d.scaled_add(step, &dd);
        moved
    }

    /// Fits features `[N, H]` to classes `[N, K]`, a 1 in each row.
    pub fn fit(h: ArrayView2<'_, f64>, t: ArrayView2<'_, f64>, settings: &ClassifierSpec) -> Self {
        let mut at = Self::new(h.ncols(), t.ncols());
        let (mut loss, mut gradient) = at.loss(h, t, settings.ridge);
        let mut memory = Memory::default();
        let bound = TOLERANCE * h.nrows() as f64;
        for _ in 0..settings.iterations {
            if gradient.iter().all(|g| g.abs() <= bound) {
                break;
            }
            let direction = -memory.times(&gradient);
            let slope = direction.dot(&gradient);
            let first = match memory.0.is_empty() {
                true => 1.0 / gradient.dot(&gradient).sqrt(),
                false => 1.0,
            };
            let steps = (0..40).map(|halvings| first * 0.5_f64.powi(halvings));
            let tried = steps.map(|step| (step, at.moved(&direction, step)));
            let mut tried = tried.map(|(step, to)| (step, to.loss(h, t, settings.ridge), to));
            let found = tried.find(|(step, (to, _), _)| *to <= loss + GAIN * step * slope);
            // Nothing is gained any more but rounding.
            let Some((step, (smaller, next), to)) = found else {
                break;
            };
            memory.remember(&direction * step, &next - &gradient);
            (at, loss, gradient) = (to, smaller, next);
        }
        at
    }
}

/// The last steps and what they changed in the gradient.
#[derive(Default)]
struct Memory(VecDeque<(Array1<f64>, Array1<f64>)>);

impl Memory {
    /// Keeps a step along which the gradient grew, as it does where L is convex.
    fn remember(&mut self, step: Array1<f64>, change: Array1<f64>) {
        if step.dot(&change) <= 1e-12 * change.dot(&change) {
            return;
        }
        if self.0.len() == MEMORY {
            self.0.pop_front();
        }
        self.0.push_back((step, change));
    }

    /// B g: the recursion of two loops.
    fn times(&self, gradient: &Array1<f64>) -> Array1<f64> {
        let mut q = gradient.clone();
        let mut weights = Vec::with_capacity(self.0.len());
        for (step, change) in self.0.iter().rev() {
            let weight = step.dot(&q) / step.dot(change);
            q.scaled_add(-weight, change);
            weights.push(weight);
        }
        if let Some((step, change)) = self.0.back() {
            q *= step.dot(change) / change.dot(change);
        }
        for ((step, change), weight) in self.0.iter().zip(weights.into_iter().rev()) {
            let back = change.dot(&q) / step.dot(change);
            q.scaled_add(weight - back, step);
        }
        q
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    const RIDGE: f64 = 0.5;

    fn data() -> (Array2<f64>, Array2<f64>) {
        let h = array![
            [0.0, 1.0],
            [1.0, 0.2],
            [0.3, 0.9],
            [0.8, 0.7],
            [0.1, 0.1],
            [0.9, 0.4]
        ];
        let t = Array2::from_shape_fn((6, 3), |(row, class)| f64::from(u8::from(row % 3 == class)));
        (h, t)
    }

    #[test]
    fn the_gradient_is_that_of_central_differences() {
        let (h, t) = data();
        let direction = Array1::from_shape_fn(9, |i| (i as f64 * 1.7).sin());
        let at = Classifier::new(2, 3).moved(&direction, 0.8);
        let (_, gradient) = at.loss(h.view(), t.view(), RIDGE);
        for i in 0..9 {
            let mut one = Array1::zeros(9);
            one[i] = 1.0;
            let loss = |h_: f64| at.moved(&one, h_).loss(h.view(), t.view(), RIDGE).0;
            let slope = (loss(1e-5) - loss(-1e-5)) / 2e-5;
            assert!(
                (slope - gradient[i]).abs() < 1e-8,
                "{i}: {slope}, not {}",
                gradient[i]
            );
        }
    }

    #[test]
    fn at_the_end_the_gradient_vanishes_and_probabilities_add_up() {
        let (h, t) = data();
        let settings = ClassifierSpec {
            ridge: RIDGE,
            iterations: 200,
        };
        let found = Classifier::fit(h.view(), t.view(), &settings);
        let (_, gradient) = found.loss(h.view(), t.view(), RIDGE);
        assert!(
            gradient.iter().all(|g| g.abs() < 6.0 * TOLERANCE),
            "{gradient}"
        );
        let p = found.probabilities(h.view());
        assert!(
            p.sum_axis(Axis(1))
                .iter()
                .all(|sum| (sum - 1.0).abs() < 1e-14)
        );
        assert!(found.w.iter().any(|w| *w != 0.0));
    }
}
