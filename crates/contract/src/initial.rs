//! Initial parameters: drawn from the experiment's streams, or read from a file.

mod differences;
mod digits;
mod foreign;
#[cfg(test)]
mod reading;
mod weights;

use ndarray::{ArrayD, Axis, IxDyn, Slice};
use rand::distr::Uniform;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};

use spec::initializer::Initializer;
use spec::plan::{PlannedLayer, PlannedParameter};

use crate::{NamedTensors, Streams};

pub use weights::read_parameters;

/// Draws every parameter in f64, each from a stream of its own (`initial/<name>`), so that a layer
/// added or widened leaves the others' values as they were. What is fitted to training data
/// ([`Initializer::is_fitted`]) is 0 until then.
pub fn draw_parameters(plan: &[PlannedLayer], streams: &Streams) -> NamedTensors<f64> {
    let mut parameters = NamedTensors::default();
    for parameter in all(plan) {
        let mut rng = streams.stream(&format!("initial/{}", parameter.name));
        let values = draw(parameter, &mut rng);
        parameters.insert(&*parameter.name, values);
    }
    parameters
}

/// Everything that is loaded and saved: of each layer the parameters, then what it remembers.
pub fn all(plan: &[PlannedLayer]) -> impl Iterator<Item = &PlannedParameter> {
    plan.iter()
        .flat_map(|layer| layer.parameters.iter().chain(&layer.buffers))
}

fn draw(parameter: &PlannedParameter, rng: &mut ChaCha8Rng) -> ArrayD<f64> {
    let fan_in = parameter.fan_in as f64;
    let fan_out = parameter.fan_out as f64;
    let shape = &parameter.shape;
    match &parameter.initializer {
        Initializer::Constant(value) => ArrayD::from_elem(IxDyn(shape), *value),
        Initializer::Values(values) => {
            // The plan has seen that they are as many.
            let mut values = values.iter();
            let next = || values.next().copied().unwrap_or_default();
            ArrayD::from_shape_simple_fn(IxDyn(shape), next)
        }
        // They are fitted to the training data later.
        Initializer::Samples
        | Initializer::KMeans { .. }
        | Initializer::OrthogonalLeastSquares
        | Initializer::LeastSquares { .. }
        | Initializer::Width => ArrayD::zeros(IxDyn(shape)),
        Initializer::FanIn(bound) => uniform(shape, -bound / fan_in, bound / fan_in, rng),
        Initializer::Signs => uniform(shape, -1.0, 1.0, rng).mapv(f64::signum),
        Initializer::Digits => {
            let mut pixels = digits::pixels();
            ArrayD::from_shape_simple_fn(IxDyn(shape), || pixels.next().unwrap_or(-1.0))
        }
        Initializer::ForgetGate(bias) => {
            let mut values = ArrayD::zeros(IxDyn(shape));
            let units = shape[0] / 4;
            let gates = values.slice_axis_mut(Axis(0), Slice::from(units..2 * units));
            gates.into_iter().for_each(|value| *value = *bias);
            values
        }
        Initializer::Uniform { low, high } => uniform(shape, *low, *high, rng),
        Initializer::Normal { mean, std } => normal(shape, *mean, *std, rng),
        Initializer::XavierUniform => centred(shape, 2.0 / (fan_in + fan_out), rng),
        Initializer::XavierNormal => normal(shape, 0.0, (2.0 / (fan_in + fan_out)).sqrt(), rng),
        Initializer::HeUniform => centred(shape, 2.0 / fan_in, rng),
        Initializer::HeNormal => normal(shape, 0.0, (2.0 / fan_in).sqrt(), rng),
        Initializer::LecunUniform => centred(shape, 1.0 / fan_in, rng),
        Initializer::StandardUniform => centred(shape, 1.0 / (3.0 * fan_in), rng),
        Initializer::LecunNormal => normal(shape, 0.0, (1.0 / fan_in).sqrt(), rng),
    }
}

/// A uniform distribution around 0 with that variance: on \[−a, a) it is a²/3.
fn centred(shape: &[usize], variance: f64, rng: &mut ChaCha8Rng) -> ArrayD<f64> {
    let bound = (3.0 * variance).sqrt();
    uniform(shape, -bound, bound, rng)
}

fn uniform(shape: &[usize], low: f64, high: f64, rng: &mut ChaCha8Rng) -> ArrayD<f64> {
    match Uniform::new(low, high) {
        Ok(distribution) => fill(shape, distribution, rng),
        // The config check leaves no other case than an empty interval.
        Err(_) => ArrayD::from_elem(IxDyn(shape), low),
    }
}

fn normal(shape: &[usize], mean: f64, std: f64, rng: &mut ChaCha8Rng) -> ArrayD<f64> {
    match Normal::new(mean, std) {
        Ok(distribution) => fill(shape, distribution, rng),
        Err(_) => ArrayD::from_elem(IxDyn(shape), mean),
    }
}

fn fill(
    shape: &[usize],
    distribution: impl Distribution<f64>,
    rng: &mut ChaCha8Rng,
) -> ArrayD<f64> {
    ArrayD::from_shape_simple_fn(IxDyn(shape), || distribution.sample(rng))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(initializer: Initializer) -> PlannedParameter {
        PlannedParameter {
            name: "0.weight".into(),
            shape: vec![200, 300],
            fan_in: 300,
            fan_out: 200,
            initializer,
            learning_rate: 1.0,
            weighs: true,
        }
    }

    fn moments(initializer: Initializer) -> (f64, f64) {
        let values = draw(&parameter(initializer), &mut Streams::new(7).stream("test"));
        (values.mean().unwrap(), values.var(0.0))
    }

    #[test]
    fn every_distribution_has_its_mean_and_variance() {
        let cases = [
            (Initializer::XavierUniform, 0.0, 2.0 / 500.0),
            (Initializer::XavierNormal, 0.0, 2.0 / 500.0),
            (Initializer::HeUniform, 0.0, 2.0 / 300.0),
            (Initializer::HeNormal, 0.0, 2.0 / 300.0),
            (Initializer::LecunUniform, 0.0, 1.0 / 300.0),
            (Initializer::LecunNormal, 0.0, 1.0 / 300.0),
            (Initializer::StandardUniform, 0.0, 1.0 / 900.0),
            (
                Initializer::Uniform {
                    low: 0.0,
                    high: 1.0,
                },
                0.5,
                1.0 / 12.0,
            ),
            (
                Initializer::Normal {
                    mean: 1.0,
                    std: 0.5,
                },
                1.0,
                0.25,
            ),
            (Initializer::FanIn(2.4), 0.0, (2.4 / 300.0f64).powi(2) / 3.0),
            (Initializer::Signs, 0.0, 1.0),
            (Initializer::Constant(0.25), 0.25, 0.0),
            (Initializer::ForgetGate(2.0), 0.5, 0.75),
        ];
        for (initializer, mean, variance) in cases {
            let (m, v) = moments(initializer.clone());
            let spread = f64::sqrt(variance) / 60_000f64.sqrt();
            assert!(
                (m - mean).abs() <= 4.0 * spread,
                "{initializer:?}: mean {m}"
            );
            assert!(
                (v - variance).abs() <= 0.03 * variance,
                "{initializer:?}: variance {v}"
            );
        }
    }

    #[test]
    fn given_values_stand_row_by_row() {
        let given = PlannedParameter {
            shape: vec![2, 3],
            ..parameter(Initializer::Values((1..=6).map(f64::from).collect()))
        };
        let values = draw(&given, &mut Streams::new(7).stream("test"));
        let rows = ndarray::array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert_eq!(values, rows.into_dyn());
    }
}
