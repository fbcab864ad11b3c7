//! Numbers for tests.

use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Random numbers that are the same for the same name.
pub fn stream(name: &str) -> ChaCha8Rng {
    let seed = name.bytes().fold(7, |seed: u64, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    ChaCha8Rng::seed_from_u64(seed)
}

/// A matrix of numbers in \[−1, 1).
pub fn random(rows: usize, columns: usize, name: &str) -> Array2<f64> {
    let mut rng = stream(name);
    Array2::from_shape_simple_fn((rows, columns), || rng.random_range(-1.0..1.0))
}
