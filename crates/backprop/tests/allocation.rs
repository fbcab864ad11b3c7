//! Training allocates nothing after the first batch of each size.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use backprop::Model;
use contract::{Implementation, Streams, initial};
use rayon::ThreadPool;
use spec::model::PlannedLayer;
use spec::optimizers::{
    AdaGradSpec, AdamSpec, AdamWSpec, DiagonalLevenbergMarquardtSpec, MomentumSpec, NesterovSpec,
    QuickpropSpec, RmsPropSpec, RpropSpec, SgdSpec,
};
use spec::training::{ClipSpec, LossSpec, OptimizerSpec, RegularizationSpec, TrainingSpec};
use support::{Samples, classifier, large_plan, plans, pool, step};

thread_local! {
    /// Allocations of this thread. Each counts its own, so that the test harness, and tests beside
    /// this one, are not counted.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
}

/// The system's allocator, counting.
struct Counting;

// SAFETY: every call goes to the system's allocator as it came; counting touches a thread local
// that needs neither construction nor a destructor, so it never allocates itself.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of all threads of a pool so far.
fn allocations(pool: &ThreadPool) -> usize {
    pool.broadcast(|_| ALLOCATIONS.get()).into_iter().sum()
}

/// What twenty rounds over batches of these sizes allocate after a first round.
fn allocated_by(optimizer: OptimizerSpec, threads: usize, sizes: &[usize]) -> usize {
    let plan = large_plan();
    allocated_by_model(classifier(&plan, optimizer), &plan, threads, sizes)
}

/// The same with this model of these layers.
fn allocated_by_model(
    mut model: Model<f32>,
    plan: &[PlannedLayer],
    threads: usize,
    sizes: &[usize],
) -> usize {
    let batches = sizes
        .iter()
        .flat_map(|&n| [Samples::random(n, plan), Samples::images(n, plan)]);
    let batches: Vec<_> = batches.collect();
    let pool = pool(threads);
    let mut train = |rounds: usize| {
        for _ in 0..rounds {
            for batch in &batches {
                step(&mut model, batch);
            }
        }
    };
    pool.install(|| train(1));
    let before = allocations(&pool);
    pool.install(|| train(20));
    allocations(&pool) - before
}

const MOMENTUM: OptimizerSpec = OptimizerSpec::Momentum(MomentumSpec {
    learning_rate: 0.01,
    momentum: 0.9,
});

const ADAM: OptimizerSpec = OptimizerSpec::Adam(AdamSpec {
    learning_rate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
});

#[test]
fn the_counter_counts() {
    let pool = pool(1);
    let before = allocations(&pool);
    pool.install(|| drop(std::hint::black_box(vec![0u8; 100])));
    assert!(allocations(&pool) > before);
}

#[test]
fn a_batch_of_one_shard_allocates_nothing() {
    for threads in [1, 2] {
        assert_eq!(
            allocated_by(MOMENTUM, threads, &[16]),
            0,
            "{threads} threads"
        );
    }
}

#[test]
fn a_batch_of_several_shards_allocates_nothing() {
    for threads in [1, 2] {
        assert_eq!(
            allocated_by(MOMENTUM, threads, &[64]),
            0,
            "{threads} threads, 64"
        );
        assert_eq!(
            allocated_by(MOMENTUM, threads, &[256]),
            0,
            "{threads} threads, 256"
        );
    }
}

#[test]
fn a_smaller_last_batch_allocates_nothing() {
    for threads in [1, 2] {
        assert_eq!(
            allocated_by(MOMENTUM, threads, &[256, 100]),
            0,
            "{threads} threads"
        );
    }
}

#[test]
fn every_optimizer_allocates_nothing() {
    let learning_rate = 0.01;
    let nesterov = OptimizerSpec::Nesterov(NesterovSpec {
        learning_rate,
        momentum: 0.9,
    });
    let epsilon = 1e-8;
    let adagrad = OptimizerSpec::AdaGrad(AdaGradSpec {
        learning_rate,
        epsilon,
    });
    let rmsprop = OptimizerSpec::RmsProp(RmsPropSpec {
        learning_rate,
        decay: 0.9,
        epsilon,
    });
    let adamw = OptimizerSpec::AdamW(AdamWSpec {
        learning_rate,
        beta1: 0.9,
        beta2: 0.999,
        epsilon,
        weight_decay: 0.01,
        decays: Default::default(),
    });
    let rprop = OptimizerSpec::Rprop(RpropSpec {
        learning_rate,
        decrease: 0.5,
        increase: 1.2,
        smallest: 1e-6,
        largest: 50.0,
    });
    let quickprop = OptimizerSpec::Quickprop(QuickpropSpec {
        learning_rate,
        growth: 1.75,
    });
    let levenberg_marquardt =
        OptimizerSpec::DiagonalLevenbergMarquardt(DiagonalLevenbergMarquardtSpec {
            learning_rate,
            mu: 0.02,
            samples: 64,
        });
    for optimizer in [
        OptimizerSpec::Sgd(SgdSpec { learning_rate }),
        nesterov,
        adagrad,
        rmsprop,
        ADAM,
        adamw,
        rprop,
        quickprop,
        levenberg_marquardt,
    ] {
        for threads in [1, 2] {
            assert_eq!(
                allocated_by(optimizer, threads, &[64]),
                0,
                "{optimizer:?}, {threads} threads"
            );
        }
    }
}

#[test]
fn layers_that_remember_something_allocate_nothing() {
    let plans = [
        plans::with_batch_norm(),
        plans::with_dropout(),
        plans::with_residual(),
        plans::with_local_layer(),
        plans::with_gaussian_units(),
        plans::with_fused_convolutions(false),
        plans::with_fused_convolutions(true),
        plans::with_recurrent_layers(false),
        plans::with_recurrent_layers(true),
        plans::with_attention(false),
        plans::with_attention(true),
    ];
    for (index, plan) in plans.iter().enumerate() {
        for threads in [1, 2] {
            assert_eq!(
                allocated_by_model(classifier(plan, MOMENTUM), plan, threads, &[256, 7]),
                0,
                "plan {index}, {threads} threads"
            );
        }
    }
}

#[test]
fn penalties_max_norm_and_clipping_allocate_nothing() {
    for clip in [ClipSpec::Value(0.01), ClipSpec::Norm(0.1)] {
        for threads in [1, 2] {
            let plan = large_plan();
            let mut training = TrainingSpec::new(LossSpec::SoftmaxCrossEntropy, MOMENTUM);
            training.clip = Some(clip);
            training.regularization = RegularizationSpec {
                l1: 1e-3,
                l2: 1e-3,
                lambda: Some(0.9),
                max_norm: Some(1.0),
                biases: true,
            };
            let mut model = Model::new(&plan, &training, Streams::new(1));
            let parameters = initial::draw_parameters(&plan, &Streams::new(1));
            model.load(&parameters.cast()).unwrap();
            let allocated = allocated_by_model(model, &plan, threads, &[64]);
            assert_eq!(allocated, 0, "{clip:?}, {threads} threads");
        }
    }
}
