//! Sequences made from a formula.

use super::reber::{SYMBOLS, draw};
use super::*;
use crate::load;
use spec::datasets::{
    AddingSpec, ContinualReberSpec, DatasetSpec, DistractorsSpec, LettersSpec, LongLagSpec,
    MultiplicationSpec, ReberSpec, TemporalOrderSpec, TemporalXorSpec, TwoSequenceSpec,
};
use std::collections::HashSet;
use std::path::Path;

fn make(spec: DatasetSpec, seed: u64) -> Dataset {
    load(&spec, Path::new("."), &Streams::new(seed)).unwrap()
}

/// Numbers of all samples of a part, `[N, T·D]`.
fn x(samples: &Samples) -> Array2<f64> {
    let rows: Vec<usize> = (0..samples.len()).collect();
    let mut x = Array2::zeros((rows.len(), samples.width()));
    samples.gather(&rows, x.view_mut());
    x
}

#[test]
fn every_third_bit_is_the_exclusive_or_of_the_two_before() {
    let spec = TemporalXorSpec {
        bits: 100,
        test_bits: 30,
        steps: 12,
    };
    let data = make(DatasetSpec::TemporalXor(spec), 1);
    assert!(!data.test_is_train);
    assert_eq!(data.sample_shape, [12, 1]);
    for (part, bits) in [(&data.train, 100), (&data.test, 30)] {
        let (x, t) = (x(part), part.values().unwrap());
        let lengths = part.lengths().unwrap();
        assert_eq!(
            (lengths.iter().sum::<usize>(), part.positions()),
            (bits, 12)
        );
        let stream: Vec<f64> = x.iter().copied().take(bits).collect();
        for three in stream.chunks_exact(3) {
            assert_eq!(three[2], f64::from(u8::from(three[0] != three[1])));
        }
        assert_eq!(t[..bits - 1], stream[1..], "the target is the next bit");
        assert!(
            x.iter()
                .skip(bits)
                .chain(&t[bits..])
                .all(|padding| *padding == 0.0)
        );
    }
    let ones = x(&data.train).sum();
    assert!((30.0..70.0).contains(&ones), "{ones}");
    assert_ne!(x(&data.train).row(0), x(&data.test).row(0));
}

#[test]
fn two_marked_numbers_add_up_to_the_target() {
    let spec = AddingSpec {
        samples: 400,
        length: 20,
        split: Split::None,
        ..AddingSpec::default()
    };
    let data = make(DatasetSpec::Adding(spec), 1);
    assert_eq!(data.sample_shape, [22, 2]);
    let lengths = data.train.lengths().unwrap();
    assert_eq!(HashSet::from_iter(lengths), HashSet::from([&20, &21, &22]));
    for ((x, &length), &target) in x(&data.train)
        .rows()
        .into_iter()
        .zip(lengths)
        .zip(data.train.values().unwrap())
    {
        let marker = |step: usize| x[2 * step + 1];
        assert_eq!((marker(0), marker(length - 1)), (-1.0, -1.0));
        let marked: Vec<usize> = (0..22).filter(|&step| marker(step) == 1.0).collect();
        assert!(marked.len() <= 2 && !marked.is_empty(), "{marked:?}");
        assert!(marked.iter().all(|&step| step <= 10));
        // Where the first step was marked, its number counts as 0.
        let sum: f64 = marked.iter().map(|&step| x[2 * step]).sum();
        assert!((0.5 + sum / 4.0 - target).abs() < 1e-15);
        assert!((2 * length..44).all(|at| x[at] == 0.0), "padding");
    }
    // The variance of (X1 + X2) / 4 is 1/24.
    let targets = data.train.values().unwrap();
    let squares = targets.iter().map(|t| (t - 0.5) * (t - 0.5)).sum::<f64>() / 400.0;
    assert!((squares - 1.0 / 24.0).abs() < 0.007, "{squares}");
}

#[test]
fn the_class_is_the_order_of_the_symbols_that_matter() {
    for (symbols, windows) in [(2, &[10, 50][..]), (3, &[10, 33, 66])] {
        let spec = TemporalOrderSpec {
            samples: 100,
            symbols,
            length: 100,
            split: Split::None,
            ..TemporalOrderSpec::default()
        };
        let data = make(DatasetSpec::TemporalOrder(spec), 1);
        let Target::Classes { names } = &data.target else {
            panic!("an order is a class");
        };
        assert_eq!(names.len(), 1 << symbols);
        assert_eq!(
            (&*names[0], &*names[1]),
            match symbols {
                2 => ("XX", "XY"),
                _ => ("XXX", "XXY"),
            }
        );
        let labels = data.train.labels().unwrap();
        for ((x, &length), &label) in x(&data.train)
            .rows()
            .into_iter()
            .zip(data.train.lengths().unwrap())
            .zip(labels)
        {
            let of = |step: usize| (0..8).position(|symbol| x[8 * step + symbol] == 1.0);
            assert!((100..=110).contains(&length));
            assert_eq!(
                (of(0), of(length - 1), x.sum()),
                (Some(0), Some(1), length as f64)
            );
            let marks: Vec<usize> = (0..length).filter(|&step| of(step) >= Some(6)).collect();
            assert_eq!(marks.len(), symbols);
            for (at, start) in marks.iter().zip(windows) {
                assert!((*start..=start + 10).contains(at), "{marks:?}");
            }
            let order: String = marks
                .iter()
                .map(|&at| ["X", "Y"][of(at).unwrap() - 6])
                .collect();
            assert_eq!(order, names[label]);
        }
        assert_eq!(HashSet::<&usize>::from_iter(labels).len(), names.len());
    }
}

/// The mean number of symbols is 12, and so much is to be known of a string: a bit for each choice.
#[test]
fn strings_of_the_embedded_reber_grammar_have_their_length_and_entropy() {
    let mut rng = Streams::new(1).stream("sequences");
    let (mut symbols, mut nats, strings) = (0, 0.0, 20_000);
    for _ in 0..strings {
        let string = draw(&mut rng);
        assert!(string.len() >= 9);
        for pair in string.windows(2) {
            assert!(pair[0].1.contains(&pair[1].0), "{string:?}");
            nats += (pair[0].1.len() as f64).ln();
        }
        assert_eq!(string[1].0, string[string.len() - 2].0, "the long lag");
        symbols += string.len();
    }
    let strings = f64::from(strings);
    assert!((symbols as f64 / strings - 12.0).abs() < 0.1);
    assert!((nats / strings - 4.852030263919617).abs() < 0.05);
}

#[test]
fn the_targets_of_a_string_are_all_that_may_follow() {
    let spec = ReberSpec {
        samples: 40,
        ..ReberSpec::default()
    };
    let data = make(DatasetSpec::Reber(spec), 1);
    assert_eq!((data.train.len(), data.test.len()), (20, 20));
    let mut seen = HashSet::new();
    for part in [&data.train, &data.test] {
        let (x, t) = (x(part), part.values().unwrap());
        let width = part.target_width();
        assert_eq!(width, part.positions() * SYMBOLS.len());
        for (row, &length) in part.lengths().unwrap().iter().enumerate() {
            let of = |step: usize| (0..7).position(|s| x[[row, 7 * step + s]] == 1.0).unwrap();
            let string: String = (0..length).map(|step| SYMBOLS[of(step)]).collect();
            for step in 0..length {
                let t = &t[row * width + 7 * step..][..7];
                match step + 1 < length {
                    true => assert_eq!(t[of(step + 1)], 1.0),
                    false => assert_eq!(t, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], "E"),
                }
            }
            assert!(seen.insert(string), "each of them once");
        }
    }
}

#[test]
fn the_seed_makes_the_sequences() {
    for spec in [
        DatasetSpec::TemporalXor(TemporalXorSpec::default()),
        DatasetSpec::Letters(LettersSpec::default()),
        DatasetSpec::Adding(AddingSpec::default()),
        DatasetSpec::TemporalOrder(TemporalOrderSpec::default()),
        DatasetSpec::Reber(ReberSpec::default()),
        DatasetSpec::Multiplication(MultiplicationSpec::default()),
        DatasetSpec::LongLag(LongLagSpec {
            samples: 100,
            ..LongLagSpec::default()
        }),
        DatasetSpec::Distractors(DistractorsSpec::default()),
        DatasetSpec::TwoSequence(TwoSequenceSpec::default()),
        DatasetSpec::ContinualReber(ContinualReberSpec::default()),
    ] {
        let checksums = [1, 1, 2].map(|seed| make(spec.clone(), seed).checksum);
        assert_eq!(checksums[0], checksums[1]);
        assert_ne!(checksums[0], checksums[2]);
    }
}

#[test]
fn two_marked_numbers_multiply_to_the_target() {
    let spec = MultiplicationSpec {
        samples: 400,
        length: 20,
        split: Split::None,
        ..MultiplicationSpec::default()
    };
    let data = make(DatasetSpec::Multiplication(spec), 1);
    let targets = data.train.values().unwrap();
    for (x, target) in x(&data.train).rows().into_iter().zip(targets) {
        let steps = (0..22).map(|step| (x[2 * step], x[2 * step + 1]));
        // Where the first step was marked, its number counts as 1.
        let marked = steps.clone().filter(|(_, marker)| *marker == 1.0);
        let product: f64 = marked.map(|(x, _)| x).product();
        assert_eq!(product, *target);
        assert!(steps.map(|(x, _)| x).all(|x| (0.0..1.0).contains(&x)));
    }
    // Of two of U[0, 1), one being 1 in a tenth of the cases.
    let mean = targets.iter().sum::<f64>() / 400.0;
    assert!((mean - (0.9 * 0.25 + 0.1 * 0.5)).abs() < 0.04, "{mean}");
}

/// The place of the 1 at each step.
fn symbols(numbers: &[f64], width: usize) -> Vec<usize> {
    let steps = numbers.chunks_exact(width);
    let place = |step: &[f64]| step.iter().position(|x| *x == 1.0);
    let steps = steps.filter(|step| step.iter().sum::<f64>() == 1.0);
    steps.filter_map(place).collect()
}

#[test]
fn the_last_symbol_of_a_string_is_the_first() {
    for random in [false, true] {
        let spec = LongLagSpec {
            samples: 50,
            symbols: 10,
            random,
            split: Split::None,
            ..LongLagSpec::default()
        };
        let data = make(DatasetSpec::LongLag(spec), 1);
        assert_eq!(data.sample_shape, [10, 11]);
        let (x, t) = (x(&data.train), data.train.values().unwrap());
        let (mut firsts, mut others) = (HashSet::new(), HashSet::new());
        for (x, t) in x.rows().into_iter().zip(t.chunks_exact(110)) {
            let (x, t) = (symbols(x.as_slice().unwrap(), 11), symbols(t, 11));
            assert_eq!(
                (x.len(), &x[1..]),
                (10, &t[..9]),
                "the target is the next symbol"
            );
            assert_eq!(t[9], x[0]);
            firsts.insert(x[0]);
            others.insert(x[1..].to_vec());
        }
        assert_eq!(firsts, HashSet::from([0, 10]));
        match random {
            false => assert_eq!(others, HashSet::from([(1..10).collect()])),
            true => assert!(others.iter().flatten().all(|a| (1..10).contains(a))),
        }
        assert_eq!(others.len() > 40, random);
    }
}

#[test]
fn the_class_came_before_at_least_so_many_distractors() {
    let spec = DistractorsSpec {
        samples: 2000,
        lag: 7,
        symbols: 5,
        split: Split::None,
        ..DistractorsSpec::default()
    };
    let data = make(DatasetSpec::Distractors(spec), 1);
    let lengths = data.train.lengths().unwrap();
    for ((x, &length), class) in x(&data.train)
        .rows()
        .into_iter()
        .zip(lengths)
        .zip(data.train.labels().unwrap())
    {
        let x = symbols(x.as_slice().unwrap(), 9);
        assert_eq!(
            (x.len(), x[0], x[1], x[length - 1]),
            (length, 7, 5 + class, 8)
        );
        assert!(x[2..length - 1].iter().all(|distractor| *distractor < 5));
    }
    assert_eq!(
        lengths.iter().min(),
        Some(&10),
        "b, x, seven distractors, e"
    );
    // Behind the seven there are 9 on average.
    let mean = lengths.iter().sum::<usize>() as f64 / 2000.0;
    assert!((mean - 19.0).abs() < 1.0, "{mean}");
}

#[test]
fn a_noisy_sequence_begins_with_its_class() {
    let spec = TwoSequenceSpec {
        samples: 200,
        split: Split::None,
        ..TwoSequenceSpec::default()
    };
    let data = make(DatasetSpec::TwoSequence(spec), 1);
    let (x, mut squares, mut count) = (x(&data.train), 0.0, 0.0);
    let lengths = data.train.lengths().unwrap();
    for ((x, &length), target) in x
        .rows()
        .into_iter()
        .zip(lengths)
        .zip(data.train.values().unwrap())
    {
        assert!((100..=110).contains(&length));
        assert!((0..3).all(|step| x[step] == 2.0 * target - 1.0));
        squares += (3..length).map(|step| x[step] * x[step]).sum::<f64>();
        count += (length - 3) as f64;
    }
    assert!(
        (squares / count - 0.2_f64).abs() < 0.01,
        "{}",
        squares / count
    );
}

#[test]
fn behind_a_string_of_a_stream_comes_the_next() {
    let spec = ContinualReberSpec {
        samples: 3,
        symbols: 500,
        split: Split::None,
        ..ContinualReberSpec::default()
    };
    let data = make(DatasetSpec::ContinualReber(spec), 1);
    assert_eq!(data.sample_shape, [500, 7]);
    let (x, t) = (x(&data.train), data.train.values().unwrap());
    for (x, t) in x.rows().into_iter().zip(t.chunks_exact(3500)) {
        let x = symbols(x.as_slice().unwrap(), 7);
        for (next, t) in x[1..].iter().zip(t.chunks_exact(7)) {
            assert_eq!(t[*next], 1.0);
            assert!((1.0..=2.0).contains(&t.iter().sum::<f64>()));
        }
        let text: String = x.iter().map(|&symbol| SYMBOLS[symbol]).collect();
        let strings: Vec<&str> = text.split_inclusive("EB").collect();
        assert!(strings.len() > 30, "{text}");
    }
}

/// New ones for each pass, the same whenever they are drawn; those held back stay.
#[test]
fn sequences_are_drawn_anew_where_the_data_say_so() {
    let spec = |fresh| {
        DatasetSpec::TemporalOrder(TemporalOrderSpec {
            samples: 30,
            fresh,
            ..TemporalOrderSpec::default()
        })
    };
    let drawn = |pass| crate::fresh(&spec(true), 10, &Streams::new(1), pass).unwrap();
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    assert_eq!((drawn(1).len(), drawn(1).width()), (10, 880));
    assert_eq!(crate::fresh(&spec(false), 10, &Streams::new(1), 1), None);
    let [stays, changes] = [false, true].map(|fresh| make(spec(fresh), 1));
    assert_eq!(stays.checksum, changes.checksum);
    assert!(
        crate::fresh(
            &DatasetSpec::Xor(Default::default()),
            4,
            &Streams::new(1),
            1
        )
        .is_none()
    );
}
