//! Every measure equals scikit-learn's, on the sets of `benches/peers/measures.py`.

use std::collections::BTreeMap;

use ndarray::Array2;
use serde::Deserialize;

use super::classification::{Answers, Classification};
use super::intervals::wilson;
use super::measures::Measures;
use super::regression::Regression;

#[derive(Deserialize)]
struct Figures {
    sets: Vec<Set>,
    wilson: Vec<[f64; 4]>,
}

#[derive(Deserialize)]
struct Set {
    name: String,
    truth: Truth,
    outputs: Vec<Vec<f64>>,
    weights: Vec<f64>,
    plain: BTreeMap<String, f64>,
    weighted: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Truth {
    Classes(Vec<usize>),
    Numbers(Vec<Vec<f64>>),
}

fn figures() -> Figures {
    serde_json::from_str(include_str!("sklearn.json")).unwrap()
}

fn matrix(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

fn numbered(names: usize) -> Vec<String> {
    (0..names).map(|name| name.to_string()).collect()
}

/// The measures of a set, its probabilities taken as they are.
fn measured(set: &Set) -> Box<dyn Measures> {
    let y = matrix(&set.outputs);
    match &set.truth {
        Truth::Classes(truth) => {
            let first = |row: &Vec<f64>| {
                let better = |best: usize, k: usize| if row[k] > row[best] { k } else { best };
                Some((0..row.len()).fold(0, better))
            };
            Box::new(Classification::new(Answers {
                classes: numbered(y.ncols()),
                truth: truth.clone(),
                answers: set.outputs.iter().map(first).collect(),
                scores: Some(y),
                are_probabilities: true,
            }))
        }
        Truth::Numbers(t) => Box::new(Regression {
            targets: numbered(y.ncols()),
            y,
            t: matrix(t),
        }),
    }
}

#[test]
fn every_measure_is_that_of_scikit_learn() {
    let sets = figures().sets;
    assert_eq!(sets.len(), 6);
    for set in sets {
        let (measures, ones) = (measured(&set), vec![1.0; set.weights.len()]);
        for (weights, expected) in [(&ones, &set.plain), (&set.weights, &set.weighted)] {
            let found = measures.names().into_iter().zip(measures.values(weights));
            let found: BTreeMap<String, f64> = found
                .map(|(name, value)| match name.of.as_str() {
                    "" => (name.measure, value),
                    of => (format!("{} of {of}", name.measure), value),
                })
                .collect();
            let names = |of: &BTreeMap<String, f64>| of.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&found), names(expected), "{}", set.name);
            for (name, value) in found {
                let expected = expected[&name];
                let gap = (value - expected).abs() / expected.abs().max(1.0);
                assert!(
                    gap <= 1e-12,
                    "{}, {name}: {value}, not {expected}",
                    set.name
                );
            }
        }
    }
}

#[test]
fn the_sets_have_what_is_asked_of_them() {
    let sets = figures().sets;
    let set = |name: &str| sets.iter().find(|set| set.name == name).unwrap();
    let never = set("a class that is never answered");
    assert_eq!(never.plain["precision of 2"], 0.0);
    let scores: Vec<f64> = set("two classes, ties")
        .outputs
        .iter()
        .map(|p| p[1])
        .collect();
    let mut different = scores.clone();
    different.sort_by(f64::total_cmp);
    different.dedup();
    assert!(different.len() < scores.len() / 2);
    assert_eq!(set("a constant target").plain["R2 of 0"], 0.0);
}

#[test]
fn intervals_of_shares_are_those_of_scipy() {
    for [k, n, low, high] in figures().wilson {
        let [below, above] = wilson(k, n).unwrap();
        let gap = (below - low).abs().max((above - high).abs());
        assert!(
            gap <= 1e-12,
            "{k} of {n}: {below} to {above}, not {low} to {high}"
        );
    }
}
