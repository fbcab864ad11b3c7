//! c = f c + i g, h = o tanh c.

use std::marker::PhantomData;

use burn::tensor::{Tensor, activation};
use spec::model::{LstmSpec, PlannedLayer};

use super::recurrent::{self, Cell, Weights, gate, sigmoid};
use crate::BurnReal;
use crate::layer::Layer;

pub(super) fn layer<T: BurnReal>(planned: &PlannedLayer, lstm: &LstmSpec) -> Box<dyn Layer> {
    recurrent::layer(planned, lstm.recurrence(), cell::<T>(lstm))
}

pub(super) fn cell<T: BurnReal>(lstm: &LstmSpec) -> impl Cell + use<T> {
    Lstm {
        units: lstm.units,
        real: PhantomData::<T>,
    }
}

struct Lstm<T> {
    units: usize,
    real: PhantomData<T>,
}

impl<T: BurnReal> Cell for Lstm<T> {
    const GATES: usize = 4;
    const STATES: usize = 2;

    fn step(&self, w: &Weights, x: Tensor<2>, state: Vec<Tensor<2>>) -> Vec<Tensor<2>> {
        let (h, c) = (state[0].clone(), state[1].clone());
        let of_x = x.matmul(w.ih.clone()) + w.bias_ih.clone();
        let of_h = h.matmul(w.hh.clone()) + w.bias_hh.clone();
        let z = of_x + of_h;
        let [input, forget, output] = [0, 1, 3].map(|g| sigmoid::<T>(gate(&z, g, self.units)));
        let candidate = activation::tanh(gate(&z, 2, self.units));
        let c = forget * c + input * candidate;
        vec![output * activation::tanh(c.clone()), c]
    }
}
