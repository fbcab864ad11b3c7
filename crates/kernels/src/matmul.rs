//! The matrix product: the one operation that everything else waits for.
//!
//! The products of a linear layer come in three forms, and in each of them the memory already lies
//! as a kernel wants it, so nothing is allocated (a general product library copies both operands
//! into blocks of its own at every call):
//!
//! | product | form | kernel |
//! |---|---|---|
//! | forward `$y = x W^\top$` | rows of `$x$` times rows of `$W$` | [`dots`] |
//! | `$dx = dy\, W$` | rows of `$W$`, weighted and summed | [`rows`], or [`nonzero`] behind a ReLU |
//! | `$dW = dy^\top x$` | rows of `$x$`, weighted and summed | the same |
//!
//! A first layer with many weights keeps `$W^\top$`; with images it takes its two products from the
//! [`sparse_rows`].
//!
//! The kernels are written in the vectors of `pulp`, which has them compiled for each instruction
//! set and chooses at run time: one binary, fast on every processor it meets.

pub mod dots;
pub mod nonzero;
pub mod patches;
pub mod rows;
pub mod shifted;
pub mod sparse_rows;
pub mod vector;
pub mod vectorized;

use std::ops::Range;

use crate::Real;
use crate::entry_points;
use bytemuck::{cast_slice, cast_slice_mut};
use ndarray::{ArrayView2, ArrayViewMut2, Zip, s};
use pulp::{Simd, WithSimd};
use vector::Vector;
use vectorized::Vectorized;

/// `$C \mathrel{+}= A B$` with `a` `[M, K]`, `b` `[K, N]`, `c` `[M, N]`, on the calling thread.
///
/// `c` must lie row by row in memory and `a` and `b` row by row or column by column, not both
/// column by column; other layouts are right but slow.
///
/// # Panics
/// When the shapes do not fit.
pub fn matmul<T: Real>(a: ArrayView2<T>, b: ArrayView2<T>, mut c: ArrayViewMut2<T>) {
    let ((m, k), (inner, n)) = (a.dim(), b.dim());
    assert!(
        inner == k && c.dim() == (m, n),
        "matmul: {m}x{k} times {inner}x{n} into {:?}",
        c.dim()
    );
    if m == 0 || n == 0 || k == 0 {
        return;
    }
    let size = Size { m, k, n };
    let (a_t, b_t) = (a.t(), b.t());
    let layout = match (a.as_slice(), a_t.as_slice(), b.as_slice(), b_t.as_slice()) {
        (Some(a), _, Some(b), _) => Some((Kernel::of_rows([k, 1], nonzero::pays([a])), a, b)),
        (_, Some(a), Some(b), _) => Some((Kernel::of_rows([1, m], nonzero::pays([a])), a, b)),
        (Some(a), _, _, Some(b)) => Some((Kernel::Dots, a, b)),
        _ => None,
    };
    match (layout, c.as_slice_mut()) {
        (Some((kernel, a, b)), Some(c)) => Product {
            kernel,
            size,
            a,
            b,
            c,
        }
        .run(),
        _ => naive(a, b, c),
    }
}

/// `$C \mathrel{+}= A^\top B$` with some `columns` of `a` `[K, M]`, `b` `[K, N]`, and `c` those
/// rows of `[M, N]`: the gradients of some units of a linear layer.
///
/// `a` and `b` must lie row by row in memory; other layouts are right but slow.
///
/// # Panics
/// When the shapes do not fit.
pub fn matmul_transposed<T: Real>(
    a: ArrayView2<T>,
    columns: Range<usize>,
    b: ArrayView2<T>,
    c: &mut [T],
) {
    let (k, m, n) = (a.nrows(), columns.len(), b.ncols());
    assert!(
        b.nrows() == k && columns.end <= a.ncols() && c.len() == m * n,
        "matmul_transposed: columns {columns:?} of {:?} times {:?} into {}",
        a.dim(),
        b.dim(),
        c.len()
    );
    if m == 0 || n == 0 || k == 0 {
        return;
    }
    match (a.as_slice(), b.as_slice()) {
        (Some(of_a), Some(b)) => {
            let row = a.ncols();
            let some = of_a.chunks_exact(row).map(|a| &a[columns.clone()]);
            let product = Product {
                kernel: Kernel::of_rows([1, row], nonzero::pays(some)),
                size: Size { m, k, n },
                a: &of_a[columns.start..],
                b,
                c,
            };
            product.run();
        }
        _ => {
            let c = ArrayViewMut2::from_shape((m, n), c).expect("c has m times n numbers");
            naive(a.slice(s![.., columns]).reversed_axes(), b, c);
        }
    }
}

/// `$C \mathrel{+}= A B$` with some `columns` of `a` `[M, D]`, as many rows of `b` `[K, N]`, and
/// `c` `[M, N]`: what some inputs give to the outputs of a linear layer.
///
/// All of them must lie row by row in memory; other layouts are right but slow.
///
/// # Panics
/// When the shapes do not fit.
pub fn matmul_columns<T: Real>(
    a: ArrayView2<T>,
    columns: Range<usize>,
    b: ArrayView2<T>,
    mut c: ArrayViewMut2<T>,
) {
    let (m, k, n) = (a.nrows(), columns.len(), b.ncols());
    assert!(
        b.nrows() == k && columns.end <= a.ncols() && c.dim() == (m, n),
        "matmul_columns: columns {columns:?} of {:?} times {:?} into {:?}",
        a.dim(),
        b.dim(),
        c.dim()
    );
    if m == 0 || n == 0 || k == 0 {
        return;
    }
    match (a.as_slice(), b.as_slice(), c.as_slice_mut()) {
        (Some(of_a), Some(b), Some(c)) => Product {
            kernel: Kernel::of_rows([a.ncols(), 1], false),
            size: Size { m, k, n },
            a: &of_a[columns.start..],
            b,
            c,
        }
        .run(),
        _ => naive(a.slice(s![.., columns]), b, c),
    }
}

/// The definition, `$c_{ij} \mathrel{+}= \sum_k a_{ik} b_{kj}$`: for any layout, and the oracle of
/// the kernels' tests.
pub fn naive<T: Real>(a: ArrayView2<T>, b: ArrayView2<T>, mut c: ArrayViewMut2<T>) {
    for (a, mut c) in a.rows().into_iter().zip(c.rows_mut()) {
        for (b, c) in b.columns().into_iter().zip(&mut c) {
            *c = Zip::from(a).and(b).fold(*c, |sum, &a, &b| sum + a * b);
        }
    }
}

/// Rows of A, columns of A = rows of B, columns of B.
#[derive(Clone, Copy)]
struct Size {
    m: usize,
    k: usize,
    n: usize,
}

/// A matrix whose next row lies `row` numbers further, and the next column `column`.
#[derive(Clone, Copy)]
struct Strided<'a, T> {
    numbers: &'a [T],
    row: usize,
    column: usize,
}

#[derive(Clone, Copy)]
enum Kernel {
    /// B lies row by row; in A the next row is `row` numbers further and the next column `column`.
    Rows { row: usize, column: usize },
    /// A lies row by row, B column by column.
    Dots,
    /// The same, but many numbers of A are zero.
    Nonzero { row: usize, column: usize },
}

impl Kernel {
    /// What suits a B that lies row by row, and these distances of the rows and columns of A.
    fn of_rows([row, column]: [usize; 2], many_zeros: bool) -> Self {
        match many_zeros {
            true => Self::Nonzero { row, column },
            false => Self::Rows { row, column },
        }
    }
}

struct Product<'a, T> {
    kernel: Kernel,
    size: Size,
    a: &'a [T],
    b: &'a [T],
    c: &'a mut [T],
}

entry_points!(Product);

impl<'a, T: Real> Vectorized for Product<'a, T> {
    type Number = T;
    type With<V: Vector> = Product<'a, V>;

    fn with<V: Vector>(self) -> Product<'a, V> {
        Product {
            kernel: self.kernel,
            size: self.size,
            a: cast_slice(self.a),
            b: cast_slice(self.b),
            c: cast_slice_mut(self.c),
        }
    }
}

impl<T: Vector> WithSimd for Product<'_, T> {
    type Output = ();

    // Everything below must be inlined into this function: it is what pulp compiles for each
    // instruction set.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { size, a, b, c, .. } = self;
        let strided = |row, column| Strided {
            numbers: a,
            row,
            column,
        };
        match self.kernel {
            Kernel::Rows { row, column } => {
                rows::product(simd, size, strided(row, column), b, c);
            }
            Kernel::Nonzero { row, column } => {
                nonzero::product(simd, size, strided(row, column), b, c);
            }
            Kernel::Dots => dots::product(simd, size, a, b, c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, s};
    use proptest::prelude::*;
    use rand::RngExt;

    fn random<T: Real>(rows: usize, columns: usize, stream: &str) -> Array2<T> {
        let mut rng = crate::testing::stream(stream);
        Array2::from_shape_simple_fn((rows, columns), || T::of(rng.random_range(-1.0..1.0)))
    }

    /// Every layout of a product against the definition.
    fn prove<T: Real>(m: usize, k: usize, n: usize, tolerance: f64) {
        let (a, b) = (random::<T>(m, k, "a"), random::<T>(k, n, "b"));
        let c = random::<T>(m, n, "c");
        let mut expected = c.clone();
        naive(a.view(), b.view(), expected.view_mut());
        let a_columns = a.t().as_standard_layout().into_owned();
        let b_columns = b.t().as_standard_layout().into_owned();
        for (a, b) in [
            (a.view(), b.view()),
            (a_columns.t(), b.view()),
            (a.view(), b_columns.t()),
            (a_columns.t(), b_columns.t()),
        ] {
            let mut c = c.clone();
            matmul(a, b, c.view_mut());
            for (c, expected) in c.iter().zip(&expected) {
                let error = (c.f64() - expected.f64()).abs();
                assert!(error <= tolerance * k as f64, "{m}x{k}x{n}: off by {error}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_shape_agrees_with_the_definition(m in 1usize..24, k in 1usize..40, n in 1usize..70) {
            prove::<f64>(m, k, n, 1e-15);
            prove::<f32>(m, k, n, 1e-6);
        }
    }

    #[test]
    fn sizes_of_the_networks_agree_with_the_definition() {
        for (m, k, n) in [
            (32, 784, 300),
            (300, 32, 784),
            (64, 10, 100),
            (1, 1300, 17),
            (7, 600, 1),
            (13, 1100, 1033), // several blocks of rows and of columns
        ] {
            prove::<f32>(m, k, n, 1e-6);
        }
    }

    #[test]
    fn some_columns_of_a_transpose_agree_with_the_definition() {
        let (a, b) = (random::<f64>(9, 20, "a"), random::<f64>(9, 37, "b"));
        for columns in [0..20, 3..14, 19..20, 5..5] {
            let c = random::<f64>(columns.len(), 37, "c");
            let (mut expected, mut by_gaps) = (c.clone(), c.clone());
            let mut c = c;
            let part = a.slice(s![.., columns.clone()]);
            naive(part.t(), b.view(), expected.view_mut());
            let flat = c.as_slice_mut().unwrap();
            matmul_transposed(a.view(), columns.clone(), b.view(), flat);
            assert!((c - &expected).iter().all(|d| d.abs() < 1e-14));
            let turned = a.t().as_standard_layout().into_owned();
            let flat = by_gaps.as_slice_mut().unwrap();
            matmul_transposed(turned.t(), columns, b.view(), flat);
            assert_eq!(by_gaps, expected);
        }
    }

    /// Weights of which a share is not zero, as behind a ReLU, in every width of a tile and beyond
    /// the rows and the depth that the kernel takes in one go.
    #[test]
    fn a_transpose_with_zeros_agrees_with_the_definition() {
        fn prove<T: Real>(k: usize, n: usize, nonzero: f64, tolerance: f64) {
            let keep = random::<f64>(k, 31, "keep");
            let a = random::<T>(k, 31, "a");
            let a = Array2::from_shape_fn((k, 31), |at| match keep[at] < 2.0 * nonzero - 1.0 {
                true => a[at],
                false => T::zero(),
            });
            let (b, c) = (random::<T>(k, n, "b"), random::<T>(29, n, "c"));
            let (mut expected, mut c) = (c.clone(), c);
            naive(a.slice(s![.., 1..30]).t(), b.view(), expected.view_mut());
            matmul_transposed(a.view(), 1..30, b.view(), c.as_slice_mut().unwrap());
            for (c, expected) in c.iter().zip(&expected) {
                let error = (c.f64() - expected.f64()).abs();
                assert!(error <= tolerance * k as f64, "{k}x{n}: off by {error}");
            }
        }
        for (k, n) in [(1, 1), (5, 3), (32, 784), (33, 300), (70, 131), (9, 64)] {
            for nonzero in [0.0, 0.1, 0.4, 0.55, 0.9] {
                prove::<f64>(k, n, nonzero, 1e-15);
                prove::<f32>(k, n, nonzero, 1e-6);
            }
        }
    }

    #[test]
    fn a_view_with_gaps_is_right_too() {
        let (a, b) = (random::<f64>(6, 8, "a"), random::<f64>(8, 10, "b"));
        let (a, b) = (a.slice(s![..;2, ..]), b.slice(s![.., ..;3]));
        let (mut c, mut expected) = (Array2::zeros((3, 4)), Array2::zeros((3, 4)));
        matmul(a, b, c.view_mut());
        naive(a, b, expected.view_mut());
        assert_eq!(c, expected);
    }

    #[test]
    #[should_panic(expected = "matmul: 2x3 times 4x5")]
    fn shapes_that_do_not_fit_are_refused() {
        let (a, b) = (Array2::<f64>::zeros((2, 3)), Array2::zeros((4, 5)));
        matmul(a.view(), b.view(), Array2::zeros((2, 5)).view_mut());
    }
}
