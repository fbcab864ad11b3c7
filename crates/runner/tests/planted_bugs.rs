//! The checker is checked: bugs that people really make are planted in a hand-written network, and
//! each witness must name the tensor where the bug sits, not one that it was carried to.
//!
//! Gradients are compared from the loss back to the input, and of a layer the bias before the
//! weight. So the first tensor that is off belongs to the layer with the bug, or, where the bug
//! spoils what a layer hands back, to the next layer below it with parameters.

mod support;

#[path = "planted_bugs/gradients.rs"]
mod gradients;
#[path = "planted_bugs/layers.rs"]
mod layers;
#[path = "planted_bugs/learners.rs"]
mod learners_slopes;
#[path = "planted_bugs/recurrent.rs"]
mod recurrent;

use backprop::layers::Linear;
use backprop::losses::{Loss, SoftmaxCrossEntropy};
use contract::{Backward, Batch, Implementation};
use ndarray::{ArrayView2, ArrayViewMut2};
use reference::{Backend, Model};
use runner::Failure;
use runner::activity::Activity;
use runner::check::comparison::{Bound, Comparison, Context};
use runner::check::deadline::Deadline;
use runner::check::differences::{Function, Point, Sampling, compare_with_differences};
use runner::check::passes::compare_backward;
use runner::check::penalties::Penalties;
use runner::check::verdict::Verdict;
use runner::check::{Report, expect_agreement};

use support::{Chain, Example};

/// Where layers stand in [`Example::perceptron`].
const SQUARE: usize = 2;
const SIGMOID: usize = 3;

/// Who bears witness.
#[derive(Clone, Copy, Debug)]
enum Witness {
    Burn(Backend),
    Differences,
}

const BURN: [Witness; 2] = [
    Witness::Burn(Backend::Ndarray),
    Witness::Burn(Backend::Flex),
];
const ALL: [Witness; 3] = [BURN[0], BURN[1], Witness::Differences];

fn context(witness: &str, bound: Bound) -> Context<'_> {
    Context {
        witness,
        pass: "loss",
        bound,
        zero_is_no_proof: true,
        input: true,
        vanishing: &[],
    }
}

/// What the witness says of the loss's backward pass of a network.
fn report(example: &Example, model: &mut dyn Implementation<f64>, witness: Witness) -> Report {
    let (x, t) = (example.x.view(), example.t.view());
    let batch = Batch {
        lengths: example.lengths.as_deref(),
        ..Batch::new(x, t)
    };
    let ours = model.loss_backward(batch);
    let comparisons = match witness {
        Witness::Burn(backend) => against_burn(&ours, &by_burn(example, backend)),
        Witness::Differences => {
            let penalties = Penalties::new(&example.plan, example.training.regularization);
            let mut point = Point {
                model,
                parameters: example.parameters.clone(),
                x: example.x.clone(),
                function: Function::Objective(batch, &penalties),
            };
            let context = context("central differences", Bound::Relative(1e-6));
            let streams = &example.streams;
            let sampling = Sampling {
                entries: 100,
                deadline: Deadline::NONE,
                activity: &Activity::silent(),
            };
            let compared = compare_with_differences(context, &ours, &mut point, sampling, streams);
            compared.unwrap().0
        }
    };
    reported(comparisons)
}

fn reported(comparisons: Vec<Comparison>) -> Report {
    Report {
        comparisons,
        ..Report::default()
    }
}

fn against_burn(ours: &Backward<f64>, theirs: &Backward<f64>) -> Vec<Comparison> {
    compare_backward(context("burn", Bound::Relative(1e-11)), ours, theirs)
}

fn by_burn(example: &Example, backend: Backend) -> Backward<f64> {
    let mut model = Model::new(&example.plan, &example.training, example.streams, backend);
    model.load(&example.parameters).unwrap();
    model.loss_backward(Batch {
        lengths: example.lengths.as_deref(),
        ..Batch::new(example.x.view(), example.t.view())
    })
}

/// Names of the tensors that are off.
fn faults(report: &Report) -> Vec<&str> {
    let comparisons = report.comparisons.iter();
    let off = comparisons.filter(|c| c.verdict == Verdict::Differs);
    off.map(|comparison| comparison.tensor.as_str()).collect()
}

/// Asserts that a witness finds nothing wrong in a network as it is, and that with the bug these
/// witnesses name that tensor first.
#[track_caller]
fn names(tensor: &str, witnesses: &[Witness], example: &Example, plant: impl Fn(&mut Chain)) {
    for &witness in witnesses {
        let honest = report(example, &mut Chain::honest(example), witness);
        assert_eq!(faults(&honest), [""; 0], "{witness:?}, without the bug");
        assert!(expect_agreement(&honest).is_ok());
        let mut chain = Chain::honest(example);
        plant(&mut chain);
        let report = report(example, &mut chain, witness);
        let first = report.first_fault().map(|fault| fault.tensor.as_str());
        assert_eq!(first, Some(tensor), "{witness:?}");
        let Err(Failure::Run(message)) = expect_agreement(&report) else {
            panic!("a fault is a failed run");
        };
        let start = format!("the gradients disagree: the first divergent tensor is {tensor} [");
        assert!(message.starts_with(&start), "{message}");
    }
}

// Bugs of the loss.

/// dy = p − t without the 1/N of the mean.
struct WithoutTheMean;

impl Loss<f64> for WithoutTheMean {
    fn forward(&self, y: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        SoftmaxCrossEntropy.forward(y, t)
    }

    fn backward(&self, y: ArrayView2<f64>, t: ArrayView2<f64>, _: f64, dy: ArrayViewMut2<f64>) {
        SoftmaxCrossEntropy.backward(y, t, 1.0, dy);
    }
}

#[test]
fn a_forgotten_factor_of_the_loss_is_found_in_the_last_layer() {
    names("4.bias", &ALL, &Example::perceptron(), |chain| {
        chain.loss = Box::new(WithoutTheMean);
    });
}

/// Half the loss, with the gradient of the whole.
struct HalfTheLoss;

impl Loss<f64> for HalfTheLoss {
    fn forward(&self, y: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        SoftmaxCrossEntropy.forward(y, t) / 2.0
    }

    fn backward(
        &self,
        y: ArrayView2<f64>,
        t: ArrayView2<f64>,
        one_over_n: f64,
        dy: ArrayViewMut2<f64>,
    ) {
        SoftmaxCrossEntropy.backward(y, t, one_over_n, dy);
    }
}

#[test]
fn a_loss_that_is_not_its_gradients_is_found() {
    let plant = |chain: &mut Chain| chain.loss = Box::new(HalfTheLoss);
    let example = Example::perceptron();
    names("loss", &BURN, &example, plant);
    names("4.bias", &[Witness::Differences], &example, plant);
}

// Bugs of a forward pass. Differences of the same wrong function agree with its right derivative,
// so only another implementation can tell.

/// tanh where the config says sigmoid.
#[test]
fn a_wrong_activation_is_found_in_its_output() {
    names("3.output", &BURN, &Example::perceptron(), |chain| {
        chain.layers[SIGMOID] = Box::new(backprop::layers::Tanh);
    });
}

/// A linear layer that forgets its bias.
#[test]
fn a_missing_bias_in_the_forward_pass_is_found_in_its_output() {
    names("2.output", &BURN, &Example::perceptron(), |chain| {
        let bias = false;
        chain.layers[SQUARE] = Box::new(Linear::new(4, 4, bias));
    });
}
