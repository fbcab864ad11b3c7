//! Two strings whose last symbol is their first.

use rand::{Rng, RngExt};
use spec::datasets::LongLagSpec;

use super::Generated;
use crate::dataset::{Quantity, Target};
use crate::samples::Targets;

/// S. Hochreiter, J. Schmidhuber, "Long short-term memory" (1997), experiments 2a and 2b. A string
/// is x or y, then a₁ ... a₍ₚ₋₁₎ in this order or each drawn at random, then the first again, which
/// has nothing behind it and is no input. At each symbol the next is the target. Symbols are
/// one-hot: x is the first, y the last of the p + 1.
pub(crate) fn long_lag(spec: &LongLagSpec, samples: usize, rng: &mut impl Rng) -> Generated {
    let (steps, width) = (spec.symbols, spec.symbols + 1);
    let (mut sequences, mut targets) = (Vec::with_capacity(samples), Vec::new());
    for _ in 0..samples {
        let first = if rng.random() { spec.symbols } else { 0 };
        let between = (1..steps).map(|symbol| match spec.random {
            true => rng.random_range(1..steps),
            false => symbol,
        });
        let string: Vec<usize> = [first].into_iter().chain(between).chain([first]).collect();
        sequences.push(super::one_hot(&string[..steps], width));
        targets.extend(super::one_hot(&string[1..], width));
    }
    let name = |symbol: usize| match symbol {
        0 => "x".to_string(),
        y if y == spec.symbols => "y".into(),
        a => format!("a{a}"),
    };
    let quantity = |symbol| Quantity {
        name: format!("{} is next", name(symbol)),
        mean: 0.0,
        scale: 1.0,
    };
    let target = Target::Real((0..width).map(quantity).collect());
    let (shape, targets) = ([steps, width], Targets::Values(targets));
    Generated {
        positions: steps,
        ..Generated::sequences("long-lag", &sequences, shape, targets, target)
    }
}
