//! Gaussian units: a network of radial basis functions, with a linear layer behind them.
//!
//! ```math
//! y_{nj} = e^{-\beta_j d_{nj}}, \qquad d_{nj} = \sum_i (x_{ni} - c_{ji})^2, \qquad
//!   \beta_j = \frac{1}{2 \sigma_j^2}
//! ```
//!
//! An exponential is its own derivative, and a distance changes with the input as it does with the
//! centre, but for the sign:
//!
//! ```math
//! \frac{\partial y_{nj}}{\partial \beta_j} = -d_{nj}\, y_{nj}, \qquad
//!   \frac{\partial y_{nj}}{\partial c_{ji}} = 2 \beta_j y_{nj} (x_{ni} - c_{ji})
//!   = -\frac{\partial y_{nj}}{\partial x_{ni}}
//! ```
//!
//! With `$a_{nj} = 2 \beta_j y_{nj}\, dy_{nj}$` the sums over samples and units are products of
//! matrices, less what the sample or the centre itself adds:
//!
//! ```math
//! d\beta_j = -\sum_n dy_{nj}\, y_{nj}\, d_{nj}, \qquad
//!   dc_j = \sum_n a_{nj} x_n - \Bigl(\sum_n a_{nj}\Bigr) c_j, \qquad
//!   dx_n = \sum_j a_{nj} c_j - \Bigl(\sum_j a_{nj}\Bigr) x_n
//! ```
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, D_in]` |
//! | `y`, `dy`, d, a | `[N, units]` |
//! | `centers`, `dc` | `[units, D_in]` |
//! | `beta`, `dβ` | `[units]` |
//!
//! Source: Broomhead & Lowe 1988; centres and widths by gradients: Poggio & Girosi 1990, section
//! VI.

use contract::Real;
use kernels::distances::squared_distances;
use kernels::matmul::{matmul, matmul_transposed};
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::PlannedLayer;

use super::windows::{flat, flat_mut};
use super::{Layer, Mode, Pass};

/// `$y_j = \exp(-\beta_j \lVert x - c_j \rVert^2)$`.
#[derive(Clone, Debug)]
pub struct Rbf<T> {
    d_in: usize,
    units: usize,
    /// d of the last forward pass.
    squared: Vec<T>,
    /// a of the last backward pass.
    a: Vec<T>,
}

impl<T: Real> Layer<T> for Rbf<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let (centers, beta) = w.split_at(self.units * self.d_in);
        self.squared.resize(y.len(), T::zero());
        squared_distances(flat(x), centers, self.d_in, &mut self.squared);
        let samples = self.squared.chunks_exact(self.units);
        for (y, d) in flat_mut(y).chunks_exact_mut(self.units).zip(samples) {
            for ((y, &d), &beta) in y.iter_mut().zip(d).zip(beta) {
                *y = (-beta * d).exp();
            }
        }
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let (centers, beta) = w.split_at(self.units * self.d_in);
        let (dc, dbeta) = dw.split_at_mut(self.units * self.d_in);
        self.exponential(beta, pass, dbeta);
        let shape = (pass.y.nrows(), self.units);
        let a = ArrayView2::from_shape(shape, &self.a).expect("an a for each output");
        matmul_transposed(a, 0..self.units, pass.x, dc); // dc += aᵀ x
        for (j, (dc, c)) in rows_mut(dc, self.d_in)
            .zip(rows(centers, self.d_in))
            .enumerate()
        {
            less(a.column(j).sum(), c, dc); // dc −= (Σₙ a) c
        }
        let Some(mut dx) = dx else { return };
        dx.fill(T::zero());
        let c = ArrayView2::from_shape((self.units, self.d_in), centers);
        matmul(a, c.expect("a row for each centre"), dx.view_mut()); // dx = a c
        let samples = rows_mut(flat_mut(dx), self.d_in).zip(rows(flat(pass.x), self.d_in));
        for ((dx, x), a) in samples.zip(rows(&self.a, self.units)) {
            less(a.iter().copied().sum(), x, dx); // dx −= (Σⱼ a) x
        }
    }
}

impl<T: Real> Rbf<T> {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer) -> Self {
        Self {
            d_in: planned.inputs(),
            units: planned.outputs(),
            squared: Vec::new(),
            a: Vec::new(),
        }
    }

    /// Through the exponential: `$a = 2 \beta\, y\, dy$`, and
    /// `$d\beta \mathrel{+}= -\sum_n dy\, y\, d$`.
    fn exponential(&mut self, beta: &[T], pass: Pass<T>, dbeta: &mut [T]) {
        self.a.resize(pass.y.len(), T::zero());
        let (y, dy) = (
            rows(flat(pass.y), self.units),
            rows(flat(pass.dy), self.units),
        );
        let kept = rows_mut(&mut self.a, self.units).zip(rows(&self.squared, self.units));
        for ((y, dy), (a, d)) in y.zip(dy).zip(kept) {
            for j in 0..self.units {
                let g = dy[j] * y[j];
                dbeta[j] -= g * d[j];
                a[j] = T::of(2.0) * beta[j] * g;
            }
        }
    }
}

/// `$v \mathrel{-}= s\, u$`.
fn less<T: Real>(s: T, u: &[T], v: &mut [T]) {
    for (v, &u) in v.iter_mut().zip(u) {
        *v -= s * u;
    }
}

fn rows<T>(numbers: &[T], width: usize) -> impl Iterator<Item = &[T]> {
    numbers.chunks_exact(width)
}

fn rows_mut<T>(numbers: &mut [T], width: usize) -> impl Iterator<Item = &mut [T]> {
    numbers.chunks_exact_mut(width)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::super::windows::testing::pass;
    use super::*;
    use ndarray::{Array2, array};

    fn layer<T>(d_in: usize, units: usize) -> Rbf<T> {
        Rbf {
            d_in,
            units,
            squared: Vec::new(),
            a: Vec::new(),
        }
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        for (d_in, units) in [(1, 1), (4, 3), (21, 2)] {
            let mut w = random(1, units * d_in + units, "w")
                .into_raw_vec_and_offset()
                .0;
            // Widths from narrow to wide.
            w[units * d_in..]
                .iter_mut()
                .for_each(|beta| *beta = 0.1 + beta.abs());
            prove(&mut layer(d_in, units), &w, random(5, d_in, "x"), units);
        }
    }

    #[test]
    fn two_units_worked_by_hand() {
        // Distances 9 and 5; β = ln 2 / 9 and ln 4 / 5 make of them 1/2 and 1/4.
        let (ln2, ln4) = (2.0f64.ln(), 4.0f64.ln());
        let w = [1.0, -1.0, -1.0, 1.0, ln2 / 9.0, ln4 / 5.0];
        let (x, dy) = (array![[1.0, 2.0]], array![[1.0, 2.0]]);
        let (mut layer, mut y) = (layer(2, 2), Array2::zeros((1, 2)));
        layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        assert!(
            (&y - &array![[0.5, 0.25]])
                .iter()
                .all(|far| far.abs() < 1e-15)
        );
        let (mut dx, mut dw) = (x.clone(), [100.0; 6]);
        layer.backward(&w, pass(&x, &y, &dy), Some(dx.view_mut()), &mut dw);
        // a = 2 β y dy = ln 2 / 9 and ln 4 / 5.
        let (a, b) = (ln2 / 9.0, ln4 / 5.0);
        let wanted = [0.0, 3.0 * a, 2.0 * b, b, -4.5, -2.5];
        for (dw, wanted) in dw.iter().zip(wanted) {
            assert!((dw - 100.0 - wanted).abs() < 1e-13, "{dw} {wanted}");
        }
        let wanted = array![[-2.0 * b, -3.0 * a - b]];
        assert!((dx - wanted).iter().all(|far| far.abs() < 1e-15));
    }

    #[test]
    fn at_its_centre_a_unit_is_1_and_far_away_0_without_a_slope() {
        let w = [3.0f64, 1.0];
        let (x, mut y) = (array![[3.0], [1e6]], Array2::zeros((2, 1)));
        let mut layer = layer(1, 1);
        layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, array![[1.0], [0.0]]);
        let (mut dx, mut dw) = (x.clone(), [0.0; 2]);
        let dy = array![[1.0], [1.0]];
        layer.backward(&w, pass(&x, &y, &dy), Some(dx.view_mut()), &mut dw);
        assert_eq!((dx, dw), (array![[0.0], [0.0]], [0.0, 0.0]));
    }

    #[test]
    fn a_nan_reaches_every_unit() {
        let (x, mut y) = (array![[f64::NAN, 1.0]], Array2::zeros((1, 2)));
        let w = [0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
        layer(2, 2).forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        assert!(y.iter().all(|y: &f64| y.is_nan()));
    }
}
