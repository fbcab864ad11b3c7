use super::super::recurrent::testing::{
    SIZES, behaves, close, counted, counted_input, norm, run, size, upstream,
};
use super::super::testing::random;
use super::*;
use ndarray::Array2;
use spec::model::GradientSpec;

fn layer(gradient: GradientSpec, [_, d, h]: [usize; 3]) -> Lstm<f64> {
    Lstm::new(size(4, gradient, d, h))
}

#[test]
fn it_behaves_as_every_recurrent_layer() {
    let [d, h] = SIZES;
    behaves(4 * h * (d + h + 2), &|steps, gradient| {
        Box::new(layer(gradient, [steps, d, h]))
    });
}

#[test]
fn it_is_the_definition() {
    let [steps, d, h] = [6, 5, 7];
    let w = random(1, 4 * h * (d + h + 2), "w");
    let (w, x) = (w.as_slice().unwrap(), random(4, steps * d, "x"));
    let mut layer = layer(GradientSpec::Full, [steps, d, h]);
    let passed = run(&mut layer, w, &x, &Array2::zeros((4, steps * h)));
    close(&passed.y, &naive(w, [steps, d, h], &x));
}

/// The definition, number by number.
fn naive(w: &[f64], [steps, d, h]: [usize; 3], x: &Array2<f64>) -> Array2<f64> {
    let (w_ih, rest) = w.split_at(4 * h * d);
    let (w_hh, biases) = rest.split_at(4 * h * h);
    let sigmoid = |a: f64| 1.0 / (1.0 + (-a).exp());
    let mut y = Array2::zeros((x.nrows(), steps * h));
    for sample in 0..x.nrows() {
        let (mut state, mut cells) = (vec![0.0; h], vec![0.0; h]);
        for t in 0..steps {
            let net = |row: usize| {
                let of_x = (0..d).map(|i| w_ih[row * d + i] * x[[sample, t * d + i]]);
                let of_h = (0..h).map(|i| w_hh[row * h + i] * state[i]);
                of_x.sum::<f64>() + of_h.sum::<f64>() + biases[row] + biases[4 * h + row]
            };
            let z: Vec<f64> = (0..4 * h).map(net).collect();
            for j in 0..h {
                let (i, f) = (sigmoid(z[j]), sigmoid(z[h + j]));
                let (g, o) = (z[2 * h + j].tanh(), sigmoid(z[3 * h + j]));
                cells[j] = f * cells[j] + i * g;
                state[j] = o * cells[j].tanh();
                y[[sample, t * h + j]] = state[j];
            }
        }
    }
    y
}

/// Numbers of PyTorch.
#[test]
fn values_worked_elsewhere() {
    let w = counted(48);
    let mut layer = layer(GradientSpec::Full, [3, 2, 2]);
    let passed = run(&mut layer, &w, &counted_input(), &upstream());
    let h = [0.01663365877340476, 0.16277248910880177];
    close(passed.y.iter().skip(4), &h);
    let c = [0.023026911778874223, 0.3406978364209267];
    close(layer.c.at(3), &c);
    let loss = (&passed.y * &upstream()).sum();
    close([&loss], [&0.2503712915773245]);
    let (dw_ih, rest) = passed.dw.split_at(16);
    let dw_hh = &rest[..16];
    close(&dw_ih[..2], &[0.02464239540613248, -0.015732725038558708]);
    close([&norm(dw_ih)], [&0.7488646885158052]);
    close([&norm(dw_hh)], [&0.11306716129194463]);
    let dx = [
        0.24629758282634212,
        0.10215481633635969,
        0.03719090001888784,
        -0.06611001162421436,
        -0.10250105005854818,
        0.13113241842184747,
    ];
    close(&passed.dx, &dx);
    let (bias_ih, bias_hh) = passed.dw[32..].split_at(8);
    assert_eq!(bias_ih, bias_hh, "both biases have the same gradient");
    let h_1 = [0.11715496758219394, 0.11356471987665655];
    close(passed.y.iter().take(2), &h_1);
}

/// A forget gate that is always open: the cell of 1997, but for its functions.
#[test]
fn values_without_a_forget_gate() {
    let mut w = counted(48);
    w[34] = 50.0;
    w[35] = 50.0;
    let mut layer = layer(GradientSpec::Full, [3, 2, 2]);
    let passed = run(&mut layer, &w, &counted_input(), &upstream());
    let h = [0.1633200223672495, 0.32017738125084655];
    close(passed.y.iter().skip(4), &h);
    let c = [0.23277363715473234, 0.7644502365507623];
    close(layer.c.at(3), &c);
    let loss = (&passed.y * &upstream()).sum();
    close([&loss], [&0.2436576403889093]);
    let (dw_ih, rest) = passed.dw.split_at(16);
    let dw_hh = &rest[..16];
    close(&dw_ih[..2], &[0.0184690720113821, 0.0038176545431540345]);
    close([&norm(dw_ih)], [&0.5222641936897495]);
    close([&norm(dw_hh)], [&0.1644215537818624]);
    let dx = [
        0.11530213357650512,
        0.10410302588394205,
        0.007541550556857532,
        -0.025608587826820232,
        -0.10618858772521607,
        0.09080110773911501,
    ];
    close(&passed.dx, &dx);
}

#[test]
fn with_open_gates_a_cell_is_a_running_sum() {
    let (steps, h) = (5, 1);
    // i = f = o = 1 by their biases; g = tanh x.
    let mut w = vec![0.0; 4 * (1 + h + 2)];
    w[2] = 1.0;
    for gate in [0, 1, 3] {
        w[8 + gate] = 100.0;
    }
    let x = random(1, steps, "x");
    let mut layer = layer(GradientSpec::Full, [steps, 1, h]);
    run(&mut layer, &w, &x, &Array2::zeros((1, steps)));
    let sum: f64 = x.iter().map(|x| x.tanh()).sum();
    close(layer.c.at(steps), &[sum]);
}
