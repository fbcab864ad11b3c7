//! Losses: the mean over the samples of a batch, one file each.

pub mod binary_cross_entropy;
pub mod binary_squared_hinge;
pub mod hinge;
pub mod kl_divergence;
mod log_sum_exp;
pub mod maximum_a_posteriori;
pub mod mean_of_squares;
pub mod perceptron;
pub mod signed_squared_error;
pub mod softmax_cross_entropy;
pub mod squared_error;
pub mod squared_hinge;
pub mod sum_of_squares;

use contract::Real;
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2};
use spec::training::LossSpec;

pub use binary_cross_entropy::BinaryCrossEntropy;
pub use binary_squared_hinge::BinarySquaredHinge;
pub use hinge::Hinge;
pub use kl_divergence::KlDivergence;
pub use maximum_a_posteriori::MaximumAPosteriori;
pub use mean_of_squares::MeanOfSquares;
pub use perceptron::Perceptron;
pub use signed_squared_error::SignedSquaredError;
pub use softmax_cross_entropy::SoftmaxCrossEntropy;
pub use squared_error::SquaredError;
pub use squared_hinge::SquaredHinge;
pub use sum_of_squares::SumOfSquares;

/// A loss `$L = \frac{1}{N} \sum_n E_n$` with outputs `$y$` and targets `$t$`, both `[N, K]`.
///
/// A batch may be divided into shards: `forward` gives the *sum* `$\sum_n E_n$` of a shard, and
/// `backward` is told `$1/N$` of the whole batch.
pub trait Loss<T: Real>: Send + Sync {
    /// `$\sum_n E_n$`, summed in f64.
    fn forward(&self, y: ArrayView2<T>, t: ArrayView2<T>) -> f64;

    /// `$dy = \frac{1}{N} \partial E_n / \partial y$`.
    fn backward(&self, y: ArrayView2<T>, t: ArrayView2<T>, one_over_n: T, dy: ArrayViewMut2<T>);

    /// `$d^2y = \frac{1}{N} \partial^2 E_n / \partial y^2$`, the diagonal of the Hessian by the
    /// outputs; for penalties that are squared distances the weight of each (see
    /// [`MaximumAPosteriori`]).
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
        LossSpec::SumOfSquares => Box::new(SumOfSquares),
        LossSpec::MeanOfSquares => Box::new(MeanOfSquares),
        LossSpec::BinaryCrossEntropy => Box::new(BinaryCrossEntropy),
        LossSpec::SoftmaxCrossEntropy => Box::new(SoftmaxCrossEntropy),
        LossSpec::KlDivergence => Box::new(KlDivergence),
        LossSpec::Hinge => Box::new(Hinge),
        LossSpec::SquaredHinge => Box::new(SquaredHinge),
        LossSpec::Perceptron => Box::new(Perceptron),
        LossSpec::SignedSquaredError => Box::new(SignedSquaredError),
        LossSpec::BinarySquaredHinge => Box::new(BinarySquaredHinge),
        LossSpec::MaximumAPosteriori(loss) => Box::new(MaximumAPosteriori {
            rubbish: loss.rubbish,
        }),
    }
}

/// The class of a sample: the largest of its targets, the first of equals.
fn right_class<T: Real>(t: ArrayView1<T>) -> usize {
    let mut right = 0;
    for (class, &target) in t.iter().enumerate() {
        if target > t[right] {
            right = class;
        }
    }
    right
}

/// A target as a sign: 1 where it is above 0, −1 where it is 0 or −1.
fn sign<T: Real>(t: T) -> T {
    match t > T::zero() {
        true => T::one(),
        false => -T::one(),
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

    /// Holds `curvature` against central differences of `backward`.
    pub fn prove_curvature(loss: &dyn Loss<f64>, y: &Array2<f64>, t: &Array2<f64>) {
        let one_over_n = 1.0 / y.nrows() as f64;
        let mut d2y = Array2::from_elem(y.raw_dim(), f64::NAN);
        loss.curvature(y.view(), t.view(), one_over_n, d2y.view_mut());
        let h = 1e-5;
        for (place, &by_hand) in d2y.indexed_iter() {
            let slope = |by: f64| {
                let mut y = y.clone();
                y[place] += by;
                let mut dy = Array2::zeros(y.raw_dim());
                loss.backward(y.view(), t.view(), one_over_n, dy.view_mut());
                dy[place]
            };
            let difference = (slope(h) - slope(-h)) / (2.0 * h);
            assert!(
                (by_hand - difference).abs() < 1e-8,
                "d2y{place:?}: by hand {by_hand}, by differences {difference}"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};
    use spec::losses::MaximumAPosterioriSpec;

    #[test]
    fn the_right_class_is_the_largest_target() {
        assert_eq!(right_class(array![0.0, 0.0, 1.0].view()), 2);
        assert_eq!(right_class(array![0.05, 0.9, 0.05].view()), 1);
        assert_eq!(right_class(array![0.5f32, 0.5].view()), 0);
    }

    /// Classes may be told apart by 1 and 0, or by 1 and −1.
    #[test]
    fn a_target_of_zero_is_a_sign_of_minus_one() {
        assert_eq!([1.0, 0.0, -1.0].map(sign), [1.0, -1.0, -1.0]);
    }

    const EVERY: [LossSpec; 12] = [
        LossSpec::SquaredError,
        LossSpec::SumOfSquares,
        LossSpec::MeanOfSquares,
        LossSpec::BinaryCrossEntropy,
        LossSpec::SoftmaxCrossEntropy,
        LossSpec::KlDivergence,
        LossSpec::Hinge,
        LossSpec::SquaredHinge,
        LossSpec::Perceptron,
        LossSpec::SignedSquaredError,
        LossSpec::BinarySquaredHinge,
        LossSpec::MaximumAPosteriori(MaximumAPosterioriSpec { rubbish: 1.0 }),
    ];

    /// What a batch in several shards relies on.
    #[test]
    fn the_samples_of_every_loss_are_independent() {
        let y: Array2<f64> = array![[0.3, -1.2, 0.0], [4.0, 0.1, 1.0]];
        let t = array![[0.0, 1.0, 0.0], [0.9, 0.05, 0.05]];
        for spec in EVERY {
            let loss = build::<f64>(spec);
            let whole = loss.forward(y.view(), t.view());
            let mut dy = Array2::zeros((2, 3));
            loss.backward(y.view(), t.view(), 0.5, dy.view_mut());
            let mut sum = 0.0;
            for row in 0..2 {
                let part = ndarray::s![row..=row, ..];
                let (y, t) = (y.slice(part), t.slice(part));
                sum += loss.forward(y, t);
                let mut own = Array2::zeros((1, 3));
                loss.backward(y, t, 0.5, own.view_mut());
                assert_eq!(own, dy.slice(part), "{spec:?}");
            }
            assert!((whole - sum).abs() < 1e-14, "{spec:?}: {whole}, {sum}");
        }
    }

    #[test]
    fn a_loss_has_a_curvature_if_its_spec_says_so() {
        let (y, t) = (array![[0.3, -1.2]], array![[0.0, 1.0]]);
        // The curvature of penalties is in the distances behind them.
        let of_outputs = |spec: &LossSpec| spec.has_curvature() && !spec.smallest_wins();
        for spec in EVERY.into_iter().filter(of_outputs) {
            testing::prove_curvature(&*build::<f64>(spec), &y, &t);
        }
    }
}
