//! Inverted dropout with the masks that every implementation has.

use std::marker::PhantomData;

use burn::tensor::{Tensor, TensorData};
use contract::Streams;
use contract::dropout::Masks;
use spec::model::{DropoutSpec, PlannedLayer};

use super::{Layer, Mode};
use crate::BurnReal;

/// Burn's `Dropout` draws its own masks.
pub(super) struct Dropout<T> {
    masks: Masks,
    real: PhantomData<T>,
}

impl<T: BurnReal> Dropout<T> {
    pub(super) fn new(planned: &PlannedLayer, dropout: &DropoutSpec, streams: Streams) -> Self {
        Self {
            masks: Masks::new(streams, &planned.name, dropout.rate),
            real: PhantomData,
        }
    }
}

impl<T: BurnReal> Layer for Dropout<T> {
    fn forward(&mut self, _: &[Tensor<1>], x: Tensor<2>, mode: Mode) -> Tensor<2> {
        let Mode::Training { step } = mode else {
            return x;
        };
        let [samples, width] = x.dims();
        let mut mask = vec![T::zero(); samples * width];
        self.masks.fill(step, 0, width, &mut mask);
        let mask = TensorData::new(mask, [samples, width]);
        let options = (&x.device(), T::dtype());
        x * Tensor::<2>::from_data(mask, options)
    }
}
