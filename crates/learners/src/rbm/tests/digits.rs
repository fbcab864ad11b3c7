//! scikit-learn's example of features.

use contract::Streams;
use ndarray::Array2;
use rand::seq::SliceRandom;
use spec::learners::{AisSpec, ClassifierSpec, RbmSpec, Rule};

use super::learned;
use crate::{Data, Learner};

/// The digits of 8 x 8 pixels from 0 to 1, each also moved by a pixel to the four sides, as
/// scikit-learn's example has them; training part and test part, a fifth of the shuffled rows.
fn nudged_digits() -> [Data; 2] {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../datasets/data/csv/digits.csv"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let number = |field: &str| field.trim().parse::<f64>().unwrap();
    let rows = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(number).collect());
    let rows: Vec<Vec<f64>> = rows.collect();
    let moved = |row: &[f64], [down, right]: [isize; 2]| -> Vec<f64> {
        let pixel = |at: isize| {
            let from = [at / 8 - down, at % 8 - right];
            match from.iter().all(|side| (0..8).contains(side)) {
                true => row[(8 * from[0] + from[1]) as usize] / 16.0,
                false => 0.0,
            }
        };
        (0..64).map(pixel).chain([row[64]]).collect()
    };
    let moves = [[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1]];
    let mut all: Vec<Vec<f64>> = moves
        .iter()
        .flat_map(|&by| {
            rows.iter()
                .map(move |row| moved(row, by))
                .collect::<Vec<_>>()
        })
        .collect();
    all.shuffle(&mut Streams::new(1).stream("split"));
    let part = |rows: &[Vec<f64>]| {
        let x = Array2::from_shape_fn((rows.len(), 64), |(row, at)| rows[row][at]);
        let t = Array2::from_shape_fn((rows.len(), 10), |(row, class)| {
            f64::from(u8::from(rows[row][64] == class as f64))
        });
        Data::new(x, t)
    };
    let test = all.len() / 5;
    [part(&all[test..]), part(&all[..test])]
}

/// scikit-learn's example ends at 0.9354 (pixels alone: 0.7819).
#[test]
fn features_of_digits_are_classified_as_well_as_by_scikit_learn() {
    let [train, test] = nudged_digits();
    let settings = RbmSpec {
        hidden: 100,
        rule: Rule::Pcd(1),
        learning_rate: 0.06,
        momentum: [0.0, 0.0],
        decay: 0.0,
        batch_size: 10,
        epochs: 10,
        report: 10,
        ais: AisSpec {
            runs: 0,
            ..AisSpec::default()
        },
        classifier: ClassifierSpec {
            ridge: 1.0 / 6000.0,
            iterations: 1000,
        },
        ..RbmSpec::default()
    };
    let (rbm, _) = learned(&settings, &train);
    let p = rbm.predict(test.x.view());
    let best = |row: ndarray::ArrayView1<'_, f64>| {
        let classes = row.iter().enumerate();
        classes
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map(|(class, _)| class)
    };
    let right = p.rows().into_iter().zip(test.t.rows());
    let right = right.filter(|(p, t)| best(*p) == best(*t)).count();
    let accuracy = right as f64 / test.len() as f64;
    assert!(accuracy >= 0.93, "{accuracy}");
}
