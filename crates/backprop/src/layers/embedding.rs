//! Embedding: a table of vectors, looked up by integers.
//!
//! With `$t = x_{n\tau}$`, the integer at place `$\tau$` of sample `$n$`, and the table `$W$`:
//!
//! ```math
//! y_{n\tau d} = W_{td}
//! ```
//!
//! That is the product of a one-hot row with `$W$`, without the zeros. Each vector gets the
//! gradients of all places where it was looked up:
//!
//! ```math
//! \frac{\partial L}{\partial W_{td}} = \sum_{n, \tau : x_{n\tau} = t} dy_{n\tau d}, \qquad dx = 0
//! ```
//!
//! `$dx$` is zero because an index has no derivative: between two integers there is nothing, and
//! the output jumps at the halves, where inputs are rounded, and is constant elsewhere. So this
//! layer stands first, and nothing before it could learn.
//!
//! Activations are floats, so the integers come as floats (exact up to 2²⁴ in f32) and are rounded.
//! What is not one of the tokens then (negative, too large, NaN) is a bug of the data and panics:
//! no vector would be right.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, T]` |
//! | `y`, `dy` | `[N, T·D]` |
//! | `weight`, `dw` | `[tokens, D]` |
//!
//! Source: Bengio, Ducharme, Vincent, Jauvin 2003, section 2: the matrix C.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{EmbeddingSpec, PlannedLayer};

use super::{Layer, Mode, Pass};

/// `$y_{n\tau} = W_t$` with `$t = x_{n\tau}$`.
#[derive(Clone, Debug)]
pub struct Embedding {
    /// For its message.
    name: String,
    tokens: usize,
    /// D.
    dimension: usize,
}

impl Embedding {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer, table: &EmbeddingSpec) -> Self {
        Self {
            name: planned.name.clone(),
            tokens: table.tokens,
            dimension: table.dimension,
        }
    }
}

impl<T: Real> Layer<T> for Embedding {
    /// # Panics
    /// When an input, rounded, is not an integer below the number of tokens.
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, _: Mode) {
        for (x, mut y) in x.rows().into_iter().zip(y.rows_mut()) {
            for (&x, mut y) in x.iter().zip(y.exact_chunks_mut(self.dimension)) {
                let vector = &w[self.token(x) * self.dimension..][..self.dimension];
                for (y, &w) in y.iter_mut().zip(vector) {
                    *y = w;
                }
            }
        }
    }

    fn backward(&mut self, _: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        for (x, dy) in pass.x.rows().into_iter().zip(pass.dy.rows()) {
            for (&x, dy) in x.iter().zip(dy.exact_chunks(self.dimension)) {
                let vector = &mut dw[self.token(x) * self.dimension..][..self.dimension];
                for (dw, &dy) in vector.iter_mut().zip(dy) {
                    *dw += dy;
                }
            }
        }
        if let Some(mut dx) = dx {
            dx.fill(T::zero());
        }
    }
}

impl Embedding {
    /// The row of the table that an input means.
    fn token<T: Real>(&self, x: T) -> usize {
        let token = x.f64().round();
        // Written so that a NaN is refused too.
        let known = token >= 0.0 && token < self.tokens as f64;
        assert!(
            known,
            "embedding {}: the input {x} is not one of the tokens 0 to {}; the table has tokens = {}",
            self.name,
            self.tokens - 1,
            self.tokens
        );
        token as usize
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::super::windows::testing::pass;
    use super::*;
    use ndarray::{Array2, array};
    use spec::model::{LayerSpec, ModelSpec};

    fn layer(tokens: usize, dimension: usize) -> Embedding {
        let spec = EmbeddingSpec {
            tokens,
            dimension,
            name: None,
            weights: None,
        };
        let model = ModelSpec::new(vec![LayerSpec::Embedding(spec.clone())]);
        Embedding::new(&model.plan(&[3]).unwrap()[0], &spec)
    }

    fn forward(x: f64) -> Array2<f64> {
        let mut y = Array2::zeros((1, 1));
        let w = [10.0, 11.0, 12.0];
        layer(3, 1).forward(&w, array![[x]].view(), y.view_mut(), Mode::Evaluation);
        y
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        let w = random(1, 5 * 4, "w").into_raw_vec_and_offset().0;
        // Tokens that come twice in a sample, in two samples, and never (3).
        let x = array![[0.0, 4.0, 0.0], [2.0, 1.0, 4.0]];
        prove(&mut layer(5, 4), &w, x, 3 * 4);
    }

    #[test]
    fn a_vector_sums_the_gradients_of_the_places_where_it_was_looked_up() {
        let w = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let x = array![[2.0, 0.0, 2.0]];
        let mut y = Array2::zeros((1, 6));
        let mut layer = layer(3, 2);
        layer.forward(&w, x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, array![[5.0, 6.0, 1.0, 2.0, 5.0, 6.0]]);
        let dy = array![[1.0, 2.0, 4.0, 8.0, 16.0, 32.0]];
        let (mut dx, mut dw) = (Array2::from_elem((1, 3), f64::NAN), [100.0; 6]);
        layer.backward(&w, pass(&x, &y, &dy), Some(dx.view_mut()), &mut dw);
        assert_eq!(dw, [104.0, 108.0, 100.0, 100.0, 117.0, 134.0]);
        assert_eq!(dx, array![[0.0, 0.0, 0.0]]);
    }

    #[test]
    fn what_is_nearly_an_integer_means_it() {
        assert_eq!(forward(0.999_999_9), array![[11.0]]);
        assert_eq!(forward(-0.000_000_1), array![[10.0]]);
        assert_eq!(forward(2.000_000_1), array![[12.0]]);
    }

    #[test]
    #[should_panic(
        expected = "embedding 0: the input 3 is not one of the tokens 0 to 2; the table has tokens = 3"
    )]
    fn a_token_that_is_too_large_is_refused() {
        forward(3.0);
    }

    #[test]
    #[should_panic(expected = "the input -1 is not")]
    fn a_negative_token_is_refused() {
        forward(-1.0);
    }

    #[test]
    #[should_panic(expected = "the input NaN is not")]
    fn a_nan_is_refused() {
        forward(f64::NAN);
    }
}
