//! A map of iris, in the numbers of MiniSom 2.3.6.

use ndarray::Array2;
use spec::learners::{Decay, SampleOrder, SomSpec};

use super::super::Som;
use super::learned;
use crate::winners::winners;
use crate::{Data, Proof, Witness};

/// The flowers of iris, standardised by the deviation of the population, with their species.
pub fn iris() -> Data {
    let text = include_str!("../../../../datasets/data/csv/iris.csv");
    let (mut x, mut t) = (Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let numbers = line
            .split(',')
            .filter_map(|field| field.parse::<f64>().ok());
        x.extend(numbers.take(4));
        let species = ["setosa", "versicolor", "virginica"];
        t.extend(species.map(|name| f64::from(u8::from(line.ends_with(name)))));
    }
    let rows = x.len() / 4;
    let mut x = Array2::from_shape_fn((rows, 4), |(i, j)| x[4 * i + j]);
    let t = Array2::from_shape_fn((rows, 3), |(i, j)| t[3 * i + j]);
    for mut column in x.columns_mut() {
        let mean = column.sum() / rows as f64;
        column -= mean;
        let variance = column.dot(&column) / rows as f64;
        column /= variance.sqrt();
    }
    Data::new(x, t)
}

/// 6 x 5 units that begin at 0.5 sin 1, 0.5 sin 2 ... and take iris as MiniSom does.
pub fn iris_map(passes: usize, data: &Data) -> Som {
    let settings = SomSpec {
        grid: [6, 5],
        radius: [1.5, 0.5],
        learning_rate: [0.5, 0.5 / 3.0],
        decay: Decay::Asymptotic,
        passes,
        order: SampleOrder::Given,
        ..SomSpec::default()
    };
    let w = Array2::from_shape_fn((30, 4), |(i, j)| 0.5 * ((4 * i + j + 1) as f64).sin());
    Som::with_weights(&settings, data, w)
}

/// What MiniSom 2.3.6 has after so many passes: both errors, and the weights of the first unit.
const MINISOM: [(usize, f64, f64, [f64; 4]); 2] = [
    (
        1,
        0.5294426960390041,
        0.08,
        [
            -0.7190805695016252,
            1.9445795638920165,
            -1.2599046427094744,
            -1.2600509325507994,
        ],
    ),
    (
        10,
        0.39570017391857315,
        0.06,
        [
            1.8757182602569882,
            -0.22027325806821377,
            1.3452126785707277,
            1.1284819271085318,
        ],
    ),
];

/// Both errors, weights and the U-matrix of a unit.
pub fn proofs() -> Vec<Proof> {
    let data = iris();
    let mut proofs = Vec::new();
    let mut prove = |som: &Som, steps, errors: [f64; 2], wanted: &[f64]| {
        let unit = if steps == 1 { "step" } else { "steps" };
        let on = format!("iris, 6 x 5 units, {steps} {unit}");
        let won = winners(data.x.view(), som.w.view());
        let measured = som.measured(&data, &won);
        let found = ["quantization_error", "topographic_error"].map(|key| measured[key]);
        let found = found.iter().chain(som.w.row(0)).copied();
        let found: Vec<f64> = found.collect();
        let wanted = [&errors[..], wanted].concat();
        let quantity = "errors and weights of a unit, by MiniSom 2.3.6";
        proofs.push(Proof::of(
            &on,
            quantity,
            Witness::Published,
            &found,
            &wanted,
        ));
    };
    let mut one = iris_map(1, &data);
    let mut w = one.w.clone();
    one.step(&mut w, data.x.row(0), 0.0);
    one.w = w;
    let first = [
        -0.1083183809274525,
        0.6805990475833423,
        -0.4942747672824937,
        -0.7535639557336214,
    ];
    prove(&one, 1, [1.343465146659402, 0.66], &first);
    for (passes, quantization, topographic, wanted) in MINISOM {
        let som = learned(iris_map(passes, &data), &data);
        prove(&som, 150 * passes, [quantization, topographic], &wanted);
    }
    let som = learned(iris_map(10, &data), &data);
    let u_matrix = som.u_matrix();
    let largest = u_matrix.iter().copied().fold(0.0, f64::max);
    proofs.push(Proof::of(
        "iris, 6 x 5 units, 1500 steps",
        "U-matrix of a unit, by MiniSom 2.3.6",
        Witness::Published,
        &[u_matrix[0] / largest],
        &[0.6360272865414157],
    ));
    proofs
}
