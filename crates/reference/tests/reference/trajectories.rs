//! Whole trajectories against the formulas of the update rules, in plain f64.

use ndarray::ArrayD;
use reference::{Backend, Model};
use spec::model::{LayerSpec, PlannedLayer};
use spec::training::{LossSpec, OptimizerSpec};
use spec::{Implementation, NamedTensors};

use crate::support::{assert_same, linear, model, plan, random, random_parameters, sgd};

const RULES: [OptimizerSpec; 4] = [
    OptimizerSpec::Sgd { learning_rate: 0.3 },
    OptimizerSpec::Momentum {
        learning_rate: 0.1,
        momentum: 0.9,
    },
    OptimizerSpec::Nesterov {
        learning_rate: 0.1,
        momentum: 0.9,
    },
    OptimizerSpec::Adam {
        learning_rate: 0.02,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
    },
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
            OptimizerSpec::Sgd { learning_rate } => g * learning_rate,
            OptimizerSpec::Momentum {
                learning_rate,
                momentum,
            } => {
                *m = &*m * momentum + g;
                &*m * learning_rate
            }
            OptimizerSpec::Nesterov {
                learning_rate,
                momentum,
            } => {
                *m = &*m * momentum + g;
                (g + &*m * momentum) * learning_rate
            }
            OptimizerSpec::Adam {
                learning_rate,
                beta1,
                beta2,
                epsilon,
            } => {
                *m = &*m * beta1 + g * (1.0 - beta1);
                *v = &*v * beta2 + g * g * (1.0 - beta2);
                let root = v.mapv(|v| (v / (1.0 - beta2.powi(t))).sqrt() + epsilon);
                &*m / (1.0 - beta1.powi(t)) / root * learning_rate
            }
        };
        *parameters.get_mut(name).unwrap() -= &step;
    }
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
                let gradients = passes.loss_backward(x.view(), y.view()).gradients;
                update(&rule, t as i32, &mut parameters, &gradients, &mut memory);
                trained.train_step(x.view(), y.view());
            }
            assert_same(&trained.parameters(), &parameters, 1e-12);
        }
    }
}

/// In f32 the rules are burn's own, in f64 ours.
#[test]
fn twenty_steps_of_burns_rules_agree_with_ours_to_f32_precision() {
    for backend in Backend::ALL {
        for rule in RULES {
            let (mut f64s, parameters) = start(rule, backend);
            let loss = LossSpec::SquaredError;
            let mut f32s: Model<f32> = model(&network(), loss, rule, backend, &parameters);
            for t in 1..=20 {
                let (x, y) = (random(4, 3, t), random(4, 2, 1000 + t));
                f64s.train_step(x.view(), y.view());
                let (x, y) = (x.mapv(|x| x as f32), y.mapv(|y| y as f32));
                f32s.train_step(x.view(), y.view());
            }
            assert_same(&f32s.parameters().cast(), &f64s.parameters(), 2e-5);
        }
    }
}

#[test]
fn loading_forgets_what_the_optimiser_remembers() {
    let (x, y) = (random(4, 3, 1), random(4, 2, 2));
    for backend in Backend::ALL {
        for rule in RULES {
            let (mut model, parameters) = start(rule, backend);
            let mut run = || {
                model.load(&parameters).unwrap();
                (0..5).for_each(|_| _ = model.train_step(x.view(), y.view()));
                model.parameters()
            };
            assert_eq!(run(), run());
        }
    }
}
