//! What all images of a batch have in common: their background.
//!
//! Four in five pixels of a digit are background, and half of the windows of a first stage see nothing else.
//! There every sample has the outputs and the winners of an empty image `$\bar x$`, and a patch of its image is
//! a patch of `$\bar x$`. So these outputs are computed once, and with the samples `$n \in N_j$` of which window `$j$`
//! shows nothing
//!
//! ```math
//! y_{n,m,j} = \bar y_{m,j}, \qquad
//!   \sum_{n \in N_j} dy_{n,m,j}\; x_{n,\,s o^*_{m,j} + d k - p}
//!   = \Bigl(\sum_{n \in N_j} dy_{n,m,j}\Bigr)\, \bar x_{s \bar o^*_{m,j} + d k - p}
//! ```
//!
//! The empty image goes through the stage as one sample more. The outputs are the same, bit for bit.
//!
//! In each row of windows those from the first to the last that shows something are computed: with MNIST every
//! second window, and LeNet-5 takes 0.95 of the time. With the rectangle around all of them it would be two in
//! three, and nothing gained.

use std::ops::Range;
use std::slice::ChunksExact;

use contract::Real;
use pulp::{Arch, Simd, WithSimd};
use spec::model::{Conv2dSpec, Pair};

use crate::layers::windows::Windows;
use kernels::elementwise;
use kernels::matmul::patches::Span;

/// The background of images with one channel, and what else each of them shows.
pub(super) struct Background<T> {
    /// An image of nothing else, `[H, W]`.
    pub empty: Vec<T>,
    /// W.
    width: usize,
    /// Rows and columns of a map of outputs.
    map: Pair,
    /// Rows of outputs of each row of windows, and columns of outputs of each column of windows.
    outputs: [Vec<Range<usize>>; 2],
    /// Rows of pixels that each row of windows sees.
    seen: Vec<Range<usize>>,
    /// For each column of pixels, and the end of them: the first column of windows that sees something from there
    /// on, and the end of those that see something before it.
    windows: Vec<Range<usize>>,
    /// First and end of what each row of one image shows.
    shown: Vec<(u32, u32)>,
    /// The spans in which the samples show something, one sample behind the other: of outputs for each row of
    /// them, and of windows likewise.
    spans: [Vec<Span>; 2],
    /// Samples of the batch, if there is enough that they do not show.
    samples: Option<usize>,
    /// Winners and gradients of the windows in which a sample shows something, `[windows, maps]`.
    pub apart: [Vec<T>; 2],
    /// Sum of the gradients of the others, `[windows, maps]`.
    pub sum: Vec<T>,
}

impl<T: Real> Background<T> {
    /// That of images `[H, W]`, before such a convolution and such windows; none where rows of windows share
    /// outputs.
    pub fn of(conv: &Conv2dSpec, [height, width]: [usize; 2], windows: &Windows) -> Option<Self> {
        let (mut down, mut along) = (Vec::new(), Vec::new());
        let across = windows.output.width;
        windows.each(|window, rows, columns| {
            if window % across == 0 {
                down.push(rows);
            }
            if window < across {
                along.push(columns);
            }
        });
        let apart = down.windows(2).all(|rows| rows[0].end <= rows[1].start);
        let (stride, padding) = (conv.stride, conv.padding);
        let reach = (conv.kernel.height - 1) * conv.dilation.height + 1;
        let rows = |outputs: &_| seen(outputs, stride.height, reach, padding.height, height);
        let reach = (conv.kernel.width - 1) * conv.dilation.width + 1;
        let columns = |outputs: &_| seen(outputs, stride.width, reach, padding.width, width);
        let columns: Vec<_> = along.iter().map(columns).collect();
        let windows_at = |pixel| {
            let first = columns.partition_point(|seen| seen.end <= pixel);
            first..columns.partition_point(|seen| seen.start < pixel)
        };
        let numbers = windows.channels * windows.outputs();
        apart.then(|| Self {
            empty: vec![T::zero(); height * width],
            width,
            map: windows.image,
            seen: down.iter().map(rows).collect(),
            windows: (0..=width).map(windows_at).collect(),
            outputs: [down, along],
            shown: vec![(0, 0); height],
            spans: [Vec::new(), Vec::new()],
            samples: None,
            apart: [(); 2].map(|()| vec![T::zero(); numbers]),
            sum: vec![T::zero(); numbers],
        })
    }

    /// Finds what the images `[N, H, W]` show, with the first pixel for background.
    pub fn look_at(&mut self, x: &[T]) {
        let value = x.first().copied().unwrap_or(T::zero());
        self.empty.fill(value);
        self.spans.iter_mut().for_each(Vec::clear);
        let (mut samples, mut computed) = (0, 0);
        for image in x.chunks_exact(self.empty.len()) {
            Arch::new().dispatch(Shown {
                image: image.chunks_exact(self.width),
                value,
                shown: &mut self.shown,
            });
            computed += self.add_spans();
            samples += 1;
        }
        let windows = samples * self.outputs[0].len() * self.outputs[1].len();
        // With more to compute, the search and the empty image take what the others save.
        self.samples = (4 * computed < 3 * windows).then_some(samples);
    }

    /// Adds the spans of the image that was looked at last, and counts its windows.
    fn add_spans(&mut self) -> usize {
        let ([down, along], [of_outputs, of_windows]) = (&self.outputs, &mut self.spans);
        let first_row = of_outputs.len();
        of_outputs.resize(first_row + self.map.height, 0..0);
        let mut count = 0;
        for (row, (seen, outputs)) in self.seen.iter().zip(down).enumerate() {
            let shown = self.shown[seen.clone()].iter();
            let (first, end) = shown.fold(NOTHING, |a, &b| either(a, b));
            let some = match first < end {
                true => self.windows[first as usize].start..self.windows[end as usize].end,
                false => 0..0,
            };
            count += some.len();
            of_windows.push(span(row * along.len(), &some));
            if !some.is_empty() {
                let seen = along[some.start].start..along[some.end - 1].end;
                for row in outputs.clone() {
                    of_outputs[first_row + row] = span(row * self.map.width, &seen);
                }
            }
        }
        count
    }

    /// The place of the empty image behind those of the batch, if it is there.
    pub fn place(&self) -> Option<usize> {
        self.samples
    }

    /// The same if sample `n` is one of those that have something in common with it.
    pub fn place_for(&self, n: usize) -> Option<usize> {
        self.samples.filter(|&samples| n < samples)
    }

    /// The spans of outputs and of windows in which sample `n` shows something.
    pub fn spans(&self, n: usize) -> [&[Span]; 2] {
        let [of_outputs, of_windows] = &self.spans;
        let (outputs, windows) = (self.map.height, self.seen.len());
        [
            &of_outputs[n * outputs..][..outputs],
            &of_windows[n * windows..][..windows],
        ]
    }

    /// Splits the gradients of sample `n`, `[windows, maps]`: those of the windows in which it shows something are
    /// put into `apart`, with their winners, and counted; the others are added to `sum`.
    pub fn split(&mut self, n: usize, maps: usize, winners: &[T], dy: &mut [T]) -> usize {
        let rows = self.seen.len();
        let [starts, values] = &mut self.apart;
        let mut count = 0;
        for span in &self.spans[1][n * rows..][..rows] {
            let from = span.start as usize * maps..span.end as usize * maps;
            let to = count..count + from.len();
            starts[to.clone()].copy_from_slice(&winners[from.clone()]);
            values[to.clone()].copy_from_slice(&dy[from.clone()]);
            dy[from].fill(T::zero());
            count = to.end;
        }
        elementwise::each([dy], [&mut self.sum], |[dy], [sum]| *sum += dy);
        count
    }
}

/// The pixels along one axis, of `size`, that some outputs see: one `reach` of them, the next one `stride` further.
fn seen(
    outputs: &Range<usize>,
    stride: usize,
    reach: usize,
    padding: usize,
    size: usize,
) -> Range<usize> {
    let inside = |place: usize| place.saturating_sub(padding).min(size);
    inside(outputs.start * stride)..inside((outputs.end - 1) * stride + reach)
}

/// First and end of what is shown where nothing is.
const NOTHING: (u32, u32) = (u32::MAX, 0);

/// First and end of two of them together.
#[inline(always)]
fn either(a: (u32, u32), b: (u32, u32)) -> (u32, u32) {
    (a.0.min(b.0), a.1.max(b.1))
}

/// Some of a row that begins there.
fn span(start: usize, some: &Range<usize>) -> Span {
    (start + some.start) as u32..(start + some.end) as u32
}

/// Finds the first and the end of what each row of an image shows. Compiled for each instruction set, and without a
/// branch: a search that ends at the first pixel takes four times as long.
struct Shown<'a, T> {
    image: ChunksExact<'a, T>,
    value: T,
    shown: &'a mut [(u32, u32)],
}

impl<T: Real> WithSimd for Shown<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (shown, pixels) in self.shown.iter_mut().zip(self.image) {
            let mut own = NOTHING;
            for (column, &x) in (0..).zip(pixels) {
                let pixel = match x == self.value {
                    true => NOTHING,
                    false => (column, column + 1),
                };
                own = either(own, pixel);
            }
            *shown = own;
        }
    }
}
