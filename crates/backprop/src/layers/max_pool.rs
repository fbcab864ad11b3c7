//! Max pooling.
//!
//! Each window `$\Omega_{ij}$` of a map gives its largest number. Padding is less than any number,
//! so it never wins.
//!
//! ```math
//! y_{ij} = \max_{(a, b) \in \Omega_{ij}} x_{ab}
//! ```
//!
//! Near `$x$` this is a copy of the winner `$(a^*, b^*)_{ij}$`, so its derivative is 1 and that of
//! all others is 0. A number that wins in several overlapping windows gets the gradients of all of
//! them:
//!
//! ```math
//! \frac{\partial y_{ij}}{\partial x_{ab}} = \begin{cases} 1 & (a, b) = (a^*, b^*)_{ij} \\
//!   0 & \text{else} \end{cases}, \qquad
//!   dx_{ab} = \sum_{ij : (a^*, b^*)_{ij} = (a, b)} dy_{ij}
//! ```
//!
//! Of equal numbers the first wins, row by row, as in PyTorch. A NaN wins against every number and
//! passes through: a diverged network must not look sound.
//!
//! The second backward pass squares the derivatives, and 0 and 1 are their own squares: it is the
//! first one with `$d^2y$` in the place of `$dy$`.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, C·H·W]` |
//! | `y`, `dy`, winners | `[N, C·H_out·W_out]` |
//!
//! Source: Goodfellow, Bengio, Courville 2016, section 9.3.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{PlannedLayer, PoolSpec};

use super::windows::{Windows, flat, flat_mut};
use super::{Layer, Mode, Pass};

/// `$y_{ij} = \max_{\Omega_{ij}} x$`.
#[derive(Clone, Debug)]
pub struct MaxPool {
    windows: Windows,
    /// Index of each window's winner in its sample, `[N, C·H_out·W_out]`.
    winners: Vec<u32>,
}

impl MaxPool {
    /// The planned layer, for no rows yet.
    ///
    /// # Panics
    /// When a sample has more than 2³² numbers.
    pub fn new(planned: &PlannedLayer, pool: &PoolSpec) -> Self {
        assert!(
            u32::try_from(planned.inputs()).is_ok(),
            "{}: the image is too large",
            planned.name
        );
        Self {
            windows: Windows::new(planned, pool),
            winners: Vec::new(),
        }
    }
}

impl<T: Real> Layer<T> for MaxPool {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let (x, y) = (flat(x), flat_mut(y));
        if self.winners.len() < y.len() {
            self.winners.resize(y.len(), 0);
        }
        let windows = &self.windows;
        let maps = x.chunks_exact(windows.inputs());
        let outputs = y.chunks_exact_mut(windows.outputs());
        let winners = self.winners.chunks_exact_mut(windows.outputs());
        for (map, ((x, y), winners)) in maps.zip(outputs).zip(winners).enumerate() {
            let first = map % windows.channels * windows.inputs();
            match windows.are_squares_of_four() {
                true => squares_of_four(windows, first as u32, x, y, winners),
                false => any_windows(windows, first as u32, x, y, winners),
            }
        }
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let Some(dx) = dx else { return };
        let (d_in, d_out) = (pass.x.ncols(), pass.y.ncols());
        let (dy, dx) = (flat(pass.dy), flat_mut(dx));
        dx.fill(T::zero());
        let samples = dx.chunks_exact_mut(d_in).zip(dy.chunks_exact(d_out));
        for ((dx, dy), winners) in samples.zip(self.winners.chunks_exact(d_out)) {
            for (&winner, &dy) in winners.iter().zip(dy) {
                dx[winner as usize] += dy;
            }
        }
    }

    fn curvature(&mut self, w: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, d2w: &mut [T]) {
        self.backward(w, pass, d2x, d2w);
    }
}

/// Whether `x` takes the lead from `best`: it is larger or a NaN. No number is larger than a NaN.
#[inline(always)]
pub(super) fn beats<T: Real>(x: T, best: T) -> bool {
    (x > best) | x.is_nan()
}

/// The definition for one map, whose numbers begin at `first` in the sample.
fn any_windows<T: Real>(windows: &Windows, first: u32, x: &[T], y: &mut [T], winners: &mut [u32]) {
    let width = windows.image.width;
    windows.each(|window, rows, columns| {
        let mut winner = rows.start * width + columns.start;
        let mut best = x[winner];
        for row in rows {
            let start = row * width + columns.start;
            for (index, &x) in x[start..][..columns.len()].iter().enumerate() {
                // Selected, not branched: which number wins cannot be foreseen.
                let wins = beats(x, best);
                best = if wins { x } else { best };
                winner = if wins { start + index } else { winner };
            }
        }
        y[window] = best;
        winners[window] = first + winner as u32;
    });
}

/// The same for windows of 2 x 2 side by side: selects only, so that the compiler makes vectors of
/// it.
fn squares_of_four<T: Real>(
    windows: &Windows,
    first: u32,
    x: &[T],
    y: &mut [T],
    winners: &mut [u32],
) {
    let (width, columns) = (windows.image.width, windows.output.width);
    let outputs = y.chunks_exact_mut(columns);
    let rows = outputs.zip(winners.chunks_exact_mut(columns));
    for (i, ((y, winners), x)) in rows.zip(x.chunks_exact(2 * width)).enumerate() {
        let (top, _) = x[..2 * columns].as_chunks::<2>();
        let (bottom, _) = x[width..][..2 * columns].as_chunks::<2>();
        let start = first + (2 * i * width) as u32;
        let down = width as u32;
        let (y, winners) = (&mut y[..columns], &mut winners[..columns]);
        let (top, bottom) = (&top[..columns], &bottom[..columns]);
        for j in 0..columns {
            let index = start + 2 * j as u32;
            let (mut best, mut winner) = (top[j][0], index);
            for (x, at) in [
                (top[j][1], index + 1),
                (bottom[j][0], index + down),
                (bottom[j][1], index + down + 1),
            ] {
                let wins = beats(x, best);
                best = if wins { x } else { best };
                winner = if wins { at } else { winner };
            }
            (y[j], winners[j]) = (best, winner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature};
    use super::super::windows::testing::{Case, cases, distinct, entries, pass, plan, pool};
    use super::*;
    use ndarray::{Array2, array};
    use proptest::prelude::*;
    use spec::model::LayerSpec;

    fn layer((spec, image): Case) -> (MaxPool, usize) {
        let planned = plan(LayerSpec::MaxPool(spec), image);
        (MaxPool::new(&planned, &spec), planned.outputs())
    }

    /// `y` and, for the given `dy`, `dx`.
    fn run(case: Case, x: &Array2<f64>, dy: &Array2<f64>) -> (Array2<f64>, Array2<f64>) {
        let (mut layer, _) = layer(case);
        let mut y = Array2::from_elem(dy.raw_dim(), f64::NAN);
        layer.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        let mut dx = Array2::from_elem(x.raw_dim(), f64::NAN);
        layer.backward(&[], pass(x, &y, dy), Some(dx.view_mut()), &mut []);
        (y, dx)
    }

    /// Side by side with a row left over; overlapping and padded.
    fn some_cases() -> [Case; 2] {
        [
            (PoolSpec::new(2), [2, 5, 4]),
            (pool([3, 2], [2, 1], [1, 1]), [2, 5, 4]),
        ]
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        for case in some_cases() {
            let (mut layer, d_out) = layer(case);
            prove(&mut layer, &[], distinct(3, 40), d_out);
        }
    }

    #[test]
    fn curvature_agrees_with_its_definition() {
        for case in some_cases() {
            let (mut layer, d_out) = layer(case);
            prove_curvature(&mut layer, &[], distinct(3, 40), d_out);
        }
    }

    #[test]
    fn a_number_that_wins_twice_gets_both_gradients() {
        let case = (pool([2, 2], [1, 1], [0, 0]), [1, 2, 3]);
        let x = array![[1.0, 9.0, 2.0, 3.0, 4.0, 5.0]];
        let (y, dx) = run(case, &x, &array![[0.5, 0.25]]);
        assert_eq!(y, array![[9.0, 9.0]]);
        assert_eq!(dx, array![[0.0, 0.75, 0.0, 0.0, 0.0, 0.0]]);
    }

    #[test]
    fn the_last_odd_row_and_column_are_left_out() {
        let case = (PoolSpec::new(2), [1, 3, 3]);
        let x = array![[1.0, 2.0, 9.0, 4.0, 3.0, 9.0, 9.0, 9.0, 9.0]];
        let (y, dx) = run(case, &x, &array![[2.0]]);
        assert_eq!(y, array![[4.0]]);
        assert_eq!(dx, array![[0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0]]);
    }

    #[test]
    fn padding_loses_against_negative_numbers() {
        let case = (pool([2, 2], [2, 2], [1, 1]), [1, 2, 2]);
        let x = array![[-1.0, -2.0, f64::NEG_INFINITY, -4.0]];
        let (y, dx) = run(case, &x, &array![[1.0, 2.0, 3.0, 4.0]]);
        assert_eq!(y, x);
        assert_eq!(dx, array![[1.0, 2.0, 3.0, 4.0]]);
    }

    #[test]
    fn of_equal_numbers_the_first_gets_the_gradient() {
        // Both loops: windows of 2 x 2, and of 2 x 4 over the same numbers.
        let dy = array![[1.0, 2.0]];
        let x = array![[0.0, 0.0, 1.0, 5.0, 0.0, 0.0, 5.0, 5.0]];
        let (_, dx) = run((PoolSpec::new(2), [1, 2, 4]), &x, &dy);
        assert_eq!(dx, array![[1.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0]]);
        let (_, dx) = run((PoolSpec::new([1, 4]), [1, 2, 4]), &x, &dy);
        assert_eq!(dx, array![[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 2.0, 0.0]]);
    }

    #[test]
    fn a_nan_wins_wherever_it_stands() {
        for spec in [PoolSpec::new(2), pool([2, 2], [2, 2], [1, 1])] {
            for place in 0..16 {
                let mut x = distinct(1, 16);
                x[[0, place]] = f64::NAN;
                let case = (spec, [1, 4, 4]);
                let entries = entries(case);
                let dy = Array2::from_elem((1, entries.len()), 2.0);
                let (y, dx) = run(case, &x, &dy);
                for (y, entries) in y.iter().zip(&entries) {
                    assert_eq!(y.is_nan(), entries.contains(&Some(place)));
                }
                assert_eq!(
                    dx[[0, place]],
                    2.0,
                    "it wins one window: these do not overlap"
                );
            }
        }
    }

    #[test]
    fn a_smaller_batch_after_a_larger_one_is_right() {
        let case = (PoolSpec::new(2), [2, 4, 4]);
        let (mut layer, d_out) = layer(case);
        for rows in [4, 2] {
            let (x, dy) = (distinct(rows, 32), distinct(rows, d_out));
            let (mut y, mut dx) = (dy.clone(), x.clone());
            layer.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
            layer.backward(&[], pass(&x, &y, &dy), Some(dx.view_mut()), &mut []);
            assert_eq!((y, dx), run(case, &x, &dy));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn every_window_agrees_with_the_definition(case in cases()) {
            let [channels, height, width] = case.1;
            let entries = entries(case);
            let x = distinct(2, channels * height * width);
            let dy = distinct(2, entries.len());
            let (y, dx) = run(case, &x, &dy);
            let mut expected = Array2::<f64>::zeros(x.raw_dim());
            for n in 0..2 {
                for (window, entries) in entries.iter().enumerate() {
                    let value = |index: &usize| x[[n, *index]];
                    let largest = entries.iter().flatten();
                    let winner = largest.max_by(|a, b| value(a).total_cmp(&value(b))).unwrap();
                    prop_assert_eq!(y[[n, window]], x[[n, *winner]]);
                    expected[[n, *winner]] += dy[[n, window]];
                }
            }
            prop_assert_eq!(dx, expected);
        }
    }
}
