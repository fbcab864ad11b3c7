//! What every implementation promises.

use contract::{Batch, Implementation, Mode, NamedTensors};
use ndarray::{Array2, s};
use reference::{Backend, Model};
use spec::model::{LayerSpec, PlannedLayer};
use spec::training::LossSpec;

use crate::support::{
    assert_all_close, assert_close, assert_same, linear, model, passes, plan, random,
    random_parameters, sgd, step,
};

/// 4 → 3 → 2 without a bias at the end.
fn network() -> Vec<PlannedLayer> {
    plan(4, &[linear(3, true), LayerSpec::Tanh, linear(2, false)])
}

#[test]
fn parameters_come_back_as_they_were_loaded() {
    let plan = network();
    let given = random_parameters(&plan, 1);
    for backend in Backend::ALL {
        let found = passes(&plan, backend, &given).parameters();
        assert_eq!(found, given);
        assert!(found.names().eq(["0.weight", "0.bias", "2.weight"]));
        assert_eq!(found.get("0.weight").unwrap().shape(), [3, 4]);
        let single = given.cast::<f32>();
        let found = model::<f32>(&plan, LossSpec::SquaredError, sgd(0.1), backend, &given);
        assert_eq!(found.parameters(), single);
    }
}

#[test]
fn a_failed_load_leaves_the_model_as_it_was() {
    let plan = network();
    let given = random_parameters(&plan, 1);
    let mut model = passes(&plan, Backend::Flex, &given);
    let mut wrong = random_parameters(&plan, 2);
    wrong.insert("2.weight", random(3, 2, 3).into_dyn());
    let error = model.load(&wrong).unwrap_err().to_string();
    assert_eq!(
        error,
        "tensor \"2.weight\" has shape [3, 2], expected [2, 3]"
    );
    let error = model.load(&NamedTensors::default()).unwrap_err();
    assert!(error.to_string().contains("\"0.weight\""));
    assert_eq!(model.parameters(), given);
}

#[test]
fn gradients_and_outputs_are_named_and_shaped_as_parameters_and_layers() {
    let plan = network();
    let given = random_parameters(&plan, 1);
    let (x, t) = (random(5, 4, 2), random(5, 2, 3));
    for backend in Backend::ALL {
        let found = passes(&plan, backend, &given).loss_backward(Batch::new(x.view(), t.view()));
        assert!(
            found
                .outputs
                .names()
                .eq(["0.output", "1.output", "2.output"])
        );
        let names = ["x", "0.weight", "0.bias", "2.weight"];
        assert!(found.gradients.names().eq(names));
        assert_eq!(found.gradients.get("x").unwrap().shape(), [5, 4]);
        for (name, parameter) in given.iter() {
            assert_eq!(
                found.gradients.get(name).unwrap().shape(),
                parameter.shape()
            );
        }
    }
}

#[test]
fn evaluation_is_the_forward_pass_and_changes_nothing() {
    let layers = [
        linear(3, true),
        LayerSpec::Relu,
        linear(2, true),
        LayerSpec::Softmax,
    ];
    let plan = plan(4, &layers);
    let given = random_parameters(&plan, 1);
    let (x, t) = (random(5, 4, 2), random(5, 2, 3));
    for backend in Backend::ALL {
        let mut model = passes(&plan, backend, &given);
        let forward = model.loss_backward(Batch::new(x.view(), t.view()));
        let evaluation = model.evaluate(Mode::Evaluation, Batch::new(x.view(), t.view()));
        let output = forward.outputs.get("3.output").unwrap();
        assert_all_close(&evaluation.output.into_dyn(), output, 1e-15);
        assert_close(evaluation.loss, forward.loss, 1e-15);
        assert_close(
            model.train_step(step(1, &sgd(0.1)), Batch::new(x.view(), t.view())),
            forward.loss,
            1e-15,
        );
        // A training step after an evaluation still learns.
        assert_ne!(model.parameters(), given);
    }
}

#[test]
fn views_in_any_layout_give_the_same() {
    let plan = network();
    let given = random_parameters(&plan, 1);
    let wide = random(5, 8, 2);
    let t = random(2, 5, 3);
    let x = wide.slice(s![.., ..;-2]);
    let (x_standard, t_standard) = (x.to_owned(), t.t().as_standard_layout().to_owned());
    for backend in Backend::ALL {
        let mut model = passes(&plan, backend, &given);
        let expected = model.loss_backward(Batch::new(x_standard.view(), t_standard.view()));
        let found = model.loss_backward(Batch::new(x, t.t()));
        assert_eq!(found.loss, expected.loss);
        assert_eq!(found.gradients, expected.gradients);
    }
}

/// Gradients that are not of the order of one: nothing passes through f32.
#[test]
fn the_two_devices_agree_to_the_precision_of_f64() {
    let activations = [LayerSpec::Sigmoid, LayerSpec::Tanh, LayerSpec::Relu];
    for activation in activations {
        for loss in [
            LossSpec::SquaredError,
            LossSpec::BinaryCrossEntropy,
            LossSpec::SoftmaxCrossEntropy,
        ] {
            let plan = plan(4, &[linear(7, true), activation.clone(), linear(3, true)]);
            let given = random_parameters(&plan, 1);
            let x = random(6, 4, 2);
            let t = Array2::from_shape_fn((6, 3), |(n, k)| f64::from(u8::from(n % 3 == k)));
            let pass = |backend| {
                let mut model: Model<f64> = model(&plan, loss, sgd(0.1), backend, &given);
                model.loss_backward(Batch::new(x.view(), t.view()))
            };
            let (ndarray, flex) = (pass(Backend::Ndarray), pass(Backend::Flex));
            assert_close(ndarray.loss, flex.loss, 1e-15);
            assert_same(&ndarray.outputs, &flex.outputs, 1e-15);
            assert_same(&ndarray.gradients, &flex.gradients, 1e-15);
        }
    }
}
