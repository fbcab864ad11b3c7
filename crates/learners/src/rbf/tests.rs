//! What the rows of the proof do not say.

use contract::Streams;
use ndarray::{Array2, array};
use rand::RngExt;
use rayon::ThreadPoolBuilder;
use spec::Problem;
use spec::model::{Initializer, RbfSpec, Width};

use super::k_means::{k_means, plus_plus};
use super::proofs::{QUIET, iris, sine};
use super::{betas, centers, picture};
use crate::svg::is_well_formed;
use crate::{Data, Stop};

fn rbf(units: usize, centers: Initializer) -> RbfSpec {
    RbfSpec {
        centers,
        ..RbfSpec::new(units, Width::Constant(0.8))
    }
}

fn by_k_means(per_class: bool) -> Initializer {
    Initializer::KMeans {
        per_class,
        passes: 100,
    }
}

fn found(rbf: &RbfSpec, data: &Data, classes: Option<&[usize]>) -> Array2<f64> {
    let found = centers(rbf, data, classes, "initial/0.centers", QUIET);
    found.unwrap().unwrap().centers
}

fn refused(rbf: &RbfSpec, data: &Data, classes: Option<&[usize]>) -> Problem {
    match centers(rbf, data, classes, "initial/0.centers", QUIET) {
        Err(Stop::Refused(problem)) => problem,
        _ => panic!("{rbf:?} was not refused"),
    }
}

fn unlabelled(x: Array2<f64>) -> Data {
    let t = Array2::zeros((x.nrows(), 1));
    Data::new(x, t)
}

#[test]
fn clusters_have_the_same_bits_on_one_two_and_three_threads() {
    let mut rng = Streams::new(3).stream("x");
    let x = Array2::from_shape_simple_fn((3000, 40), || rng.random_range(0.0..1.0));
    let data = unlabelled(x);
    let on = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let rbf = rbf(30, by_k_means(false));
        pool.unwrap().install(|| found(&rbf, &data, None))
    };
    assert_eq!(on(1), on(2));
    assert_eq!(on(1), on(3));
}

#[test]
fn selections_have_the_same_bits_on_one_two_and_three_threads() {
    let data = sine(600);
    let on = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let rbf = rbf(6, Initializer::OrthogonalLeastSquares);
        pool.unwrap().install(|| found(&rbf, &data, None))
    };
    assert_eq!(on(1), on(2));
    assert_eq!(on(1), on(3));
}

#[test]
fn each_class_is_clustered_by_itself() {
    let data = unlabelled(array![[0.0], [1.0], [10.0], [11.0], [100.0], [101.0]]);
    let classes = [0, 1, 0, 1, 0, 1];
    let mut found = found(&rbf(2, by_k_means(true)), &data, Some(&classes));
    assert!((found[[0, 0]] - 110.0 / 3.0).abs() < 1e-12);
    assert!((found[[1, 0]] - 113.0 / 3.0).abs() < 1e-12);
    found = self::found(&rbf(3, by_k_means(false)), &data, Some(&classes));
    let mut all = found.into_raw_vec_and_offset().0;
    all.sort_by(f64::total_cmp);
    assert_eq!(all, [0.5, 10.5, 100.5]);
}

#[test]
fn an_empty_cluster_begins_anew_at_the_farthest_sample() {
    let x = array![[0.0], [1.0], [2.0], [30.0]];
    // Nobody is nearest to the second centre.
    let found = k_means(x.view(), array![[1.0], [1000.0]], 10, QUIET).unwrap();
    assert_eq!(found.centers, array![[1.0], [30.0]]);
    assert_eq!((found.reseeded, found.settled), (1, true));
    assert_eq!(found.labels, [0, 0, 0, 1]);
    // Two samples that are the same cannot part.
    let found = k_means(array![[1.0], [1.0]].view(), array![[1.0], [5.0]], 10, QUIET).unwrap();
    assert_eq!((found.reseeded, found.settled), (0, true));
}

#[test]
fn inertia_never_rises_while_clusters_begin_anew() {
    let (x, mut begun) = (iris(), Array2::from_elem((10, 4), 1e3));
    begun.row_mut(0).assign(&x.row(0));
    let found = k_means(x.view(), begun, 100, QUIET).unwrap();
    assert!(found.reseeded >= 9 && found.settled);
    assert!(
        found.inertia.windows(2).all(|pair| pair[1] <= pair[0]),
        "{:?}",
        found.inertia
    );
}

#[test]
fn passes_end_where_samples_still_change_and_that_is_told() {
    let few = Initializer::KMeans {
        per_class: false,
        passes: 1,
    };
    let all = centers(&rbf(5, few), &unlabelled(iris()), None, "s", QUIET);
    let notes = all.unwrap().unwrap().notes;
    assert_eq!(notes[0], "k_means: 1 passes");
    assert!(
        notes[1].contains("in 1 of 1 sets samples still changed"),
        "{notes:?}"
    );
}

#[test]
fn samples_are_drawn_without_one_like_another_in_the_order_of_the_data() {
    let data = unlabelled(array![[3.0], [1.0], [3.0], [2.0], [0.0], [-0.0]]);
    let drawn = found(&rbf(4, Initializer::Samples), &data, None);
    let order = [3.0, 1.0, 2.0, 0.0];
    let places: Vec<_> = drawn
        .iter()
        .map(|x| order.iter().position(|o| o == x))
        .collect();
    assert!(
        places.iter().all(Option::is_some) && drawn.len() == 4,
        "{drawn}"
    );
    let all = sine(20);
    assert_eq!(found(&rbf(20, Initializer::Samples), &all, None), all.x);
}

#[test]
fn more_centres_than_different_samples_are_refused() {
    let data = unlabelled(array![[3.0], [1.0], [3.0], [1.0]]);
    for initializer in [Initializer::Samples, by_k_means(false)] {
        let problem = refused(&rbf(3, initializer), &data, None);
        assert_eq!(problem.key, "units");
        let reason = "3 centres are more than the samples have different values: 2";
        assert_eq!(problem.reason, reason);
    }
    let problem = refused(&rbf(4, by_k_means(true)), &data, Some(&[0, 0, 1, 0]));
    let reason = "2 centres are more than the 1 samples of class number 1 have different values: 1";
    assert_eq!(problem.reason, reason);
    assert_eq!(
        plus_plus(data.x.view(), 5, &mut Streams::new(1).stream("s")),
        Err(4)
    );
    let problem = refused(&rbf(4, Initializer::OrthogonalLeastSquares), &data, None);
    assert!(
        problem
            .reason
            .starts_with("only 1 of 4 units can be told apart"),
        "{}",
        problem.reason
    );
}

#[test]
fn inputs_without_finite_distances_are_refused() {
    for wrong in [1e200, f64::INFINITY, f64::NAN] {
        let problem = refused(
            &rbf(1, by_k_means(false)),
            &unlabelled(array![[1.0], [wrong]]),
            None,
        );
        assert!(
            problem.reason.contains("too large for squared distances"),
            "{}",
            problem.reason
        );
    }
}

#[test]
fn widths_follow_their_rules() {
    let centers = array![[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]];
    let sigma = |width| -> Vec<f64> {
        let betas = betas(width, centers.view()).unwrap().unwrap();
        betas.iter().map(|beta| (0.5 / beta).sqrt()).collect()
    };
    let far = 18.0f64.sqrt();
    let close = |found: Vec<f64>, wanted: [f64; 3]| {
        let apart = found.iter().zip(wanted).map(|(f, w)| (f - w).abs());
        assert!(apart.fold(0.0, f64::max) < 1e-14, "{found:?}");
    };
    close(sigma(Width::MeanDistance(1)), [1.0, far, 1.0]);
    close(
        sigma(Width::MeanDistance(2)),
        [3.0, (5.0 + far) / 2.0, (1.0 + far) / 2.0],
    );
    close(sigma(Width::LargestDistance), [5.0 / 6.0f64.sqrt(); 3]);
    assert_eq!(betas(Width::Constant(1.0), centers.view()), Ok(None));
}

#[test]
fn a_width_of_0_is_refused() {
    let same = array![[1.0], [1.0], [5.0]];
    let problem = betas(Width::MeanDistance(1), same.view()).unwrap_err();
    assert_eq!(problem.key, "width");
    assert!(
        problem.reason.contains("unit 0 has width 0"),
        "{}",
        problem.reason
    );
    assert!(betas(Width::MeanDistance(2), same.view()).is_ok());
}

#[test]
fn the_first_unit_of_a_selection_lies_at_the_top_of_a_hill() {
    // A hill at 2: the unit there is the target itself.
    let x = Array2::from_shape_fn((9, 1), |(i, _)| i as f64 / 2.0);
    let t = x.mapv(|x: f64| 3.0 * (-(x - 2.0).powi(2) / (2.0 * 0.64)).exp() + 7.0);
    let found = found(
        &rbf(1, Initializer::OrthogonalLeastSquares),
        &Data::new(x, t),
        None,
    );
    assert_eq!(found, array![[2.0]]);
}

#[test]
fn an_interrupt_ends_the_search() {
    let data = unlabelled(iris());
    for initializer in [by_k_means(false), Initializer::OrthogonalLeastSquares] {
        let stopped = centers(&rbf(3, initializer), &data, None, "s", &|| {
            Err(Stop::Interrupted)
        });
        assert!(matches!(stopped, Err(Stop::Interrupted)));
    }
}

#[test]
fn many_centres_are_a_sheet_that_ends() {
    let centers = Array2::from_shape_fn((500, 6), |(j, i)| (j * i) as f64);
    let svg = picture(centers.view(), [2, 3]);
    assert!(is_well_formed(&svg) && svg.contains("the first 400 of 500 centres"));
}
