//! Attention of one head: for each query the mean of the values, weighted by how well their keys
//! fit.
//!
//! ```math
//! S = Q K^\top, \qquad P_{ij} = \frac{e^{\alpha S_{ij}}}{\sum_{k \in V_i} e^{\alpha S_{ik}}} \quad
//!   (j \in V_i), \qquad C = P V
//! ```
//!
//! Query i sees the keys `$V_i$`: all of them, or, causal, the first i + 1. The others have the
//! weight 0. `$\alpha$` is 1 (dot product) or `$1 / \sqrt{d}$` (scaled dot product): numbers of
//! variance 1 have scores of variance d, of which the softmax would saturate.
//!
//! Back, from the products `$dV = P^\top dC$` and `$dP = dC\,V^\top$`; through the softmax, where a
//! score changes all weights of its row; and again products:
//!
//! ```math
//! dS_{ij} = \alpha\, P_{ij} \Big(dP_{ij} - \sum_k dP_{ik} P_{ik}\Big), \qquad dQ = dS\, K, \qquad
//!   dK = dS^\top Q
//! ```
//!
//! | | shape |
//! |---|---|
//! | queries Q, dQ | `[T_q, d]` |
//! | keys K, dK | `[T_k, d]` |
//! | values V, dV | `[T_k, d_v]` |
//! | context C, dC | `[T_q, d_v]` |
//! | weights P, kept | `[T_q, T_k]`, block by block |
//!
//! A causal head goes through the queries in blocks of rows, of which each takes the products with
//! the keys up to its last row: of the half that nobody sees only the corners of the blocks are
//! computed. Other scores than products (additive ones) put theirs in the place of `$S$`; the rest
//! stays.
//!
//! Source: Vaswani et al. 2017, section 3.2.1; dot product: Luong, Pham, Manning 2015.

use std::ops::Range;

use contract::Real;
use kernels::matmul::vectorized::Vectorized;
use kernels::matmul::{matmul, matmul_columns, matmul_transposed};
use kernels::softmax::{SoftmaxBackward, SoftmaxForward};
use ndarray::{ArrayView2, ArrayViewMut2, s};

/// Rows of a block of a causal head: a multiple of those of a tile in the products.
const BLOCK: usize = 24;

/// How a head attends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attention {
    /// `$\alpha$`.
    pub scale: f64,
    /// Whether query i sees the keys up to i only.
    pub causal: bool,
}

/// Queries, keys and values.
#[derive(Clone, Copy)]
pub(crate) struct Head<'a, T> {
    /// `[T_q, d]`.
    pub queries: ArrayView2<'a, T>,
    /// `[T_k, d]`.
    pub keys: ArrayView2<'a, T>,
    /// `[T_k, d_v]`.
    pub values: ArrayView2<'a, T>,
}

/// Their gradients, to which [`Attention::backward`] adds.
pub(crate) struct HeadGradients<'a, T> {
    /// `[T_q, d]`.
    pub queries: ArrayViewMut2<'a, T>,
    /// `[T_k, d]`.
    pub keys: ArrayViewMut2<'a, T>,
    /// `[T_k, d_v]`.
    pub values: ArrayViewMut2<'a, T>,
}

/// Some queries and the keys that they meet: the first ones.
struct Block {
    rows: Range<usize>,
    keys: usize,
    /// Where their weights stand.
    weights: Range<usize>,
}

impl Attention {
    /// The context `[T_q, d_v]`. The weights are left in `weights`, `T_q·T_k` numbers.
    pub fn forward<T: Real>(
        &self,
        head: Head<T>,
        weights: &mut [T],
        mut context: ArrayViewMut2<T>,
    ) {
        context.fill(T::zero());
        for block in self.blocks(head.queries.nrows(), head.keys.nrows()) {
            let Block { rows, keys, .. } = block;
            let p = &mut weights[block.weights];
            p.fill(T::zero());
            let queries = head.queries.slice(s![rows.clone(), ..]);
            let seen = head.keys.slice(s![..keys, ..]);
            matmul(queries, seen.t(), matrix_mut(p, keys)); // S = Q Kᵀ
            SoftmaxForward {
                columns: keys,
                first: if self.causal { rows.start + 1 } else { keys },
                more: usize::from(self.causal),
                scale: self.scale,
                scores: p,
            }
            .run();
            let values = head.values.slice(s![..keys, ..]);
            let context = context.slice_mut(s![rows, ..]);
            matmul_columns(matrix(p, keys), 0..keys, values, context); // C = P V
        }
    }

    /// Adds to the gradients, from that of the context `[T_q, d_v]` and the weights that `forward`
    /// left. `room` is as long as these.
    pub fn backward<T: Real>(
        &self,
        head: Head<T>,
        weights: &[T],
        d_context: ArrayView2<T>,
        room: &mut [T],
        mut gradients: HeadGradients<T>,
    ) {
        for block in self.blocks(head.queries.nrows(), head.keys.nrows()) {
            let Block { rows, keys, .. } = block;
            let (p, ds) = (&weights[block.weights.clone()], &mut room[block.weights]);
            let dc = d_context.slice(s![rows.clone(), ..]);
            let mut dv = gradients.values.slice_mut(s![..keys, ..]);
            matmul_transposed(matrix(p, keys), 0..keys, dc, row_by_row(&mut dv)); // dV += Pᵀ dC
            ds.fill(T::zero());
            let values = head.values.slice(s![..keys, ..]);
            matmul(dc, values.t(), matrix_mut(ds, keys)); // dP = dC Vᵀ
            SoftmaxBackward {
                columns: keys,
                scale: self.scale,
                weights: p,
                gradient: ds,
            }
            .run();
            let ds = matrix(ds, keys);
            let seen = head.keys.slice(s![..keys, ..]);
            let dq = gradients.queries.slice_mut(s![rows.clone(), ..]);
            matmul_columns(ds, 0..keys, seen, dq); // dQ += dS K
            let queries = head.queries.slice(s![rows, ..]);
            let mut dk = gradients.keys.slice_mut(s![..keys, ..]);
            matmul_transposed(ds, 0..keys, queries, row_by_row(&mut dk)); // dK += dSᵀ Q
        }
    }

    /// The weights of a query, those of the keys that it meets, among those that `forward` left.
    pub fn of_query<'a, T>(&self, weights: &'a [T], sizes: [usize; 2], query: usize) -> &'a [T] {
        let [queries, keys] = sizes;
        let mut blocks = self.blocks(queries, keys);
        let block = blocks.find(|block| block.rows.contains(&query));
        let block = block.expect("every query is in a block");
        let own = block.weights.start + (query - block.rows.start) * block.keys;
        &weights[own..own + block.keys]
    }

    fn blocks(&self, queries: usize, keys: usize) -> impl Iterator<Item = Block> + use<> {
        let causal = self.causal;
        let height = if causal { BLOCK } else { queries.max(1) };
        (0..queries).step_by(height).map(move |start| {
            let rows = start..queries.min(start + height);
            let seen = if causal { keys.min(rows.end) } else { keys };
            let first = start * keys;
            let weights = first..first + rows.len() * seen;
            Block {
                rows,
                keys: seen,
                weights,
            }
        })
    }
}

/// Rows of so many numbers.
pub(crate) fn matrix<T>(numbers: &[T], columns: usize) -> ArrayView2<'_, T> {
    let shape = (numbers.len() / columns, columns);
    ArrayView2::from_shape(shape, numbers).expect("a block is rows of equal length")
}

/// The same, to be changed.
pub(crate) fn matrix_mut<T>(numbers: &mut [T], columns: usize) -> ArrayViewMut2<'_, T> {
    let shape = (numbers.len() / columns, columns);
    ArrayViewMut2::from_shape(shape, numbers).expect("a block is rows of equal length")
}

fn row_by_row<'a, T>(matrix: &'a mut ArrayViewMut2<'_, T>) -> &'a mut [T] {
    let numbers = matrix.as_slice_mut();
    numbers.expect("gradients of a head lie row by row")
}

#[cfg(test)]
mod tests;
