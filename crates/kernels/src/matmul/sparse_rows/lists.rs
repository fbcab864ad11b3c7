//! The nonzero differences of a batch, listed by row or by column.

use std::ops::Range;

use crate::Real;

use super::{BLOCK, CHUNK, ROWS, SparseRows};

/// Numbers with their places.
#[derive(Clone, Debug)]
pub struct List<T> {
    pub places: Vec<u32>,
    pub values: Vec<T>,
}

impl<T: Real> List<T> {
    pub fn zeros(count: usize) -> Self {
        Self {
            places: vec![0; count],
            values: vec![T::zero(); count],
        }
    }

    /// Makes room for so many, and for those that are written in vain.
    pub fn make_room(&mut self, most: usize) {
        if self.places.len() < most + CHUNK {
            *self = Self::zeros(most + CHUNK);
        }
    }
}

/// Some columns of [`SparseRows`], column by column: room that is used again and again, so that it
/// stays in a near cache.
#[derive(Clone, Debug)]
pub struct SparseColumns<T> {
    /// `$d$` of so many rows as a block has, with room for all of them in each column; a place is a
    /// row.
    pub by_column: List<T>,
    /// Where the list of each column begins.
    pub starts: Vec<u32>,
    /// Where it ends.
    pub ends: Vec<u32>,
    /// What the gradients of every column begin at.
    pub begin: Vec<T>,
}

impl<T: Real> SparseColumns<T> {
    /// Without room.
    pub fn empty() -> Self {
        Self {
            by_column: List::zeros(0),
            starts: Vec::new(),
            ends: Vec::new(),
            begin: Vec::new(),
        }
    }

    /// Makes room for a block of so many rows, and for so many outputs.
    pub fn make_room(&mut self, rows: usize, outputs: usize) {
        let rows = rows.min(ROWS);
        self.begin.resize(outputs, T::zero());
        self.by_column.make_room(BLOCK * Self::room_of_column(rows));
        self.starts.resize(BLOCK, 0);
        self.ends.resize(BLOCK, 0);
    }

    /// An odd number of cache lines: columns a power of two apart would all want the same few
    /// places of a cache.
    fn room_of_column(rows: usize) -> usize {
        const LINE: usize = 16;
        LINE * (rows.div_ceil(LINE) | 1)
    }

    /// Takes these rows of a block.
    pub fn take(&mut self, sparse: &SparseRows<T>, block: usize, rows: Range<usize>) {
        let room = Self::room_of_column(rows.len());
        for (column, start) in self.starts.iter_mut().enumerate() {
            *start = (column * room) as u32;
        }
        self.ends.copy_from_slice(&self.starts);
        let first = sparse.of_block(block).start;
        for (row, of_batch) in rows.enumerate() {
            let of_block = sparse.listed(of_batch, block);
            let columns = &sparse.by_row.places[of_block.clone()];
            for (&column, &value) in columns.iter().zip(&sparse.by_row.values[of_block]) {
                let end = &mut self.ends[column as usize - first];
                let place = *end as usize;
                *end += 1;
                (self.by_column.places[place], self.by_column.values[place]) = (row as u32, value);
            }
        }
    }
}
