//! Steps of learners, whose gradients burn bears witness of.

use learners::{Slope, slopes};
use runner::check::slopes::rows;
use runner::check::verdict::Verdict;

/// The same with one number of a tensor a little larger, or the other way round.
fn bugs(slope: &Slope, tensor: &str) -> [Slope; 2] {
    let [mut a_little, mut turned] = [slope.clone(), slope.clone()];
    let largest = |a: &f64, b: &f64| a.abs().total_cmp(&b.abs());
    if let Some(gradient) = a_little.gradient.get_mut(tensor) {
        let number = gradient.iter_mut().max_by(|a, b| largest(a, b));
        *number.unwrap() += 10.0 * slope.tolerance;
    }
    if let Some(gradient) = turned.gradient.get_mut(tensor) {
        gradient.mapv_inplace(|g| -g);
    }
    [a_little, turned]
}

#[test]
fn a_wrong_step_of_a_learner_is_off_from_burn_and_a_right_one_is_not() {
    for (kind, of_kind) in slopes() {
        let all = of_kind();
        assert!(!all.is_empty(), "{kind}");
        for slope in all {
            let verdicts = |slope: &Slope| {
                let rows = rows(kind, std::slice::from_ref(slope));
                rows.iter().map(|row| row.verdict).collect::<Vec<_>>()
            };
            assert_eq!(verdicts(&slope), [Verdict::Agrees; 2], "{kind}: {slope:?}");
            for tensor in slope.at.names() {
                for bug in bugs(&slope, tensor) {
                    let name = format!("{kind}, {}, {tensor}", slope.quantity);
                    assert_eq!(verdicts(&bug), [Verdict::Differs; 2], "{name}");
                }
            }
        }
    }
}
