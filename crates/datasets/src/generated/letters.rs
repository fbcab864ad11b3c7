//! Words without breaks between them, letter by letter.

use contract::streams::Streams;
use rand::{Rng, RngExt};
use spec::datasets::LettersSpec;

use super::Stream;
use crate::dataset::{Dataset, Quantity, Target};

/// J. L. Elman, "Finding structure in time" (1990), the experiments with letters and with words:
/// words drawn at random, one behind the other, each letter as numbers. At each letter the target
/// is the next one; where a word begins it can only be guessed. The words to be tested on follow
/// those to learn from.
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

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use spec::datasets::LetterCode;

    use super::*;

    #[test]
    fn letters_come_word_by_word_and_know_their_places() {
        let spec = LettersSpec {
            train: 40,
            test: 10,
            steps: 7,
            ..LettersSpec::default()
        };
        let data = letters(&spec, &Streams::new(1));
        let LettersSpec { code, words, .. } = spec;
        assert!(!data.test_is_train);
        assert_eq!(data.sample_shape, [7, 6]);
        let letter = |numbers: &[f64]| {
            let mut known = code.letters().into_iter();
            known.find(|&l| code.of(l).unwrap() == numbers).unwrap()
        };
        for (part, count) in [(&data.train, 40), (&data.test, 10)] {
            let all: usize = part.lengths().unwrap().iter().sum();
            let rows: Vec<usize> = (0..part.len()).collect();
            let mut x = Array2::<f64>::zeros((rows.len(), part.width()));
            part.gather(&rows, x.view_mut());
            let x: Vec<f64> = x.into_iter().take(6 * all).collect();
            let t = &part.values().unwrap()[..6 * all];
            assert_eq!(t[..6 * (all - 1)], x[6..], "the target is the next letter");
            let text: String = x.chunks(6).map(letter).collect();
            // What stands at place 0 begins a word; the last target does, too.
            let place = |at: usize| part.place(at / 7, at % 7).unwrap();
            let ends = (0..all).filter(|&at| place(at) == 0);
            let (mut start, mut seen) = (0, 0);
            for end in ends {
                assert!(
                    words.contains(&text[start..=end].into()),
                    "{text} at {start}"
                );
                (start, seen) = (end + 1, seen + 1);
            }
            assert_eq!((start, seen), (all, count));
            for at in (1..all).filter(|&at| place(at) > 0) {
                assert_eq!(place(at), place(at - 1) + 1);
            }
        }
    }

    #[test]
    fn a_letter_is_its_number_or_its_sound() {
        let of = |code: LetterCode, letter| code.of(letter).unwrap();
        assert_eq!(of(LetterCode::Number, 'm'), [0.0, 1.0, 1.0, 0.0, 1.0]);
        assert_eq!(of(LetterCode::Number, 'z'), [1.0, 1.0, 0.0, 1.0, 0.0]);
        assert_eq!(of(LetterCode::Sound, 'g'), [1.0, 0.0, 1.0, 0.0, 1.0, 1.0]);
        assert_eq!(LetterCode::Number.of('A'), None);
        assert_eq!(LetterCode::Sound.of('e'), None);
    }
}
