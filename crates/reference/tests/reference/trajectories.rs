//! Whole trajectories against the formulas of the update rules, in plain f64.

use contract::{Batch, Implementation, NamedTensors};
use ndarray::{ArrayD, Zip};
use reference::{Backend, Model};
use spec::model::{LayerSpec, PlannedLayer};
use spec::optimizers::{
    AdaGradSpec, AdamSpec, AdamWSpec, MomentumSpec, NesterovSpec, QuickpropSpec, RmsPropSpec,
    RpropSpec, SgdSpec,
};
use spec::training::{LossSpec, OptimizerSpec};

use crate::support::{assert_same, linear, model, plan, random, random_parameters, sgd, step};

const RULES: [OptimizerSpec; 9] = [
    OptimizerSpec::Rprop(RpropSpec {
        learning_rate: 0.05,
        decrease: 0.5,
        increase: 1.2,
        smallest: 1e-3,
        largest: 0.3,
    }),
    OptimizerSpec::Quickprop(QuickpropSpec {
        learning_rate: 0.05,
        growth: 1.75,
    }),
    OptimizerSpec::AdaGrad(AdaGradSpec {
        learning_rate: 0.1,
        epsilon: 1e-8,
    }),
    OptimizerSpec::RmsProp(RmsPropSpec {
        learning_rate: 0.01,
        decay: 0.9,
        epsilon: 1e-4,
    }),
    OptimizerSpec::AdamW(AdamWSpec {
        learning_rate: 0.02,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weight_decay: 0.1,
        decays: spec::optimizers::Decays::All,
    }),
    OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.3 }),
    OptimizerSpec::Momentum(MomentumSpec {
        learning_rate: 0.1,
        momentum: 0.9,
    }),
    OptimizerSpec::Nesterov(NesterovSpec {
        learning_rate: 0.1,
        momentum: 0.9,
    }),
    OptimizerSpec::Adam(AdamSpec {
        learning_rate: 0.02,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
    }),
];

/// What a rule remembers of a parameter: its first and second average.
type Memory = Vec<(ArrayD<f64>, ArrayD<f64>)>;

/// One update of every parameter; `t` counts from 1.
fn update(
    rule: &OptimizerSpec,
    t: i32,
    parameters: &mut NamedTensors<f64>,
    gradients: &NamedTensors<f64>,
    memory: &mut Memory,
) {
    let names: Vec<_> = parameters.names().map(String::from).collect();
    for (name, (m, v)) in names.iter().zip(memory) {
        let g = gradients.get(name).unwrap();
        let step = match *rule {
            OptimizerSpec::Sgd(SgdSpec { learning_rate }) => g * learning_rate,
            OptimizerSpec::Momentum(MomentumSpec {
                learning_rate,
                momentum,
            }) => {
                *m = &*m * momentum + g;
                &*m * learning_rate
            }
            OptimizerSpec::Nesterov(NesterovSpec {
                learning_rate,
                momentum,
            }) => {
                *m = &*m * momentum + g;
                (g + &*m * momentum) * learning_rate
            }
            OptimizerSpec::Adam(AdamSpec {
                learning_rate,
                beta1,
                beta2,
                epsilon,
            })
            | OptimizerSpec::AdamW(AdamWSpec {
                learning_rate,
                beta1,
                beta2,
                epsilon,
                ..
            }) => {
                *m = &*m * beta1 + g * (1.0 - beta1);
                *v = &*v * beta2 + g * g * (1.0 - beta2);
                let root = v.mapv(|v| (v / (1.0 - beta2.powi(t))).sqrt() + epsilon);
                let mut step = &*m / (1.0 - beta1.powi(t)) / root * learning_rate;
                if let OptimizerSpec::AdamW(AdamWSpec { weight_decay, .. }) = *rule {
                    step += &(parameters.get(name).unwrap() * (learning_rate * weight_decay));
                }
                step
            }
            OptimizerSpec::AdaGrad(AdaGradSpec {
                learning_rate,
                epsilon,
            }) => {
                *v = &*v + g * g;
                g / v.mapv(|v| v.sqrt() + epsilon) * learning_rate
            }
            OptimizerSpec::RmsProp(RmsPropSpec {
                learning_rate,
                decay,
                epsilon,
            }) => {
                *v = &*v * decay + g * g * (1.0 - decay);
                g / v.mapv(|v| v.sqrt() + epsilon) * learning_rate
            }
            OptimizerSpec::Rprop(_) => rprop(rule, t, g, m, v),
            OptimizerSpec::Quickprop(_) => quickprop(rule, g, m, v),
            OptimizerSpec::DiagonalLevenbergMarquardt(_) => unreachable!("see curvature"),
        };
        *parameters.get_mut(name).unwrap() -= &step;
    }
}

/// With Δ in `step` and the last sign in `before`.
fn rprop(
    rule: &OptimizerSpec,
    t: i32,
    g: &ArrayD<f64>,
    step: &mut ArrayD<f64>,
    before: &mut ArrayD<f64>,
) -> ArrayD<f64> {
    let OptimizerSpec::Rprop(RpropSpec {
        learning_rate,
        decrease,
        increase,
        smallest,
        largest,
    }) = *rule
    else {
        unreachable!()
    };
    Zip::from(g)
        .and(step)
        .and(before)
        .map_collect(|g, step, before| {
            let last = if t == 1 { learning_rate } else { *step };
            let product = g * *before;
            let factor = match product {
                p if p > 0.0 => increase,
                p if p < 0.0 => decrease,
                _ => 1.0,
            };
            *step = (last * factor).clamp(smallest, largest);
            *before = if product < 0.0 { 0.0 } else { g.signum() };
            *step * *before
        })
}

/// With d' in `step` and g' in `before`.
fn quickprop(
    rule: &OptimizerSpec,
    g: &ArrayD<f64>,
    step: &mut ArrayD<f64>,
    before: &mut ArrayD<f64>,
) -> ArrayD<f64> {
    let OptimizerSpec::Quickprop(QuickpropSpec {
        learning_rate,
        growth,
    }) = *rule
    else {
        unreachable!()
    };
    Zip::from(g)
        .and(step)
        .and(before)
        .map_collect(|&g, step, before| {
            let goes_on = (g > 0.0 && *before > 0.0) || (g < 0.0 && *before < 0.0);
            let a = if g == 0.0 { 0.0 } else { g / (*before - g) };
            let a = if goes_on && !(0.0..=growth).contains(&a) {
                growth
            } else {
                a
            };
            let gradient = if *step == 0.0 || goes_on {
                -learning_rate * g
            } else {
                0.0
            };
            *step = gradient + if *step == 0.0 { 0.0 } else { a * *step };
            *before = g;
            -*step
        })
}

fn network() -> Vec<PlannedLayer> {
    plan(3, &[linear(5, true), LayerSpec::Sigmoid, linear(2, true)])
}

fn start(rule: OptimizerSpec, backend: Backend) -> (Model<f64>, NamedTensors<f64>) {
    let plan = network();
    let parameters = random_parameters(&plan, 7);
    let model = model(&plan, LossSpec::SquaredError, rule, backend, &parameters);
    (model, parameters)
}

#[test]
fn a_hundred_steps_follow_the_formula_in_f64() {
    for backend in Backend::ALL {
        for rule in RULES {
            let (mut trained, mut parameters) = start(rule, backend);
            let (mut passes, _) = start(sgd(0.1), backend);
            let zeros =
                |(_, p): (&str, &ArrayD<f64>)| (ArrayD::zeros(p.shape()), ArrayD::zeros(p.shape()));
            let mut memory: Memory = parameters.iter().map(zeros).collect();
            for t in 1..=100 {
                let (x, y) = (random(4, 3, t), random(4, 2, 1000 + t));
                passes.load(&parameters).unwrap();
                let gradients = passes
                    .loss_backward(Batch::new(x.view(), y.view()))
                    .gradients;
                update(&rule, t as i32, &mut parameters, &gradients, &mut memory);
                trained.train_step(step(t as usize, &rule), Batch::new(x.view(), y.view()));
            }
            assert_same(&trained.parameters(), &parameters, 1e-12);
        }
    }
}

/// In f32 the rules are burn's own, in f64 ours.
#[test]
fn twenty_steps_of_burns_rules_agree_with_ours_to_f32_precision() {
    for backend in Backend::ALL {
        // Without Rprop and Quickprop: both turn the last digits of a gradient near 0 into a step.
        for rule in RULES.into_iter().skip(2) {
            let (mut f64s, parameters) = start(rule, backend);
            let loss = LossSpec::SquaredError;
            let mut f32s: Model<f32> = model(&network(), loss, rule, backend, &parameters);
            for t in 1..=20 {
                let (x, y) = (random(4, 3, t), random(4, 2, 1000 + t));
                f64s.train_step(step(t as usize, &rule), Batch::new(x.view(), y.view()));
                let (x, y) = (x.mapv(|x| x as f32), y.mapv(|y| y as f32));
                f32s.train_step(step(t as usize, &rule), Batch::new(x.view(), y.view()));
            }
            assert_same(&f32s.parameters().cast(), &f64s.parameters(), 2e-5);
        }
    }
}

/// Ten steps, after five of which another model goes on if the rule can be saved.
fn ten_steps(rule: OptimizerSpec, backend: Backend, cut: bool) -> Option<NamedTensors<f32>> {
    let (_, parameters) = start(rule, backend);
    let new = || {
        model::<f32>(
            &network(),
            LossSpec::SquaredError,
            rule,
            backend,
            &parameters,
        )
    };
    let mut at_work = new();
    for t in 1..=10 {
        if cut && t == 6 {
            let state = at_work.state()?;
            at_work = new();
            at_work.restore(&state).unwrap();
        }
        let (x, y) = (random(4, 3, t), random(4, 2, 1000 + t));
        let (x, y) = (x.mapv(|x| x as f32), y.mapv(|y| y as f32));
        at_work.train_step(step(t as usize, &rule), Batch::new(x.view(), y.view()));
    }
    Some(at_work.parameters())
}

#[test]
fn a_training_goes_on_from_its_state_to_the_same_bits_where_the_rule_is_burns() {
    for backend in Backend::ALL {
        let saved = RULES.into_iter().filter(|&rule| {
            let cut = ten_steps(rule, backend, true);
            let whole = ten_steps(rule, backend, false);
            cut.is_some() && {
                assert_eq!(cut, whole, "{}", rule.kind());
                true
            }
        });
        let saved: Vec<_> = saved.map(|rule| rule.kind()).collect();
        let burns = [
            "adagrad", "rmsprop", "adamw", "sgd", "momentum", "nesterov", "adam",
        ];
        assert_eq!(saved, burns);
    }
}

#[test]
fn the_state_of_another_rule_or_model_is_refused() {
    let [adam, plain] = [RULES[8], sgd(0.1)];
    let (_, parameters) = start(adam, Backend::Flex);
    let new = |rule| {
        model::<f32>(
            &network(),
            LossSpec::SquaredError,
            rule,
            Backend::Flex,
            &parameters,
        )
    };
    let state = new(plain).state().unwrap();
    let wider = plan(3, &[linear(17, true)]);
    let other = random_parameters(&wider, 1);
    let mut other = model::<f32>(&wider, LossSpec::SquaredError, plain, Backend::Flex, &other);
    assert!(other.restore(&state).is_err());
    let mut learned = new(adam);
    let (x, y) = (random(4, 3, 1), random(4, 2, 2));
    let (x, y) = (x.mapv(|x| x as f32), y.mapv(|y| y as f32));
    learned.train_step(step(1, &adam), Batch::new(x.view(), y.view()));
    let mut damaged = learned.state().unwrap();
    let half = damaged.optimizer.len() / 2;
    damaged.optimizer.truncate(half);
    assert!(new(adam).restore(&damaged).is_err());
}

#[test]
fn loading_forgets_what_the_optimiser_remembers() {
    let (x, y) = (random(4, 3, 1), random(4, 2, 2));
    for backend in Backend::ALL {
        for rule in RULES {
            let (mut model, parameters) = start(rule, backend);
            let mut run = || {
                model.load(&parameters).unwrap();
                (0..5).for_each(|_| {
                    _ = model.train_step(step(1, &rule), Batch::new(x.view(), y.view()))
                });
                model.parameters()
            };
            assert_eq!(run(), run());
        }
    }
}
