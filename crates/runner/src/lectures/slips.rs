//! What the slips of some texts do to the 2-2-2 network, and how its gradients come out right.

use backprop::Compute;
use backprop::layers::{Layer, Mode, Pass};
use backprop::losses::{Loss, SquaredError};
use contract::{Batch, Streams, initial};
use ndarray::{Array2, ArrayView2};
use spec::model::{Initializer, LayerSpec, ModelSpec};
use spec::training::LossSpec;

use super::Quantities;
use super::networks::{linear, network, output, plan, two_two_two_network, two_two_two_sample};

/// What is done otherwise than the chain rule says.
#[derive(Clone, Copy, PartialEq)]
enum Slip {
    /// Nothing.
    None,
    /// The factor (ŷ − y) is missing in the update of the output weights.
    WithoutTheError,
    /// Errors go back through W where they should through its transpose.
    NotTransposed,
    /// Errors pass a hidden unit without the derivative of its activation.
    WithoutTheSlope,
    /// The gradient is the sum of the partial derivatives, the same number for every weight.
    SumOfPartials,
    /// The second hidden unit is masked in the forward pass.
    Masked,
}

/// The rows of both matrices, one behind the other; or their gradients.
type Weights = [[f64; 4]; 2];

const WEIGHTS: Weights = [[0.2, 0.5, -0.4, 0.6], [0.1, -0.3, -0.5, 0.8]];

fn forward(layer: &mut dyn Layer<f64>, w: &[f64], x: &Array2<f64>) -> Array2<f64> {
    let mut y = Array2::zeros((1, 2));
    layer.forward(w, x.view(), y.view_mut(), Mode::Evaluation);
    y
}

/// dx, and dw of a layer with four weights.
fn backward(
    layer: &mut dyn Layer<f64>,
    w: &[f64],
    [x, y, dy]: [ArrayView2<f64>; 3],
) -> (Array2<f64>, [f64; 4]) {
    let (mut dx, mut dw) = (Array2::zeros((1, 2)), [0.0; 4]);
    layer.backward(
        w,
        Pass { x, y, dy },
        Some(dx.view_mut()),
        &mut dw[..w.len()],
    );
    (dx, dw)
}

/// The error and the gradients, layer by layer.
fn gradients([first, second]: Weights, slip: Slip) -> (f64, Weights) {
    let (x, t) = two_two_two_sample();
    let layers = [linear(2, false), LayerSpec::Sigmoid];
    let layers = layers.map(|layer| f64::layer(&plan(&[2], &[layer])[0], Streams::new(1)));
    let [mut linear, mut sigmoid] = layers;
    let z = forward(&mut *linear, &first, &x);
    let mut h = forward(&mut *sigmoid, &[], &z);
    if slip == Slip::Masked {
        h[(0, 1)] = 0.0; // and its derivative h (1 − h) with it
    }
    let s = forward(&mut *linear, &second, &h);
    let o = forward(&mut *sigmoid, &[], &s);
    let e = SquaredError.forward(o.view(), t.view());
    let mut d_o = Array2::zeros((1, 2));
    SquaredError.backward(o.view(), t.view(), 1.0, d_o.view_mut());
    let (ds, _) = backward(&mut *sigmoid, &[], [s.view(), o.view(), d_o.view()]);
    let ds_of_weights = match slip {
        Slip::WithoutTheError => {
            let ones = Array2::ones((1, 2));
            backward(&mut *sigmoid, &[], [s.view(), o.view(), ones.view()]).0
        }
        _ => ds.clone(),
    };
    let pass = [h.view(), s.view(), ds_of_weights.view()];
    let (_, d_second) = backward(&mut *linear, &second, pass);
    let [a, b, c, d] = second;
    let back = match slip {
        Slip::NotTransposed => [a, c, b, d],
        _ => second,
    };
    let (dh, _) = backward(&mut *linear, &back, [h.view(), s.view(), ds.view()]);
    let dz = match slip {
        Slip::WithoutTheSlope => dh,
        _ => backward(&mut *sigmoid, &[], [z.view(), h.view(), dh.view()]).0,
    };
    let (_, d_first) = backward(&mut *linear, &first, [x.view(), z.view(), dz.view()]);
    match slip {
        Slip::SumOfPartials => {
            let sum = d_first.iter().chain(&d_second).sum();
            (e, [[sum; 4]; 2])
        }
        _ => (e, [d_first, d_second]),
    }
}

/// The error after so many steps with η = 1.
fn error_after(steps: usize, slip: Slip) -> f64 {
    let mut weights = WEIGHTS;
    for _ in 0..steps {
        let (_, gradients) = gradients(weights, slip);
        let all = weights.iter_mut().flatten().zip(gradients.as_flattened());
        all.for_each(|(w, dw)| *w -= dw);
    }
    gradients(weights, Slip::None).0
}

/// dE/dw1 from h, o and δ of the output, rounded to two digits as the text prints them.
pub fn rounded_numbers() -> Quantities {
    let (x, t) = two_two_two_sample();
    let found = two_two_two_network().loss_backward(Batch::new(x.view(), t.view()));
    let rounded = |value: f64| (value * 100.0).round() / 100.0;
    let [h, o] = [1, 3].map(|layer| output(&found, layer).into_iter().map(rounded));
    let h1 = h.into_iter().next().unwrap_or(f64::NAN);
    let deltas = o.zip(&t).map(|(o, t)| rounded((o - t) * o * (1.0 - o)));
    let [v11, _, v21, _] = WEIGHTS[1];
    let dh1: f64 = deltas.zip([v11, v21]).map(|(delta, v)| delta * v).sum();
    vec![(
        "dE/dw1 from rounded numbers",
        dh1 * h1 * (1.0 - h1) * x[(0, 0)],
    )]
}

/// Slips of the backward pass.
pub fn wrong_gradients() -> Quantities {
    let (_, [[dw1, dw3, dw2, dw4], _]) = gradients(WEIGHTS, Slip::NotTransposed);
    let (_, [[flat1, flat3, flat2, flat4], _]) = gradients(WEIGHTS, Slip::WithoutTheSlope);
    let (without, sum) = (Slip::WithoutTheError, Slip::SumOfPartials);
    vec![
        ("dE/dw1 back through W", dw1),
        ("dE/dw2 back through W", dw2),
        ("dE/dw3 back through W", dw3),
        ("dE/dw4 back through W", dw4),
        ("dE/dw1 without the slope", flat1),
        ("dE/dw2 without the slope", flat2),
        ("dE/dw3 without the slope", flat3),
        ("dE/dw4 without the slope", flat4),
        ("E after 1000 steps, right", error_after(1000, Slip::None)),
        (
            "E after 1000 steps, back through W",
            error_after(1000, Slip::NotTransposed),
        ),
        (
            "E after 1000 steps, without the slope",
            error_after(1000, Slip::WithoutTheSlope),
        ),
        (
            "E after 100 steps, without (o - y)",
            error_after(100, without),
        ),
        (
            "E after 1000 steps, without (o - y)",
            error_after(1000, without),
        ),
        ("E after 1 step, right", error_after(1, Slip::None)),
        (
            "E after 1 step along the sum of the partials",
            error_after(1, sum),
        ),
    ]
}

/// A unit that is dropped out in the forward pass, and one whose weights are only not updated.
pub fn masked_unit() -> Quantities {
    let (e, [_, [dw5, dw7, dw6, dw8]]) = gradients(WEIGHTS, Slip::Masked);
    let (e_whole, [_, [dw5_whole, _, dw6_whole, _]]) = gradients(WEIGHTS, Slip::None);
    vec![
        ("E, h2 masked", e),
        ("dE/dw5, h2 masked", dw5),
        ("dE/dw6, h2 masked", dw6),
        ("dE/dw7, h2 masked", dw7),
        ("dE/dw8, h2 masked", dw8),
        ("E, h2 only not updated", e_whole),
        ("dE/dw5, h2 only not updated", dw5_whole),
        ("dE/dw6, h2 only not updated", dw6_whole),
    ]
}

/// A hundred inputs of 1 and weights from U(0, 1).
pub fn uniform_weights() -> Quantities {
    let layers = vec![linear(10, false), LayerSpec::Sigmoid];
    let model = ModelSpec {
        weights: Initializer::Uniform {
            low: 0.0,
            high: 1.0,
        },
        ..ModelSpec::new(layers)
    };
    let plan = model.plan(&[100]).expect("the layers fit each other");
    let drawn = initial::draw_parameters(&plan, &Streams::new(1));
    let weight = drawn
        .get("0.weight")
        .expect("the layer has a weight")
        .clone();
    let positive = weight.iter().filter(|&&w| w > 0.0).count() as f64 / weight.len() as f64;
    let mut network = network(&plan, LossSpec::SquaredError, [("0.weight", weight)]);
    let (x, dy) = (Array2::ones((1, 100)), Array2::ones((1, 10)));
    let y = output(&network.backward(x.view(), dy.view()), 1);
    let slope = y.into_iter().map(|y| y * (1.0 - y)).fold(0.0, f64::max);
    vec![
        ("share of positive weights", positive),
        ("largest slope of a unit", slope),
    ]
}
