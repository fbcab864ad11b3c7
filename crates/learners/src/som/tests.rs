mod shown;

use contract::Streams;
use ndarray::{Array1, Array2, Axis, array};
use rand::RngExt;
use rayon::ThreadPoolBuilder;
use spec::learners::{Decay, Neighborhood, SampleOrder, SomInitial, SomRule, SomSpec, Topology};

use super::proofs::{iris, iris_map, k_means_step, learned, line};
use super::{Som, decayed, neighborhood};
use crate::winners::{nearest_two, winners};
use crate::{Data, Learner, Proof, Stop};

/// Points drawn evenly in a square of side 2.
fn square(points: usize) -> Data {
    let mut rng = Streams::new(1).stream("square");
    let x = Array2::from_shape_simple_fn((points, 2), || rng.random_range(-1.0..1.0));
    Data::new(x.clone(), x)
}

fn of_iris(settings: SomSpec) -> Som {
    let data = iris();
    learned(Som::new(&settings, &data).unwrap(), &data)
}

#[test]
fn the_first_two_winners_are_those_worked_by_hand() {
    let (som, data) = line();
    let mut w = som.w.clone();
    assert_eq!(nearest_two(data.x.row(0), w.view(), 0..3).first, 1);
    som.step(&mut w, data.x.row(0), 0.0);
    assert_eq!(nearest_two(data.x.row(1), w.view(), 0..3).first, 2);
    let h = |d: f64| neighborhood(Neighborhood::Gaussian, d * d, 1.0);
    assert_eq!(
        [h(0.0), h(1.0), h(2.0)],
        [1.0, 0.6065306597126334, 0.1353352832366127]
    );
}

#[test]
fn neighbourhoods_and_decays_are_their_formulas() {
    let h = |kind, d: f64| neighborhood(kind, d * d, 2.0);
    assert_eq!([2.0, 2.1].map(|d| h(Neighborhood::Bubble, d)), [1.0, 0.0]);
    assert_eq!(
        [0.0, 1.0, 3.0].map(|d| h(Neighborhood::Triangle, d)),
        [1.0, 0.5, 0.0]
    );
    assert_eq!(
        [0.0, 2.0].map(|d| h(Neighborhood::MexicanHat, d)),
        [1.0, 0.0]
    );
    assert!(h(Neighborhood::MexicanHat, 3.0) < 0.0);
    for decay in [Decay::Linear, Decay::Exponential, Decay::Asymptotic] {
        assert_eq!(decayed(decay, [4.0, 1.0], 0.0), 4.0);
        assert!(
            (decayed(decay, [4.0, 1.0], 1.0) - 1.0).abs() < 1e-15,
            "{decay:?}"
        );
    }
    let half = |decay| decayed(decay, [4.0, 1.0], 0.5);
    assert_eq!(half(Decay::Linear), 2.5);
    assert_eq!(half(Decay::Exponential), 2.0);
    assert_eq!(half(Decay::Asymptotic), 1.6);
}

#[test]
fn of_units_at_the_same_distance_the_first_wins_however_they_are_found() {
    let w = array![[2.0, 0.0], [0.0, 2.0], [2.0, 0.0], [0.0, -2.0]];
    let found = winners(array![[0.0, 0.0], [2.0, 0.0]].view(), w.view());
    assert_eq!((found[0].first, found[0].second), (0, 1));
    assert_eq!(
        (found[1].first, found[1].second, found[1].squared),
        (0, 2, 0.0)
    );
    // Far from the origin the product alone would lose all digits of the distances.
    let far = |x: &Array2<f64>| x.mapv(|x| x + 1e9);
    let x = array![[0.5, 0.25]];
    let found = winners(far(&x).view(), far(&w).view());
    assert_eq!(found[0], nearest_two(far(&x).row(0), far(&w).view(), 0..4));
    assert_eq!((found[0].first, found[0].squared), (0, 2.3125));
    // The product is in f32, which cannot hold all numbers of f64.
    for scale in [1e-30, 1e18, 3e19, 1e200] {
        let (x, w) = (&x * scale, &w * scale);
        let found = winners(x.view(), w.view());
        assert_eq!(found[0], nearest_two(x.row(0), w.view(), 0..4), "{scale}");
    }
}

#[test]
fn one_two_and_three_threads_find_the_same_bits() {
    let x = Array2::from_shape_fn((1000, 40), |(i, j)| ((i * 41 + j * 7) as f64).sin());
    let data = Data::new(x.clone(), x);
    let settings = SomSpec {
        grid: [8, 8],
        rule: SomRule::Batch,
        radius: [3.0, 0.5],
        passes: 4,
        ..SomSpec::default()
    };
    let on = |threads| {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| learned(Som::new(&settings, &data).unwrap(), &data).state())
    };
    let one = on(1);
    assert_eq!(on(2), one);
    assert_eq!(on(3), one);
    let som = learned(Som::new(&settings, &data).unwrap(), &data);
    for (x, won) in data
        .x
        .rows()
        .into_iter()
        .zip(winners(data.x.view(), som.w.view()))
    {
        assert_eq!(won, nearest_two(x, som.w.view(), 0..64));
    }
}

#[test]
fn flowers_find_their_species_and_the_sheet_lies_smooth() {
    for (rule, topology, torus) in [
        (SomRule::Online, Topology::Rectangular, false),
        (SomRule::Online, Topology::Hexagonal, true),
        (SomRule::Batch, Topology::Hexagonal, false),
        (SomRule::Batch, Topology::Rectangular, true),
    ] {
        let settings = SomSpec {
            grid: [6, 5],
            topology,
            torus,
            rule,
            radius: [2.0, 0.5],
            ..SomSpec::default()
        };
        let (som, data) = (of_iris(settings), iris());
        let right = right(&som, &data);
        assert!(right >= 0.92, "{rule:?} {topology:?} {torus}: {right}");
        let measured = som.measured(&data, som.won.as_ref().unwrap());
        assert!(measured["explained_variance"] > 0.9, "{measured:?}");
        assert!(measured["topographic_error"] < 0.25, "{measured:?}");
        let held = |proof: &Proof| proof.holds();
        assert!(
            som.proofs(&data).iter().all(held),
            "{:?}",
            som.proofs(&data)
        );
    }
}

/// Share of the samples whose class is that of their unit.
fn right(som: &Som, data: &Data) -> f64 {
    let y = som.predict(data.x.view());
    let largest = |row: ndarray::ArrayView1<'_, f64>| {
        (0..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best })
    };
    let agree = y.rows().into_iter().zip(data.t.rows());
    let agree = agree.filter(|(y, t)| largest(*y) == largest(*t)).count();
    agree as f64 / data.len() as f64
}

/// As the radius shrinks to the winner alone, a line of three units comes to rest as k-means does,
/// near the best three centers there are (Σ |x − w|² = 139.8205).
#[test]
fn a_shrinking_neighbourhood_ends_as_k_means() {
    let settings = SomSpec {
        grid: [1, 3],
        rule: SomRule::Batch,
        radius: [1.0, 0.1],
        passes: 50,
        ..SomSpec::default()
    };
    let (som, data) = (of_iris(settings), iris());
    let apart = k_means_step(&data, &som.w) - &som.w;
    assert!(apart.iter().all(|d| d.abs() < 1e-9), "{apart}");
    let won = som.won.as_ref().unwrap();
    let squares: f64 = won.iter().map(|won| won.squared).sum();
    assert!((139.8204..140.5).contains(&squares), "{squares}");
}

/// Kohonen's square: at the end no two sides of the net cross, so that almost every second nearest
/// unit is a neighbour, and the units are spread over the whole square.
#[test]
fn a_net_unfolds_over_a_square() {
    let data = square(1000);
    for initial in [SomInitial::Samples, SomInitial::Pca] {
        let settings = SomSpec {
            initial,
            passes: 20,
            radius: [5.0, 0.7],
            ..SomSpec::default()
        };
        let som = Som::new(&settings, &data).unwrap();
        let before = som.measured(&data, &winners(data.x.view(), som.w.view()));
        let som = learned(som, &data);
        let after = som.measured(&data, som.won.as_ref().unwrap());
        assert!(after["topographic_error"] < 0.1, "{initial:?} {after:?}");
        assert!(after["explained_variance"] > 0.97, "{initial:?} {after:?}");
        if initial == SomInitial::Samples {
            assert!(before["topographic_error"] > 0.5, "{before:?}");
        }
    }
}

#[test]
fn a_plane_begins_along_the_longest_axes_and_samples_are_drawn_once_each() {
    let x = array![[-3.0, -1.0], [3.0, 1.0], [-3.0, 1.0], [3.0, -1.0]];
    let data = Data::new(x.clone(), x.clone());
    let settings = SomSpec {
        grid: [3, 2],
        ..SomSpec::default()
    };
    let som = Som::new(&settings, &data).unwrap();
    let wanted = array![
        [-3.0, -1.0],
        [-3.0, 1.0],
        [0.0, -1.0],
        [0.0, 1.0],
        [3.0, -1.0],
        [3.0, 1.0]
    ];
    assert!(
        (&som.w - &wanted).iter().all(|d| d.abs() < 1e-12),
        "{}",
        som.w
    );
    let drawn = SomSpec {
        grid: [2, 2],
        initial: SomInitial::Samples,
        ..settings
    };
    let som = Som::new(&drawn, &data).unwrap();
    let has = |x| som.w.rows().into_iter().any(|w| w == x);
    assert!(x.rows().into_iter().all(has), "{}", som.w);
}

#[test]
fn a_map_that_is_restored_goes_on_to_the_same_bits() {
    let data = iris();
    for rule in [SomRule::Online, SomRule::Batch] {
        let settings = SomSpec {
            grid: [3, 4],
            rule,
            passes: 5,
            order: SampleOrder::Drawn,
            ..SomSpec::default()
        };
        let mut whole = Som::new(&settings, &data).unwrap();
        let mut cut = Som::new(&settings, &data).unwrap();
        while !whole.is_done() {
            let measured = whole.pass(&data, &|| Ok(())).unwrap();
            assert_eq!(cut.pass(&data, &|| Ok(())).unwrap(), measured);
            let state = cut.state();
            cut = Som::new(&settings, &data).unwrap();
            cut.restore(&state).unwrap();
            assert_eq!(cut.state(), whole.state());
            assert_eq!(cut.predict(data.x.view()), whole.predict(data.x.view()));
        }
        assert!(cut.is_done());
        let mut other = iris_map(1, &data);
        assert!(other.restore(&cut.state()).is_err(), "it has 30 units");
    }
}

#[test]
fn a_pass_that_is_interrupted_leaves_the_map_as_it_was() {
    let data = iris();
    for rule in [SomRule::Online, SomRule::Batch] {
        let settings = SomSpec {
            rule,
            ..SomSpec::default()
        };
        let mut som = Som::new(&settings, &data).unwrap();
        let before = som.state();
        let stopped = som.pass(&data, &|| Err(Stop::Interrupted));
        assert!(matches!(stopped, Err(Stop::Interrupted)));
        assert_eq!(som.state(), before);
    }
}

#[test]
fn a_unit_that_no_sample_reaches_stays_and_gives_no_answer() {
    let settings = SomSpec {
        grid: [1, 2],
        rule: SomRule::Batch,
        neighborhood: Neighborhood::Bubble,
        radius: [0.5, 0.5],
        passes: 1,
        ..SomSpec::default()
    };
    let data = Data::new(array![[0.0], [1.0]], array![[1.0, 0.0], [0.0, 1.0]]);
    let som = Som::with_weights(&settings, &data, array![[0.5], [9.0]]);
    let som = learned(som, &data);
    assert_eq!(som.w, array![[0.5], [9.0]]);
    assert_eq!(som.predict(array![[9.0]].view()), array![[0.5, 0.5]]);
    let found = &som.findings(&data)[0];
    assert_eq!(found.rows[0], ("1, 1  y1, y2".into(), vec![2.0, 8.5]));
    assert_eq!(found.rows[1], ("1, 2".into(), vec![0.0, 8.5]));
}

#[test]
fn a_number_is_predicted_by_the_mean_of_the_samples_of_its_unit() {
    let x = Array1::linspace(0.0, 1.0, 101).insert_axis(Axis(1));
    let data = Data::new(x.clone(), x.mapv(|x| (6.0 * x).sin()));
    let settings = SomSpec {
        grid: [1, 20],
        radius: [5.0, 0.5],
        ..SomSpec::default()
    };
    let som = learned(Som::new(&settings, &data).unwrap(), &data);
    let apart = som.predict(x.view()) - &data.t;
    let largest = apart.iter().fold(0.0f64, |most, d| most.max(d.abs()));
    assert!(largest < 0.3, "{largest}");
}
