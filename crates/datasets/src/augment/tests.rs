use super::*;
use ndarray::{Array2, ArrayView2, ShapeBuilder, array};
use proptest::prelude::*;
use spec::augmentation::ElasticSpec;
use std::f64::consts::FRAC_PI_2;

const STILL: Affine = Affine {
    scale: 1.0,
    shear: 0.0,
    angle: 0.0,
    shift: [0.0, 0.0],
};

/// Everything at once.
fn everything() -> AugmentationSpec {
    AugmentationSpec {
        shift: 2.0,
        rotation: 15.0,
        scale: 0.1,
        shear: 0.2,
        elastic: Some(ElasticSpec {
            sigma: 2.0,
            alpha: 8.0,
        }),
        noise: 0.05,
    }
}

fn augmenter(spec: AugmentationSpec, shape: &[usize]) -> Augmenter {
    let made = Augmenter::new(&spec, shape, -0.5, Streams::new(11)).unwrap();
    made.unwrap()
}

/// `[rows, C·H·W]`, all different.
fn batch<T: Real>(rows: &[usize], width: usize) -> Array2<T> {
    Array2::from_shape_fn((rows.len(), width), |(i, d)| {
        T::of(((rows[i] * 31 + d * 7) % 23) as f64 / 23.0)
    })
}

fn changed<T: Real>(augmenter: &Augmenter, epoch: usize, rows: &[usize]) -> Array2<T> {
    let mut x = batch(rows, augmenter.width);
    augmenter.apply(epoch, rows, x.view_mut());
    x
}

/// An image changed by a map that is known.
fn moved(affine: Affine, image: ArrayView2<f64>, background: f64) -> Array2<f64> {
    let (height, width) = image.dim();
    let mut buffers = Buffers::default();
    buffers.positions(&affine, [height, width]);
    buffers.corners([height, width]);
    let mut pixels = image.iter().copied().collect::<Vec<_>>();
    buffers.interpolate([height, width], background, &mut pixels);
    Array2::from_shape_vec((height, width), pixels).unwrap()
}

#[test]
fn settings_that_change_nothing_make_nothing_even_of_tables() {
    let none = AugmentationSpec::default();
    let flat = AugmentationSpec {
        elastic: Some(ElasticSpec {
            sigma: 4.0,
            alpha: 0.0,
        }),
        ..none
    };
    for (spec, shape) in [(none, &[1, 4, 4][..]), (none, &[5]), (flat, &[1, 4, 4])] {
        let made = Augmenter::new(&spec, shape, 0.0, Streams::new(1)).unwrap();
        assert!(made.is_none(), "{spec:?}");
    }
}

#[test]
fn tables_are_refused() {
    let problem = Augmenter::new(&everything(), &[64], 0.0, Streams::new(1)).unwrap_err();
    assert_eq!(problem.key, "augmentation");
    assert!(
        problem.reason.ends_with("the samples are [64]"),
        "{problem:?}"
    );
}

#[test]
fn a_shift_by_whole_pixels_moves_pixels_and_background_fills() {
    let image = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let shift = |across, down| Affine {
        shift: [across, down],
        ..STILL
    };
    assert_eq!(moved(STILL, image.view(), 9.0), image);
    let right = array![[9.0, 1.0, 2.0], [9.0, 4.0, 5.0]];
    assert_eq!(moved(shift(1.0, 0.0), image.view(), 9.0), right);
    let up = array![[4.0, 5.0, 6.0], [9.0, 9.0, 9.0]];
    assert_eq!(moved(shift(0.0, -1.0), image.view(), 9.0), up);
    for far in [5.0, -5.0, 1e4, -1e4] {
        let gone = moved(shift(far, far), image.view(), 9.0);
        assert!(gone.iter().all(|x| *x == 9.0), "{far}: {gone}");
    }
}

#[test]
fn a_shift_by_a_part_of_a_pixel_mixes_neighbours_and_background() {
    let image = array![[4.0, 8.0]];
    let affine = Affine {
        shift: [0.25, 0.0],
        ..STILL
    };
    // 0.75 · 4 + 0.25 · 0 and 0.75 · 8 + 0.25 · 4.
    assert_eq!(moved(affine, image.view(), 0.0), array![[3.0, 7.0]]);
}

#[test]
fn a_quarter_turn_turns_clockwise() {
    let image = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]];
    let affine = Affine {
        angle: FRAC_PI_2,
        ..STILL
    };
    let turned = array![[7.0, 4.0, 1.0], [8.0, 5.0, 2.0], [9.0, 6.0, 3.0]];
    assert_eq!(moved(affine, image.view(), 0.0), turned);
    let even = array![[1.0, 2.0], [3.0, 4.0]];
    assert_eq!(
        moved(affine, even.view(), 0.0),
        array![[3.0, 1.0], [4.0, 2.0]]
    );
}

#[test]
fn twice_the_size_and_a_shear_by_hand() {
    let image = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]];
    let twice = Affine {
        scale: 2.0,
        ..STILL
    };
    let wanted = array![[3.0, 3.5, 4.0], [4.5, 5.0, 5.5], [6.0, 6.5, 7.0]];
    assert_eq!(moved(twice, image.view(), 0.0), wanted);
    let sheared = Affine {
        shear: 1.0,
        ..STILL
    };
    // The line above the centre goes to the left, the line below to the right.
    let wanted = array![[2.0, 3.0, 0.0], [4.0, 5.0, 6.0], [0.0, 7.0, 8.0]];
    assert_eq!(moved(sheared, image.view(), 0.0), wanted);
}

#[test]
fn bits_depend_neither_on_order_nor_on_batches_nor_on_threads() {
    let augmenter = augmenter(everything(), &[1, 12, 9]);
    let rows: Vec<usize> = (0..40).map(|i| i * 17 % 1000).collect();
    let whole = changed::<f32>(&augmenter, 3, &rows);
    for (i, &row) in rows.iter().enumerate().rev() {
        assert_eq!(changed::<f32>(&augmenter, 3, &[row]).row(0), whole.row(i));
    }
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let again = pool.install(|| changed::<f32>(&augmenter, 3, &rows));
        assert_eq!(again, whole, "{threads} threads");
    }
    let mut columns = Array2::zeros((rows.len(), augmenter.width).f());
    columns.assign(&batch::<f32>(&rows, augmenter.width));
    augmenter.apply(3, &rows, columns.view_mut());
    assert_eq!(columns, whole);
}

#[test]
fn every_epoch_and_every_sample_is_another_image() {
    let augmenter = augmenter(everything(), &[1, 8, 8]);
    let first = changed::<f64>(&augmenter, 1, &[4]);
    assert_ne!(first, batch::<f64>(&[4], 64));
    assert_ne!(first, changed::<f64>(&augmenter, 2, &[4]));
    let mut twins = batch::<f64>(&[4, 4], 64);
    augmenter.apply(1, &[4, 5], twins.view_mut());
    assert_eq!(twins.row(0), first.row(0));
    assert_ne!(twins.row(0), twins.row(1));
}

#[test]
fn all_channels_take_the_same_map() {
    let spec = AugmentationSpec {
        noise: 0.0,
        ..everything()
    };
    let made = Augmenter::new(&spec, &[2, 7, 9], 0.0, Streams::new(1)).unwrap();
    let one = batch::<f64>(&[3], 63);
    let mut both = Array2::from_shape_fn((1, 126), |(_, d)| match d < 63 {
        true => one[[0, d]],
        false => 2.0 * one[[0, d - 63]],
    });
    made.unwrap().apply(1, &[3], both.view_mut());
    for d in 0..63 {
        assert_eq!(both[[0, 63 + d]], 2.0 * both[[0, d]]);
    }
    let alone = Augmenter::new(&spec, &[1, 7, 9], 0.0, Streams::new(1)).unwrap();
    let mut one = one;
    alone.unwrap().apply(1, &[3], one.view_mut());
    assert!((0..63).all(|d| one[[0, d]] == both[[0, d]]));
}

#[test]
fn f32_and_f64_see_the_same_image() {
    let augmenter = augmenter(everything(), &[1, 10, 10]);
    let (single, double) = (
        changed::<f32>(&augmenter, 1, &[8]),
        changed::<f64>(&augmenter, 1, &[8]),
    );
    for (a, b) in single.iter().zip(&double) {
        assert!((f64::from(*a) - b).abs() < 1e-6);
    }
}

#[test]
fn noise_alone_moves_nothing_and_has_its_deviation() {
    let spec = AugmentationSpec {
        noise: 0.3,
        ..AugmentationSpec::default()
    };
    let augmenter = augmenter(spec, &[1, 20, 20]);
    let rows: Vec<usize> = (0..25).collect();
    let noise = changed::<f64>(&augmenter, 1, &rows) - batch::<f64>(&rows, 400);
    let (mean, square) = (noise.mean().unwrap(), noise.mapv(|n| n * n).mean().unwrap());
    assert!(mean.abs() < 4.0 * 0.3 / 100.0, "{mean}");
    assert!((square.sqrt() - 0.3).abs() < 0.01, "{square}");
}

#[test]
#[should_panic(expected = "shape of the batch")]
fn a_batch_of_the_wrong_shape_is_a_bug() {
    let augmenter = augmenter(everything(), &[1, 4, 4]);
    augmenter.apply(1, &[0], Array2::<f32>::zeros((1, 15)).view_mut());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_image_of_background_stays_one(
        shift in 0.0..20.0, rotation in 0.0..180.0, scale in 0.0..0.99, shear in 0.0..10.0,
        sigma in 0.1..40.0, alpha in 0.0..1e4,
        height in 1_usize..12, width in 1_usize..12, background in -2.0..2.0_f32,
    ) {
        let elastic = Some(ElasticSpec { sigma, alpha });
        let spec = AugmentationSpec { shift, rotation, scale, shear, elastic, noise: 0.0 };
        let shape = [2, height, width];
        let made = Augmenter::new(&spec, &shape, f64::from(background), Streams::new(4)).unwrap();
        let mut x = Array2::from_elem((3, 2 * height * width), background);
        made.unwrap().apply(1, &[0, 1, 2], x.view_mut());
        prop_assert!(x.iter().all(|x| *x == background));
    }

    #[test]
    fn no_pixel_leaves_the_range_of_image_and_background(
        shift in 0.0..3.0, rotation in 0.0..180.0, shear in 0.0..1.0, alpha in 0.0..20.0,
    ) {
        let elastic = Some(ElasticSpec { sigma: 1.5, alpha });
        let spec = AugmentationSpec { shift, rotation, scale: 0.3, shear, elastic, noise: 0.0 };
        let x = changed::<f64>(&augmenter(spec, &[1, 8, 6]), 1, &[0, 1, 2]);
        prop_assert!(x.iter().all(|x| (-0.5..=1.0).contains(x)));
    }
}
