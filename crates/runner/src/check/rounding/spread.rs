//! How far tensors of the hand-written implementation move by rounding.

use std::collections::BTreeMap;

use contract::{NamedTensors, Real};
use ndarray::ArrayD;
use spec::ImplementationName;
use spec::training::{RegularizationSpec, TrainingSpec};

use super::{Computation, Compute, Computed, Noise, of_backward};
use crate::Failure;
use crate::check::comparison::LOSS;
use crate::check::subject::{Pass, Probe, Subject};
use crate::implementations::Number;

/// How far tensors move.
pub struct Spread {
    /// The largest change of each.
    pub of: BTreeMap<String, f64>,
    /// The largest magnitude of a number.
    pub largest: f64,
}

impl Spread {
    /// Takes changes that were found in another way.
    pub fn widen(&mut self, changes: BTreeMap<String, f64>) {
        for (name, change) in changes {
            let moved = self.of.entry(name).or_insert(0.0);
            *moved = moved.max(change);
        }
    }
}

/// What rounding inside a pass makes of each tensor: the difference of the same code in f32 and in
/// f64, in the precision of `T`. Where a normalisation takes almost equal numbers from each other,
/// it is far more than that of parameters and inputs.
pub fn precision<T: Number>(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    pass: Pass,
) -> Result<BTreeMap<String, f64>, Failure> {
    fn of<T: Number>(
        subject: Subject<'_>,
        probe: &Probe<f64>,
        pass: Pass,
    ) -> Result<Computed<T>, Failure> {
        let mut model = subject.loaded::<T>(ImplementationName::Backprop)?;
        Ok(of_backward(&pass.run(&mut *model, &probe.cast())))
    }
    let (single, double) = (
        of::<f32>(subject, probe, pass)?,
        of::<f64>(subject, probe, pass)?,
    );
    let digits = T::epsilon().f64() / f64::from(f32::EPSILON);
    let change = |((name, single), (_, double)): ((String, ArrayD<f32>), (String, ArrayD<f64>))| {
        let changes = single.iter().zip(&double).map(|(a, b)| (a.f64() - b).abs());
        // What f32 cannot hold tells nothing.
        let finite = changes.filter(|change| change.is_finite());
        (name, digits * finite.fold(0.0, f64::max))
    };
    Ok(single.into_iter().zip(double).map(change).collect())
}

/// How far the noise moves what is computed.
pub fn spread<T: Number>(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    computation: Computation,
    compute: &Compute<'_, T>,
) -> Result<Spread, Failure> {
    let by_hand = |subject: Subject<'_>, probe: &Probe<f64>, noise| {
        let mut model = subject.loaded::<T>(ImplementationName::Backprop)?;
        compute(&mut *model, &probe.cast(), noise)
    };
    let here = by_hand(subject, probe, None)?;
    let rounding = rounding_of_gradients::<T>(subject, probe)?;
    let is_gradient = |name: &str| name != LOSS && !name.ends_with(".output");
    let least = |name: &str| match computation {
        Computation::Pass(_) if is_gradient(name) => rounding,
        _ => 0.0,
    };
    let mut spread = Spread {
        of: here
            .iter()
            .map(|(name, _)| (name.clone(), least(name)))
            .collect(),
        largest: largest(here.iter().flat_map(|(_, tensor)| tensor.iter())),
    };
    for noise in Noise::draws(subject.streams) {
        let mut parameters = NamedTensors::default();
        for (name, tensor) in subject.parameters.iter() {
            let moved = match computation {
                Computation::Pass(_) => noise.moved::<T, _, _>(name, tensor),
                Computation::Trajectory => noise.moved_by_the_largest::<T>(name, tensor),
            };
            parameters.insert(name, moved);
        }
        let probe = Probe {
            x: noise.moved::<T, _, _>("x", &probe.x),
            ..probe.clone()
        };
        let mut training = subject.training.clone();
        if computation == Computation::Trajectory {
            push_gradients(&mut training, rounding * (1 + noise.draw) as f64);
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
    let backward = model.loss_backward(probe.cast::<T>().batch());
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
    use contract::Batch;
    use contract::Streams;
    use ndarray::array;
    use spec::model::{BatchNormSpec, LayerSpec, LinearSpec, ModelSpec};
    use spec::training::{LossSpec, OptimizerSpec};

    /// The normalisation takes numbers from each other that are equal but for their last digits.
    #[test]
    fn rounding_inside_a_pass_is_seen_where_it_grows() {
        let layers = vec![
            LayerSpec::Linear(LinearSpec::new(2)),
            LayerSpec::BatchNorm(BatchNormSpec::default()),
        ];
        let plan = ModelSpec::new(layers).plan(&[2]).unwrap();
        let streams = Streams::new(1);
        let mut parameters = contract::initial::draw_parameters(&plan, &streams);
        parameters
            .get_mut("0.weight")
            .unwrap()
            .mapv_inplace(|w| 1e-3 * w);
        parameters.get_mut("0.bias").unwrap().fill(1.0);
        let optimizer = OptimizerSpec::Sgd(spec::optimizers::SgdSpec { learning_rate: 0.1 });
        let training = TrainingSpec::new(LossSpec::SquaredError, optimizer);
        let subject = Subject {
            plan: &plan,
            training: &training,
            streams,
            parameters: &parameters,
        };
        let (x, t) = (
            array![[0.5, -1.0], [2.0, 1.5]],
            array![[1.0, 0.0], [0.0, 1.0]],
        );
        let probe = Probe::new(Batch::new(x.view(), t.view()), streams);
        let single = precision::<f32>(subject, &probe, Pass::Loss).unwrap();
        let double = precision::<f64>(subject, &probe, Pass::Loss).unwrap();
        assert!(single["0.output"] < 1e-6, "{single:?}");
        assert!(single["1.output"] > 10.0 * single["0.output"], "{single:?}");
        let ratio = double["1.output"] / single["1.output"];
        assert!((1e-9..1e-8).contains(&ratio), "{ratio}");
    }
}
