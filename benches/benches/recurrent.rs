//! A training step of a recurrent layer, hand-written and by burn: the same steps as those of
//! `benches/peers/recurrent.py`, a row of JSON each.
//!
//! The last row is of the network of 1997 with 93 weights by its own rule, seconds a sequence of
//! 100 steps. Nobody else has that rule; what its peers do instead stands in `recurrent.py`.
//!
//! ```text
//! cargo bench -p runner -p benches --profile dev --bench recurrent -- [CASE] [backprop]
//! ```

use benches::random;
use benches::steps::{Case, asked, in_rounds, measure};
use learners::{Data, Sequences};
use spec::learners::{LearnerSpec, Lstm1997Spec};
use spec::measures::Right;
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
    if asked("lstm_1997_93_weights_t100/backprop") {
        let seconds = online();
        println!(
            "{{\"case\": \"lstm_1997_93_weights_t100\", \"threads\": 1, \"version\": \"backprop\", \
             \"seconds\": {seconds:.9}}}"
        );
    }
}

/// Seconds of a sequence of 100 steps with one target, that of two blocks of two cells: forward,
/// and an update of its 93 weights.
fn online() -> f64 {
    const SEQUENCES: usize = 100;
    const STEPS: usize = 100;
    let of = |columns, name| random(SEQUENCES, columns, name).mapv(f64::from);
    let data = Data {
        sequences: Some(Sequences {
            width: 2,
            lengths: vec![STEPS; SEQUENCES],
            positions: 1,
            marked: Vec::new(),
        }),
        ..Data::new(of(2 * STEPS, "x"), of(1, "t").mapv(|t| 0.5 + 0.5 * t))
    };
    let spec = Lstm1997Spec {
        right: Right::Within(1e-9),
        most_sequences: 1_000_000_000,
        ..Lstm1997Spec::default()
    };
    let learner = learners::build(&LearnerSpec::Lstm1997(spec), &data);
    let mut learner = learner.expect("it learns from sequences");
    let seconds = in_rounds(true, || {
        let learned = learner.pass(&data, &|| Ok(()));
        learned.expect("nobody asks to stop");
    });
    seconds / SEQUENCES as f64
}
