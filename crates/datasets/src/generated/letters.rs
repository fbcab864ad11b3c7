//! Words without breaks between them, letter by letter.

use contract::streams::Streams;
use rand::{Rng, RngExt};
use spec::datasets::LettersSpec;

use super::Stream;
use crate::dataset::{Dataset, Quantity, Target};

/// J. L. Elman, "Finding structure in time" (1990), the experiments with letters and with words:
/// words drawn at random, one behind the other, each letter as numbers. At each letter the target is
/// the next one; where a word begins it can only be guessed. The words to be tested on follow those
/// to learn from.
pub(crate) fn letters(spec: &LettersSpec, streams: &Streams) -> Dataset {
    let mut rng = streams.stream("sequences");
    let [train, test] = [spec.train, spec.test].map(|words| stream(spec, words, &mut rng));
    let quantity = |name: &&str| Quantity {
        name: format!("{name} of the next letter"),
        mean: 0.0,
        scale: 1.0,
    };
    let target = Target::Real(spec.code.names().iter().map(quantity).collect());
    Stream::divided("letters", [train, test], spec.steps, target)
}

/// So many words, and of the next one its first letter: the target of the last.
fn stream(spec: &LettersSpec, words: usize, rng: &mut impl Rng) -> Stream {
    let width = spec.code.names().len();
    let (mut numbers, mut places) = (Vec::new(), Vec::new());
    for word in 0..=words {
        let letters = spec.words[rng.random_range(0..spec.words.len())].chars();
        let last = if word == words { 1 } else { usize::MAX };
        for (place, letter) in letters.take(last).enumerate() {
            numbers.extend(spec.code.of(letter).unwrap_or_default());
            places.push(place);
        }
    }
    let places = Some(places);
    Stream {
        numbers,
        width,
        places,
    }
}
