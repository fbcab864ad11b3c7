//! Statistics of a batch, running statistics, and blocks that have them inside.

use contract::{Batch, Implementation, Mode, initial};
use ndarray::{Array1, Array2, Axis, array};
use reference::Backend;
use spec::model::{BatchNormSpec, LayerNormSpec, LayerSpec, PlannedLayer, ResidualSpec};

use crate::support::{
    assert_all_close, assert_close, linear, passes, plan, random, random_parameters, sgd, step,
};

const NORM: BatchNormSpec = BatchNormSpec {
    momentum: 0.3,
    epsilon: 1e-3,
    name: None,
};

/// x̂ γ + β with the mean and variance given.
fn normalized(
    x: &Array2<f64>,
    [mean, variance]: [&Array1<f64>; 2],
    [gamma, beta]: [&Array1<f64>; 2],
) -> Array2<f64> {
    (x - mean) / variance.mapv(|v| (v + NORM.epsilon).sqrt()) * gamma + beta
}

fn network() -> Vec<PlannedLayer> {
    plan(3, &[LayerSpec::BatchNorm(NORM)])
}

#[test]
fn training_takes_the_statistics_of_the_batch_and_evaluation_the_running_ones() {
    let (plan, x) = (network(), random(6, 3, 1) * 3.0);
    let given = random_parameters(&plan, 2);
    let vector = |name: &str| given.get(name).unwrap().flatten().into_owned();
    let [gamma, beta] = ["0.weight", "0.bias"].map(vector);
    let [mean, variance] = ["0.running_mean", "0.running_var"].map(vector);
    let (batch_mean, batch_variance) = (x.mean_axis(Axis(0)).unwrap(), x.var_axis(Axis(0), 0.0));
    let training = normalized(&x, [&batch_mean, &batch_variance], [&gamma, &beta]);
    let evaluation = normalized(&x, [&mean, &variance], [&gamma, &beta]);
    for backend in Backend::ALL {
        let mut model = passes(&plan, backend, &given);
        let mut close = |mode, expected: &Array2<f64>| {
            let y = model.evaluate(mode, Batch::new(x.view(), x.view())).output;
            assert_all_close(&y.into_dyn(), &expected.clone().into_dyn(), 1e-14);
        };
        close(Mode::Training, &training);
        close(Mode::Evaluation, &evaluation);
        // Looking changes nothing.
        assert_eq!(model.parameters(), given);
        model.loss_backward(Batch::new(x.view(), x.view()));
        assert_eq!(model.parameters(), given);
        // An update mixes, with the biased variance.
        for number in 1..=2 {
            model.train_step(step(number, &sgd(0.1)), Batch::new(x.view(), x.view()));
        }
        let after = model.parameters();
        let mixed = |running: &Array1<f64>, batch: &Array1<f64>| {
            let once = running * 0.7 + batch * 0.3;
            (once * 0.7 + batch * 0.3).into_dyn()
        };
        let found = |name| after.get(name).unwrap();
        assert_all_close(found("0.running_mean"), &mixed(&mean, &batch_mean), 1e-14);
        assert_all_close(
            found("0.running_var"),
            &mixed(&variance, &batch_variance),
            1e-14,
        );
    }
}

#[test]
fn each_sample_is_at_mean_zero_and_variance_one() {
    let plan = plan(4, &[LayerSpec::LayerNorm(LayerNormSpec::default())]);
    let given = initial::draw_parameters(&plan, &crate::support::streams());
    let x = array![[1.0, 2.0, 3.0, 6.0]];
    let expected = array![-2.0, -1.0, 0.0, 3.0] / f64::sqrt(3.5 + 1e-5);
    for backend in Backend::ALL {
        let y =
            passes(&plan, backend, &given).evaluate(Mode::Training, Batch::new(x.view(), x.view()));
        let found = y.output.row(0).to_owned().into_dyn();
        assert_all_close(&found, &expected.clone().into_dyn(), 1e-15);
    }
}

/// A block's parameters come before its statistics, those of the layers before the shortcut's.
#[test]
fn blocks_keep_their_parameters_and_statistics_apart() {
    let norm = || LayerSpec::BatchNorm(NORM);
    let block = ResidualSpec {
        layers: vec![linear(3, true), norm()],
        shortcut: vec![norm(), LayerSpec::Tanh],
        name: Some("block".into()),
    };
    let plan = plan(3, &[LayerSpec::Residual(block), linear(2, false)]);
    let given = random_parameters(&plan, 1);
    let (x, t) = (random(6, 3, 1), random(6, 2, 2));
    for backend in Backend::ALL {
        let mut model = passes(&plan, backend, &given);
        assert_eq!(model.parameters(), given);
        let names: Vec<_> = given.names().collect();
        assert_eq!(
            names,
            [
                "block.layers.0.weight",
                "block.layers.0.bias",
                "block.layers.1.weight",
                "block.layers.1.bias",
                "block.shortcut.0.weight",
                "block.shortcut.0.bias",
                "block.layers.1.running_mean",
                "block.layers.1.running_var",
                "block.shortcut.0.running_mean",
                "block.shortcut.0.running_var",
                "1.weight",
            ]
        );
        model.train_step(step(1, &sgd(0.1)), Batch::new(x.view(), t.view()));
        let after = model.parameters();
        for ((name, before), (_, after)) in given.iter().zip(after.iter()) {
            assert_ne!(before, after, "{name}");
        }
        // The shortcut's statistics are those of the input.
        let mean = x.mean_axis(Axis(0)).unwrap();
        let was = given.get("block.shortcut.0.running_mean").unwrap();
        let is = after.get("block.shortcut.0.running_mean").unwrap();
        for (i, mean) in mean.iter().enumerate() {
            assert_close(is[[i]], was[[i]] * 0.7 + mean * 0.3, 1e-14);
        }
    }
}
