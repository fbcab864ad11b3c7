//! Seconds of a training step, as `benches/peers` measures those of others: of several rounds the
//! fastest counts. On one thread the seconds are those of its processor, so that others on the
//! machine disturb them less.

use std::time::Instant;

use contract::{Batch, Step};
use ndarray::Array2;
use spec::ImplementationName;
use spec::model::PlannedLayer;
use spec::training::TrainingSpec;

use crate::{ALL, implementation, in_pool, one_and_all};

/// Rounds, and seconds of all of them together.
const ROUNDS: usize = 15;
const SECONDS: f64 = 1.0;

/// What is measured.
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// The layers.
    pub plan: Vec<PlannedLayer>,
    /// How they learn.
    pub training: TrainingSpec,
    /// Inputs `[N, D_in]`.
    pub x: Array2<f32>,
    /// Targets `[N, D_out]`.
    pub t: Array2<f32>,
    /// Targets of a sample.
    pub positions: usize,
}

/// Prints a row of JSON for each implementation and number of threads whose words, or those of the
/// case, are all that the command line asks for.
pub fn measure(case: &Case) {
    for name in ALL {
        if !asked(&format!("{}/{}", case.name, name.as_str())) {
            continue;
        }
        for threads in one_and_all() {
            in_pool(threads, || {
                let seconds = fastest(name, case, threads == 1);
                let (case, name) = (case.name, name.as_str());
                println!(
                    "{{\"case\": \"{case}\", \"threads\": {threads}, \"version\": \"{name}\", \
                     \"seconds\": {seconds:.6}}}"
                );
            });
        }
    }
}

/// Whether a name has all words of the command line.
pub fn asked(name: &str) -> bool {
    let words = std::env::args().skip(1);
    let mut words = words.filter(|word| !word.starts_with('-'));
    words.all(|word| name.contains(word.as_str()))
}

/// Seconds of a step.
fn fastest(name: ImplementationName, case: &Case, own: bool) -> f64 {
    let mut model = implementation(name, &case.plan, &case.training);
    let batch = Batch {
        positions: case.positions,
        ..Batch::new(case.x.view(), case.t.view())
    };
    in_rounds(own, || {
        let at = Step {
            number: 1,
            learning_rate: case.training.optimizer.learning_rate(),
        };
        model.train_step(at, batch);
    })
}

/// Seconds of a step, the fastest of some rounds; on one thread its `own` ones.
pub fn in_rounds(own: bool, mut step: impl FnMut()) -> f64 {
    step();
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

/// Seconds that have gone by, or those that this thread had of its processor, where the system counts
/// them.
fn now(own: bool) -> f64 {
    thread_local!(static START: Instant = Instant::now());
    let counted = own.then(of_thread).flatten();
    counted.unwrap_or_else(|| START.with(|start| start.elapsed().as_secs_f64()))
}

#[cfg(unix)]
fn of_thread() -> Option<f64> {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a timespec of our own, which the call fills.
    let done = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    (done == 0).then(|| time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
}

#[cfg(not(unix))]
fn of_thread() -> Option<f64> {
    None
}
