//! The last true position of a sequence.
//!
//! With `$\ell_n$` the true length of sample n (T where nothing is padded):
//!
//! ```math
//! y_n = x_{n \ell_n}, \qquad dx_{nt} = \begin{cases} dy_n & t = \ell_n \\ 0 & \text{else}
//!   \end{cases}
//! ```
//!
//! So what is behind the end of a sequence neither enters the output nor gets a gradient.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, T·D]` |
//! | `y`, `dy` | `[N, D]` |

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, s};
use spec::model::PlannedLayer;

use super::{Layer, Mode, Pass};

/// `$y_n = x_{n \ell_n}$`.
#[derive(Clone, Debug)]
pub struct Last {
    /// T.
    steps: usize,
    /// D.
    d: usize,
    /// `$\ell$` of each sample of the next pass; empty: nothing is padded.
    lengths: Vec<usize>,
}

impl Last {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer) -> Self {
        let [steps, d] = planned.positions();
        Self {
            steps,
            d,
            lengths: Vec::new(),
        }
    }

    /// Where the last position of a sample begins and ends.
    fn place(&self, sample: usize) -> std::ops::Range<usize> {
        let length = self.lengths.get(sample).copied().unwrap_or(self.steps);
        let last = length.clamp(1, self.steps) - 1;
        last * self.d..(last + 1) * self.d
    }
}

impl<T: Real> Layer<T> for Last {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, _: Mode) {
        for (sample, (mut y, x)) in y.rows_mut().into_iter().zip(x.rows()).enumerate() {
            y.assign(&x.slice(s![self.place(sample)]));
        }
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(mut dx) = dx else { return };
        dx.fill(T::zero());
        for (sample, (mut dx, dy)) in dx.rows_mut().into_iter().zip(pass.dy.rows()).enumerate() {
            dx.slice_mut(s![self.place(sample)]).assign(&dy);
        }
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.lengths.clear();
        self.lengths.extend_from_slice(lengths.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::super::windows::testing::pass;
    use super::*;
    use ndarray::{Array2, array};
    use spec::model::{LayerSpec, ModelSpec};

    fn last() -> Last {
        let model = ModelSpec::new(vec![LayerSpec::Last]);
        Last::new(&model.plan(&[3, 2]).unwrap()[0])
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        prove(&mut last(), &[], random(4, 6, "x"), 2);
        let mut padded = last();
        Layer::<f64>::set_lengths(&mut padded, Some(&[3, 1, 2, 1]));
        prove(&mut padded, &[], random(4, 6, "x"), 2);
    }

    #[test]
    fn padding_is_passed_over_until_there_is_none() {
        let mut layer = last();
        let x = array![
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
        ];
        let mut y = Array2::zeros((2, 2));
        Layer::<f64>::set_lengths(&mut layer, Some(&[2, 3]));
        layer.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, array![[3.0, 4.0], [5.0, 6.0]]);
        let mut dx = Array2::from_elem((2, 6), f64::NAN);
        let dy = array![[7.0, 8.0], [9.0, 10.0]];
        layer.backward(&[], pass(&x, &y, &dy), Some(dx.view_mut()), &mut []);
        let expected = array![
            [0.0, 0.0, 7.0, 8.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, 9.0, 10.0]
        ];
        assert_eq!(dx, expected);
        Layer::<f64>::set_lengths(&mut layer, None);
        layer.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, array![[5.0, 6.0], [5.0, 6.0]]);
    }
}
