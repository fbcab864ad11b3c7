//! Bugs of recurrent layers.

use super::support::linear;
use super::*;
use backprop::layers::{self, Layer, Mode, Pass};
use spec::model::{GruSpec, LayerSpec, LstmSpec, PlannedLayer};

const STEPS: usize = 4;
const INPUTS: usize = 3;
const UNITS: usize = 2;

/// An LSTM on sequences of different length, between linear layers.
fn lstm() -> Example {
    let layers = vec![
        linear(INPUTS),
        LayerSpec::Lstm(LstmSpec::new(UNITS)),
        LayerSpec::Last,
        linear(3),
    ];
    Example {
        lengths: Some(vec![4, 1, 3, 2, 4, 4, 1, 2]),
        ..Example::new(&[STEPS, INPUTS], layers)
    }
}

/// The rows of a gate among the gradients of W, U, b and b', each `[4H, columns]`.
fn rows_of(gate: usize, dw: &mut [f64]) -> Vec<&mut [f64]> {
    let mut rest = dw;
    [INPUTS, UNITS, 1, 1]
        .map(|columns| {
            let (matrix, behind) = std::mem::take(&mut rest).split_at_mut(4 * UNITS * columns);
            rest = behind;
            &mut matrix[gate * UNITS * columns..(gate + 1) * UNITS * columns]
        })
        .into()
}

#[test]
fn a_forgotten_gradient_of_the_forget_gate_is_found_in_its_layer() {
    names("1.bias_hh_l0", &ALL, &lstm(), |chain| {
        chain.plant(1, |honest, w, pass, dx, dw| {
            honest.backward(w, pass, Some(dx.view_mut()), dw);
            rows_of(1, dw).into_iter().for_each(|rows| rows.fill(0.0));
        });
    });
}

/// i for f and f for i: an order of gates other than PyTorch's.
#[test]
fn swapped_gates_are_found_in_their_layer() {
    names("1.bias_hh_l0", &ALL, &lstm(), |chain| {
        chain.plant(1, |honest, w, pass, dx, dw| {
            honest.backward(w, pass, Some(dx.view_mut()), dw);
            let mut of_input = dw.to_vec();
            for (input, forget) in rows_of(0, &mut of_input).into_iter().zip(rows_of(1, dw)) {
                input.swap_with_slice(forget);
            }
            for (into, from) in rows_of(0, dw).into_iter().zip(rows_of(0, &mut of_input)) {
                into.copy_from_slice(from);
            }
        });
    });
}

/// The gradient of a step does not go to the state before it.
#[test]
fn a_gradient_of_one_step_is_found_where_the_full_one_is_asked_for() {
    let cut = |chain: &mut Chain| {
        let spec = LstmSpec {
            gradient: spec::model::GradientSpec::OneStep,
            ..LstmSpec::new(UNITS)
        };
        chain.layers[1] = built(LayerSpec::Lstm(spec));
    };
    names("1.bias_hh_l0", &ALL, &lstm(), cut);
}

/// A layer as it would be built.
fn built(spec: LayerSpec) -> Box<dyn Layer<f64>> {
    let plan: Vec<PlannedLayer> = spec::model::ModelSpec::new(vec![spec])
        .plan(&[STEPS, INPUTS])
        .unwrap();
    layers::build(&plan[0], contract::Streams::new(1), layers::build_first)
}

/// Passes everything on but the lengths.
struct WithoutLengths(Box<dyn Layer<f64>>);

impl Layer<f64> for WithoutLengths {
    fn forward(&mut self, w: &[f64], x: ArrayView2<f64>, y: ArrayViewMut2<f64>, mode: Mode) {
        self.0.forward(w, x, y, mode);
    }

    fn backward(
        &mut self,
        w: &[f64],
        pass: Pass<f64>,
        dx: Option<ArrayViewMut2<f64>>,
        dw: &mut [f64],
    ) {
        self.0.backward(w, pass, dx, dw);
    }
}

// Differences of the same wrong function agree with its right derivative, so only burn can tell.

/// The last position instead of the true one.
#[test]
fn ignored_lengths_are_found_in_the_output_of_last() {
    names("2.output", &BURN, &lstm(), |chain| {
        let last = std::mem::replace(&mut chain.layers[2], Box::new(layers::Identity));
        chain.layers[2] = Box::new(WithoutLengths(last));
    });
}

/// The reverse cells go through the padding before they meet the true end.
#[test]
fn a_reverse_direction_that_begins_in_the_padding_is_found_in_its_output() {
    let both = LayerSpec::Gru(GruSpec {
        bidirectional: true,
        ..GruSpec::new(UNITS)
    });
    let layers = vec![linear(INPUTS), both.clone(), LayerSpec::Last, linear(3)];
    let example = Example {
        lengths: Some(vec![4, 1, 3, 2, 4, 4, 1, 2]),
        ..Example::new(&[STEPS, INPUTS], layers)
    };
    names("1.output", &BURN, &example, |chain| {
        chain.layers[1] = Box::new(WithoutLengths(built(both.clone())));
    });
}
