//! Positions: a vector of each is added to a sequence.
//!
//! ```math
//! y_{nt} = x_{nt} + p_t, \qquad dx_{nt} = dy_{nt}, \qquad dp_t = \sum_n dy_{nt}
//! ```
//!
//! Attention and layers by position give the same wherever a number stands; after this they can
//! know. The vectors are a table that is learned, or fixed sines and cosines, each pair of which
//! turns slower than the one before:
//!
//! ```math
//! p_{t,2i} = \sin \frac{t}{10000^{2i/D}}, \qquad p_{t,2i+1} = \cos \frac{t}{10000^{2i/D}},
//!   \qquad t = 0, 1, \dots, T - 1
//! ```
//!
//! so that `$p_{t+k}$` is a rotation of `$p_t$` that depends on `$k$` alone.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy` | `[N, T·D]` |
//! | `weight` p of learned vectors, and `dw` | `[positions, D]`, of which the first T are met |
//!
//! Source: Vaswani et al. 2017, section 3.5.

use contract::Real;
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2};
use spec::model::{PlannedLayer, PositionEncoding, PositionSpec};

use super::{Layer, Mode, Pass};

/// `$y_t = x_t + p_t$`.
#[derive(Clone, Debug)]
pub struct Position<T> {
    /// T·D.
    numbers: usize,
    /// The sines and cosines, `[T·D]`; none: they are learned.
    fixed: Option<Vec<T>>,
}

impl<T: Real> Position<T> {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer, position: &PositionSpec) -> Self {
        let [steps, d] = planned.positions();
        let fixed = match position.encoding {
            PositionEncoding::Sinusoidal => Some(sines_and_cosines(steps, d)),
            PositionEncoding::Learned => None,
        };
        let numbers = steps * d;
        Self { numbers, fixed }
    }
}

fn sines_and_cosines<T: Real>(steps: usize, d: usize) -> Vec<T> {
    let number = |at: usize| {
        let (t, i) = ((at / d) as f64, at % d);
        let angle = t / 10_000f64.powf((i - i % 2) as f64 / d as f64);
        T::of(if i % 2 == 0 { angle.sin() } else { angle.cos() })
    };
    (0..steps * d).map(number).collect()
}

impl<T: Real> Layer<T> for Position<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, _: Mode) {
        let p = self.fixed.as_deref().unwrap_or(w);
        y.assign(&x);
        y += &ArrayView1::from(&p[..self.numbers]);
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        if let Some(mut dx) = dx {
            dx.assign(&pass.dy);
        }
        if self.fixed.is_some() {
            return;
        }
        for dy in pass.dy.rows() {
            for (dp, &dy) in dw.iter_mut().zip(dy) {
                *dp += dy; // dp += Σₙ dy
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::*;
    use ndarray::{Array2, s};
    use spec::model::{LayerSpec, ModelSpec};

    fn position(spec: PositionSpec, sample: [usize; 2]) -> Position<f64> {
        let model = ModelSpec::new(vec![LayerSpec::Position(spec.clone())]);
        Position::new(&model.plan(&sample).unwrap()[0], &spec)
    }

    fn learned(positions: Option<usize>) -> PositionSpec {
        PositionSpec {
            encoding: PositionEncoding::Learned,
            positions,
            ..PositionSpec::default()
        }
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        let x = random(5, 12, "x");
        let fixed = PositionSpec::default();
        prove(&mut position(fixed, [3, 4]), &[], x.clone(), 12);
        // Some positions more than the sequences have.
        for rows in [3, 5] {
            let w = random(1, rows * 4, "w").into_raw_vec_and_offset().0;
            let mut layer = position(learned(Some(rows)), [3, 4]);
            prove(&mut layer, &w, x.clone(), 12);
        }
    }

    #[test]
    fn sines_and_cosines_by_hand() {
        let mut y = Array2::zeros((1, 8));
        let x = Array2::zeros((1, 8));
        let mut layer = position(PositionSpec::default(), [2, 4]);
        layer.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y.slice(s![0, ..4]).to_vec(), [0.0, 1.0, 0.0, 1.0]);
        // 10000^(2/4) = 100.
        let [one, slow] = [1.0f64, 0.01];
        let expected = [one.sin(), one.cos(), slow.sin(), slow.cos()];
        for (found, expected) in y.slice(s![0, 4..]).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{found}, not {expected}");
        }
    }

    /// p of t + k is p of t turned by an angle that does not depend on t.
    #[test]
    fn a_shift_is_a_rotation() {
        let (steps, d, k) = (50, 6, 7);
        let p = sines_and_cosines::<f64>(steps, d);
        for i in (0..d).step_by(2) {
            let angle = k as f64 / 10_000f64.powf(i as f64 / d as f64);
            for t in 0..steps - k {
                let [sin, cos] = [0, 1].map(|odd| p[t * d + i + odd]);
                let turned = sin * angle.cos() + cos * angle.sin();
                assert!((p[(t + k) * d + i] - turned).abs() < 1e-13);
            }
        }
    }
}
