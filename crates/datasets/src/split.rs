//! Which samples are held back for testing.
//!
//! Works on indices 0..n. Both parts keep the order of the file: the split only decides who is in
//! which part, and training shuffles anyway.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use rand::seq::SliceRandom;
use spec::Amount;
use spec::datasets::{KFold, Split};

use crate::error::DataError;

/// The two parts, as ascending indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Indices {
    pub train: Vec<usize>,
    /// None: nothing is held back.
    pub test: Option<Vec<usize>>,
}

/// What is divided.
pub(crate) struct Rows<'a, L> {
    /// Number of samples.
    pub count: usize,
    /// One label for each sample; none when the target is a real number.
    pub labels: Option<&'a [L]>,
    /// The config key of the split, for errors.
    pub key: &'static str,
}

/// Divides samples 0..count.
///
/// # Errors
///
/// When a share or fold is impossible, a part would be empty, or a stratified split is asked for
/// without classes.
pub(crate) fn split<L: Ord>(
    split: &Split,
    rows: &Rows<'_, L>,
    rng: &mut impl Rng,
) -> Result<Indices, DataError> {
    let test = match split {
        Split::None => return Ok(whole(rows.count)),
        Split::Shuffled(holdout) => {
            let share = checked_share(holdout.test, rows.key)?;
            first_share(shuffled((0..rows.count).collect(), rng), share)
        }
        Split::Stratified(holdout) => {
            let share = checked_share(holdout.test, rows.key)?;
            let mut test = Vec::new();
            for class in classes(rows)? {
                // A class keeps at least one sample to learn from.
                let spare = class.len() - 1;
                let mut held = first_share(shuffled(class, rng), share);
                held.truncate(spare);
                test.extend(held);
            }
            test
        }
        Split::KFold(fold) => k_fold(fold, rows, rng)?,
        Split::Ordered(ordered) => last(ordered.test, rows)?,
    };
    divide(test, rows)
}

/// How samples are divided, if they are.
pub(crate) fn split_note(split: &Split) -> Option<String> {
    match split {
        Split::None => None,
        Split::Shuffled(holdout) => Some(format!("split: {} held back, shuffled", holdout.test)),
        Split::Stratified(holdout) => {
            Some(format!("split: {} of every class held back", holdout.test))
        }
        Split::KFold(fold) => {
            let how = if fold.stratified { ", stratified" } else { "" };
            Some(format!(
                "split: fold {} of {} held back{how}",
                fold.fold, fold.folds
            ))
        }
        Split::Ordered(ordered) => Some(format!("split: the last held back, {}", ordered.test)),
    }
}

/// All samples in training.
fn whole(count: usize) -> Indices {
    Indices {
        train: (0..count).collect(),
        test: None,
    }
}

/// Fold number `fold` of `folds`: shuffled samples are dealt out like cards, class after class
/// when stratified, so that folds differ by one sample at most, in total and in every class.
fn k_fold<L: Ord>(
    fold: &KFold,
    rows: &Rows<'_, L>,
    rng: &mut impl Rng,
) -> Result<Vec<usize>, DataError> {
    check_folds(fold, rows)?;
    let mut order = Vec::with_capacity(rows.count);
    if fold.stratified {
        // A class of one sample cannot be in both parts; it stays in training.
        for class in classes(rows)?.into_iter().filter(|class| class.len() > 1) {
            order.extend(shuffled(class, rng));
        }
    } else {
        order = shuffled((0..rows.count).collect(), rng);
    }
    Ok(order
        .into_iter()
        .skip(fold.fold)
        .step_by(fold.folds)
        .collect())
}

/// The last samples. Those to train on must show all of their classes, which they do not where a
/// file has one class behind the other.
fn last<L: Ord>(amount: Amount, rows: &Rows<'_, L>) -> Result<Vec<usize>, DataError> {
    let first = rows.count.saturating_sub(amount.of(rows.count));
    if let Some((train, test)) = rows.labels.map(|labels| labels.split_at(first))
        && !train.is_empty()
    {
        let known: BTreeSet<&L> = train.iter().collect();
        if let Some(row) = test.iter().position(|label| !known.contains(label)) {
            let sample = first + row;
            let problem = format!(
                "sample {sample} (from 0) is of a class that none of those before sample {first} \
                 shows: nothing could learn it"
            );
            let remedy = "use a stratified split, or put the samples in another order";
            return Err(DataError::setting(rows.key, problem, remedy));
        }
    }
    Ok((first..rows.count).collect())
}

fn check_folds<L>(fold: &KFold, rows: &Rows<'_, L>) -> Result<(), DataError> {
    if fold.folds < 2 || fold.folds > rows.count {
        return Err(DataError::setting(
            rows.key,
            format!("{} folds of {} samples", fold.folds, rows.count),
            format!("set folds between 2 and {}", rows.count.max(2)),
        ));
    }
    if fold.fold >= fold.folds {
        return Err(DataError::setting(
            rows.key,
            format!("there is no fold {} of {}", fold.fold, fold.folds),
            format!(
                "folds count from 0: set fold between 0 and {}",
                fold.folds - 1
            ),
        ));
    }
    Ok(())
}

/// Sorts the test part and collects the rest for training; refuses an empty part.
fn divide<L>(mut test: Vec<usize>, rows: &Rows<'_, L>) -> Result<Indices, DataError> {
    if test.is_empty() || test.len() == rows.count {
        let empty = if test.is_empty() { "test" } else { "training" };
        return Err(DataError::setting(
            rows.key,
            format!("of {} samples none is left in the {empty} part", rows.count),
            "use more samples, another share, or split = \"none\"",
        ));
    }
    test.sort_unstable();
    let mut held = vec![false; rows.count];
    for &row in &test {
        held[row] = true;
    }
    Ok(Indices {
        train: (0..rows.count).filter(|&row| !held[row]).collect(),
        test: Some(test),
    })
}

fn checked_share(share: f64, key: &'static str) -> Result<f64, DataError> {
    if share > 0.0 && share < 1.0 {
        Ok(share)
    } else {
        Err(DataError::setting(
            key,
            format!("{share} is no share of the samples"),
            "set test above 0 and below 1, for example 0.25",
        ))
    }
}

/// The samples of every class in ascending order; classes in theirs.
fn classes<L: Ord>(rows: &Rows<'_, L>) -> Result<Vec<Vec<usize>>, DataError> {
    let labels = rows.labels.ok_or_else(|| {
        DataError::setting(
            rows.key,
            "a stratified split needs classes, and the target is a real number",
            "use a shuffled split",
        )
    })?;
    let mut classes: BTreeMap<&L, Vec<usize>> = BTreeMap::new();
    for (row, label) in labels.iter().enumerate() {
        classes.entry(label).or_default().push(row);
    }
    Ok(classes.into_values().collect())
}

fn shuffled(mut rows: Vec<usize>, rng: &mut impl Rng) -> Vec<usize> {
    rows.shuffle(rng);
    rows
}

/// The first round(share · n) of n rows.
fn first_share(mut rows: Vec<usize>, share: f64) -> Vec<usize> {
    rows.truncate((share * rows.len() as f64).round() as usize);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::streams::Streams;
    use proptest::prelude::*;
    use spec::datasets::{Holdout, Ordered};

    fn run(kind: &Split, labels: &[usize]) -> Result<Indices, DataError> {
        let rows = Rows {
            count: labels.len(),
            labels: Some(labels),
            key: "dataset.csv.split",
        };
        split(kind, &rows, &mut Streams::new(7).stream("split"))
    }

    fn stratified(test: f64) -> Split {
        Split::Stratified(Holdout { test })
    }

    fn fold(folds: usize, fold: usize, stratified: bool) -> Split {
        Split::KFold(KFold {
            folds,
            fold,
            stratified,
        })
    }

    #[test]
    fn nothing_is_held_back_without_a_split() {
        let parts = run(&Split::None, &[0, 1]).unwrap();
        assert_eq!((parts.train, parts.test), (vec![0, 1], None));
    }

    #[test]
    fn a_quarter_of_150_samples_is_38() {
        let labels: Vec<usize> = (0..150).map(|i| i / 50).collect();
        let parts = run(&Split::Shuffled(Holdout { test: 0.25 }), &labels).unwrap();
        assert_eq!(parts.test.unwrap().len(), 38);
        assert_eq!(parts.train.len(), 112);
    }

    fn ordered(test: f64) -> Split {
        let test = Amount(test);
        Split::Ordered(Ordered { test })
    }

    #[test]
    fn of_rows_in_order_the_last_are_held_back() {
        let labels = [0, 1, 0, 1, 0, 1];
        for test in [2.0, 0.3] {
            let parts = run(&ordered(test), &labels).unwrap();
            assert_eq!(
                (parts.train, parts.test),
                (vec![0, 1, 2, 3], Some(vec![4, 5]))
            );
        }
    }

    #[test]
    fn classes_behind_each_other_cannot_be_split_in_order() {
        let text = run(&ordered(0.5), &[0, 0, 1, 1, 0, 2])
            .unwrap_err()
            .to_string();
        let wanted = "dataset.csv.split: sample 5 (from 0) is of a class that none of those before \
                      sample 3 shows: nothing could learn it; use a stratified split";
        assert!(text.starts_with(wanted), "{text}");
    }

    #[test]
    fn a_class_of_one_sample_stays_in_training() {
        let mut labels = vec![0; 9];
        labels.push(1);
        let parts = run(&stratified(0.9), &labels).unwrap();
        assert!(parts.train.contains(&9));
        for f in 0..3 {
            assert!(run(&fold(3, f, true), &labels).unwrap().train.contains(&9));
        }
    }

    #[test]
    fn impossible_settings_are_refused() {
        let message = |kind: &Split, n: usize| run(kind, &vec![0; n]).unwrap_err().to_string();
        for share in [0.0, 1.0, -1.0, f64::NAN] {
            let text = message(&Split::Shuffled(Holdout { test: share }), 10);
            assert!(text.contains("set test above 0 and below 1"), "{text}");
        }
        assert!(message(&stratified(0.1), 2).contains("none is left in the test part"));
        let shuffled = Split::Shuffled(Holdout { test: 0.9 });
        assert!(message(&shuffled, 1).contains("none is left in the training part"));
        assert!(message(&shuffled, 0).contains("of 0 samples none is left"));
        assert!(message(&ordered(10.0), 10).contains("none is left in the training part"));
        assert!(message(&ordered(11.0), 10).contains("none is left in the training part"));
        assert!(message(&ordered(0.01), 10).contains("none is left in the test part"));
        assert!(message(&fold(1, 0, false), 10).contains("set folds between 2 and 10"));
        assert!(message(&fold(11, 0, false), 10).contains("11 folds of 10 samples"));
        assert!(message(&fold(5, 5, false), 10).contains("set fold between 0 and 4"));
    }

    #[test]
    fn real_targets_cannot_be_stratified() {
        let rows = Rows::<usize> {
            count: 4,
            labels: None,
            key: "dataset.sine.split",
        };
        let mut rng = Streams::new(1).stream("split");
        let error = split(&stratified(0.5), &rows, &mut rng).unwrap_err();
        assert_eq!(error.key(), Some("dataset.sine.split"));
        assert!(error.to_string().contains("use a shuffled split"));
    }

    /// Disjoint, and together everything.
    fn assert_partition(parts: &Indices, count: usize) {
        let mut all = parts.train.clone();
        all.extend(parts.test.as_ref().unwrap());
        all.sort_unstable();
        assert_eq!(all, (0..count).collect::<Vec<_>>());
    }

    fn count(rows: &[usize], labels: &[usize], class: usize) -> usize {
        rows.iter().filter(|&&row| labels[row] == class).count()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn parts_are_disjoint_and_cover_everything(
            labels in prop::collection::vec(0_usize..4, 1..80), test in 0.01_f64..0.99,
        ) {
            for kind in [Split::Shuffled(Holdout { test }), stratified(test)] {
                if let Ok(parts) = run(&kind, &labels) {
                    assert_partition(&parts, labels.len());
                }
            }
        }

        #[test]
        fn stratified_parts_keep_the_proportions(
            labels in prop::collection::vec(0_usize..4, 20..80), test in 0.1_f64..0.9,
        ) {
            let held = run(&stratified(test), &labels).unwrap().test.unwrap();
            for class in 0..4 {
                let all = labels.iter().filter(|&&l| l == class).count();
                let got = count(&held, &labels, class) as f64;
                // Rounding moves half a sample, keeping one for training at most one.
                prop_assert!((got - test * all as f64).abs() <= 1.0);
            }
        }

        #[test]
        fn folds_divide_the_samples(
            labels in prop::collection::vec(0_usize..3, 12..60), folds in 2_usize..6,
        ) {
            let mut seen = vec![0; labels.len()];
            for f in 0..folds {
                let parts = run(&fold(folds, f, false), &labels).unwrap();
                assert_partition(&parts, labels.len());
                parts.test.unwrap().into_iter().for_each(|row| seen[row] += 1);
            }
            prop_assert!(seen.iter().all(|&times| times == 1));
        }

        #[test]
        fn stratified_folds_keep_the_proportions(
            labels in prop::collection::vec(0_usize..3, 30..60), folds in 2_usize..5,
        ) {
            for class in 0..3 {
                let all = labels.iter().filter(|&&l| l == class).count();
                if all < 2 { continue; }
                for f in 0..folds {
                    let held = run(&fold(folds, f, true), &labels).unwrap().test.unwrap();
                    let got = count(&held, &labels, class);
                    prop_assert!(got == all / folds || got == all.div_ceil(folds));
                }
            }
        }
    }
}
