//! Radial basis function units: squared distances to centres.
//!
//! ```math
//! y_{nj} = \sum_i (x_{ni} - w_{ji})^2
//! ```
//!
//! Up to a constant that is the negative log-likelihood of a Gaussian at `$w_j$`: LeNet-5 has one
//! for each class, and the class of the smallest `$y_j$` wins. Input and centre enter by their
//! difference only, so their derivatives are opposite:
//!
//! ```math
//! \frac{\partial y_{nj}}{\partial x_{ni}} = 2 (x_{ni} - w_{ji})
//!   = -\frac{\partial y_{nj}}{\partial w_{ji}}
//! ```
//!
//! ```math
//! dx_{ni} = \sum_j 2\, dy_{nj} (x_{ni} - w_{ji}), \qquad
//!   \frac{\partial L}{\partial w_{ji}} = -\sum_n 2\, dy_{nj} (x_{ni} - w_{ji})
//! ```
//!
//! The second backward pass is the one exception to its rule. A squared distance is itself what
//! other networks have as their loss, and all its curvature is in its own second derivative,
//! `$\partial^2 y_j / \partial x_i^2 = 2$`; that term stays here, and the one with `$(\partial y_j
//! / \partial x_i)^2$`, which would need a loss that bends in the distances, goes. What comes in as
//! `$d^2y_j$` is the weight with which the loss counts distance `$j$`:
//!
//! ```math
//! d^2x_{ni} = \sum_j 2\, d^2y_{nj}, \qquad d^2w_{ji} = \sum_n 2\, d^2y_{nj}
//! ```
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, D_in]` |
//! | `y`, `dy` | `[N, units]` |
//! | `weight`, `dw` | `[units, D_in]` |
//!
//! Source: LeCun, Bottou, Bengio, Haffner 1998, eq. 7.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::PlannedLayer;

use super::windows::{flat, flat_mut};
use super::{Layer, Mode, Pass};

/// `$y_j = \sum_i (x_i - w_{ji})^2$`.
#[derive(Clone, Copy, Debug)]
pub struct SquaredDistance {
    d_in: usize,
    units: usize,
}

impl SquaredDistance {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer) -> Self {
        Self {
            d_in: planned.inputs(),
            units: planned.outputs(),
        }
    }
}

impl<T: Real> Layer<T> for SquaredDistance {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let samples = flat(x).chunks_exact(self.d_in);
        for (x, y) in samples.zip(flat_mut(y).chunks_exact_mut(self.units)) {
            for (y, w) in y.iter_mut().zip(w.chunks_exact(self.d_in)) {
                *y = squared_distance(x, w);
            }
        }
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let two = T::of(2.0);
        // ∂y/∂w is −∂y/∂x.
        self.back(w, pass, dx, dw, -T::one(), |difference| two * difference);
    }

    fn curvature(&mut self, w: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, d2w: &mut [T]) {
        let two = T::of(2.0);
        self.back(w, pass, d2x, d2w, T::one(), |_| two);
    }
}

impl SquaredDistance {
    /// `$dx_i = \sum_j dy_j f(x_i - w_{ji})$` and `$dw_{ji} \mathrel{+}= \pm \sum_n dy_j f(x_i -
    /// w_{ji})$`.
    fn back<T: Real>(
        &self,
        w: &[T],
        pass: Pass<T>,
        dx: Option<ArrayViewMut2<T>>,
        dw: &mut [T],
        sign: T,
        f: impl Fn(T) -> T,
    ) {
        let d_in = self.d_in;
        let samples = || {
            let dy = flat(pass.dy).chunks_exact(self.units);
            flat(pass.x).chunks_exact(d_in).zip(dy)
        };
        for (x, dy) in samples() {
            for ((&dy, w), dw) in dy
                .iter()
                .zip(w.chunks_exact(d_in))
                .zip(dw.chunks_exact_mut(d_in))
            {
                for ((dw, &w), &x) in dw.iter_mut().zip(w).zip(x) {
                    *dw += sign * dy * f(x - w);
                }
            }
        }
        let Some(mut dx) = dx else { return };
        dx.fill(T::zero());
        for (dx, (x, dy)) in flat_mut(dx).chunks_exact_mut(d_in).zip(samples()) {
            for (&dy, w) in dy.iter().zip(w.chunks_exact(d_in)) {
                for ((dx, &w), &x) in dx.iter_mut().zip(w).zip(x) {
                    *dx += dy * f(x - w);
                }
            }
        }
    }
}

/// Summed in lanes, so that the processor need not wait for each addition. The form
/// `$\|x\|^2 - 2 x \cdot w + \|w\|^2$` would be a matrix product, but cancels near a centre.
fn squared_distance<T: Real>(x: &[T], w: &[T]) -> T {
    const LANES: usize = 16;
    let ((x, rest_of_x), (w, rest_of_w)) = (x.as_chunks::<LANES>(), w.as_chunks::<LANES>());
    let mut lanes = [T::zero(); LANES];
    for (x, w) in x.iter().zip(w) {
        for lane in 0..LANES {
            let difference = x[lane] - w[lane];
            lanes[lane] += difference * difference;
        }
    }
    let rest = rest_of_x.iter().zip(rest_of_w);
    let rest = rest.map(|(&x, &w)| (x - w) * (x - w));
    rest.chain(lanes).sum()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::super::windows::testing::pass;
    use super::*;
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    fn weights(count: usize) -> Vec<f64> {
        random(1, count, "w").into_raw_vec_and_offset().0
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        for (d_in, units) in [(4, 3), (21, 2)] {
            let w = weights(units * d_in);
            prove(
                &mut SquaredDistance { d_in, units },
                &w,
                random(5, d_in, "x"),
                units,
            );
        }
    }

    /// `$\sum_j c_j y_j$` is a parabola in each input, so its second difference is exact.
    #[test]
    fn curvature_is_the_second_derivative_of_weighted_distances() {
        let mut layer = SquaredDistance { d_in: 4, units: 3 };
        let (w, x, c) = (weights(12), random(2, 4, "x"), random(2, 3, "c"));
        let mut y = Array2::zeros((2, 3));
        let mut sum = |x: &Array2<f64>| {
            layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
            (&y * &c).sum()
        };
        let moved = |place, by: f64| {
            let mut x = x.clone();
            x[place] += by;
            x
        };
        let second = Array2::from_shape_fn((2, 4), |place| {
            (sum(&moved(place, 0.5)) - 2.0 * sum(&x) + sum(&moved(place, -0.5))) / 0.25
        });
        let mut d2x = Array2::zeros((2, 4));
        let y = Array2::zeros((2, 3));
        layer.curvature(&w, pass(&x, &y, &c), Some(d2x.view_mut()), &mut [0.0; 12]);
        assert!((d2x - second).iter().all(|d| d.abs() < 1e-12));
    }

    #[test]
    fn two_centres_worked_by_hand() {
        // Differences (1, 2) - (1, -1) = (0, 3) and (1, 2) - (-1, 1) = (2, 1).
        let mut layer = SquaredDistance { d_in: 2, units: 2 };
        let (w, x) = ([1.0, -1.0, -1.0, 1.0], array![[1.0, 2.0]]);
        let mut y = Array2::zeros((1, 2));
        layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, array![[9.0, 5.0]]);
        let dy = array![[0.5, 1.0]];
        let (mut dx, mut dw) = (x.clone(), [100.0; 4]);
        layer.backward(&w, pass(&x, &y, &dy), Some(dx.view_mut()), &mut dw);
        assert_eq!(dx, array![[4.0, 5.0]]);
        assert_eq!(dw, [100.0, 97.0, 96.0, 98.0]);
        let (mut d2x, mut d2w) = (x.clone(), [100.0; 4]);
        layer.curvature(&w, pass(&x, &y, &dy), Some(d2x.view_mut()), &mut d2w);
        assert_eq!(d2x, array![[3.0, 3.0]]);
        assert_eq!(d2w, [101.0, 101.0, 102.0, 102.0]);
    }

    #[test]
    fn a_small_distance_far_from_zero_does_not_cancel() {
        let mut layer = SquaredDistance { d_in: 1, units: 1 };
        let mut y = Array2::zeros((1, 1));
        let x = array![[1000.125f32]];
        layer.forward(&[1000.0], x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, array![[0.015_625]]);
    }

    #[test]
    fn a_nan_passes_wherever_it_stands() {
        for place in 0..20 {
            let mut x = random(1, 20, "x");
            x[[0, place]] = f64::NAN;
            let mut y = Array2::zeros((1, 2));
            let mut layer = SquaredDistance { d_in: 20, units: 2 };
            layer.forward(&weights(40), x.view(), y.view_mut(), Mode::Evaluation);
            assert!(y.iter().all(|y| y.is_nan()));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn every_distance_agrees_with_the_definition(d_in in 1usize..90, units in 1usize..5) {
            let (w, x) = (weights(units * d_in), random(3, d_in, "x"));
            let mut y = Array2::zeros((3, units));
            SquaredDistance { d_in, units }.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
            for ((n, j), &y) in y.indexed_iter() {
                let squares = (0..d_in).map(|i| (x[[n, i]] - w[j * d_in + i]).powi(2));
                prop_assert!((y - squares.sum::<f64>()).abs() < 1e-12);
            }
        }
    }
}
