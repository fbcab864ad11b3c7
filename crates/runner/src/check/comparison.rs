//! One tensor of two implementations, held against each other.

use ndarray::ArrayD;
use serde::Serialize;
use spec::{Backward, NamedTensors, Real};

/// Name of the value that is differentiated: the loss, or Σ dy ⊙ y of a random upstream gradient.
pub const LOSS: &str = "loss";

/// Name of the gradient of the input.
pub const INPUT: &str = "x";

/// A gradient this much smaller than the largest of its pass is judged by that one's rounding.
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
    /// What is wrong, if anything.
    pub fault: Option<String>,
}

/// By what a difference is judged.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// Largest difference.
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
    /// Whether a tensor of zeros is a fault, as it is for gradients.
    pub zero_is_a_fault: bool,
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

    /// The context of one gradient and the magnitude by which it is judged at least, in a pass with
    /// that [`floor`]. What vanishes is judged by the largest gradient of the pass.
    pub fn of_gradient(self, name: &str, floor: f64) -> (Self, f64) {
        if !self.vanishing.iter().any(|vanishing| vanishing == name) {
            return (self, floor);
        }
        let context = Self {
            zero_is_a_fault: false,
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
        let fault = format!("{} has no tensor of that name", context.witness);
        return faulty(context, name, by_hand.shape(), fault);
    };
    if witness.shape() != by_hand.shape() {
        let fault = format!("the shape there is {:?}", witness.shape());
        return faulty(context, name, by_hand.shape(), fault);
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
    let mut comparison = Comparison {
        absolute: -1.0,
        fault: None,
        ..faulty(context, name, shape, String::new())
    };
    let (mut largest, mut worst) = (0.0f64, 0);
    for (at, a, b) in entries {
        comparison.entries += 1;
        let difference = (a - b).abs();
        largest = largest.max(a.abs()).max(b.abs());
        // A NaN is the largest difference there is.
        if !difference.is_finite() || difference > comparison.absolute {
            comparison.absolute = difference;
            (worst, comparison.by_hand, comparison.by_witness) = (at, a, b);
            if !difference.is_finite() {
                break;
            }
        }
    }
    if comparison.entries == 0 {
        comparison.fault = Some("no entry could be compared".into());
        return comparison;
    }
    comparison.at = place(shape, worst);
    let (a, b) = (comparison.by_hand, comparison.by_witness);
    if !a.is_finite() || !b.is_finite() {
        comparison.absolute = f64::INFINITY;
        comparison.relative = f64::INFINITY;
        comparison.fault = Some("not a finite number".into());
        return comparison;
    }
    let scale = largest.max(floor);
    comparison.relative = if scale > 0.0 {
        comparison.absolute / scale
    } else {
        0.0
    };
    let off = match context.bound {
        Bound::Absolute(bound) => comparison.absolute > bound,
        Bound::Relative(bound) => comparison.relative > bound,
    };
    if off {
        comparison.fault = Some("differs".into());
    } else if largest == 0.0 && context.zero_is_a_fault {
        comparison.fault = Some("all zero: nothing was proved".into());
    }
    comparison
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

/// A comparison that could not be made.
pub(super) fn faulty(
    context: Context<'_>,
    name: &str,
    shape: &[usize],
    fault: String,
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
        fault: Some(fault),
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
        zero_is_a_fault: true,
        input: true,
        vanishing: &[],
    };

    fn fault(by_hand: ArrayD<f64>, witness: ArrayD<f64>) -> Option<String> {
        compare(CONTEXT, 0.0, "w", &by_hand, Some(&witness)).fault
    }

    #[test]
    fn the_largest_difference_is_found_with_its_place_and_values() {
        let a = array![[1.0, 2.0], [3.0, 4.0]].into_dyn();
        let b = array![[1.0, 2.0], [3.5, 4.0]].into_dyn();
        let comparison = compare(CONTEXT, 0.0, "w", &a, Some(&b));
        assert_eq!(comparison.at, [1, 0]);
        assert_eq!((comparison.by_hand, comparison.by_witness), (3.0, 3.5));
        assert_eq!((comparison.absolute, comparison.relative), (0.5, 0.125));
        assert_eq!(comparison.fault.as_deref(), Some("differs"));
    }

    #[test]
    fn a_flat_position_becomes_a_place() {
        assert_eq!(place(&[2, 3], 4), [1, 1]);
        assert_eq!(place(&[4], 3), [3]);
        assert_eq!(place(&[2, 3, 5], 29), [1, 2, 4]);
        assert_eq!(place(&[], 0), [0; 0]);
    }

    #[test]
    fn nan_infinity_zero_and_missing_tensors_are_faults() {
        let one = || array![1.0, 1.0].into_dyn();
        assert_eq!(fault(one(), one()), None);
        let nan = || array![1.0, f64::NAN].into_dyn();
        assert!(fault(nan(), nan()).is_some(), "NaN equals no NaN");
        let infinite = || array![f64::INFINITY, 1.0].into_dyn();
        assert!(fault(infinite(), infinite()).is_some());
        let zero = || array![0.0, 0.0].into_dyn();
        assert!(fault(zero(), zero()).unwrap().contains("all zero"));
        assert!(compare(CONTEXT, 0.0, "w", &one(), None).fault.is_some());
        assert!(
            fault(one(), array![1.0].into_dyn())
                .unwrap()
                .contains("shape")
        );
    }
}
