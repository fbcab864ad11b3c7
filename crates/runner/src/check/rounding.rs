//! How far rounding alone moves what is computed.
//!
//! Where two implementations differ by more than the tolerance, the numbers themselves may be to
//! blame: an input of a ReLU that is 0 but for rounding falls on either side of the kink, updates
//! at a high learning rate double every difference. So the hand-written passes are repeated from
//! parameters and inputs that are moved by the rounding of their last digit. What then moves about
//! as far as the witness is off proves nothing of either; an error in the code is far larger.

mod layerwise;
mod spread;

use contract::{Backward, Evaluation, Implementation, Real, Streams};
use ndarray::{Array, ArrayD, ArrayRef, Dimension};
use rand::RngExt;

use super::comparison::{Comparison, LOSS};
use super::subject::{Pass, Probe, Subject};
use super::verdict::Verdict;
use crate::Failure;
use crate::implementations::Number;
use spread::{precision, spread};

/// How often everything is moved.
const DRAWS: usize = 4;

/// Why what rounding moves as far is no proof.
pub const MOVED: &str = "rounding alone moves it as far as it differs";

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
    /// As often as everything is moved.
    pub fn draws(streams: Streams) -> impl Iterator<Item = Self> {
        (0..DRAWS).map(move |draw| Self { streams, draw })
    }

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
    fn moved_by_the_largest<T: Real>(self, name: &str, values: &ArrayD<f64>) -> ArrayD<f64> {
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

/// What noise is added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Computation {
    /// A pass, whose numbers are moved each by its own rounding: what lies exactly at a kink
    /// stays there. Which backward pass, if it is one.
    Pass(Option<Pass>),
    /// The start of a trajectory, whose updates carry the rounding of all numbers into each:
    /// a rule that looks at signs makes whole steps of it.
    Trajectory,
}

impl Computation {
    /// How many times as far as the noise moves a tensor two implementations may be apart. A
    /// trajectory is moved once at its start and rounds in every step.
    fn factor(self) -> f64 {
        match self {
            Self::Pass(_) => 10.0,
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

/// Marks as unproved what rounding moves about as far as the two sides differ. Without a difference
/// nothing is computed.
///
/// # Errors
/// When the parameters are not taken, or those of `compute`.
pub fn discount_rounding<T: Number>(
    comparisons: &mut [Comparison],
    subject: Subject<'_>,
    probe: &Probe<f64>,
    computation: Computation,
    compute: &Compute<'_, T>,
) -> Result<(), Failure> {
    // Below the precision of the type nobody asks for less than the same bits.
    let differs =
        |c: &Comparison| c.verdict == Verdict::Differs && c.tolerance >= T::epsilon().f64();
    if !comparisons.iter().any(differs) {
        return Ok(());
    }
    let mut spread = spread(subject, probe, computation, compute)?;
    if let Computation::Pass(Some(pass)) = computation {
        spread.widen(precision::<T>(subject, probe, pass)?);
        spread.widen(layerwise::changes::<T>(subject, probe, pass));
    }
    let range = match computation {
        Computation::Pass(_) => T::max_value().f64().sqrt(),
        // From here on training has diverged.
        Computation::Trajectory => f64::from(f32::MAX),
    };
    for comparison in &mut *comparisons {
        let moved = spread.of.get(&comparison.tensor).copied().unwrap_or(0.0);
        if !differs(comparison) {
            continue;
        }
        if comparison.absolute <= computation.factor() * moved {
            comparison.verdict = Verdict::Unproved;
            comparison.remark = Some(MOVED.into());
        } else if spread.largest > range {
            comparison.verdict = Verdict::Unproved;
            let size = spread.largest;
            let remark = match computation {
                Computation::Pass(_) => {
                    format!("numbers reach {size:.0e}, whose squares leave {}", T::NAME)
                }
                Computation::Trajectory => {
                    format!("numbers reach {size:.0e}: the updates diverge at this learning rate")
                }
            };
            comparison.remark = Some(remark);
        }
    }
    what_follows_from_rounding(comparisons, computation, differs);
    Ok(())
}

/// Once rounding has led the output of a layer, or a parameter that updates are computed from,
/// somewhere else, what is computed from it is that of another network.
fn what_follows_from_rounding(
    comparisons: &mut [Comparison],
    computation: Computation,
    differs: impl Fn(&Comparison) -> bool,
) {
    let leads =
        |c: &Comparison| computation == Computation::Trajectory || c.tensor.ends_with(".output");
    let moved = |c: &Comparison| c.remark.as_deref() == Some(MOVED) && leads(c);
    if !comparisons.iter().any(moved) {
        return;
    }
    for comparison in comparisons.iter_mut().filter(|c| differs(c)) {
        comparison.verdict = Verdict::Unproved;
        comparison.remark = Some("it is computed from what rounding has moved".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::comparison::{Bound, Context, compare_entries};
    use contract::Batch;
    use ndarray::array;
    use spec::model::{LayerSpec, LinearSpec, ModelSpec};
    use spec::optimizers::SgdSpec;
    use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};

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
    fn discounted(weights: f64, absolute: f64) -> Verdict {
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
        let probe = Probe::new(Batch::new(x.view(), t.view()), streams);
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
        discount_rounding(
            &mut compared,
            subject,
            &probe,
            Computation::Pass(Some(Pass::Loss)),
            &run,
        )
        .unwrap();
        compared[0].verdict
    }

    #[test]
    fn rounding_is_discounted_and_an_error_is_not() {
        assert_eq!(discounted(1.0, 1e-15), Verdict::Unproved);
        assert_eq!(discounted(1.0, 1e-12), Verdict::Differs);
        assert_eq!(
            discounted(1e4, 1e-12),
            Verdict::Unproved,
            "large weights, large rounding"
        );
        assert_eq!(discounted(1e4, 1e-6), Verdict::Differs);
    }
}
