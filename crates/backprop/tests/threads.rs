//! The number of threads changes no bit.

mod support;

use backprop::Model;
use spec::model::PlannedLayer;
use spec::training::OptimizerSpec;
use spec::{Implementation, Real};
use support::{Batch, classifier, large_plan, pool, step};

const STEPS: usize = 50;

/// Losses and parameters, bit by bit, after some steps on a pool of so many threads. The batches
/// have several sizes, so that they are cut in several ways.
fn bits<T: Real>(plan: &[PlannedLayer], optimizer: OptimizerSpec, threads: usize) -> Vec<u64> {
    let mut model: Model<T> = classifier(plan, optimizer);
    let batches = [256, 64, 100, 7].map(|rows| Batch::random(rows, plan));
    let losses: Vec<f64> = pool(threads).install(|| {
        let batches = batches.iter().cycle().take(STEPS);
        batches.map(|batch| step(&mut model, batch)).collect()
    });
    let parameters = model.parameters();
    let parameters = parameters.iter().flat_map(|(_, tensor)| tensor.iter());
    let parameters = parameters.map(|value| value.f64());
    losses
        .into_iter()
        .chain(parameters)
        .map(f64::to_bits)
        .collect()
}

fn prove<T: Real>(optimizer: OptimizerSpec) {
    let plan = large_plan();
    let one = bits::<T>(&plan, optimizer, 1);
    assert!(one.iter().all(|&value| f64::from_bits(value).is_finite()));
    for threads in [2, 3] {
        let many = bits::<T>(&plan, optimizer, threads);
        assert_eq!(one.len(), many.len());
        let different = one.iter().zip(&many).filter(|(a, b)| a != b).count();
        assert_eq!(different, 0, "{threads} threads: values that differ");
    }
}

#[test]
fn threads_change_no_bit_of_an_f32_training_with_momentum() {
    prove::<f32>(OptimizerSpec::Momentum {
        learning_rate: 0.05,
        momentum: 0.9,
    });
}

#[test]
fn threads_change_no_bit_of_an_f64_training_with_adam() {
    prove::<f64>(OptimizerSpec::Adam {
        learning_rate: 0.001,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
    });
}
