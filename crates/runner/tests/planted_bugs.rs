//! The checker is checked: bugs that people really make are planted in a hand-written network, and
//! each witness must name the tensor where the bug sits, not one that it was carried to.
//!
//! Gradients are compared from the loss back to the input, and of a layer the bias before the
//! weight. So the first tensor that is off belongs to the layer with the bug, or, where the bug
//! spoils what a layer hands back, to the next layer below it with parameters.

mod support;

use backprop::layers::{Layer, Linear, Pass};
use backprop::losses::{Loss, SoftmaxCrossEntropy};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use reference::{Backend, Model};
use runner::Failure;
use runner::check::comparison::{Bound, Context, compare_backward};
use runner::check::differences::{Function, Point, compare_with_differences};
use runner::check::{Report, judge};
use spec::training::{LossSpec, OptimizerSpec};
use spec::{Backward, Implementation, Streams};

use support::{Chain, batch, parameters, plan};

/// Where layers and tensors stand in the network under test, see [`support::plan`].
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
        zero_is_a_fault: true,
    }
}

/// What the witness says of the loss's backward pass of a network.
fn report(chain: &mut Chain, witness: Witness) -> Report {
    let (x, t) = batch();
    let ours = chain.loss_backward(x.view(), t.view());
    let comparisons = match witness {
        Witness::Burn(backend) => {
            let theirs = by_burn(backend, &x, &t);
            compare_backward(context("burn", Bound::Relative(1e-11)), &ours, &theirs)
        }
        Witness::Differences => {
            let mut point = Point {
                model: chain,
                parameters: parameters(),
                x,
                function: Function::Loss(t.view()),
            };
            let context = context("central differences", Bound::Relative(1e-6));
            let streams = Streams::new(1);
            compare_with_differences(context, &ours, &mut point, 100, &streams).unwrap()
        }
    };
    Report { comparisons }
}

fn by_burn(backend: Backend, x: &Array2<f64>, t: &Array2<f64>) -> Backward<f64> {
    let rule = OptimizerSpec::Sgd { learning_rate: 0.1 };
    let mut model = Model::new(&plan(), LossSpec::SoftmaxCrossEntropy, &rule, backend);
    model.load(&parameters()).unwrap();
    model.loss_backward(x.view(), t.view())
}

/// Plants a bug and asserts that these witnesses name that tensor first.
#[track_caller]
fn names(tensor: &str, witnesses: &[Witness], plant: impl Fn(&mut Chain)) {
    for &witness in witnesses {
        let mut chain = Chain::honest();
        plant(&mut chain);
        let report = report(&mut chain, witness);
        let first = report.first_fault().map(|fault| fault.tensor.as_str());
        assert_eq!(first, Some(tensor), "{witness:?}");
        let Err(Failure::Run(message)) = judge(&report) else {
            panic!("a fault is a failed run");
        };
        let start = format!("the gradients disagree: the first divergent tensor is {tensor} [");
        assert!(message.starts_with(&start) || tensor == "loss", "{message}");
    }
}

/// Names of the tensors that are off.
fn faults(report: &Report) -> Vec<&str> {
    let off = report.comparisons.iter().filter(|c| c.fault.is_some());
    off.map(|comparison| comparison.tensor.as_str()).collect()
}

#[test]
fn without_a_bug_nothing_is_named() {
    for witness in ALL {
        let report = report(&mut Chain::honest(), witness);
        assert_eq!(faults(&report), [""; 0], "{witness:?}");
        assert!(judge(&report).is_ok());
    }
}

// Bugs of a backward pass.

/// dx = dy Wᵀ instead of dy W: it only fits because W is square.
struct Transposed(Linear);

impl Layer<f64> for Transposed {
    fn forward(&mut self, w: &[f64], x: ArrayView2<f64>, y: ArrayViewMut2<f64>) {
        self.0.forward(w, x, y);
    }

    fn backward(
        &mut self,
        w: &[f64],
        pass: Pass<f64>,
        dx: Option<ArrayViewMut2<f64>>,
        dw: &mut [f64],
    ) {
        self.0.backward(w, pass, None, dw);
        let d = self.0.d_in;
        let weight = ArrayView2::from_shape((d, d), &w[..d * d]).unwrap();
        if let Some(mut dx) = dx {
            dx.assign(&pass.dy.dot(&weight.t()));
        }
    }
}

#[test]
fn a_transposed_weight_spoils_the_layer_below() {
    let plant = |chain: &mut Chain| {
        let (d_in, d_out, bias) = (4, 4, true);
        chain.layers[SQUARE] = Box::new(Transposed(Linear { d_in, d_out, bias }));
    };
    names("0.bias", &ALL, plant);
    let mut chain = Chain::honest();
    plant(&mut chain);
    let report = report(&mut chain, ALL[0]);
    assert_eq!(
        faults(&report),
        ["0.bias", "0.weight", "x"],
        "what lies above is right"
    );
}

/// dx = dy y instead of dy y (1 − y).
struct HalfADerivative;

impl Layer<f64> for HalfADerivative {
    fn forward(&mut self, _: &[f64], x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>) {
        y.assign(&x.mapv(|x| 1.0 / (1.0 + (-x).exp())));
    }

    fn backward(
        &mut self,
        _: &[f64],
        pass: Pass<f64>,
        dx: Option<ArrayViewMut2<f64>>,
        _: &mut [f64],
    ) {
        if let Some(mut dx) = dx {
            dx.assign(&(&pass.dy * &pass.y));
        }
    }
}

#[test]
fn a_wrong_derivative_spoils_everything_below_and_nothing_above() {
    let plant = |chain: &mut Chain| chain.layers[SIGMOID] = Box::new(HalfADerivative);
    names("2.bias", &ALL, plant);
    let mut chain = Chain::honest();
    plant(&mut chain);
    let report = report(&mut chain, ALL[0]);
    assert_eq!(
        faults(&report),
        ["2.bias", "2.weight", "0.bias", "0.weight", "x"]
    );
}

/// The gradient of the last sample instead of the sum over the batch.
struct NotAccumulated(Linear);

impl Layer<f64> for NotAccumulated {
    fn forward(&mut self, w: &[f64], x: ArrayView2<f64>, y: ArrayViewMut2<f64>) {
        self.0.forward(w, x, y);
    }

    fn backward(
        &mut self,
        w: &[f64],
        pass: Pass<f64>,
        dx: Option<ArrayViewMut2<f64>>,
        dw: &mut [f64],
    ) {
        let mut ignored = vec![0.0; dw.len()];
        self.0.backward(w, pass, dx, &mut ignored);
        let last = Pass {
            x: pass.x.slice_move(s![-1.., ..]),
            y: pass.y.slice_move(s![-1.., ..]),
            dy: pass.dy.slice_move(s![-1.., ..]),
        };
        self.0.backward(w, last, None, dw);
    }
}

#[test]
fn a_gradient_that_is_not_accumulated_over_the_batch() {
    names("2.bias", &ALL, |chain| {
        let (d_in, d_out, bias) = (4, 4, true);
        chain.layers[SQUARE] = Box::new(NotAccumulated(Linear { d_in, d_out, bias }));
    });
}

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
    names("4.bias", &ALL, |chain| {
        chain.loss = Box::new(WithoutTheMean)
    });
}

// Bugs of a single gradient: only that tensor is off.

/// What becomes of each entry of a gradient.
type Bug = fn(&mut f64);

/// Plants a bug in the gradient of one tensor.
fn spoil(chain: &mut Chain, name: &'static str, bug: Bug) {
    chain.spoil = Some(Box::new(move |gradients| {
        gradients.get_mut(name).unwrap().iter_mut().for_each(bug);
    }));
}

#[test]
fn a_bug_in_the_gradient_of_any_tensor_is_named_alone() {
    let bugs: [(&str, Bug); 5] = [
        ("a wrong sign", |g| *g = -*g),
        ("a forgotten 1/2", |g| *g *= 2.0),
        ("a missing gradient", |g| *g = 0.0),
        ("a NaN", |g| *g = f64::NAN),
        ("an infinity", |g| *g = f64::INFINITY),
    ];
    for name in [
        "x", "0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias",
    ] {
        for (bug, plant) in bugs {
            for witness in ALL {
                let mut chain = Chain::honest();
                spoil(&mut chain, name, plant);
                let report = report(&mut chain, witness);
                assert_eq!(faults(&report), [name], "{bug}, {witness:?}");
            }
        }
    }
}

#[test]
fn one_wrong_entry_of_a_tensor_is_found_with_its_place() {
    for witness in ALL {
        let mut chain = Chain::honest();
        chain.spoil = Some(Box::new(|gradients| {
            gradients.get_mut("2.weight").unwrap()[[1, 3]] += 1e-3;
        }));
        let report = report(&mut chain, witness);
        let fault = report.first_fault().unwrap();
        assert_eq!(
            (fault.tensor.as_str(), &fault.at[..]),
            ("2.weight", &[1, 3][..])
        );
        assert!((fault.by_hand - fault.by_witness - 1e-3).abs() < 1e-8);
    }
}

#[test]
fn gradients_that_changed_places_are_found() {
    names("2.bias", &ALL, |chain| {
        chain.spoil = Some(Box::new(|gradients| {
            let first = gradients.get("0.bias").unwrap().clone();
            let second = gradients.get("2.bias").unwrap().clone();
            gradients.insert("0.bias", second);
            gradients.insert("2.bias", first);
        }));
    });
}

#[test]
fn a_nan_on_both_sides_is_no_agreement() {
    let (x, t) = batch();
    let mut theirs = by_burn(Backend::Flex, &x, &t);
    theirs.gradients.get_mut("0.weight").unwrap()[[0, 0]] = f64::NAN;
    let ours = theirs.clone();
    let context = context("burn", Bound::Relative(1e-11));
    let comparisons = compare_backward(context, &ours, &theirs);
    assert_eq!(faults(&Report { comparisons }), ["0.weight"]);
}

// Bugs of a forward pass. Differences of the same wrong function agree with its right derivative,
// so only another implementation can tell.

/// tanh where the config says sigmoid.
#[test]
fn a_wrong_activation_is_found_in_its_output() {
    names("3.output", &BURN, |chain| {
        chain.layers[SIGMOID] = Box::new(backprop::layers::Tanh);
    });
}

/// A linear layer that forgets its bias.
#[test]
fn a_missing_bias_in_the_forward_pass_is_found_in_its_output() {
    names("2.output", &BURN, |chain| {
        let (d_in, d_out, bias) = (4, 4, false);
        chain.layers[SQUARE] = Box::new(Linear { d_in, d_out, bias });
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
    names("loss", &BURN, plant);
    names("4.bias", &[Witness::Differences], plant);
}
