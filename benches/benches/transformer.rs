//! A training step of a transformer, and of a single layer of attention, hand-written and by burn:
//! the same steps as those of `benches/peers/transformer.py`, a row of JSON each.
//!
//! ```text
//! cargo bench -p runner -p benches --profile dev --bench transformer -- [CASE] [backprop]
//! ```

use benches::steps::{Case, measure};
use benches::{config, one_hot, random};
use ndarray::Array2;
use spec::model::{LayerSpec, ModelSpec, MultiHeadAttentionSpec};
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};

fn main() {
    measure(&shakespeare());
    measure(&attention());
}

/// `configs/transformer-shakespeare.toml`, whose text is not needed for a step.
fn shakespeare() -> Case {
    let (samples, steps, classes) = (12, 64, 65);
    let config = config("transformer-shakespeare");
    let network = config
        .experiment
        .network()
        .expect("a config with a [model]");
    let plan = network.model.plan(&[steps]);
    let t = one_hot(samples * steps, classes);
    Case {
        name: "shakespeare_l4_d128_h4_t64_n12",
        plan: plan.expect("a text of tokens"),
        training: network.training.clone(),
        x: Array2::from_shape_fn((samples, steps), |(n, t)| {
            ((n * 31 + t * 7) % classes) as f32
        }),
        t: t.into_shape_with_order((samples, steps * classes))
            .expect("as many numbers"),
        positions: steps,
    }
}

/// Causal attention of 8 heads of 32 numbers over 256 positions.
fn attention() -> Case {
    let (samples, steps, width) = (8, 256, 256);
    let layer = LayerSpec::MultiHeadAttention(MultiHeadAttentionSpec {
        causal: true,
        ..MultiHeadAttentionSpec::new(8)
    });
    let rule = OptimizerSpec::Sgd(SgdSpec {
        learning_rate: 0.01,
    });
    Case {
        name: "attention_d256_h8_t256_n8",
        plan: ModelSpec::new(vec![layer])
            .plan(&[steps, width])
            .expect("sequences"),
        training: TrainingSpec::new(LossSpec::MeanOfSquares, rule),
        x: random(samples, steps * width, "x"),
        t: random(samples, steps * width, "t"),
        positions: steps,
    }
}
