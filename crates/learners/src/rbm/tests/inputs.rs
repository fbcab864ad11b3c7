//! Data that a machine cannot learn, or not well.

use ndarray::{Array2, array};
use spec::learners::{RbmSpec, Rule, Visible};

use super::super::Rbm;
use super::{small, unlabelled};
use crate::{Data, Learner};

pub(super) fn refused(settings: &RbmSpec, data: &Data) -> String {
    let refused = Rbm::new(settings, data).err();
    refused.expect("it cannot learn this").reason
}

#[test]
fn inputs_that_visible_units_cannot_be_are_refused_with_their_place() {
    let mut x = array![[0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0]];
    let with = |visible| RbmSpec { visible, ..small() };
    let softmax = with(Visible::Softmax(2));
    assert_eq!(
        refused(&softmax, &unlabelled(array![[0.0, 1.0], [1.0, 1.0]])),
        "of group 1 of sample 2 (from x1 on) 2 units are on, and one should be"
    );
    let odd = with(Visible::Softmax(3));
    assert_eq!(
        refused(&odd, &unlabelled(x.clone())),
        "4 inputs are not divided into groups of 3"
    );
    x[[1, 2]] = 1.5;
    assert_eq!(
        refused(&small(), &unlabelled(x.clone())),
        "x3 of sample 2 is 1.5, and Bernoulli units are between 0 and 1"
    );
    assert!(Rbm::new(&with(Visible::Gaussian), &unlabelled(x.clone())).is_ok());
    x[[1, 2]] = f64::NAN;
    for visible in [Visible::Bernoulli, Visible::Gaussian, Visible::Softmax(2)] {
        let data = Data::new(x.clone(), array![[1.0, 0.0], [0.0, 1.0]]);
        let reason = refused(&with(visible), &data);
        assert!(reason.starts_with("x3 of sample 2 is NaN"), "{reason}");
    }
    let real = Data::new(array![[0.0], [1.0]], array![[0.5], [2.0]]);
    assert_eq!(
        refused(&small(), &real),
        "it learns how its inputs are distributed, and the target is y1"
    );
    let many = RbmSpec {
        rule: Rule::Exact,
        hidden: 30,
        ..small()
    };
    let wide = unlabelled(Array2::zeros((2, 25)));
    assert_eq!(
        refused(&many, &wide),
        "the exact gradient is a sum over 2^25 states, too many"
    );
}

#[test]
fn gaussian_units_without_standardised_data_or_with_a_large_rate_are_told() {
    let x = array![[0.0, 1.0], [10.0, 2.0], [20.0, 0.0]];
    let settings = RbmSpec {
        visible: Visible::Gaussian,
        ..small()
    };
    let data = unlabelled(x);
    let warnings = Rbm::new(&settings, &data).unwrap().warnings(&data);
    assert!(warnings[0].starts_with("Gaussian units have variance 1, and x1 has 66.667"));
    assert!(
        warnings[1].starts_with("a learning rate of 0.1 is large"),
        "{warnings:?}"
    );
}
