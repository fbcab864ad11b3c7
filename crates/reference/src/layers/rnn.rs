//! hₜ = f(xₜ W + b + hₜ₋₁ U + b').

use std::marker::PhantomData;

use burn::tensor::{Tensor, activation};
use spec::model::{PlannedLayer, RnnActivation, RnnSpec};

use super::recurrent::{self, Cell, Weights, sigmoid};
use crate::BurnReal;
use crate::layer::Layer;

pub(super) fn layer<T: BurnReal>(planned: &PlannedLayer, rnn: &RnnSpec) -> Box<dyn Layer> {
    recurrent::layer(planned, rnn.recurrence(), cell::<T>(rnn))
}

pub(super) fn cell<T: BurnReal>(rnn: &RnnSpec) -> impl Cell + use<T> {
    Elman::<T> {
        activation: rnn.activation,
        real: PhantomData,
    }
}

struct Elman<T> {
    activation: RnnActivation,
    real: PhantomData<T>,
}

impl<T: BurnReal> Cell for Elman<T> {
    const GATES: usize = 1;
    const STATES: usize = 1;

    fn step(&self, w: &Weights, x: Tensor<2>, state: Vec<Tensor<2>>) -> Vec<Tensor<2>> {
        let of_x = x.matmul(w.ih.clone()) + w.bias_ih.clone();
        let of_h = state[0].clone().matmul(w.hh.clone()) + w.bias_hh.clone();
        let a = of_x + of_h;
        vec![match self.activation {
            RnnActivation::Tanh => activation::tanh(a),
            RnnActivation::Sigmoid => sigmoid::<T>(a),
            RnnActivation::Relu => activation::relu(a),
        }]
    }
}
