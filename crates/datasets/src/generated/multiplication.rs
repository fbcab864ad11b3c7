//! The product of two marked numbers.

use rand::Rng;
use spec::datasets::MultiplicationSpec;

use super::Generated;
use super::adding::{marked, of_marked};

/// S. Hochreiter, J. Schmidhuber, "Long short-term memory" (1997), experiment 5: as in experiment 4
/// ([`super::adding`]), but the numbers are of U\[0, 1), where the first step is marked X₁ is 1,
/// and the target is X₁ X₂.
pub(crate) fn multiplication(
    spec: &MultiplicationSpec,
    samples: usize,
    rng: &mut impl Rng,
) -> Generated {
    let draw = |rng: &mut _| {
        let (sequence, marked) = marked(spec.length, 0.0, rng);
        let [x_1, x_2] = marked.map(|x| x.unwrap_or(1.0));
        (sequence, x_1 * x_2)
    };
    of_marked("multiplication", "product", spec.length, samples, rng, draw)
}
