//! Encoders and decoders on pairs of sequences.

use spec::model::{
    AdditiveSpec, AttentionSpec, EmbeddingSpec, EncoderDecoderSpec, GruSpec, LayerSpec,
    LstmPeepholeSpec, LstmSpec, RnnSpec,
};

use super::{Example, linear};

/// Each attention and each kind of cells.
pub fn examples() -> Vec<Example> {
    let symbols = || {
        LayerSpec::Embedding(EmbeddingSpec {
            tokens: 3,
            dimension: 2,
            name: None,
            weights: None,
        })
    };
    let pair = |name: &str, attention, cell| {
        let reader = LayerSpec::Gru(GruSpec {
            bidirectional: name.contains("both"),
            ..GruSpec::new(if name.contains("both") { 2 } else { 4 })
        });
        let layer = LayerSpec::EncoderDecoder(EncoderDecoderSpec {
            encoder: vec![symbols(), reader],
            decoder: vec![symbols()],
            cell: Box::new(cell),
            attention,
            reverse_source: name.contains("reversed"),
            name: None,
            weights: None,
        });
        Example {
            tokens: Some(3),
            ..Example::new(name, &[2, 4], vec![layer, linear(3)])
        }
    };
    let additive = AttentionSpec::Additive(AdditiveSpec { units: 3 });
    let gru = LayerSpec::Gru(GruSpec::new(4));
    let lstm = LayerSpec::Lstm(LstmSpec::new(4));
    let peephole = LayerSpec::LstmPeephole(LstmPeepholeSpec::new(4));
    let rnn = LayerSpec::Rnn(RnnSpec::new(4));
    vec![
        pair("`encoder_decoder`", AttentionSpec::None, gru.clone()),
        pair(
            "`encoder_decoder`, reversed source",
            AttentionSpec::None,
            lstm.clone(),
        ),
        pair("`encoder_decoder`, additive", additive.clone(), lstm),
        pair(
            "`encoder_decoder`, additive, both directions",
            additive,
            gru,
        ),
        pair("`encoder_decoder`, dot", AttentionSpec::Dot, rnn.clone()),
        pair(
            "`encoder_decoder`, scaled dot",
            AttentionSpec::ScaledDot,
            peephole,
        ),
        pair("`encoder_decoder`, general", AttentionSpec::General, rnn),
    ]
}
