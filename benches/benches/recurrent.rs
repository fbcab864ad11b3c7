//! A training step of a recurrent layer, hand-written and by burn: the same steps as those of
//! `benches/peers/recurrent.py`, a row of JSON each.
//!
//! ```text
//! cargo bench -p runner -p benches --profile dev --bench recurrent -- [CASE] [backprop]
//! ```

use benches::random;
use benches::steps::{Case, measure};
use spec::model::{GruSpec, LayerSpec, LstmSpec, ModelSpec};
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};

/// A name, the layer, T, D and N.
fn cases() -> [(&'static str, LayerSpec, [usize; 3]); 3] {
    let (lstm, gru) = (LstmSpec::new, GruSpec::new);
    [
        (
            "lstm_h128_t100_n32",
            LayerSpec::Lstm(lstm(128)),
            [100, 128, 32],
        ),
        ("lstm_h64_t28_n64", LayerSpec::Lstm(lstm(64)), [28, 64, 64]),
        ("gru_h64_t28_n64", LayerSpec::Gru(gru(64)), [28, 64, 64]),
    ]
}

fn main() {
    let rule = OptimizerSpec::Sgd(SgdSpec {
        learning_rate: 0.01,
    });
    for (name, layer, [steps, inputs, samples]) in cases() {
        let plan = ModelSpec::new(vec![layer]).plan(&[steps, inputs]);
        let plan = plan.expect("a recurrent layer takes sequences");
        measure(&Case {
            name,
            x: random(samples, plan[0].inputs(), "x"),
            t: random(samples, plan[0].outputs(), "t"),
            positions: steps,
            plan,
            training: TrainingSpec::new(LossSpec::MeanOfSquares, rule),
        });
    }
}
