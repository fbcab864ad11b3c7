//! Random changes of training images: affine and elastic together, then noise.
//!
//! A changed image is read out of the old one: the number at `$q = (x, y)$` (across and down, in
//! pixels) comes from
//!
//! ```math
//! p(q) = c + M^{-1} (q - s - c) + \alpha \, d(q), \qquad M = R(\theta) \, H(k) \, S(z)
//! ```
//!
//! with the centre `$c$` of the image, the shift `$s$`, the size `$z$`, the shear `$k$`, the angle
//! `$\theta$` ([`affine`]) and the smoothed displacements `$d$` ([`elastic`]). All of it is one map
//! and so one bilinear interpolation, which blurs once; what lies outside is background. Every
//! channel takes the same map. Noise comes last.
//!
//! Each sample of each epoch draws from a stream of its own, `augment/<epoch>/<sample>`, in this
//! order: scale, shear, rotation, shift down, shift across (one word each, whatever is asked for);
//! with elastic the displacements across, row by row, then those down; the noise, in the order of
//! the numbers. So the bits depend neither on the batch an image is in nor on the threads. The map
//! is in f32 and the interpolation in f64, so that f32 and f64 see the same image.
//!
//! Kept small on purpose: the image libraries would change the features of burn's dependencies and
//! cost minutes of build, for the hundred lines here.
//!
//! | array | shape |
//! |---|---|
//! | batch `x` | `[N, C·H·W]` |
//! | map: place of the first of four pixels, and the shares of the next ones | `[H·W]` |
//! | a channel with a border of background | `[H + 3, W + 3]` |

mod affine;
mod elastic;
mod fixed;

use std::cell::RefCell;

use contract::{Real, Streams};
use ndarray::ArrayViewMut2;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use spec::Problem;
use spec::augmentation::AugmentationSpec;

use affine::Affine;
use elastic::{Displacements, Elastic};

pub use fixed::FixedChange;

/// Changes training images at random.
#[derive(Clone, Debug)]
pub struct Augmenter {
    spec: AugmentationSpec,
    /// `[H, W]`
    size: [usize; 2],
    /// C·H·W.
    width: usize,
    background: f64,
    streams: Streams,
    elastic: Option<Elastic>,
    /// Whether pixels move, and not only get noise.
    moves: bool,
}

impl Augmenter {
    /// None when the settings change nothing. `background` is what lies outside of an image
    /// ([`crate::Samples::background`]).
    ///
    /// # Errors
    ///
    /// When the samples are not images `[C, H, W]`.
    pub fn new(
        spec: &AugmentationSpec,
        sample_shape: &[usize],
        background: f64,
        streams: Streams,
    ) -> Result<Option<Self>, Problem> {
        let bends = spec.elastic.filter(|elastic| elastic.alpha != 0.0);
        let affine = [spec.shift, spec.rotation, spec.scale, spec.shear];
        let moves = bends.is_some() || affine.iter().any(|&most| most != 0.0);
        if !moves && spec.noise == 0.0 {
            return Ok(None);
        }
        let [channels, height, width] = image_shape("augmentation", sample_shape)?;
        Ok(Some(Self {
            spec: *spec,
            size: [height, width],
            width: channels * height * width,
            background,
            streams,
            elastic: bends.map(|bends| Elastic::new(bends, [height, width])),
            moves,
        }))
    }

    /// Changes the rows of `x` `[rows.len(), C·H·W]` in place; `rows[i]` is the index of the
    /// sample, epochs count from 1.
    ///
    /// # Panics
    ///
    /// When `x` has another shape.
    pub fn apply<T: Real>(&self, epoch: usize, rows: &[usize], mut x: ArrayViewMut2<'_, T>) {
        assert_eq!(x.dim(), (rows.len(), self.width), "shape of the batch");
        if let Some(images) = x.as_slice_mut() {
            let images = images.chunks_exact_mut(self.width.max(1));
            images
                .zip(rows)
                .for_each(|(image, &row)| self.change(epoch, row, image));
        } else {
            for (mut view, &row) in x.rows_mut().into_iter().zip(rows) {
                let mut image = view.to_vec();
                self.change(epoch, row, &mut image);
                view.iter_mut().zip(image).for_each(|(x, value)| *x = value);
            }
        }
    }

    /// One image `[C, H, W]`.
    fn change<T: Real>(&self, epoch: usize, row: usize, image: &mut [T]) {
        let mut words = BUFFERS.with_borrow_mut(|buffers| {
            let words = self.map(epoch, row, buffers);
            if self.moves {
                let [height, width] = self.size;
                for channel in image.chunks_exact_mut(height * width) {
                    buffers.interpolate(self.size, T::of(self.background).f64(), channel);
                }
            }
            words
        });
        if self.spec.noise > 0.0 {
            for x in image {
                let noise: f64 = StandardNormal.sample(&mut words);
                *x = T::of(x.f64() + self.spec.noise * noise);
            }
        }
    }

    /// Draws the map of an image; what comes back gives the noise. It is not generic, so it is
    /// compiled here, with all that it calls in the place, and not where the batches are made.
    fn map(&self, epoch: usize, row: usize, buffers: &mut Buffers) -> impl Rng + use<> {
        let name = format_args!("augment/{epoch}/{row}");
        let mut words = self.streams.stream_of(name);
        let affine = Affine::draw(&self.spec, &mut words);
        if self.moves {
            buffers.positions(&affine, self.size);
            if let Some(elastic) = &self.elastic {
                let positions = [&mut *buffers.across, &mut *buffers.down];
                elastic.displace(&mut words, &mut buffers.displacements, positions);
            }
            buffers.corners(self.size);
        }
        words
    }
}

/// `[C, H, W]`, if the samples are images.
fn image_shape(key: &str, sample_shape: &[usize]) -> Result<[usize; 3], Problem> {
    sample_shape.try_into().map_err(|_| {
        let reason =
            format!("only images [C, H, W] can be changed, the samples are {sample_shape:?}");
        Problem::new(key, reason).hint("leave it out, or use the dataset mnist or waves")
    })
}

thread_local! {
    /// One set a thread, so that no image allocates.
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// The map of one image, and a channel that is read from.
#[derive(Debug, Default)]
struct Buffers {
    /// Where each number comes from, `[H·W]`; after [`Buffers::corners`] the shares of the
    /// neighbours to the right and below.
    across: Vec<f32>,
    down: Vec<f32>,
    /// Index of the upper left of four neighbours in `bordered`, `[H·W]`.
    corner: Vec<u32>,
    /// `[H + 3, W + 3]`: one pixel of background above and left, two below and right.
    bordered: Vec<f64>,
    displacements: Displacements,
}

impl Buffers {
    /// The affine part of p(q).
    fn positions(&mut self, affine: &Affine, size: [usize; 2]) {
        let [height, width] = size;
        self.across.resize(height * width, 0.0);
        self.down.resize(height * width, 0.0);
        let centre = [(width - 1) as f32 / 2.0, (height - 1) as f32 / 2.0];
        let inverse = affine.inverse().map(|row| row.map(|entry| entry as f32));
        let shift = affine.shift.map(|pixels| pixels as f32);
        let rows = self.across.chunks_exact_mut(width);
        for (row, (across, down)) in rows.zip(self.down.chunks_exact_mut(width)).enumerate() {
            let y = row as f32 - shift[1] - centre[1];
            for (column, (across, down)) in across.iter_mut().zip(down).enumerate() {
                let x = column as f32 - shift[0] - centre[0];
                *across = centre[0] + (inverse[0][0] * x + inverse[0][1] * y);
                *down = centre[1] + (inverse[1][0] * x + inverse[1][1] * y);
            }
        }
    }

    /// Cuts positions into the corner of a pixel and what is over.
    fn corners(&mut self, size: [usize; 2]) {
        let [height, width] = size;
        self.corner.resize(height * width, 0);
        // In the bordered image everything stands one further; there is only background before 0
        // and from H + 1 or W + 1 on, so what is farther out is brought there.
        let (lowest, rightmost) = ((height + 1) as f32, (width + 1) as f32);
        let stride = (width + 3) as i32;
        let positions = self.across.iter_mut().zip(&mut self.down);
        for (corner, (across, down)) in self.corner.iter_mut().zip(positions) {
            let x = (*across + 1.0).clamp(0.0, rightmost);
            let y = (*down + 1.0).clamp(0.0, lowest);
            let (column, row) = (x as i32, y as i32);
            *corner = (row * stride + column) as u32;
            *across = x - column as f32;
            *down = y - row as f32;
        }
    }

    /// Reads one channel `[H, W]` anew through the map.
    fn interpolate<T: Real>(&mut self, size: [usize; 2], background: f64, channel: &mut [T]) {
        let [height, width] = size;
        let stride = width + 3;
        self.bordered.clear();
        self.bordered.resize((height + 3) * stride, background);
        let inside = self.bordered.chunks_exact_mut(stride).skip(1);
        for (copy, line) in inside.zip(channel.chunks_exact(width)) {
            for (copy, x) in copy[1..].iter_mut().zip(line) {
                *copy = x.f64();
            }
        }
        let shares = self.across.iter().zip(&self.down);
        for ((x, &corner), (&across, &down)) in channel.iter_mut().zip(&self.corner).zip(shares) {
            let above = &self.bordered[corner as usize..][..stride + 2];
            let across = f64::from(across);
            // a + share (b − a), which is a where b = a.
            let top = above[0] + across * (above[1] - above[0]);
            let bottom = above[stride] + across * (above[stride + 1] - above[stride]);
            *x = T::of(top + f64::from(down) * (bottom - top));
        }
    }
}

#[cfg(test)]
mod tests;
