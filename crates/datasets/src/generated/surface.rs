//! Functions of two variables on a grid, for regression.

use std::f64::consts::PI;

use contract::streams::Streams;
use ndarray::Array2;
use spec::datasets::{SurfaceFunction, SurfaceSpec};

use super::{Generated, add_noise, checked_samples};
use crate::dataset::{Dataset, Quantity, Target};
use crate::error::DataError;
use crate::samples::Targets;

const SIDE: &str = "dataset.surface.side";

/// z = f(x, y) + noise at the points of a square grid on \[−1, 1\]², x by x, ends included.
pub(crate) fn surface(spec: &SurfaceSpec, streams: &Streams) -> Result<Dataset, DataError> {
    let side = checked_samples(spec.side, SIDE)?;
    let samples = checked_samples(side.saturating_mul(side), SIDE)?;
    let step = 2.0 / (side - 1) as f64;
    let x = Array2::from_shape_fn((samples, 2), |(row, column)| {
        let place = [row / side, row % side][column];
        -1.0 + step * place as f64
    });
    let of_point = |point: ndarray::ArrayView1<f64>| value(spec.function, point[0], point[1]);
    let mut z: Vec<f64> = x.rows().into_iter().map(of_point).collect();
    let rng = &mut streams.stream("noise");
    add_noise(z.iter_mut(), spec.noise, "dataset.surface.noise", rng)?;
    let set = Generated {
        name: "surface",
        x,
        sample_shape: vec![2],
        lengths: None,
        positions: 1,
        targets: Targets::Values(z),
        target: Target::Real(vec![Quantity {
            name: "z".into(),
            mean: 0.0,
            scale: 1.0,
        }]),
        feature_names: vec!["x".into(), "y".into()],
    };
    set.divided(&spec.split, "dataset.surface.split", streams)
}

fn value(function: SurfaceFunction, x: f64, y: f64) -> f64 {
    match function {
        SurfaceFunction::Saddle => x * x - y * y,
        SurfaceFunction::Ripple => {
            let r = 2.0 * PI * x.hypot(y);
            if r == 0.0 { 1.0 } else { r.sin() / r }
        }
        SurfaceFunction::Peaks => {
            let (u, v) = (3.0 * x, 3.0 * y);
            let bell = |u: f64, v: f64| (-u * u - v * v).exp();
            let hill = 3.0 * (1.0 - u).powi(2) * bell(u, v + 1.0);
            let hollow = 10.0 * (u / 5.0 - u.powi(3) - v.powi(5)) * bell(u, v);
            (hill - hollow - bell(u + 1.0, v) / 3.0) / 8.0
        }
    }
}
