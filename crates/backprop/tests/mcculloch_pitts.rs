//! Units with given weights: what McCulloch and Pitts's neurons compute, by enumeration of all
//! inputs.

mod support;

use backprop::Model;
use contract::{Batch, Implementation, Mode, NamedTensors, Streams};
use ndarray::{Array2, array};
use spec::model::LayerSpec;
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};
use support::{linear, parameters, plan};

/// Name, weights, threshold θ and truth table, inputs in counting order.
const GATES: [(&str, &[f64], f64, &[f64]); 5] = [
    ("and", &[1., 1.], 2., &[0., 0., 0., 1.]),
    ("or", &[1., 1.], 1., &[0., 1., 1., 1.]),
    ("not", &[-1.], 0., &[1., 0.]),
    ("nand", &[-1., -1.], -1., &[1., 1., 1., 0.]),
    ("nor", &[-1., -1.], 0., &[1., 0., 0., 0.]),
];

/// All inputs of so many bits in counting order, `[2^bits, bits]`.
fn inputs(bits: usize) -> Array2<f64> {
    Array2::from_shape_fn((1 << bits, bits), |(row, i)| {
        (row >> (bits - 1 - i) & 1) as f64
    })
}

/// What a network with these parameters gives for each row, and its loss for these targets.
fn evaluate(
    layers: &[LayerSpec],
    given: &NamedTensors<f64>,
    (x, t): (&Array2<f64>, &Array2<f64>),
    loss: LossSpec,
) -> (Vec<f64>, f64) {
    let rule = OptimizerSpec::Sgd(SgdSpec { learning_rate: 1.0 });
    let training = TrainingSpec::new(loss, rule);
    let mut model: Model<f64> = Model::new(&plan(x.ncols(), layers), &training, Streams::new(1));
    model.load(given).unwrap();
    let evaluation = model.evaluate(Mode::Evaluation, Batch::new(x.view(), t.view()));
    (evaluation.output.iter().copied().collect(), evaluation.loss)
}

/// One unit with these weights and the bias −θ.
fn unit(w: &[f64], threshold: f64) -> NamedTensors<f64> {
    let weight = Array2::from_shape_vec((1, w.len()), w.to_vec()).unwrap();
    parameters([
        ("0.weight", weight.into_dyn()),
        ("0.bias", array![-threshold].into_dyn()),
    ])
}

fn column(values: &[f64]) -> Array2<f64> {
    Array2::from_shape_vec((values.len(), 1), values.to_vec()).unwrap()
}

#[test]
fn a_threshold_is_a_bias_with_the_other_sign() {
    for (name, w, threshold, table) in GATES {
        let x = inputs(w.len());
        let layers = [linear(1, true), LayerSpec::Step];
        let t = column(table);
        let (y, loss) = evaluate(
            &layers,
            &unit(w, threshold),
            (&x, &t),
            LossSpec::SquaredError,
        );
        // As the paper has it: the unit fires if the sum reaches the threshold.
        let fires = |x: ndarray::ArrayView1<f64>| {
            let sum: f64 = x.iter().zip(w).map(|(x, w)| x * w).sum();
            f64::from(u8::from(sum >= threshold))
        };
        let by_threshold: Vec<f64> = x.rows().into_iter().map(fires).collect();
        assert_eq!(by_threshold, table, "{name}");
        assert_eq!(y, table, "{name}");
        assert_eq!(loss, 0.0, "{name}");
    }
}

#[test]
fn exclusive_or_is_and_of_or_and_nand() {
    let step = LayerSpec::Step;
    let layers = [linear(2, true), step.clone(), linear(1, true), step];
    let given = parameters([
        ("0.weight", array![[1., 1.], [-1., -1.]].into_dyn()),
        ("0.bias", array![-1., 1.].into_dyn()),
        ("2.weight", array![[1., 1.]].into_dyn()),
        ("2.bias", array![-2.].into_dyn()),
    ]);
    let t = column(&[0., 1., 1., 0.]);
    let (y, _) = evaluate(&layers, &given, (&inputs(2), &t), LossSpec::SquaredError);
    assert_eq!(y, [0., 1., 1., 0.]);
}

/// With a sigmoid in place of the step the output is the probability of logistic regression, and
/// the loss of its logit is −ln of the probability of the right answer.
#[test]
fn with_a_sigmoid_it_is_logistic_regression() {
    for (name, w, threshold, table) in GATES {
        let (x, t) = (inputs(w.len()), column(table));
        let given = unit(w, threshold);
        let layers = [linear(1, true), LayerSpec::Sigmoid];
        let (p, _) = evaluate(&layers, &given, (&x, &t), LossSpec::SquaredError);
        let right = p
            .iter()
            .zip(table)
            .map(|(p, t)| if *t == 1.0 { *p } else { 1.0 - p });
        let likelihood: f64 = right.map(f64::ln).sum();
        let logit = LossSpec::BinaryCrossEntropy;
        let (_, loss) = evaluate(&layers[..1], &given, (&x, &t), logit);
        assert!(
            (loss + likelihood / table.len() as f64).abs() < 1e-15,
            "{name}: {loss}"
        );
        // Steep enough, and with a threshold between the sums, it is the step.
        let steep: Vec<f64> = w.iter().map(|w| 1000.0 * w).collect();
        let steep = unit(&steep, 1000.0 * (threshold - 0.5));
        let (y, _) = evaluate(&layers, &steep, (&x, &t), LossSpec::SquaredError);
        for (y, t) in y.iter().zip(table) {
            assert!((y - t).abs() < 1e-200, "{name}: {y}");
        }
    }
}
