//! Where rows are cut into pieces: decided by their number and the work of each, never by the
//! number of threads, so that one thread and many give the same bits.

use std::ops::Range;

/// A batch has at most so many pieces: each costs a set of gradients to sum.
const MOST_PIECES: usize = 8;
/// A piece has at least so many multiplications: less is not worth waking a thread for.
pub const LEAST_WORK: usize = 1 << 19;

/// A batch in pieces of equal height, but for the last.
#[derive(Clone, Copy)]
pub struct Cut {
    /// All rows.
    pub rows: usize,
    height: usize,
    /// How many pieces there are, at least 1.
    pub pieces: usize,
}

impl Cut {
    /// Cuts so many rows, each with so many multiplications, into at most so many pieces.
    #[inline]
    pub fn new(rows: usize, work: usize, most: usize) -> Self {
        let most = most.min(rows * work / LEAST_WORK);
        let height = rows.div_ceil(most.clamp(1, MOST_PIECES)).max(1);
        Self {
            rows,
            height,
            pieces: rows.div_ceil(height).max(1),
        }
    }

    /// Everything in one piece.
    #[inline]
    pub fn whole(rows: usize) -> Self {
        Self {
            rows,
            height: rows.max(1),
            pieces: 1,
        }
    }

    /// The rows of a piece.
    #[inline]
    pub fn part(&self, index: usize) -> Range<usize> {
        let start = index * self.height;
        start..(start + self.height).min(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_are_all_rows_in_their_order() {
        for rows in 0..200 {
            for most in 1..20 {
                for cut in [Cut::new(rows, LEAST_WORK, most), Cut::whole(rows)] {
                    let mut end = 0;
                    for index in 0..cut.pieces {
                        let part = cut.part(index);
                        assert!(part.start == end && (!part.is_empty() || rows == 0));
                        end = part.end;
                    }
                    assert_eq!(end, rows);
                }
            }
        }
    }
}
