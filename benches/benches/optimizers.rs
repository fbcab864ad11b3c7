//! One update of all parameters of `configs/mnist.toml` in f32, with one thread and with all.
//! burn's rules get a gradient that is ready, and give back another tensor where they cannot reuse
//! the old.

use backprop::optimizers::parameters::Parameters;
use backprop::optimizers::{self, Update};
use benches::{in_pool, one_and_all, random, threads_name};
use burn::module::Param;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, AdamWConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::{DType, Device, Tensor, TensorData};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use spec::optimizers::{AdamSpec, AdamWSpec, MomentumSpec, SgdSpec};
use spec::training::OptimizerSpec;

/// Weights and biases of 784-300-100-10.
const PARAMETERS: usize = 266_610;

const LEARNING_RATE: f64 = 1e-3;

/// The same rule by hand and in burn. burn's other ε for Adam costs the same time.
fn rules() -> [(OptimizerSpec, ModuleOptimizer); 4] {
    let (learning_rate, momentum, epsilon) = (LEARNING_RATE, 0.9, 1e-8);
    let (beta1, beta2, weight_decay) = (0.9, 0.999, 0.01);
    let of_burn = MomentumConfig::new().with_momentum(momentum);
    let of_burn = SgdConfig::new().with_momentum(Some(of_burn.with_dampening(0.0)));
    [
        (
            OptimizerSpec::Sgd(SgdSpec { learning_rate }),
            SgdConfig::new().init(),
        ),
        (
            OptimizerSpec::Momentum(MomentumSpec {
                learning_rate,
                momentum,
            }),
            of_burn.init(),
        ),
        (
            OptimizerSpec::Adam(AdamSpec {
                learning_rate,
                beta1,
                beta2,
                epsilon,
            }),
            AdamConfig::new().init(),
        ),
        (
            OptimizerSpec::AdamW(AdamWSpec {
                learning_rate,
                beta1,
                beta2,
                epsilon,
                weight_decay,
                decays: Default::default(),
            }),
            AdamWConfig::new()
                .with_weight_decay(weight_decay as f32)
                .init(),
        ),
    ]
}

/// Numbers for every parameter.
fn numbers(stream: &str) -> Vec<f32> {
    random(1, PARAMETERS, stream).into_raw_vec_and_offset().0
}

fn by_hand(group: &mut BenchmarkGroup<'_, WallTime>, rule: &OptimizerSpec, threads: usize) {
    let optimizer = optimizers::build::<f32>(rule);
    let mut state = optimizers::new_state(&*optimizer, PARAMETERS);
    let (mut w, mut g) = (numbers("w"), numbers("g"));
    let at = Update {
        learning_rate: LEARNING_RATE,
        number: 1,
        decays: true,
    };
    let mut update = || {
        let all = Parameters {
            start: 0,
            w: &mut w,
            g: &mut g,
            state: state.each_mut().map(|state| state.as_mut_slice()),
        };
        all.share(|some| optimizer.update(at, some));
    };
    group.bench_function(id(threads, "backprop"), |bencher| {
        in_pool(threads, || bencher.iter(&mut update));
    });
}

fn in_burn(
    group: &mut BenchmarkGroup<'_, WallTime>,
    rule: &ModuleOptimizer,
    (name, device): (&str, &Device),
    threads: usize,
) {
    let tensor = |stream| {
        let data = TensorData::new(numbers(stream), [PARAMETERS]);
        Tensor::<1>::from_data(data, (device, DType::F32))
    };
    let mut optimizer = rule.clone();
    let (mut w, g) = (
        Some(Param::from_tensor(tensor("w").autodiff())),
        tensor("g"),
    );
    let mut update = || {
        // Moved, not cloned: the rule may then update in place.
        let Some(before) = w.take() else { return };
        let mut gradients = GradientsParams::new();
        gradients.register(before.id, g.clone());
        w = Some(optimizer.step(LEARNING_RATE, before, gradients));
    };
    group.bench_function(id(threads, name), |bencher| {
        in_pool(threads, || bencher.iter(&mut update));
    });
}

fn id(threads: usize, name: &str) -> String {
    format!("{}/{name}", threads_name(threads))
}

fn updates(criterion: &mut Criterion) {
    // Deprecated in favour of flex, and a reference here all the same.
    #[allow(deprecated)]
    let devices = [
        ("burn-ndarray", Device::ndarray()),
        ("burn-flex", Device::flex()),
    ];
    for (rule, of_burn) in rules() {
        let name = format!("optimizers/{}/{PARAMETERS}", rule.kind());
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(PARAMETERS as u64));
        for threads in one_and_all() {
            by_hand(&mut group, &rule, threads);
            for (name, device) in &devices {
                in_burn(&mut group, &of_burn, (name, device), threads);
            }
        }
    }
}

criterion_group! {
    name = benches;
    config = benches::briefly();
    targets = updates
}
criterion_main!(benches);
