//! Quickprop as the author's program has it: in full batches, with decay of the weights in the
//! slope.

use ndarray::{Array, Array2, Dimension, Zip};

/// ε, μ and decay of some weights.
#[derive(Clone, Copy, Debug)]
pub struct Quickprop {
    /// Learning rate of the gradient term.
    pub epsilon: f64,
    /// A step is at most this times the last one.
    pub mu: f64,
    /// This times the weight is added to the slope.
    pub decay: f64,
}

/// What is remembered of each weight: its last step, and the slope there; 0 at first.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory<D: Dimension> {
    pub step: Array<f64, D>,
    pub slope: Array<f64, D>,
}

impl<D: Dimension> Memory<D> {
    /// Of weights that have not learned yet.
    pub fn new(shape: D) -> Self {
        Self {
            step: Array::zeros(shape.clone()),
            slope: Array::zeros(shape),
        }
    }
}

impl Quickprop {
    /// The next step of one weight with slope `s`, after a step `d` from where the slope was `p`:
    /// to the minimum of the parabola through both slopes, or μ d where that is farther away or
    /// behind. Every step is downhill, so `p` and `s` differ where the parabola is asked.
    pub fn step(&self, s: f64, d: f64, p: f64) -> f64 {
        let gradient = -self.epsilon * s;
        if d == 0.0 {
            return gradient;
        }
        // How steeply it fell along the last step, and falls now.
        let (fell, falls) = (-p * d.signum(), -s * d.signum());
        let shrink = self.mu / (1.0 + self.mu);
        let jump = match falls >= shrink * fell {
            true => self.mu * d,
            false => s / (p - s) * d,
        };
        if falls > 0.0 { gradient + jump } else { jump }
    }

    /// A step of every weight, given the slopes without the decay.
    pub fn update<D: Dimension>(
        &self,
        w: &mut Array<f64, D>,
        slope: &Array<f64, D>,
        memory: &mut Memory<D>,
    ) {
        Zip::from(w)
            .and(slope)
            .and(&mut memory.step)
            .and(&mut memory.slope)
            .for_each(|w, &slope, d, p| {
                let s = slope + self.decay * *w;
                *d = self.step(s, *d, *p);
                *w += *d;
                *p = s;
            });
    }
}

/// The same matrix with one column more.
pub fn with_column(a: &Array2<f64>, column: impl Fn(usize) -> f64) -> Array2<f64> {
    let (rows, columns) = a.dim();
    Array2::from_shape_fn((rows, columns + 1), |(i, j)| match j < columns {
        true => a[[i, j]],
        false => column(i),
    })
}

impl Memory<ndarray::Ix2> {
    /// The same for one column of weights more.
    pub fn with_column(&self) -> Self {
        Self {
            step: with_column(&self.step, |_| 0.0),
            slope: with_column(&self.slope, |_| 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Quickprop = Quickprop {
        epsilon: 0.05,
        mu: 1.75,
        decay: 0.0,
    };

    #[test]
    fn steps_worked_by_hand() {
        let rule = Quickprop {
            epsilon: 0.1,
            ..RULE
        };
        // Nothing before: −.1 · 2. Then the parabola's minimum 1.6 / .4 = 4 steps away, so μ of
        // them: 1.75 · −.2 − .1 · 1.6. After a change of sign back by 1.2 / 3.2 of the step.
        assert!((rule.step(2.0, 0.0, 0.0) + 0.2).abs() < 1e-15);
        assert!((rule.step(1.6, -0.2, 2.0) + 0.51).abs() < 1e-15);
        assert!((rule.step(-1.2, -1.6, 2.0) - 0.6).abs() < 1e-15);
        // A slope that is steeper than before, on the other side, too.
        assert!((rule.step(-3.0, 0.2, -2.0) - (0.35 + 0.3)).abs() < 1e-15);
        assert_eq!(rule.step(0.0, 0.2, -2.0), 0.0);
    }

    /// The rule with the slopes alone: it goes on where both have the same sign, and the parabola's
    /// factor a is kept within 0 to μ there.
    #[test]
    fn a_hundred_steps_are_those_of_a_plain_second_implementation() {
        // A bumpy error: E = w⁴ / 4 − w² + .3 sin 5w.
        let slope = |w: f64| w * w * w - 2.0 * w + 1.5 * (5.0 * w).cos();
        for start in [2.0, -1.7, 0.3, 0.01] {
            let (mut w, mut step, mut last) = (start, 0.0, 0.0);
            let mut weight = ndarray::arr1(&[start]);
            let mut memory = Memory::new(weight.raw_dim());
            for number in 1..=100 {
                let s = slope(w);
                let goes_on = s * last > 0.0;
                let a = s / (last - s);
                let a = if goes_on && !(0.0..=RULE.mu).contains(&a) {
                    RULE.mu
                } else {
                    a
                };
                let linear = if step == 0.0 || goes_on {
                    -RULE.epsilon * s
                } else {
                    0.0
                };
                step = if step == 0.0 {
                    linear
                } else {
                    a * step + linear
                };
                (w, last) = (w + step, s);

                let s = ndarray::arr1(&[slope(weight[0])]);
                RULE.update(&mut weight, &s, &mut memory);
                let apart = (weight[0] - w).abs();
                assert!(apart < 1e-9, "step {number} from {start}: {weight} and {w}");
            }
        }
    }
}
