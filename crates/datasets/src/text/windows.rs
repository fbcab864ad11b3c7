//! Windows at random places of a running text, of which the end is held back.

use contract::streams::Streams;
use rand::RngExt;
use spec::datasets::{Split, TextSpec};

use super::{Divided, SPLIT, Sequence, empty, long_enough, pieces};
use crate::error::DataError;

/// So many windows of the training part, drawn from the stream `windows`, and the rest in pieces.
pub(super) fn draw(
    text: &str,
    windows: usize,
    spec: &TextSpec,
    file: &str,
    streams: &Streams,
) -> Result<Divided, DataError> {
    let characters: Vec<char> = text.chars().collect();
    let (steps, count) = (spec.steps.unwrap_or(1), characters.len());
    if count < 2 {
        return Err(empty(file));
    }
    let held_back = match &spec.split {
        Split::Ordered(ordered) => Some(ordered.test.of(count)),
        _ => None,
    };
    let (train, rest) = characters.split_at(count - held_back.unwrap_or(0).min(count));
    if held_back.is_some() && rest.len() < 2 {
        let problem = format!("of {count} characters fewer than two are held back");
        return Err(DataError::setting(
            SPLIT,
            problem,
            "hold back more, or split = \"none\"",
        ));
    }
    long_enough(train.len(), steps, file)?;
    let line_of = |end: usize| 1 + train[..end].iter().filter(|&&c| c == '\n').count();
    let window = |start: usize| Sequence {
        characters: train[start..=start + steps].to_vec(),
        line: 1,
    };
    let mut rng = streams.stream("windows");
    let starts = (0..windows).map(|_| rng.random_range(0..train.len() - steps));
    Ok(Divided {
        train: starts.map(window).collect(),
        test: held_back.map(|_| pieces(rest, steps, line_of(train.len()))),
        known: Some(Sequence {
            characters: train.to_vec(),
            line: 1,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{TextInputs, Vocabulary};
    use super::*;
    use spec::Amount;
    use spec::datasets::Ordered;

    fn spec(steps: usize, split: Split) -> TextSpec {
        TextSpec {
            path: "t.txt".into(),
            lines: false,
            steps: Some(steps),
            windows: Some(500),
            inputs: TextInputs::Tokens,
            split,
        }
    }

    fn ordered(test: f64) -> Split {
        let test = Amount(test);
        Split::Ordered(Ordered { test })
    }

    fn drawn(text: &str, spec: &TextSpec) -> Result<Divided, String> {
        let drawn = draw(text, 500, spec, "t.txt", &Streams::new(1));
        drawn.map_err(|error| error.to_string())
    }

    #[test]
    fn windows_lie_anywhere_in_the_training_part_and_the_rest_is_all_held_back() {
        let text = "abcdefghijklm\nxyz";
        let found = drawn(text, &spec(4, ordered(4.0))).unwrap();
        let strings = |sequences: &[Sequence]| -> Vec<String> {
            let text = |sequence: &Sequence| sequence.characters.iter().collect();
            sequences.iter().map(text).collect()
        };
        let windows = strings(&found.train);
        assert_eq!(windows.len(), 500);
        let all: Vec<&str> = (0..9).map(|start| &text[start..start + 5]).collect();
        assert!(
            all.iter().all(|one| windows.iter().any(|w| w == one)),
            "every place"
        );
        assert!(windows.iter().all(|window| all.contains(&window.as_str())));
        let test = found.test.unwrap();
        assert_eq!(strings(&test), ["\nxyz"]);
        assert_eq!(test[0].line, 1, "that of the line break");
        let all: Vec<Sequence> = found.known.into_iter().collect();
        let known = Vocabulary::of(&all, "t.txt").unwrap();
        assert_eq!(known.len(), 13, "the letters to learn from");
        assert!(
            known.indices(&test[0], "t.txt").is_err(),
            "others are unknown"
        );
        assert!(drawn(text, &spec(4, Split::None)).unwrap().test.is_none());
    }

    #[test]
    fn a_window_longer_than_the_text_is_refused() {
        let message = drawn("abcdefgh", &spec(7, ordered(2.0))).err().unwrap();
        assert_eq!(
            message,
            "dataset.text.steps: sequences of 7 steps are longer than what there is to learn from \
             of t.txt, 6 characters; set steps = 5 or less, or use a longer text"
        );
        for (split, text) in [(ordered(0.01), "abcdefgh"), (ordered(0.5), "a")] {
            assert!(drawn(text, &spec(2, split)).is_err());
        }
    }
}
