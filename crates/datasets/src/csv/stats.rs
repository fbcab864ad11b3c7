//! What is learned from a column, besides the statistics of all numbers.

use std::collections::BTreeMap;

use super::meaning::number;

/// The most frequent of at least one value; the smallest of several.
pub(super) fn most_frequent(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut best = (0, f64::NAN);
    for run in sorted.chunk_by(|a, b| a == b) {
        if run.len() > best.0 {
            best = (run.len(), run[0]);
        }
    }
    best.1
}

/// The most frequent text; the first in the alphabet of several.
pub(super) fn most_frequent_text<'a>(values: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let most = *counts.values().max()?;
    counts
        .into_iter()
        .find(|(_, count)| *count == most)
        .map(|(value, _)| value)
}

/// Smallest and largest of at least one value.
pub(super) fn range(values: &[f64]) -> (f64, f64) {
    let fold = |(low, high): (f64, f64), &value: &f64| (low.min(value), high.max(value));
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), fold)
}

/// Different texts in order: by number when all are numbers, else by the alphabet.
pub(super) fn sorted_names<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<&str> = values.collect();
    names.sort_unstable();
    names.dedup();
    let numbers: Option<Vec<f64>> = names.iter().map(|name| number(name, '.')).collect();
    if let Some(numbers) = numbers {
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
        names = order.into_iter().map(|index| names[index]).collect();
    }
    names.into_iter().map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_by_hand() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(most_frequent(&values), 4.0);
        assert_eq!(most_frequent(&[3.0, 1.0, 3.0, 1.0]), 1.0);
        assert_eq!(range(&values), (2.0, 9.0));
    }

    #[test]
    fn texts() {
        let frequent = most_frequent_text(["b", "a", "c", "b", "a"].into_iter());
        assert_eq!(frequent, Some("a"));
        assert_eq!(most_frequent_text(std::iter::empty()), None);
        assert_eq!(sorted_names(["10", "9", "10"].into_iter()), ["9", "10"]);
        assert_eq!(sorted_names(["10", "9", "x"].into_iter()), ["10", "9", "x"]);
    }
}
