//! Average pooling.
//!
//! Each window of a map gives its mean. Padding counts as zeros: the sum over the part
//! `$\Omega_{ij}$` of the window that lies on the map is always divided by the whole window.
//!
//! ```math
//! y_{ij} = \frac{1}{K_h K_w} \sum_{(a, b) \in \Omega_{ij}} x_{ab}
//! ```
//!
//! Every number of a window has the same share in it, and sums over the windows that it is in:
//!
//! ```math
//! \frac{\partial y_{ij}}{\partial x_{ab}} = \frac{1}{K_h K_w}, \qquad
//!   dx_{ab} = \frac{1}{K_h K_w} \sum_{ij : (a, b) \in \Omega_{ij}} dy_{ij}
//! ```
//!
//! The second backward pass squares the derivative, `$1 / (K_h K_w)^2$`.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, C·H·W]` |
//! | `y`, `dy` | `[N, C·H_out·W_out]` |
//!
//! Source: Goodfellow, Bengio, Courville 2016, section 9.3.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{PlannedLayer, PoolSpec};

use super::windows::{Windows, flat, flat_mut};
use super::{Layer, Mode, Pass};

/// `$y_{ij} = \frac{1}{K_h K_w} \sum_{\Omega_{ij}} x$`.
#[derive(Clone, Copy, Debug)]
pub struct AvgPool {
    windows: Windows,
}

impl AvgPool {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer, pool: &PoolSpec) -> Self {
        Self {
            windows: Windows::new(planned, pool),
        }
    }
}

impl<T: Real> Layer<T> for AvgPool {
    fn forward(&mut self, _: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, _: Mode) {
        let maps = flat(x).chunks_exact(self.windows.inputs());
        let outputs = flat_mut(y.view_mut()).chunks_exact_mut(self.windows.outputs());
        for (x, y) in maps.zip(outputs) {
            self.windows.sum(x, y);
        }
        let share = self.share::<T>();
        y.mapv_inplace(|sum| sum * share);
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        self.back(self.share(), pass, dx);
    }

    fn curvature(&mut self, _: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        let share = self.share::<T>();
        self.back(share * share, pass, d2x);
    }
}

impl AvgPool {
    /// `$1 / (K_h K_w)$`.
    fn share<T: Real>(&self) -> T {
        let size = self.windows.size;
        T::of(1.0 / (size.height * size.width) as f64)
    }

    /// `$dx_{ab} = f \sum_{ij} dy_{ij}$`.
    fn back<T: Real>(&self, factor: T, pass: Pass<T>, dx: Option<ArrayViewMut2<T>>) {
        let Some(mut dx) = dx else { return };
        dx.fill(T::zero());
        let maps = flat_mut(dx).chunks_exact_mut(self.windows.inputs());
        let outputs = flat(pass.dy).chunks_exact(self.windows.outputs());
        for (dx, dy) in maps.zip(outputs) {
            self.windows.scatter(factor, dy, dx);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature, random};
    use super::super::windows::testing::{Case, cases, entries, pass, plan, pool};
    use super::*;
    use ndarray::{Array2, array};
    use proptest::prelude::*;
    use spec::model::LayerSpec;

    fn layer((spec, image): Case) -> (AvgPool, usize) {
        let planned = plan(LayerSpec::AvgPool(spec), image);
        (AvgPool::new(&planned, &spec), planned.outputs())
    }

    fn forward(case: Case, x: &Array2<f64>) -> Array2<f64> {
        let (mut layer, d_out) = layer(case);
        let mut y = Array2::from_elem((x.nrows(), d_out), f64::NAN);
        layer.forward(&[], x.view(), y.view_mut(), Mode::Evaluation);
        y
    }

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
            prove(&mut layer, &[], random(3, 40, "x"), d_out);
        }
    }

    #[test]
    fn curvature_agrees_with_its_definition() {
        for case in some_cases() {
            let (mut layer, d_out) = layer(case);
            prove_curvature(&mut layer, &[], random(3, 40, "x"), d_out);
        }
    }

    #[test]
    fn windows_that_overlap_share_their_gradients() {
        let case = (pool([2, 2], [1, 1], [0, 0]), [1, 2, 3]);
        let x = array![[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]];
        let y = forward(case, &x);
        assert_eq!(y, array![[3.0, 4.0]]);
        let (dy, mut dx) = (array![[4.0, 8.0]], x.clone());
        let (mut layer, _) = layer(case);
        layer.backward(&[], pass(&x, &y, &dy), Some(dx.view_mut()), &mut []);
        assert_eq!(dx, array![[1.0, 3.0, 2.0, 1.0, 3.0, 2.0]]);
    }

    #[test]
    fn padding_counts_as_zeros() {
        let case = (pool([2, 2], [2, 2], [1, 1]), [1, 2, 2]);
        assert_eq!(
            forward(case, &array![[4.0, 8.0, 12.0, 16.0]]),
            array![[1.0, 2.0, 3.0, 4.0]]
        );
    }

    #[test]
    fn a_nan_passes_into_its_window_only() {
        let x = array![[1.0, f64::NAN, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0]];
        let y = forward((PoolSpec::new(2), [1, 2, 4]), &x);
        assert!(y[[0, 0]].is_nan());
        assert_eq!(y[[0, 1]], 3.5);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn every_window_agrees_with_the_definition(case in cases()) {
            let [channels, height, width] = case.1;
            let x = random(2, channels * height * width, "x");
            let y = forward(case, &x);
            for n in 0..2 {
                for (window, entries) in entries(case).iter().enumerate() {
                    let value = |entry: &Option<usize>| entry.map_or(0.0, |index| x[[n, index]]);
                    let mean = entries.iter().map(value).sum::<f64>() / entries.len() as f64;
                    prop_assert!((y[[n, window]] - mean).abs() < 1e-14);
                }
            }
        }
    }
}
