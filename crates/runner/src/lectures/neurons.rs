//! Single units: given weights, the rules of the perceptron and of Hebb, a memory, Newton's method.

use backprop::Model;
use contract::{Batch, Implementation, Mode};
use learners::newton::Likelihood;
use learners::{Data, Learner};
use ndarray::{Array2, array};
use spec::learners::{HebbSpec, HopfieldSpec, LearnerSpec, NewtonSpec};
use spec::model::LayerSpec;
use spec::training::LossSpec;

use super::Quantities;
use super::networks::{STEP, linear, network, plan};

/// The inputs of a gate in the given order.
const POINTS: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
const AND: [f64; 4] = [0.0, 0.0, 0.0, 1.0];
const OR: [f64; 4] = [0.0, 1.0, 1.0, 1.0];
const NAND: [f64; 4] = [1.0, 1.0, 1.0, 0.0];
const XOR: [f64; 4] = [0.0, 1.0, 1.0, 0.0];

/// The numbers with the names that are given.
fn named<const N: usize>(
    names: [&'static str; N],
    values: impl IntoIterator<Item = f64>,
) -> Quantities {
    names.into_iter().zip(values).collect()
}

/// A layer of so many units, with what follows it, and given weights.
fn units(weight: Array2<f64>, bias: &[f64], behind: &[LayerSpec], loss: LossSpec) -> Model<f64> {
    let layers = [&[linear(weight.nrows(), true)], behind].concat();
    let plan = plan(&[weight.ncols()], &layers);
    let bias = bias.iter().copied().collect::<ndarray::Array1<f64>>();
    let weights = [("0.weight", weight.into_dyn()), ("0.bias", bias.into_dyn())];
    network(&plan, loss, weights)
}

/// What a network says of each of these points.
fn answers(model: &mut Model<f64>, x: &Array2<f64>) -> Vec<f64> {
    let any = Array2::zeros((x.nrows(), 1));
    let batch = Batch::new(x.view(), any.view());
    model
        .evaluate(Mode::Evaluation, batch)
        .output
        .into_iter()
        .collect()
}

/// How many points a unit with these weights and this threshold gets right.
fn right(weights: &[f64], threshold: f64, points: &[&[f64]], wanted: &[f64]) -> f64 {
    let weight = Array2::from_shape_fn((1, weights.len()), |(_, input)| weights[input]);
    let x = Array2::from_shape_fn((points.len(), weights.len()), |(n, input)| points[n][input]);
    let loss = LossSpec::SquaredError;
    let found = answers(
        &mut units(weight, &[-threshold], &[LayerSpec::Step], loss),
        &x,
    );
    found.iter().zip(wanted).filter(|(y, t)| y == t).count() as f64
}

/// Units that fire when the sum of their inputs reaches a threshold.
pub fn mcculloch_pitts() -> Quantities {
    let points = POINTS.each_ref().map(|point| &point[..]);
    vec![
        ("AND, right answers", right(&[1.0, 1.0], 2.0, &points, &AND)),
        ("OR, right answers", right(&[1.0, 1.0], 1.0, &points, &OR)),
        (
            "NAND, right answers",
            right(&[-1.0, -1.0], -1.0, &points, &NAND),
        ),
        (
            "NOT, right answers",
            right(&[-1.0], 0.0, &[&[0.0], &[1.0]], &[1.0, 0.0]),
        ),
    ]
}

/// Passes until one changes nothing, that one too, at most 100; updates; weights and bias.
fn learned_by_the_perceptron(labels: [f64; 4]) -> [f64; 5] {
    let mut unit = units(Array2::zeros((1, 2)), &[0.0], &[], LossSpec::Perceptron);
    let (mut before, mut updates) = (unit.parameters(), 0);
    for pass in 1..=100 {
        let first = updates;
        for (x, t) in POINTS.iter().zip(labels) {
            let (x, t) = (array![*x], array![[t]]);
            unit.train_step(STEP, Batch::new(x.view(), t.view()));
            let after = unit.parameters();
            updates += usize::from(after != before);
            before = after;
        }
        if updates == first || pass == 100 {
            let numbers = before.iter().flat_map(|(_, tensor)| tensor.iter().copied());
            let numbers: Vec<f64> = numbers.collect();
            return [
                pass as f64,
                updates as f64,
                numbers[0],
                numbers[1],
                numbers[2],
            ];
        }
    }
    unreachable!("the last pass returns")
}

/// (R/γ)², which no perceptron's updates exceed: R is the longest input, with a 1 for the bias, and γ
/// how far the nearest one is from this plane through 0.
fn most_updates(plane: [f64; 3], labels: [f64; 4]) -> f64 {
    let along = |a: [f64; 3], b: [f64; 3]| (0..3).map(|i| a[i] * b[i]).sum::<f64>();
    let inputs = POINTS.map(|point| [point[0], point[1], 1.0]);
    let longest = inputs.map(|x| along(x, x)).into_iter().fold(0.0, f64::max);
    let sides = inputs
        .iter()
        .zip(labels)
        .map(|(x, t)| (2.0 * t - 1.0) * along(plane, *x));
    let nearest = sides.fold(f64::INFINITY, f64::min);
    longest * along(plane, plane) / nearest.powi(2)
}

/// The perceptron's rule on gates, from zero weights, and the bound on its updates.
pub fn perceptron() -> Quantities {
    let and = [
        "AND, passes",
        "AND, updates",
        "AND, w1",
        "AND, w2",
        "AND, b",
    ];
    let or = ["OR, passes", "OR, updates", "OR, w1", "OR, w2", "OR, b"];
    let nand = [
        "NAND, passes",
        "NAND, updates",
        "NAND, w1",
        "NAND, w2",
        "NAND, b",
    ];
    let xor = [
        "XOR, passes",
        "XOR, updates",
        "XOR, w1",
        "XOR, w2",
        "XOR, b",
    ];
    let gates = [(and, AND), (or, OR), (nand, NAND), (xor, XOR)];
    let of_gate = |(names, labels)| named(names, learned_by_the_perceptron(labels));
    let bounds = [
        ("AND, most updates", most_updates([2.0, 2.0, -3.0], AND)),
        ("OR, most updates", most_updates([2.0, 2.0, -1.0], OR)),
    ];
    gates.into_iter().flat_map(of_gate).chain(bounds).collect()
}

/// Updates of ten passes over AND by the rule as a text writes it: a sample at the line itself is
/// right (strict), or wrong.
fn updates_by_the_book(mut w: [f64; 3], strict: bool) -> f64 {
    let mut updates = 0.0;
    for (point, label) in POINTS.iter().zip(AND).cycle().take(40) {
        let (x, s) = ([point[0], point[1], 1.0], 2.0 * label - 1.0);
        let margin = s * (0..3).map(|i| w[i] * x[i]).sum::<f64>();
        if margin < 0.0 || (margin == 0.0 && !strict) {
            (0..3).for_each(|i| w[i] += s * x[i]);
            updates += 1.0;
        }
    }
    updates
}

/// What the strict inequality does, from zero and from anywhere else.
pub fn strict_inequality() -> Quantities {
    let (zero, other) = ([0.0; 3], [0.25, -0.5, 0.125]);
    vec![
        ("updates from 0, < 0", updates_by_the_book(zero, true)),
        ("updates from 0, <= 0", updates_by_the_book(zero, false)),
        (
            "updates from (1/4, -1/2, 1/8), < 0",
            updates_by_the_book(other, true),
        ),
        (
            "updates from (1/4, -1/2, 1/8), <= 0",
            updates_by_the_book(other, false),
        ),
    ]
}

/// A learner after so many of its passes, or all of them.
fn learned(learner: LearnerSpec, data: &Data, passes: usize) -> Box<dyn Learner> {
    let mut learner = learners::build(&learner, data).expect("the data of an example are learned");
    for _ in 0..passes {
        if !learner.is_done() {
            let passed = learner.pass(data, &|| Ok(()));
            passed.expect("the data of an example are learned");
        }
    }
    learner
}

/// Weights, then the bias.
fn weights(learner: &dyn Learner) -> Vec<f64> {
    let weights = learner.weights();
    let numbers = |name| weights.get(name).into_iter().flatten().copied();
    numbers("weight").chain(numbers("bias")).collect()
}

/// Hebb's rule on gates, with inputs and targets of −1 and 1.
pub fn hebb() -> Quantities {
    let signs = |x: f64| 2.0 * x - 1.0;
    let of_gate = |(names, labels): ([&'static str; 3], [f64; 4])| {
        let x = Array2::from_shape_fn((4, 2), |(n, input)| signs(POINTS[n][input]));
        let t = Array2::from_shape_fn((4, 1), |(n, _)| signs(labels[n]));
        let hebb = learned(LearnerSpec::Hebb(HebbSpec::default()), &Data::new(x, t), 1);
        named(names, weights(&*hebb))
    };
    let gates = [
        (["AND, w1", "AND, w2", "AND, b"], AND),
        (["OR, w1", "OR, w2", "OR, b"], OR),
        (["XOR, w1", "XOR, w2", "XOR, b"], XOR),
    ];
    gates.into_iter().flat_map(of_gate).collect()
}

/// Two patterns stored by Hebb's outer products.
pub fn hopfield() -> Quantities {
    let x = array![
        [1.0, 1.0, 1.0, 1.0, -1.0, -1.0],
        [1.0, -1.0, 1.0, -1.0, 1.0, -1.0],
    ];
    let data = Data::new(x.clone(), x);
    let spec = LearnerSpec::Hopfield(HopfieldSpec::default());
    let found = learned(spec, &data, 1).findings(&data);
    let rows = found.iter().flat_map(|table| &table.rows);
    let energies = rows.map(|(_, numbers)| numbers[0]).take(2);
    let mut quantities = named(["energy of the first", "energy of the second"], energies);
    let states = found.last().map_or(0, |table| table.rows.len());
    quantities.push(("states that stay, of 64", states as f64));
    quantities
}

/// Temperature and damage on 23 flights.
fn challenger() -> Data {
    let text = include_str!("../../../datasets/data/csv/challenger.csv");
    let cell = |cell: &str| cell.trim().parse::<f64>().expect("a table of numbers");
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(cell).collect())
        .collect();
    let column = |place: usize| Array2::from_shape_fn((rows.len(), 1), |(n, _)| rows[n][place]);
    Data::new(column(0), column(1))
}

/// Newton's method on the Challenger's data, and one unit with a sigmoid that has its weights.
pub fn newton() -> Quantities {
    let data = challenger();
    let after = |passes| learned(LearnerSpec::Newton(NewtonSpec::default()), &data, passes);
    let (first, last) = (weights(&*after(1)), weights(&*after(50)));
    let cold = array![[31.0]];
    let weight = array![[last[0]]];
    let mut unit = units(
        weight,
        &last[1..],
        &[LayerSpec::Sigmoid],
        LossSpec::SquaredError,
    );
    vec![
        ("w after 1 step", first[0]),
        ("b after 1 step", first[1]),
        ("w at the optimum", last[0]),
        ("b at the optimum", last[1]),
        ("p at 31 degrees", after(50).predict(cold.view())[[0, 0]]),
        (
            "a unit with a sigmoid at 31 degrees",
            answers(&mut unit, &cold)[0],
        ),
    ]
}

/// Without the sum over the samples the second derivative is that of one sample, x xᵀ p (1 − p):
/// it has no inverse.
pub fn newton_without_the_sum() -> Quantities {
    let all = challenger();
    let one = Data::new(array![[all.x[[0, 0]]]], array![[all.t[[0, 0]]]]);
    let determinant = |data: &Data| {
        let zero = array![0.0, 0.0];
        let (_, h) = Likelihood::of(data, 0, 0.0).gradient_and_hessian(zero.view());
        h[[0, 0]] * h[[1, 1]] - h[[0, 1]] * h[[1, 0]]
    };
    vec![
        ("determinant, 23 flights", determinant(&all)),
        ("determinant, one flight", determinant(&one)),
    ]
}
