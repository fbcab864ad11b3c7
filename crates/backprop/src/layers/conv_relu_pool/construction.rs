//! What is fused, and where everything stands.

use std::ops::Range;

use contract::{Real, aligned_zeros};
use spec::model::{Conv2dSpec, LayerSpec, Pair, PlannedLayer};

use super::ConvReluPool;
use super::pooling::Pooling;
use super::stage::{Band, Stage, Workspace};
use crate::layers::windows::Windows;
use kernels::matmul::patches::{Line, Patch};
use kernels::matmul::vectorized::lanes;
use kernels::packed_images::ImageLayout;

/// Planned layers of a stage.
const PLANNED: usize = 3;

/// Numbers that a band's convolution gives, at least: 8 KB in f32, which are still in the first
/// cache when they are pooled.
const BAND: usize = 1 << 11;

impl<T: Real> ConvReluPool<T> {
    /// What a plan begins with, if it is this, and how many planned layers it stands for.
    pub fn of(plan: &[PlannedLayer]) -> Option<(Self, usize)> {
        let stages = plan.chunks_exact(PLANNED).map_while(Stage::of);
        let mut stages: Vec<Stage<T>> = stages.collect();
        for index in 1..stages.len() {
            stages[index - 1].beyond = stages[index].reach();
        }
        let planned = PLANNED * stages.len();
        (planned > 0).then_some((Self { stages }, planned))
    }
}

impl<T: Real> Stage<T> {
    /// Three planned layers as one, if they are a convolution that is neither grouped nor dilated
    /// across, with a bias a map and zeros around, and behind it ReLU and max-pooling in either
    /// order.
    fn of(plan: &[PlannedLayer]) -> Option<Self> {
        let [conv, second, third] = plan else {
            return None;
        };
        let LayerSpec::Conv2d(spec) = &conv.spec else {
            return None;
        };
        let (pool, of_pool) = match (&second.spec, &third.spec) {
            (LayerSpec::Relu, LayerSpec::MaxPool(pool)) => (third, pool),
            (LayerSpec::MaxPool(pool), LayerSpec::Relu) => (second, pool),
            _ => return None,
        };
        let dense = spec.groups == 1 && spec.connections.is_none() && spec.dilation.width == 1;
        let usual = !spec.untied_biases && spec.padding_value == 0.0;
        (dense && usual).then(|| Self::new(conv, spec, Windows::new(pool, of_pool)))
    }

    fn new(conv: &PlannedLayer, spec: &Conv2dSpec, windows: Windows) -> Self {
        let [channels, height, width] = conv.image();
        let images = ImageLayout::new(channels, [height, width], spec.padding.into());
        let Pair {
            height: down,
            width: across,
        } = spec.kernel;
        let patch = Patch {
            rows: down,
            distance: spec.dilation.height * images.row(),
            length: across * channels,
        };
        let lanes = lanes::<T>();
        let (maps, row) = (spec.channels, patch.length.next_multiple_of(lanes));
        let wide = maps.next_multiple_of(lanes);
        let mut weight_places = Vec::with_capacity(down * patch.length);
        for c in 0..channels {
            for k in 0..down {
                for e in (c..patch.length).step_by(channels) {
                    let (forward, backward) = ((k * patch.length + e) * wide, k * row + e);
                    weight_places.push([forward, backward].map(|place| place as u32));
                }
            }
        }
        let pooled = ImageLayout::new(maps, windows.output.into(), [0, 0]);
        let workspace = Workspace {
            forward: aligned_zeros(down * patch.length * wide),
            bias: aligned_zeros(wide),
            backward: aligned_zeros(maps * down * row),
            dw: aligned_zeros(maps * down * row),
            db: vec![T::zero(); maps],
            x: aligned_zeros(0),
            z: aligned_zeros(windows.inputs() * wide),
            y: aligned_zeros(0),
            winners: aligned_zeros(0),
            dy: aligned_zeros(pooled.length()),
            picked: [(); 2].map(|()| vec![T::zero(); windows.outputs()]),
            dx: aligned_zeros(images.length() + row),
        };
        let starts = (0..windows.image.height).flat_map(|i| {
            let start = move |j| images.place(i * spec.stride.height, j * spec.stride.width);
            (0..windows.image.width).map(start)
        });
        let starts: Vec<u32> = starts.collect();
        let offsets = (0..down).flat_map(|k| {
            let offset = move |e| (k * patch.distance + e) as u32;
            (0..patch.length).map(offset)
        });
        let (mut members, mut rows_of) = (Vec::new(), Vec::new());
        windows.each(|window, rows, columns| {
            let output = |row: usize, column: usize| (row * windows.image.width + column) as u32;
            let end = (window + 1) * windows.size.height * windows.size.width;
            let first = output(rows.start, columns.start);
            if window % windows.output.width == 0 {
                rows_of.push(rows.clone());
            }
            for row in rows {
                members.extend(columns.clone().map(|column| output(row, column)));
            }
            members.resize(end, first);
        });
        let line = (channels == 1 && spec.stride.width == 1).then_some(Line {
            outputs: windows.image.width,
            across,
        });
        let bands = bands(&rows_of, windows.image.width * wide);
        let numbers = |rows: Range<usize>, across| rows.start * across..rows.end * across;
        let bands = bands.into_iter().map(
            |Band {
                 outputs,
                 windows: rows,
             }| Band {
                outputs: numbers(outputs, windows.image.width),
                windows: numbers(rows, windows.output.width),
            },
        );
        Self {
            bands: bands.collect(),
            // A window on the edge has its first output several times, which changes nothing.
            pooling: Pooling::new(
                members,
                windows.size.height * windows.size.width,
                &starts,
                maps,
            ),
            starts,
            offsets: offsets.collect(),
            line,
            images,
            pooled,
            patch,
            maps,
            weight_places,
            biases: if spec.bias { maps } else { 0 },
            beyond: 0,
            workspace,
        }
    }
}

/// Bands of rows of windows that share no output: `rows_of` each row of windows, and the numbers
/// that such a row of outputs has. What no window sees is in no band.
fn bands(rows_of: &[Range<usize>], numbers: usize) -> Vec<Band> {
    let mut bands = Vec::new();
    let mut first = 0;
    for (index, rows) in rows_of.iter().enumerate() {
        let begin = rows_of[first].start;
        let done = match rows_of.get(index + 1) {
            Some(next) => rows.end <= next.start && (rows.end - begin) * numbers >= BAND,
            None => true,
        };
        if done {
            bands.push(Band {
                outputs: begin..rows.end,
                windows: first..index + 1,
            });
            first = index + 1;
        }
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_small_and_shares_no_output() {
        // LeNet-5's first: 14 rows of windows, 28 outputs across, 8 numbers each.
        let pairs: Vec<_> = (0..14).map(|row| 2 * row..2 * row + 2).collect();
        let cut = bands(&pairs, 28 * 8);
        let windows: Vec<_> = cut.iter().map(|band| band.windows.clone()).collect();
        assert_eq!(windows, [0..5, 5..10, 10..14]);
        assert_eq!(cut[1].outputs, 10..20);
        let overlapping: Vec<_> = (0..14).map(|row| 2 * row..2 * row + 3).collect();
        let whole = bands(&overlapping, 28 * 8);
        assert_eq!(whole.len(), 1);
        assert_eq!(whole[0].outputs, 0..29);
    }
}
