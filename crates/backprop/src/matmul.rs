//! The matrix product: the one operation that everything else waits for.

use gemm::Parallelism;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::Real;

/// $C \mathrel{+}= A B$ with `a` `[M, K]`, `b` `[K, N]`, `c` `[M, N]`, any strides (so a transpose
/// costs nothing), on the calling thread.
///
/// # Panics
/// When the shapes do not fit.
pub fn matmul<T: Real>(a: ArrayView2<T>, b: ArrayView2<T>, mut c: ArrayViewMut2<T>) {
    let (m, k) = a.dim();
    let (inner, n) = b.dim();
    assert!(
        inner == k && c.dim() == (m, n),
        "matmul: {m}x{k} times {inner}x{n} into {:?}",
        c.dim()
    );
    let [a_row, a_column] = [a.strides()[0], a.strides()[1]];
    let [b_row, b_column] = [b.strides()[0], b.strides()[1]];
    let [c_row, c_column] = [c.strides()[0], c.strides()[1]];
    // SAFETY: pointers, shapes and strides are those of live views of the asserted shapes, and `c`
    // is borrowed exclusively.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            c_column,
            c_row,
            true, // c += …
            a.as_ptr(),
            a_column,
            a_row,
            b.as_ptr(),
            b_column,
            b_row,
            T::one(), // of c
            T::one(), // of a b
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}
