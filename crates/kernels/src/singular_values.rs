//! The singular values of a small matrix, without its singular vectors.
//!
//! Reflections from both sides make an upper bidiagonal matrix of `$A$`, with the same singular
//! values: from the left all below the diagonal of a column becomes 0, from the right all beyond
//! the next place of a row (Golub & Kahan 1965). With its diagonal `$d$` and what stands above it,
//! `$e$`, the symmetric tridiagonal matrix of zeros on the diagonal and
//! `$d_1, e_1, d_2, e_2, \dots, d_n$` beside it has the eigenvalues `$\pm\sigma_i$`. How many of
//! them lie below `$x$` is how many of
//!
//! ```math
//! q_1 = -x, \qquad q_{i+1} = -x - b_i^2 / q_i
//! ```
//!
//! are negative (Sturm), and halving an interval finds each (Golub & Van Loan, "Matrix
//! Computations", 8.4 and 8.6). The error is that of rounding, relative to the largest.

use ndarray::{Array2, ArrayView2, s};

/// The singular values of a matrix, the largest first.
///
/// # Panics
/// When a number is not finite.
pub fn singular_values(a: ArrayView2<f64>) -> Vec<f64> {
    assert!(a.iter().all(|a| a.is_finite()), "a number is not finite");
    let mut a = match a.nrows() < a.ncols() {
        true => a.t().as_standard_layout().into_owned(),
        false => a.as_standard_layout().into_owned(),
    };
    let beside = bidiagonal(&mut a);
    // No eigenvalue is larger than the largest sum of a row.
    let padded = [&[0.0], &beside[..], &[0.0]].concat();
    let sums = padded.windows(2).map(|pair| pair[0].abs() + pair[1].abs());
    let bound = sums.fold(0.0, f64::max);
    (0..a.ncols())
        .map(|index| value(&beside, index, bound))
        .collect()
}

/// `$d_1, e_1, d_2, \dots, d_n$` of a matrix with at least as many rows as columns, which is lost.
fn bidiagonal(a: &mut Array2<f64>) -> Vec<f64> {
    let columns = a.ncols();
    let mut beside = Vec::with_capacity(2 * columns);
    for k in 0..columns {
        let (v, d) = reflection(a.slice(s![k.., k]).to_vec());
        beside.push(d);
        reflect_rows(a, k, k + 1, &v);
        if k + 1 < columns {
            let (v, e) = reflection(a.slice(s![k, k + 1..]).to_vec());
            beside.push(e);
            for mut row in a.slice_mut(s![k + 1.., k + 1..]).rows_mut() {
                let row = row.as_slice_mut().expect("a row lies in one piece");
                let along = 2.0 * dot(row, &v);
                row.iter_mut().zip(&v).for_each(|(a, v)| *a -= along * v);
            }
        }
    }
    beside
}

/// The unit vector `$v$` with `$(I - 2 v v^\top) x = \alpha e_1$`, and `$\alpha$`; `$v$` is 0 where
/// there is nothing to reflect.
fn reflection(mut x: Vec<f64>) -> (Vec<f64>, f64) {
    let norm = dot(&x, &x).sqrt();
    if norm == 0.0 {
        return (x, 0.0);
    }
    let alpha = -norm.copysign(x[0]);
    x[0] -= alpha;
    let length = dot(&x, &x).sqrt();
    x.iter_mut().for_each(|x| *x /= length);
    (x, alpha)
}

/// `$A - 2 v (v^\top A)$` for the rows from `first` on and the columns from `column` on.
fn reflect_rows(a: &mut Array2<f64>, first: usize, column: usize, v: &[f64]) {
    let mut part = a.slice_mut(s![first.., column..]);
    let mut along = vec![0.0; part.ncols()];
    for (row, v) in part.rows().into_iter().zip(v) {
        let row = row.as_slice().expect("a row lies in one piece");
        along.iter_mut().zip(row).for_each(|(sum, a)| *sum += v * a);
    }
    for (mut row, v) in part.rows_mut().into_iter().zip(v) {
        let row = row.as_slice_mut().expect("a row lies in one piece");
        row.iter_mut()
            .zip(&along)
            .for_each(|(a, sum)| *a -= 2.0 * v * sum);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Value number `index`, from the largest, which is at most `bound`.
fn value(beside: &[f64], index: usize, bound: f64) -> f64 {
    let (mut low, mut high) = (0.0, bound);
    while high - low > f64::EPSILON * bound {
        let middle = 0.5 * (low + high);
        // Of n pairs of eigenvalues n are at most 0; below `middle` there must be n + n - index.
        match below(beside, middle) >= beside.len() + 1 - index {
            true => high = middle,
            false => low = middle,
        }
    }
    0.5 * (low + high)
}

/// How many eigenvalues of the tridiagonal matrix lie below `x`.
fn below(beside: &[f64], x: f64) -> usize {
    let mut q = -x;
    let mut count = usize::from(q < 0.0);
    for b in beside {
        // A zero would be divided by: as little as a rounding beside it does not matter.
        let divisor = if q == 0.0 { f64::MIN_POSITIVE } else { q };
        q = -x - b * b / divisor;
        count += usize::from(q < 0.0);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, array};
    use rand::{RngExt, SeedableRng};

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-13 * expected.abs().max(1.0),
                "{found}, by hand {expected}"
            );
        }
    }

    fn random(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        Array2::from_shape_simple_fn((rows, columns), || rng.random_range(-1.0..1.0))
    }

    #[test]
    fn small_matrices_by_hand() {
        close(&singular_values(array![[-3.0]].view()), &[3.0]);
        // A'A = [[25, 20], [20, 25]] has the eigenvalues 45 and 5.
        let a = array![[3.0, 0.0], [4.0, 5.0]];
        close(&singular_values(a.view()), &[45f64.sqrt(), 5f64.sqrt()]);
        let rank_one = array![[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]];
        close(&singular_values(rank_one.view()), &[70f64.sqrt(), 0.0]);
        close(&singular_values(rank_one.t()), &[70f64.sqrt(), 0.0]);
        close(&singular_values(Array2::zeros((2, 3)).view()), &[0.0, 0.0]);
    }

    /// U S V' with reflections U and V: what went in must come out.
    #[test]
    fn known_values_come_back() {
        let reflect = |n: usize, seed: u64| {
            let v = random(n, 1, seed);
            let norm = v.iter().map(|v| v * v).sum::<f64>();
            Array2::<f64>::eye(n) - v.dot(&v.t()) * (2.0 / norm)
        };
        let values = Array1::from_iter((0..40).map(|i| 1.5f64.powi(10 - i)));
        let mut middle = Array2::zeros((55, 40));
        middle.slice_mut(s![..40, ..]).diag_mut().assign(&values);
        let a = reflect(55, 1).dot(&middle).dot(&reflect(40, 2));
        let found = singular_values(a.view());
        for (found, expected) in found.iter().zip(&values) {
            assert!((found - expected).abs() < 1e-13 * values[0], "{found}");
        }
    }

    #[test]
    fn sums_of_squares_and_products_are_those_of_the_matrix() {
        let a = random(30, 30, 3);
        let found = singular_values(a.view());
        let squares: f64 = found.iter().map(|value| value * value).sum();
        let norm: f64 = a.iter().map(|a| a * a).sum();
        assert!((squares - norm).abs() < 1e-11);
        assert!(found.is_sorted_by(|a, b| a >= b));
        // The largest is the limit of |A'A|^k on any vector.
        let mut v = Array1::<f64>::ones(30);
        for _ in 0..2000 {
            v = a.t().dot(&a.dot(&v));
            v /= v.dot(&v).sqrt();
        }
        let image = a.dot(&v);
        assert!((image.dot(&image).sqrt() - found[0]).abs() < 1e-10);
    }
}
