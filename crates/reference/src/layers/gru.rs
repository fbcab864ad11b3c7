//! h = (1 − z) n + z h.

use std::marker::PhantomData;

use burn::tensor::{Tensor, activation};
use spec::model::{GruSpec, PlannedLayer};

use super::recurrent::{self, Cell, Weights, gate, sigmoid};
use crate::BurnReal;
use crate::layer::Layer;

pub(super) fn layer<T: BurnReal>(planned: &PlannedLayer, gru: &GruSpec) -> Box<dyn Layer> {
    recurrent::layer(planned, gru.recurrence(), cell::<T>(gru))
}

pub(super) fn cell<T: BurnReal>(gru: &GruSpec) -> impl Cell + use<T> {
    Gru {
        units: gru.units,
        real: PhantomData::<T>,
    }
}

struct Gru<T> {
    units: usize,
    real: PhantomData<T>,
}

impl<T: BurnReal> Cell for Gru<T> {
    const GATES: usize = 3;
    const STATES: usize = 1;

    fn step(&self, w: &Weights, x: Tensor<2>, state: Vec<Tensor<2>>) -> Vec<Tensor<2>> {
        let h = state[0].clone();
        let of_x = x.matmul(w.ih.clone()) + w.bias_ih.clone();
        let of_h = h.clone().matmul(w.hh.clone()) + w.bias_hh.clone();
        let both = |index| {
            let sum = gate(&of_x, index, self.units) + gate(&of_h, index, self.units);
            sigmoid::<T>(sum)
        };
        let (reset, update) = (both(0), both(1));
        let new = gate(&of_x, 2, self.units) + reset * gate(&of_h, 2, self.units);
        let new = activation::tanh(new);
        vec![new.clone() + update * (h - new)]
    }
}
