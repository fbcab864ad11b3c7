//! The layers that a transformer is made of, and a block of them.

use spec::model::{
    LayerNormSpec, LayerSpec, MultiHeadAttentionSpec, PositionEncoding, PositionSpec, RepeatSpec,
    ResidualSpec, TiedEmbeddingSpec,
};

use super::{Example, linear, sequence};

/// Attention, positions, repeated layers, tied embeddings.
pub fn examples() -> Vec<Example> {
    let learned = PositionSpec {
        encoding: PositionEncoding::Learned,
        positions: Some(6),
        ..PositionSpec::default()
    };
    let unbiased = MultiHeadAttentionSpec {
        causal: true,
        bias: false,
        ..MultiHeadAttentionSpec::new(3)
    };
    let twice = LayerSpec::Repeat(RepeatSpec {
        times: 2,
        layers: vec![linear(6), LayerSpec::Tanh],
        name: None,
    });
    let norm = LayerNormSpec {
        bias: false,
        ..LayerNormSpec::default()
    };
    vec![
        sequence("`multi_head_attention`, 3 heads", attention(3, false)),
        sequence(
            "`multi_head_attention`, one head, causal",
            attention(1, true),
        ),
        sequence(
            "`multi_head_attention`, 3 heads, causal, no bias",
            LayerSpec::MultiHeadAttention(unbiased),
        ),
        sequence(
            "`position`, sines and cosines",
            LayerSpec::Position(PositionSpec::default()),
        ),
        sequence("`position`, learned", LayerSpec::Position(learned)),
        sequence("`layer_norm`, no bias", LayerSpec::LayerNorm(norm)),
        sequence("`repeat`", twice),
        tied(),
        language_model(),
    ]
}

fn attention(heads: usize, causal: bool) -> LayerSpec {
    LayerSpec::MultiHeadAttention(MultiHeadAttentionSpec {
        causal,
        ..MultiHeadAttentionSpec::new(heads)
    })
}

fn around(tokens: usize, layers: Vec<LayerSpec>) -> LayerSpec {
    LayerSpec::TiedEmbedding(TiedEmbeddingSpec {
        tokens,
        dimension: 6,
        layers,
        name: None,
        weights: None,
    })
}

/// Words of 5 integers.
fn tied() -> Example {
    let layers = vec![around(7, vec![linear(6)])];
    Example {
        tokens: Some(7),
        ..Example::new("`tied_embedding`", &[5], layers)
    }
}

/// A decoder of two blocks, each of which normalises before attention and before the layers behind.
fn language_model() -> Example {
    let norm = || LayerSpec::LayerNorm(LayerNormSpec::default());
    let residual = |layers| {
        LayerSpec::Residual(ResidualSpec {
            layers,
            shortcut: Vec::new(),
            name: None,
        })
    };
    let blocks = LayerSpec::Repeat(RepeatSpec {
        times: 2,
        layers: vec![
            residual(vec![norm(), attention(2, true)]),
            residual(vec![norm(), linear(24), LayerSpec::Gelu, linear(6)]),
        ],
        name: None,
    });
    let position = LayerSpec::Position(PositionSpec::default());
    let layers = vec![around(7, vec![position, blocks, norm()])];
    Example {
        tokens: Some(7),
        ..Example::new(
            "`tied_embedding` of a transformer of two blocks",
            &[5],
            layers,
        )
    }
}
