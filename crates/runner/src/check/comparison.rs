//! One tensor of two implementations, held against each other.

use contract::{Backward, NamedTensors, Real};
use ndarray::ArrayD;
use serde::Serialize;

use super::verdict::Verdict;

/// Name of the value that is differentiated: the loss, or Σ dy ⊙ y of a random upstream gradient.
pub const LOSS: &str = "loss";

/// Name of the gradient of the input.
pub const INPUT: &str = "x";

/// A gradient this much smaller than the largest of its pass carries that one's rounding.
pub const CANCELLED: f64 = 1e-3;

/// How far a tensor is from its witness.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Who bears witness, e.g. `burn-flex f64` or `central differences f64`.
    pub witness: String,
    /// What was computed: `loss`, `random upstream`, `after 100 steps`, `evaluation`.
    pub pass: String,
    /// Name of the tensor: a layer's output, `loss`, a parameter's gradient or `x`.
    pub tensor: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Entries compared.
    pub entries: usize,
    /// Largest |by hand − witness|.
    pub absolute: f64,
    /// The same relative to the largest magnitude in the tensor, or to [`CANCELLED`] of the largest
    /// gradient of the pass if that is more: an entry that is a sum of larger ones and cancels to
    /// almost nothing carries their rounding.
    pub relative: f64,
    /// Index of the entry with the largest difference.
    pub at: Vec<usize>,
    /// The hand-written value there.
    pub by_hand: f64,
    /// The witness's value there.
    pub by_witness: f64,
    /// The bound that was applied, to `absolute` for trajectories, otherwise to `relative`.
    pub tolerance: f64,
    /// What it says.
    pub verdict: Verdict,
    /// Why, where the numbers do not tell.
    pub remark: Option<String>,
}

/// What bounds a difference.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// Largest difference of numbers up to 1; of larger ones the same relative to the largest.
    Absolute(f64),
    /// Largest difference over the largest magnitude.
    Relative(f64),
}

impl Bound {
    fn value(self) -> f64 {
        match self {
            Self::Absolute(value) | Self::Relative(value) => value,
        }
    }
}

/// Who bears witness of what.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The witness.
    pub witness: &'a str,
    /// What was computed.
    pub pass: &'a str,
    /// The bound.
    pub bound: Bound,
    /// Whether a tensor of zeros proves nothing, as it is of gradients.
    pub zero_is_no_proof: bool,
    /// Whether the gradient of the input `x` counts: integers that choose from a table have none.
    pub input: bool,
    /// Gradients that are 0 but for rounding, as of a bias that a batch normalisation takes away.
    pub vanishing: &'a [String],
}

impl Context<'_> {
    /// The gradients that are proved, from the loss back to the input.
    pub fn gradients<'g, T: Real>(
        &self,
        backward: &'g Backward<T>,
    ) -> impl Iterator<Item = (&'g str, &'g ArrayD<T>)> {
        let input = self.input;
        let gradients = backward.gradients.iter().rev();
        gradients.filter(move |(name, _)| input || *name != INPUT)
    }

    /// The context of one gradient and the least scale of its errors, in a pass with
    /// that [`floor`]. What vanishes is measured against the largest gradient of the pass.
    pub fn of_gradient(self, name: &str, floor: f64) -> (Self, f64) {
        if !self.vanishing.iter().any(|vanishing| vanishing == name) {
            return (self, floor);
        }
        let context = Self {
            zero_is_no_proof: false,
            ..self
        };
        (context, floor / CANCELLED)
    }
}

/// The magnitude that [`CANCELLED`] of a pass's largest gradient has.
pub fn floor<T: Real>(gradients: &NamedTensors<T>) -> f64 {
    let entries = gradients.iter().flat_map(|(_, gradient)| gradient.iter());
    CANCELLED * entries.fold(0.0, |largest: f64, g| largest.max(g.f64().abs()))
}

/// Holds one tensor against its witness, whole. Errors are relative to a magnitude of at least
/// `floor`.
pub fn compare<T: Real>(
    context: Context<'_>,
    floor: f64,
    name: &str,
    by_hand: &ArrayD<T>,
    witness: Option<&ArrayD<T>>,
) -> Comparison {
    let Some(witness) = witness else {
        let remark = format!("{} has no tensor of that name", context.witness);
        return incomparable(context, name, by_hand.shape(), remark);
    };
    if witness.shape() != by_hand.shape() {
        let remark = format!("the shape there is {:?}", witness.shape());
        return incomparable(context, name, by_hand.shape(), remark);
    }
    let pairs = by_hand.iter().zip(witness).enumerate();
    let pairs = pairs.map(|(position, (a, b))| (position, a.f64(), b.f64()));
    compare_entries(context, floor, name, by_hand.shape(), pairs)
}

/// Holds some entries `(position, by hand, by the witness)` of a tensor against each other; the
/// position is that in standard layout.
pub fn compare_entries(
    context: Context<'_>,
    floor: f64,
    name: &str,
    shape: &[usize],
    entries: impl Iterator<Item = (usize, f64, f64)>,
) -> Comparison {
    let (mut count, mut largest, mut absolute) = (0, 0.0f64, -1.0);
    let (mut worst, mut not_finite, mut one_sided) = (None, None, None);
    for entry in entries {
        let (_, a, b) = entry;
        count += 1;
        match (a.is_finite(), b.is_finite()) {
            (true, true) => {
                largest = largest.max(a.abs()).max(b.abs());
                if (a - b).abs() > absolute {
                    absolute = (a - b).abs();
                    worst = Some(entry);
                }
            }
            (false, false) => not_finite = not_finite.or(Some(entry)),
            // A number on one side only is the largest difference there is.
            _ => {
                one_sided = Some(entry);
                break;
            }
        }
    }
    let comparison = |(at, by_hand, by_witness), absolute: f64, relative, verdict| Comparison {
        entries: count,
        absolute,
        relative,
        at: place(shape, at),
        by_hand,
        by_witness,
        verdict,
        remark: None,
        ..incomparable(context, name, shape, String::new())
    };
    let beyond = f64::INFINITY;
    if let Some(entry) = one_sided {
        return comparison(entry, beyond, beyond, Verdict::Differs);
    }
    if let Some(entry) = not_finite {
        return comparison(entry, beyond, beyond, Verdict::NotFinite);
    }
    let Some(entry) = worst else {
        return Comparison {
            remark: Some("each entry is too near a kink, or rounding hides its slope".into()),
            ..comparison((0, f64::NAN, f64::NAN), 0.0, 0.0, Verdict::Unproved)
        };
    };
    let scale = largest.max(floor);
    let relative = if scale > 0.0 { absolute / scale } else { 0.0 };
    let off = match context.bound {
        Bound::Absolute(bound) => absolute > bound * largest.max(1.0),
        Bound::Relative(bound) => relative > bound,
    };
    let verdict = match off {
        true => Verdict::Differs,
        false if largest == 0.0 && context.zero_is_no_proof => Verdict::Zero,
        false => Verdict::Agrees,
    };
    comparison(entry, absolute, relative, verdict)
}

/// The index of an entry that stands at this position of a tensor in standard layout.
fn place(shape: &[usize], position: usize) -> Vec<usize> {
    let mut rest = position;
    let sides = shape.iter().rev();
    let mut place: Vec<usize> = sides
        .map(|&size| {
            let at = rest % size;
            rest /= size;
            at
        })
        .collect();
    place.reverse();
    place
}

/// A comparison that could not be made: one side lacks the tensor, or has it in another shape.
pub(super) fn incomparable(
    context: Context<'_>,
    name: &str,
    shape: &[usize],
    remark: String,
) -> Comparison {
    Comparison {
        witness: context.witness.into(),
        pass: context.pass.into(),
        tensor: name.into(),
        shape: shape.to_vec(),
        entries: 0,
        absolute: f64::INFINITY,
        relative: f64::INFINITY,
        at: Vec::new(),
        by_hand: f64::NAN,
        by_witness: f64::NAN,
        tolerance: context.bound.value(),
        verdict: Verdict::Differs,
        remark: Some(remark),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    const CONTEXT: Context<'static> = Context {
        witness: "witness",
        pass: "loss",
        bound: Bound::Relative(1e-6),
        zero_is_no_proof: true,
        input: true,
        vanishing: &[],
    };

    fn verdict(by_hand: ArrayD<f64>, witness: ArrayD<f64>) -> Verdict {
        compare(CONTEXT, 0.0, "w", &by_hand, Some(&witness)).verdict
    }

    #[test]
    fn the_largest_difference_is_found_with_its_place_and_values() {
        let a = array![[1.0, 2.0], [3.0, 4.0]].into_dyn();
        let b = array![[1.0, 2.0], [3.5, 4.0]].into_dyn();
        let comparison = compare(CONTEXT, 0.0, "w", &a, Some(&b));
        assert_eq!(comparison.at, [1, 0]);
        assert_eq!((comparison.by_hand, comparison.by_witness), (3.0, 3.5));
        assert_eq!((comparison.absolute, comparison.relative), (0.5, 0.125));
        assert_eq!(comparison.verdict, Verdict::Differs);
    }

    #[test]
    fn a_flat_position_becomes_a_place() {
        assert_eq!(place(&[2, 3], 4), [1, 1]);
        assert_eq!(place(&[4], 3), [3]);
        assert_eq!(place(&[2, 3, 5], 29), [1, 2, 4]);
        assert_eq!(place(&[], 0), [0; 0]);
    }

    #[test]
    fn a_tensor_that_one_side_lacks_or_has_in_another_shape_differs() {
        let one = || array![1.0, 1.0].into_dyn();
        assert_eq!(verdict(one(), one()), Verdict::Agrees);
        let missing = compare(CONTEXT, 0.0, "w", &one(), None);
        assert_eq!(missing.verdict, Verdict::Differs);
        let shorter = compare(CONTEXT, 0.0, "w", &one(), Some(&array![1.0].into_dyn()));
        assert_eq!(shorter.verdict, Verdict::Differs);
        assert!(shorter.remark.unwrap().contains("shape"));
    }

    #[test]
    fn zero_on_both_sides_is_no_proof_and_no_disagreement() {
        let zero = || array![0.0, 0.0].into_dyn();
        assert_eq!(verdict(zero(), zero()), Verdict::Zero);
        let small = array![0.0, 1e-300].into_dyn();
        assert_eq!(verdict(zero(), small), Verdict::Differs, "on one side only");
    }

    #[test]
    fn what_is_not_finite_on_both_sides_is_no_disagreement_and_on_one_side_it_is() {
        let of = |value: f64| array![1.0, value].into_dyn();
        let (nan, infinite) = (f64::NAN, f64::INFINITY);
        assert_eq!(verdict(of(nan), of(nan)), Verdict::NotFinite);
        assert_eq!(verdict(of(infinite), of(infinite)), Verdict::NotFinite);
        assert_eq!(verdict(of(infinite), of(nan)), Verdict::NotFinite);
        assert_eq!(verdict(of(nan), of(2.0)), Verdict::Differs);
        assert_eq!(verdict(of(2.0), of(infinite)), Verdict::Differs);
        let mixed = compare(
            CONTEXT,
            0.0,
            "w",
            &array![nan, 1.0, nan].into_dyn(),
            Some(&array![nan, 1.0, 5.0].into_dyn()),
        );
        assert_eq!(mixed.verdict, Verdict::Differs);
        assert_eq!(mixed.at, [2], "the entry that one side has");
    }

    #[test]
    fn without_entries_nothing_is_proved() {
        let none = compare_entries(CONTEXT, 0.0, "w", &[3], std::iter::empty());
        assert_eq!(none.verdict, Verdict::Unproved);
    }
}
