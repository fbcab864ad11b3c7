//! Layers: one file each, `forward` above `backward`.

pub mod identity;
pub mod leaky_relu;
pub mod linear;
pub mod relu;
pub mod sigmoid;
pub mod softmax;
pub mod tanh;

use ndarray::{ArrayView2, ArrayViewMut2};
use spec::Real;
use spec::model::{LayerSpec, PlannedLayer};

pub use identity::Identity;
pub use leaky_relu::LeakyRelu;
pub use linear::Linear;
pub use relu::Relu;
pub use sigmoid::Sigmoid;
pub use softmax::Softmax;
pub(crate) use softmax::softmax;
pub use tanh::Tanh;

/// A differentiable function `$y = f(x; w)$` of one batch.
///
/// A layer does not own its parameters: the network keeps those of all layers in one flat vector
/// and lends each layer its part `w`. So a layer is cheap to have once for each piece of a batch,
/// and what its `backward` needs besides `x` and `y` it may keep in itself.
pub trait Layer<T: Real>: Send + Sync {
    /// Computes `y` `[N, D_out]` from `x` `[N, D_in]`.
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>);

    /// Computes `dx` `[N, D_in]`, unless nobody needs it, and adds to `dw`, from the upstream
    /// gradient and what went in and out of `forward`.
    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]);
}

/// What `backward` is given of a forward pass.
#[derive(Clone, Copy)]
pub struct Pass<'a, T> {
    /// Input of the forward pass, `[N, D_in]`.
    pub x: ArrayView2<'a, T>,
    /// Its output, `[N, D_out]`.
    pub y: ArrayView2<'a, T>,
    /// Upstream gradient `$\partial L / \partial y$`, `[N, D_out]`.
    pub dy: ArrayView2<'a, T>,
}

/// The layer that a planned layer describes.
pub fn build<T: Real>(planned: &PlannedLayer) -> Box<dyn Layer<T>> {
    match &planned.spec {
        LayerSpec::Linear(linear) => Box::new(Linear {
            d_in: planned.inputs(),
            d_out: linear.units,
            bias: linear.bias,
        }),
        LayerSpec::Sigmoid => Box::new(Sigmoid),
        LayerSpec::Tanh => Box::new(Tanh),
        LayerSpec::Relu => Box::new(Relu),
        LayerSpec::LeakyRelu(leaky) => Box::new(LeakyRelu {
            slope: T::of(leaky.slope),
        }),
        LayerSpec::Identity => Box::new(Identity),
        LayerSpec::Softmax => Box::new(Softmax),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Central differences for a single layer, with a random upstream gradient.

    use super::{Layer, Pass};
    use ndarray::Array2;
    use rand::RngExt;
    use spec::Streams;

    /// A matrix of numbers in \[−1, 1) of the stream of that name.
    pub fn random(rows: usize, columns: usize, stream: &str) -> Array2<f64> {
        let mut rng = Streams::new(1).stream(stream);
        Array2::from_shape_simple_fn((rows, columns), || rng.random_range(-1.0..1.0))
    }

    fn probe(layer: &mut dyn Layer<f64>, w: &[f64], x: &Array2<f64>, dy: &Array2<f64>) -> f64 {
        let mut y = Array2::zeros(dy.raw_dim());
        layer.forward(w, x.view(), y.view_mut());
        (&y * dy).sum()
    }

    /// Holds `backward` against central differences of `$\sum dy \odot y$`, for the input and every
    /// parameter.
    pub fn prove(layer: &mut dyn Layer<f64>, w: &[f64], x: Array2<f64>, d_out: usize) {
        let dy = random(x.nrows(), d_out, "dy");
        let mut y = Array2::zeros(dy.raw_dim());
        layer.forward(w, x.view(), y.view_mut());
        let mut dx = Array2::from_elem(x.raw_dim(), f64::NAN);
        let mut dw = vec![1.0; w.len()];
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        layer.backward(w, pass, Some(dx.view_mut()), &mut dw);
        let h = 1e-5;
        for index in 0..x.len() {
            let moved = |by: f64| {
                let mut x = x.clone();
                x.as_slice_mut().unwrap()[index] += by;
                x
            };
            let (up, down) = (moved(h), moved(-h));
            let difference = probe(layer, w, &up, &dy) - probe(layer, w, &down, &dy);
            close(
                dx.as_slice().unwrap()[index],
                difference / (2.0 * h),
                "dx",
                index,
            );
        }
        for index in 0..w.len() {
            let moved = |by: f64| {
                let mut w = w.to_vec();
                w[index] += by;
                w
            };
            let (up, down) = (moved(h), moved(-h));
            let difference = probe(layer, &up, &x, &dy) - probe(layer, &down, &x, &dy);
            // `backward` adds to what was there: 1.
            close(dw[index], 1.0 + difference / (2.0 * h), "dw", index);
        }
    }

    fn close(by_hand: f64, difference: f64, what: &str, index: usize) {
        assert!(
            (by_hand - difference).abs() < 1e-8,
            "{what}[{index}]: by hand {by_hand}, by differences {difference}"
        );
    }
}
