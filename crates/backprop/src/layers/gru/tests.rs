use super::super::recurrent::testing::{
    SIZES, behaves, close, counted, counted_input, norm, run, size, upstream,
};
use super::super::testing::random;
use super::*;
use ndarray::Array2;
use spec::model::GradientSpec;

fn layer(gradient: GradientSpec, [_, d, h]: [usize; 3]) -> Gru<f64> {
    Gru::new(size(3, gradient, d, h))
}

#[test]
fn it_behaves_as_every_recurrent_layer() {
    let [d, h] = SIZES;
    behaves(3 * h * (d + h + 2), &|steps, gradient| {
        Box::new(layer(gradient, [steps, d, h]))
    });
}

#[test]
fn it_is_the_definition() {
    let [steps, d, h] = [6, 5, 7];
    let w = random(1, 3 * h * (d + h + 2), "w");
    let (w, x) = (w.as_slice().unwrap(), random(4, steps * d, "x"));
    let mut layer = layer(GradientSpec::Full, [steps, d, h]);
    let passed = run(&mut layer, w, &x, &Array2::zeros((4, steps * h)));
    close(&passed.y, &naive(w, [steps, d, h], &x));
}

/// The definition, number by number.
fn naive(w: &[f64], [steps, d, h]: [usize; 3], x: &Array2<f64>) -> Array2<f64> {
    let (w_ih, rest) = w.split_at(3 * h * d);
    let (w_hh, biases) = rest.split_at(3 * h * h);
    let sigmoid = |a: f64| 1.0 / (1.0 + (-a).exp());
    let mut y = Array2::zeros((x.nrows(), steps * h));
    for sample in 0..x.nrows() {
        let mut state = vec![0.0; h];
        for t in 0..steps {
            let of_x = |row: usize| {
                let sum = (0..d).map(|i| w_ih[row * d + i] * x[[sample, t * d + i]]);
                sum.sum::<f64>() + biases[row]
            };
            let of_h = |row: usize| {
                let sum = (0..h).map(|i| w_hh[row * h + i] * state[i]);
                sum.sum::<f64>() + biases[3 * h + row]
            };
            let unit = |j: usize| {
                let r = sigmoid(of_x(j) + of_h(j));
                let z = sigmoid(of_x(h + j) + of_h(h + j));
                let n = (of_x(2 * h + j) + r * of_h(2 * h + j)).tanh();
                (1.0 - z) * n + z * state[j]
            };
            state = (0..h).map(unit).collect();
            (0..h).for_each(|j| y[[sample, t * h + j]] = state[j]);
        }
    }
    y
}

/// Numbers of PyTorch.
#[test]
fn values_worked_elsewhere() {
    let w = counted(36);
    let mut layer = layer(GradientSpec::Full, [3, 2, 2]);
    let passed = run(&mut layer, &w, &counted_input(), &upstream());
    let h = [
        -0.06278377709034672,
        -0.310876888287988,
        -0.11420281675603139,
        -0.15762176428559527,
        -0.2593839821261814,
        -0.3460680015526802,
    ];
    close(&passed.y, &h);
    close([&(&passed.y * &upstream()).sum()], [&0.438302926417232]);
    let ends = [0, 12, 24, 30, 36];
    let norms = [
        1.3333086187553453,
        0.2372942668749017,
        0.8685149367478574,
        0.6683242608929216,
    ];
    for (at, expected) in norms.iter().enumerate() {
        close([&norm(&passed.dw[ends[at]..ends[at + 1]])], [expected]);
    }
}
