use super::super::Lstm;
use super::super::recurrent::testing::{
    SIZES, behaves, close, counted, counted_input, norm, run, size, upstream,
};
use super::super::testing::random;
use ndarray::Array2;
use spec::model::GradientSpec;

fn layer(gradient: GradientSpec, [_, d, h]: [usize; 3]) -> Lstm<f64> {
    Lstm::new(size(4, gradient, d, h))
}

#[test]
fn it_behaves_as_every_recurrent_layer() {
    let [d, h] = SIZES;
    behaves(4 * h * (d + h + 2) + 3 * h, &|steps, gradient| {
        Box::new(layer(gradient, [steps, d, h]))
    });
}

#[test]
fn it_is_the_definition() {
    let [steps, d, h] = [6, 5, 7];
    let w = random(1, 4 * h * (d + h + 2) + 3 * h, "w");
    let (w, x) = (w.as_slice().unwrap(), random(4, steps * d, "x"));
    let mut layer = layer(GradientSpec::Full, [steps, d, h]);
    let passed = run(&mut layer, w, &x, &Array2::zeros((4, steps * h)));
    close(&passed.y, &naive(w, [steps, d, h], &x));
}

/// The definition, number by number.
fn naive(w: &[f64], [steps, d, h]: [usize; 3], x: &Array2<f64>) -> Array2<f64> {
    let (w_ih, rest) = w.split_at(4 * h * d);
    let (w_hh, biases) = rest.split_at(4 * h * h);
    let (biases, p) = biases.split_at(8 * h);
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
                let i = sigmoid(z[j] + p[j] * cells[j]);
                let f = sigmoid(z[h + j] + p[h + j] * cells[j]);
                cells[j] = f * cells[j] + i * z[2 * h + j].tanh();
                let o = sigmoid(z[3 * h + j] + p[2 * h + j] * cells[j]);
                state[j] = o * cells[j].tanh();
                y[[sample, t * h + j]] = state[j];
            }
        }
    }
    y
}

/// The same numbers as those of `lstm`, and peepholes of 0.5 sin 49 to 54.
#[test]
fn values_worked_elsewhere() {
    let w = counted(54);
    let mut layer = layer(GradientSpec::Full, [3, 2, 2]);
    let passed = run(&mut layer, &w, &counted_input(), &upstream());
    let h = [0.01491789638368, 0.1641521394258816];
    close(passed.y.iter().skip(4), &h);
    let c = [0.020584485590121073, 0.36504404117791195];
    close(layer.c.at(3), &c);
    let loss = (&passed.y * &upstream()).sum();
    close([&loss], [&0.23641049702817102]);
    let (dw_ih, rest) = passed.dw.split_at(16);
    let dw_hh = &rest[..16];
    close(&dw_ih[..2], &[0.0256926338436502, -0.01475908759712043]);
    close([&norm(dw_ih)], [&0.7307633709963273]);
    close([&norm(dw_hh)], [&0.104167830864673]);
    let dx = [
        0.23994357482341466,
        0.09544762778087666,
        0.0381471938808784,
        -0.056816090499417125,
        -0.09714601229924856,
        0.13094584580108998,
    ];
    close(&passed.dx, &dx);
}

#[test]
fn without_peepholes_it_is_an_lstm() {
    let mut w = counted(48);
    let mut lstm = layer(GradientSpec::Full, [3, 2, 2]);
    let expected = run(&mut lstm, &w, &counted_input(), &upstream());
    w.extend([0.0; 6]);
    let mut layer = layer(GradientSpec::Full, [3, 2, 2]);
    let found = run(&mut layer, &w, &counted_input(), &upstream());
    assert_eq!(found.y, expected.y);
    close(&found.dx, &expected.dx);
    close(&found.dw[..48], &expected.dw);
}
