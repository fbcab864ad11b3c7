//! A data set in a few lines for the terminal.

use std::fmt::Display;

use crate::dataset::{Dataset, Quantity, Target};
use crate::error::in_line;
use crate::samples::Samples;

/// Longer lists are cut, so that a line stays a line.
const LISTED: usize = 12;

impl Dataset {
    /// What was loaded: counts, shape, target, features, what the loader did, and checksums cut
    /// to 12 hex digits. One line each, without line ends.
    pub fn summary(&self) -> Vec<String> {
        let mut lines = vec![self.counts(), self.shape(), self.target_line()];
        lines.extend(
            self.notes
                .iter()
                .map(|note| format!("note: {}", in_line(note))),
        );
        for source in &self.sources {
            let (name, bytes, sha256) = (&source.name, source.bytes, short(&source.sha256));
            lines.push(format!("file: {name}, {bytes} bytes, sha256 {sha256}"));
        }
        lines.push(format!("content: sha256 {}", short(&self.checksum)));
        lines
    }

    fn counts(&self) -> String {
        let train = self.train.len();
        if self.test_is_train {
            format!("{}: {train} samples, tested on the same", self.name)
        } else {
            let test = self.test.len();
            format!("{}: {train} training and {test} test samples", self.name)
        }
    }

    fn shape(&self) -> String {
        let shape: Vec<String> = self.sample_shape.iter().map(usize::to_string).collect();
        let mut line = format!("sample: [{}]", shape.join(", "));
        if !self.feature_names.is_empty() {
            let names: Vec<String> = self.feature_names.iter().map(|n| in_line(n)).collect();
            line += &format!(", features {}", listed(&names));
        }
        line
    }

    fn target_line(&self) -> String {
        match &self.target {
            Target::Classes { names } => {
                let (train, test) = (
                    histogram(&self.train, names.len()),
                    histogram(&self.test, names.len()),
                );
                let counted: Vec<String> = (names.iter().map(|name| in_line(name)))
                    .zip(train.iter().zip(&test))
                    .map(|(name, (train, test))| match self.test_is_train {
                        true => format!("{name} ({train})"),
                        false => format!("{name} ({train}+{test})"),
                    })
                    .collect();
                format!("target: {} classes: {}", names.len(), listed(&counted))
            }
            Target::Real(quantities) => match quantities.as_slice() {
                [quantity] => format!("target: {}", described(quantity)),
                several => {
                    let each: Vec<String> = several.iter().map(described).collect();
                    format!("targets: {}", listed(&each))
                }
            },
            Target::Input => "target: the input itself".into(),
        }
    }
}

/// A real target, and how to read a stored value of it.
fn described(Quantity { name, mean, scale }: &Quantity) -> String {
    let name = in_line(name);
    match (*mean, *scale) == (0.0, 1.0) {
        true => format!("{name}, a real number"),
        false => format!("{name}, a real number = stored * {scale:.4} + {mean:.4}"),
    }
}

/// Samples of each class.
fn histogram(samples: &Samples, classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for label in samples.true_labels() {
        counts[label] += 1;
    }
    counts
}

fn listed<T: Display>(items: &[T]) -> String {
    let mut texts: Vec<String> = items.iter().take(LISTED).map(T::to_string).collect();
    if items.len() > LISTED {
        texts.push(format!("... ({} in all)", items.len()));
    }
    texts.join(", ")
}

fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{About, Parts};
    use crate::files::Source;
    use crate::samples::{Features, Targets};
    use ndarray::array;

    fn dataset(targets: Targets, target: Target) -> Dataset {
        let samples = Samples::new(Features::Values(array![[1.0], [2.0]]), targets);
        let parts = Parts {
            train: samples.clone(),
            test: Some(samples),
        };
        let about = About {
            name: "toy".into(),
            sample_shape: vec![1],
            feature_names: vec!["a".into()],
            target,
            sources: vec![Source {
                name: "toy.csv".into(),
                bytes: 9,
                sha256: "0123456789abcdef".into(),
            }],
            notes: vec!["1 row dropped".into()],
        };
        Dataset::assemble(parts, about)
    }

    #[test]
    fn classes_are_listed_with_their_counts() {
        let names = vec!["no".into(), "yes".into()];
        let data = dataset(Targets::Classes(vec![1, 1]), Target::Classes { names });
        let lines = data.summary();
        assert_eq!(lines[0], "toy: 2 training and 2 test samples");
        assert_eq!(lines[1], "sample: [1], features a");
        assert_eq!(lines[2], "target: 2 classes: no (0+0), yes (2+2)");
        assert_eq!(lines[3], "note: 1 row dropped");
        assert_eq!(lines[4], "file: toy.csv, 9 bytes, sha256 0123456789ab");
        assert_eq!(lines[5].len(), "content: sha256 ".len() + 12);
    }

    #[test]
    fn a_scaled_target_says_how_to_read_it() {
        let quantity = |name: &str, mean, scale| Quantity {
            name: name.into(),
            mean,
            scale,
        };
        let y = quantity("y", 3.0, 2.0);
        let data = dataset(
            Targets::Values(vec![0.0, 1.0]),
            Target::Real(vec![y.clone()]),
        );
        let line = "target: y, a real number = stored * 2.0000 + 3.0000";
        assert_eq!(data.summary()[2], line);
        let two = Target::Real(vec![y, quantity("z", 0.0, 1.0)]);
        let data = dataset(Targets::Values(vec![0.0, 1.0, 2.0, 3.0]), two);
        let line = "targets: y, a real number = stored * 2.0000 + 3.0000, z, a real number";
        assert_eq!(data.summary()[2], line);
        let data = data.predicting_input();
        assert_eq!(data.summary()[2], "target: the input itself");
    }
}
