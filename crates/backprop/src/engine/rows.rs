//! A layer cut into rows: for networks in which samples are coupled.
//!
//! Batch normalisation needs the whole batch before any sample can go on. A network that has it
//! goes through the chain in one piece, and its other layers are each cut by themselves: every part
//! of the rows has a layer of its own, and the gradients of the parts are summed in their order.

use contract::{Real, Streams};
use ndarray::{ArrayView2, ArrayViewMut2, Axis, s};
use spec::model::PlannedLayer;

use crate::engine::pieces::Work;
use crate::layers::units::UnitGradients;
use crate::layers::{self, Layer, Mode, Order, Pass, Residual};
use kernels::cut::Cut;
use kernels::workers;
use spec::model::LayerSpec;

/// What a plan begins with, as [`layers::build_first`], but cut into rows unless it needs the whole
/// batch itself.
pub fn build_first<T: Real>(plan: &[PlannedLayer], streams: Streams) -> (Box<dyn Layer<T>>, usize) {
    match &plan[0].spec {
        LayerSpec::Residual(_) => (Box::new(Residual::new(&plan[0], streams, build_first)), 1),
        spec if spec.layer().couples_samples() => (layers::build(&plan[0], streams), 1),
        _ => {
            let (first, fused) = layers::build_first(plan, streams);
            (Box::new(Rows::new(&plan[..fused], streams, first)), fused)
        }
    }
}

/// A layer, or several fused, once for each part of the rows.
pub struct Rows<T> {
    plan: Vec<PlannedLayer>,
    work: Work,
    streams: Streams,
    parts: Vec<Part<T>>,
}

struct Part<T> {
    layer: Box<dyn Layer<T>>,
    dw: Vec<T>,
}

impl<T> Part<T> {
    fn new(layer: Box<dyn Layer<T>>) -> Self {
        let dw = Vec::new();
        Self { layer, dw }
    }
}

impl<T: Real> Rows<T> {
    /// The planned layers, of which the first part is made already, for no rows yet.
    fn new(plan: &[PlannedLayer], streams: Streams, first: Box<dyn Layer<T>>) -> Self {
        Self {
            plan: plan.to_vec(),
            work: Work::of(plan),
            streams,
            parts: vec![Part::new(first)],
        }
    }

    /// The cut, with a layer for each part.
    fn cut(&mut self, rows: usize) -> Cut {
        let cut = self.work.cut(rows);
        while self.parts.len() < cut.pieces {
            let (layer, _) = layers::build_first(&self.plan, self.streams);
            self.parts.push(Part::new(layer));
        }
        cut
    }
}

impl<T: Real> Layer<T> for Rows<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, mode: Mode) {
        let cut = self.cut(x.nrows());
        let height = cut.part(0).len().max(1);
        let parts = self.parts[..cut.pieces].iter_mut().enumerate();
        let parts = parts.zip(y.axis_chunks_iter_mut(Axis(0), height));
        workers::share(parts, |((index, part), y)| {
            let rows = cut.part(index);
            let mode = mode.from_row(rows.start);
            part.layer.forward(w, x.slice(s![rows, ..]), y, mode);
        });
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let cut = self.cut(pass.x.nrows());
        let (height, wanted) = (cut.part(0).len().max(1), dw.len());
        let run = |index: usize, part: &mut Part<T>, dx: Option<ArrayViewMut2<T>>| {
            let rows = cut.part(index);
            let pass = Pass {
                x: pass.x.slice(s![rows.clone(), ..]),
                y: pass.y.slice(s![rows.clone(), ..]),
                dy: pass.dy.slice(s![rows, ..]),
            };
            part.dw.clear();
            part.dw.resize(wanted, T::zero());
            part.layer.backward(w, pass, dx, &mut part.dw);
        };
        let parts = self.parts[..cut.pieces].iter_mut().enumerate();
        match dx {
            None => workers::share(parts, |(index, part)| run(index, part, None)),
            Some(mut dx) => {
                let parts = parts.zip(dx.axis_chunks_iter_mut(Axis(0), height));
                workers::share(parts, |((index, part), dx)| run(index, part, Some(dx)));
            }
        }
        for part in &self.parts[..cut.pieces] {
            for (sum, &gradient) in dw.iter_mut().zip(&part.dw) {
                *sum += gradient;
            }
        }
    }

    fn units(&self) -> usize {
        self.parts[0].layer.units()
    }

    fn unit_gradients(&self, order: Order, pass: Pass<T>, dw: UnitGradients<T>) {
        // A layer whose gradients are taken by units keeps nothing of a part's forward pass, and
        // the second backward pass never meets a batch norm.
        self.parts[0].layer.unit_gradients(order, pass, dw);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::testing::{TRAINING, random};
    use ndarray::Array2;
    use rayon::ThreadPoolBuilder;
    use spec::model::{BatchNormSpec, DropoutSpec, LinearSpec, ModelSpec, PreluSpec};
    use std::slice;

    /// Numbers in \[−1, 1), drawn faster than a million random ones.
    fn numbers(rows: usize, columns: usize, factor: usize) -> Array2<f64> {
        Array2::from_shape_fn((rows, columns), |(n, d)| {
            ((n * 7919 + d * factor) % 2003) as f64 / 1001.5 - 1.0
        })
    }

    /// y, dx and dw of one pass, all of them begun at a number that must not stay.
    fn run(
        layer: &mut dyn Layer<f64>,
        planned: &PlannedLayer,
        rows: usize,
    ) -> (Array2<f64>, Array2<f64>, Vec<f64>) {
        let x = numbers(rows, planned.inputs(), 104_729);
        let dy = numbers(rows, planned.outputs(), 1_299_709);
        let w = random(1, planned.parameter_count(), "w");
        let w = w.as_slice().unwrap();
        let mut y = Array2::from_elem(dy.raw_dim(), f64::NAN);
        let mut dx = Array2::from_elem(x.raw_dim(), f64::NAN);
        let (mut dw, mut dw_alone) = (vec![1.0; w.len()], vec![1.0; w.len()]);
        layer.forward(w, x.view(), y.view_mut(), TRAINING);
        let pass = Pass {
            x: x.view(),
            y: y.view(),
            dy: dy.view(),
        };
        layer.backward(w, pass, None, &mut dw_alone);
        layer.backward(w, pass, Some(dx.view_mut()), &mut dw);
        assert_eq!(dw, dw_alone, "the gradient of x is not asked for");
        (y, dx, dw)
    }

    /// Layers with a large batch, a smaller one and one that is not worth a cut.
    fn layers() -> [(PlannedLayer, [usize; 3]); 3] {
        let planned = |spec| ModelSpec::new(vec![spec]).plan(&[150]).unwrap().remove(0);
        let prelu = PreluSpec {
            per_channel: true,
            ..PreluSpec::default()
        };
        [
            (LayerSpec::Linear(LinearSpec::new(120)), [131, 70, 7]),
            (LayerSpec::Prelu(prelu), [7101, 600, 7]),
            (
                LayerSpec::Dropout(DropoutSpec { rate: 0.3 }),
                [7101, 600, 7],
            ),
        ]
        .map(|(spec, rows)| (planned(spec), rows))
    }

    fn rows(planned: &PlannedLayer) -> Rows<f64> {
        let streams = Streams::new(1);
        let whole = layers::build(planned, streams);
        Rows::new(slice::from_ref(planned), streams, whole)
    }

    #[test]
    fn a_cut_layer_equals_the_whole_layer() {
        for (planned, batches) in layers() {
            let mut cut = rows(&planned);
            let mut whole = layers::build(&planned, Streams::new(1));
            for rows in batches {
                let (y, dx, dw) = run(&mut cut, &planned, rows);
                let expected = run(&mut *whole, &planned, rows);
                assert_eq!((y, dx), (expected.0, expected.1), "{:?}", planned.spec);
                // Only the order of the sums over the rows is another.
                for (dw, expected) in dw.iter().zip(expected.2) {
                    assert!((dw - expected).abs() < 1e-11, "{dw} {expected}");
                }
            }
            assert!(cut.parts.len() > 1, "{:?} is not cut", planned.spec);
        }
    }

    #[test]
    fn a_cut_layer_does_not_depend_on_the_number_of_threads() {
        for (planned, batches) in layers() {
            let with_threads = |threads| {
                let pool = ThreadPoolBuilder::new().num_threads(threads).build();
                let mut layer = rows(&planned);
                let run = || batches.map(|rows| run(&mut layer, &planned, rows));
                pool.unwrap().install(run)
            };
            let one = with_threads(1);
            for threads in [2, 3] {
                assert!(one == with_threads(threads), "{:?}", planned.spec);
            }
        }
    }

    /// As many rows as would make two parts, with another mean in each half.
    #[test]
    fn a_layer_that_couples_samples_sees_all_of_them() {
        let norm = LayerSpec::BatchNorm(BatchNormSpec::default());
        let planned = &ModelSpec::new(vec![norm]).plan(&[100]).unwrap()[0];
        let (rows, w) = (6000, [1.0; 200]);
        assert!(Cut::new(rows, planned.multiplications(), rows).pieces > 1);
        let x = Array2::from_shape_fn((rows, 100), |(n, _)| if n < rows / 2 { 3.0 } else { 5.0 });
        let mut y = Array2::zeros(x.raw_dim());
        let (mut layer, _) = build_first::<f64>(slice::from_ref(planned), Streams::new(1));
        layer.forward(&w, x.view(), y.view_mut(), TRAINING);
        for (y, x_hat) in [(y[[0, 0]], -1.0), (y[[rows - 1, 99]], 1.0)] {
            assert!((y - (1.0 + x_hat)).abs() < 1e-5, "{y}");
        }
    }
}
