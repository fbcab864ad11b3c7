//! Least squares: the line, plane or sum of functions with the smallest squared error.
//!
//! ```math
//! E(W) = \lVert \Phi W - T \rVert^2 + \lambda \lVert W' \rVert^2, \qquad
//! \Phi^\top (\Phi W - T) + \lambda W' = 0, \qquad
//! W = (\Phi^\top \Phi + \lambda I')^{-1} \Phi^\top T
//! ```
//!
//! with a column of ones in Φ for the bias, which λ leaves out: W′ and I′ have a 0 there. The ridge
//! is least squares again, with a further sample √λ eⱼ, of target 0, for each column j; so each
//! method solves it.
//!
//! - `normal` computes the formula. ΦᵀΦ has the square of Φ's condition number κ, so about 2 log₁₀ κ
//!   of the 16 digits are lost.
//! - `qr`: Φ = QR with orthogonal Q, R W = QᵀT. About log₁₀ κ digits are lost.
//! - `svd`: Φ = USVᵀ, W = V S⁻¹ Uᵀ T, where S⁻¹ has a 0 in the place of a singular value that is
//!   nothing but rounding: of all solutions the one of least norm. Once more for what is left of T
//!   (iterative refinement), which brings the digits of `qr`.
//!
//! | | shape |
//! |---|---|
//! | x, t | `[N, D]`, `[N, K]` |
//! | Φ | `[N, M + 1]`, M = D for the inputs themselves |
//! | `weight` | `[K, M]` |
//! | `bias` | `[K]` |
//!
//! Source: Å. Björck, *Numerical Methods for Least Squares Problems*, 1996; the ridge: A. E. Hoerl,
//! R. W. Kennard, 1970.

mod basis;
mod certificate;
mod proofs;
mod solve;

use contract::{NamedTensors, TensorError};
use faer::linalg::solvers::SolveLstsq;
use faer::{Mat, MatRef};
use ndarray::{Array2, ArrayView2, array, s};
use spec::Problem;
use spec::learners::{LeastSquaresSpec, Method};
use spec::losses::LossSpec;
use spec::measures::Values;

use crate::linear_algebra::{dependent_columns, faer, ndarray, rounding, ten};
use crate::proof::largest;
use crate::{Data, Findings, Learner, Objective, Proof, Stop, Tick, Witness};
use basis::Basis;
pub use proofs::proofs;
use solve::{no_convergence, normal, svd};

/// Least squares of a basis of functions.
pub struct LeastSquares {
    spec: LeastSquaresSpec,
    basis: Basis,
    /// The bias in row 0: `[M + 1, K]`.
    w: Array2<f64>,
    /// Columns of Φ, and how many of them do not depend on others; none before the pass.
    rank: Option<usize>,
}

impl LeastSquares {
    /// Before the pass.
    ///
    /// # Errors
    /// When the basis would have too many functions.
    pub fn new(spec: &LeastSquaresSpec, data: &Data) -> Result<Self, Problem> {
        let basis = Basis::new(spec.basis, data)?;
        let learner = Self {
            spec: spec.clone(),
            w: Array2::zeros((basis.len() + 1, data.t.ncols())),
            basis,
            rank: None,
        };
        learner.certified(data)?;
        Ok(learner)
    }

    /// Φ, with a row for each column below it where there is a ridge.
    fn design(&self, x: ArrayView2<'_, f64>) -> Mat<f64> {
        let (functions, samples) = (self.basis.of(x), x.nrows());
        let (columns, root) = (self.w.nrows(), self.spec.ridge.sqrt());
        let more = if root > 0.0 { columns } else { 0 };
        Mat::from_fn(samples + more, columns, |i, j| match (i < samples, j) {
            (true, 0) => 1.0,
            (true, j) => functions[[i, j - 1]],
            (false, j) if j > 0 && i - samples == j => root,
            (false, _) => 0.0,
        })
    }

    /// The names of the columns of Φ.
    fn names(&self, data: &Data) -> Vec<String> {
        let mut names = vec!["bias".to_string()];
        names.extend(self.basis.names(&data.inputs));
        names
    }

    /// Columns that depend on others leave no single solution.
    fn expect_independent(
        &self,
        r: MatRef<'_, f64>,
        data: &Data,
        relative: f64,
    ) -> Result<(), Problem> {
        let dependent = dependent_columns(r, relative);
        if dependent.is_empty() {
            return Ok(());
        }
        let (all, names) = (self.names(data), self.w.nrows());
        let told: Vec<&str> = dependent.iter().map(|&j| all[j].as_str()).collect();
        let (count, told) = (told.len(), ten(&told));
        let reason = match data.len() < names {
            true => format!(
                "{} samples cannot determine {names} coefficients; without {told} they can",
                data.len()
            ),
            false => format!(
                "{count} of {names} columns depend on those before them (a constant one on the \
                 bias), so no solution is the only one: {told}"
            ),
        };
        let hint = "method = \"svd\" gives the solution of least norm; or set ridge above 0, or \
                    leave these columns out";
        Err(Problem::new("learner.least_squares.method", reason).hint(hint))
    }

    /// T − Φ W of the samples alone: `[N, K]`.
    fn residuals(&self, data: &Data) -> Array2<f64> {
        &data.t - &self.predict(data.x.view())
    }
}

impl Learner for LeastSquares {
    fn passes(&self) -> usize {
        1
    }

    fn is_done(&self) -> bool {
        self.rank.is_some()
    }

    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop> {
        let design = self.design(data.x.view());
        let mut t = Mat::zeros(design.nrows(), data.t.ncols());
        t.subrows_mut(0, data.len()).copy_from(faer(data.t.view()));
        tick()?;
        let (qr, relative) = (design.qr(), rounding(design.as_ref()));
        tick()?;
        let singular = qr
            .thin_R()
            .singular_values()
            .map_err(|_| no_convergence())?;
        let (first, last) = (singular[0], singular[singular.len() - 1]);
        let rank = singular.iter().filter(|s| **s > relative * first).count();
        if self.spec.method != Method::Svd {
            self.expect_independent(qr.thin_R(), data, relative)?;
        }
        let w = match self.spec.method {
            Method::Normal => normal(design.as_ref(), t.as_ref()),
            Method::Qr => qr.solve_lstsq(&t),
            Method::Svd => svd(design.as_ref(), t.as_ref(), relative)?,
        };
        self.w = ndarray(w.as_ref());
        self.rank = Some(rank);
        let squares: f64 = self.residuals(data).iter().map(|r| r * r).sum();
        let free = data.len().saturating_sub(rank) * data.t.ncols();
        Ok(Values::from([
            ("residual_deviation".into(), (squares / free as f64).sqrt()),
            ("rank".into(), rank as f64),
            ("condition_number".into(), first / last),
            ("digits".into(), self.digits(data)?),
        ]))
    }

    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        self.basis.of(x).dot(&self.w.slice(s![1.., ..])) + self.w.row(0)
    }

    fn weights(&self) -> NamedTensors<f64> {
        let mut weights = NamedTensors::default();
        let weight = self
            .w
            .slice(s![1.., ..])
            .t()
            .as_standard_layout()
            .into_owned();
        weights.insert("weight", weight.into_dyn());
        weights.insert("bias", self.w.row(0).to_owned().into_dyn());
        weights
    }

    fn state(&self) -> NamedTensors<f64> {
        let mut state = self.weights();
        let rank = self.rank.map_or(-1.0, |rank| rank as f64);
        state.insert("rank", array![rank].into_dyn());
        state
    }

    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        let (rows, outputs) = self.w.dim();
        let weight = state.expect("weight", &[outputs, rows - 1])?;
        let bias = state.expect("bias", &[outputs])?;
        let rank = state.expect("rank", &[1])?[0];
        let value = |(m, k)| if m == 0 { bias[k] } else { weight[[k, m - 1]] };
        self.w = Array2::from_shape_fn((rows, outputs), value);
        self.rank = (rank >= 0.0).then_some(rank as usize);
        Ok(())
    }

    fn findings(&self, data: &Data) -> Vec<Findings> {
        let outputs: Vec<&str> = data.outputs.iter().map(String::as_str).collect();
        let rows = self.names(data).into_iter().zip(self.w.rows());
        let coefficients = rows.fold(
            Findings::new("coefficient", &outputs),
            |found, (name, w)| found.row(&name, &w.to_vec()),
        );
        vec![coefficients]
    }

    fn objective(&self, data: &Data) -> Option<Objective> {
        Some(Objective {
            x: self.basis.of(data.x.view()).into_owned(),
            loss: LossSpec::SquaredError,
            ridge: self.spec.ridge,
            hessians: Vec::new(),
        })
    }

    fn warnings(&self, _: &Data) -> Vec<String> {
        let columns = self.w.nrows();
        let deficient = self.rank.filter(|rank| *rank < columns);
        let told = deficient.map(|rank| {
            format!(
                "the rank is {rank} of {columns}: columns depend on each other, and of all solutions \
                 this is the one of least norm"
            )
        });
        told.into_iter().collect()
    }

    /// Φᵀ(T − ΦW) = λW′: what is left is orthogonal to every column.
    fn proofs(&self, data: &Data) -> Vec<Proof> {
        let design = self.design(data.x.view());
        let (w, mut t) = (
            faer(self.w.view()),
            Mat::zeros(design.nrows(), data.t.ncols()),
        );
        t.subrows_mut(0, data.len()).copy_from(faer(data.t.view()));
        let left = &t - &design * &w;
        let products = design.transpose() * &left;
        let columns = (0..design.ncols()).flat_map(|j| (0..t.ncols()).map(move |k| (j, k)));
        let cosine = |(j, k)| {
            let scale = design.col(j).norm_l2() * t.col(k).norm_l2();
            products[(j, k)] / if scale > 0.0 { scale } else { 1.0 }
        };
        let error = largest(columns.map(cosine));
        let quantity = "residuals orthogonal to every column";
        vec![Proof::within(
            "these data",
            quantity,
            Witness::Invariant,
            error,
            1e-9,
        )]
    }
}

#[cfg(test)]
mod tests;
