//! `[[model.layers]]`: what a layer can be.
//!
//! Each layer is one file here: its settings, the checks of their values, and its plan. What the
//! others must know of a layer they ask through [`Layer`]; the list of [`LayerSpec`] has a line for
//! each.

mod batch_norm;
mod check;
mod conv2d;
mod dropout;
mod elu;
mod embedding;
mod encoder_decoder;
mod flatten;
mod gelu;
mod gru;
mod identity;
mod last;
mod layer_norm;
mod leaky_relu;
mod linear;
mod local2d;
mod local_response_norm;
mod lstm;
mod lstm_peephole;
mod maxout;
mod multi_head_attention;
mod pool;
mod position;
mod prelu;
mod rbf;
mod recurrent;
mod relu;
mod repeat;
mod residual;
mod rnn;
mod scaled_tanh;
mod sigmoid;
mod softmax;
mod softplus;
mod squared_distance;
mod step;
mod subsampling;
mod tanh;
mod tied_embedding;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::plan::{PlannedLayer, Planner};
use crate::register::register;

pub use crate::check::Checker;
pub use crate::pair::Pair;
pub use batch_norm::BatchNormSpec;
pub(crate) use check::{check_initializer, check_layers};
pub use conv2d::Conv2dSpec;
pub use dropout::DropoutSpec;
pub use elu::EluSpec;
pub use embedding::EmbeddingSpec;
pub use encoder_decoder::{AdditiveSpec, AttentionSpec, EncoderDecoderSpec};
pub use gru::GruSpec;
pub use layer_norm::LayerNormSpec;
pub use leaky_relu::LeakyReluSpec;
pub use linear::LinearSpec;
pub use local_response_norm::LocalResponseNormSpec;
pub use local2d::Local2dSpec;
pub use lstm::LstmSpec;
pub use lstm_peephole::LstmPeepholeSpec;
pub use maxout::MaxoutSpec;
pub use multi_head_attention::MultiHeadAttentionSpec;
pub use pool::PoolSpec;
pub use position::{PositionEncoding, PositionSpec};
pub use prelu::PreluSpec;
pub use rbf::{RbfSpec, Width};
pub use recurrent::{GradientSpec, Recurrence, StateSpec, StepsSpec};
pub use repeat::RepeatSpec;
pub use residual::ResidualSpec;
pub use rnn::{RnnActivation, RnnSpec};
pub use squared_distance::SquaredDistanceSpec;
pub use subsampling::SubsamplingSpec;
pub use tied_embedding::TiedEmbeddingSpec;

/// What a layer says of itself.
pub trait Layer {
    /// The name it is given, if it is given one.
    fn name(&self) -> Option<&str> {
        None
    }

    /// Finds settings that are impossible whatever comes in.
    ///
    /// # Errors
    /// The first of them, with its key.
    fn check(&self, _: &Checker<'_>) -> Result<(), Problem> {
        Ok(())
    }

    /// Sets the shape of its output, its parameters and its running statistics, where they are not
    /// those of a function of single numbers: the input's shape, and none.
    ///
    /// # Errors
    /// When it cannot take what comes in.
    fn plan(&self, _: &Planner<'_>, _: &mut PlannedLayer) -> Result<(), Problem> {
        Ok(())
    }

    /// Whether it has parameters that learn.
    fn learns(&self) -> bool {
        false
    }

    /// Whether it has parameters that stay as they are, because its learning rate is 0.
    fn is_fixed(&self) -> bool {
        false
    }

    /// Whether it has a second backward pass, which `diagonal_levenberg_marquardt` needs.
    fn has_curvature(&self) -> bool {
        false
    }

    /// Whether it has a derivative to learn by.
    fn has_derivative(&self) -> bool {
        true
    }

    /// Whether its gradient is cut off on purpose, so that it is not that of what it computes.
    fn truncates_gradient(&self) -> bool {
        false
    }

    /// Whether its state goes on from step to step.
    fn is_recurrent(&self) -> bool {
        false
    }

    /// Whether its state goes on from sample to sample, so that it must see them in their order.
    fn carries_state(&self) -> bool {
        false
    }

    /// Whether each position of a sequence looks at all others, so that a sample alone is work
    /// enough for a thread.
    fn attends(&self) -> bool {
        false
    }

    /// Whether it is an activation function, whose outputs are the activations of units.
    fn activates(&self) -> bool {
        false
    }

    /// Whether it couples the samples of a batch, so that it must see all of them at once; it takes
    /// the mean of each channel away.
    fn couples_samples(&self) -> bool {
        false
    }

    /// Whether its bias adds the same number throughout a channel.
    fn shifts_channels(&self) -> bool {
        false
    }

    /// The setting that says how many outputs there are, if one does.
    fn width_setting(&self) -> Option<&'static str> {
        None
    }

    /// Whether it makes probabilities of its input, as losses that take logits do themselves.
    fn gives_probabilities(&self) -> bool {
        false
    }

    /// Probability with which it sets an input to 0 while learning, by masks of its own name
    /// (`contract::dropout`); none: it draws no masks.
    fn drop_rate(&self) -> Option<f64> {
        None
    }

    /// Rows of the tables that its inputs, integers, choose from: of each equal part of a sample;
    /// none: its inputs are numbers.
    fn tokens(&self) -> Vec<usize> {
        Vec::new()
    }

    /// How it goes through a sequence, if it is a recurrent layer.
    fn recurrence(&self) -> Option<Recurrence> {
        None
    }

    /// Whether what it gives at a step of a sequence depends on later ones.
    fn reads_ahead(&self) -> bool {
        let reads_back = self.recurrence().is_some_and(|r| r.bidirectional);
        let mut inside = self.inside().into_iter().flat_map(|(_, layers)| layers);
        reads_back || inside.any(|layer| layer.layer().reads_ahead())
    }

    /// Whether its parameters begin with the least squared error on the training data.
    fn is_solved(&self) -> bool {
        false
    }

    /// The lists of layers inside it, each with its part's name.
    fn inside(&self) -> Vec<(&'static str, &[LayerSpec])> {
        Vec::new()
    }
}

register! {
    /// One layer. A layer without settings is written as its name: `"relu"`.
    enum LayerSpec: Layer by layer;
    settings {
        /// y = x Wᵀ + b; of a sequence at each position.
        Linear(LinearSpec) => linear,
        /// Cross-correlation of images `[C, H, W]` with learned kernels.
        Conv2d(Conv2dSpec) => conv2d,
        /// A convolution without shared weights: a kernel of its own at each position (LeCun 1989).
        Local2d(Local2dSpec) => local2d,
        /// The largest number of each window of a map.
        MaxPool(PoolSpec) => max_pool,
        /// The mean of each window of a map; padding counts as zeros.
        AvgPool(PoolSpec) => avg_pool,
        /// LeNet-5's pooling of 1998: the sum of each window times a learned coefficient, plus a
        /// bias.
        Subsampling(SubsamplingSpec) => subsampling,
        /// Sets each number to 0 with probability `rate` while training (Srivastava et al. 2014).
        Dropout(DropoutSpec) => dropout,
        /// Each channel at mean 0 and variance 1 over the batch (Ioffe & Szegedy 2015).
        BatchNorm(BatchNormSpec) => batch_norm,
        /// Each sample at mean 0 and variance 1 (Ba et al. 2016).
        LayerNorm(LayerNormSpec) => layer_norm,
        /// Each number divided by a root of the squares of its neighbour channels (Krizhevsky et
        /// al. 2012).
        LocalResponseNorm(LocalResponseNormSpec) => local_response_norm,
        /// A vector of the table for each integer of the input.
        Embedding(EmbeddingSpec) => embedding,
        /// The same with layers behind it, whose outputs are held against the same table (Press &
        /// Wolf 2017).
        TiedEmbedding(TiedEmbeddingSpec) => tied_embedding,
        /// One network reads a sequence, another writes one (Cho et al. 2014, Bahdanau et al.
        /// 2015).
        EncoderDecoder(EncoderDecoderSpec) => encoder_decoder,
        /// hₜ = f(W xₜ + U hₜ₋₁ + b), the network of Elman 1990.
        Rnn(RnnSpec) => rnn,
        /// Memory cells with input, forget and output gates (Hochreiter & Schmidhuber 1997, Gers et
        /// al. 2000).
        Lstm(LstmSpec) => lstm,
        /// The same with gates that see the cells (Gers et al. 2002).
        LstmPeephole(LstmPeepholeSpec) => lstm_peephole,
        /// Gated recurrent units (Cho et al. 2014).
        Gru(GruSpec) => gru,
        /// Each position of a sequence takes the weighted mean of all (Vaswani et al. 2017).
        MultiHeadAttention(MultiHeadAttentionSpec) => multi_head_attention,
        /// y = x + p, with a vector p for each position of a sequence (Vaswani et al. 2017).
        Position(PositionSpec) => position,
        /// The largest of several linear functions for each unit (Goodfellow et al. 2013).
        Maxout(MaxoutSpec) => maxout,
        /// yⱼ = Σᵢ (xᵢ − wⱼᵢ)², the squared distance to each centre: the output units of LeNet-5.
        SquaredDistance(SquaredDistanceSpec) => squared_distance,
        /// yⱼ = exp(−βⱼ |x − cⱼ|²): Gaussian units, a network of radial basis functions (Broomhead
        /// & Lowe 1988).
        Rbf(RbfSpec) => rbf,
        /// y = F(x) + S(x): layers and a shortcut around them (He et al. 2015).
        Residual(ResidualSpec) => residual,
        /// The same layers several times, each time with parameters of their own.
        Repeat(RepeatSpec) => repeat,
        /// y = x where x > 0, else slope · x.
        LeakyRelu(LeakyReluSpec) => leaky_relu,
        /// y = x where x > 0, else a x with learned a (He et al. 2015).
        Prelu(PreluSpec) => prelu,
        /// y = x where x > 0, else α (eˣ − 1) (Clevert et al. 2016).
        Elu(EluSpec) => elu,
    }
    plain {
        /// An image `[C, H, W]` as a vector `[C·H·W]`.
        Flatten => flatten,
        /// The last true position of a sequence `[T, D]`, as a vector `[D]`.
        Last => last,
        /// y = 1 / (1 + e⁻ˣ).
        Sigmoid => sigmoid,
        /// y = tanh x.
        Tanh => tanh,
        /// y = 1.7159 tanh(2x/3), LeCun's.
        ScaledTanh => scaled_tanh,
        /// y = max(0, x).
        Relu => relu,
        /// y = ln(1 + eˣ).
        Softplus => softplus,
        /// y = x Φ(x), Φ the distribution function of the standard normal distribution (Hendrycks &
        /// Gimpel 2016).
        Gelu => gelu,
        /// y = 1 where x ≥ 0, else 0. It has no useful derivative: forward only.
        Step => step,
        /// y = x.
        Identity => identity,
        /// yₖ = eˣᵏ / Σⱼ eˣʲ over the features of a sample.
        Softmax => softmax,
    }
}

impl LayerSpec {
    /// Its name in parameter paths: its own, or its index in the list.
    pub fn name_at(&self, index: usize) -> String {
        self.layer()
            .name()
            .map_or_else(|| index.to_string(), Into::into)
    }

    /// Whether this layer, or one inside it, is so.
    pub fn any(&self, is: &dyn Fn(&dyn Layer) -> bool) -> bool {
        let inside = self.layer().inside();
        let mut inside = inside.iter().flat_map(|(_, layers)| layers.iter());
        inside.any(|layer| layer.any(is)) || is(self.layer())
    }
}

fn yes() -> bool {
    true
}

fn one() -> f64 {
    1.0
}
