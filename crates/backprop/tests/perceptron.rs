//! The loss `perceptron` under plain gradient descent, one sample at a time, is the perceptron's
//! rule: held against a transcription of it, and against numbers worked by hand.

mod support;

use backprop::Model;
use contract::{Batch, Implementation, Step, Streams};
use ndarray::{Array2, array};
use rand::RngExt;
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};
use support::{linear, parameters, plan};

/// The inputs of a gate with a 1 behind each, in the given order.
const POINTS: [[f64; 3]; 4] = [[0., 0., 1.], [0., 1., 1.], [1., 0., 1.], [1., 1., 1.]];
const AND: [f64; 4] = [0., 0., 0., 1.];
const OR: [f64; 4] = [0., 1., 1., 1.];
const NAND: [f64; 4] = [1., 1., 1., 0.];
const XOR: [f64; 4] = [0., 1., 1., 0.];

/// w₁, w₂ and b.
type Weights = [f64; 3];

/// w · x + b.
fn output(w: Weights, x: [f64; 3]) -> f64 {
    (0..3).map(|i| w[i] * x[i]).sum()
}

/// The rule as the textbook has it, with labels 0 and 1 as −1 and 1: the weights after each sample
/// of a pass.
fn pass_by_the_book(mut w: Weights, labels: [f64; 4], rate: f64, strict: bool) -> [Weights; 4] {
    std::array::from_fn(|n| {
        let s = 2.0 * labels[n] - 1.0;
        let margin = s * output(w, POINTS[n]);
        if margin < 0.0 || (margin == 0.0 && !strict) {
            (0..3).for_each(|i| w[i] += rate * s * POINTS[n][i]);
        }
        w
    })
}

/// A unit that learns by hand-written backpropagation.
struct Unit(Model<f64>);

impl Unit {
    fn new(w: Weights, rate: f64) -> Self {
        let plan = plan(2, &[linear(1, true)]);
        let rule = OptimizerSpec::Sgd(SgdSpec {
            learning_rate: rate,
        });
        let training = TrainingSpec::new(LossSpec::Perceptron, rule);
        let mut model = Model::new(&plan, &training, Streams::new(1));
        let given = parameters([
            ("0.weight", array![[w[0], w[1]]].into_dyn()),
            ("0.bias", array![w[2]].into_dyn()),
        ]);
        model.load(&given).unwrap();
        Self(model)
    }

    fn weights(&self) -> Weights {
        let parameters = self.0.parameters();
        let weight = parameters.get("0.weight").unwrap();
        [
            weight[[0, 0]],
            weight[[0, 1]],
            parameters.get("0.bias").unwrap()[0],
        ]
    }

    /// The weights after each sample of a pass.
    fn pass(&mut self, labels: [f64; 4], rate: f64) -> [Weights; 4] {
        std::array::from_fn(|n| {
            let x = array![[POINTS[n][0], POINTS[n][1]]];
            let t = Array2::from_elem((1, 1), labels[n]);
            let step = Step {
                number: n as u64 + 1,
                learning_rate: rate,
            };
            self.0.train_step(step, Batch::new(x.view(), t.view()));
            self.weights()
        })
    }
}

/// Weights that no sum of inputs brings to a tie.
fn random_weights(number: usize) -> Weights {
    let mut rng = Streams::new(7).stream(&format!("perceptron/{number}"));
    std::array::from_fn(|_| rng.random_range(-2.0..2.0))
}

/// Passes until one changes nothing, that one too, and updates; none in so many passes.
fn learn(unit: &mut Unit, labels: [f64; 4], rate: f64, most: usize) -> (Option<usize>, usize) {
    let (mut before, mut updates) = (unit.weights(), 0);
    for number in 1..=most {
        let first = updates;
        for after in unit.pass(labels, rate) {
            updates += usize::from(after != before);
            before = after;
        }
        if updates == first {
            return (Some(number), updates);
        }
    }
    (None, updates)
}

#[test]
fn gates_are_learned_in_the_passes_worked_by_hand() {
    let gates = [
        (AND, 9, 18, [3.0, 2.0, -4.0]),
        (OR, 6, 9, [2.0, 2.0, -1.0]),
        (NAND, 9, 18, [-3.0, -2.0, 4.0]),
    ];
    for (labels, passes, updates, w) in gates {
        let mut unit = Unit::new([0.0; 3], 1.0);
        let learned = learn(&mut unit, labels, 1.0, 100);
        assert_eq!(learned, (Some(passes), updates), "{labels:?}");
        assert_eq!(unit.weights(), w, "{labels:?}");
    }
}

#[test]
fn exclusive_or_goes_round_in_a_circle() {
    let mut unit = Unit::new([0.0; 3], 1.0);
    for _ in 0..100 {
        let (learned, updates) = learn(&mut unit, XOR, 1.0, 1);
        assert_eq!((learned, updates), (None, 4));
        assert_eq!(unit.weights(), [0.0; 3]);
    }
}

#[test]
fn every_update_is_that_of_the_rule() {
    for labels in [AND, OR, NAND, XOR] {
        for (number, rate) in [1.0, 0.5, 0.1].into_iter().enumerate() {
            let mut w = random_weights(number);
            let mut unit = Unit::new(w, rate);
            for _ in 0..40 {
                let by_the_book = pass_by_the_book(w, labels, rate, false);
                assert_eq!(unit.pass(labels, rate), by_the_book, "{labels:?}");
                w = by_the_book[3];
            }
        }
    }
}

/// The texts write the strict inequality and begin at random: then it makes no difference.
#[test]
fn by_the_strict_inequality_zero_weights_never_move() {
    for labels in [AND, OR, NAND, XOR] {
        assert_eq!(pass_by_the_book([0.0; 3], labels, 1.0, true), [[0.0; 3]; 4]);
        assert_ne!(Unit::new([0.0; 3], 1.0).pass(labels, 1.0), [[0.0; 3]; 4]);
        for number in 0..20 {
            let mut w = random_weights(number);
            let mut unit = Unit::new(w, 1.0);
            for _ in 0..40 {
                let strict = pass_by_the_book(w, labels, 1.0, true);
                assert_eq!(unit.pass(labels, 1.0), strict, "{labels:?} from {number}");
                w = strict[3];
            }
        }
    }
}

#[test]
fn an_update_moves_its_own_output_by_the_rate_times_the_square_of_the_input() {
    let mut seen = 0;
    for (number, rate) in [1.0, 0.25].into_iter().enumerate() {
        for start in [[0.0; 3], random_weights(number)] {
            let (mut unit, mut before) = (Unit::new(start, rate), start);
            for _ in 0..20 {
                for (x, after) in POINTS.into_iter().zip(unit.pass(XOR, rate)) {
                    let moved = (output(after, x) - output(before, x)).abs();
                    let square: f64 = x.iter().map(|x| x * x).sum();
                    if after != before {
                        assert!((moved - rate * square).abs() < 1e-14, "{moved}");
                        seen += 1;
                    }
                    before = after;
                }
            }
        }
    }
    assert!(seen > 100, "{seen} updates");
}

/// With the best parting line (u, v): γ is the least distance of a point of the augmented space
/// from it, R the largest norm of one.
#[test]
fn there_are_no_more_updates_than_the_convergence_bound_allows() {
    let gates = [
        (AND, [2.0, 2.0, -3.0], 51.0, 18),
        (OR, [2.0, 2.0, -1.0], 27.0, 9),
        (NAND, [-2.0, -2.0, 3.0], 51.0, 18),
    ];
    for (labels, line, printed, updates) in gates {
        let margin = |n: usize| (2.0 * labels[n] - 1.0) * output(line, POINTS[n]);
        let least = (0..4).map(margin).fold(f64::INFINITY, f64::min);
        let norm = line.iter().map(|w| w * w).sum::<f64>();
        let bound = 3.0 * norm / (least * least);
        assert!((bound - printed).abs() < 1e-12, "{bound}");
        let (_, found) = learn(&mut Unit::new([0.0; 3], 1.0), labels, 1.0, 100);
        assert_eq!(found, updates);
        assert!(found as f64 <= bound);
    }
}
