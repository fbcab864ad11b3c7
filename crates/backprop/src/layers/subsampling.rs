//! LeNet-5's trainable subsampling.
//!
//! The windows `$\Omega_{ij}$` of a map stand side by side; their sums are multiplied by one
//! learned coefficient a map, and one learned bias is added. (In the paper a squashing function
//! follows: it is a layer of its own here.)
//!
//! ```math
//! S_{cij} = \sum_{(a, b) \in \Omega_{ij}} x_{cab}, \qquad y_{cij} = w_c S_{cij} + b_c
//! ```
//!
//! Coefficient and bias take part in every window of their map, in every sample; a pixel in one
//! window only:
//!
//! ```math
//! \frac{\partial L}{\partial w_c} = \sum_{nij} dy_{ncij}\, S_{ncij}, \qquad
//!   \frac{\partial L}{\partial b_c} = \sum_{nij} dy_{ncij}, \qquad
//!   dx_{ncab} = w_c\, dy_{ncij} \text{ with } (a, b) \in \Omega_{ij}
//! ```
//!
//! Rows and columns behind the last whole window are not used; their gradient is 0. The second
//! backward pass has the squares `$S^2$`, `$1$` and `$w_c^2$` in the place of these derivatives.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, C·H·W]` |
//! | `y`, `dy`, `S` | `[N, C·H_out·W_out]` |
//! | `weight`, `dw` | `[C]` |
//! | `bias`, `db` | `[C]` |
//!
//! Source: LeCun, Bottou, Bengio, Haffner 1998, section II.B, layers S2 and S4.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{PlannedLayer, PoolSpec, SubsamplingSpec};

use super::windows::{Windows, flat, flat_mut};
use super::{Layer, Mode, Pass};

/// `$y_{cij} = w_c \sum_{\Omega_{ij}} x_c + b_c$`.
#[derive(Clone, Debug)]
pub struct Subsampling<T> {
    windows: Windows,
    /// `$S$` `[N, C·H_out·W_out]`.
    sums: Vec<T>,
}

impl<T: Real> Subsampling<T> {
    /// The planned layer, for no rows yet.
    pub fn new(planned: &PlannedLayer, pool: &SubsamplingSpec) -> Self {
        Self {
            windows: Windows::new(planned, &PoolSpec::new(pool.size)),
            sums: Vec::new(),
        }
    }
}

impl<T: Real> Layer<T> for Subsampling<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let (x, y) = (flat(x), flat_mut(y));
        if self.sums.len() < y.len() {
            self.sums.resize(y.len(), T::zero());
        }
        let windows = &self.windows;
        let (weight, bias) = w.split_at(windows.channels);
        let maps = x.chunks_exact(windows.inputs());
        let outputs = y.chunks_exact_mut(windows.outputs());
        let sums = self.sums.chunks_exact_mut(windows.outputs());
        for (map, ((x, y), sums)) in maps.zip(outputs).zip(sums).enumerate() {
            let c = map % windows.channels;
            windows.sum(x, sums);
            for (y, &sum) in y.iter_mut().zip(&*sums) {
                *y = weight[c] * sum + bias[c];
            }
        }
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        self.back(w, pass, dx, dw, |derivative| derivative);
    }

    fn curvature(&mut self, w: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, d2w: &mut [T]) {
        self.back(w, pass, d2x, d2w, |derivative| derivative * derivative);
    }
}

impl<T: Real> Subsampling<T> {
    /// The derivatives `$S$`, `$1$` and `$w_c$`, each through `power`, times `dy`.
    fn back(
        &self,
        w: &[T],
        pass: Pass<T>,
        dx: Option<ArrayViewMut2<T>>,
        dw: &mut [T],
        power: impl Fn(T) -> T,
    ) {
        let windows = &self.windows;
        let dy = flat(pass.dy);
        let (dweight, dbias) = dw.split_at_mut(windows.channels);
        let outputs = dy.chunks_exact(windows.outputs());
        let sums = self.sums.chunks_exact(windows.outputs());
        for (map, (dy, sums)) in outputs.clone().zip(sums).enumerate() {
            let (mut dw, mut db) = (T::zero(), T::zero());
            for (&dy, &sum) in dy.iter().zip(sums) {
                dw += dy * power(sum);
                db += dy;
            }
            dweight[map % windows.channels] += dw;
            dbias[map % windows.channels] += db;
        }
        let Some(mut dx) = dx else { return };
        dx.fill(T::zero());
        let maps = flat_mut(dx).chunks_exact_mut(windows.inputs());
        for (map, (dx, dy)) in maps.zip(outputs).enumerate() {
            windows.scatter(power(w[map % windows.channels]), dy, dx);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, prove_curvature, random};
    use super::super::windows::testing::{entries, pass, plan};
    use super::*;
    use ndarray::{Array2, array};
    use proptest::prelude::*;
    use spec::model::{LayerSpec, Pair};

    fn layer(size: impl Into<Pair>, image: [usize; 3]) -> (Subsampling<f64>, usize) {
        let spec = SubsamplingSpec {
            size: size.into(),
            name: None,
            weights: None,
            biases: None,
            learning_rate: 1.0,
        };
        let planned = plan(LayerSpec::Subsampling(spec.clone()), image);
        (Subsampling::new(&planned, &spec), planned.outputs())
    }

    fn weights(channels: usize) -> Vec<f64> {
        random(1, 2 * channels, "w").into_raw_vec_and_offset().0
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        for size in [[2, 2], [1, 3]] {
            let (mut layer, d_out) = layer(size, [3, 5, 4]);
            prove(&mut layer, &weights(3), random(4, 60, "x"), d_out);
        }
    }

    #[test]
    fn curvature_agrees_with_its_definition() {
        for size in [[2, 2], [1, 3]] {
            let (mut layer, d_out) = layer(size, [3, 5, 4]);
            prove_curvature(&mut layer, &weights(3), random(4, 60, "x"), d_out);
        }
    }

    #[test]
    fn a_window_worked_by_hand() {
        // Two maps of one window each: sums 10 and 2.
        let (mut layer, _) = layer(2, [2, 2, 2]);
        let w = [0.5, -3.0, 1.0, 0.25];
        let x = array![[1.0, 2.0, 3.0, 4.0, -1.0, 0.0, 1.0, 2.0]];
        let mut y = Array2::zeros((1, 2));
        layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, array![[6.0, -5.75]]);
        let dy = array![[2.0, 1.0]];
        let (mut dx, mut dw) = (x.clone(), [100.0; 4]);
        layer.backward(&w, pass(&x, &y, &dy), Some(dx.view_mut()), &mut dw);
        assert_eq!(dx, array![[1.0, 1.0, 1.0, 1.0, -3.0, -3.0, -3.0, -3.0]]);
        assert_eq!(dw, [120.0, 102.0, 102.0, 101.0]);
    }

    #[test]
    fn a_nan_passes_into_its_window_only() {
        let (mut layer, _) = layer(2, [1, 2, 4]);
        let x = array![[1.0, f64::NAN, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0]];
        let mut y = Array2::zeros((1, 2));
        layer.forward(&[2.0, 1.0], x.view(), y.view_mut(), Mode::Evaluation);
        assert!(y[[0, 0]].is_nan());
        assert_eq!(y[[0, 1]], 29.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_window_agrees_with_the_definition(
            c in 1usize..4, kh in 1usize..4, kw in 1usize..4, h in 0usize..6, w in 0usize..6,
        ) {
            let image = [c, kh + h, kw + w];
            let (mut layer, d_out) = layer([kh, kw], image);
            let (weights, x) = (weights(c), random(2, image.iter().product(), "x"));
            let mut y = Array2::zeros((2, d_out));
            layer.forward(&weights, x.view(), y.view_mut(), Mode::Evaluation);
            let entries = entries((PoolSpec::new([kh, kw]), image));
            for ((n, window), &y) in y.indexed_iter() {
                let sum: f64 = entries[window].iter().map(|index| x[[n, index.unwrap()]]).sum();
                let c_of = window / (d_out / c);
                let expected = weights[c_of] * sum + weights[c + c_of];
                prop_assert!((y - expected).abs() < 1e-13);
            }
        }
    }
}
