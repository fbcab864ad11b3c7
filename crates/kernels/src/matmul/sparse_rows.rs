//! Rows that are mostly background, and a linear layer's products with them.
//!
//! In an image most numbers are one and the same: the paper, four in five pixels of MNIST. A row of
//! the batch is then its background `$c_n$` and what differs from it, `$x_{ni} = c_n + d_{ni}$`, so
//! that
//!
//! ```math
//! \sum_i x_{ni} W^\top_{ij} = c_n \sum_i W^\top_{ij} + \sum_i d_{ni} W^\top_{ij}, \qquad
//!   \sum_n x_{ni}\, dy_{nj} = \sum_n c_n\, dy_{nj} + \sum_n d_{ni}\, dy_{nj}
//! ```
//!
//! The first sum of each is that of the weights or the gradients alone, for all rows or all
//! columns. The second runs over the numbers of `$d$` that are not zero. Both are what
//! [`matmul`](super::matmul) computes, but for the rounding of the last bit.
//!
//! This is why an input layer keeps `$W^\top$` `[D_in, D_out]`: a single pixel then weighs a whole
//! row of it, in vectors of neighbouring outputs.

mod lists;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::Real;
use ndarray::{ArrayView2, ArrayViewMut2};

use super::nonzero::{Begin, Weights, weighted};
use super::{matmul_columns, matmul_transposed};
use lists::List;
pub use lists::SparseColumns;

/// A row has a background if at most half of its numbers differ from it.
const SHARE_OF_ROW: usize = 2;
/// The products are taken from the lists if fewer tenths of all numbers stand in them; more are
/// faster in whole rows.
const TENTHS_OF_BATCH: usize = 6;
/// Rows taken in one go: their outputs and gradients stay in a near cache.
const ROWS: usize = 64;
/// Two vectors of the widest instruction set.
const FEW: usize = 32;
/// Numbers of a row that are looked at together.
const CHUNK: usize = 8;
/// Columns of a block, at most. The gradients of 300 outputs, with the weights and their optimizer
/// state, then stay in a near cache; narrower blocks for more outputs were no faster.
const BLOCK: usize = 56;
/// Blocks of the outputs taken in one go. The part of their weights that a tile reads comes into
/// the first cache once for all rows.
const GROUP: usize = 2;

/// Some columns of a batch: the background of each row, and the numbers that differ from it.
#[derive(Clone, Debug)]
pub struct SparseRows<T> {
    /// The columns of the batch that it is about.
    columns: Range<usize>,
    /// Outputs of the layer.
    outputs: usize,
    /// Blocks that these are cut into.
    blocks: usize,
    /// `$c_n$`, or 0 of a row without a background.
    backgrounds: Vec<T>,
    has_background: bool,
    /// Numbers that differ from the background of their row.
    count: usize,
    /// `$d$` row by row; a place is one of the columns.
    by_row: List<T>,
    /// For each row where each of its blocks begins, and where the last one ends.
    starts: Vec<u32>,
    /// Places of everything and weights of 1.
    all: List<T>,
    /// Places of nothing but the first.
    zeros: Vec<u32>,
    /// Sums of the weights of each output.
    totals: Vec<T>,
}

/// Numbers that are not this one.
#[inline(always)]
fn differing<T: Real>(x: &[T], from: T) -> usize {
    let count: u32 = x.iter().map(|&x| u32::from(x != from)).sum();
    count as usize
}

impl<T: Real> SparseRows<T> {
    /// Of no rows yet, in these columns, for a layer with so many outputs.
    pub fn new(columns: Range<usize>, outputs: usize) -> Self {
        Self {
            outputs,
            blocks: columns.len().div_ceil(BLOCK),
            columns,
            backgrounds: Vec::new(),
            has_background: false,
            count: 0,
            by_row: List::zeros(0),
            starts: Vec::new(),
            all: List::zeros(0),
            zeros: Vec::new(),
            totals: vec![T::zero(); outputs],
        }
    }

    /// The columns of the batch that it is about.
    pub fn columns(&self) -> Range<usize> {
        self.columns.clone()
    }

    /// Blocks of columns, as which the gradients are computed.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// The columns of the batch in a block.
    pub fn block(&self, block: usize) -> Range<usize> {
        let of_block = self.of_block(block);
        self.columns.start + of_block.start..self.columns.start + of_block.end
    }

    /// Those columns, counted from the first one that this is about.
    fn of_block(&self, block: usize) -> Range<usize> {
        let first = |block: usize| block * self.columns.len() / self.blocks;
        first(block)..first(block + 1)
    }

    /// Where the numbers of a row in a block are listed.
    fn listed(&self, row: usize, block: usize) -> Range<usize> {
        let at = row * (self.blocks + 1) + block;
        self.starts[at] as usize..self.starts[at + 1] as usize
    }

    /// Takes this batch in the place of the one before. The background of a row is its first
    /// number, or 0 if too much differs from that: so what a row gives does not depend on the
    /// others.
    ///
    /// # Panics
    /// When the batch has too few columns.
    pub fn take(&mut self, x: ArrayView2<T>) {
        let (rows, width) = x.dim();
        let x = x.as_standard_layout();
        let x = x.as_slice().expect("the standard layout lies row by row");
        self.make_room(rows);
        self.has_background = false;
        let (mut listed, mut others) = (0, 0);
        for (row, x) in x.chunks_exact(width.max(1)).enumerate() {
            let first = x.first().copied().filter(|x| x.is_finite());
            let background = first.unwrap_or(T::zero());
            let x = &x[self.columns.clone()];
            match self.list_row(row, x, background, listed, x.len() / SHARE_OF_ROW) {
                Some(end) => {
                    self.backgrounds[row] = background;
                    self.has_background |= background != T::zero();
                    listed = end;
                }
                None => {
                    self.backgrounds[row] = T::nan();
                    others += differing(x, T::zero());
                }
            }
        }
        self.count = listed + others;
        let in_whole_rows = self.in_whole_rows();
        // The rows without a background behind those that have one.
        for (row, x) in x.chunks_exact(width.max(1)).enumerate() {
            if self.backgrounds[row].is_nan() {
                self.backgrounds[row] = T::zero();
                let x = &x[self.columns.clone()];
                if !in_whole_rows {
                    let end = self.list_row(row, x, T::zero(), listed, x.len());
                    listed = end.expect("no row has more numbers");
                }
            }
        }
    }

    /// Lists what differs from the background in a row, behind `listed` numbers, and says how many
    /// there are then; nothing if it is more than `most`.
    fn list_row(
        &mut self,
        row: usize,
        x: &[T],
        background: T,
        listed: usize,
        most: usize,
    ) -> Option<usize> {
        let mut end = listed;
        let starts = row * (self.blocks + 1);
        self.starts[starts] = listed as u32;
        for block in 0..self.blocks {
            let of_block = self.of_block(block);
            let first = of_block.start as u32;
            end = self.list(first, &x[of_block], background, end);
            self.starts[starts + block + 1] = end as u32;
            if end - listed > most {
                return None;
            }
        }
        Some(end)
    }

    /// Grows with the batches, so that those that are not larger allocate nothing.
    fn make_room(&mut self, rows: usize) {
        let width = self.columns.len();
        self.backgrounds.resize(rows, T::zero());
        self.by_row.make_room(rows * width);
        self.starts.resize(rows * (self.blocks + 1), 0);
        let longest = rows.max(width) + 1;
        if self.zeros.len() < longest {
            self.zeros = vec![0; longest];
            self.all = List {
                places: (0..longest as u32).collect(),
                values: vec![T::one(); longest],
            };
        }
    }

    /// Lists what differs from the background in some columns of a row, of which this is the first,
    /// behind `count` numbers, and says how many there are then.
    fn list(&mut self, first: u32, x: &[T], background: T, mut count: usize) -> usize {
        let (chunks, rest) = x.as_chunks::<CHUNK>();
        let columns = (first..).step_by(CHUNK);
        for (column, x) in columns.clone().zip(chunks) {
            if differing(x, background) > 0 {
                count = self.append(column, x, background, count);
            }
        }
        self.append(
            first + (CHUNK * chunks.len()) as u32,
            rest,
            background,
            count,
        )
    }

    /// The same for a chunk.
    #[inline(always)]
    fn append(&mut self, first: u32, x: &[T], background: T, count: usize) -> usize {
        let places = &mut self.by_row.places[count..count + CHUNK];
        let values = &mut self.by_row.values[count..count + CHUNK];
        let mut found = 0;
        for (column, &x) in (first..).zip(x) {
            // Written always and counted if it is one: a branch could not be foreseen.
            places[found % CHUNK] = column;
            values[found % CHUNK] = x - background;
            found += usize::from(x != background);
        }
        count + found
    }

    /// Whether so little differs from the background that products with it are faster than with
    /// whole rows.
    pub fn pays(&self) -> bool {
        10 * self.count < TENTHS_OF_BATCH * self.backgrounds.len() * self.columns.len()
    }

    /// Whether the outputs are taken from whole rows. For a row without a background that has the
    /// same bits, but for a few outputs, which the kernel of whole rows rounds in its own way.
    fn in_whole_rows(&self) -> bool {
        !self.pays() && !self.has_background && self.outputs >= FEW
    }

    /// `$y = x W^\top$` over its columns of `x` `[N, D_in]`, the batch that was taken, with their
    /// rows `weight` `[columns, D_out]` of `$W^\top$`, and `y` `[N, D_out]`.
    ///
    /// # Panics
    /// When the shapes do not fit or `y` does not lie row by row.
    pub fn outputs(&mut self, x: ArrayView2<T>, weight: &[T], mut y: ArrayViewMut2<T>) {
        let n = self.outputs;
        assert!(
            x.nrows() == self.backgrounds.len()
                && y.dim() == (x.nrows(), n)
                && weight.len() == self.columns.len() * n,
            "{} sparse rows of columns {:?}: {:?} times {} into {:?}",
            self.backgrounds.len(),
            self.columns,
            x.dim(),
            weight.len(),
            y.dim()
        );
        let y = y.as_slice_mut().expect("outputs lie row by row");
        if y.is_empty() || self.columns.is_empty() {
            y.fill(T::zero());
        } else if self.in_whole_rows() {
            self.outputs_of_whole_rows(x, weight, y);
        } else {
            self.totals.fill(T::zero());
            for (chunk, y) in y.chunks_mut(ROWS * n).enumerate() {
                self.outputs_of_rows(chunk * ROWS, weight, y);
            }
        }
    }

    fn outputs_of_whole_rows(&self, x: ArrayView2<T>, weight: &[T], y: &mut [T]) {
        let n = self.outputs;
        y.fill(T::zero());
        for group in self.groups() {
            let columns = self.of_blocks(group);
            let weight = &weight[columns.start * n..columns.end * n];
            let weight = ArrayView2::from_shape((columns.len(), n), weight);
            let weight = weight.expect("a row for each column");
            let of_x = self.columns.start + columns.start..self.columns.start + columns.end;
            let y = ArrayViewMut2::from_shape((x.nrows(), n), y);
            let y = y.expect("a row for each row");
            matmul_columns(x, of_x, weight, y); // y += x Wᵀ
        }
    }

    /// The outputs of some rows, from this one on.
    fn outputs_of_rows(&mut self, row: usize, weight: &[T], y: &mut [T]) {
        let n = self.outputs;
        for group in self.groups() {
            if self.has_background && row == 0 {
                let columns = self.of_blocks(group.clone());
                let weights = Weights {
                    starts: &[columns.start as u32],
                    ends: &[columns.end as u32],
                    step: 1,
                    places: &self.all.places,
                    values: &self.all.values,
                };
                weighted(weights, weight, n, Begin::AtC, &mut self.totals); // Σᵢ Wᵀ
            }
            let starts = &self.starts[row * (self.blocks + 1)..];
            let weights = Weights {
                starts: &starts[group.start..],
                ends: &starts[group.end..],
                step: self.blocks + 1,
                places: &self.by_row.places,
                values: &self.by_row.values,
            };
            let begin = match group.start {
                0 => Begin::AtZero,
                _ => Begin::AtC,
            };
            weighted(weights, weight, n, begin, y); // y += d Wᵀ
        }
        if self.has_background {
            let weights = Weights {
                starts: &self.all.places,
                ends: &self.all.places[1..],
                step: 1,
                places: &self.zeros,
                values: &self.backgrounds[row..],
            };
            weighted(weights, &self.totals, n, Begin::AtC, y); // y += c Σᵢ Wᵀ
        }
    }

    /// The blocks of each group.
    fn groups(&self) -> impl Iterator<Item = Range<usize>> + use<T> {
        let blocks = self.blocks;
        let firsts = (0..blocks).step_by(GROUP);
        firsts.map(move |first| first..blocks.min(first + GROUP))
    }

    /// The columns of some blocks, counted from the first one that this is about.
    fn of_blocks(&self, blocks: Range<usize>) -> Range<usize> {
        self.of_block(blocks.start).start..self.of_block(blocks.end - 1).end
    }

    /// `$dW^\top = x^\top dy$` for a block of its columns of `x` `[N, D_in]`, the batch that was
    /// taken, with `dy` `[N, D_out]`, into their rows `dw` `[columns, D_out]`.
    ///
    /// # Panics
    /// When the shapes do not fit.
    pub fn gradients(
        &self,
        block: usize,
        x: ArrayView2<T>,
        dy: ArrayView2<T>,
        by_column: &mut SparseColumns<T>,
        dw: &mut [T],
    ) {
        let (rows, n) = (self.backgrounds.len(), self.outputs);
        let columns = self.block(block);
        assert!(
            x.nrows() == rows && dy.dim() == (rows, n) && dw.len() == columns.len() * n,
            "{rows} sparse rows: columns {columns:?} of {:?} times {:?} into {}",
            x.dim(),
            dy.dim(),
            dw.len()
        );
        let Some(of_dy) = dy.as_slice().filter(|_| self.pays()) else {
            dw.fill(T::zero());
            return matmul_transposed(x, columns, dy, dw);
        };
        if dw.is_empty() {
            return;
        }
        // Σₙ c dy, the same for every column.
        by_column.begin.clear();
        by_column.begin.resize(n, T::zero());
        if self.has_background {
            let weights = Weights {
                starts: &[0],
                ends: &[rows as u32],
                step: 1,
                places: &self.all.places,
                values: &self.backgrounds,
            };
            weighted(weights, of_dy, n, Begin::AtC, &mut by_column.begin);
        }
        for first in (0..rows).step_by(ROWS) {
            by_column.take(self, block, first..rows.min(first + ROWS));
            let weights = Weights {
                starts: &by_column.starts,
                ends: &by_column.ends,
                step: 1,
                places: &by_column.by_column.places,
                values: &by_column.by_column.values,
            };
            let begin = match first {
                0 => Begin::At(&by_column.begin),
                _ => Begin::AtC,
            };
            weighted(weights, &of_dy[first * n..], n, begin, dw); // dWᵀ = Σₙ c dy + dᵀ dy
        }
    }
}
