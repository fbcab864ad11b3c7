//! A training step of a recurrent layer, hand-written and by burn: the same steps as those of
//! `benches/peers/recurrent.py`, a row of JSON each. Of several rounds the fastest counts. On one
//! thread the seconds are those of its processor, so that others on the machine disturb them less.
//!
//! The last row is of the network of 1997 with 93 weights by its own rule, seconds a sequence of 100
//! steps. Nobody else has that rule; what its peers do instead stands in `recurrent.py`.
//!
//! ```text
//! cargo bench -p runner -p benches --profile dev --bench recurrent -- [CASE] [backprop]
//! ```

use std::fs;
use std::time::Instant;

use benches::{ALL, implementation, in_pool, one_and_all, random};
use contract::{Batch, Step};
use learners::{Data, Sequences};
use spec::ImplementationName;
use spec::learners::{LearnerSpec, Lstm1997Spec};
use spec::measures::Right;
use spec::model::{GruSpec, LayerSpec, LstmSpec, ModelSpec, PlannedLayer};
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};

/// Rounds, and seconds of all of them together.
const ROUNDS: usize = 15;
const SECONDS: f64 = 1.0;

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
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let asked = |name: &str| wanted.iter().all(|word| name.contains(word.as_str()));
    for (case, layer, [steps, inputs, samples]) in cases() {
        let plan = ModelSpec::new(vec![layer]).plan(&[steps, inputs]);
        let plan = plan.expect("a recurrent layer takes sequences");
        for name in ALL {
            if !asked(&format!("{case}/{}", name.as_str())) {
                continue;
            }
            for threads in one_and_all() {
                in_pool(threads, || {
                    let seconds = fastest(name, &plan, samples, threads == 1);
                    let name = name.as_str();
                    println!(
                        "{{\"case\": \"{case}\", \"threads\": {threads}, \"version\": \"{name}\", \
                         \"seconds\": {seconds:.6}}}"
                    );
                });
            }
        }
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

/// Seconds of a step.
fn fastest(name: ImplementationName, plan: &[PlannedLayer], samples: usize, own: bool) -> f64 {
    let rule = OptimizerSpec::Sgd(SgdSpec {
        learning_rate: 0.01,
    });
    let training = TrainingSpec::new(LossSpec::MeanOfSquares, rule);
    let mut model = implementation(name, plan, &training);
    let (inputs, outputs) = (plan[0].inputs(), plan[0].outputs());
    let (x, t) = (random(samples, inputs, "x"), random(samples, outputs, "t"));
    let batch = Batch {
        positions: plan[0].output[0],
        ..Batch::new(x.view(), t.view())
    };
    in_rounds(own, || {
        let at = Step {
            number: 1,
            learning_rate: 0.01,
        };
        model.train_step(at, batch);
    })
}

/// Seconds of a step, the fastest of some rounds.
fn in_rounds(own: bool, mut step: impl FnMut()) -> f64 {
    step();
    // A step may end before the processor's own clock has moved.
    let first = Instant::now();
    step();
    let steps = (SECONDS / ROUNDS as f64 / first.elapsed().as_secs_f64()).max(1.0) as usize;
    let rounds = (0..ROUNDS).map(|_| {
        let start = now(own);
        (0..steps).for_each(|_| step());
        (now(own) - start) / steps as f64
    });
    rounds.fold(f64::INFINITY, f64::min)
}

/// Seconds that have gone by, or those that this thread had of its processor, where Linux says so.
fn now(own: bool) -> f64 {
    thread_local!(static START: Instant = Instant::now());
    let of_thread = || {
        let said = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        said.split(' ').next()?.parse::<f64>().ok()
    };
    let nanoseconds = own
        .then(of_thread)
        .flatten()
        .map(|nanoseconds| nanoseconds / 1e9);
    nanoseconds.unwrap_or_else(|| START.with(|start| start.elapsed().as_secs_f64()))
}
