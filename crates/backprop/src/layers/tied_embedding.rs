//! Tied embeddings: one table before and behind some layers.
//!
//! The vectors of the tokens are looked up in the table, go through the layers, and what comes out
//! is held against the same vectors: the logit of a token is the product with its vector.
//!
//! ```math
//! v_{nt} = E_{x_{nt}}, \qquad h = F(v), \qquad y_{nt} = h_{nt} E^\top
//! ```
//!
//! The table gets gradients from both places, and the layers one through the table:
//!
//! ```math
//! dE \mathrel{+}= dy^\top h, \qquad dh = dy\, E, \qquad dv = F'^\top dh, \qquad
//!   dE_k \mathrel{+}= \sum_{n, t : x_{nt} = k} dv_{nt}, \qquad dx = 0
//! ```
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, T]` |
//! | v, h, and their gradients | `[N, T·D]` |
//! | `y`, `dy` | `[N, T·tokens]` |
//! | parameters | those of F, then `weight` E `[tokens, D]` |
//!
//! Source: Press & Wolf 2017; Vaswani et al. 2017, section 3.4 (without its factor of the root of
//! D).

use contract::{Real, RowBuffer, Streams};
use kernels::matmul::{matmul, matmul_transposed};
use ndarray::{Array3, ArrayView2, ArrayViewMut2};
use spec::model::{PlannedLayer, TiedEmbeddingSpec};

use super::branch::Branch;
use super::sequence::{positions, positions_mut};
use super::{Embedding, Layer, Mode, Pass};
use crate::engine::chain::Build;

/// `$y = F(E_x)\, E^\top$`.
pub struct TiedEmbedding<T> {
    tokens: usize,
    /// D.
    d: usize,
    embedding: Embedding,
    layers: Branch<T>,
    /// v, then its gradient, `[N, T·D]`.
    vectors: RowBuffer<T>,
    d_vectors: RowBuffer<T>,
}

impl<T: Real> TiedEmbedding<T> {
    /// The planned layer; `build` makes the layers in it.
    pub fn new(
        planned: &PlannedLayer,
        tied: &TiedEmbeddingSpec,
        streams: Streams,
        build: Build<T>,
    ) -> Self {
        let buffer = || RowBuffer::zeros(0, planned.inputs() * tied.dimension);
        Self {
            tokens: tied.tokens,
            d: tied.dimension,
            embedding: Embedding::new(planned, &tied.embedding()),
            layers: Branch::new(&planned.chains[0], streams, build),
            vectors: buffer(),
            d_vectors: buffer(),
        }
    }

    /// The table `[tokens, D]`.
    fn table<'a>(&self, w: &'a [T]) -> ArrayView2<'a, T> {
        let table = ArrayView2::from_shape((self.tokens, self.d), w);
        table.expect("the plan gives the table tokens · D numbers")
    }
}

impl<T: Real> Layer<T> for TiedEmbedding<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, mode: Mode) {
        let samples = x.nrows();
        let (of_layers, of_table) = w.split_at(self.layers.chain.parameters());
        for buffer in [&mut self.vectors, &mut self.d_vectors] {
            buffer.make_room(samples);
        }
        let vectors = self.vectors.first_mut(samples);
        self.embedding.forward(of_table, x, vectors, mode);
        let table = self.table(of_table);
        let h = self
            .layers
            .forward(of_layers, self.vectors.first(samples), mode);
        let mut y = positions_mut(y, self.tokens);
        y.fill(T::zero());
        matmul(positions(h, self.d), table.t(), y); // y = h Eᵀ
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let samples = pass.x.nrows();
        let (of_layers, of_table) = w.split_at(self.layers.chain.parameters());
        let (d_layers, d_table) = dw.split_at_mut(self.layers.chain.parameters());
        let (table, dy) = (self.table(of_table), positions(pass.dy, self.tokens));
        let (h, dh) = self.layers.output_and_gradient();
        matmul_transposed(dy, 0..self.tokens, positions(h, self.d), d_table); // dE += dyᵀ h
        let mut dh = positions_mut(dh, self.d);
        dh.fill(T::zero());
        matmul(dy, table, dh); // dh = dy E
        let vectors = self.vectors.first(samples);
        let d_vectors = self.d_vectors.first_mut(samples);
        self.layers
            .backward(of_layers, vectors, Some(d_vectors), d_layers);
        let looked_up = Pass {
            x: pass.x,
            y: vectors,
            dy: self.d_vectors.first(samples),
        };
        self.embedding.backward(of_table, looked_up, dx, d_table);
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.layers.chain.set_lengths(lengths);
    }

    fn set_continues(&mut self, continues: bool) {
        self.layers.chain.set_continues(continues);
    }

    fn attention(&self, sample: usize) -> Vec<Array3<T>> {
        self.layers.chain.attention(sample)
    }

    fn end_step(&mut self) {
        self.layers.chain.end_step();
    }

    fn save(&self, statistics: &mut Vec<T>) {
        self.layers.chain.save(statistics);
    }

    fn restore(&mut self, statistics: &mut &[T]) {
        self.layers.chain.restore(statistics);
    }
}

#[cfg(test)]
mod tests {
    use super::super::build_first;
    use super::super::testing::{prove, random};
    use super::*;
    use ndarray::{Array2, array};
    use spec::model::{LayerSpec, LinearSpec, ModelSpec};

    fn tied(tokens: usize, dimension: usize, layer: LayerSpec) -> TiedEmbedding<f64> {
        let spec = TiedEmbeddingSpec {
            tokens,
            dimension,
            layers: vec![layer],
            name: None,
            weights: None,
        };
        let model = ModelSpec::new(vec![LayerSpec::TiedEmbedding(spec.clone())]);
        let planned = &model.plan(&[3]).unwrap()[0];
        TiedEmbedding::new(planned, &spec, Streams::new(1), build_first)
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        let w = random(1, 5 * 4 + 4 * 4 + 4, "w")
            .into_raw_vec_and_offset()
            .0;
        // Tokens that come twice in a sample, in two samples, and never (3).
        let x = array![[0.0, 4.0, 0.0], [2.0, 1.0, 4.0]];
        let linear = LayerSpec::Linear(LinearSpec::new(4));
        prove(&mut tied(5, 4, linear), &w, x, 3 * 5);
    }

    /// With E = (1, 2) and nothing between, y = (E_x E_1, E_x E_2).
    #[test]
    fn values_by_hand() {
        let mut y = Array2::zeros((1, 6));
        let mut layer = tied(2, 1, LayerSpec::Identity);
        let x = array![[0.0, 1.0, 1.0]];
        layer.forward(&[1.0, 2.0], x.view(), y.view_mut(), Mode::Evaluation);
        assert_eq!(y, array![[1.0, 2.0, 2.0, 4.0, 2.0, 4.0]]);
    }
}
