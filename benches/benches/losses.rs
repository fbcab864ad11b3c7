//! Softmax cross-entropy in f32 on one thread. `forward` and `backward` are the hand-written loss
//! alone; `pass` is a network that only hands its input on, forward and backward from the loss, as
//! everybody offers it.

use backprop::losses;
use benches::{implementation, in_pool, one_hot, random, threads_name};
use contract::Batch;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array2;
use spec::model::{LayerSpec, ModelSpec};
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};

/// Samples and classes: digits, and the 1000 of AlexNet.
const SIZES: [(usize, usize); 2] = [(64, 10), (64, 1000)];

const LOSS: LossSpec = LossSpec::SoftmaxCrossEntropy;

fn softmax_cross_entropy(criterion: &mut Criterion) {
    let loss = losses::build::<f32>(LOSS);
    for (rows, classes) in SIZES {
        let name = format!(
            "losses/{}/{rows}x{classes}/{}",
            LOSS.kind(),
            threads_name(1)
        );
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements((rows * classes) as u64));
        let (y, t) = (random(rows, classes, "y"), one_hot(rows, classes));
        let (y, t) = (y.view(), t.view());
        let mut dy = Array2::zeros(y.raw_dim());
        group.bench_function("forward/backprop", |bencher| {
            bencher.iter(|| loss.forward(y, t));
        });
        group.bench_function("backward/backprop", |bencher| {
            bencher.iter(|| loss.backward(y, t, 1.0 / rows as f32, dy.view_mut()));
        });
        let plan = ModelSpec::new(vec![LayerSpec::Identity]).plan(&[classes]);
        let plan = plan.expect("an identity takes any shape");
        // The rule is not asked.
        let training = TrainingSpec::new(LOSS, OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.0 }));
        for name in benches::ALL {
            let mut model = implementation(name, &plan, &training);
            group.bench_function(format!("pass/{}", name.as_str()), |bencher| {
                in_pool(1, || bencher.iter(|| model.loss_backward(Batch::new(y, t))));
            });
        }
    }
}

criterion_group! {
    name = benches;
    config = benches::briefly();
    targets = softmax_cross_entropy
}
criterion_main!(benches);
