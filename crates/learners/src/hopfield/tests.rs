use ndarray::{Array2, array};
use spec::learners::{HopfieldSpec, Update};
use spec::measures::Values;

use super::Hopfield;
use super::proofs::{drawn_patterns, learned, two_patterns};
use crate::{Data, Learner, Proof, Stop};

fn values(hopfield: &mut Hopfield, data: &Data) -> Values {
    hopfield.pass(data, &|| Ok(())).unwrap()
}

fn refused(x: Array2<f64>, t: Array2<f64>) -> String {
    let data = Data::new(x, t);
    let refused = Hopfield::new(&HopfieldSpec::default(), &data).err();
    refused.expect("these are no patterns").reason
}

#[test]
fn from_one_wrong_unit_a_recall_ends_where_nothing_changes_and_the_opposite_stays() {
    let (hopfield, _) = learned(two_patterns());
    let first = two_patterns().row(0).to_owned();
    for unit in 0..6 {
        let mut wrong = first.clone();
        wrong[unit] *= -1.0;
        for update in [Update::Given, Update::Drawn, Update::Synchronous] {
            let end = hopfield.recall(wrong.clone(), update, &mut |_| ());
            assert!(hopfield.is_fixed(&end), "{update:?} from {wrong}: {end}");
        }
    }
    assert!(hopfield.is_fixed(&(-&first)));
    assert_eq!(hopfield.energy(&(-first)), -12.0);
}

#[test]
fn flipped_one_after_the_other_two_units_agree_and_at_once_they_take_turns() {
    let (hopfield, _) = learned(array![[1.0, 1.0]]);
    let start = array![1.0, -1.0];
    let end = |update| hopfield.recall(start.clone(), update, &mut |_| ());
    assert_eq!(end(Update::Given), array![-1.0, -1.0]);
    assert_eq!(end(Update::Synchronous), start);
}

#[test]
fn zeros_and_ones_are_the_same_patterns() {
    let bits = two_patterns().mapv(|x| (x + 1.0) / 2.0);
    let (of_bits, data) = learned(bits.clone());
    let (of_signs, _) = learned(two_patterns());
    assert_eq!(of_bits.weights(), of_signs.weights());
    assert_eq!(of_bits.predict(bits.view()), bits);
    assert!(of_bits.proofs(&data).iter().all(Proof::holds));
}

#[test]
fn without_noise_what_is_stored_is_recalled_and_with_half_flipped_hardly_anything() {
    let data = Data::new(two_patterns(), two_patterns());
    let measured = |noise| {
        let settings = HopfieldSpec {
            noise,
            ..HopfieldSpec::default()
        };
        values(&mut Hopfield::new(&settings, &data).unwrap(), &data)
    };
    assert_eq!(measured(0.0)["stored"], 1.0);
    assert_eq!(measured(0.0)["recalled"], 1.0);
    assert!(measured(0.5)["recalled"] < 0.5, "{:?}", measured(0.5));
}

#[test]
fn the_states_that_stay_are_listed_with_those_that_nobody_stored() {
    let (hopfield, data) = learned(two_patterns());
    let [patterns, states] = &hopfield.findings(&data)[..] else {
        panic!("two tables");
    };
    assert_eq!(patterns.rows[0].1[..2], [-12.0, 1.0]);
    let row = |signs: &str| states.rows.iter().find(|(name, _)| name == signs).cloned();
    assert_eq!(row("++++--").unwrap().1, [-12.0, 1.0]);
    assert_eq!(row("----++").unwrap().1, [-12.0, 0.0]);
    assert!(row("+++++-").is_none());
}

#[test]
fn more_patterns_than_it_keeps_are_told() {
    let (hopfield, data) = learned(drawn_patterns());
    let warnings = hopfield.warnings(&data);
    assert!(
        warnings[0].starts_with("5 patterns in 12 units are more than 0.138 x 12 = 1.7"),
        "{warnings:?}"
    );
    assert!(hopfield.proofs(&data).iter().all(Proof::holds));
}

#[test]
fn what_is_no_pattern_is_refused_with_its_place() {
    let (mut x, t) = (two_patterns(), two_patterns());
    assert_eq!(
        refused(x.clone(), array![[1.0], [2.0]]),
        "it recalls whole patterns, and the target is y1"
    );
    x[[1, 2]] = 0.0;
    assert_eq!(
        refused(x.clone(), x.clone()),
        "x3 of sample 2 is 0, and units are -1 or 1 (or all of them 0 or 1)"
    );
    x[[1, 2]] = f64::NAN;
    assert!(refused(x, t).starts_with("x3 of sample 2 is NaN"));
}

#[test]
fn a_state_is_restored_and_a_recall_can_be_interrupted() {
    let (before, data) = learned(two_patterns());
    let mut after = Hopfield::new(&HopfieldSpec::default(), &data).unwrap();
    let stopped = after.pass(&data, &|| Err(Stop::Interrupted));
    assert!(matches!(stopped, Err(Stop::Interrupted)) && !after.is_done());
    after.restore(&before.state()).unwrap();
    assert!(after.is_done());
    assert_eq!(after.state(), before.state());
    let wide = Data::new(Array2::zeros((1, 3)), Array2::zeros((1, 3)));
    let mut wide = Hopfield::new(&HopfieldSpec::default(), &wide).unwrap();
    assert!(wide.restore(&before.state()).is_err());
}
