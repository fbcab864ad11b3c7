//! Losses: the mean over the samples of a batch, one file each.

pub mod binary_cross_entropy;
pub mod softmax_cross_entropy;
pub mod squared_error;

use ndarray::{ArrayView2, ArrayViewMut2};
use spec::Real;
use spec::training::LossSpec;

pub use binary_cross_entropy::BinaryCrossEntropy;
pub use softmax_cross_entropy::SoftmaxCrossEntropy;
pub use squared_error::SquaredError;

/// A loss `$L = \frac{1}{N} \sum_n E_n$` with outputs `$y$` and targets `$t$`, both `[N, K]`.
///
/// A batch may be cut into pieces: `forward` gives the *sum* `$\sum_n E_n$` of a piece, and `backward`
/// is told `$1/N$` of the whole batch.
pub trait Loss<T: Real>: Send + Sync {
    /// `$\sum_n E_n$`, summed in f64.
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64;

    /// `$dy = \frac{1}{N} \partial E_n / \partial y$`.
    fn backward(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, dy: ArrayViewMut2<T>);

    /// `$d^2y = \frac{1}{N} \partial^2 E_n / \partial y^2$`, the diagonal of the Hessian by the outputs.
    ///
    /// # Panics
    /// In a loss without one; the check of a config asks [`LossSpec::has_curvature`] before.
    fn curvature(&self, _: ArrayView2<T>, _: ArrayView2<T>, _: T, _: ArrayViewMut2<T>) {
        unimplemented!("LossSpec::has_curvature says which losses have a second derivative")
    }
}

/// The loss that a config names.
pub fn build<T: Real>(loss: LossSpec) -> Box<dyn Loss<T>> {
    match loss {
        LossSpec::SquaredError => Box::new(SquaredError),
        LossSpec::BinaryCrossEntropy => Box::new(BinaryCrossEntropy),
        LossSpec::SoftmaxCrossEntropy => Box::new(SoftmaxCrossEntropy),
        _ => todo!("{}", loss.kind()),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::Loss;
    use ndarray::Array2;

    /// Holds `backward` against central differences of the mean loss.
    pub fn prove(loss: &dyn Loss<f64>, y: &Array2<f64>, t: &Array2<f64>) {
        let one_over_n = 1.0 / y.nrows() as f64;
        let mut dy = Array2::from_elem(y.raw_dim(), f64::NAN);
        loss.backward(y.view(), t.view(), one_over_n, dy.view_mut());
        let h = 1e-5;
        for index in 0..y.len() {
            let mean = |by: f64| {
                let mut y = y.clone();
                y.as_slice_mut().unwrap()[index] += by;
                loss.forward(y.view(), t.view()) * one_over_n
            };
            let difference = (mean(h) - mean(-h)) / (2.0 * h);
            let by_hand = dy.as_slice().unwrap()[index];
            assert!(
                (by_hand - difference).abs() < 1e-8,
                "dy[{index}]: by hand {by_hand}, by differences {difference}"
            );
        }
    }
}
