mod digits;
mod inputs;
mod statistics;

use ndarray::{Array2, Axis, concatenate, s};
use rayon::ThreadPoolBuilder;
use spec::learners::{AisSpec, ClassifierSpec, RbmSpec, Rule, Visible};
use spec::measures::Values;

use super::Rbm;
use super::data::best_log_likelihood;
use super::proofs::bars_and_stripes;
use crate::{Data, Learner, Proof, Stop};
use inputs::refused;

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
