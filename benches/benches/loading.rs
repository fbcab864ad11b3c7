//! Reading bundled data, and making batches of them.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array2;
use spec::Config;

/// Configs whose data are read, and how many samples they have.
const DATA: [(&str, usize); 4] = [
    ("iris", 150),
    ("wine", 178),
    ("diabetes", 442),
    ("mnist", 70_000),
];

/// Batches: what the configs take, and a large one, which several threads gather.
const BATCHES: [usize; 2] = [64, 256];

fn load(criterion: &mut Criterion, config: &Config, samples: usize) {
    let mut group = criterion.benchmark_group("load");
    group.throughput(Throughput::Elements(samples as u64));
    let name = &config.experiment.name;
    group.bench_function(format!("{name}/{samples}"), |bencher| {
        bencher.iter(|| benches::dataset(config));
    });
}

fn gather(criterion: &mut Criterion, config: &Config) {
    let samples = benches::dataset(config).train;
    let name = format!("gather_f32/{}", config.experiment.name);
    let mut group = criterion.benchmark_group(name);
    for batch in BATCHES {
        let mut x = Array2::<f32>::zeros((batch, samples.width()));
        // Far from each other, as in a shuffled epoch.
        let rows: Vec<usize> = (0..batch).map(|row| row * 937 % samples.len()).collect();
        group.throughput(Throughput::Elements(batch as u64));
        group.bench_function(format!("batch{batch}"), |bencher| {
            bencher.iter(|| samples.gather(&rows, x.view_mut()));
        });
    }
}

fn loading(criterion: &mut Criterion) {
    for (name, samples) in DATA {
        load(criterion, &benches::config(name), samples);
    }
    for name in ["mnist", "diabetes"] {
        gather(criterion, &benches::config(name));
    }
}

criterion_group! {
    name = benches;
    config = benches::briefly();
    targets = loading
}
criterion_main!(benches);
