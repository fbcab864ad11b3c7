//! Which of two symbols came before many distractors.

use rand::{Rng, RngExt};
use spec::datasets::DistractorsSpec;

use super::{Generated, classes};
use crate::samples::Targets;

/// Probability that one more distractor comes, once there are enough.
const MORE: f64 = 0.9;

/// S. Hochreiter, J. Schmidhuber, "Long short-term memory" (1997), experiment 2c. The symbols are p
/// distractors, x, y, b and e, each one-hot. A sequence is b, then x or y, then q distractors, then
/// more of them as long as a draw of probability 9/10 says so, then e; x or y is the class.
pub(crate) fn distractors(spec: &DistractorsSpec, samples: usize, rng: &mut impl Rng) -> Generated {
    let (width, [x, b, e]) = (
        spec.symbols + 4,
        [0, 2, 3].map(|symbol| spec.symbols + symbol),
    );
    let drawn: Vec<(Vec<usize>, usize)> = (0..samples)
        .map(|_| {
            let class = rng.random_range(0..2);
            let mut symbols = vec![b, x + class];
            for _ in 0..spec.lag {
                symbols.push(rng.random_range(0..spec.symbols));
            }
            while rng.random_bool(MORE) {
                symbols.push(rng.random_range(0..spec.symbols));
            }
            symbols.push(e);
            (symbols, class)
        })
        .collect();
    let longest = drawn.iter().map(|(symbols, _)| symbols.len()).max();
    let (sequences, labels): (Vec<_>, Vec<usize>) = drawn.into_iter().unzip();
    let sequences: Vec<Vec<f64>> = sequences.iter().map(|s| super::one_hot(s, width)).collect();
    let (shape, targets) = ([longest.unwrap_or(0), width], Targets::Classes(labels));
    Generated::sequences(
        "distractors",
        &sequences,
        shape,
        targets,
        classes(&["x", "y"]),
    )
}
