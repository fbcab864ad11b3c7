//! To be written.

use ndarray::{ArrayView2, ArrayViewMut2};
use spec::Real;

use super::{Layer, Mode, Pass};

/// To be written.
pub struct Elu<T> {
    /// To be written.
    pub alpha: T,
}

impl<T: Real> Layer<T> for Elu<T> {
    fn forward(&mut self, _: &[T], _: ArrayView2<T>, _: ArrayViewMut2<T>, _: Mode) {
        todo!()
    }

    fn backward(&mut self, _: &[T], _: Pass<T>, _: Option<ArrayViewMut2<T>>, _: &mut [T]) {
        todo!()
    }
}
