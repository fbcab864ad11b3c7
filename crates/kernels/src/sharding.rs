//! How the rows of a batch are divided into shards: decided by their number and the work of each,
//! never by the number of threads, so that one thread and many give the same bits.

use std::ops::Range;

/// A batch has at most so many shards: each costs a set of gradients to sum.
const MOST_SHARDS: usize = 8;
/// A shard has at least so many multiplications: less is not worth waking a thread for.
pub const LEAST_WORK: usize = 1 << 19;

/// Rows in shards of equal height, but for the last.
#[derive(Clone, Copy, Debug)]
pub struct Sharding {
    /// All rows.
    pub rows: usize,
    /// Rows of each shard but the last, at least 1.
    pub height: usize,
    /// How many shards there are, at least 1.
    pub shards: usize,
}

impl Sharding {
    /// So many rows, each with so many multiplications, in at most so many shards.
    #[inline]
    pub fn new(rows: usize, work: usize, most: usize) -> Self {
        let most = most.min(rows * work / LEAST_WORK);
        let height = rows.div_ceil(most.clamp(1, MOST_SHARDS)).max(1);
        Self {
            rows,
            height,
            shards: rows.div_ceil(height).max(1),
        }
    }

    /// All rows in one shard.
    #[inline]
    pub fn whole(rows: usize) -> Self {
        Self {
            rows,
            height: rows.max(1),
            shards: 1,
        }
    }

    /// The rows of a shard.
    #[inline]
    pub fn of_shard(&self, index: usize) -> Range<usize> {
        let start = index * self.height;
        start..(start + self.height).min(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shards_are_all_rows_in_their_order() {
        for rows in 0..200 {
            for most in 1..20 {
                let divided = Sharding::new(rows, LEAST_WORK, most);
                for sharding in [divided, Sharding::whole(rows)] {
                    let mut end = 0;
                    for index in 0..sharding.shards {
                        let of_shard = sharding.of_shard(index);
                        assert!(of_shard.start == end && (!of_shard.is_empty() || rows == 0));
                        end = of_shard.end;
                    }
                    assert_eq!(end, rows);
                }
            }
        }
    }
}
