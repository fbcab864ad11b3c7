//! What every recurrent layer is held against.

use ndarray::{Array2, array, s};
use spec::model::{GradientSpec, GruSpec, LayerSpec, ModelSpec, PlannedLayer};

use super::Size;
use crate::layers::testing::{TRAINING, prove, random};
use crate::layers::{Layer, Pass};

/// D and H of the layers here.
pub const SIZES: [usize; 2] = [3, 4];

/// The layer of that spec for sequences `[T, D]`.
pub fn planned(spec: LayerSpec, steps: usize, inputs: usize) -> PlannedLayer {
    let plan = ModelSpec::new(vec![spec]).plan(&[steps, inputs]);
    plan.unwrap().remove(0)
}

/// Cells with so many gates, whatever they are.
pub fn size(gates: usize, gradient: GradientSpec, inputs: usize, units: usize) -> Size {
    let any = GruSpec {
        gradient,
        ..GruSpec::new(units)
    };
    Size::new(inputs, any.recurrence(), gates)
}

/// 0.5 sin k for k = 1, 2 ...: the parameters of the worked numbers.
pub fn counted(parameters: usize) -> Vec<f64> {
    (1..=parameters).map(|k| 0.5 * (k as f64).sin()).collect()
}

/// Their input, cos 1 to cos 6: T = 3, D = 2.
pub fn counted_input() -> Array2<f64> {
    Array2::from_shape_fn((1, 6), |(_, at)| (at as f64 + 1.0).cos())
}

/// Their upstream gradient U, whose loss is Σ U h.
pub fn upstream() -> Array2<f64> {
    array![[1.0, -2.0, 0.5, 1.5, -1.0, 0.25]]
}

/// What a pass leaves.
pub struct Passed {
    pub y: Array2<f64>,
    pub dx: Array2<f64>,
    pub dw: Vec<f64>,
}

/// Forward and backward.
pub fn run(layer: &mut dyn Layer<f64>, w: &[f64], x: &Array2<f64>, dy: &Array2<f64>) -> Passed {
    let mut y = Array2::from_elem(dy.raw_dim(), f64::NAN);
    layer.forward(w, x.view(), y.view_mut(), TRAINING);
    let mut dx = Array2::from_elem(x.raw_dim(), f64::NAN);
    let mut dw = vec![0.0; w.len()];
    let pass = Pass {
        x: x.view(),
        y: y.view(),
        dy: dy.view(),
    };
    layer.backward(w, pass, Some(dx.view_mut()), &mut dw);
    Passed { y, dx, dw }
}

/// Holds numbers against those that were worked elsewhere, printed to their last digit.
#[track_caller]
pub fn close<'a>(
    found: impl IntoIterator<Item = &'a f64>,
    expected: impl IntoIterator<Item = &'a f64>,
) {
    let (found, expected): (Vec<_>, Vec<_>) = (Vec::from_iter(found), Vec::from_iter(expected));
    assert_eq!(found.len(), expected.len());
    for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let error = (*found - *expected).abs();
        assert!(error < 1e-14, "[{at}]: {found}, not {expected}");
    }
}

/// The root of the sum of squares.
pub fn norm(numbers: &[f64]) -> f64 {
    numbers.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// A layer of [`SIZES`] for so many steps.
pub type Make<'a> = &'a dyn Fn(usize, GradientSpec) -> Box<dyn Layer<f64>>;

/// What holds of every recurrent layer, whose `parameters` are so many.
pub fn behaves(parameters: usize, make: Make) {
    let w = random(1, parameters, "w").into_raw_vec_and_offset().0;
    let [d, h] = SIZES;
    for steps in [1, 2, 5] {
        let x = random(3, steps * d, "x");
        prove(&mut *make(steps, GradientSpec::Full), &w, x, steps * h);
    }
    a_batch_is_its_sequences_one_by_one(&w, make);
    what_is_behind_the_end_changes_nothing(&w, make);
    a_truncated_gradient_is_cut_off(&w, make);
}

fn a_batch_is_its_sequences_one_by_one(w: &[f64], make: Make) {
    let ([d, h], steps, samples) = (SIZES, 5, 7);
    let (x, dy) = (
        random(samples, steps * d, "x"),
        random(samples, steps * h, "dy"),
    );
    let mut layer = make(steps, GradientSpec::Full);
    let batch = run(&mut *layer, w, &x, &dy);
    let mut sum = vec![0.0; w.len()];
    for sample in 0..samples {
        let row = s![sample..=sample, ..];
        let (x, dy) = (x.slice(row).to_owned(), dy.slice(row).to_owned());
        // With the buffers of the whole batch.
        let one = run(&mut *layer, w, &x, &dy);
        assert_eq!(one.y, batch.y.slice(row), "sample {sample}");
        let far = &one.dx - &batch.dx.slice(row);
        assert!(far.iter().all(|far| far.abs() < 1e-12), "sample {sample}");
        sum.iter_mut().zip(&one.dw).for_each(|(sum, dw)| *sum += dw);
    }
    let far = sum.iter().zip(&batch.dw).map(|(a, b)| (a - b).abs());
    assert!(far.fold(0.0, f64::max) < 1e-12);
}

fn what_is_behind_the_end_changes_nothing(w: &[f64], make: Make) {
    let ([d, h], length, samples) = (SIZES, 4, 3);
    let longer = |of: &Array2<f64>, width: usize, value: f64| {
        let mut padded = Array2::from_elem((samples, width), value);
        padded.slice_mut(s![.., ..of.ncols()]).assign(of);
        padded
    };
    let (x, dy) = (
        random(samples, length * d, "x"),
        random(samples, length * h, "dy"),
    );
    let short = run(&mut *make(length, GradientSpec::Full), w, &x, &dy);
    for steps in [5, 9] {
        let (x, dy) = (longer(&x, steps * d, 3.0), longer(&dy, steps * h, 0.0));
        let padded = run(&mut *make(steps, GradientSpec::Full), w, &x, &dy);
        assert_eq!(padded.y.slice(s![.., ..length * h]), short.y);
        let (own, behind) = padded.dx.view().split_at(ndarray::Axis(1), length * d);
        let far = &own - &short.dx;
        assert!(far.iter().all(|far| far.abs() < 1e-14));
        assert!(behind.iter().all(|dx| *dx == 0.0));
        let far = padded.dw.iter().zip(&short.dw).map(|(a, b)| (a - b).abs());
        assert!(far.fold(0.0, f64::max) < 1e-13);
    }
}

fn a_truncated_gradient_is_cut_off(w: &[f64], make: Make) {
    let [d, h] = SIZES;
    let passed = |steps: usize, gradient| {
        let (x, dy) = (random(3, steps * d, "x"), random(3, steps * h, "dy"));
        run(&mut *make(steps, gradient), w, &x, &dy)
    };
    let far = |a: &Passed, b: &Passed| {
        let far = a.dw.iter().zip(&b.dw).map(|(a, b)| (a - b).abs());
        far.fold(0.0, f64::max)
    };
    let full = |steps| passed(steps, GradientSpec::Full);
    for cut in [GradientSpec::OneStep, GradientSpec::Truncated(2)] {
        let (cut, full) = (passed(5, cut), full(5));
        assert_eq!(cut.y, full.y, "only the way back differs");
        // Central differences gave the full one.
        assert!(far(&cut, &full) > 1e-3, "it is not cut off");
    }
    let same = |a: Passed, b: Passed| (a.dx, a.dw) == (b.dx, b.dw);
    assert!(same(passed(1, GradientSpec::OneStep), full(1)));
    assert!(same(passed(5, GradientSpec::Truncated(5)), full(5)));
    let one = GradientSpec::Truncated(1);
    assert!(same(passed(5, one), passed(5, GradientSpec::OneStep)));
    // Of the second of two spans nothing comes back into the first.
    let (x, mut dy) = (random(1, 4 * d, "x"), Array2::zeros((1, 4 * h)));
    dy.slice_mut(s![.., 3 * h..]).fill(1.0);
    let two = run(&mut *make(4, GradientSpec::Truncated(2)), w, &x, &dy);
    let (first, second) = two.dx.view().split_at(ndarray::Axis(1), 2 * d);
    assert!(first.iter().all(|dx| *dx == 0.0) && second.iter().any(|dx| *dx != 0.0));
}
