//! c = f c + i g, h = o tanh c, the gates seeing c.

use std::marker::PhantomData;

use burn::tensor::{Tensor, activation};
use spec::model::{LstmPeepholeSpec, PlannedLayer};

use super::recurrent::{self, Cell, Weights, gate, sigmoid};
use crate::BurnReal;
use crate::layer::Layer;

pub(super) fn layer<T: BurnReal>(
    planned: &PlannedLayer,
    lstm: &LstmPeepholeSpec,
) -> Box<dyn Layer> {
    recurrent::layer(planned, lstm.recurrence(), cell::<T>(lstm))
}

pub(super) fn cell<T: BurnReal>(lstm: &LstmPeepholeSpec) -> impl Cell + use<T> {
    LstmPeephole {
        units: lstm.units,
        real: PhantomData::<T>,
    }
}

struct LstmPeephole<T> {
    units: usize,
    real: PhantomData<T>,
}

impl<T: BurnReal> Cell for LstmPeephole<T> {
    const GATES: usize = 4;
    const STATES: usize = 2;

    fn step(&self, w: &Weights, x: Tensor<2>, state: Vec<Tensor<2>>) -> Vec<Tensor<2>> {
        let (h, c) = (state[0].clone(), state[1].clone());
        let of_x = x.matmul(w.ih.clone()) + w.bias_ih.clone();
        let of_h = h.matmul(w.hh.clone()) + w.bias_hh.clone();
        let z = of_x + of_h;
        let peepholes: Tensor<2> = w.rest[0].clone().reshape([1, 3 * self.units]);
        let seen = |index: usize, c: &Tensor<2>| c.clone() * gate(&peepholes, index, self.units);
        let input = sigmoid::<T>(gate(&z, 0, self.units) + seen(0, &c));
        let forget = sigmoid::<T>(gate(&z, 1, self.units) + seen(1, &c));
        let candidate = activation::tanh(gate(&z, 2, self.units));
        let c = forget * c + input * candidate;
        let output = sigmoid::<T>(gate(&z, 3, self.units) + seen(2, &c));
        vec![output * activation::tanh(c.clone()), c]
    }
}
