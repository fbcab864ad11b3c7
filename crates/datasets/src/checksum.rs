//! SHA-256 of files and of prepared samples.

use sha2::{Digest, Sha256};

use crate::samples::{Features, Samples, Targets};

/// SHA-256 of bytes, as 64 hex digits.
pub fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 over the digests of the training and the test part.
pub(crate) fn of_parts(train: &Samples, test: &Samples) -> String {
    let (train, test) = rayon::join(|| of_samples(train), || of_samples(test));
    let mut hasher = Sha256::new();
    hasher.update(train);
    hasher.update(test);
    hex(&hasher.finalize())
}

/// Digest of one part: counts, features row by row, targets; all numbers as 64-bit little endian.
fn of_samples(samples: &Samples) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update((samples.len() as u64).to_le_bytes());
    hasher.update((samples.width() as u64).to_le_bytes());
    match samples.features() {
        Features::Bytes {
            bytes,
            scale,
            offset,
            ..
        } => {
            hasher.update(b"bytes");
            hasher.update(scale.to_le_bytes());
            hasher.update(offset.to_le_bytes());
            hasher.update(bytes);
        }
        Features::Values(values) => {
            hasher.update(b"values");
            for value in values {
                hasher.update(value.to_le_bytes());
            }
        }
    }
    match samples.targets() {
        Targets::Classes(labels) => {
            hasher.update(b"classes");
            for &label in labels {
                hasher.update((label as u64).to_le_bytes());
            }
        }
        Targets::Values(values) => {
            hasher.update(b"reals");
            for value in values {
                hasher.update(value.to_le_bytes());
            }
        }
        Targets::Input => hasher.update(b"input"),
    }
    if let Some(weights) = samples.weights() {
        hasher.update(b"weights");
        for weight in weights {
            hasher.update(weight.to_le_bytes());
        }
    }
    if samples.positions() > 1 {
        hasher.update(b"positions");
        hasher.update((samples.positions() as u64).to_le_bytes());
    }
    if let Some(lengths) = samples.lengths() {
        hasher.update(b"lengths");
        for &length in lengths {
            hasher.update((length as u64).to_le_bytes());
        }
    }
    hasher.finalize().to_vec()
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn samples(label: usize) -> Samples {
        Samples::new(
            Features::Values(array![[0.5, 1.0], [2.0, 3.0]]),
            Targets::Classes(vec![0, label]),
        )
    }

    #[test]
    fn known_digest() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(of_bytes(b""), empty);
    }

    #[test]
    fn every_part_and_its_role_counts() {
        let same = of_parts(&samples(1), &samples(0));
        assert_eq!(same, of_parts(&samples(1), &samples(0)));
        assert_ne!(same, of_parts(&samples(0), &samples(1)));
        assert_eq!(same.len(), 64);
    }
}
