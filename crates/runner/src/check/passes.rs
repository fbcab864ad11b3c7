//! Whole passes of two implementations, held against each other tensor by tensor.

use contract::{Backward, Evaluation, NamedTensors, Real};

use super::comparison::{
    CANCELLED, Comparison, Context, LOSS, compare, compare_entries, floor, incomparable,
};
use super::verdict::Verdict;

/// Outputs fainter than this, 10⁻⁴ in f64 and 10⁻² in f32, are measured against it: of eˣ − 1 near
/// 0 only the rounding of 1 is left where it is not computed as one function.
fn faint<T: Real>() -> f64 {
    T::epsilon().f64().powf(0.25)
}

/// Holds a backward pass against a witness's: outputs and loss first, in the order of the data
/// flow, then the gradients from the loss back to the input. So the first that is off is where an
/// error came from, not where it was carried to.
pub fn compare_backward<T: Real>(
    context: Context<'_>,
    by_hand: &Backward<T>,
    witness: &Backward<T>,
) -> Vec<Comparison> {
    let forward = Context {
        zero_is_no_proof: false,
        ..context
    };
    let mut comparisons: Vec<_> = by_hand
        .outputs
        .iter()
        .map(|(name, output)| {
            compare(
                forward,
                faint::<T>(),
                name,
                output,
                witness.outputs.get(name),
            )
        })
        .collect();
    let value = [(0, by_hand.loss, witness.loss)];
    let summands = value_floor(by_hand);
    comparisons.push(compare_entries(
        forward,
        summands,
        LOSS,
        &[],
        value.into_iter(),
    ));
    let floor = floor(&witness.gradients);
    for (name, gradient) in context.gradients(by_hand) {
        let theirs = witness.gradients.get(name);
        let (context, floor) = context.of_gradient(name, floor);
        comparisons.push(compare(context, floor, name, gradient, theirs));
    }
    comparisons.extend(unmatched(context, &by_hand.gradients, &witness.gradients));
    what_follows_from_overflow(&mut comparisons);
    comparisons
}

/// Once numbers have left their range on both sides, what is computed from them says nothing of
/// either: infinity less infinity is NaN here and may be 0 there.
fn what_follows_from_overflow(comparisons: &mut [Comparison]) {
    let first = comparisons
        .iter()
        .position(|comparison| comparison.verdict >= Verdict::NotFinite);
    let Some(first) = first.filter(|&at| comparisons[at].verdict == Verdict::NotFinite) else {
        return;
    };
    for comparison in &mut comparisons[first..] {
        if comparison.verdict == Verdict::Differs {
            comparison.verdict = Verdict::NotFinite;
        }
    }
}

/// The scale of a loss that cancels: a sum over the outputs, as Σ dy ⊙ y is,
/// may be almost nothing, and carries the rounding of all of them; and where all are faint, so is
/// it.
fn value_floor<T: Real>(backward: &Backward<T>) -> f64 {
    let last = backward.outputs.iter().next_back();
    let sum = last.map_or(0.0, |(_, y)| y.iter().map(|y| y.f64().abs()).sum());
    faint::<T>().max(CANCELLED * sum)
}

/// Holds an evaluation against a witness's: the last layer's output, named so, and the loss.
pub fn compare_evaluations<T: Real>(
    context: Context<'_>,
    output: &str,
    by_hand: &Evaluation<T>,
    witness: &Evaluation<T>,
) -> Vec<Comparison> {
    let [ours, theirs] = [by_hand, witness].map(|evaluation| evaluation.output.clone().into_dyn());
    let loss = [(0, by_hand.loss, witness.loss)];
    let mut comparisons = vec![
        compare(context, faint::<T>(), output, &ours, Some(&theirs)),
        compare_entries(context, faint::<T>(), LOSS, &[], loss.into_iter()),
    ];
    what_follows_from_overflow(&mut comparisons);
    comparisons
}

/// Holds parameters against a witness's after some steps, in the order of the data flow.
pub fn compare_parameters<T: Real>(
    context: Context<'_>,
    by_hand: &NamedTensors<T>,
    witness: &NamedTensors<T>,
) -> Vec<Comparison> {
    let mut comparisons: Vec<_> = by_hand
        .iter()
        .map(|(name, tensor)| compare(context, 0.0, name, tensor, witness.get(name)))
        .collect();
    comparisons.extend(unmatched(context, by_hand, witness));
    what_follows_from_overflow(&mut comparisons);
    comparisons
}

/// What the witness has and the hand-written implementation has not.
fn unmatched<T: Real>(
    context: Context<'_>,
    by_hand: &NamedTensors<T>,
    witness: &NamedTensors<T>,
) -> Vec<Comparison> {
    let missing = witness
        .iter()
        .filter(|(name, _)| by_hand.get(name).is_none());
    missing
        .map(|(name, tensor)| {
            let remark = "the hand-written implementation has no tensor of that name";
            incomparable(context, name, tensor.shape(), remark.into())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::comparison::Bound;
    use ndarray::array;

    const CONTEXT: Context<'static> = Context {
        witness: "witness",
        pass: "loss",
        bound: Bound::Relative(1e-6),
        zero_is_no_proof: true,
        input: true,
        vanishing: &[],
    };

    /// Gradients of a weight and a bias.
    fn backward(bias: f64) -> Backward<f64> {
        let mut gradients = NamedTensors::default();
        gradients.insert("w", array![1.0, -2.0].into_dyn());
        gradients.insert("b", array![bias].into_dyn());
        Backward {
            loss: 1.0,
            outputs: NamedTensors::default(),
            gradients,
        }
    }

    /// A bias gradient is a sum over the batch: where it cancels, what is left is rounding.
    #[test]
    fn rounding_of_a_sum_that_cancels_is_no_fault() {
        let faults = |by_hand: f64, witness: f64| {
            let rows = compare_backward(CONTEXT, &backward(by_hand), &backward(witness));
            let off = rows.iter().filter(|row| row.verdict == Verdict::Differs);
            off.count()
        };
        assert_eq!(
            faults(1.0e-6, 1.001e-6),
            0,
            "off by 1e-9 at a scale of 2e-3"
        );
        assert_eq!(faults(1.0e-6, 2.0e-6), 1, "off by as much as it is");
        assert_eq!(faults(0.0, 1.0e-6), 1, "missing");
    }

    /// What is left of a bias before a batch normalisation is rounding of other gradients.
    #[test]
    fn a_gradient_that_vanishes_is_measured_against_the_largest() {
        let vanishing = ["b".to_string()];
        let context = Context {
            vanishing: &vanishing,
            ..CONTEXT
        };
        let faults = |by_hand: f64, witness: f64| {
            let rows = compare_backward(context, &backward(by_hand), &backward(witness));
            let off = rows.iter().filter(|row| row.verdict == Verdict::Differs);
            off.count()
        };
        assert_eq!(faults(1e-7, -1e-7), 0);
        assert_eq!(faults(0.0, 0.0), 0);
        assert_eq!(faults(1e-2, 0.0), 1);
    }

    /// Σ dy ⊙ y of a random dy may be almost 0 by chance.
    #[test]
    fn rounding_of_a_loss_that_cancels_is_no_fault() {
        let backward = |loss: f64| {
            let mut outputs = NamedTensors::default();
            outputs.insert("0.output", array![4.0, -4.0].into_dyn());
            Backward {
                loss,
                outputs,
                gradients: NamedTensors::default(),
            }
        };
        let fault = |by_hand: f64, witness: f64| {
            let rows = compare_backward(CONTEXT, &backward(by_hand), &backward(witness));
            rows.iter().any(|row| row.verdict == Verdict::Differs)
        };
        assert!(!fault(1.0e-7, 1.05e-7), "off by 5e-9 at a scale of 8e-3");
        assert!(fault(1.0e-7, 2.0e-7), "off by as much as it is");
        assert!(fault(0.5, 1.0), "half the loss");
    }

    /// Overflow on both sides: the gradients behind it are no disagreement, whatever became of
    /// them.
    #[test]
    fn what_is_computed_from_an_overflow_is_no_fault() {
        let overflowed = |gradient: f64| {
            let mut outputs = NamedTensors::default();
            outputs.insert("0.output", array![f64::INFINITY].into_dyn());
            Backward {
                outputs,
                ..backward(gradient)
            }
        };
        let rows = compare_backward(CONTEXT, &overflowed(f64::NAN), &overflowed(0.0));
        let verdicts: Vec<_> = rows.iter().map(|row| row.verdict).collect();
        assert_eq!(verdicts[0], Verdict::NotFinite);
        assert!(!verdicts.contains(&Verdict::Differs), "{verdicts:?}");
    }

    /// eˣ − 1 of a small x keeps only what the rounding of 1 leaves.
    #[test]
    fn the_rounding_of_one_in_a_faint_output_is_no_fault() {
        let backward = |value: f64| {
            let mut outputs = NamedTensors::default();
            outputs.insert("1.output", array![value].into_dyn());
            Backward {
                loss: 0.5 * value,
                outputs,
                gradients: NamedTensors::default(),
            }
        };
        let context = Context {
            bound: Bound::Relative(1e-11),
            ..CONTEXT
        };
        let fault = |by_hand: f64, witness: f64| {
            let rows = compare_backward(context, &backward(by_hand), &backward(witness));
            rows.iter().any(|row| row.verdict == Verdict::Differs)
        };
        assert!(!fault(-1.612_578_387e-8, -1.612_578_382e-8));
        assert!(!fault(1.4e-41, 1.0e-41));
        assert!(fault(-1.6e-8, -1.7e-8), "a sixteenth off");
    }
}
