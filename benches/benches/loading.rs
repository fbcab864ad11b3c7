//! Reading the bundled MNIST, and making batches of it.

use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array2;
use spec::Streams;
use spec::dataset::{DatasetSpec, MnistSpec};

fn loading(criterion: &mut Criterion) {
    let spec = DatasetSpec::Mnist(MnistSpec::default());
    let load = || datasets::load(&spec, Path::new(""), &Streams::new(1));
    let mut group = criterion.benchmark_group("datasets");
    group.sample_size(10);
    group.bench_function("load_mnist/70000", |bencher| {
        bencher.iter(|| load().is_ok())
    });
    let mnist = load().expect("the bundled MNIST loads");
    let mut x = Array2::<f32>::zeros((64, 784));
    let rows: Vec<usize> = (0..64).map(|row| row * 937 % 60_000).collect();
    group.throughput(Throughput::Elements(64));
    group.bench_function("gather_f32/batch64", |bencher| {
        bencher.iter(|| mnist.train.gather(&rows, x.view_mut()));
    });
}

criterion_group!(benches, loading);
criterion_main!(benches);
