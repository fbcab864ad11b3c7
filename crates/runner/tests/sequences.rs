//! Sequences of different lengths: by hand and in burn, alone and together, with more and less
//! padding.

use contract::{
    Backward, Batch, Evaluation, Implementation, Mode, NamedTensors, Step, Streams, initial,
};
use ndarray::{Array2, s};
use rand::RngExt;
use runner::implementations::{build, references};
use spec::ImplementationName;
use spec::model::{
    GradientSpec, GruSpec, LayerNormSpec, LayerSpec, LinearSpec, LstmPeepholeSpec, LstmSpec,
    ModelSpec, PlannedLayer, ResidualSpec, RnnSpec, StateSpec,
};
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};

/// Numbers of a step.
const D: usize = 3;
/// Numbers of a target.
const K: usize = 2;

const LENGTHS: [usize; 5] = [4, 1, 6, 2, 6];

/// Every recurrent layer, and what acts on positions, with a target at every step or at the end.
fn plan(steps: usize, at_the_end: bool) -> Vec<PlannedLayer> {
    let linear = |units| LayerSpec::Linear(LinearSpec::new(units));
    let around = ResidualSpec {
        layers: vec![LayerSpec::Gru(GruSpec::new(4))],
        shortcut: vec![],
        name: None,
    };
    let both_ways = LstmSpec {
        layers: 2,
        bidirectional: true,
        ..LstmSpec::new(2)
    };
    let mut layers = vec![
        LayerSpec::Lstm(LstmSpec::new(5)),
        LayerSpec::Lstm(both_ways),
        LayerSpec::LayerNorm(LayerNormSpec::default()),
        LayerSpec::Rnn(RnnSpec::new(4)),
        LayerSpec::Residual(around),
        LayerSpec::LstmPeephole(LstmPeepholeSpec::new(4)),
    ];
    layers.extend(at_the_end.then_some(LayerSpec::Last));
    layers.push(linear(K));
    ModelSpec::new(layers).plan(&[steps, D]).unwrap()
}

fn model(name: ImplementationName, steps: usize, at_the_end: bool) -> Box<dyn Implementation<f64>> {
    let rule = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1 });
    let training = TrainingSpec::new(LossSpec::SquaredError, rule);
    let plan = plan(steps, at_the_end);
    let mut model = build::<f64>(name, &plan, &training, Streams::new(1))
        .unwrap_or_else(|failure| panic!("{failure}"));
    // The parameters do not depend on the number of steps.
    let parameters = initial::draw_parameters(&plan, &Streams::new(2));
    model.load(&parameters).unwrap();
    model
}

/// Random numbers, but `padding` behind the true length of each row.
fn numbers(steps: usize, width: usize, padding: f64, name: &str) -> Array2<f64> {
    let mut numbers = Array2::from_elem((LENGTHS.len(), steps * width), padding);
    for (row, length) in LENGTHS.into_iter().enumerate() {
        let mut rng = Streams::new(1).stream(&format!("{name}/{row}"));
        let own = numbers.slice_mut(s![row, ..length * width]);
        own.into_iter()
            .for_each(|x| *x = rng.random_range(-1.0..1.0));
    }
    numbers
}

/// Targets: those of the steps, or of the last one.
fn targets(steps: usize, at_the_end: bool) -> Array2<f64> {
    let t = numbers(steps, K, 7.0, "t");
    match at_the_end {
        false => t,
        true => t.slice(s![.., ..K]).to_owned(),
    }
}

/// A batch padded to so many steps, through a model.
fn run<R>(
    name: ImplementationName,
    steps: usize,
    at_the_end: bool,
    run: impl FnOnce(&mut dyn Implementation<f64>, Batch<f64>) -> R,
) -> R {
    let (x, t) = (numbers(steps, D, -9.0, "x"), targets(steps, at_the_end));
    let batch = Batch {
        positions: if at_the_end { 1 } else { steps },
        lengths: Some(&LENGTHS),
        ..Batch::new(x.view(), t.view())
    };
    run(&mut *model(name, steps, at_the_end), batch)
}

fn backward(name: ImplementationName, steps: usize, at_the_end: bool) -> Backward<f64> {
    run(name, steps, at_the_end, |model, batch| {
        model.loss_backward(batch)
    })
}

#[track_caller]
fn assert_close(a: &NamedTensors<f64>, b: &NamedTensors<f64>, bound: f64) {
    for (name, a) in a.iter() {
        let b = b.get(name).unwrap_or_else(|| panic!("no {name}"));
        let far = a.iter().zip(b).map(|(a, b)| (a - b).abs());
        let far = far.fold(0.0, f64::max);
        assert!(far < bound, "{name}: {far:e}");
    }
}

const BY_HAND: ImplementationName = ImplementationName::Backprop;

#[test]
fn lengths_mean_the_same_by_hand_and_in_burn() {
    for at_the_end in [true, false] {
        let ours = backward(BY_HAND, 6, at_the_end);
        for name in references() {
            let theirs = backward(name, 6, at_the_end);
            assert!((ours.loss - theirs.loss).abs() < 1e-14);
            assert_close(&ours.gradients, &theirs.gradients, 1e-14);
        }
    }
}

#[test]
fn a_batch_is_its_sequences_one_by_one_without_padding() {
    for at_the_end in [true, false] {
        let evaluate = |model: &mut dyn Implementation<f64>, batch: Batch<f64>| {
            model.evaluate(Mode::Evaluation, batch)
        };
        let together: Evaluation<f64> = run(BY_HAND, 6, at_the_end, evaluate);
        let passed = backward(BY_HAND, 6, at_the_end);
        let (x, t) = (numbers(6, D, -9.0, "x"), targets(6, at_the_end));
        let (mut losses, mut count) = (0.0, 0);
        let mut sums = NamedTensors::default();
        for (row, length) in LENGTHS.into_iter().enumerate() {
            let own = if at_the_end { 1 } else { length };
            let x = x.slice(s![row..=row, ..length * D]).to_owned();
            let t = t.slice(s![row..=row, ..own * K]).to_owned();
            let batch = Batch {
                positions: own,
                ..Batch::new(x.view(), t.view())
            };
            let mut alone = model(BY_HAND, length, at_the_end);
            let output = alone.evaluate(Mode::Evaluation, batch).output;
            let of_batch = together.output.slice(s![row..=row, ..own * K]);
            assert_eq!(output, of_batch, "row {row}: not the same bits");
            let Backward {
                loss, gradients, ..
            } = alone.loss_backward(batch);
            losses += loss * own as f64;
            count += own;
            for (name, gradient) in gradients.iter().filter(|(name, _)| *name != "x") {
                let gradient = gradient * own as f64;
                let sum = match sums.get(name) {
                    Some(sum) => sum + &gradient,
                    None => gradient,
                };
                sums.insert(name, sum);
            }
        }
        assert!((losses / count as f64 - passed.loss).abs() < 1e-14);
        let mut means = NamedTensors::default();
        for (name, sum) in sums.iter() {
            means.insert(name, sum / count as f64);
        }
        assert_close(&means, &passed.gradients, 1e-12);
    }
}

#[test]
fn more_padding_changes_no_bit_of_outputs_and_loss() {
    for at_the_end in [true, false] {
        let width = if at_the_end { K } else { 6 * K };
        let evaluate = |steps| {
            run(BY_HAND, steps, at_the_end, |model, batch| {
                let evaluation = model.evaluate(Mode::Evaluation, batch);
                let mut output = evaluation.output.slice(s![.., ..width]).to_owned();
                for (row, length) in LENGTHS.into_iter().enumerate() {
                    if !at_the_end {
                        output.slice_mut(s![row, length * K..]).fill(0.0);
                    }
                }
                (evaluation.loss, output)
            })
        };
        let short = evaluate(6);
        for steps in [7, 20] {
            assert_eq!(evaluate(steps), short, "{steps} steps");
            let (more, less) = (
                backward(BY_HAND, steps, at_the_end),
                backward(BY_HAND, 6, at_the_end),
            );
            let mut own = NamedTensors::default();
            for (name, gradient) in less.gradients.iter().filter(|(name, _)| *name != "x") {
                own.insert(name, gradient.clone());
            }
            assert_close(&own, &more.gradients, 1e-14);
            let dx = more.gradients.get("x").unwrap();
            for (row, length) in LENGTHS.into_iter().enumerate() {
                let behind = dx.slice(s![row, length * D..]);
                assert!(behind.iter().all(|dx| *dx == 0.0), "row {row}");
            }
        }
    }
}

/// A stream in pieces of three steps, two a batch, through an Elman net and an LSTM of two layers
/// that carry their states: weights after two passes.
fn trained_on_a_stream(name: ImplementationName) -> NamedTensors<f64> {
    let elman = RnnSpec {
        state: StateSpec::Carried,
        gradient: GradientSpec::OneStep,
        ..RnnSpec::new(4)
    };
    let lstm = LstmSpec {
        state: StateSpec::Carried,
        layers: 2,
        ..LstmSpec::new(3)
    };
    let layers = vec![
        LayerSpec::Rnn(elman),
        LayerSpec::Lstm(lstm),
        LayerSpec::Linear(LinearSpec::new(K)),
    ];
    let (plan, steps) = (ModelSpec::new(layers).plan(&[3, D]).unwrap(), 3);
    let rule = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1 });
    let training = TrainingSpec::new(LossSpec::SquaredError, rule);
    let mut model = build::<f64>(name, &plan, &training, Streams::new(1))
        .unwrap_or_else(|failure| panic!("{failure}"));
    let parameters = initial::draw_parameters(&plan, &Streams::new(2));
    model.load(&parameters).unwrap();
    let mut rng = Streams::new(3).stream("stream");
    let mut random =
        |width| Array2::from_shape_simple_fn((8, steps * width), || rng.random_range(-1.0..1.0));
    let (x, t) = (random(D), random(K));
    for update in 0..8 {
        let batch = update % 4;
        let rows = s![2 * batch..2 * batch + 2, ..];
        let batch = Batch {
            positions: steps,
            continues: batch > 0,
            ..Batch::new(x.slice(rows), t.slice(rows))
        };
        let step = Step {
            number: update as u64 + 1,
            learning_rate: 0.1,
        };
        model.train_step(step, batch);
        // What is looked at meanwhile begins anew, and so does the next pass.
        if update == 3 {
            let positions = steps;
            let all = Batch::new(x.view(), t.view());
            model.evaluate(Mode::Evaluation, Batch { positions, ..all });
        }
    }
    model.parameters()
}

#[test]
fn a_state_is_carried_alike_by_hand_and_in_burn() {
    let ours = trained_on_a_stream(BY_HAND);
    for name in references() {
        assert_close(&ours, &trained_on_a_stream(name), 1e-14);
    }
}
