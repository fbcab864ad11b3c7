//! The perceptron's rule: what it learns, how fast, and what a slip does to it.

use contract::Batch;
use ndarray::{Array2, array};
use spec::training::LossSpec;

use super::Quantities;
use super::networks::STEP;
use super::neurons::{AND, NAND, OR, POINTS, XOR, named, units};

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

/// The perceptron's rule on gates, from zero weights.
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
    gates.into_iter().flat_map(of_gate).collect()
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

/// w₁ x₁ + w₂ x₂ + b.
fn output(w: [f64; 3], point: [f64; 2]) -> f64 {
    w[0] * point[0] + w[1] * point[1] + w[2]
}

/// (R / γ)², the most updates that the rule can make from zero weights (Novikoff 1962): R is the
/// largest norm of a point with a 1 behind it, γ the least distance of one from the best line.
fn bound(labels: [f64; 4], line: [f64; 3]) -> f64 {
    let points = || POINTS.iter().zip(labels);
    let margins = points().map(|(point, label)| (2.0 * label - 1.0) * output(line, *point));
    let least = margins.fold(f64::INFINITY, f64::min);
    let squares = points().map(|(point, _)| point[0].powi(2) + point[1].powi(2) + 1.0);
    let norm = line.iter().map(|w| w * w).sum::<f64>();
    squares.fold(0.0, f64::max) * norm / (least * least)
}

/// The bound on the updates, and by how much an update changes its own output, |x|² + 1.
pub fn perceptron_bound() -> Quantities {
    let moved = |point: [f64; 2]| {
        // At the line itself, so that the rule updates; all of class 1.
        let weight = array![[1.0, -1.0]];
        let bias = point[1] - point[0];
        let mut unit = units(weight, &[bias], &[], LossSpec::Perceptron);
        let (x, t) = (array![point], array![[1.0]]);
        unit.train_step(STEP, Batch::new(x.view(), t.view()));
        let after = unit.parameters();
        let numbers = after.iter().flat_map(|(_, tensor)| tensor.iter().copied());
        let w: Vec<f64> = numbers.collect();
        output([w[0], w[1], w[2]], point)
    };
    vec![
        ("AND, bound", bound(AND, [2.0, 2.0, -3.0])),
        ("OR, bound", bound(OR, [2.0, 2.0, -1.0])),
        ("NAND, bound", bound(NAND, [-2.0, -2.0, 3.0])),
        ("change of the output at (0, 0)", moved([0.0, 0.0])),
        ("change of the output at (1, 0)", moved([1.0, 0.0])),
        ("change of the output at (1, 1)", moved([1.0, 1.0])),
    ]
}
