//! A vector for each position, learned, or of sines and cosines.

use burn::tensor::{Tensor, TensorData};
use spec::model::{PlannedLayer, PositionEncoding, PositionSpec};

use crate::BurnReal;
use crate::layer::{Layer, Mode};

pub(super) fn layer<T: BurnReal>(
    planned: &PlannedLayer,
    position: &PositionSpec,
) -> Box<dyn Layer> {
    let [steps, features] = planned.positions();
    let learned = position.encoding == PositionEncoding::Learned;
    let fixed = (!learned).then(|| sines_and_cosines::<T>(steps, features));
    let numbers = steps * features;
    Box::new(Position { numbers, fixed })
}

struct Position<T> {
    /// T·D.
    numbers: usize,
    /// None: they are learned.
    fixed: Option<Vec<T>>,
}

/// burn's module computes them in f32.
fn sines_and_cosines<T: BurnReal>(steps: usize, features: usize) -> Vec<T> {
    let angle = |step: usize, pair: usize| {
        step as f64 * (-10_000f64.ln() * 2.0 * pair as f64 / features as f64).exp()
    };
    let of_step = |step| {
        let pairs = (0..features.div_ceil(2)).map(move |pair| angle(step, pair));
        let numbers = pairs.flat_map(|angle: f64| [angle.sin(), angle.cos()]);
        numbers.take(features).map(T::of)
    };
    (0..steps).flat_map(of_step).collect()
}

impl<T: BurnReal> Layer for Position<T> {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, _: Mode) -> Tensor<2> {
        let p = match &self.fixed {
            Some(fixed) => {
                let data = TensorData::new(fixed.clone(), [self.numbers]);
                Tensor::from_data(data, (&x.device(), T::dtype()))
            }
            None => w[0].clone().slice(0..self.numbers),
        };
        x + p.reshape([1, self.numbers])
    }
}
