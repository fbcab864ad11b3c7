//! Inverted dropout.
//!
//! While learning each number is dropped with probability `$p$`; what stays is scaled up, so that
//! the expectation of `$y$` is `$x$` and nothing is to be scaled after:
//!
//! ```math
//! y = m \odot x, \qquad dx = m \odot dy, \qquad
//!   m_i = \begin{cases} 0 & \text{with probability } p \\ 1 / (1 - p) & \text{else} \end{cases}
//! ```
//!
//! In evaluation `$m = 1$`. The masks are drawn in [`contract::dropout`], where every
//! implementation finds the same: they depend on the layer's name, the update and the row of the
//! batch.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx`, `y`, `dy`, `m` | `[N, D]` |
//!
//! Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, sections 4 and 10.

use contract::dropout::Masks;
use contract::{Real, Streams};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Zip, s};
use spec::model::{DropoutSpec, PlannedLayer};

use super::{Layer, Mode, Pass};

/// `$y = m \odot x$` in training, `$y = x$` in evaluation.
pub struct Dropout<T> {
    masks: Masks,
    /// `$m$` of the last pass in training, in the first of its rows.
    mask: Array2<T>,
    mode: Mode,
}

impl<T: Real> Dropout<T> {
    /// The planned layer, with its masks of `streams`.
    pub fn new(planned: &PlannedLayer, dropout: &DropoutSpec, streams: Streams) -> Self {
        Self {
            masks: Masks::new(streams, &planned.name, dropout.rate),
            mask: Array2::zeros((0, planned.inputs())),
            mode: Mode::Evaluation,
        }
    }
}

impl<T: Real> Layer<T> for Dropout<T> {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, mode: Mode) {
        self.mode = mode;
        let Mode::Training { step, first_row } = mode else {
            return y.assign(&x);
        };
        let (n, d) = x.dim();
        if self.mask.nrows() < n {
            self.mask = Array2::zeros((n, d));
        }
        let mut m = self.mask.slice_mut(s![..n, ..]);
        let rows = m.as_slice_mut().expect("the mask lies row by row");
        self.masks.fill(step, first_row, d, rows);
        Zip::from(y).and(x).and(&m).for_each(|y, &x, &m| *y = m * x);
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(mut dx) = dx else { return };
        if self.mode == Mode::Evaluation {
            return dx.assign(&pass.dy);
        }
        let m = self.mask.slice(s![..pass.dy.nrows(), ..]);
        Zip::from(dx)
            .and(pass.dy)
            .and(m)
            .for_each(|dx, &dy, &m| *dx = m * dy);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{TRAINING, prove, random};
    use super::*;
    use spec::model::{LayerSpec, ModelSpec};

    fn dropout(rate: f64) -> Dropout<f64> {
        let spec = DropoutSpec { rate };
        let model = ModelSpec::new(vec![LayerSpec::Dropout(spec)]);
        Dropout::new(&model.plan(&[20]).unwrap()[0], &spec, Streams::new(7))
    }

    fn forward(layer: &mut Dropout<f64>, x: ArrayView2<f64>, mode: Mode) -> Array2<f64> {
        let mut y = Array2::from_elem(x.raw_dim(), f64::NAN);
        layer.forward(&[], x, y.view_mut(), mode);
        y
    }

    fn backward(layer: &mut Dropout<f64>, dy: ArrayView2<f64>) -> Array2<f64> {
        let mut dx = Array2::from_elem(dy.raw_dim(), f64::NAN);
        let pass = Pass { x: dy, y: dy, dy };
        layer.backward(&[], pass, Some(dx.view_mut()), &mut []);
        dx
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        for rate in [0.0, 0.3, 0.9] {
            prove(&mut dropout(rate), &[], random(5, 20, "x"), 20);
        }
    }

    #[test]
    fn what_stays_is_scaled_and_the_same_numbers_are_dropped_on_the_way_back() {
        let ones = Array2::ones((50, 20));
        let mut layer = dropout(0.75);
        let y = forward(&mut layer, ones.view(), TRAINING);
        assert!(y.iter().all(|&y| y == 0.0 || y == 4.0));
        let dropped = y.iter().filter(|y| **y == 0.0).count();
        assert!((700..800).contains(&dropped), "{dropped} of 1000");
        assert_eq!(backward(&mut layer, ones.view()), y);
        // A smaller batch after a larger one.
        let few = forward(&mut layer, ones.slice(s![..3, ..]), TRAINING);
        assert_eq!(few, y.slice(s![..3, ..]));
        assert_eq!(backward(&mut layer, ones.slice(s![..3, ..])), few);
    }

    #[test]
    fn a_part_of_a_batch_drops_what_the_whole_batch_drops_there() {
        let x = random(9, 20, "x");
        let mode = Mode::Training {
            step: 6,
            first_row: 0,
        };
        let whole = forward(&mut dropout(0.4), x.view(), mode);
        let part = forward(&mut dropout(0.4), x.slice(s![4..7, ..]), mode.from_row(4));
        assert_eq!(part, whole.slice(s![4..7, ..]));
        assert_ne!(whole, forward(&mut dropout(0.4), x.view(), TRAINING));
    }

    #[test]
    fn in_evaluation_everything_passes_both_ways() {
        let x = random(5, 20, "x");
        let mut layer = dropout(0.5);
        forward(&mut layer, x.view(), TRAINING);
        assert_eq!(forward(&mut layer, x.view(), Mode::Evaluation), x);
        assert_eq!(backward(&mut layer, x.view()), x);
    }
}
