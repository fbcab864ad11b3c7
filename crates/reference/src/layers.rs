//! The layers, from burn's own functions wherever those are exact in f64.
//!
//! Between layers everything is a matrix `[N, D]`, as for the hand-written passes; a layer of
//! images takes its `[N, C, H, W]` out of it and puts it back. Parameters come as flat tensors, in
//! the order of the plan, so that the learning rules need to know one rank only; a weight that burn
//! multiplies as `[D_in, D_out]` lies in that order (see [`crate::parameters`]).
//!
//! Each layer is one file here; [`build`] lists them, a line each. Functions of single numbers
//! without settings share the file `pointwise`.

mod avg_pool;
mod batch_norm;
mod conv2d;
mod dropout;
mod elu;
mod embedding;
mod encoder_decoder;
mod gru;
mod last;
mod layer_norm;
mod leaky_relu;
mod linear;
mod local2d;
mod local_response_norm;
mod lstm;
mod lstm_peephole;
mod maps;
mod max_pool;
mod maxout;
mod multi_head_attention;
pub(crate) mod pointwise;
mod position;
mod prelu;
mod rbf;
mod recurrent;
mod repeat;
mod residual;
mod rnn;
mod sequence;
mod softmax;
mod squared_distance;
mod subsampling;
mod tied_embedding;

use contract::Streams;
use spec::model::{LayerSpec, PlannedLayer};

use crate::BurnReal;
use crate::layer::Layer;
use crate::network::Network;

/// Layers from input to output.
pub(crate) fn network<T: BurnReal>(plan: &[PlannedLayer], streams: Streams) -> Network {
    let build = |planned: &PlannedLayer| {
        let layer = build::<T>(planned, streams);
        (layer, planned.parameters.len())
    };
    Network::new(plan.iter().map(build).collect())
}

/// The layers inside a layer, list number `index`; none are a function that changes nothing.
fn inside<T: BurnReal>(planned: &PlannedLayer, index: usize, streams: Streams) -> Network {
    let layers = planned.chains.get(index).map_or(&[][..], Vec::as_slice);
    network::<T>(layers, streams)
}

/// The layer that a planned layer describes.
fn build<T: BurnReal>(planned: &PlannedLayer, streams: Streams) -> Box<dyn Layer> {
    match &planned.spec {
        LayerSpec::Linear(_) => linear::layer(planned),
        LayerSpec::Conv2d(conv) => conv2d::layer(planned, conv),
        LayerSpec::Local2d(local) => local2d::layer(planned, local),
        LayerSpec::MaxPool(pool) => max_pool::layer(planned, pool),
        LayerSpec::AvgPool(pool) => avg_pool::layer(planned, pool),
        LayerSpec::Subsampling(pool) => subsampling::layer(planned, pool),
        LayerSpec::Dropout(dropout) => dropout::layer::<T>(planned, dropout, streams),
        LayerSpec::BatchNorm(norm) => batch_norm::layer(planned, norm),
        LayerSpec::LayerNorm(norm) => layer_norm::layer(planned, norm),
        LayerSpec::LocalResponseNorm(norm) => local_response_norm::layer(planned, norm),
        LayerSpec::Embedding(table) => embedding::layer(planned, table),
        LayerSpec::TiedEmbedding(tied) => {
            tied_embedding::layer(planned, tied, inside::<T>(planned, 0, streams))
        }
        LayerSpec::MultiHeadAttention(attention) => multi_head_attention::layer(planned, attention),
        LayerSpec::Position(position) => position::layer::<T>(planned, position),
        LayerSpec::Maxout(maxout) => maxout::layer(planned, maxout),
        LayerSpec::SquaredDistance(distance) => squared_distance::layer(planned, distance),
        LayerSpec::Rbf(rbf) => rbf::layer(planned, rbf),
        LayerSpec::Residual(_) => residual::layer([0, 1].map(|i| inside::<T>(planned, i, streams))),
        LayerSpec::Repeat(_) => repeat::layer(inside::<T>(planned, 0, streams)),
        LayerSpec::EncoderDecoder(spec) => {
            let parts = [0, 1].map(|i| inside::<T>(planned, i, streams));
            encoder_decoder::layer::<T>(planned, spec, parts)
        }
        LayerSpec::LeakyRelu(leaky) => leaky_relu::layer(leaky),
        LayerSpec::Prelu(_) => prelu::layer(planned),
        LayerSpec::Elu(elu) => elu::layer(elu),
        LayerSpec::Softmax => softmax::layer(planned),
        LayerSpec::Rnn(rnn) => rnn::layer::<T>(planned, rnn),
        LayerSpec::Lstm(lstm) => lstm::layer::<T>(planned, lstm),
        LayerSpec::LstmPeephole(lstm) => lstm_peephole::layer::<T>(planned, lstm),
        LayerSpec::Gru(gru) => gru::layer::<T>(planned, gru),
        LayerSpec::Last => last::layer(planned),
        LayerSpec::Sigmoid => pointwise::layer(pointwise::sigmoid::<T>),
        LayerSpec::Tanh => pointwise::layer(pointwise::tanh),
        LayerSpec::ScaledTanh => pointwise::layer(pointwise::scaled_tanh),
        LayerSpec::Relu => pointwise::layer(pointwise::relu),
        LayerSpec::Softplus => pointwise::layer(pointwise::softplus),
        LayerSpec::Gelu => pointwise::layer(pointwise::gelu),
        LayerSpec::Step => pointwise::layer(pointwise::step),
        LayerSpec::Identity | LayerSpec::Flatten => pointwise::layer(pointwise::identity),
    }
}
