//! To be written.

use ndarray::{ArrayView2, ArrayViewMut2};
use spec::Real;
use spec::model::PlannedLayer;

use super::{Layer, Mode, Pass};

/// To be written.
pub struct LayerNorm;

impl LayerNorm {
    /// To be written.
    pub fn new(_: &PlannedLayer, _: &spec::model::LayerNormSpec) -> Self {
        Self
    }
}

impl<T: Real> Layer<T> for LayerNorm {
    fn forward(&mut self, _: &[T], _: ArrayView2<T>, _: ArrayViewMut2<T>, _: Mode) {
        todo!()
    }

    fn backward(&mut self, _: &[T], _: Pass<T>, _: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        todo!()
    }
}
