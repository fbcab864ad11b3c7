use ndarray::{Array2, array};
use spec::learners::{Art1Spec, FuzzyArtSpec};

use super::{Kind, learned};
use crate::art1::{Art1, alphabet, fausett};
use crate::fuzzy_art::{FuzzyArt, points};
use crate::svg::is_well_formed;
use crate::{Data, Learner, Proof, Stop};

fn art1(vigilance: f64) -> Art1Spec {
    Art1Spec {
        vigilance,
        ..Art1Spec::default()
    }
}

fn fuzzy(vigilance: f64) -> FuzzyArtSpec {
    FuzzyArtSpec {
        vigilance,
        ..FuzzyArtSpec::default()
    }
}

/// A hundred points around the middle of a square and its corners.
fn many_points() -> Data {
    let x = Array2::from_shape_fn((100, 2), |(i, j)| {
        let turn = (i * (j + 2)) as f64;
        0.5 + 0.4 * turn.sin() * (i as f64 / 100.0)
    });
    Data::new(x.clone(), x)
}

/// More vigilance, more categories: of these letters and of these points in their order.
#[test]
fn categories_become_more_with_the_vigilance() {
    let letters = alphabet();
    let categories = |v: f64| learned(&art1(v), &letters).categories();
    let found = [0.01, 0.3, 0.5, 0.8, 0.9, 1.0].map(categories);
    assert!(found.is_sorted(), "{found:?}");
    assert_eq!(found[5], 20);
    let points = many_points();
    let found = [0.1, 0.5, 0.8, 0.95].map(|v| learned(&fuzzy(v), &points).categories());
    assert!(found.is_sorted() && found[0] < found[3], "{found:?}");
}

/// The last pass changes nothing, and no letter searches for its category in it.
#[test]
fn learning_ends_and_then_every_letter_goes_straight_to_its_category() {
    let letters = alphabet();
    for vigilance in [0.2, 0.5, 0.8, 1.0] {
        let mut art = Art1::new(&art1(vigilance), &letters).unwrap();
        let mut last = None;
        while !art.is_done() {
            last = Some(art.pass(&letters, &|| Ok(())).unwrap());
        }
        let last = last.unwrap();
        assert!(
            art.stable && art.passes < 20,
            "{vigilance}: {} passes",
            art.passes
        );
        assert_eq!(
            [last["changes"], last["resets"], last["rejected"]],
            [0.0; 3]
        );
        assert!(art.warnings(&letters).is_empty());
        assert!(art.proofs(&letters).iter().all(Proof::holds));
    }
}

#[test]
fn a_box_holds_the_points_of_its_category() {
    let points = many_points();
    let art = learned(&fuzzy(0.8), &points);
    for (x, found) in points
        .x
        .rows()
        .into_iter()
        .zip(art.found(&art.coded(points.x.view())))
    {
        let w = art.w.row(found.category.unwrap());
        let inside = |side: usize| w[side] <= x[side] && x[side] <= 1.0 - w[side + 2] + 1e-15;
        assert!(inside(0) && inside(1), "{x} is not in {w}");
    }
}

#[test]
fn what_no_category_takes_is_rejected_and_has_no_answer() {
    let data = fausett();
    let settings = Art1Spec {
        units: 3,
        ..art1(0.7)
    };
    let art = learned(&settings, &data);
    let y = art.predict(data.x.view());
    assert!(y.row(0).iter().all(|y| y.is_nan()), "{y}");
    assert_eq!(y.row(3), data.t.row(3));
    let warnings = art.warnings(&data);
    assert!(
        warnings[0].starts_with("1 of 4 samples are rejected: no category takes them, and all 3"),
        "{warnings:?}"
    );
    // With a free unit it founds a category of its own.
    let art = learned(&art1(0.7), &data);
    assert_eq!(art.categories(), 4);
    assert_eq!(art.predict(data.x.view()), data.t);
}

#[test]
fn slow_learning_moves_a_template_a_part_of_the_way() {
    let x = array![[0.6, 0.4], [0.4, 0.6]];
    let data = Data::new(x.clone(), x);
    let settings = FuzzyArtSpec {
        rate: 0.5,
        passes: 1,
        ..fuzzy(0.5)
    };
    let art = learned(&settings, &data);
    // (0.6, 0.4 | 0.4, 0.6) and half the way to (0.4, 0.4 | 0.4, 0.4).
    let wanted = array![[0.5, 0.4, 0.4, 0.5]];
    assert!(
        (&art.w - &wanted).iter().all(|d| d.abs() < 1e-15),
        "{}",
        art.w
    );
    let warnings = art.warnings(&data);
    assert!(
        warnings[0].starts_with("categories still changed in pass 1"),
        "{warnings:?}"
    );
}

#[test]
fn a_test_sample_beyond_the_borders_is_taken_at_them() {
    let data = points();
    let art = learned(&fuzzy(0.75), &data);
    let beyond = art.predict(array![[-0.5, 0.2], [3.0, 0.9]].view());
    let within = art.predict(array![[0.0, 0.2], [1.0, 0.9]].view());
    assert_eq!(beyond, within);
    assert!(within.iter().all(|y| y.is_finite()), "{within}");
}

#[test]
fn the_categories_are_listed_with_their_classes() {
    let data = fausett();
    let art = learned(&art1(0.4), &data);
    let table = &art.findings(&data)[0];
    assert_eq!(table.rows[0], ("1  y1, y3".into(), vec![2.0, 1.0]));
    assert_eq!(table.rows[1], ("2  y2, y4".into(), vec![2.0, 1.0]));
    let points = points();
    let table = &learned(&fuzzy(0.75), &points).findings(&points)[0];
    assert_eq!(table.columns[1], "size of its box");
    // From (0.1, 0.1) to (0.2, 0.25).
    assert_eq!(table.rows[0].0, "1");
    assert!((table.rows[0].1[1] - 0.25).abs() < 1e-15, "{table:?}");
}

#[test]
fn a_state_is_restored_to_the_same_bits_and_a_pass_can_be_interrupted() {
    let data = many_points();
    let mut whole = FuzzyArt::new(&fuzzy(0.9), &data).unwrap();
    let mut cut = FuzzyArt::new(&fuzzy(0.9), &data).unwrap();
    while !whole.is_done() {
        whole.pass(&data, &|| Ok(())).unwrap();
        cut.pass(&data, &|| Ok(())).unwrap();
        let state = cut.state();
        cut = FuzzyArt::new(&fuzzy(0.9), &data).unwrap();
        let stopped = cut.pass(&data, &|| Err(Stop::Interrupted));
        assert!(matches!(stopped, Err(Stop::Interrupted)) && cut.categories() == 0);
        cut.restore(&state).unwrap();
        assert_eq!(cut.state(), whole.state());
    }
    assert!(cut.is_done());
    let mut other = Art1::new(&art1(0.5), &alphabet()).unwrap();
    assert!(other.restore(&cut.state()).is_err());
}

#[test]
fn samples_that_cannot_be_learned_are_refused_with_their_place() {
    let of = |x: Array2<f64>| Data::new(x.clone(), x);
    let refused = |kind: &dyn Fn(&Data) -> Option<spec::Problem>, x| kind(&of(x)).unwrap().reason;
    let art1 = |data: &Data| art1(0.5).expect(data).err();
    let fuzzy_art = |data: &Data| fuzzy(0.5).expect(data).err();
    let without = |data: &Data| {
        let settings = FuzzyArtSpec {
            complement: false,
            ..fuzzy(0.5)
        };
        settings.expect(data).err()
    };
    assert_eq!(
        refused(&art1, array![[0.0, 1.0], [1.0, -1.0]]),
        "x2 of sample 2 is -1, and patterns are of 0 and 1"
    );
    assert_eq!(
        refused(&art1, array![[0.0, 1.0], [0.0, 0.0]]),
        "sample 2 has no 1, so no category can have a share of its ones"
    );
    assert!(refused(&art1, array![[f64::NAN]]).starts_with("x1 of sample 1 is NaN"));
    assert_eq!(
        refused(&fuzzy_art, array![[0.0, 1.5]]),
        "x2 of sample 1 is 1.5, and inputs are from 0 to 1"
    );
    assert!(refused(&fuzzy_art, array![[f64::NAN]]).starts_with("x1 of sample 1 is NaN"));
    let zeros = array![[0.5, 1.0], [0.0, 0.0]];
    assert_eq!(
        refused(&without, zeros.clone()),
        "all inputs of sample 2 are 0, so nothing can match it"
    );
    assert!(fuzzy_art(&of(zeros)).is_none());
}

#[test]
fn pictures_are_well_formed_and_the_same_each_time() {
    let letters = alphabet();
    let growth = learned(&art1(0.8), &letters);
    let picture = growth.picture(&letters);
    assert!(is_well_formed(&picture), "{picture}");
    assert_eq!(growth.picture(&letters), picture);
    // Each letter resonates with a template.
    assert_eq!(picture.matches("<rect x=").count(), 20);
    let points = many_points();
    let boxes = learned(&fuzzy(0.8), &points);
    let picture = boxes.picture(&points);
    assert!(is_well_formed(&picture), "{picture}");
    assert_eq!(picture.matches("<rect x=").count(), 1 + boxes.categories());
    let x = Array2::from_shape_fn((60, 3), |(i, j)| ((i >> j) % 2) as f64 * 0.5 + 0.25);
    let many = Data::new(x, Array2::zeros((60, 1)));
    let art = learned(&fuzzy(0.9), &many);
    let picture = art.picture(&many);
    assert!(is_well_formed(&picture), "{picture}");
    assert_eq!(picture.matches("<text").count(), art.categories());
    let rejecting = Art1Spec {
        units: 2,
        ..art1(0.8)
    };
    let art = learned(&rejecting, &letters);
    assert!(art.picture(&letters).contains("rejected"));
}
