//! What several learners ask of matrices: to and from `faer`, and which columns depend on others.

use faer::{Mat, MatRef};
use ndarray::{Array2, ArrayView2};

/// A matrix as `faer` has it.
pub fn faer(a: ArrayView2<'_, f64>) -> Mat<f64> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[[i, j]])
}

/// A matrix as `ndarray` has it.
pub fn ndarray(a: MatRef<'_, f64>) -> Array2<f64> {
    Array2::from_shape_fn((a.nrows(), a.ncols()), |(i, j)| a[(i, j)])
}

/// What is smaller than this, relative to what it came from, is rounding.
pub fn rounding(a: MatRef<'_, f64>) -> f64 {
    a.nrows().max(a.ncols()) as f64 * f64::EPSILON
}

/// The columns that are combinations of those before them, by their places, as far as `relative`
/// can tell: what is left of a column is compared with the column itself, so its unit does not
/// matter. Each column loses what it has of the others (Gram-Schmidt, twice, which is enough).
///
/// Of a tall matrix it is cheaper to ask R of its QR: the columns have the same products.
pub fn dependent_columns(a: MatRef<'_, f64>, relative: f64) -> Vec<usize> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let mut dependent = Vec::new();
    for j in 0..a.ncols() {
        let mut v: Vec<f64> = a.col(j).iter().copied().collect();
        let whole = norm(&v);
        for q in basis.iter().chain(&basis) {
            let along = dot(&v, q);
            v.iter_mut().zip(q).for_each(|(v, q)| *v -= along * q);
        }
        let left = norm(&v);
        match left <= relative * whole {
            true => dependent.push(j),
            false => {
                v.iter_mut().for_each(|v| *v /= left);
                basis.push(v);
            }
        }
    }
    dependent
}

/// A few names of many: at most ten.
pub fn ten(names: &[&str]) -> String {
    let shown = names[..names.len().min(10)].join(", ");
    match names.len() {
        0..=10 => shown,
        all => format!("{shown} and {} more", all - 10),
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    // A column of huge numbers has a norm, too.
    let largest = a.iter().fold(0.0, |largest: f64, a| largest.max(a.abs()));
    match largest > 0.0 {
        true => largest * a.iter().map(|a| (a / largest).powi(2)).sum::<f64>().sqrt(),
        false => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn dependent_columns_are_found_whatever_their_unit() {
        // 1, x, 0, 1e9 x, y, x + y - 1: the third, the fourth and the last.
        let rows = [(1.0, 2.0), (4.0, -1.0), (2.5, 7.0), (0.1, 0.3), (9.0, 9.5)];
        let a = Mat::from_fn(5, 6, |i, j| {
            let (x, y) = rows[i];
            [1.0, x, 0.0, 1e9 * x, y, x + y - 1.0][j]
        });
        let relative = rounding(a.as_ref());
        assert_eq!(dependent_columns(a.as_ref(), relative), [2, 3, 5]);
        assert_eq!(dependent_columns(a.qr().thin_R(), relative), [2, 3, 5]);
        let wide = faer(array![[1.0, 0.0, 2.0], [0.0, 1e-200, 3.0]].view());
        assert_eq!(dependent_columns(wide.as_ref(), 1e-15), [2]);
    }

    #[test]
    fn at_most_ten_names_are_told() {
        assert_eq!(ten(&["a", "b"]), "a, b");
        assert_eq!(ten(&["a"; 12]), "a, a, a, a, a, a, a, a, a, a and 2 more");
    }
}
