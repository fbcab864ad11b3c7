//! A step with the winner held fixed, as a gradient.

use contract::{Criterion, NamedTensors};

use super::proofs::{iris, iris_map, learned, line};
use super::{Som, neighborhood};
use crate::winners::nearest_two;
use crate::{Data, Slope};

impl Som {
    /// What a step towards the first sample takes from the units, over η.
    pub(super) fn slopes_on(&self, on: &str, data: &Data) -> Vec<Slope> {
        let x = data.x.row(0);
        let mut after = self.w.clone();
        self.step(&mut after, x, 0.0);
        let winner = nearest_two(x, self.w.view(), 0..self.units()).first;
        let (kind, radius) = (self.settings.neighborhood, self.settings.radius[0]);
        let squared = self.sheet.squared.row(winner);
        let named = |w: ndarray::Array2<f64>| {
            let mut named = NamedTensors::default();
            named.insert("weight", w.into_dyn());
            named
        };
        vec![Slope {
            on: on.into(),
            quantity: "a step, as the gradient of its energy".into(),
            criterion: Criterion::Som {
                x: x.to_owned(),
                h: squared.mapv(|d| neighborhood(kind, d, radius)),
            },
            at: named(self.w.clone()),
            gradient: named((&self.w - &after) / self.settings.learning_rate[0]),
            tolerance: 1e-12,
        }]
    }
}

/// The first step of a line, and one of a map that has learned.
pub fn slopes() -> Vec<Slope> {
    let (som, data) = line();
    let mut slopes = som.slopes_on("three units, two samples", &data);
    let data = iris();
    let som = learned(iris_map(1, &data), &data);
    slopes.extend(som.slopes_on("iris, 6 x 5 units, 150 steps", &data));
    slopes
}
