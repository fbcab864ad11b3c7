//! What an update takes from chains, as it learns, in f32 and with the random numbers of its shards,
//! against what it expects.

use ndarray::{Axis, concatenate};
use spec::learners::{RbmSpec, Rule};

use super::super::Rbm;
use super::super::gradient::Gradient;
use super::super::proofs::{three_by_two, three_samples};
use super::super::update::Batch;
use super::{small, unlabelled};
use crate::proof::largest;

/// Each of the three samples so often: three shards of a batch.
const COPIES: usize = 16;
/// Of each group of updates the mean is taken, and their spread is that of one.
const GROUPS: usize = 300;

/// The largest difference between the mean gain and `expected`, in standard errors. Weights do not
/// change.
fn far(rule: Rule, updates: usize, expected: &Gradient<f64>) -> f64 {
    let v = three_samples();
    let x = concatenate(Axis(0), &vec![v.view(); COPIES]).unwrap();
    let settings = RbmSpec {
        rule,
        hidden: 2,
        batch_size: x.nrows(),
        ..small()
    };
    let mut rbm = Rbm::new(&settings, &unlabelled(x)).unwrap();
    rbm.machine = three_by_two().cast();
    let rows: Vec<usize> = (0..rbm.x.nrows()).collect();
    let mut batch = Batch::default();
    let mut group = || {
        let mut sum = vec![0.0; expected.all().len()];
        for _ in 0..updates {
            rbm.updates += 1;
            rbm.gradient(&rows, &mut batch);
            let gain = batch.gain.cast::<f64>().all();
            let terms = sum.iter_mut().zip(gain);
            terms.for_each(|(sum, gain)| *sum += gain / updates as f64);
        }
        sum
    };
    // Persistent chains begin somewhere.
    group();
    let groups: Vec<Vec<f64>> = (0..GROUPS).map(|_| group()).collect();
    let n = GROUPS as f64;
    largest(expected.all().into_iter().enumerate().map(|(i, expected)| {
        let mean = groups.iter().map(|group| group[i]).sum::<f64>() / n;
        let squares = groups.iter().map(|group| (group[i] - mean).powi(2));
        let error = (squares.sum::<f64>() / (n - 1.0) / n).sqrt();
        (mean - expected) / error
    }))
}

#[test]
fn contrastive_divergence_is_within_five_standard_errors_of_its_expectation() {
    let (machine, v) = (three_by_two(), three_samples());
    for steps in [1, 2, 5] {
        let expected = machine.expected_cd(v.view(), steps);
        let off = far(Rule::Cd(steps), 10, &expected);
        assert!(off < 5.0, "CD-{steps} is off by {off} standard errors");
    }
    // The test would see that CD-1 is not the gradient of the likelihood.
    let exact = machine.exact_gradient(v.view());
    assert!(far(Rule::Cd(1), 10, &exact) > 5.0);
}

#[test]
fn chains_that_go_on_expect_the_gradient_of_the_likelihood() {
    let exact = three_by_two().exact_gradient(three_samples().view());
    let off = far(Rule::Pcd(1), 50, &exact);
    assert!(off < 5.0, "off by {off} standard errors");
}
