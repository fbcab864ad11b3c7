//! One training step of 784-300-100-10 in f32 with momentum: by hand, burn on ndarray, burn on flex.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use spec::Step;

/// The first of a run; the numbers count for dropout only.
const STEP: Step = Step {
    number: 1,
    learning_rate: 0.02,
};

fn training_step(criterion: &mut Criterion) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    for batch in [64, 256] {
        let name = format!("training_step/784-300-100-10/batch{batch}/{threads}threads");
        let mut group = criterion.benchmark_group(name);
        group.sample_size(20);
        group.throughput(Throughput::Elements(batch as u64));
        let (x, t) = (
            benches::random(batch, 784, "x"),
            benches::one_hot(batch, 10),
        );
        for (name, mut model) in benches::implementations() {
            group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
                bencher.iter(|| model.train_step(STEP, x.view(), t.view()));
            });
        }
    }
}

criterion_group!(benches, training_step);
criterion_main!(benches);
