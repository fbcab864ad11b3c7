//! The number of threads changes no bit.

mod support;

use backprop::Model;
use contract::{Batch, Implementation, Mode, Real, Step};
use ndarray::s;
use spec::model::PlannedLayer;
use spec::optimizers::{AdamSpec, MomentumSpec};
use spec::training::OptimizerSpec;
use support::{Samples, UPDATE, classifier, large_plan, plans, pool};

/// Losses, parameters and running statistics, bit by bit, after some steps on a pool of so many
/// threads. The batches have several sizes, so that they are divided in several ways.
fn bits<T: Real>(plan: &[PlannedLayer], run: Run, threads: usize) -> Vec<u64> {
    let Run { optimizer, steps } = run;
    let mut model: Model<T> = classifier(plan, optimizer);
    let mut batches = [256, 64, 100, 7].map(|rows| Samples::random(rows, plan));
    // In shards of 64 and of 32 rows.
    batches[0] = Samples::images(256, plan);
    batches[1] = Samples::images(64, plan);
    let losses: Vec<f64> = pool(threads).install(|| {
        let batches = batches.iter().cycle().take(steps);
        let steps = (1..).zip(batches).map(|(number, batch)| {
            let update = Step { number, ..UPDATE };
            model.train_step(update, batch.batch())
        });
        steps.collect()
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

/// What is trained with, and for how long.
#[derive(Clone, Copy)]
struct Run {
    optimizer: OptimizerSpec,
    steps: usize,
}

fn prove<T: Real>(plan: &[PlannedLayer], run: Run) {
    let one = bits::<T>(plan, run, 1);
    assert!(one.iter().all(|&value| f64::from_bits(value).is_finite()));
    for threads in [2, 3] {
        let many = bits::<T>(plan, run, threads);
        assert_eq!(one.len(), many.len());
        let different = one.iter().zip(&many).filter(|(a, b)| a != b).count();
        assert_eq!(different, 0, "{threads} threads: values that differ");
    }
}

const MOMENTUM: OptimizerSpec = OptimizerSpec::Momentum(MomentumSpec {
    learning_rate: 0.05,
    momentum: 0.9,
});

#[test]
fn threads_change_no_bit_of_an_f32_training_with_momentum() {
    let run = Run {
        optimizer: MOMENTUM,
        steps: 50,
    };
    prove::<f32>(&large_plan(), run);
}

#[test]
fn threads_change_no_bit_of_an_f64_training_with_adam() {
    let optimizer = OptimizerSpec::Adam(AdamSpec {
        learning_rate: 0.001,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
    });
    let run = Run {
        optimizer,
        steps: 50,
    };
    prove::<f64>(&large_plan(), run);
}

/// Three times through the batches.
const SHORT: Run = Run {
    optimizer: MOMENTUM,
    steps: 12,
};

#[test]
fn threads_change_no_bit_of_a_training_with_batch_normalisation() {
    prove::<f32>(&plans::with_batch_norm(), SHORT);
    prove::<f64>(&plans::with_batch_norm(), SHORT);
}

#[test]
fn threads_change_no_bit_of_a_training_with_dropout() {
    prove::<f32>(&plans::with_dropout(), SHORT);
}

#[test]
fn threads_change_no_bit_of_a_training_with_residual_blocks() {
    prove::<f32>(&plans::with_residual(), SHORT);
}

#[test]
fn threads_change_no_bit_of_a_training_with_a_local_layer() {
    prove::<f32>(&plans::with_local_layer(), SHORT);
}

#[test]
fn threads_change_no_bit_of_a_training_with_gaussian_units() {
    prove::<f32>(&plans::with_gaussian_units(), SHORT);
}

#[test]
fn threads_change_no_bit_of_a_training_with_fused_convolutions() {
    for coupled in [false, true] {
        prove::<f32>(&plans::with_fused_convolutions(coupled), SHORT);
    }
}

#[test]
fn threads_change_no_bit_of_a_training_with_recurrent_layers() {
    for coupled in [false, true] {
        prove::<f32>(&plans::with_recurrent_layers(coupled), SHORT);
    }
}

#[test]
fn threads_change_no_bit_of_a_training_with_attention() {
    for coupled in [false, true] {
        prove::<f32>(&plans::with_attention(coupled), SHORT);
    }
}

/// Large batches are divided into shards, behind a first layer that threads share by its inputs;
/// small ones are not.
#[test]
fn outputs_do_not_depend_on_how_a_batch_is_divided() {
    let plan = large_plan();
    assert!(plan[0].parameter_count() > 1 << 16);
    let mut model: Model<f32> = classifier(&plan, MOMENTUM);
    let Samples { mut x, t } = Samples::images(100, &plan);
    // Some of the rows have no background.
    let dense = Samples::random(100, &plan).x;
    for row in (0..100).step_by(3) {
        x.row_mut(row).assign(&dense.row(row));
    }
    let mut output = |rows: std::ops::Range<usize>| {
        let (x, t) = (x.slice(s![rows.clone(), ..]), t.slice(s![rows, ..]));
        model.evaluate(Mode::Evaluation, Batch::new(x, t)).output
    };
    let whole = pool(2).install(|| output(0..100));
    for start in (0..100).step_by(10) {
        let part = output(start..start + 10);
        assert_eq!(part, whole.slice(s![start..start + 10, ..]));
    }
}
