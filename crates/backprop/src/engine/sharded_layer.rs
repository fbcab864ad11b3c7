//! A layer whose batches are sharded: for networks in which samples are coupled.
//!
//! Batch normalisation needs the whole batch before any sample can go on. A network that has it
//! goes through the chain in one shard, and each of its other layers divides the batch by itself:
//! every shard has a layer of its own, and the gradients of the shards are summed in their order.

use contract::{Real, Streams};
use ndarray::{ArrayView2, ArrayViewMut2, s};
use spec::model::PlannedLayer;
use std::slice;

use crate::engine::shards::{Shards, couples_samples};
use crate::layers::units::UnitGradients;
use crate::layers::{self, Layer, Mode, Order, Pass};

/// What a plan begins with, as [`layers::build_first`], but sharded unless it needs the whole batch
/// itself, or has a layer inside that does.
pub fn build_first<T: Real>(plan: &[PlannedLayer], streams: Streams) -> (Box<dyn Layer<T>>, usize) {
    if couples_samples(slice::from_ref(&plan[0])) {
        return (layers::build(&plan[0], streams, build_first), 1);
    }
    let (_, fused) = layers::build_first::<T>(plan, streams);
    (Box::new(ShardedLayer::new(&plan[..fused], streams)), fused)
}

/// A layer, or several fused, once for each shard.
pub struct ShardedLayer<T> {
    shards: Shards<State<T>>,
    /// True lengths of the sequences of the batch; empty: nothing is padded.
    lengths: Vec<usize>,
}

/// What a shard has of its own.
struct State<T> {
    layer: Box<dyn Layer<T>>,
    dw: Vec<T>,
}

impl<T: Real> ShardedLayer<T> {
    /// The planned layers, which are one, for no rows yet.
    fn new(plan: &[PlannedLayer], streams: Streams) -> Self {
        let planned = plan.to_vec();
        let state = move || State {
            layer: layers::build_first(&planned, streams).0,
            dw: Vec::new(),
        };
        Self {
            shards: Shards::new(plan, state),
            lengths: Vec::new(),
        }
    }

    /// Of the first shard.
    fn layer(&self) -> &dyn Layer<T> {
        &*self.shards.states()[0].layer
    }
}

impl<T: Real> Layer<T> for ShardedLayer<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, mode: Mode) {
        self.shards.divide(x.nrows());
        let lengths = &self.lengths;
        self.shards.run(Some(y), |state, rows, y| {
            let (x, mode) = (x.slice(s![rows.clone(), ..]), mode.from_row(rows.start));
            let y = y.expect("all of it is given");
            state.layer.set_lengths(lengths.get(rows));
            state.layer.forward(w, x, y, mode);
        });
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let wanted = dw.len();
        self.shards.run(dx, |state, rows, dx| {
            let pass = Pass {
                x: pass.x.slice(s![rows.clone(), ..]),
                y: pass.y.slice(s![rows.clone(), ..]),
                dy: pass.dy.slice(s![rows, ..]),
            };
            state.dw.clear();
            state.dw.resize(wanted, T::zero());
            state.layer.backward(w, pass, dx, &mut state.dw);
        });
        for state in self.shards.states() {
            for (sum, &gradient) in dw.iter_mut().zip(&state.dw) {
                *sum += gradient;
            }
        }
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.lengths.clear();
        self.lengths.extend_from_slice(lengths.unwrap_or_default());
    }

    fn units(&self) -> usize {
        self.layer().units()
    }

    fn unit_gradients(&self, order: Order, pass: Pass<T>, dw: UnitGradients<T>) {
        // A layer whose gradients are taken by units keeps nothing of a shard's forward pass, and
        // the second backward pass never meets a batch norm.
        self.layer().unit_gradients(order, pass, dw);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::testing::{TRAINING, random};
    use kernels::sharding::Sharding;
    use ndarray::Array2;
    use rayon::ThreadPoolBuilder;
    use spec::model::{
        BatchNormSpec, DropoutSpec, LayerSpec, LinearSpec, ModelSpec, PreluSpec, ResidualSpec,
    };

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

    /// Layers with a large batch, a smaller one and one that stays in one shard.
    fn layers() -> [(PlannedLayer, [usize; 3]); 4] {
        let planned = |spec| ModelSpec::new(vec![spec]).plan(&[150]).unwrap().remove(0);
        let prelu = PreluSpec {
            per_channel: true,
            ..PreluSpec::default()
        };
        let block = ResidualSpec {
            layers: vec![LayerSpec::Linear(LinearSpec::new(150)), LayerSpec::Tanh],
            shortcut: Vec::new(),
            name: None,
        };
        [
            (LayerSpec::Linear(LinearSpec::new(120)), [131, 70, 7]),
            (LayerSpec::Residual(block), [131, 70, 7]),
            (LayerSpec::Prelu(prelu), [7101, 600, 7]),
            (
                LayerSpec::Dropout(DropoutSpec { rate: 0.3 }),
                [7101, 600, 7],
            ),
        ]
        .map(|(spec, rows)| (planned(spec), rows))
    }

    fn sharded(planned: &PlannedLayer) -> ShardedLayer<f64> {
        ShardedLayer::new(slice::from_ref(planned), Streams::new(1))
    }

    #[test]
    fn a_sharded_layer_equals_the_whole_layer() {
        for (planned, batches) in layers() {
            let mut sharded = sharded(&planned);
            let mut whole = layers::build(&planned, Streams::new(1), layers::build_first);
            let mut shards = Vec::new();
            for rows in batches {
                let (y, dx, dw) = run(&mut sharded, &planned, rows);
                shards.push(sharded.shards.sharding().shards);
                let expected = run(&mut *whole, &planned, rows);
                assert_eq!((y, dx), (expected.0, expected.1), "{:?}", planned.spec);
                // Only the order of the sums over the rows is another.
                for (dw, expected) in dw.iter().zip(expected.2) {
                    assert!((dw - expected).abs() < 1e-11, "{dw} {expected}");
                }
            }
            assert!(shards[0] > shards[2] && shards[2] == 1, "{shards:?}");
        }
    }

    #[test]
    fn a_sharded_layer_does_not_depend_on_the_number_of_threads() {
        for (planned, batches) in layers() {
            let with_threads = |threads| {
                let pool = ThreadPoolBuilder::new().num_threads(threads).build();
                let mut layer = sharded(&planned);
                let run = || batches.map(|rows| run(&mut layer, &planned, rows));
                pool.unwrap().install(run)
            };
            let one = with_threads(1);
            for threads in [2, 3] {
                assert!(one == with_threads(threads), "{:?}", planned.spec);
            }
        }
    }

    /// As many rows as would make two shards, with another mean in each half.
    #[test]
    fn a_layer_that_couples_samples_sees_all_of_them() {
        let norm = LayerSpec::BatchNorm(BatchNormSpec::default());
        let planned = &ModelSpec::new(vec![norm]).plan(&[100]).unwrap()[0];
        let (rows, w) = (6000, [1.0; 200]);
        assert!(Sharding::new(rows, planned.multiplications(), rows).shards > 1);
        let x = Array2::from_shape_fn((rows, 100), |(n, _)| if n < rows / 2 { 3.0 } else { 5.0 });
        let mut y = Array2::zeros(x.raw_dim());
        let (mut layer, _) = build_first::<f64>(slice::from_ref(planned), Streams::new(1));
        layer.forward(&w, x.view(), y.view_mut(), TRAINING);
        for (y, x_hat) in [(y[[0, 0]], -1.0), (y[[rows - 1, 99]], 1.0)] {
            assert!((y - (1.0 + x_hat)).abs() < 1e-5, "{y}");
        }
    }
}
