//! Least squares with a ridge, of more samples than fit into memory as a matrix: the weights of a
//! last linear layer in closed form.
//!
//! ```math
//! E(W) = \lVert \Phi W - T \rVert^2 + \lambda \lVert W' \rVert^2, \qquad
//!   \Phi^\top (\Phi W - T) + \lambda W' = 0
//! ```
//!
//! with a column of ones in Φ for the bias, if there is one, which W′ leaves out. The ridge is a
//! further sample √λ eⱼ, of target 0, for each column j.
//!
//! Of samples only the triangle R and QᵀT of their Φ = QR are kept. The triangle of a further block
//! goes below, and the QR of both is that of all: orthogonal transformations throughout, so about
//! log₁₀ κ of the 16 digits are lost, and not twice as many as by ΦᵀΦ.
//!
//! | | shape |
//! |---|---|
//! | Φ of a block, T | `[N, M]`, `[N, K]` |
//! | `weight` | `[K, M]` |
//! | `bias` | `[K]` |
//!
//! Source: Å. Björck, *Numerical Methods for Least Squares Problems*, 1996, section 2.5 (sequential
//! QR).

use faer::{Mat, MatRef};
use ndarray::{Array1, Array2, ArrayView2, s};
use spec::Problem;

use crate::linear_algebra::ndarray;

/// Samples taken in so far.
pub struct Ridge {
    /// Columns of Φ without the bias.
    inputs: usize,
    bias: bool,
    /// R, and QᵀT behind it: `[M, M + K]`, M with the bias, which is the last column of R.
    triangle: Mat<f64>,
    samples: usize,
}

/// Some samples by themselves, so that threads can share them.
pub struct Block {
    triangle: Mat<f64>,
    samples: usize,
}

impl Block {
    /// A block of samples, `[N, M]` and `[N, K]`. It should have a few times M rows: it is taken in
    /// at the cost of M.
    pub fn new(phi: ArrayView2<'_, f64>, t: ArrayView2<'_, f64>, bias: bool) -> Self {
        let inputs = phi.ncols();
        let columns = inputs + usize::from(bias);
        let value = |n: usize, j: usize| match j {
            j if j < inputs => phi[[n, j]],
            j if j < columns => 1.0,
            j => t[[n, j - columns]],
        };
        let samples = Mat::from_fn(phi.nrows(), columns + t.ncols(), value);
        Self {
            triangle: triangle(samples.as_ref(), columns),
            samples: phi.nrows(),
        }
    }
}

/// R of the first columns, and behind it the targets as these columns see them: QᵀT, which is in
/// the same rows when the targets are further columns.
fn triangle(stacked: MatRef<'_, f64>, columns: usize) -> Mat<f64> {
    let r = stacked.qr().thin_R().to_owned();
    r.subrows(0, columns.min(r.nrows())).to_owned()
}

impl Ridge {
    /// Without samples.
    pub fn new(inputs: usize, outputs: usize, bias: bool, ridge: f64) -> Self {
        let columns = inputs + usize::from(bias);
        let root = ridge.sqrt();
        Self {
            inputs,
            bias,
            triangle: Mat::from_fn(columns, columns + outputs, |i, j| match i == j {
                true if i < inputs => root,
                _ => 0.0,
            }),
            samples: 0,
        }
    }

    /// Takes in further samples.
    pub fn take(&mut self, block: &Block) {
        let (own, theirs) = (&self.triangle, &block.triangle);
        let columns = own.nrows();
        let value = |i: usize, j| match i < columns {
            true => own[(i, j)],
            false => theirs[(i - columns, j)],
        };
        let stacked = Mat::from_fn(columns + theirs.nrows(), own.ncols(), value);
        self.triangle = triangle(stacked.as_ref(), columns);
        self.samples += block.samples;
    }

    /// Weight `[K, M]` and bias `[K]`, 0 without one.
    ///
    /// # Errors
    /// When a number is not finite, or columns depend on each other, so that no solution is the
    /// only one; with the key below the layer's.
    pub fn solve(&self) -> Result<(Array2<f64>, Array1<f64>), Problem> {
        let columns = self.triangle.nrows();
        let (r, right) = (
            self.triangle.subcols(0, columns),
            self.triangle
                .subcols(columns, self.triangle.ncols() - columns),
        );
        self.expect_independent(r)?;
        let mut w = right.to_owned();
        r.solve_upper_triangular_in_place(&mut w);
        let w = ndarray(w.as_ref());
        let weight = w.slice(s![..self.inputs, ..]).t().to_owned();
        let bias = match self.bias {
            true => w.row(self.inputs).to_owned(),
            false => Array1::zeros(w.ncols()),
        };
        Ok((weight.as_standard_layout().into_owned(), bias))
    }

    /// The diagonal of R is what is left of each column when its parts along those before it are
    /// taken away.
    fn expect_independent(&self, r: MatRef<'_, f64>) -> Result<(), Problem> {
        let key = "weights.least_squares.ridge";
        if (0..r.ncols()).any(|j| !r.col(j).norm_l2().is_finite()) {
            let reason = "what comes in is not finite, so there is no least squared error";
            return Err(Problem::new("weights", reason).hint("smaller initial weights before it"));
        }
        let relative = self.samples.max(r.nrows()) as f64 * f64::EPSILON;
        let depends = |&j: &usize| r[(j, j)].abs() <= relative * r.col(j).norm_l2();
        let (count, columns) = ((0..r.nrows()).filter(depends).count(), r.nrows());
        if count == 0 {
            return Ok(());
        }
        let reason = match self.samples < columns {
            true => format!(
                "{} samples cannot determine {columns} weights",
                self.samples
            ),
            false => format!(
                "{count} of {columns} columns depend on those before them, so no solution is the \
                 only one"
            ),
        };
        let hint = "a ridge above 0: weights = { least_squares = { ridge = 1e-6 } }";
        Err(Problem::new(key, reason).hint(hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Axis, concatenate};
    use proptest::prelude::*;

    fn numbers(rows: usize, columns: usize, from: f64) -> Array2<f64> {
        Array2::from_shape_fn((rows, columns), |(i, j)| {
            (from + 1.3 * i as f64 + 2.1 * (i * j) as f64 + 0.7 * j as f64).sin()
        })
    }

    fn solved(phi: &Array2<f64>, t: &Array2<f64>, block: usize, ridge: f64) -> Array2<f64> {
        let mut fit = Ridge::new(phi.ncols(), t.ncols(), true, ridge);
        let blocks = phi.axis_chunks_iter(Axis(0), block);
        for (phi, t) in blocks.zip(t.axis_chunks_iter(Axis(0), block)) {
            fit.take(&Block::new(phi, t, true));
        }
        let (weight, bias) = fit.solve().unwrap();
        concatenate![Axis(1), weight, bias.insert_axis(Axis(1))]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn the_gradient_vanishes_and_blocks_do_not_matter(
            rows in 8usize..40, columns in 1usize..6, ridge in 0.0..2.0f64, block in 1usize..50,
        ) {
            let (phi, t) = (numbers(rows, columns, 0.3), numbers(rows, 2, 5.0));
            let w = solved(&phi, &t, block, ridge);
            let one = Array2::ones((rows, 1));
            let wide = concatenate![Axis(1), phi, one];
            let left = wide.dot(&w.t()) - &t;
            let mut gradient = wide.t().dot(&left);
            gradient.slice_mut(s![..columns, ..]).scaled_add(ridge, &w.slice(s![.., ..columns]).t());
            prop_assert!(gradient.iter().all(|g| g.abs() < 1e-11), "{}", gradient);
            let far = w - solved(&phi, &t, rows, ridge);
            prop_assert!(far.iter().all(|far| far.abs() < 1e-9), "{}", far);
        }
    }

    #[test]
    fn without_a_bias_a_line_goes_through_0() {
        let mut fit = Ridge::new(1, 1, false, 0.0);
        let (x, t) = (ndarray::array![[1.0], [2.0]], ndarray::array![[3.0], [6.0]]);
        fit.take(&Block::new(x.view(), t.view(), false));
        let (weight, bias) = fit.solve().unwrap();
        assert!((weight[[0, 0]] - 3.0).abs() < 1e-14 && bias[0] == 0.0);
    }

    #[test]
    fn what_leaves_no_single_solution_is_refused() {
        let problem = |phi: Array2<f64>, ridge| {
            let mut fit = Ridge::new(phi.ncols(), 1, true, ridge);
            let t = Array2::ones((phi.nrows(), 1));
            fit.take(&Block::new(phi.view(), t.view(), true));
            fit.solve()
                .map(|_| ())
                .map_err(|problem| (problem.key, problem.reason))
        };
        let constant = Array2::from_elem((5, 2), 0.5);
        let (key, reason) = problem(constant.clone(), 0.0).unwrap_err();
        assert_eq!(key, "weights.least_squares.ridge");
        assert!(reason.starts_with("2 of 3 columns depend"), "{reason}");
        assert_eq!(problem(constant, 1e-3), Ok(()));
        let (_, reason) = problem(numbers(2, 3, 0.0), 0.0).unwrap_err();
        assert_eq!(reason, "2 samples cannot determine 4 weights");
        let (key, reason) = problem(Array2::from_elem((5, 2), f64::NAN), 1.0).unwrap_err();
        assert!(
            key == "weights" && reason.contains("not finite"),
            "{reason}"
        );
    }
}
