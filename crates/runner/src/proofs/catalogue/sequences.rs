//! Layers on sequences, recurrent ones among them.

use spec::model::{
    DropoutSpec, GradientSpec, GruSpec, LayerNormSpec, LayerSpec, LstmPeepholeSpec, LstmSpec,
    RnnActivation, RnnSpec, StateSpec, StepsSpec,
};

use super::{Example, linear, sequence};

/// Each on sequences of true lengths.
pub fn examples() -> Vec<Example> {
    let rnn = |activation, gradient| {
        LayerSpec::Rnn(RnnSpec {
            activation,
            gradient,
            ..RnnSpec::new(4)
        })
    };
    let lstm = LayerSpec::Lstm(LstmSpec {
        forget_bias: Some(1.0),
        ..LstmSpec::new(4)
    });
    let cut = LayerSpec::Lstm(LstmSpec {
        gradient: GradientSpec::Truncated(2),
        ..LstmSpec::new(4)
    });
    let full = GradientSpec::Full;
    let gru = LayerSpec::Gru(GruSpec::new(4));
    let peephole = LayerSpec::LstmPeephole(LstmPeepholeSpec::new(4));
    let last = vec![linear(6), gru.clone(), LayerSpec::Last, linear(3)];
    let deep = LayerSpec::Lstm(LstmSpec {
        layers: 2,
        bidirectional: true,
        ..LstmSpec::new(3)
    });
    let both_ends = LayerSpec::Gru(GruSpec {
        bidirectional: true,
        steps: StepsSpec::Last,
        ..GruSpec::new(3)
    });
    let both_ends = vec![linear(6), both_ends, linear(3)];
    let stream = LayerSpec::Rnn(RnnSpec {
        layers: 2,
        state: StateSpec::Carried,
        ..RnnSpec::new(4)
    });
    let dropout = LayerSpec::Dropout(DropoutSpec { rate: 0.4 });
    vec![
        sequence("`linear`, sequences", linear(4)),
        sequence(
            "`layer_norm`, sequences",
            LayerSpec::LayerNorm(LayerNormSpec::default()),
        ),
        sequence("`softmax`, sequences", LayerSpec::Softmax),
        sequence("`dropout`, sequences", dropout),
        sequence("`rnn`", rnn(RnnActivation::Tanh, full)),
        sequence("`rnn`, sigmoid", rnn(RnnActivation::Sigmoid, full)),
        sequence("`rnn`, relu", rnn(RnnActivation::Relu, full)),
        sequence(
            "`rnn`, a gradient of one step",
            rnn(RnnActivation::Sigmoid, GradientSpec::OneStep),
        ),
        sequence("`lstm`, forget bias 1", lstm),
        sequence("`lstm`, a gradient of spans of 2 steps", cut),
        sequence("`lstm_peephole`", peephole),
        sequence("`gru`", gru),
        sequence("`lstm`, 2 layers, both directions", deep),
        Example::new(
            "`gru`, both directions, the last outputs",
            &[4, 5],
            both_ends,
        ),
        sequence("`rnn`, 2 layers, the state carried", stream),
        Example::new("`last`, after a `gru`", &[4, 5], last),
    ]
}
