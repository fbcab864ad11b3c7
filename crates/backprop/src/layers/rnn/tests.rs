use super::super::recurrent::testing::{
    SIZES, behaves, close, counted, counted_input, run, size, upstream,
};
use super::super::testing::random;
use super::*;
use ndarray::Array2;
use spec::model::GradientSpec;

const ALL: [RnnActivation; 3] = [
    RnnActivation::Tanh,
    RnnActivation::Sigmoid,
    RnnActivation::Relu,
];

fn layer(activation: RnnActivation, gradient: GradientSpec, [_, d, h]: [usize; 3]) -> Rnn<f64> {
    Rnn::new(size(1, gradient, d, h), activation)
}

#[test]
fn it_behaves_as_every_recurrent_layer() {
    let [d, h] = SIZES;
    for activation in ALL {
        behaves(h * d + h * h + 2 * h, &|steps, gradient| {
            Box::new(layer(activation, gradient, [steps, d, h]))
        });
    }
}

/// The definition, number by number.
fn naive(f: RnnActivation, w: &[f64], [steps, d, h]: [usize; 3], x: &Array2<f64>) -> Array2<f64> {
    let (w_ih, rest) = w.split_at(h * d);
    let (w_hh, biases) = rest.split_at(h * h);
    let mut y = Array2::zeros((x.nrows(), steps * h));
    for sample in 0..x.nrows() {
        let mut state = vec![0.0; h];
        for t in 0..steps {
            let net = |j: usize| {
                let of_x = (0..d).map(|i| w_ih[j * d + i] * x[[sample, t * d + i]]);
                let of_h = (0..h).map(|i| w_hh[j * h + i] * state[i]);
                of_x.sum::<f64>() + of_h.sum::<f64>() + biases[j] + biases[h + j]
            };
            let f = |a: f64| match f {
                RnnActivation::Tanh => a.tanh(),
                RnnActivation::Sigmoid => 1.0 / (1.0 + (-a).exp()),
                RnnActivation::Relu => a.max(0.0),
            };
            state = (0..h).map(|j| f(net(j))).collect();
            (0..h).for_each(|j| y[[sample, t * h + j]] = state[j]);
        }
    }
    y
}

#[test]
fn it_is_the_definition() {
    let size = [6, 5, 7];
    let w = random(1, 7 * 5 + 7 * 7 + 14, "w");
    let (w, x) = (w.as_slice().unwrap(), random(4, 30, "x"));
    for activation in ALL {
        let mut layer = layer(activation, GradientSpec::Full, size);
        let passed = run(&mut layer, w, &x, &Array2::zeros((4, 42)));
        close(&passed.y, &naive(activation, w, size, &x));
    }
}

/// Numbers of PyTorch: the first two rows of the matrices of an LSTM.
#[test]
fn values_worked_elsewhere() {
    let all = counted(48);
    let w = [&all[0..4], &all[16..20], &all[32..34], &all[40..42]].concat();
    let mut layer = layer(RnnActivation::Tanh, GradientSpec::Full, [3, 2, 2]);
    let passed = run(&mut layer, &w, &counted_input(), &upstream());
    let h = [
        0.42907983366241925,
        0.0018747819418186362,
        -0.4621334544654603,
        0.016775113143193136,
        0.8313154034699649,
        -0.5109452324836536,
    ];
    close(&passed.y, &h);
}

/// Elman's gradient: the state before is an input like any other.
#[test]
fn a_gradient_of_one_step_is_that_of_a_layer_that_reads_its_state() {
    let [d, h, steps] = [3, 4, 5];
    let w = random(1, h * d + h * h + 2 * h, "w")
        .into_raw_vec_and_offset()
        .0;
    let (x, dy) = (random(1, steps * d, "x"), random(1, steps * h, "dy"));
    let activation = RnnActivation::Sigmoid;
    let mut elman = layer(activation, GradientSpec::OneStep, [steps, d, h]);
    let found = run(&mut elman, &w, &x, &dy);
    // f' of each step alone, with the states of the forward pass.
    let mut dw = vec![0.0; w.len()];
    for t in 0..steps {
        for j in 0..h {
            let y = found.y[[0, t * h + j]];
            let da = dy[[0, t * h + j]] * y * (1.0 - y);
            (0..d).for_each(|i| dw[j * d + i] += da * x[[0, t * d + i]]);
            for i in 0..h {
                let before = if t == 0 {
                    0.0
                } else {
                    found.y[[0, (t - 1) * h + i]]
                };
                dw[h * d + j * h + i] += da * before;
            }
            dw[h * d + h * h + j] += da;
            dw[h * d + h * h + h + j] += da;
        }
    }
    close(&found.dw, &dw);
}
