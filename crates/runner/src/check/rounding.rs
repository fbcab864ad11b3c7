//! How far rounding alone moves what is computed.
//!
//! Where two implementations differ by more than the tolerance, the numbers themselves may be to
//! blame: an input of a ReLU that is 0 but for rounding falls on either side of the kink, updates at
//! a high learning rate double every difference. So the hand-written passes are repeated from
//! parameters and inputs that are moved by the rounding of their last digit. What then moves about
//! as far as the witness is off proves nothing of either; an error in the code is far larger.

use std::collections::BTreeMap;

use contract::{Backward, Evaluation, Implementation, NamedTensors, Real, Streams};
use ndarray::{Array, ArrayD, ArrayRef, Dimension};
use rand::RngExt;
use spec::ImplementationName;
use spec::training::{RegularizationSpec, TrainingSpec};

use super::comparison::{Comparison, LOSS};
use super::subject::{Probe, Subject};
use super::verdict::Verdict;
use crate::Failure;
use crate::implementations::Number;

/// How often everything is moved.
const DRAWS: usize = 4;

/// Tensors by name.
pub type Computed<T> = Vec<(String, ArrayD<T>)>;

/// What an implementation computes, as tensors by name; whatever it is given besides parameters
/// and probe is moved by the noise.
pub type Compute<'a, T> = dyn Fn(&mut dyn Implementation<T>, &Probe<T>, Option<Noise>) -> Result<Computed<T>, Failure>
    + 'a;

/// Moves numbers up or down by the rounding of their last digit.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    streams: Streams,
    draw: usize,
}

impl Noise {
    /// Numbers moved by the rounding of the type `T`; `name` says what they are.
    pub fn moved<T: Real, U: Real, D: Dimension>(
        self,
        name: &str,
        values: &ArrayRef<U, D>,
    ) -> Array<U, D> {
        let mut digit = self.digits::<T>(name);
        values.map(|value| U::of(value.f64() * (1.0 + digit())))
    }

    /// The same by the rounding of the largest of them, or of 1: zeros, and numbers that are equal,
    /// do not stay so.
    fn stirred<T: Real>(self, name: &str, values: &ArrayD<f64>) -> ArrayD<f64> {
        let mut digit = self.digits::<T>(name);
        let largest = values.fold(1.0f64, |largest, v| largest.max(v.abs()));
        values.map(|value| value + largest * digit())
    }

    fn digits<T: Real>(self, name: &str) -> impl FnMut() -> f64 {
        let stream = format!("check/rounding/{}/{name}", self.draw);
        let mut rng = self.streams.stream(&stream);
        let digit = T::epsilon().f64();
        move || if rng.random() { digit } else { -digit }
    }
}

/// Where noise enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Into a pass, whose numbers are moved each by its own rounding: what lies exactly at a kink
    /// stays there.
    Pass,
    /// Into the start of a trajectory, whose updates carry the rounding of all numbers into each:
    /// a rule that looks at signs makes whole steps of it.
    Trajectory,
}

impl Entry {
    /// How many times as far as the noise moves a tensor two implementations may be apart. A
    /// trajectory is moved once at its start and rounds in every step.
    fn factor(self) -> f64 {
        match self {
            Self::Pass => 10.0,
            Self::Trajectory => 100.0,
        }
    }
}

/// Outputs, loss and gradients of a pass.
pub fn of_backward<T: Real>(backward: &Backward<T>) -> Computed<T> {
    let tensors = backward.outputs.iter().chain(backward.gradients.iter());
    let mut computed = of_tensors(tensors);
    computed.push((LOSS.into(), scalar(backward.loss)));
    computed
}

/// Output and loss of an evaluation.
pub fn of_evaluation<T: Real>(output: &str, evaluation: &Evaluation<T>) -> Computed<T> {
    vec![
        (output.into(), evaluation.output.clone().into_dyn()),
        (LOSS.into(), scalar(evaluation.loss)),
    ]
}

/// Tensors as they are.
pub fn of_tensors<'a, T: Real>(
    tensors: impl Iterator<Item = (&'a str, &'a ArrayD<T>)>,
) -> Computed<T> {
    tensors
        .map(|(name, tensor)| (name.into(), tensor.clone()))
        .collect()
}

fn scalar<T: Real>(value: f64) -> ArrayD<T> {
    ndarray::arr0(T::of(value)).into_dyn()
}

/// Takes the accusation back where rounding moves a tensor about as far as the two differ. Without
/// a difference nothing is computed.
///
/// # Errors
/// When the parameters are not taken, or those of `compute`.
pub fn excuse<T: Number>(
    comparisons: &mut [Comparison],
    subject: Subject<'_>,
    probe: &Probe<f64>,
    entry: Entry,
    compute: &Compute<'_, T>,
) -> Result<(), Failure> {
    // Below the precision of the type nobody asks for less than the same bits.
    let accused =
        |c: &Comparison| c.verdict == Verdict::Differs && c.tolerance >= T::epsilon().f64();
    if !comparisons.iter().any(accused) {
        return Ok(());
    }
    let spread = spread(subject, probe, entry, compute)?;
    for comparison in comparisons {
        let moved = spread.of.get(&comparison.tensor).copied().unwrap_or(0.0);
        if !accused(comparison) {
            continue;
        }
        if comparison.absolute <= entry.factor() * moved {
            comparison.verdict = Verdict::Unproved;
            comparison.remark = Some("rounding alone moves it as far as it differs".into());
        } else if spread.largest > T::max_value().f64().sqrt() {
            comparison.verdict = Verdict::Unproved;
            let size = spread.largest;
            let remark = format!("numbers reach {size:.0e}, whose squares leave {}", T::NAME);
            comparison.remark = Some(remark);
        }
    }
    Ok(())
}

/// How far tensors move.
struct Spread {
    /// The largest change of each.
    of: BTreeMap<String, f64>,
    /// The largest magnitude of a number.
    largest: f64,
}

fn spread<T: Number>(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    entry: Entry,
    compute: &Compute<'_, T>,
) -> Result<Spread, Failure> {
    let by_hand = |subject: Subject<'_>, probe: &Probe<f64>, noise| {
        let mut model = subject.loaded::<T>(ImplementationName::Backprop)?;
        compute(&mut *model, &probe.cast(), noise)
    };
    let here = by_hand(subject, probe, None)?;
    let rounding = rounding_of_gradients::<T>(subject, probe)?;
    let is_gradient = |name: &str| name != LOSS && !name.ends_with(".output");
    let least = |name: &str| match entry {
        Entry::Pass if is_gradient(name) => rounding,
        _ => 0.0,
    };
    let mut spread = Spread {
        of: here
            .iter()
            .map(|(name, _)| (name.clone(), least(name)))
            .collect(),
        largest: largest(here.iter().flat_map(|(_, tensor)| tensor.iter())),
    };
    for draw in 0..DRAWS {
        let streams = subject.streams;
        let noise = Noise { streams, draw };
        let mut parameters = NamedTensors::default();
        for (name, tensor) in subject.parameters.iter() {
            let moved = match entry {
                Entry::Pass => noise.moved::<T, _, _>(name, tensor),
                Entry::Trajectory => noise.stirred::<T>(name, tensor),
            };
            parameters.insert(name, moved);
        }
        let probe = Probe {
            x: noise.moved::<T, _, _>("x", &probe.x),
            t: probe.t.clone(),
            dy: probe.dy.clone(),
        };
        let mut training = subject.training.clone();
        if entry == Entry::Trajectory {
            push_gradients(
                &mut training,
                if draw % 2 == 0 { rounding } else { -rounding },
            );
        }
        let subject = Subject {
            parameters: &parameters,
            training: &training,
            ..subject
        };
        let there = by_hand(subject, &probe, Some(noise))?;
        for ((name, a), (_, b)) in here.iter().zip(there) {
            let moved = spread.of.entry(name.clone()).or_insert(0.0);
            for (a, b) in a.iter().zip(&b) {
                let change = (a.f64() - b.f64()).abs();
                *moved = moved.max(if change.is_nan() {
                    f64::INFINITY
                } else {
                    change
                });
            }
        }
    }
    Ok(spread)
}

/// The rounding that an entry of a gradient may carry: that of a product of the largest input, the
/// largest weight and the largest upstream gradient, as a bias has it. Where units are saturated,
/// their derivative 1 − y² or y (1 − y) is nothing but rounding, and the gradient with it.
fn rounding_of_gradients<T: Number>(
    subject: Subject<'_>,
    probe: &Probe<f64>,
) -> Result<f64, Failure> {
    let mut model = subject.loaded::<T>(ImplementationName::Backprop)?;
    let backward = model.loss_backward(probe.cast::<T>().x.view(), probe.cast::<T>().t.view());
    let biases = backward.gradients.iter().filter(|(_, g)| g.ndim() == 1);
    let factors = [
        largest(probe.x.iter()),
        largest(
            subject
                .parameters
                .iter()
                .flat_map(|(_, tensor)| tensor.iter()),
        ),
        largest(biases.flat_map(|(_, gradient)| gradient.iter())),
    ];
    let product: f64 = factors.iter().map(|factor| factor.max(1.0)).product();
    Ok(T::epsilon().f64() * product)
}

/// Adds a number of about that size to every gradient: an L1 penalty does.
fn push_gradients(training: &mut TrainingSpec, size: f64) {
    let penalties = &mut training.regularization;
    let none = *penalties == RegularizationSpec::default();
    penalties.biases |= none;
    penalties.l1 += size;
}

/// The largest finite magnitude.
fn largest<'a, T: Real>(numbers: impl Iterator<Item = &'a T>) -> f64 {
    let magnitudes = numbers.map(|number| number.f64().abs());
    magnitudes.filter(|m| m.is_finite()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::comparison::{Bound, Context, compare_entries};
    use crate::check::subject::Pass;
    use ndarray::array;
    use spec::model::{LayerSpec, LinearSpec, ModelSpec};
    use spec::optimizers::SgdSpec;
    use spec::training::{LossSpec, OptimizerSpec};

    #[test]
    fn numbers_move_by_their_last_digit_and_zeros_stay() {
        let numbers = array![1.0, -3.0, 0.0, 1e30];
        let streams = Streams::new(1);
        let [first, second] =
            [0, 1].map(|draw| Noise { streams, draw }.moved::<f32, f64, _>("w", &numbers));
        for (from, to) in numbers.iter().zip(&first) {
            let change = (from - to).abs() / from.abs().max(1e-300);
            assert!(*from == 0.0 && *to == 0.0 || (1e-7..2e-7).contains(&change));
        }
        assert_ne!(first, second);
    }

    /// Two inputs, three tanh units, one output.
    fn excused(weights: f64, absolute: f64) -> Verdict {
        let layers = vec![
            LayerSpec::Linear(LinearSpec::new(3)),
            LayerSpec::Tanh,
            LayerSpec::Linear(LinearSpec::new(1)),
        ];
        let plan = ModelSpec::new(layers).plan(&[2]).unwrap();
        let streams = Streams::new(1);
        let mut parameters = contract::initial::draw_parameters(&plan, &streams);
        let first = parameters.get_mut("0.weight").unwrap();
        first.mapv_inplace(|w| w * weights);
        let optimizer = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1 });
        let training = TrainingSpec::new(LossSpec::SquaredError, optimizer);
        let subject = Subject {
            plan: &plan,
            training: &training,
            streams,
            parameters: &parameters,
        };
        let (x, t) = (array![[0.5, -1.0], [2.0, 1.5]], array![[1.0], [0.0]]);
        let probe = Probe::new(x, t, streams);
        let context = Context {
            witness: "burn",
            pass: "loss",
            bound: Bound::Relative(1e-11),
            zero_is_no_proof: true,
            input: true,
            vanishing: &[],
        };
        let entries = [(0, 1.0 + absolute, 1.0)].into_iter();
        let mut compared = [compare_entries(context, 0.0, "0.weight", &[3, 2], entries)];
        compared[0].verdict = Verdict::Differs;
        let run = |model: &mut dyn Implementation<f64>, probe: &Probe<f64>, _: Option<Noise>| {
            Ok(of_backward(&Pass::Loss.run(model, probe)))
        };
        excuse(&mut compared, subject, &probe, Entry::Pass, &run).unwrap();
        compared[0].verdict
    }

    #[test]
    fn rounding_is_excused_and_an_error_is_not() {
        assert_eq!(excused(1.0, 1e-15), Verdict::Unproved);
        assert_eq!(excused(1.0, 1e-12), Verdict::Differs);
        assert_eq!(
            excused(1e4, 1e-12),
            Verdict::Unproved,
            "large weights, large rounding"
        );
        assert_eq!(excused(1e4, 1e-6), Verdict::Differs);
    }
}
