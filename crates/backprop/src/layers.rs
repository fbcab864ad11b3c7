//! Layers: one file each, `forward` above `backward`.

pub(crate) mod attention;
pub mod avg_pool;
pub mod batch_norm;
mod branch;
mod channels;
pub mod conv2d;
pub mod conv_relu_pool;
pub mod dropout;
mod elementwise;
pub mod elu;
pub mod embedding;
pub mod encoder_decoder;
pub mod gelu;
pub mod gru;
pub mod identity;
pub mod input_layer;
pub mod input_linear;
pub mod last;
pub(crate) mod layer;
pub mod layer_norm;
pub mod leaky_relu;
pub mod linear;
pub mod local2d;
pub mod local_response_norm;
pub mod lstm;
pub mod lstm_peephole;
pub mod max_pool;
pub mod maxout;
pub mod multi_head_attention;
pub mod position;
pub mod prelu;
pub mod rbf;
mod recurrent;
pub mod relu;
pub mod repeat;
pub mod residual;
pub mod rnn;
pub mod scaled_tanh;
mod sequence;
pub mod sigmoid;
pub mod softmax;
pub mod softplus;
pub mod squared_distance;
pub mod step;
pub mod subsampling;
pub mod table_conv2d;
pub mod tanh;
pub mod tied_embedding;
pub mod units;
mod windows;

use contract::{Real, Streams};
use spec::model::{LayerSpec, PlannedLayer};

use crate::engine::chain::Build;

pub use avg_pool::AvgPool;
pub use batch_norm::BatchNorm;
pub use conv_relu_pool::ConvReluPool;
pub use conv2d::Conv2d;
pub use dropout::Dropout;
pub use elu::Elu;
pub use embedding::Embedding;
pub use encoder_decoder::EncoderDecoder;
pub use gelu::Gelu;
pub use gru::Gru;
pub use identity::Identity;
pub use input_layer::InputLayer;
pub use input_linear::InputLinear;
pub use last::Last;
pub use layer::{Layer, Mode, Order, Pass};
pub use layer_norm::LayerNorm;
pub use leaky_relu::LeakyRelu;
pub use linear::Linear;
pub use local_response_norm::LocalResponseNorm;
pub use local2d::Local2d;
pub use lstm::Lstm;
pub use max_pool::MaxPool;
pub use maxout::Maxout;
pub use multi_head_attention::MultiHeadAttention;
pub use position::Position;
pub use prelu::Prelu;
pub use rbf::Rbf;
pub use relu::Relu;
pub use repeat::Repeat;
pub use residual::Residual;
pub use rnn::Rnn;
pub use scaled_tanh::ScaledTanh;
pub use sigmoid::Sigmoid;
pub use softmax::Softmax;
pub(crate) use softmax::softmax;
pub use softplus::Softplus;
pub use squared_distance::SquaredDistance;
pub use step::Step;
pub use subsampling::Subsampling;
pub use table_conv2d::TableConv2d;
pub use tanh::Tanh;
pub use tied_embedding::TiedEmbedding;

/// What a batch goes through before it is divided into shards: a large fully connected layer, or
/// nothing.
pub fn build_input<T: Real>(plan: &[PlannedLayer]) -> Box<dyn InputLayer<T>> {
    match InputLinear::of(plan) {
        Some(linear) => Box::new(linear),
        None => Box::new(Identity),
    }
}

/// What a plan begins with: one layer, or several that are faster as one, and how many these are.
pub fn build_first<T: Real>(plan: &[PlannedLayer], streams: Streams) -> (Box<dyn Layer<T>>, usize) {
    match ConvReluPool::of(plan) {
        Some((fused, planned)) => (Box::new(fused), planned),
        None => (build(&plan[0], streams, build_first), 1),
    }
}

/// The first layer of a plan by itself, so that its output can be read.
pub fn build_single<T: Real>(
    plan: &[PlannedLayer],
    streams: Streams,
) -> (Box<dyn Layer<T>>, usize) {
    (build(&plan[0], streams, build_single), 1)
}

/// The layer that a planned layer describes; `inside` makes the layers inside it.
pub fn build<T: Real>(
    planned: &PlannedLayer,
    streams: Streams,
    inside: Build<T>,
) -> Box<dyn Layer<T>> {
    match &planned.spec {
        LayerSpec::Linear(linear) => {
            let [positions, inputs] = planned.positions();
            let layer = Linear::new(inputs, linear.units, linear.bias);
            Box::new(layer.at_positions(positions))
        }
        LayerSpec::Conv2d(conv) if conv.connections.is_some() => {
            Box::new(TableConv2d::new(planned, conv))
        }
        LayerSpec::Conv2d(conv) => Box::new(Conv2d::new(planned, conv)),
        LayerSpec::Local2d(local) => Box::new(Local2d::new(planned, local)),
        LayerSpec::MaxPool(pool) => Box::new(MaxPool::new(planned, pool)),
        LayerSpec::AvgPool(pool) => Box::new(AvgPool::new(planned, pool)),
        LayerSpec::Subsampling(pool) => Box::new(Subsampling::new(planned, pool)),
        LayerSpec::Dropout(dropout) => Box::new(Dropout::new(planned, dropout, streams)),
        LayerSpec::BatchNorm(norm) => Box::new(BatchNorm::new(planned, norm)),
        LayerSpec::LayerNorm(norm) => Box::new(LayerNorm::new(planned, norm)),
        LayerSpec::LocalResponseNorm(norm) => Box::new(LocalResponseNorm::new(planned, norm)),
        LayerSpec::Embedding(table) => Box::new(Embedding::new(planned, table)),
        LayerSpec::TiedEmbedding(tied) => {
            Box::new(TiedEmbedding::new(planned, tied, streams, inside))
        }
        LayerSpec::MultiHeadAttention(attention) => {
            Box::new(MultiHeadAttention::new(planned, attention))
        }
        LayerSpec::Position(position) => Box::new(Position::new(planned, position)),
        LayerSpec::Maxout(maxout) => Box::new(Maxout::new(planned, maxout)),
        LayerSpec::SquaredDistance(_) => Box::new(SquaredDistance::new(planned)),
        LayerSpec::Rbf(_) => Box::new(Rbf::new(planned)),
        LayerSpec::Residual(_) => Box::new(Residual::new(planned, streams, inside)),
        LayerSpec::Repeat(_) => Box::new(Repeat::new(planned, streams, inside)),
        LayerSpec::Sigmoid => Box::new(Sigmoid),
        LayerSpec::Tanh => Box::new(Tanh),
        LayerSpec::ScaledTanh => Box::new(ScaledTanh),
        LayerSpec::Relu => Box::new(Relu),
        LayerSpec::LeakyRelu(leaky) => Box::new(LeakyRelu {
            slope: T::of(leaky.slope),
        }),
        LayerSpec::Prelu(_) => Box::new(Prelu::new(planned)),
        LayerSpec::Elu(elu) => Box::new(Elu {
            alpha: T::of(elu.alpha),
        }),
        LayerSpec::Softplus => Box::new(Softplus),
        LayerSpec::Gelu => Box::new(Gelu),
        LayerSpec::Step => Box::new(Step),
        LayerSpec::Identity | LayerSpec::Flatten => Box::new(Identity),
        LayerSpec::Softmax => Box::new(Softmax::new(planned)),
        LayerSpec::Rnn(rnn) => recurrent::build(planned, rnn.recurrence(), 1, |size| {
            Rnn::new(size, rnn.activation)
        }),
        LayerSpec::Lstm(lstm) => recurrent::build(planned, lstm.recurrence(), 4, Lstm::new),
        LayerSpec::LstmPeephole(lstm) => recurrent::build(planned, lstm.recurrence(), 4, Lstm::new),
        LayerSpec::Gru(gru) => recurrent::build(planned, gru.recurrence(), 3, Gru::new),
        LayerSpec::EncoderDecoder(spec) => {
            Box::new(EncoderDecoder::new(planned, spec, streams, inside))
        }
        LayerSpec::Last => Box::new(Last::new(planned)),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Central differences for a single layer, with a random upstream gradient.

    use super::{Layer, Mode, Pass};
    use contract::Streams;
    use ndarray::Array2;
    use rand::RngExt;

    /// A matrix of numbers in \[−1, 1) of the stream of that name.
    pub fn random(rows: usize, columns: usize, stream: &str) -> Array2<f64> {
        let mut rng = Streams::new(1).stream(stream);
        Array2::from_shape_simple_fn((rows, columns), || rng.random_range(-1.0..1.0))
    }

    /// A pass of training, so that masks and batch statistics are proved too.
    pub const TRAINING: Mode = Mode::Training {
        step: 1,
        first_row: 0,
    };

    fn probe(layer: &mut dyn Layer<f64>, w: &[f64], x: &Array2<f64>, dy: &Array2<f64>) -> f64 {
        let mut y = Array2::zeros(dy.raw_dim());
        layer.forward(w, x.view(), y.view_mut(), TRAINING);
        (&y * dy).sum()
    }

    /// Holds `backward` against central differences of `$\sum dy \odot y$`, for the input and every
    /// parameter.
    pub fn prove(layer: &mut dyn Layer<f64>, w: &[f64], x: Array2<f64>, d_out: usize) {
        let dy = random(x.nrows(), d_out, "dy");
        let mut y = Array2::zeros(dy.raw_dim());
        layer.forward(w, x.view(), y.view_mut(), TRAINING);
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

    /// Holds `curvature` against its definition, `$\sum_j d^2y_j (\partial y_j / \partial x_i)^2$`
    /// with the Jacobian by `backward` of one output at a time, for the input and every parameter.
    pub fn prove_curvature(layer: &mut dyn Layer<f64>, w: &[f64], x: Array2<f64>, d_out: usize) {
        let d2y = random(x.nrows(), d_out, "d2y").mapv(f64::abs);
        let mut y = Array2::zeros(d2y.raw_dim());
        layer.forward(w, x.view(), y.view_mut(), TRAINING);
        let pass = |dy: &Array2<f64>, backward: &mut dyn FnMut(Pass<f64>)| {
            backward(Pass {
                x: x.view(),
                y: y.view(),
                dy: dy.view(),
            });
        };
        let mut d2x = Array2::from_elem(x.raw_dim(), f64::NAN);
        let mut d2w = vec![1.0; w.len()];
        pass(&d2y, &mut |pass| {
            layer.curvature(w, pass, Some(d2x.view_mut()), &mut d2w);
        });
        let (mut by_x, mut by_w) = (Array2::zeros(x.raw_dim()), vec![1.0; w.len()]);
        for (place, &d2) in d2y.indexed_iter() {
            let mut dy = Array2::zeros(d2y.raw_dim());
            dy[place] = 1.0;
            let mut dx = Array2::zeros(x.raw_dim());
            let mut dw = vec![0.0; w.len()];
            pass(&dy, &mut |pass| {
                layer.backward(w, pass, Some(dx.view_mut()), &mut dw);
            });
            by_x.zip_mut_with(&dx, |sum: &mut f64, dx| *sum += d2 * dx * dx);
            for (sum, dw) in by_w.iter_mut().zip(&dw) {
                *sum += d2 * dw * dw;
            }
        }
        for (index, (by_hand, sum)) in d2x.iter().zip(&by_x).enumerate() {
            close(*by_hand, *sum, "d2x", index);
        }
        for (index, (by_hand, sum)) in d2w.iter().zip(&by_w).enumerate() {
            close(*by_hand, *sum, "d2w", index);
        }
    }

    fn close(by_hand: f64, difference: f64, what: &str, index: usize) {
        assert!(
            (by_hand - difference).abs() < 1e-8,
            "{what}[{index}]: by hand {by_hand}, by differences {difference}"
        );
    }
}
