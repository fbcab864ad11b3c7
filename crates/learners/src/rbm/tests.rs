use contract::Streams;
use ndarray::{Array2, Axis, array, concatenate, s};
use rand::seq::SliceRandom;
use rayon::ThreadPoolBuilder;
use spec::learners::{AisSpec, ClassifierSpec, RbmSpec, Rule, Visible};
use spec::measures::Values;

use super::Rbm;
use super::data::best_log_likelihood;
use super::proofs::bars_and_stripes;
use crate::{Data, Learner, Proof, Stop};

fn unlabelled(x: Array2<f64>) -> Data {
    Data::new(x.clone(), x)
}

fn small() -> RbmSpec {
    RbmSpec {
        hidden: 6,
        batch_size: 5,
        epochs: 6,
        report: 2,
        ais: AisSpec {
            runs: 0,
            ..AisSpec::default()
        },
        ..RbmSpec::default()
    }
}

/// After its last pass, with what each of them measured.
fn learned(settings: &RbmSpec, data: &Data) -> (Rbm, Vec<Values>) {
    let mut rbm = Rbm::new(settings, data).unwrap();
    let mut measured = Vec::new();
    while !rbm.is_done() {
        measured.push(rbm.pass(data, &|| Ok(())).unwrap());
    }
    (rbm, measured)
}

fn refused(settings: &RbmSpec, data: &Data) -> String {
    let refused = Rbm::new(settings, data).err();
    refused.expect("it cannot learn this").reason
}

#[test]
fn by_the_exact_gradient_the_likelihood_comes_near_what_it_can_be() {
    let data = unlabelled(bars_and_stripes(2));
    let settings = RbmSpec {
        rule: Rule::Exact,
        batch_size: 6,
        epochs: 3000,
        report: 100,
        decay: 0.0,
        initial: 0.1,
        ..small()
    };
    let (rbm, measured) = learned(&settings, &data);
    let best = best_log_likelihood(&rbm.x);
    assert!((best - (1.0 / 6.0_f64).ln()).abs() < 1e-12);
    let last = measured.last().unwrap()["log_likelihood"];
    assert!(last > best - 0.1 && last < best, "{last}, at most {best}");
    assert!(
        rbm.proofs(&data).iter().all(Proof::holds),
        "{:?}",
        rbm.proofs(&data)
    );
    let rows = &rbm.findings(&data)[0].rows;
    assert!(
        rows.iter()
            .any(|(name, value)| name == "ln P(v), mean" && value[0] == last)
    );
}

#[test]
fn contrastive_divergence_learns_to_give_back_its_samples() {
    let data = unlabelled(bars_and_stripes(3));
    // Persistent chains diverge with much momentum, and in the end with any (Fischer & Igel 2010).
    let with_momentum = (400, small().momentum);
    for (rule, (epochs, momentum)) in [
        (Rule::Cd(1), with_momentum),
        (Rule::Cd(3), with_momentum),
        (Rule::Pcd(1), (1000, [0.0; 2])),
    ] {
        let settings = RbmSpec {
            rule,
            epochs,
            report: 40,
            decay: 0.0,
            momentum,
            ..small()
        };
        let (_, measured) = learned(&settings, &data);
        let [first, last] = [&measured[0], measured.last().unwrap()];
        assert!(
            last["log_likelihood"] > first["log_likelihood"] + 0.5,
            "{rule:?}"
        );
        assert!(
            last["reconstruction_error"] < first["reconstruction_error"],
            "{rule:?}"
        );
        assert!(
            last["pseudo_likelihood"] > first["pseudo_likelihood"],
            "{rule:?}"
        );
    }
}

#[test]
fn gaussian_units_find_the_mean_and_softmax_groups_stay_groups() {
    let real = Array2::from_shape_fn((40, 3), |(row, at)| ((row * 3 + at) as f64).sin() + 1.0);
    let settings = RbmSpec {
        visible: Visible::Gaussian,
        learning_rate: 0.001,
        epochs: 300,
        hidden: 2,
        ..small()
    };
    let (rbm, _) = learned(&settings, &unlabelled(real.clone()));
    let means = rbm.predict(real.view()).mean_axis(Axis(0)).unwrap();
    let wanted = real.mean_axis(Axis(0)).unwrap();
    assert!((means - &wanted).iter().all(|d| d.abs() < 0.2), "{wanted}");
    let triples = Array2::from_shape_fn((9, 6), |(row, unit)| {
        let on = [row / 3, row % 3][unit / 3];
        f64::from(u8::from(unit % 3 == on))
    });
    let settings = RbmSpec {
        visible: Visible::Softmax(3),
        ..small()
    };
    let (rbm, _) = learned(&settings, &unlabelled(triples.clone()));
    for back in rbm.predict(triples.view()).rows() {
        assert!((back.slice(s![..3]).sum() - 1.0).abs() < 1e-6);
    }
    assert_eq!(rbm.fantasies(4).sum().round(), 8.0);
}

#[test]
fn a_machine_that_is_restored_goes_on_to_the_same_bits() {
    let data = unlabelled(bars_and_stripes(3));
    for rule in [Rule::Cd(2), Rule::Pcd(1), Rule::Exact] {
        let settings = RbmSpec {
            rule,
            held_back: 0.2,
            switch: 3,
            ..small()
        };
        let (whole, _) = learned(&settings, &data);
        let mut cut = Rbm::new(&settings, &data).unwrap();
        while !cut.is_done() {
            cut.pass(&data, &|| Ok(())).unwrap();
            let state = cut.state();
            cut = Rbm::new(&settings, &data).unwrap();
            cut.restore(&state).unwrap();
        }
        assert_eq!(cut.state(), whole.state(), "{rule:?}");
    }
    let (narrow, _) = learned(&small(), &unlabelled(bars_and_stripes(2)));
    let mut wide = Rbm::new(&small(), &data).unwrap();
    assert!(wide.restore(&narrow.state()).is_err());
    let stopped = wide.pass(&data, &|| Err(Stop::Interrupted));
    assert!(matches!(stopped, Err(Stop::Interrupted)));
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    let x = Array2::from_shape_fn((90, 150), |(row, at)| ((row * 7 + at) % 10) as f64 / 9.0);
    let data = unlabelled(x);
    let settings = |rule| RbmSpec {
        rule,
        hidden: 130,
        batch_size: 60,
        epochs: 2,
        report: 2,
        ais: AisSpec {
            runs: 40,
            temperatures: 5,
        },
        ..small()
    };
    for rule in [Rule::Cd(1), Rule::Pcd(1)] {
        let on = |threads| {
            let pool = ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let (rbm, measured) = pool.install(|| learned(&settings(rule), &data));
            (rbm.state(), measured)
        };
        let one = on(1);
        assert!(one == on(2) && one == on(3), "{rule:?}");
    }
}

/// Rows against columns, told apart by what hidden units of the images see.
#[test]
fn where_the_target_is_a_class_the_features_are_classified() {
    let x = bars_and_stripes(3).slice(s![1..13, ..]).to_owned();
    let x = concatenate![Axis(0), x.slice(s![..6, ..]), x.slice(s![7.., ..])];
    let t = Array2::from_shape_fn((11, 2), |(row, class)| {
        f64::from(u8::from((row < 6) == (class == 0)))
    });
    let data = Data::new(x, t);
    let settings = RbmSpec {
        hidden: 20,
        epochs: 200,
        report: 200,
        classifier: ClassifierSpec {
            ridge: 1e-3,
            iterations: 200,
        },
        ..small()
    };
    let (rbm, _) = learned(&settings, &data);
    let p = rbm.predict(data.x.view());
    for (p, t) in p.rows().into_iter().zip(data.t.rows()) {
        assert!(
            p.dot(&t) > 0.5 && (p.sum() - 1.0).abs() < 1e-12,
            "{p} for {t}"
        );
    }
    assert!(rbm.weights().get("classifier.weight").is_some());
}

#[test]
fn samples_held_back_are_not_learned_from_and_show_the_gap() {
    let data = unlabelled(bars_and_stripes(3));
    let settings = RbmSpec {
        held_back: 0.5,
        epochs: 300,
        ..small()
    };
    let (rbm, measured) = learned(&settings, &data);
    assert_eq!((rbm.x.nrows(), rbm.held.nrows()), (7, 7));
    // What was learned has less energy.
    assert!(
        measured.last().unwrap()["free_energy_gap"] < 0.0,
        "{measured:?}"
    );
    let all = RbmSpec {
        held_back: 0.99,
        ..small()
    };
    assert_eq!(refused(&all, &data), "no sample is left to learn from");
}

#[test]
fn inputs_that_visible_units_cannot_be_are_refused_with_their_place() {
    let mut x = array![[0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0]];
    let with = |visible| RbmSpec { visible, ..small() };
    let softmax = with(Visible::Softmax(2));
    assert_eq!(
        refused(&softmax, &unlabelled(array![[0.0, 1.0], [1.0, 1.0]])),
        "of group 1 of sample 2 (from x1 on) 2 units are on, and one should be"
    );
    let odd = with(Visible::Softmax(3));
    assert_eq!(
        refused(&odd, &unlabelled(x.clone())),
        "4 inputs are not divided into groups of 3"
    );
    x[[1, 2]] = 1.5;
    assert_eq!(
        refused(&small(), &unlabelled(x.clone())),
        "x3 of sample 2 is 1.5, and Bernoulli units are between 0 and 1"
    );
    assert!(Rbm::new(&with(Visible::Gaussian), &unlabelled(x.clone())).is_ok());
    x[[1, 2]] = f64::NAN;
    for visible in [Visible::Bernoulli, Visible::Gaussian, Visible::Softmax(2)] {
        let data = Data::new(x.clone(), array![[1.0, 0.0], [0.0, 1.0]]);
        let reason = refused(&with(visible), &data);
        assert!(reason.starts_with("x3 of sample 2 is NaN"), "{reason}");
    }
    let real = Data::new(array![[0.0], [1.0]], array![[0.5], [2.0]]);
    assert_eq!(
        refused(&small(), &real),
        "it learns how its inputs are distributed, and the target is y1"
    );
    let many = RbmSpec {
        rule: Rule::Exact,
        hidden: 30,
        ..small()
    };
    let wide = unlabelled(Array2::zeros((2, 25)));
    assert_eq!(
        refused(&many, &wide),
        "the exact gradient is a sum over 2^25 states, too many"
    );
}

#[test]
fn gaussian_units_without_standardised_data_or_with_a_large_rate_are_told() {
    let x = array![[0.0, 1.0], [10.0, 2.0], [20.0, 0.0]];
    let settings = RbmSpec {
        visible: Visible::Gaussian,
        ..small()
    };
    let data = unlabelled(x);
    let warnings = Rbm::new(&settings, &data).unwrap().warnings(&data);
    assert!(warnings[0].starts_with("Gaussian units have variance 1, and x1 has 66.667"));
    assert!(
        warnings[1].starts_with("a learning rate of 0.1 is large"),
        "{warnings:?}"
    );
}

#[test]
fn the_picture_is_well_formed_and_the_same_again() {
    let (rbm, _) = learned(&small(), &unlabelled(bars_and_stripes(3)));
    let svg = rbm.picture();
    assert_eq!(svg.matches('<').count(), svg.matches('>').count());
    assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count());
    // Six filters, ten samples and what comes back of them, twenty fantasies.
    assert_eq!(svg.matches("<g ").count(), 6 + 10 + 10 + 20);
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    assert_eq!(svg, rbm.picture());
}

/// The digits of 8 x 8 pixels from 0 to 1, each also moved by a pixel to the four sides, as
/// scikit-learn's example has them; training part and test part, a fifth of the shuffled rows.
fn nudged_digits() -> [Data; 2] {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../datasets/data/csv/digits.csv"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let number = |field: &str| field.trim().parse::<f64>().unwrap();
    let rows = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(number).collect());
    let rows: Vec<Vec<f64>> = rows.collect();
    let moved = |row: &[f64], [down, right]: [isize; 2]| -> Vec<f64> {
        let pixel = |at: isize| {
            let from = [at / 8 - down, at % 8 - right];
            match from.iter().all(|side| (0..8).contains(side)) {
                true => row[(8 * from[0] + from[1]) as usize] / 16.0,
                false => 0.0,
            }
        };
        (0..64).map(pixel).chain([row[64]]).collect()
    };
    let moves = [[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1]];
    let mut all: Vec<Vec<f64>> = moves
        .iter()
        .flat_map(|&by| {
            rows.iter()
                .map(move |row| moved(row, by))
                .collect::<Vec<_>>()
        })
        .collect();
    all.shuffle(&mut Streams::new(1).stream("split"));
    let part = |rows: &[Vec<f64>]| {
        let x = Array2::from_shape_fn((rows.len(), 64), |(row, at)| rows[row][at]);
        let t = Array2::from_shape_fn((rows.len(), 10), |(row, class)| {
            f64::from(u8::from(rows[row][64] == class as f64))
        });
        Data::new(x, t)
    };
    let test = all.len() / 5;
    [part(&all[test..]), part(&all[..test])]
}

/// scikit-learn's example ends at 0.9354 (pixels alone: 0.7819).
#[test]
fn features_of_digits_are_classified_as_well_as_by_scikit_learn() {
    let [train, test] = nudged_digits();
    let settings = RbmSpec {
        hidden: 100,
        rule: Rule::Pcd(1),
        learning_rate: 0.06,
        momentum: [0.0, 0.0],
        decay: 0.0,
        batch_size: 10,
        epochs: 10,
        report: 10,
        ais: AisSpec {
            runs: 0,
            ..AisSpec::default()
        },
        classifier: ClassifierSpec {
            ridge: 1.0 / 6000.0,
            iterations: 1000,
        },
        ..RbmSpec::default()
    };
    let (rbm, _) = learned(&settings, &train);
    let p = rbm.predict(test.x.view());
    let best = |row: ndarray::ArrayView1<'_, f64>| {
        let classes = row.iter().enumerate();
        classes
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map(|(class, _)| class)
    };
    let right = p.rows().into_iter().zip(test.t.rows());
    let right = right.filter(|(p, t)| best(*p) == best(*t)).count();
    let accuracy = right as f64 / test.len() as f64;
    assert!(accuracy >= 0.93, "{accuracy}");
}
