//! Named streams of random numbers.
//!
//! Every random choice of an experiment (initial weights, the order of the samples, a split, the
//! noise of a generated set) is drawn here, outside the implementations, so that all of them see
//! the same. A stream is a ChaCha8 generator keyed by the experiment's seed; its name selects the
//! generator's stream number. Streams do not overlap: drawing more from one never shifts another.

use std::fmt::{self, Write};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The source of all random streams of one experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// Streams of an experiment with this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The stream of that name, at its beginning. Names in use: `split`, `noise`, `sequences`,
    /// `sequences/<pass>`, `initial/<parameter>`, of clusters of a class also
    /// `initial/<parameter>/<class>`, `shuffle/<epoch>`, `dropout/<layer>/<step>`,
    /// `augment/<epoch>/<sample>`, `validation`, `curvature/<epoch>`, `escape/...`,
    /// `check/...`; of learners `corrupt/<pattern>/<trial>`, `recall`,
    /// `candidate/<unit>/<candidate>`, `anneal/<cycle>`, `complete`, `gibbs/<update>/<shard>`,
    /// `ais/<shard>`, `fantasies`.
    pub fn stream(&self, name: &str) -> ChaCha8Rng {
        self.stream_of(format_args!("{name}"))
    }

    /// The same for a name put together on the way, without allocating it.
    pub fn stream_of(&self, name: fmt::Arguments<'_>) -> ChaCha8Rng {
        let mut hash = Fnv1a(0xcbf2_9ce4_8422_2325);
        // Writing into a hash cannot fail.
        let _ = hash.write_fmt(name);
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(hash.0);
        rng
    }
}

/// 64-bit FNV-1a (Fowler, Noll, Vo): unlike the standard library's hasher, the same for ever.
struct Fnv1a(u64);

impl Write for Fnv1a {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    fn first(seed: u64, name: &str) -> u64 {
        Streams::new(seed).stream(name).next_u64()
    }

    #[test]
    fn a_stream_is_fixed_by_seed_and_name() {
        assert_eq!(first(1, "split"), first(1, "split"));
        assert_ne!(first(1, "split"), first(2, "split"));
        assert_ne!(first(1, "split"), first(1, "noise"));
        assert_ne!(first(1, "shuffle/1"), first(1, "shuffle/2"));
    }

    #[test]
    fn streams_stay_the_same_from_release_to_release() {
        let mut hash = Fnv1a(0xcbf2_9ce4_8422_2325);
        hash.write_str("a").unwrap();
        assert_eq!(hash.0, 0xaf63_dc4c_8601_ec8c);
    }
}
