//! Every learning rule, penalty and bound on one network.

use spec::losses::MaximumAPosterioriSpec;
use spec::model::{
    Conv2dSpec, Initializer, LayerSpec, LinearSpec, SquaredDistanceSpec, SubsamplingSpec,
};
use spec::optimizers::{
    AdaGradSpec, AdamSpec, AdamWSpec, Decays, DiagonalLevenbergMarquardtSpec, MomentumSpec,
    NesterovSpec, QuickpropSpec, RmsPropSpec, RpropSpec, SgdSpec,
};
use spec::training::{BatchSize, ClipSpec, LossSpec, OptimizerSpec, RegularizationSpec};

use super::{Example, linear, perceptron};

/// Every learning rule.
pub fn optimizers() -> Vec<Example> {
    use OptimizerSpec::*;
    let (learning_rate, epsilon) = (0.05, 1e-8);
    let (beta1, beta2) = (0.9, 0.999);
    let momentum = 0.9;
    let rules = [
        Sgd(SgdSpec { learning_rate }),
        Momentum(MomentumSpec {
            learning_rate,
            momentum,
        }),
        Nesterov(NesterovSpec {
            learning_rate,
            momentum,
        }),
        AdaGrad(AdaGradSpec {
            learning_rate,
            epsilon,
        }),
        RmsProp(RmsPropSpec {
            learning_rate: 0.01,
            decay: 0.9,
            epsilon,
        }),
        Adam(AdamSpec {
            learning_rate: 0.01,
            beta1,
            beta2,
            epsilon,
        }),
        AdamW(AdamWSpec {
            learning_rate: 0.01,
            beta1,
            beta2,
            epsilon,
            weight_decay: 0.1,
            decays: Default::default(),
        }),
        Rprop(RpropSpec {
            learning_rate: 0.01,
            decrease: 0.5,
            increase: 1.2,
            smallest: 1e-6,
            largest: 50.0,
        }),
        curvature(),
    ];
    let mut examples: Vec<Example> = rules.into_iter().map(rule).collect();
    examples.extend([decaying_matrices(), rules_of_parts(), quickprop(), lenet()]);
    examples
}

/// AdamW whose biases do not decay.
fn decaying_matrices() -> Example {
    let matrices = rule(OptimizerSpec::AdamW(AdamWSpec {
        learning_rate: 0.01,
        beta1: 0.9,
        beta2: 0.99,
        epsilon: 1e-8,
        weight_decay: 0.1,
        decays: Decays::Matrices,
    }));
    Example {
        name: "`adamw`, matrices alone".into(),
        ..matrices
    }
}

/// Adam, but for the last layer, and for the biases of the first.
fn rules_of_parts() -> Example {
    let mut example = rule(OptimizerSpec::Adam(AdamSpec {
        learning_rate: 0.01,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
    }));
    let last = example.layers.len() - 1;
    let momentum = OptimizerSpec::Momentum(MomentumSpec {
        learning_rate: 0.05,
        momentum: 0.9,
    });
    let descent = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1 });
    example.training.part_optimizers =
        [(last.to_string(), momentum), ("0.bias".into(), descent)].into();
    Example {
        name: "`adam`, other rules for two parts".into(),
        ..example
    }
}

/// One weight an output: a layer more, and 100 steps make a rounding error 10¹² times as large.
/// The rule divides by differences of slopes, and they move with every other parameter.
fn quickprop() -> Example {
    let rule = OptimizerSpec::Quickprop(QuickpropSpec {
        learning_rate: 0.001,
        growth: 1.2,
    });
    let weights = LayerSpec::Linear(LinearSpec {
        bias: false,
        ..LinearSpec::new(4)
    });
    let name = format!("`{}`, one weight an output", rule.kind());
    let mut example = Example::new(name, &[1], vec![weights, LayerSpec::Tanh]);
    example.training.optimizer = rule;
    example.training.batch_size = BatchSize::All;
    example
}

fn curvature() -> OptimizerSpec {
    OptimizerSpec::DiagonalLevenbergMarquardt(DiagonalLevenbergMarquardtSpec {
        learning_rate: 0.01,
        mu: 0.1,
        samples: 32,
    })
}

fn rule(rule: OptimizerSpec) -> Example {
    let mut example = Example::new(format!("`{}`", rule.kind()), &[5], perceptron());
    example.training.optimizer = rule;
    if matches!(rule, OptimizerSpec::Rprop(_)) {
        example.training.batch_size = BatchSize::All;
    }
    example
}

/// The parts of LeNet-5 as in 1998, with its rule and its criterion.
fn lenet() -> Example {
    let table = Conv2dSpec {
        connections: Some(vec![vec![0, 1], vec![1, 2], vec![0, 2], vec![0, 1, 2]]),
        ..Conv2dSpec::new(4, 3)
    };
    let subsampling = SubsamplingSpec {
        size: 2.into(),
        name: None,
        weights: None,
        biases: None,
        learning_rate: 1.0,
    };
    let squared_distance = SquaredDistanceSpec {
        units: 4,
        centers: Initializer::Signs,
        learning_rate: 0.0,
        name: None,
    };
    let layers = vec![
        LayerSpec::Conv2d(Conv2dSpec::new(3, 3)),
        LayerSpec::ScaledTanh,
        LayerSpec::Subsampling(subsampling),
        LayerSpec::ScaledTanh,
        LayerSpec::Conv2d(table),
        LayerSpec::ScaledTanh,
        LayerSpec::Flatten,
        linear(6),
        LayerSpec::ScaledTanh,
        LayerSpec::SquaredDistance(squared_distance),
    ];
    let rule = curvature();
    let name = format!("`{}`, LeNet-5's parts of 1998", rule.kind());
    let mut example = Example::new(name, &[1, 10, 10], layers);
    example.training.optimizer = rule;
    example.training.loss = LossSpec::MaximumAPosteriori(MaximumAPosterioriSpec { rubbish: 1.0 });
    example
}

/// Penalties, bounds of gradients and weights, and factors of the learning rate.
pub fn bounds() -> Vec<Example> {
    let none = RegularizationSpec::default();
    let l1 = RegularizationSpec { l1: 0.02, ..none };
    let l2 = RegularizationSpec { l2: 0.1, ..none };
    let biases = RegularizationSpec { biases: true, ..l2 };
    let lambda = RegularizationSpec {
        lambda: Some(0.9),
        ..none
    };
    let max_norm = RegularizationSpec {
        max_norm: Some(0.6),
        ..none
    };
    vec![
        regularized("`l1`", l1),
        regularized("`l2`", l2),
        regularized("`l2`, biases too", biases),
        regularized("`lambda`", lambda),
        regularized("`max_norm`", max_norm),
        clipped("`clip`, value", ClipSpec::Value(0.02)),
        clipped("`clip`, norm", ClipSpec::Norm(0.1)),
        factors(),
    ]
}

fn regularized(name: &str, regularization: RegularizationSpec) -> Example {
    let mut example = Example::new(name, &[5], perceptron());
    example.training.regularization = regularization;
    example
}

fn clipped(name: &str, clip: ClipSpec) -> Example {
    let mut example = Example::new(name, &[5], perceptron());
    example.training.clip = Some(clip);
    example
}

/// A layer that stays as it is, one that learns at half the rate, one at the whole.
fn factors() -> Example {
    let slowed = |learning_rate| {
        LayerSpec::Linear(LinearSpec {
            learning_rate,
            ..LinearSpec::new(6)
        })
    };
    let tanh = LayerSpec::Tanh;
    let layers = vec![slowed(0.0), tanh.clone(), slowed(0.5), tanh, linear(4)];
    Example::new("`learning_rate` of a layer, 0 and 0.5", &[5], layers)
}
