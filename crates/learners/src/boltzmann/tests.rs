use ndarray::{Array2, array};
use spec::learners::{AnnealingSpec, BoltzmannSpec, Connect, Statistics, WeightUpdate};

use super::Boltzmann;
use super::proofs::{drawn, encoder, three_units};
use crate::{Data, Learner, Proof, Stop};
use contract::Streams;

fn data(vectors: Array2<f64>, seed: u64) -> Data {
    let mut data = Data::new(vectors.clone(), vectors);
    data.streams = Streams::new(seed);
    data
}

/// A machine after its last cycle, and how many it took.
fn learned(settings: &BoltzmannSpec, data: &Data) -> (Boltzmann, usize) {
    let mut boltzmann = Boltzmann::new(settings, data).unwrap();
    let mut cycles = 0;
    while !boltzmann.is_done() {
        boltzmann.pass(data, &|| Ok(())).unwrap();
        cycles += 1;
    }
    (boltzmann, cycles)
}

fn refused(settings: &BoltzmannSpec, data: &Data) -> String {
    let refused = Boltzmann::new(settings, data).err();
    refused.expect("it cannot learn this").reason
}

#[test]
fn an_encoder_finds_a_code_for_each_of_its_four_vectors() {
    let data = data(encoder(4), 1);
    let (boltzmann, cycles) = learned(&BoltzmannSpec::default(), &data);
    assert!(cycles < 1000, "{cycles} cycles");
    let codes: Vec<Vec<f64>> = boltzmann.findings(&data)[0]
        .rows
        .iter()
        .map(|(_, numbers)| numbers[..2].to_vec())
        .collect();
    for (i, code) in codes.iter().enumerate() {
        assert!(!codes[..i].contains(code), "{codes:?}");
    }
    assert!(boltzmann.warnings(&data).is_empty());
    assert!(boltzmann.proofs(&data).iter().all(Proof::holds));
    // What is not to see each other has no weight.
    assert_eq!(boltzmann.machine.w[[0, 4]], 0.0);
    assert_eq!(boltzmann.machine.w[[8, 9]], 0.0);
    assert_ne!(boltzmann.machine.w[[0, 1]], 0.0);
}

/// 250 trials as in the paper, which found all codes in 250 of 250, with a median of 110 cycles.
#[test]
fn the_trials_of_1985() {
    let mut cycles: Vec<usize> = (1..=250)
        .map(|seed| {
            let data = data(encoder(4), seed);
            let (boltzmann, cycles) = learned(&BoltzmannSpec::default(), &data);
            match boltzmann.warnings(&data).is_empty() {
                true => cycles,
                false => usize::MAX,
            }
        })
        .collect();
    cycles.sort_unstable();
    let solved = cycles.iter().filter(|&&cycles| cycles < usize::MAX).count();
    let median = cycles[125];
    assert!(solved >= 245, "{solved} of 250");
    assert!((55..=220).contains(&median), "median {median}");
}

#[test]
fn the_exact_gradient_makes_g_smaller_and_smaller() {
    let settings = BoltzmannSpec {
        statistics: Statistics::Exact,
        update: WeightUpdate::Gradient,
        temperature: 1.0,
        step: 1.0,
        connect: Connect::Full,
        hidden: 1,
        cycles: 200,
        differ_for: 0,
        ..BoltzmannSpec::default()
    };
    let data = data(array![[0., 0.], [1., 1.], [1., 1.]], 1);
    let mut boltzmann = Boltzmann::new(&settings, &data).unwrap();
    let mut before = f64::INFINITY;
    for _ in 0..200 {
        let g = boltzmann.pass(&data, &|| Ok(())).unwrap()["g"];
        assert!(g < before, "{g} after {before}");
        before = g;
    }
    assert!(before < 0.1, "{before}");
    assert!(boltzmann.proofs(&data).iter().all(Proof::holds));
}

/// Without noise, sampled statistics of many annealings are the exact ones.
#[test]
fn what_is_sampled_is_near_what_is_exact() {
    let mut boltzmann = Boltzmann::new(
        &BoltzmannSpec {
            temperature: 1.0,
            statistics: Statistics::Annealing(AnnealingSpec {
                schedule: vec![(10, 1.0)],
                time: 1000,
                samples: 1000,
                presentations: 20,
                noise: [0.0; 2],
                ..AnnealingSpec::default()
            }),
            ..BoltzmannSpec::default()
        },
        &data(encoder(2), 1),
    )
    .unwrap();
    boltzmann.machine = drawn(4, 2, Connect::Encoder);
    let data = data(encoder(2), 1);
    let sampled = boltzmann.difference(&data, &|| Ok(())).unwrap();
    let exact = boltzmann.machine.exact_difference(data.x.view(), 1.0);
    let error = (sampled - exact)
        .iter()
        .fold(0.0, |e: f64, d| e.max(d.abs()));
    assert!(error < 0.04, "off by {error}");
}

#[test]
fn a_code_is_the_most_probable_state_of_hidden_units_that_see_each_other() {
    let machine = drawn(3, 3, Connect::Full);
    let energies = machine.energies();
    for v in 0..8_usize {
        let bits: Vec<f64> = (0..3).map(|unit| (v >> (2 - unit) & 1) as f64).collect();
        let states = 8 * v..8 * v + 8;
        let best = states
            .min_by(|&a, &b| energies[a].total_cmp(&energies[b]))
            .unwrap();
        let code: Vec<bool> = (0..3).map(|unit| best >> (2 - unit) & 1 == 1).collect();
        assert_eq!(machine.code(&bits), code);
    }
}

#[test]
fn an_update_is_two_by_sign_and_nothing_without_a_difference() {
    let data = data(encoder(2), 1);
    let mut boltzmann = Boltzmann::new(&BoltzmannSpec::default(), &data).unwrap();
    let mut difference = Array2::zeros((6, 6));
    (difference[[0, 1]], difference[[1, 0]], difference[[3, 3]]) = (1e-9, 1e-9, -0.5);
    boltzmann.update(&difference);
    assert_eq!(boltzmann.machine.w[[0, 1]], 2.0);
    assert_eq!(boltzmann.machine.w.sum(), 4.0);
    assert_eq!(boltzmann.machine.b, array![0., 0., 0., -2., 0., 0.]);
}

#[test]
fn a_machine_that_is_restored_goes_on_to_the_same_bits() {
    let data = data(encoder(4), 3);
    let settings = BoltzmannSpec {
        differ_for: 0,
        cycles: 8,
        ..BoltzmannSpec::default()
    };
    let (whole, _) = learned(&settings, &data);
    let mut cut = Boltzmann::new(&settings, &data).unwrap();
    while !cut.is_done() {
        cut.pass(&data, &|| Ok(())).unwrap();
        let state = cut.state();
        cut = Boltzmann::new(&settings, &data).unwrap();
        cut.restore(&state).unwrap();
    }
    assert_eq!(cut.state(), whole.state());
    let mut other = Boltzmann::new(&settings, &self::data(encoder(3), 1)).unwrap();
    assert!(other.restore(&cut.state()).is_err());
    let stopped = other.pass(&self::data(encoder(3), 1), &|| Err(Stop::Interrupted));
    assert!(matches!(stopped, Err(Stop::Interrupted)));
}

#[test]
fn what_is_no_vector_of_bits_is_refused_with_its_place() {
    let settings = BoltzmannSpec::default();
    let (mut x, t) = (encoder(2), array![[1.0], [0.0]]);
    assert_eq!(
        refused(&settings, &Data::new(x.clone(), t)),
        "it learns whole vectors, and the target is y1"
    );
    x[[1, 2]] = 0.5;
    assert_eq!(
        refused(&settings, &data(x.clone(), 1)),
        "x3 of sample 2 is 0.5, and units are 0 or 1"
    );
    x[[1, 2]] = f64::NAN;
    let reason = refused(&settings, &data(x, 1));
    assert_eq!(reason, "x3 of sample 2 is NaN, and units are 0 or 1");
}

#[test]
fn the_picture_has_a_square_for_each_weight_and_is_the_same_again() {
    let data = data(encoder(2), 1);
    let mut boltzmann = Boltzmann::new(&BoltzmannSpec::default(), &data).unwrap();
    boltzmann.machine = three_units();
    let svg = boltzmann.picture();
    // The ground, three boxes, six weights and two biases that are not 0.
    assert_eq!(svg.matches("<rect").count(), 1 + 3 + 6 + 2);
    assert_eq!(svg.matches('<').count(), svg.matches('>').count());
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    assert_eq!(svg, boltzmann.picture());
}

#[test]
fn weights_that_are_not_the_same_both_ways_or_where_there_are_none_are_refused() {
    let data = data(encoder(2), 1);
    let mut boltzmann = Boltzmann::new(&BoltzmannSpec::default(), &data).unwrap();
    let before = boltzmann.state();
    let mut refused = |changes: &[((usize, usize), f64)]| {
        let mut state = before.clone();
        let weight = state.get_mut("weight").unwrap();
        for &((i, j), w) in changes {
            weight[[i, j]] = w;
        }
        let error = boltzmann.restore(&state).unwrap_err().to_string();
        assert_eq!(boltzmann.state(), before);
        error
    };
    assert_eq!(
        refused(&[((0, 1), 2.0), ((1, 0), -1.0)]),
        "tensor \"weight\" is not symmetric: between units 1 and 2 it has 2 one way and -1 the other"
    );
    assert_eq!(
        refused(&[((0, 2), 2.0), ((2, 0), 2.0)]),
        "tensor \"weight\" has 2 between units 1 and 3, which do not see each other"
    );
    assert_eq!(
        refused(&[((3, 3), 0.5)]),
        "tensor \"weight\" has 0.5 from unit 4 to itself"
    );
}
