//! What the rows of the proof do not say.

use ndarray::{Array2, s};
use spec::learners::{Judged, LatestSpec, Source, TestedSpec};

use super::proofs::{busy, differences, forgetting, random_sequence, rule};
use super::*;
use crate::Sequences;
use crate::proof::largest;

/// Sequences of 1 to 6 numbers, padded to 6; is the first one above 0?
fn signs(samples: usize) -> Data {
    let x = Array2::from_shape_fn((samples, 6), |(row, step)| {
        ((7 * row + 3 * step) as f64).sin()
    });
    let lengths: Vec<usize> = (0..samples).map(|row| 1 + row % 6).collect();
    let t = x.slice(s![.., ..1]).mapv(|x| f64::from(u8::from(x > 0.0)));
    Data {
        sequences: Some(Sequences {
            width: 1,
            lengths,
            positions: 1,
            marked: Vec::new(),
        }),
        ..Data::new(x, t)
    }
}

fn settings() -> Lstm1997Spec {
    Lstm1997Spec {
        most_sequences: 20_000,
        right: Right::Within(0.3),
        stop: StopSpec::Latest(LatestSpec {
            sequences: 60,
            wrong: 0,
            mean_error: None,
        }),
        ..Lstm1997Spec::default()
    }
}

fn new(settings: &Lstm1997Spec, data: &Data) -> Lstm1997 {
    Lstm1997::new(settings, data).unwrap()
}

fn learn(lstm: &mut Lstm1997, data: &Data, passes: usize) {
    for _ in 0..passes {
        if !lstm.is_done() {
            lstm.pass(data, &|| Ok(())).unwrap();
        }
    }
}

#[test]
fn the_gradient_is_truncated_where_something_is_fed_back() {
    for spec in [busy(), forgetting(busy())] {
        for (steps, apart) in [(1, false), (3, true)] {
            let data = random_sequence(steps, 3, 2);
            let net = Net::drawn(&spec, 3, 2, &data.streams);
            let sequence = Sequence::of(&data, 0);
            let (rule, full) = (rule(&net, &sequence), differences(&net, &sequence, false));
            let error = largest(rule.iter().zip(&full).map(|(a, b)| a - b));
            assert_eq!(error > 1e-4, apart, "{steps} steps: {error}");
        }
    }
}

#[test]
fn it_remembers_the_beginning_of_a_sequence() {
    let data = signs(60);
    let mut lstm = new(&settings(), &data);
    let mut values = Values::new();
    while !lstm.is_done() {
        values = lstm.pass(&data, &|| Ok(())).unwrap();
    }
    let met = values["sequences_to_criterion"];
    assert_eq!(met, values["sequences"]);
    assert!(met < 20_000.0, "{met}");
    assert!(lstm.warnings(&data).is_empty());
    let values = lstm.measure(&data, &data);
    // Each was right when it came, and what was learned behind it may have spoiled a few.
    assert!(values["wrong_of_test"] < 0.1, "{values:?}");
    assert_eq!(values["steps_of_test"], 3.5);
}

#[test]
fn a_state_goes_on_to_the_same_bits() {
    let data = signs(60);
    let hard = Lstm1997Spec {
        right: Right::Within(1e-9),
        ..settings()
    };
    let (mut whole, mut first) = (new(&hard, &data), new(&hard, &data));
    learn(&mut whole, &data, 5);
    learn(&mut first, &data, 2);
    let mut second = new(&hard, &data);
    second.restore(&first.state()).unwrap();
    learn(&mut second, &data, 3);
    assert_eq!(second.state(), whole.state());
    let other = new(
        &Lstm1997Spec {
            blocks: 1,
            input_gate_biases: vec![],
            ..hard
        },
        &data,
    );
    let error = second.restore(&other.state()).unwrap_err().to_string();
    assert!(error.contains("hidden.weight"), "{error}");
}

#[test]
fn an_interrupt_ends_a_pass() {
    let data = signs(60);
    let stopped = new(&settings(), &data).pass(&data, &|| Err(Stop::Interrupted));
    assert!(matches!(stopped, Err(Stop::Interrupted)));
}

#[test]
fn so_many_sequences_are_the_most() {
    let data = signs(60);
    let few = Lstm1997Spec {
        most_sequences: 100,
        right: Right::Within(1e-9),
        ..settings()
    };
    let mut lstm = new(&few, &data);
    assert_eq!(lstm.passes(), 2);
    learn(&mut lstm, &data, 9);
    assert_eq!((lstm.sequences, lstm.met), (100, None));
    let told = "after 100 sequences it has not learned enough";
    assert_eq!(lstm.warnings(&data), [told]);
}

#[test]
fn padding_is_not_seen_and_answers_are_those_of_single_steps() {
    let data = signs(12);
    let lstm = new(&settings(), &data);
    let whole = lstm.predict(data.x.view());
    // Row 5 has all six steps.
    let mut net = lstm.net.clone();
    net.reset();
    for x in data.x.row(5) {
        net.step(&[*x], false);
    }
    assert_eq!(net.respond(), [whole[[5, 0]]]);
    let mut padded = data.clone();
    padded.x[[0, 5]] = 100.0;
    let [mut plain, mut other] = [&data, &padded].map(|data| {
        let mut lstm = new(&settings(), data);
        learn(&mut lstm, data, 1);
        lstm
    });
    assert_eq!(plain.weights(), other.weights());
    assert_eq!(plain.test(&data), other.test(&padded));
}

#[test]
fn what_is_fed_back_is_of_the_step_before_and_gone_in_the_next_sequence() {
    let data = random_sequence(2, 3, 2);
    let mut net = Net::drawn(&busy(), 3, 2, &data.streams);
    let sequence = Sequence::of(&data, 0);
    let answer = |net: &mut Net| {
        net.reset();
        net.step(sequence.input(0), true);
        net.respond().to_vec()
    };
    let first = answer(&mut net);
    net.step(sequence.input(0), true);
    assert_ne!(net.respond(), first, "it has a memory");
    assert_eq!(answer(&mut net), first);
    let alone = Lstm1997Spec {
        recurrent: vec![Source::Gates],
        ..busy()
    };
    let net = Net::drawn(&alone, 3, 2, &data.streams);
    assert_eq!(net.sources.len(), 3 + 6 + 1);
}

/// A stream is left at its first error, and each target of a step counts.
#[test]
fn targets_of_every_step_are_judged_and_a_stream_is_left_at_an_error() {
    let data = Data {
        sequences: Some(Sequences {
            width: 1,
            lengths: vec![4],
            positions: 4,
            marked: Vec::new(),
        }),
        t: Array2::from_shape_vec((1, 8), [1.0, 0.0].repeat(4)).unwrap(),
        ..random_sequence(4, 1, 2)
    };
    let untrained = |spec: Lstm1997Spec| {
        let mut lstm = new(
            &Lstm1997Spec {
                weights: 0.0,
                ..spec
            },
            &data,
        );
        lstm.present(&Sequence::of(&data, 0), false)
    };
    // All outputs are 1/2.
    let within = |bound| Lstm1997Spec {
        right: Right::Within(bound),
        leave_at_error: true,
        ..settings()
    };
    let fine = untrained(within(0.6));
    assert_eq!((fine.steps, fine.wrong), (4, false));
    let left = untrained(within(0.4));
    assert_eq!((left.steps, left.wrong), (1, true));
    let last = untrained(Lstm1997Spec {
        judged: Judged::Last,
        ..within(0.4)
    });
    assert_eq!((last.steps, last.wrong), (4, true));
    let active = untrained(Lstm1997Spec {
        right: Right::MostActive,
        ..settings()
    });
    assert!(active.wrong, "as active as others is not most active");
}

/// The next inputs are 1 and 1 / 2, and the target behind the last step is 0.
#[test]
fn a_teacher_shows_what_came_and_cells_that_have_not_joined_stay_as_they_are() {
    let data = Data {
        sequences: Some(Sequences {
            width: 1,
            lengths: vec![3],
            positions: 3,
            marked: Vec::new(),
        }),
        x: Array2::from_shape_vec((1, 3), vec![0.0, 1.0, 0.5]).unwrap(),
        ..Data::new(Array2::zeros((1, 3)), Array2::zeros((1, 3)))
    };
    let data = Data {
        outputs: vec!["y".into()],
        ..data
    };
    let spec = Lstm1997Spec {
        teacher: Teacher::NextInput,
        cells_join_after: 1,
        ..settings()
    };
    let mut lstm = new(&spec, &data);
    let (w, v) = (lstm.net.w.clone(), lstm.net.v.clone());
    let (&start, of_cells) = v.split_last().unwrap();
    learn(&mut lstm, &data, 1);
    assert_eq!(lstm.net.w, w);
    assert_eq!(&lstm.net.v[..of_cells.len()], of_cells);
    // Only the bias b of the output has moved: b += η y (1 - y) (t - y).
    let bias = [1.0, 0.5, 0.0].into_iter().fold(start, |bias: f64, t| {
        let y = 1.0 / (1.0 + (-bias).exp());
        bias + 0.5 * (y * (1.0 - y) * (t - y))
    });
    assert_eq!(lstm.net.v.last(), Some(&bias));
    learn(&mut lstm, &data, 1);
    assert!(lstm.net.w != w, "the cells have joined");
    assert!(&lstm.net.v[..of_cells.len()] != of_cells);
}

#[test]
fn it_ends_after_a_pass_when_the_test_says_so() {
    let data = signs(60);
    for (stop, ends) in [
        (StopSpec::Test(TestedSpec { mean_error: None }), true),
        (StopSpec::All(TestedSpec { mean_error: None }), true),
        (
            StopSpec::Test(TestedSpec {
                mean_error: Some(0.1),
            }),
            false,
        ),
    ] {
        // Outputs are 1/2, which is near enough for the bound and far from the targets.
        let spec = Lstm1997Spec {
            stop,
            learning_rate: 1e-9,
            weights: 0.0,
            right: Right::Within(0.6),
            ..settings()
        };
        let mut lstm = new(&spec, &data);
        learn(&mut lstm, &data, 1);
        assert!(!lstm.is_done());
        let values = lstm.measure(&data, &data);
        assert_eq!(lstm.is_done(), ends, "{stop:?}");
        assert_eq!(values.contains_key("sequences_to_criterion"), ends);
    }
}

#[test]
fn data_that_it_cannot_learn_are_refused() {
    let refused = |settings: &Lstm1997Spec, data: &Data| {
        let problem = Lstm1997::new(settings, data).err().unwrap();
        (problem.key, problem.reason)
    };
    let plain = Data {
        sequences: None,
        ..signs(6)
    };
    let key = String::from("learner.lstm_1997");
    let told = "it learns from sequences, step by step, and these samples are none";
    assert_eq!(refused(&settings(), &plain), (key.clone(), told.into()));
    let mut far = signs(6);
    far.t[[0, 0]] = 1.5;
    let told = "its outputs are between 0 and 1, and a target is 1.5";
    assert_eq!(refused(&settings(), &far), (key, told.into()));
    let most_active = Lstm1997Spec {
        right: Right::MostActive,
        ..settings()
    };
    let next = Lstm1997Spec {
        teacher: Teacher::NextInput,
        ..settings()
    };
    let told = "an input of 1 numbers is no target of 1 at each step";
    let key = String::from("learner.lstm_1997.teacher");
    assert_eq!(refused(&next, &signs(6)), (key, told.into()));
    let told = "a single output is always the most active";
    let key = String::from("learner.lstm_1997.right");
    assert_eq!(refused(&most_active, &signs(6)), (key, told.into()));
}
