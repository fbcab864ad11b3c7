//! The rows of the proof.

use contract::Streams;
use ndarray::Array2;
use rand::RngExt;
use spec::learners::{Lstm1997Spec, Source, Squashing, Unit};

use super::judge::Sequence;
use super::net::Net;
use crate::{Data, Proof, Sequences, Witness};

/// Step of a central difference.
const STEP: f64 = 1e-5;
/// What such a difference can be off by: of third order, and by rounding.
const TOLERANCE: f64 = 1e-9;

/// −∂E/∂W of the last target, by the rule: by how much all weights move at a rate of 1.
pub fn rule(net: &Net, sequence: &Sequence<'_>) -> Vec<f64> {
    let mut learning = net.clone();
    learning.reset();
    for step in 0..sequence.steps() {
        learning.step(sequence.input(step), true);
    }
    learning.respond();
    learning.learn(last_target(sequence), 1.0);
    let (before, after) = (
        net.w.iter().chain(&net.v),
        learning.w.iter().chain(&learning.v),
    );
    after
        .zip(before)
        .map(|(after, before)| after - before)
        .collect()
}

/// The same by central differences. `frozen`: what gates and cells see of each other stays what it
/// is with the weights as they are, and only the states of the cells go on in time.
pub fn differences(net: &Net, sequence: &Sequence<'_>, frozen: bool) -> Vec<f64> {
    let sources = frozen.then(|| sources(net, sequence));
    let weights = net.w.len() + net.v.len();
    let mut moved = net.clone();
    let mut error = |weight: usize, by: f64| {
        moved.clone_from(net);
        match weight.checked_sub(moved.w.len()) {
            None => moved.w[weight] += by,
            Some(weight) => moved.v[weight] += by,
        }
        last_error(&mut moved, sequence, sources.as_deref())
    };
    let mut difference = |weight| (error(weight, -STEP) - error(weight, STEP)) / (2.0 * STEP);
    let all = (0..weights).map(|weight| match net.has_weight(weight) {
        true => difference(weight),
        false => 0.0,
    });
    all.collect()
}

/// What gates and cells see at each step.
fn sources(net: &Net, sequence: &Sequence<'_>) -> Vec<Vec<f64>> {
    let mut net = net.clone();
    net.reset();
    let steps = (0..sequence.steps()).map(|step| {
        net.step(sequence.input(step), false);
        net.sources.clone()
    });
    steps.collect()
}

/// E = ½ Σ (t − y)² at the last target.
fn last_error(net: &mut Net, sequence: &Sequence<'_>, sources: Option<&[Vec<f64>]>) -> f64 {
    net.reset();
    for step in 0..sequence.steps() {
        net.look(sequence.input(step));
        if let Some(sources) = sources {
            net.sources.copy_from_slice(&sources[step]);
        }
        net.fire(false);
    }
    let errors = net.respond().iter().zip(last_target(sequence));
    errors.map(|(y, t)| 0.5 * (t - y) * (t - y)).sum()
}

fn last_target<'a>(sequence: &Sequence<'a>) -> &'a [f64] {
    sequence.target(sequence.steps() - 1).unwrap_or_default()
}

/// The rule against central differences with what is truncated frozen.
pub fn truncated(on: &str, net: &Net, sequence: &Sequence<'_>) -> Proof {
    let (rule, differences) = (rule(net, sequence), differences(net, sequence, true));
    let quantity = "the truncated gradient, by central differences with frozen feedback";
    Proof::of(on, quantity, Witness::ClosedForm, &rule, &differences).tolerance(TOLERANCE)
}

/// The rule against plain central differences.
fn full(on: &str, net: &Net, sequence: &Sequence<'_>) -> Proof {
    let (rule, differences) = (rule(net, sequence), differences(net, sequence, false));
    let quantity = "the full gradient, by central differences";
    Proof::of(on, quantity, Witness::ClosedForm, &rule, &differences).tolerance(TOLERANCE)
}

/// One sequence `[T, D]` of random numbers with one random target `[K]`.
pub fn random_sequence(steps: usize, width: usize, outputs: usize) -> Data {
    let mut rng = Streams::new(1).stream("check/sequence");
    let x = Array2::from_shape_simple_fn((1, steps * width), || rng.random_range(-1.0..1.0));
    let t = Array2::from_shape_simple_fn((1, outputs), || rng.random_range(0.0..1.0));
    let sequences = Sequences {
        width,
        lengths: vec![steps],
        positions: 1,
        marked: Vec::new(),
    };
    Data {
        sequences: Some(sequences),
        ..Data::new(x, t)
    }
}

/// 3 blocks of 2 cells with large weights, so that all of it counts.
pub fn busy() -> Lstm1997Spec {
    Lstm1997Spec {
        blocks: 3,
        weights: 1.0,
        input_gate_biases: Vec::new(),
        ..Lstm1997Spec::default()
    }
}

/// As Gers, Schmidhuber & Cummins 2000 have it: forget gates, and nothing of gates is fed back.
pub fn forgetting(spec: Lstm1997Spec) -> Lstm1997Spec {
    let blocks = spec.blocks;
    Lstm1997Spec {
        output_gate_biases: vec![-0.5; blocks],
        forget_gate_biases: vec![0.5; blocks],
        biases: vec![Unit::Gates, Unit::Outputs],
        recurrent: vec![Source::Cells],
        inputs_to_outputs: true,
        ..spec
    }
}

fn drawn(spec: &Lstm1997Spec, data: &Data) -> Net {
    let width = data.sequences.as_ref().map_or(0, |of| of.width);
    Net::drawn(spec, width, data.outputs.len(), &data.streams)
}

/// Numbers of weights that the papers print: name, blocks, cells, inputs, outputs, biases, weights.
const COUNTS: [(&str, [usize; 4], &[Unit], usize); 10] = {
    use Unit::{Cells, Gates, Outputs};
    [
        ("1997, experiment 1, 4 x 1", [4, 1, 7, 7], &[Gates], 264),
        ("1997, experiment 1, 3 x 2", [3, 2, 7, 7], &[Gates], 276),
        ("1997, experiment 2c, p = 50", [2, 1, 54, 2], &[], 364),
        ("1997, experiment 2c, p = 100", [2, 1, 104, 2], &[], 664),
        ("1997, experiment 2c, p = 200", [2, 1, 204, 2], &[], 1264),
        ("1997, experiment 2c, p = 1000", [2, 1, 1004, 2], &[], 6064),
        ("1997, experiment 3", [3, 1, 1, 1], &[Gates, Cells], 102),
        (
            "1997, experiments 4 and 5",
            [2, 2, 2, 1],
            &[Gates, Cells, Outputs],
            93,
        ),
        (
            "1997, experiment 6a",
            [2, 2, 8, 4],
            &[Gates, Cells, Outputs],
            156,
        ),
        (
            "1997, experiment 6b",
            [3, 2, 8, 8],
            &[Gates, Cells, Outputs],
            308,
        ),
    ]
};

/// How many weights there are, told from those that are not 0 when all are drawn.
fn counted(on: &str, spec: &Lstm1997Spec, [inputs, outputs]: [usize; 2], wanted: usize) -> Proof {
    let net = Net::drawn(spec, inputs, outputs, &Streams::new(1));
    let found = net.w.iter().chain(&net.v).filter(|w| **w != 0.0).count();
    let off = found.abs_diff(wanted) + net.count().abs_diff(wanted);
    let (quantity, witness) = ("number of weights", Witness::Published);
    Proof::within(on, quantity, witness, off as f64, 0.0)
}

fn counts() -> Vec<Proof> {
    let plain = |blocks, cells, biases: &[Unit]| Lstm1997Spec {
        blocks,
        cells,
        biases: biases.to_vec(),
        input_gate_biases: Vec::new(),
        ..Lstm1997Spec::default()
    };
    let tables = COUNTS.map(|(on, [blocks, cells, inputs, outputs], biases, wanted)| {
        let spec = plain(blocks, cells, biases);
        counted(on, &spec, [inputs, outputs], wanted)
    });
    // One cell with an input gate and nothing fed back; every unit sees all below it.
    let one_cell = Lstm1997Spec {
        output_gates: false,
        recurrent: Vec::new(),
        inputs_to_outputs: true,
        ..plain(1, 1, &[])
    };
    let one_cell = counted("1997, experiment 2a", &one_cell, [101, 101], 10_504);
    let gers = forgetting(plain(4, 2, &[]));
    let gers = counted("2000, continual Reber", &gers, [7, 7], 424);
    tables.into_iter().chain([one_cell, gers]).collect()
}

/// With its gate open for good, the state of a cell is the sum of all that came in.
fn running_sum() -> Proof {
    let spec = Lstm1997Spec {
        blocks: 1,
        cells: 1,
        recurrent: Vec::new(),
        biases: vec![Unit::Gates],
        input_gate_biases: vec![50.0],
        output_gates: false,
        g: Squashing::Identity,
        h: Squashing::Identity,
        ..busy()
    };
    let data = random_sequence(100, 1, 1);
    let mut net = drawn(&spec, &data);
    // The gate sees only its bias, and the cell the input as it is: [input, 1] x [gate, cell].
    net.w.copy_from_slice(&[0.0, 1.0, 50.0, 0.0]);
    let mut sum = 0.0;
    let (mut found, mut wanted) = (Vec::new(), Vec::new());
    for x in data.x.row(0) {
        net.step(&[*x], false);
        sum += x;
        found.push(net.state()[0]);
        wanted.push(sum);
    }
    let quantity = "the state is a running sum";
    Proof::of(
        "gates open for good",
        quantity,
        Witness::ClosedForm,
        &found,
        &wanted,
    )
}

/// The weights that the papers count, and the rule against central differences.
pub fn proofs() -> Vec<Proof> {
    let mut proofs = counts();
    proofs.push(running_sum());
    let [one, several] = [1, 7].map(|steps| random_sequence(steps, 3, 2));
    for (name, spec) in [
        ("3 x 2 cells", busy()),
        ("3 x 2 cells with forget gates", forgetting(busy())),
    ] {
        let net = drawn(&spec, &one);
        proofs.push(full(
            &format!("{name}, T = 1"),
            &net,
            &Sequence::of(&one, 0),
        ));
        let sequence = Sequence::of(&several, 0);
        proofs.push(truncated(&format!("{name}, T = 7"), &net, &sequence));
        // Where nothing is fed back, nothing is truncated.
        let alone = Lstm1997Spec {
            recurrent: Vec::new(),
            ..spec
        };
        let on = format!("{name}, nothing fed back, T = 7");
        proofs.push(full(&on, &drawn(&alone, &several), &sequence));
    }
    proofs
}
