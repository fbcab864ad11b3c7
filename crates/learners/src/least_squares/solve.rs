//! The solution by the formula, and by singular values. (`faer` has that by QR.)

use faer::linalg::solvers::Solve;
use faer::{Mat, MatRef};
use spec::Problem;

/// W = (ΦᵀΦ)⁻¹ ΦᵀT by LU decomposition, as the formula says.
pub fn normal(design: MatRef<'_, f64>, t: MatRef<'_, f64>) -> Mat<f64> {
    let (square, right) = (design.transpose() * design, design.transpose() * t);
    square.partial_piv_lu().solve(&right)
}

/// W = V S⁻¹ UᵀT, and once more for what is left of T; singular values up to `relative` times
/// the largest count as 0.
///
/// # Errors
/// When they cannot be computed.
pub fn svd(
    design: MatRef<'_, f64>,
    t: MatRef<'_, f64>,
    relative: f64,
) -> Result<Mat<f64>, Problem> {
    let svd = design.thin_svd().map_err(|_| no_convergence())?;
    let singular = svd.S().column_vector();
    let smallest = relative * singular[0];
    let solve = |t: MatRef<'_, f64>| {
        let mut along = svd.U().transpose() * t;
        for i in 0..along.nrows() {
            let inverse = if singular[i] > smallest {
                1.0 / singular[i]
            } else {
                0.0
            };
            (0..along.ncols()).for_each(|k| along[(i, k)] *= inverse);
        }
        svd.V() * along
    };
    let w = solve(t);
    let left = t - design * &w;
    Ok(&w + solve(left.as_ref()))
}

/// Singular values were not found.
pub fn no_convergence() -> Problem {
    let reason = "the singular values of these data cannot be computed: a number is too large";
    Problem::new("learner.least_squares", reason).hint("scale the data")
}
