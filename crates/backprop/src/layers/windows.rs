//! Windows on a map: what the pooling layers share.
//!
//! Window `$(i, j)$` covers the rows `$i s_h - p_h, \dots, i s_h - p_h + K_h - 1$` of the map and
//! likewise the columns, with size `$K$`, stride `$s$` and padding `$p$`. `$\Omega_{ij}$` is the
//! part of it that lies on the map. The plan allows at most half a window of padding, so no
//! `$\Omega_{ij}$` is empty.
//!
//! | | shape |
//! |---|---|
//! | a map of `x` | `[H, W]` |
//! | a map of `y` | `[H_out, W_out]`, one number a window |

use std::ops::Range;

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{Pair, PlannedLayer, PoolSpec};

/// Where the windows of a pooling layer are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    /// Maps of a sample, C.
    pub channels: usize,
    /// H and W.
    pub image: Pair,
    /// H_out and W_out.
    pub output: Pair,
    /// K_h and K_w.
    pub size: Pair,
    stride: Pair,
    padding: Pair,
}

impl Windows {
    /// The windows of a planned layer.
    pub fn new(planned: &PlannedLayer, pool: &PoolSpec) -> Self {
        let [channels, height, width] = planned.image();
        let [_, rows, columns] = planned.output[..] else {
            panic!("{} does not make images", planned.name);
        };
        Self {
            channels,
            image: [height, width].into(),
            output: [rows, columns].into(),
            size: pool.size,
            stride: pool.stride(),
            padding: pool.padding,
        }
    }

    /// Numbers of a map that comes in, H·W.
    pub fn inputs(&self) -> usize {
        self.image.height * self.image.width
    }

    /// Numbers of a map that goes out, H_out·W_out.
    pub fn outputs(&self) -> usize {
        self.output.height * self.output.width
    }

    /// Whether the windows are 2 x 2 side by side: the usual ones, for which there are tight loops.
    pub fn are_squares_of_four(&self) -> bool {
        let two = Pair::from(2);
        self.size == two && self.stride == two && self.padding == Pair::default()
    }

    /// Calls `visit` with the index of each window and its part `$\Omega$` of the map: rows and
    /// columns.
    #[inline(always)]
    pub fn each(&self, mut visit: impl FnMut(usize, Range<usize>, Range<usize>)) {
        let along = |index: usize, size: usize, stride: usize, padding: usize, end: usize| {
            let start = index * stride;
            start.saturating_sub(padding)..(start + size - padding).min(end)
        };
        let (size, stride, padding) = (self.size, self.stride, self.padding);
        for i in 0..self.output.height {
            let rows = along(
                i,
                size.height,
                stride.height,
                padding.height,
                self.image.height,
            );
            for j in 0..self.output.width {
                let columns = along(j, size.width, stride.width, padding.width, self.image.width);
                visit(i * self.output.width + j, rows.clone(), columns);
            }
        }
    }

    /// `$y_{ij} = \sum_{(a, b) \in \Omega_{ij}} x_{ab}$` for one map.
    pub fn sum<T: Real>(&self, x: &[T], y: &mut [T]) {
        let width = self.image.width;
        if self.are_squares_of_four() {
            let columns = self.output.width;
            for (y, x) in y.chunks_exact_mut(columns).zip(x.chunks_exact(2 * width)) {
                let (top, _) = x[..2 * columns].as_chunks::<2>();
                let (bottom, _) = x[width..][..2 * columns].as_chunks::<2>();
                for ((y, top), bottom) in y.iter_mut().zip(top).zip(bottom) {
                    *y = (top[0] + top[1]) + (bottom[0] + bottom[1]);
                }
            }
            return;
        }
        self.each(|window, rows, columns| {
            let mut sum = T::zero();
            for row in rows {
                for &x in &x[row * width..][columns.clone()] {
                    sum += x;
                }
            }
            y[window] = sum;
        });
    }

    /// The way back: `$dx_{ab} \mathrel{+}= f \sum_{ij : (a, b) \in \Omega_{ij}} dy_{ij}$` for one
    /// map.
    pub fn scatter<T: Real>(&self, factor: T, dy: &[T], dx: &mut [T]) {
        let width = self.image.width;
        if self.are_squares_of_four() {
            let columns = self.output.width;
            for (dy, dx) in dy.chunks_exact(columns).zip(dx.chunks_exact_mut(2 * width)) {
                let (top, bottom) = dx.split_at_mut(width);
                let (top, _) = top[..2 * columns].as_chunks_mut::<2>();
                let (bottom, _) = bottom[..2 * columns].as_chunks_mut::<2>();
                for ((&dy, top), bottom) in dy.iter().zip(top).zip(bottom) {
                    let d = factor * dy;
                    top[0] += d;
                    top[1] += d;
                    bottom[0] += d;
                    bottom[1] += d;
                }
            }
            return;
        }
        self.each(|window, rows, columns| {
            let d = factor * dy[window];
            for row in rows {
                for dx in &mut dx[row * width..][columns.clone()] {
                    *dx += d;
                }
            }
        });
    }
}

/// The numbers of a batch of images, sample by sample.
///
/// # Panics
/// When they do not lie so in memory; the network's buffers do.
pub(super) fn flat<'a, T>(batch: ArrayView2<'a, T>) -> &'a [T] {
    batch.to_slice().expect("images lie row by row in memory")
}

/// The same to be written.
pub(super) fn flat_mut<'a, T>(batch: ArrayViewMut2<'a, T>) -> &'a mut [T] {
    batch.into_slice().expect("images lie row by row in memory")
}

#[cfg(test)]
pub(super) mod testing {
    //! Pooling by its definition, and layers to hold against it.

    use super::super::Pass;
    use contract::Streams;
    use ndarray::{Array2, ArrayView2};
    use proptest::prelude::*;
    use rand::seq::SliceRandom;
    use spec::model::{LayerSpec, ModelSpec, PlannedLayer, PoolSpec};

    /// A pooling layer and the `[C, H, W]` it takes.
    pub type Case = (PoolSpec, [usize; 3]);

    /// The planned layer.
    pub fn plan(layer: LayerSpec, image: [usize; 3]) -> PlannedLayer {
        let plan = ModelSpec::new(vec![layer]).plan(&image);
        plan.unwrap().remove(0)
    }

    /// Windows of that size, stride and padding.
    pub fn pool(size: [usize; 2], stride: [usize; 2], padding: [usize; 2]) -> PoolSpec {
        PoolSpec {
            size: size.into(),
            stride: Some(stride.into()),
            padding: padding.into(),
        }
    }

    /// Windows of every kind that fit: oblong, overlapping, with gaps, padded.
    pub fn cases() -> impl Strategy<Value = Case> {
        let along = || {
            (1usize..=4, 1usize..=4, 0usize..=2, 0usize..=6)
                .prop_map(|(size, stride, pad, rest)| (size, stride, pad % (size / 2 + 1), rest))
        };
        (1usize..=3, along(), along()).prop_map(|(c, down, across)| {
            let spec = pool([down.0, across.0], [down.1, across.1], [down.2, across.2]);
            (spec, [c, down.0 + down.3, across.0 + across.3])
        })
    }

    /// Different numbers in a random order, each further from the next than the step of a
    /// difference: windows have no ties and no kinks near by.
    pub fn distinct(rows: usize, columns: usize) -> Array2<f64> {
        let count = rows * columns;
        let mut x: Vec<f64> = (0..count)
            .map(|i| 0.01 * (i as f64 - 0.5 * count as f64))
            .collect();
        x.shuffle(&mut Streams::new(1).stream("distinct"));
        Array2::from_shape_vec((rows, columns), x).unwrap()
    }

    /// All entries of every window by the definition, `None` in the padding, in the order of `y`;
    /// each with its index in the sample.
    pub fn entries((spec, [channels, height, width]): Case) -> Vec<Vec<Option<usize>>> {
        let windows = |size: usize, stride: usize, padding: usize, end: usize| {
            (0..=(end + 2 * padding - size) / stride).map(move |window| {
                (0..size).map(move |k| {
                    (window * stride + k)
                        .checked_sub(padding)
                        .filter(|&at| at < end)
                })
            })
        };
        let (size, stride, padding) = (spec.size, spec.stride(), spec.padding);
        let mut all = Vec::new();
        for c in 0..channels {
            for rows in windows(size.height, stride.height, padding.height, height) {
                for columns in windows(size.width, stride.width, padding.width, width) {
                    let window = rows.clone().flat_map(|row| {
                        let columns = columns.clone();
                        columns.map(move |column| Some((c * height + row?) * width + column?))
                    });
                    all.push(window.collect());
                }
            }
        }
        all
    }

    /// What `backward` gets.
    pub fn pass<'a>(x: &'a Array2<f64>, y: &'a Array2<f64>, dy: &'a Array2<f64>) -> Pass<'a, f64> {
        let view = ArrayView2::from;
        Pass {
            x: view(x),
            y: view(y),
            dy: view(dy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{cases, distinct, entries, plan, pool};
    use super::*;
    use ndarray::Array2;
    use proptest::prelude::*;
    use spec::model::LayerSpec;

    fn windows((spec, image): testing::Case) -> Windows {
        Windows::new(&plan(LayerSpec::AvgPool(spec), image), &spec)
    }

    /// Both loops on every map against the definition.
    fn prove(case: testing::Case) {
        let (windows, entries) = (windows(case), entries(case));
        let (inputs, outputs) = (windows.inputs(), windows.outputs());
        let x = distinct(windows.channels, inputs);
        let dy = distinct(windows.channels, outputs);
        let mut y = Array2::from_elem(dy.raw_dim(), f64::NAN);
        let mut dx = Array2::from_elem(x.raw_dim(), 1.0);
        let mut expected_dx = dx.clone();
        for c in 0..windows.channels {
            let row = |batch: &Array2<f64>| batch.row(c).to_vec();
            let (x, dy) = (row(&x), row(&dy));
            windows.sum(&x, y.row_mut(c).as_slice_mut().unwrap());
            windows.scatter(-3.0, &dy, dx.row_mut(c).as_slice_mut().unwrap());
        }
        for (window, entries) in entries.iter().enumerate() {
            let at = |index: usize| [index / inputs, index % inputs];
            let sum: f64 = entries.iter().flatten().map(|&index| x[at(index)]).sum();
            let place = [window / outputs, window % outputs];
            assert!((y[place] - sum).abs() < 1e-12, "{case:?}");
            for &index in entries.iter().flatten() {
                expected_dx[at(index)] -= 3.0 * dy[place];
            }
        }
        assert!(
            (&dx - &expected_dx).iter().all(|d| d.abs() < 1e-12),
            "{case:?}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn sums_and_their_way_back_agree_with_the_definition(case in cases()) {
            prove(case);
        }

        #[test]
        fn the_tight_loops_agree_with_the_definition(c in 1usize..3, h in 2usize..9, w in 2usize..9) {
            let case = (PoolSpec::new(2), [c, h, w]);
            prop_assert!(windows(case).are_squares_of_four());
            prove(case);
        }
    }

    #[test]
    fn only_squares_of_four_side_by_side_take_the_tight_loops() {
        for spec in [
            pool([2, 3], [2, 2], [0, 0]),
            pool([2, 2], [2, 1], [0, 0]),
            pool([2, 2], [2, 2], [1, 0]),
        ] {
            assert!(!windows((spec, [1, 6, 6])).are_squares_of_four());
        }
    }
}
