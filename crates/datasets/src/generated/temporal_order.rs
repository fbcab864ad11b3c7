//! In which order two or three symbols came.

use rand::{Rng, RngExt};
use spec::datasets::TemporalOrderSpec;

use super::Generated;
use crate::dataset::Target;
use crate::samples::Targets;

/// The symbols of a step, one-hot.
const SYMBOLS: [char; 8] = ['E', 'B', 'a', 'b', 'c', 'd', 'X', 'Y'];

/// S. Hochreiter, J. Schmidhuber, "Long short-term memory" (1997), experiments 6a and 6b. A
/// sequence begins with E, ends with B, and has a, b, c or d between, but for two or three places
/// where X or Y stands: those are the class. With T = 100 they lie at steps 10 to 20 and 50 to 60,
/// or at 10 to 20, 33 to 43 and 66 to 76; otherwise at the same shares of T.
pub(crate) fn temporal_order(
    spec: &TemporalOrderSpec,
    samples: usize,
    rng: &mut impl Rng,
) -> Generated {
    let longest = spec.length + spec.length / 10;
    let drawn: Vec<_> = (0..samples)
        .map(|_| sequence(rng.random_range(spec.length..=longest), spec, rng))
        .collect();
    let (sequences, classes): (Vec<_>, Vec<usize>) = drawn.into_iter().unzip();
    let names = (0..1 << spec.symbols).map(|class: usize| {
        let symbols = (0..spec.symbols).rev();
        symbols.map(|at| SYMBOLS[6 + (class >> at & 1)]).collect()
    });
    let target = Target::Classes {
        names: names.collect(),
    };
    let (shape, targets) = ([longest, SYMBOLS.len()], Targets::Classes(classes));
    Generated::sequences("temporal-order", &sequences, shape, targets, target)
}

/// A sequence of so many steps, and its class: X is 0, Y is 1, the first symbol highest.
fn sequence(steps: usize, spec: &TemporalOrderSpec, rng: &mut impl Rng) -> (Vec<f64>, usize) {
    let mut symbols: Vec<usize> = (0..steps).map(|_| rng.random_range(2..6)).collect();
    (symbols[0], symbols[steps - 1]) = (0, 1);
    let starts: &[usize] = match spec.symbols {
        2 => &[10, 50],
        _ => &[10, 33, 66],
    };
    let mut class = 0;
    for start in starts {
        let first = start * spec.length / 100;
        let at = rng.random_range(first..=first + spec.length / 10);
        let y = usize::from(rng.random::<bool>());
        symbols[at] = 6 + y;
        class = 2 * class + y;
    }
    (super::one_hot(&symbols, SYMBOLS.len()), class)
}
