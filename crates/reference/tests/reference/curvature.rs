//! Stochastic diagonal Levenberg-Marquardt: its curvatures, read off an update, against their
//! definition, with the Jacobian of one layer after the other by `backward`.

use contract::{Batch, Implementation, NamedTensors, Streams};
use ndarray::{Array2, ArrayD};
use reference::{Backend, Model};
use spec::losses::MaximumAPosterioriSpec;
use spec::model::{
    Conv2dSpec, Initializer, LayerSpec, LeakyReluSpec, PlannedLayer, PoolSpec, SquaredDistanceSpec,
    SubsamplingSpec,
};
use spec::optimizers::DiagonalLevenbergMarquardtSpec;
use spec::training::{LossSpec, OptimizerSpec};

use crate::support::{
    assert_all_close, linear, model, parameters, passes, plan, plan_for, random, random_parameters,
    step,
};

const MU: f64 = 0.25;

const RULE: OptimizerSpec =
    OptimizerSpec::DiagonalLevenbergMarquardt(DiagonalLevenbergMarquardtSpec {
        learning_rate: 0.1,
        mu: MU,
        samples: 500,
    });

/// Σⱼ d2yⱼ (∂yⱼ/∂v)² for the input and every parameter of the first layer of a plan.
fn second_backward(
    layer: &PlannedLayer,
    given: &NamedTensors<f64>,
    x: &Array2<f64>,
    d2y: &Array2<f64>,
    backend: Backend,
) -> NamedTensors<f64> {
    let mut model = passes(std::slice::from_ref(layer), backend, given);
    let mut sums = NamedTensors::default();
    for (place, d2) in d2y.indexed_iter() {
        let mut dy = Array2::zeros(d2y.raw_dim());
        dy[place] = 1.0;
        for (name, g) in model.backward(x.view(), dy.view()).gradients.iter() {
            let mut sum: ArrayD<f64> = match sums.get(name) {
                Some(sum) => sum.clone(),
                None => ArrayD::zeros(g.shape()),
            };
            sum += &(g * g * *d2);
            sums.insert(name, sum);
        }
    }
    sums
}

/// The curvature of every parameter by the definition, from that of the last output.
fn by_definition(
    plan: &[PlannedLayer],
    given: &NamedTensors<f64>,
    x: &Array2<f64>,
    d2y: Array2<f64>,
    backend: Backend,
) -> NamedTensors<f64> {
    let dy = Array2::zeros(d2y.raw_dim());
    let outputs = passes(plan, backend, given)
        .backward(x.view(), dy.view())
        .outputs;
    let matrix = |a: &ArrayD<f64>| a.clone().into_dimensionality::<ndarray::Ix2>().unwrap();
    let (mut d2, mut found) = (d2y, NamedTensors::default());
    for (index, layer) in plan.iter().enumerate().rev() {
        let input = match index {
            0 => x.clone(),
            _ => matrix(
                outputs
                    .get(&format!("{}.output", plan[index - 1].name))
                    .unwrap(),
            ),
        };
        let sums = second_backward(layer, given, &input, &d2, backend);
        d2 = matrix(sums.get("x").unwrap());
        for parameter in &layer.parameters {
            found.insert(&parameter.name, sums.get(&parameter.name).unwrap().clone());
        }
    }
    found
}

/// h = η g / (w − w') − μ of every parameter that has a gradient.
fn read_off(model: &mut Model<f64>, x: &Array2<f64>, t: &Array2<f64>) -> NamedTensors<f64> {
    model.estimate_curvature(Batch::new(x.view(), t.view()));
    let before = model.parameters();
    let g = model
        .loss_backward(Batch::new(x.view(), t.view()))
        .gradients;
    model.train_step(step(1, &RULE), Batch::new(x.view(), t.view()));
    let mut found = NamedTensors::default();
    for (name, after) in model.parameters().iter() {
        let moved = before.get(name).unwrap() - after;
        found.insert(name, g.get(name).unwrap() * 0.1 / moved - MU);
    }
    found
}

#[track_caller]
fn check(plan: &[PlannedLayer], x: &Array2<f64>) {
    let given = random_parameters(plan, 4);
    let outputs = plan.last().unwrap().outputs();
    // Far away, so that no gradient is small.
    let t = random(x.nrows(), outputs, 3) + 20.0;
    let d2y = Array2::from_elem(t.raw_dim(), 1.0 / x.nrows() as f64);
    for backend in Backend::ALL {
        let expected = by_definition(plan, &given, x, d2y.clone(), backend);
        let mut model = model(plan, LossSpec::SquaredError, RULE, backend, &given);
        let found = read_off(&mut model, x, &t);
        for (name, expected) in expected.iter() {
            assert_all_close(found.get(name).unwrap(), expected, 1e-9);
        }
    }
}

#[test]
fn the_curvature_of_layers_of_images_is_that_of_the_definition() {
    let subsampling = SubsamplingSpec {
        size: 2.into(),
        name: None,
        weights: None,
        biases: None,
        learning_rate: 1.0,
    };
    let table = Conv2dSpec {
        connections: Some(vec![vec![0, 1], vec![1]]),
        ..Conv2dSpec::new(2, 2)
    };
    let padded = Conv2dSpec {
        stride: 2.into(),
        padding: 1.into(),
        ..Conv2dSpec::new(2, 3)
    };
    let overlapping = PoolSpec {
        stride: Some(1.into()),
        padding: 1.into(),
        ..PoolSpec::new(3)
    };
    let layers = [
        LayerSpec::Conv2d(padded),
        LayerSpec::Conv2d(table),
        LayerSpec::MaxPool(overlapping),
        LayerSpec::AvgPool(overlapping),
        LayerSpec::Subsampling(subsampling),
    ];
    for layer in layers {
        let first = LayerSpec::Conv2d(Conv2dSpec::new(2, 1));
        let plan = plan_for(&[1, 4, 4], &[first, layer, LayerSpec::Flatten]);
        check(&plan, &random(2, 16, 1));
    }
}

#[test]
fn the_curvature_of_layers_of_vectors_is_that_of_the_definition() {
    let layers = [
        linear(3, true),
        LayerSpec::Sigmoid,
        LayerSpec::Tanh,
        LayerSpec::ScaledTanh,
        LayerSpec::Relu,
        LayerSpec::LeakyRelu(LeakyReluSpec { slope: 0.2 }),
        LayerSpec::Identity,
    ];
    for layer in layers {
        check(
            &plan(4, &[linear(5, true), layer, linear(2, true)]),
            &random(3, 4, 1),
        );
    }
}

/// One sample and a bias for each output: h is ∂²L/∂y² itself, by differences of the gradient.
#[test]
fn the_curvature_of_every_loss_is_its_second_derivative() {
    let losses = [
        LossSpec::SquaredError,
        LossSpec::SumOfSquares,
        LossSpec::MeanOfSquares,
        LossSpec::BinaryCrossEntropy,
        LossSpec::SoftmaxCrossEntropy,
        LossSpec::KlDivergence,
        LossSpec::SignedSquaredError,
    ];
    let plan = plan(1, &[linear(3, true)]);
    let bias = random(1, 3, 9).row(0).to_owned();
    let at = |bias: &ArrayD<f64>| {
        parameters([
            ("0.weight", ArrayD::ones(vec![3, 1])),
            ("0.bias", bias.clone()),
        ])
    };
    let (x, t) = (Array2::ones((1, 1)), ndarray::array![[0.0, 1.0, 0.0]]);
    for backend in Backend::ALL {
        for loss in losses {
            let mut model: Model<f64> =
                model(&plan, loss, RULE, backend, &at(&bias.clone().into_dyn()));
            let found = read_off(&mut model, &x, &t);
            let mut slope = |bias: &ArrayD<f64>| {
                model.load(&at(bias)).unwrap();
                let found = model.loss_backward(Batch::new(x.view(), t.view()));
                found.gradients.get("0.bias").unwrap().clone()
            };
            let h = 1e-5;
            let mut expected = ArrayD::zeros(vec![3]);
            for k in 0..3 {
                let mut moved = |by: f64| {
                    let mut bias = bias.clone().into_dyn();
                    bias[[k]] += by;
                    slope(&bias)[[k]]
                };
                expected[[k]] = (moved(h) - moved(-h)) / (2.0 * h);
            }
            assert_all_close(found.get("0.bias").unwrap(), &expected, 1e-9);
            assert_all_close(
                &found
                    .get("0.weight")
                    .unwrap()
                    .clone()
                    .into_shape_with_order(vec![3])
                    .unwrap(),
                &expected,
                1e-9,
            );
        }
    }
}

/// The distances of LeNet-5's output have the curvature, the criterion only the weight of the right
/// class: 2 by each of their inputs, whatever the others do.
#[test]
fn the_curvature_of_distances_is_two() {
    let squared_distance = SquaredDistanceSpec {
        units: 3,
        centers: Initializer::Signs,
        learning_rate: 0.0,
        name: None,
    };
    let plan = plan(
        2,
        &[
            linear(4, true),
            LayerSpec::SquaredDistance(squared_distance),
        ],
    );
    let given = random_parameters(&plan, 5);
    let x = random(3, 2, 1);
    let t = Array2::eye(3);
    let loss = LossSpec::MaximumAPosteriori(MaximumAPosterioriSpec { rubbish: 0.5 });
    for backend in Backend::ALL {
        let mut model: Model<f64> = model(&plan, loss, RULE, backend, &given);
        let found = read_off(&mut model, &x, &t);
        let squares = x.mapv(|x| 2.0 * x * x).mean_axis(ndarray::Axis(0)).unwrap();
        let of_weight = squares.broadcast((4, 2)).unwrap().to_owned().into_dyn();
        assert_all_close(found.get("0.weight").unwrap(), &of_weight, 1e-9);
        let of_bias = ArrayD::from_elem(vec![4], 2.0);
        assert_all_close(found.get("0.bias").unwrap(), &of_bias, 1e-9);
    }
}

#[test]
fn without_an_estimate_and_after_a_load_the_curvature_is_zero() {
    let plan = plan(2, &[linear(2, true)]);
    let given = random_parameters(&plan, 1);
    let (x, t) = (random(4, 2, 1), random(4, 2, 2));
    for backend in Backend::ALL {
        let mut model: Model<f64> = model(&plan, LossSpec::SquaredError, RULE, backend, &given);
        let g = model
            .loss_backward(Batch::new(x.view(), t.view()))
            .gradients;
        for estimate in [false, true] {
            if estimate {
                model.estimate_curvature(Batch::new(x.view(), t.view()));
            }
            model.load(&given).unwrap();
            model.train_step(step(1, &RULE), Batch::new(x.view(), t.view()));
            for (name, w) in given.iter() {
                let expected = w - g.get(name).unwrap() * (0.1 / MU);
                assert_all_close(model.parameters().get(name).unwrap(), &expected, 1e-14);
            }
        }
    }
}

/// The other rules ignore the estimate.
#[test]
fn other_rules_take_no_curvature() {
    let plan = plan(2, &[LayerSpec::Softmax, linear(2, true)]);
    let given = random_parameters(&plan, 1);
    let (x, t) = (random(4, 2, 1), random(4, 2, 2));
    let training = spec::training::TrainingSpec::new(LossSpec::Hinge, crate::support::sgd(0.1));
    for backend in Backend::ALL {
        let mut model = Model::<f64>::new(&plan, &training, Streams::new(1), backend);
        model.load(&given).unwrap();
        model.estimate_curvature(Batch::new(x.view(), t.view()));
        assert_eq!(model.parameters(), given);
    }
}
