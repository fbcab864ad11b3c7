//! Two runs of one config, number by number.

use std::fmt;

use contract::NamedTensors;
use ndarray::{ArrayD, IxDyn};
use spec::measures::Measure;

use super::recorded::Recorded;
use crate::record::{Trained, Values};

/// What of an implementation was compared: a tensor, the first losses, the measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The implementation.
    pub implementation: String,
    /// What it is.
    pub what: String,
    /// How many numbers it has, of the two runs the more.
    pub numbers: usize,
    /// How many of them have other bits, or are only there in one of the runs.
    pub differing: usize,
    /// The largest difference of two of them.
    pub largest: f64,
    /// The first that differs: where, and both values.
    pub first: Option<String>,
}

impl Comparison {
    /// Nothing that differs so far; the implementation is to be named.
    fn new(what: &str, numbers: usize) -> Self {
        Self {
            implementation: String::new(),
            what: what.into(),
            numbers,
            differing: 0,
            largest: 0.0,
            first: None,
        }
    }

    /// Whether a single bit does.
    pub fn differs(&self) -> bool {
        self.differing > 0
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, what) = (&self.implementation, &self.what);
        let first = self.first.as_deref().unwrap_or("no number");
        write!(f, "{name}, {what}: {first}")
    }
}

/// Everything that the implementations of the new run left, in the order in which it came about:
/// where it begins to differ comes first. Tensors with the same bits are one row.
pub fn compare(before: &Recorded, after: &Recorded) -> Vec<Comparison> {
    let nothing = (Trained::default(), NamedTensors::default());
    let mut found = Vec::new();
    for (two, weights) in after.record.implementations.iter().zip(&after.weights) {
        let name = &two.implementation;
        let mut old = before.record.implementations.iter().zip(&before.weights);
        let old = old.find(|(trained, _)| trained.implementation == *name);
        let (one, old_weights) = old.unwrap_or((&nothing.0, &nothing.1));
        let rows = [
            count_named("losses of the first batches", [one, two].map(losses)),
            count_named("measures of the epochs", [one, two].map(measures)),
        ];
        let rows = rows.into_iter().chain(tensors(old_weights, weights));
        found.extend(rows.map(|row| Comparison {
            implementation: name.clone(),
            ..row
        }));
    }
    found
}

/// Numbers with the place of each, in their order.
type Named = Vec<(String, f64)>;

fn losses(trained: &Trained) -> Named {
    let losses = trained.first_losses.iter().zip(1..);
    losses
        .map(|(&loss, batch)| (format!("batch {batch}"), loss))
        .collect()
}

/// Those of every epoch, and of the weights that came back at the end, without the seconds.
fn measures(trained: &Trained) -> Named {
    let seconds = Measure::seconds().key;
    let of = |place: String, values: &Values| -> Named {
        let values = values.iter().filter(|(key, _)| **key != seconds);
        values
            .map(|(key, &value)| (format!("{key} of {place}"), value))
            .collect()
    };
    let epochs = trained.epochs.iter();
    let mut numbers: Named = epochs
        .flat_map(|epoch| of(format!("epoch {}", epoch.epoch), &epoch.measures))
        .collect();
    if let Some(kept) = &trained.kept {
        numbers.push(("best epoch".into(), kept.best_epoch as f64));
        numbers.extend(of("the best weights".into(), &kept.measures));
    }
    numbers
}

fn count_named(what: &str, numbers: [Named; 2]) -> Comparison {
    let values = numbers
        .each_ref()
        .map(|named| named.iter().map(|(_, value)| *value));
    let place = |index: usize| {
        let named = numbers.iter().find_map(|named| named.get(index));
        named.map_or_else(String::new, |(place, _)| place.clone())
    };
    count(what, values, place)
}

/// The tensors that differ, behind a row for all others.
fn tensors(before: &NamedTensors<f64>, after: &NamedTensors<f64>) -> Vec<Comparison> {
    let empty = ArrayD::zeros(IxDyn(&[0]));
    let gone = before.names().filter(|name| after.get(name).is_none());
    let names: Vec<&str> = after.names().chain(gone).collect();
    let compared = names.iter().map(|name| {
        let [old, new] = [before, after].map(|weights| weights.get(name).unwrap_or(&empty));
        let values = [old, new].map(|tensor| tensor.iter().copied());
        let shape = if new.is_empty() {
            old.shape()
        } else {
            new.shape()
        };
        count(name, values, |index| format!("{:?}", indices(index, shape)))
    });
    let (differing, same): (Vec<_>, Vec<_>) = compared.partition(Comparison::differs);
    let numbers = same.iter().map(|tensor| tensor.numbers).sum();
    let mut rows = Vec::new();
    if !same.is_empty() {
        let what = format!("{} of {} tensors", same.len(), names.len());
        rows.push(Comparison::new(&what, numbers));
    }
    rows.extend(differing);
    rows
}

/// The digits that tell a number from others of its type.
fn digits(value: f64) -> String {
    match value as f32 {
        short if f64::from(short).to_bits() == value.to_bits() => format!("{short:e}"),
        _ => format!("{value:e}"),
    }
}

/// Where in a tensor of that shape its number `index` stands.
fn indices(mut index: usize, shape: &[usize]) -> Vec<usize> {
    let mut indices: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&size| {
            let inside = index % size.max(1);
            index /= size.max(1);
            inside
        })
        .collect();
    indices.reverse();
    indices
}

/// Counts the numbers that differ (f32 keep their bits in f64); `place` names one.
fn count(
    what: &str,
    [mut before, mut after]: [impl ExactSizeIterator<Item = f64>; 2],
    place: impl Fn(usize) -> String,
) -> Comparison {
    let mut found = Comparison::new(what, before.len().max(after.len()));
    for index in 0..found.numbers {
        let (old, new) = (before.next(), after.next());
        if old.map(f64::to_bits) == new.map(f64::to_bits) {
            continue;
        }
        found.differing += 1;
        if let (Some(old), Some(new)) = (old, new) {
            found.largest = found.largest.max((old - new).abs());
        }
        let shown = |value: Option<f64>| value.map_or("nothing".into(), digits);
        found.first.get_or_insert_with(|| {
            format!("{} was {}, is {}", place(index), shown(old), shown(new))
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    fn weights(value: f32) -> NamedTensors<f64> {
        let mut weights = NamedTensors::<f32>::default();
        weights.insert("0.bias", arr2(&[[1.0f32, 2.0]]).into_dyn());
        weights.insert(
            "0.weight",
            arr2(&[[1.0, 2.0, 3.0], [4.0, value, 6.0]]).into_dyn(),
        );
        weights.cast()
    }

    #[test]
    fn a_bit_is_a_difference_and_its_place_is_named() {
        let next = f32::from_bits(5f32.to_bits() + 1);
        let rows = tensors(&weights(5.0), &weights(next));
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (rows[0].what.as_str(), rows[0].numbers),
            ("1 of 2 tensors", 2)
        );
        let tensor = &rows[1];
        assert_eq!(
            (tensor.what.as_str(), tensor.numbers, tensor.differing),
            ("0.weight", 6, 1)
        );
        assert!(
            tensor
                .first
                .as_ref()
                .unwrap()
                .starts_with("[1, 1] was 5e0, is 5.0000")
        );
        assert_eq!(tensor.largest, f64::from(next) - 5.0);
        let zeros = tensors(&weights(0.0), &weights(-0.0));
        assert!(zeros[1].differs(), "the bits are meant, not the values");
        assert_eq!(tensors(&weights(5.0), &weights(5.0)).len(), 1);
    }

    #[test]
    fn what_is_only_in_one_run_differs() {
        let rows = tensors(&NamedTensors::default(), &weights(5.0));
        let differing: Vec<usize> = rows.iter().map(|row| row.differing).collect();
        assert_eq!(differing, [2, 6]);
        assert_eq!(rows[1].first.as_deref(), Some("[0, 0] was nothing, is 1e0"));
    }

    #[test]
    fn seconds_are_not_compared() {
        let mut trained = Trained::default();
        trained.epochs.push(crate::record::Epoch {
            epoch: 1,
            run: None,
            measures: [("seconds".into(), 1.0), ("test_loss".into(), 0.5)].into(),
        });
        assert_eq!(measures(&trained), [("test_loss of epoch 1".into(), 0.5)]);
    }
}
