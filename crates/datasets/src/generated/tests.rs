use super::*;
use crate::load;
use spec::datasets::{
    CirclesSpec, DatasetSpec, GateFunction, GateSpec, Holdout, MoonsSpec, ParitySpec, SetTarget,
    SineSpec, SpiralsSpec, SpiralsVariant, SurfaceFunction, SurfaceSpec, WavesSpec, XorSpec,
};
use std::f64::consts::PI;
use std::path::Path;

fn make(spec: DatasetSpec, seed: u64) -> Result<Dataset, DataError> {
    load(&spec, Path::new("."), &Streams::new(seed))
}

/// Features of the training part, `[N, D]`.
fn x(data: &Dataset) -> Array2<f64> {
    let rows: Vec<usize> = (0..data.train.len()).collect();
    let mut x = Array2::zeros((rows.len(), data.train.width()));
    data.train.gather(&rows, x.view_mut());
    x
}

fn moons(samples: usize, noise: f64, split: Split) -> DatasetSpec {
    DatasetSpec::Moons(MoonsSpec {
        samples,
        noise,
        split,
        target: SetTarget::default(),
    })
}

#[test]
fn xor_is_the_four_points() {
    let data = make(DatasetSpec::Xor(XorSpec::default()), 1).unwrap();
    let wanted = ndarray::array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    assert_eq!(x(&data), wanted);
    assert_eq!(data.train.labels(), Some([0, 1, 1, 0].as_slice()));
    assert_eq!(data.train, data.test);
    assert!(data.test_is_train && data.sources.is_empty());
}

fn surface(function: SurfaceFunction, noise: f64, split: Split) -> DatasetSpec {
    DatasetSpec::Surface(SurfaceSpec {
        function,
        side: 3,
        noise,
        split,
        target: SetTarget::default(),
    })
}

/// sin(πr) / (πr) at r = 2√2, the corners; it is 0 at r = 2 and 1 at r = 0.
const CORNER: f64 = 0.057765239856828944;
/// MATLAB's formula through 8, by NumPy.
const PEAKS: [f64; 9] = [
    8.339100370896803e-06,
    -0.004563275576649441,
    4.029419951586591e-06,
    -0.030619255071793704,
    0.12262648039048078,
    0.037483878528279335,
    -7.330234840736911e-07,
    0.00414061874053854,
    5.128715932283448e-06,
];

#[test]
fn surfaces_have_their_formulas_on_a_grid() {
    let saddle = [0.0, 1.0, 0.0, -1.0, 0.0, -1.0, 0.0, 1.0, 0.0];
    let ripple = [CORNER, 0.0, CORNER, 0.0, 1.0, 0.0, CORNER, 0.0, CORNER];
    let wanted = [
        (SurfaceFunction::Saddle, saddle),
        (SurfaceFunction::Ripple, ripple),
        (SurfaceFunction::Peaks, PEAKS),
    ];
    for (function, z) in wanted {
        let data = make(surface(function, 0.0, Split::None), 1).unwrap();
        let x = x(&data);
        assert_eq!(x.row(0).to_vec(), [-1.0, -1.0]);
        assert_eq!(x.row(1).to_vec(), [-1.0, 0.0]);
        assert_eq!(x.row(5).to_vec(), [0.0, 1.0]);
        let rows: Vec<usize> = (0..9).collect();
        let mut t: Array2<f64> = Array2::zeros((9, 1));
        data.train.gather_targets(&rows, t.view_mut());
        for (found, wanted) in t.iter().zip(z) {
            assert!((found - wanted).abs() < 1e-12, "{function:?}: {t}");
        }
    }
    let noisy = |seed| make(surface(SurfaceFunction::Saddle, 0.1, Split::None), seed).unwrap();
    assert_eq!(noisy(1).checksum, noisy(1).checksum);
    assert_ne!(noisy(1).checksum, noisy(2).checksum);
}

#[test]
fn a_gate_is_its_truth_table() {
    let target = SetTarget::Given;
    let of = |function| make(DatasetSpec::Gate(GateSpec { function, target }), 1).unwrap();
    type Rule = fn(&[f64]) -> bool;
    let gates: [(GateFunction, usize, Rule); 5] = [
        (GateFunction::And, 2, |x| x[0] + x[1] == 2.0),
        (GateFunction::Or, 2, |x| x[0] + x[1] > 0.0),
        (GateFunction::Nand, 2, |x| x[0] + x[1] < 2.0),
        (GateFunction::Nor, 2, |x| x[0] + x[1] == 0.0),
        (GateFunction::Not, 1, |x| x[0] == 0.0),
    ];
    for (function, inputs, rule) in gates {
        let data = of(function);
        let x = x(&data);
        let labels = data.train.labels().unwrap();
        assert_eq!((x.nrows(), x.ncols()), (1 << inputs, inputs));
        for (row, (x, &label)) in x.rows().into_iter().zip(labels).enumerate() {
            let number = x.iter().fold(0, |number, &bit| 2 * number + bit as usize);
            assert_eq!(number, row, "in counting order");
            assert_eq!(label == 1, rule(&x.to_vec()), "{function:?} of {x}");
        }
        assert!(data.test_is_train && data.sources.is_empty());
    }
}

#[test]
fn parity_of_three_bits() {
    let data = make(DatasetSpec::Parity(ParitySpec::new(3)), 1).unwrap();
    assert_eq!(x(&data).row(3).to_vec(), [0.0, 1.0, 1.0]);
    assert_eq!(
        data.train.labels(),
        Some([0, 1, 1, 0, 1, 0, 0, 1].as_slice())
    );
    let halves = ParitySpec {
        values: [-0.5, 0.5],
        ..ParitySpec::new(3)
    };
    let coded = make(DatasetSpec::Parity(halves), 1).unwrap();
    assert_eq!(x(&coded), x(&data) - 0.5);
    assert_eq!(coded.train.labels(), data.train.labels());
    for bits in [0, 17, usize::MAX] {
        let error = make(DatasetSpec::Parity(ParitySpec::new(bits)), 1).unwrap_err();
        assert_eq!(error.key(), Some("dataset.parity.bits"));
    }
}

#[test]
fn moons_without_noise_lie_on_half_circles() {
    let data = make(moons(10, 0.0, Split::None), 1).unwrap();
    for (point, &label) in x(&data)
        .rows()
        .into_iter()
        .zip(data.train.labels().unwrap())
    {
        let (centre, side) = if label == 0 {
            ([0.0, 0.0], 1.0)
        } else {
            ([1.0, 0.5], -1.0)
        };
        let (dx, dy) = (point[0] - centre[0], point[1] - centre[1]);
        assert!((dx.hypot(dy) - 1.0).abs() < 1e-12);
        assert!(dy * side > -1e-12);
    }
    assert_eq!(data.train.labels().unwrap().iter().sum::<usize>(), 5);
}

#[test]
fn circles_have_their_radii() {
    let spec = CirclesSpec {
        samples: 9,
        noise: 0.0,
        factor: 0.3,
        split: Split::None,
        target: SetTarget::default(),
    };
    let data = make(DatasetSpec::Circles(spec), 1).unwrap();
    for (point, &label) in x(&data)
        .rows()
        .into_iter()
        .zip(data.train.labels().unwrap())
    {
        let radius = if label == 0 { 1.0 } else { 0.3 };
        assert!((point[0].hypot(point[1]) - radius).abs() < 1e-12);
    }
    assert_eq!(data.train.labels().unwrap().iter().sum::<usize>(), 5);
}

#[test]
fn spirals_are_those_of_lang_and_witbrock() {
    let data = make(DatasetSpec::Spirals(SpiralsSpec::default()), 1).unwrap();
    let (x, labels) = (x(&data), data.train.labels().unwrap());
    assert_eq!(x.dim(), (194, 2));
    for i in 0..97 {
        let angle = i as f64 * PI / 16.0;
        let radius = 6.5 * (104 - i) as f64 / 104.0;
        let point = [radius * angle.sin() / 6.5, radius * angle.cos() / 6.5];
        for (axis, value) in point.into_iter().enumerate() {
            assert!((x[[2 * i, axis]] - value).abs() < 1e-14);
            assert_eq!(x[[2 * i + 1, axis]], -x[[2 * i, axis]]);
        }
        assert_eq!((labels[2 * i], labels[2 * i + 1]), (1, 0));
    }
}

#[test]
fn the_authors_spirals_have_a_radius_of_6_5() {
    let of = |variant| {
        let spec = SpiralsSpec {
            variant,
            noise: 0.1,
            ..SpiralsSpec::default()
        };
        x(&make(DatasetSpec::Spirals(spec), 1).unwrap())
    };
    assert_eq!(of(SpiralsVariant::Lang), of(SpiralsVariant::Unit) * 6.5);
}

#[test]
fn other_spirals_end_where_the_original_ends() {
    let spec = SpiralsSpec {
        samples: 51,
        turns: 1.5,
        ..SpiralsSpec::default()
    };
    let x = x(&make(DatasetSpec::Spirals(spec), 1).unwrap());
    // One and a half turns end opposite to the start, at radius 8/104.
    assert!((x[[50, 1]] + 8.0 / 104.0).abs() < 1e-14);
    assert!(x[[50, 0]].abs() < 1e-14);
}

#[test]
fn sine_spans_one_period() {
    let spec = SineSpec {
        samples: 5,
        noise: 0.0,
        split: Split::None,
        target: SetTarget::default(),
    };
    let data = make(DatasetSpec::Sine(spec), 1).unwrap();
    assert_eq!(data.classes(), None);
    let wanted = [0.0, -1.0, 0.0, 1.0, 0.0];
    for (y, wanted) in data.train.values().unwrap().iter().zip(wanted) {
        assert!((y - wanted).abs() < 1e-12);
    }
    assert!((x(&data)[[4, 0]] - PI).abs() < 1e-12);
}

fn waves(samples: usize, classes: usize, noise: f64) -> WavesSpec {
    WavesSpec {
        samples,
        classes,
        channels: 2,
        size: 12,
        noise,
        split: Split::None,
        target: SetTarget::default(),
    }
}

#[test]
fn waves_are_images_with_the_direction_and_length_of_their_class() {
    let data = make(DatasetSpec::Waves(waves(7, 3, 0.0)), 1).unwrap();
    assert_eq!(data.sample_shape, [2, 12, 12]);
    assert!(data.feature_names.is_empty());
    assert_eq!(data.train.labels(), Some([0, 1, 2, 0, 1, 2, 0].as_slice()));
    let x = x(&data);
    assert!(x.iter().all(|x| x.abs() <= 1.0));
    for (sample, image) in x.rows().into_iter().enumerate() {
        let share = (sample % 3) as f64 / 3.0;
        let turns = 2.0 * PI * (2.0 + 2.0 * share) / 12.0;
        let (down, across) = (turns * (PI * share).sin(), turns * (PI * share).cos());
        for channel in 0..2 {
            let at = |row: usize, column: usize| image[channel * 144 + row * 12 + column];
            // sin(a + d) + sin(a − d) = 2 sin(a) cos(d), whatever the phase.
            for (row, column) in [(1, 1), (5, 9), (10, 3)] {
                let both = at(row, column + 1) + at(row, column - 1);
                assert!((both - 2.0 * at(row, column) * across.cos()).abs() < 1e-12);
                let both = at(row + 1, column) + at(row - 1, column);
                assert!((both - 2.0 * at(row, column) * down.cos()).abs() < 1e-12);
            }
        }
        assert_ne!(image[0], image[144], "channels have phases of their own");
    }
    assert_ne!(x[[0, 0]], x[[3, 0]], "images have phases of their own");
}

#[test]
fn noise_leaves_the_waves_as_they_are() {
    let clean = x(&make(DatasetSpec::Waves(waves(40, 4, 0.0)), 3).unwrap());
    let noisy = x(&make(DatasetSpec::Waves(waves(40, 4, 0.2)), 3).unwrap());
    let deviation = (noisy - clean).mapv(|d| d * d).mean().unwrap().sqrt();
    assert!((deviation - 0.2).abs() < 0.01, "{deviation}");
}

#[test]
fn impossible_waves_are_refused() {
    let wrong = [
        (waves(1, 2, 0.0), "dataset.waves.samples"),
        (waves(10_000_000, 2, 0.0), "dataset.waves.samples"),
        (waves(10, 1, 0.0), "dataset.waves.classes"),
        (waves(10, 11, 0.0), "dataset.waves.classes"),
        (waves(10, 2, f64::NAN), "dataset.waves.noise"),
        (
            WavesSpec {
                size: 0,
                ..waves(10, 2, 0.0)
            },
            "dataset.waves.samples",
        ),
        (
            WavesSpec {
                channels: usize::MAX,
                ..waves(10, 2, 0.0)
            },
            "dataset.waves.samples",
        ),
    ];
    for (spec, key) in wrong {
        let error = make(DatasetSpec::Waves(spec), 1).unwrap_err();
        assert_eq!(error.key(), Some(key), "{error}");
    }
}

#[test]
fn noise_has_the_deviation_asked_for() {
    let clean = x(&make(moons(4000, 0.0, Split::None), 3).unwrap());
    let noisy = x(&make(moons(4000, 0.2, Split::None), 3).unwrap());
    let deviation = (noisy - clean).mapv(|d| d * d).mean().unwrap().sqrt();
    assert!((deviation - 0.2).abs() < 0.01);
}

#[test]
fn the_seed_decides() {
    let half = || Split::Stratified(Holdout { test: 0.5 });
    let sum = |seed| make(moons(100, 0.1, half()), seed).unwrap().checksum;
    assert_eq!(sum(1), sum(1));
    assert_ne!(sum(1), sum(2));
    let data = make(moons(100, 0.1, half()), 1).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (50, 50));
    assert!(!data.test_is_train);
}

#[test]
fn impossible_settings_are_refused() {
    let circles = |factor| {
        DatasetSpec::Circles(CirclesSpec {
            factor,
            ..CirclesSpec::default()
        })
    };
    let spirals = |turns| {
        DatasetSpec::Spirals(SpiralsSpec {
            turns,
            ..SpiralsSpec::default()
        })
    };
    let sine = |samples, split| {
        DatasetSpec::Sine(SineSpec {
            samples,
            split,
            ..SineSpec::default()
        })
    };
    let wrong = [
        (moons(1, 0.1, Split::None), "dataset.moons.samples"),
        (moons(usize::MAX, 0.1, Split::None), "dataset.moons.samples"),
        (moons(10, -0.1, Split::None), "dataset.moons.noise"),
        (moons(10, f64::NAN, Split::None), "dataset.moons.noise"),
        (circles(1.0), "dataset.circles.factor"),
        (spirals(f64::INFINITY), "dataset.spirals.turns"),
        (sine(0, Split::None), "dataset.sine.samples"),
        (
            surface(SurfaceFunction::Peaks, -1.0, Split::None),
            "dataset.surface.noise",
        ),
        (
            sine(9, Split::Stratified(Holdout::default())),
            "dataset.sine.split",
        ),
    ];
    for (spec, key) in wrong {
        let error = make(spec, 1).unwrap_err();
        assert_eq!(error.key(), Some(key), "{error}");
    }
}

#[test]
fn the_input_itself_can_be_the_target() {
    let input = SetTarget::Input;
    let data = make(DatasetSpec::Xor(XorSpec { target: input }), 1).unwrap();
    assert_eq!((data.target.clone(), data.classes()), (Target::Input, None));
    assert_eq!((data.train.labels(), data.train.target_width()), (None, 2));
    let given = make(DatasetSpec::Xor(XorSpec::default()), 1).unwrap();
    assert_eq!(given.train.features(), data.train.features());
    assert_ne!(given.checksum, data.checksum);
}
