//! Random moves of the weights.
//!
//! ```math
//! w'_i = w_i + \sigma z_i, \qquad z_i \sim \mathcal{N}(0, 1)
//! ```
//!
//! for every parameter that learns, in the order of the data flow. What is fixed (learning rate 0)
//! and running statistics stay as they are. A pair of normal numbers is made of two uniform ones
//! (Box & Muller 1958):
//!
//! ```math
//! z_1 = \sqrt{-2 \ln u} \cos 2 \pi v, \qquad z_2 = \sqrt{-2 \ln u} \sin 2 \pi v
//! ```

use std::f64::consts::TAU;

use contract::{NamedTensors, Real};
use rand::{Rng, RngExt};
use spec::model::PlannedLayer;

/// Parameters moved at random with this standard deviation: added in f64, then rounded.
pub fn moved(
    from: &NamedTensors<f32>,
    plan: &[PlannedLayer],
    std: f64,
    rng: &mut impl Rng,
) -> NamedTensors<f32> {
    let mut to = from.clone();
    let mut normal = Normal::default();
    let learned = plan
        .iter()
        .flat_map(|layer| &layer.parameters)
        .filter(|parameter| parameter.learning_rate != 0.0);
    for parameter in learned {
        if let Some(tensor) = to.get_mut(&parameter.name) {
            for w in tensor {
                *w = f32::of(w.f64() + std * normal.draw(rng));
            }
        }
    }
    to
}

/// Draws normal numbers, two at a time.
#[derive(Default)]
struct Normal {
    second: Option<f64>,
}

impl Normal {
    fn draw(&mut self, rng: &mut impl Rng) -> f64 {
        if let Some(second) = self.second.take() {
            return second;
        }
        // In (0, 1], so that its logarithm is finite.
        let u = 1.0 - rng.random_range(0.0..1.0);
        let v: f64 = rng.random_range(0.0..1.0);
        let radius = (-2.0 * f64::ln(u)).sqrt();
        let (sin, cos) = (TAU * v).sin_cos();
        self.second = Some(radius * sin);
        radius * cos
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{Streams, initial};
    use spec::model::{BatchNormSpec, LayerSpec, LinearSpec, ModelSpec};

    #[test]
    fn normal_numbers_have_mean_0_and_variance_1() {
        let mut rng = Streams::new(1).stream("test");
        let mut normal = Normal::default();
        let z: Vec<f64> = (0..40_000).map(|_| normal.draw(&mut rng)).collect();
        let mean = z.iter().sum::<f64>() / z.len() as f64;
        let variance = z.iter().map(|z| z * z).sum::<f64>() / z.len() as f64;
        let pairs = z.chunks(2).map(|pair| pair[0] * pair[1]).sum::<f64>();
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
        assert!(
            (pairs / 20_000.0).abs() < 0.03,
            "the two of a pair are independent"
        );
    }

    #[test]
    fn what_learns_moves_and_nothing_else() {
        let fixed = LinearSpec {
            learning_rate: 0.0,
            ..LinearSpec::new(3)
        };
        let norm = BatchNormSpec {
            momentum: 0.1,
            epsilon: 1e-5,
            name: None,
        };
        let layers = vec![
            LayerSpec::Linear(LinearSpec::new(4)),
            LayerSpec::BatchNorm(norm),
            LayerSpec::Linear(fixed),
        ];
        let plan = ModelSpec::new(layers).plan(&[2]).unwrap();
        let from: NamedTensors<f32> = initial::draw_parameters(&plan, &Streams::new(1)).cast();
        let to = moved(&from, &plan, 0.1, &mut Streams::new(1).stream("test"));
        for (name, before) in from.iter() {
            let same = before == to.get(name).unwrap();
            let learns = ["0.weight", "0.bias", "1.weight", "1.bias"].contains(&name);
            assert_eq!(same, !learns, "{name}");
        }
    }
}
