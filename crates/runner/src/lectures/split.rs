//! The notes' first idea of what to blame a hidden unit for, beside backpropagation: the error of
//! each output is split in proportion to the weights that lead to it,
//!
//! ```math
//! e_h = \sum_k \frac{w_{kh}}{\sum_j w_{kj}} \, e_k
//! ```
//!
//! The net is that of the notes, with a second matrix and a target of ours.

use contract::Batch;
use ndarray::{Array1, Array2, Axis, array, s};
use spec::model::LayerSpec;
use spec::training::LossSpec;

use super::Quantities;
use super::networks::{linear, network, plan};
use super::neurons::named;

/// Outputs of a second matrix, a row for each, and what it should give.
struct Outputs {
    v: Array2<f64>,
    t: Array1<f64>,
}

/// What a pass forward and backward gives.
struct Passed {
    loss: f64,
    /// o - t.
    errors: Array1<f64>,
    /// The gradient of the loss by the hidden activations.
    backpropagated: Array1<f64>,
}

/// The hidden activations: the notes' input through their first matrix and a sigmoid.
fn hidden() -> Array1<f64> {
    let w = array![[0.1, 0.7, 0.8], [0.3, 0.6, 0.9], [0.6, 0.5, 0.1]];
    w.dot(&array![0.5, 0.6, 0.1])
        .mapv(|x: f64| 1.0 / (1.0 + (-x).exp()))
}

/// Ours for three outputs, the first row as given.
fn three(first: [f64; 3]) -> Outputs {
    let [a, b, c] = first;
    Outputs {
        v: array![[a, b, c], [0.2, 0.6, -0.1], [-0.4, 0.3, 0.7]],
        t: array![0.2, 0.9, 0.5],
    }
}

impl Outputs {
    /// Half the squared errors from these hidden activations, and their gradient.
    fn pass(&self, h: &Array1<f64>) -> Passed {
        let layers = [linear(self.v.nrows(), false), LayerSpec::Sigmoid];
        let weights = [("0.weight", self.v.clone().into_dyn())];
        let plan = plan(&[self.v.ncols()], &layers);
        let mut network = network(&plan, LossSpec::SquaredError, weights);
        let [x, t] = [h, &self.t].map(|row| row.clone().insert_axis(Axis(0)));
        let found = network.loss_backward(Batch::new(x.view(), t.view()));
        let row = |tensor: Option<&ndarray::ArrayD<f64>>| -> Array1<f64> {
            tensor.into_iter().flatten().copied().collect()
        };
        Passed {
            loss: found.loss,
            errors: row(found.outputs.get("1.output")) - &self.t,
            backpropagated: row(found.gradients.get("x")),
        }
    }

    /// Every error split in proportion to the weights.
    fn split(&self, errors: &Array1<f64>) -> Array1<f64> {
        let sums = self.v.sum_axis(Axis(1)).insert_axis(Axis(1));
        (&self.v / &sums).t().dot(errors)
    }
}

/// The same net by both; weights that sum to almost nothing, and to less than nothing.
pub fn split_errors() -> Quantities {
    let h = hidden();
    let ours = three([0.5, -0.3, 0.4]);
    let passed = ours.pass(&h);
    let shares = ours.split(&passed.errors);
    let mut quantities = named(["e1", "e2", "e3"], passed.errors.to_vec());
    quantities.extend(named(
        ["split, e of h1", "split, e of h2", "split, e of h3"],
        shares.to_vec(),
    ));
    quantities.push(("split, sum over h", shares.sum()));
    let names = ["dE/dh1", "dE/dh2", "dE/dh3"];
    quantities.extend(named(names, passed.backpropagated.to_vec()));
    let near = three([0.5, -0.75, 0.251]);
    let passed = near.pass(&h);
    quantities.push((
        "split, e of h1, weights sum to 0.001",
        near.split(&passed.errors)[0],
    ));
    quantities.push(("dE/dh1, weights sum to 0.001", passed.backpropagated[0]));
    let negative = Outputs {
        v: array![[0.1, -0.5, 0.1]],
        t: ours.t.slice(s![..1]).to_owned(),
    };
    let passed = negative.pass(&h);
    let after = |blame: &Array1<f64>| negative.pass(&(&h - &(0.1 * blame))).loss;
    quantities.push(("E, weights sum to -0.3", passed.loss));
    quantities.push((
        "E after h - 0.1 e, split",
        after(&negative.split(&passed.errors)),
    ));
    quantities.push(("E after h - 0.1 dE/dh", after(&passed.backpropagated)));
    quantities
}
