//! Arrays to burn tensors and back.
//!
//! Every tensor gets the dtype of `T` explicitly, and burn sees only tensors in standard layout.

use burn::tensor::{Device, Element, Tensor, TensorData};
use contract::Real;
use ndarray::{Array2, ArrayView, Dimension};

/// A float type that is also an element of burn's tensors: f32 and f64.
pub trait BurnReal: Real + Element {}

impl<T: Real + Element> BurnReal for T {}

/// The array as a tensor of the same shape and dtype. Copies the values once.
pub(crate) fn to_burn<T: BurnReal, D: Dimension, const N: usize>(
    array: ArrayView<'_, T, D>,
    device: &Device,
) -> Tensor<N> {
    let shape = array.shape().to_vec();
    let values = match array.as_slice() {
        Some(values) => values.to_vec(),
        // Not in standard layout: a column of a batch, a transposed view.
        None => array.iter().copied().collect(),
    };
    Tensor::from_data(TensorData::new(values, shape), (device, T::dtype()))
}

/// A matrix of burn's, `[rows, columns]`.
pub(crate) fn matrix<T: BurnReal>(tensor: Tensor<2>) -> Array2<T> {
    let [rows, columns] = tensor.dims();
    Array2::from_shape_vec((rows, columns), values(tensor))
        .expect("a tensor has as many values as its shape says")
}

/// The values in logical order.
pub(crate) fn values<T: BurnReal, const N: usize>(tensor: Tensor<N>) -> Vec<T> {
    tensor
        .try_into_vec_as()
        .expect("a tensor on the CPU can be read")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Backend;
    use ndarray::{array, s};

    #[test]
    fn f64_keeps_every_digit() {
        for backend in Backend::ALL {
            let x = array![[1.0 / 3.0, 1e-300], [-1e300, 0.1]];
            let tensor: Tensor<2> = to_burn(x.view(), &backend.device());
            assert_eq!(matrix::<f64>(tensor), x);
        }
    }

    #[test]
    fn a_view_in_any_layout_keeps_its_logical_order() {
        let x = array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
        for backend in Backend::ALL {
            let device = backend.device();
            let turned: Tensor<2> = to_burn(x.t(), &device);
            assert_eq!(matrix::<f32>(turned), x.t());
            let strided: Tensor<2> = to_burn(x.slice(s![.., ..;-2]), &device);
            assert_eq!(matrix::<f32>(strided), array![[3.0, 1.0], [6.0, 4.0]]);
        }
    }
}
