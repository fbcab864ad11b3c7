//! Whole training steps of networks in `configs/`, in f32: by hand with one thread and with all,
//! burn on its devices with all. Batches are ready before; augmentation is no part of a step.

use benches::{Network, all_threads, in_pool, one_and_all, threads_name};
use contract::{Batch, Step};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spec::ImplementationName;
use spec::model::LayerSpec;

/// A config and the sizes of its batches: its own, and for MNIST a large one.
const NETWORKS: [(&str, &[usize]); 5] = [
    ("iris", &[16]),
    ("mnist", &[64, 256]),
    ("mnist-batchnorm", &[60]),
    ("lenet5", &[64]),
    ("mnist-cnn-99", &[64]),
];

/// Everything is computed, but the weights stay: learning one batch by heart would soon bring
/// gradients and moments below what f32 can normally hold, with which processors are slow.
const STEP: Step = Step {
    number: 1,
    learning_rate: 0.0,
};

/// Who is measured with which numbers of threads. burn-ndarray takes seconds for one step of a
/// convolutional network: there it is left out.
fn contestants(network: &Network) -> Vec<(ImplementationName, Vec<usize>)> {
    let convolves = |layer: &spec::model::PlannedLayer| matches!(layer.spec, LayerSpec::Conv2d(_));
    let slow = |name| name == ImplementationName::BurnNdarray;
    let convolutional = network.plan.iter().any(convolves);
    let names = benches::ALL.into_iter();
    names
        .filter(|&name| !(convolutional && slow(name)))
        .map(|name| match name {
            ImplementationName::Backprop => (name, one_and_all()),
            _ => (name, vec![all_threads()]),
        })
        .collect()
}

fn bench(criterion: &mut Criterion, config: &str, network: &Network, rows: usize) {
    let mut group = criterion.benchmark_group(format!("training_step/{config}/batch{rows}"));
    group.throughput(Throughput::Elements(rows as u64));
    let (x, t) = network.batch(rows);
    for (name, counts) in contestants(network) {
        let mut model = benches::implementation(name, &network.plan, &network.training);
        for threads in counts {
            let id = format!("{}/{}", threads_name(threads), name.as_str());
            group.bench_function(id, |bencher| {
                let step = || model.train_step(STEP, Batch::new(x.view(), t.view()));
                in_pool(threads, || bencher.iter(step));
            });
        }
    }
}

fn training_steps(criterion: &mut Criterion) {
    for (config, batches) in NETWORKS {
        let network = Network::of_config(config);
        for &rows in batches {
            bench(criterion, config, &network, rows);
        }
    }
}

criterion_group! {
    name = benches;
    config = benches::briefly();
    targets = training_steps
}
criterion_main!(benches);
