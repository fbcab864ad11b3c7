//! The gradients of every layer with parameters or images.

use contract::Implementation;
use reference::{Backend, Model};
use spec::model::{
    BatchNormSpec, Conv2dSpec, DropoutSpec, Initializer, LayerNormSpec, LayerSpec,
    LocalResponseNormSpec, MaxoutSpec, PoolSpec, PreluSpec, RbfSpec, ResidualSpec,
    SquaredDistanceSpec, SubsamplingSpec, Width,
};
use spec::training::LossSpec;

use crate::support::{
    assert_same, check, linear, model, passes, plan_for, random, random_parameters, sgd,
};

/// Everything about a convolution that is not the default.
pub fn convolution() -> Conv2dSpec {
    Conv2dSpec {
        stride: [2, 1].into(),
        padding: [1, 2].into(),
        dilation: [1, 2].into(),
        groups: 2,
        ..Conv2dSpec::new(6, [3, 2])
    }
}

/// Output maps that see some of four input maps.
pub fn table() -> Conv2dSpec {
    Conv2dSpec {
        connections: Some(vec![vec![0, 2], vec![3], vec![0, 1, 2, 3]]),
        padding: 1.into(),
        ..Conv2dSpec::new(3, [3, 2])
    }
}

fn overlapping() -> PoolSpec {
    PoolSpec {
        size: [3, 2].into(),
        stride: Some([2, 1].into()),
        padding: 1.into(),
    }
}

pub fn subsampling() -> LayerSpec {
    LayerSpec::Subsampling(SubsamplingSpec {
        size: [2, 3].into(),
        name: None,
        weights: None,
        biases: None,
        learning_rate: 1.0,
    })
}

pub fn squared_distance(units: usize) -> LayerSpec {
    LayerSpec::SquaredDistance(SquaredDistanceSpec {
        units,
        centers: Initializer::Signs,
        learning_rate: 1.0,
        name: None,
    })
}

pub fn rbf(units: usize) -> LayerSpec {
    LayerSpec::Rbf(RbfSpec {
        centers: Initializer::Signs,
        ..RbfSpec::new(units, Width::Constant(1.5))
    })
}

fn prelu(per_channel: bool) -> LayerSpec {
    LayerSpec::Prelu(PreluSpec {
        per_channel,
        ..PreluSpec::default()
    })
}

fn residual() -> LayerSpec {
    let conv = |kernel: usize, padding: usize| {
        LayerSpec::Conv2d(Conv2dSpec {
            padding: padding.into(),
            ..Conv2dSpec::new(3, kernel)
        })
    };
    let norm = || LayerSpec::BatchNorm(BatchNormSpec::default());
    LayerSpec::Residual(ResidualSpec {
        layers: vec![conv(3, 1), norm(), LayerSpec::Tanh, conv(3, 1)],
        shortcut: vec![conv(1, 0), norm()],
        name: Some("block".into()),
    })
}

pub fn maxout() -> LayerSpec {
    LayerSpec::Maxout(MaxoutSpec {
        units: 3,
        pieces: 2,
        name: None,
        weights: None,
        biases: None,
    })
}

/// For images of 4 maps, 5 x 4 each.
fn of_images() -> Vec<LayerSpec> {
    let norm = LocalResponseNormSpec {
        size: 3,
        alpha: 0.3,
        beta: 0.75,
        k: 1.5,
    };
    vec![
        LayerSpec::Conv2d(Conv2dSpec::new(2, 3)),
        LayerSpec::Conv2d(convolution()),
        LayerSpec::Conv2d(table()),
        LayerSpec::MaxPool(overlapping()),
        LayerSpec::AvgPool(overlapping()),
        subsampling(),
        LayerSpec::BatchNorm(BatchNormSpec::default()),
        LayerSpec::LayerNorm(LayerNormSpec::default()),
        LayerSpec::LocalResponseNorm(norm),
        prelu(true),
        residual(),
    ]
}

/// For vectors of 5 numbers.
fn of_vectors() -> Vec<LayerSpec> {
    vec![
        LayerSpec::Dropout(DropoutSpec { rate: 0.4 }),
        LayerSpec::BatchNorm(BatchNormSpec::default()),
        LayerSpec::LayerNorm(LayerNormSpec::default()),
        maxout(),
        squared_distance(3),
        rbf(3),
        prelu(false),
        prelu(true),
    ]
}

#[test]
fn gradients_of_layers_of_images_are_those_of_central_differences() {
    for backend in Backend::ALL {
        for layer in of_images() {
            let plan = plan_for(&[4, 5, 4], &[layer, LayerSpec::Flatten]);
            check(&plan, &random(3, 80, 2), backend);
        }
    }
}

#[test]
fn gradients_of_layers_of_vectors_are_those_of_central_differences() {
    for backend in Backend::ALL {
        for layer in of_vectors() {
            let plan = plan_for(&[5], &[linear(5, true), layer, linear(2, true)]);
            check(&plan, &random(4, 5, 2), backend);
        }
    }
}

/// Nothing passes through f32 on one of them.
#[test]
fn the_two_devices_agree_in_every_layer() {
    for (shape, layers) in [(&[4, 5, 4][..], of_images()), (&[5][..], of_vectors())] {
        for layer in layers {
            let plan = plan_for(shape, &[layer]);
            let given = random_parameters(&plan, 1);
            let x = random(3, shape.iter().product(), 2);
            let dy = random(3, plan[0].outputs(), 3);
            let pass = |backend| passes(&plan, backend, &given).backward(x.view(), dy.view());
            let (ndarray, flex) = (pass(Backend::Ndarray), pass(Backend::Flex));
            assert_same(&ndarray.outputs, &flex.outputs, 1e-14);
            assert_same(&ndarray.gradients, &flex.gradients, 1e-13);
        }
    }
}

#[test]
fn gradients_in_f32_are_those_in_f64_to_its_precision() {
    for (shape, layers) in [(&[4, 5, 4][..], of_images()), (&[5][..], of_vectors())] {
        for layer in layers {
            let plan = plan_for(shape, &[layer]);
            let given = random_parameters(&plan, 1);
            let x = random(3, shape.iter().product(), 2).mapv(|x| x as f32);
            let dy = random(3, plan[0].outputs(), 3).mapv(|dy| dy as f32);
            let given = given.cast::<f32>().cast();
            for backend in Backend::ALL {
                let loss = LossSpec::SquaredError;
                let mut single: Model<f32> = model(&plan, loss, sgd(0.1), backend, &given);
                let found = single.backward(x.view(), dy.view()).gradients.cast();
                let (x, dy) = (x.mapv(f64::from), dy.mapv(f64::from));
                let expected = passes(&plan, backend, &given).backward(x.view(), dy.view());
                assert_same(&found, &expected.gradients, 5e-6);
            }
        }
    }
}
