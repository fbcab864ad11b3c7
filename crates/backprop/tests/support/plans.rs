//! Networks with layers that remember something, large enough to be cut into several parts.

use spec::model::{
    BatchNormSpec, Conv2dSpec, DropoutSpec, GruSpec, Initializer, LayerNormSpec, LayerSpec,
    Local2dSpec, LstmPeepholeSpec, LstmSpec, ModelSpec, MultiHeadAttentionSpec, PlannedLayer,
    PoolSpec, PositionEncoding, PositionSpec, RbfSpec, RepeatSpec, ResidualSpec, RnnSpec, Width,
};

use super::{linear, plan};

fn batch_norm() -> LayerSpec {
    LayerSpec::BatchNorm(BatchNormSpec::default())
}

fn dropout() -> LayerSpec {
    LayerSpec::Dropout(DropoutSpec { rate: 0.4 })
}

/// 200-300-100-10 with batch normalisation and ReLU.
pub fn with_batch_norm() -> Vec<PlannedLayer> {
    let layers = [
        linear(300, false),
        batch_norm(),
        LayerSpec::Relu,
        linear(100, true),
        linear(10, true),
    ];
    plan(200, &layers)
}

/// 200-300-100-10 with dropout of the input and of the hidden units.
pub fn with_dropout() -> Vec<PlannedLayer> {
    let layers = [
        dropout(),
        linear(300, true),
        LayerSpec::Relu,
        dropout(),
        linear(100, true),
        LayerSpec::Relu,
        linear(10, true),
    ];
    plan(200, &layers)
}

/// 200-150-10 with a residual block that has batch normalisation, dropout and a shortcut of its
/// own, and one around which nothing changes.
pub fn with_residual() -> Vec<PlannedLayer> {
    let block = |layers, shortcut| {
        LayerSpec::Residual(ResidualSpec {
            layers,
            shortcut,
            name: None,
        })
    };
    let layers = vec![
        linear(300, false),
        batch_norm(),
        LayerSpec::Relu,
        dropout(),
        linear(150, true),
    ];
    let shortcut = vec![linear(150, false), batch_norm()];
    let inner = vec![linear(150, false), batch_norm(), LayerSpec::Relu];
    let layers = [
        block(layers, shortcut),
        LayerSpec::Relu,
        block(inner, vec![]),
        linear(10, true),
    ];
    plan(200, &layers)
}

/// A local layer behind a convolution with a bias for each unit and a border of -1.
pub fn with_local_layer() -> Vec<PlannedLayer> {
    let untied = Conv2dSpec {
        padding: 1.into(),
        padding_value: -1.0,
        untied_biases: true,
        ..Conv2dSpec::new(6, 3)
    };
    let layers = vec![
        LayerSpec::Conv2d(untied),
        LayerSpec::Tanh,
        LayerSpec::Local2d(Local2dSpec::new(4, 3)),
        LayerSpec::Relu,
        LayerSpec::Flatten,
        linear(10, true),
    ];
    ModelSpec::new(layers).plan(&[1, 20, 20]).unwrap()
}

/// Every recurrent layer on sequences of 10 steps of 6 numbers; with one that couples samples
/// behind them, so that each layer is sharded by itself, or without.
pub fn with_recurrent_layers(coupled: bool) -> Vec<PlannedLayer> {
    let both_ways = GruSpec {
        layers: 2,
        bidirectional: true,
        ..GruSpec::new(10)
    };
    let mut layers = vec![
        linear(12, true),
        LayerSpec::Rnn(RnnSpec::new(16)),
        LayerSpec::LayerNorm(LayerNormSpec::default()),
        LayerSpec::Lstm(LstmSpec::new(12)),
        LayerSpec::LstmPeephole(LstmPeepholeSpec::new(8)),
        LayerSpec::Gru(both_ways),
        LayerSpec::Last,
    ];
    if coupled {
        layers.push(batch_norm());
    }
    layers.push(linear(10, true));
    ModelSpec::new(layers).plan(&[10, 6]).unwrap()
}

/// Two blocks of a transformer on sequences of 30 steps of 8 numbers; with one that couples samples
/// behind them, so that each layer is sharded by itself, or without.
pub fn with_attention(coupled: bool) -> Vec<PlannedLayer> {
    let residual = |layers| {
        LayerSpec::Residual(ResidualSpec {
            layers,
            shortcut: vec![],
            name: None,
        })
    };
    let norm = || LayerSpec::LayerNorm(LayerNormSpec::default());
    let attention = LayerSpec::MultiHeadAttention(MultiHeadAttentionSpec {
        causal: true,
        ..MultiHeadAttentionSpec::new(3)
    });
    let blocks = LayerSpec::Repeat(RepeatSpec {
        times: 2,
        layers: vec![
            residual(vec![norm(), attention]),
            residual(vec![
                norm(),
                linear(30, true),
                LayerSpec::Gelu,
                linear(12, true),
            ]),
        ],
        name: None,
    });
    let learned = PositionSpec {
        encoding: PositionEncoding::Learned,
        ..PositionSpec::default()
    };
    let position = LayerSpec::Position(learned);
    let all = LayerSpec::MultiHeadAttention(MultiHeadAttentionSpec::new(2));
    let mut layers = vec![linear(12, false), position, blocks, all, LayerSpec::Last];
    if coupled {
        layers.push(batch_norm());
    }
    layers.push(linear(10, true));
    ModelSpec::new(layers).plan(&[30, 8]).unwrap()
}

/// A network whose convolutions are fused with ReLU and max-pooling: with layers that are
/// sharded by themselves, and in shards of the whole network.
pub fn with_fused_convolutions(coupled: bool) -> Vec<PlannedLayer> {
    let mut layers = Vec::new();
    for maps in [6, 16] {
        layers.push(LayerSpec::Conv2d(Conv2dSpec::new(maps, 3)));
        layers.extend([LayerSpec::Relu, LayerSpec::MaxPool(PoolSpec::new(2))]);
    }
    if coupled {
        layers.push(batch_norm());
    }
    layers.extend([LayerSpec::Flatten, linear(10, true)]);
    ModelSpec::new(layers).plan(&[1, 20, 20]).unwrap()
}

/// 200-150-10 with Gaussian units.
pub fn with_gaussian_units() -> Vec<PlannedLayer> {
    let rbf = RbfSpec {
        centers: Initializer::Normal {
            mean: 0.0,
            std: 0.5,
        },
        // The distances are near 100, and so are the derivatives by β.
        learning_rate: 1e-4,
        ..RbfSpec::new(150, Width::Constant(8.0))
    };
    plan(200, &[LayerSpec::Rbf(rbf), linear(10, true)])
}
