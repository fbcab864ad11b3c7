//! A packed layout of images: channels last, with their padding.

use crate::Real;

/// Images `[C, H, W]` packed as `[H + 2 p_h, W + 2 p_w, C]`, with zeros around the
/// pixels.
#[derive(Clone, Copy, Debug)]
pub struct ImageLayout {
    channels: usize,
    height: usize,
    width: usize,
    /// Rows of zeros above and below.
    pad_height: usize,
    /// Columns of zeros on the left and right.
    pad_width: usize,
}

impl ImageLayout {
    /// The layout of images of `[height, width]` with that padding.
    ///
    /// # Panics
    /// When an image has more than 2³² numbers.
    #[inline]
    pub fn new(channels: usize, size: [usize; 2], padding: [usize; 2]) -> Self {
        let images = Self {
            channels,
            height: size[0],
            width: size[1],
            pad_height: padding[0],
            pad_width: padding[1],
        };
        let places = u32::try_from(images.length());
        assert!(places.is_ok(), "{size:?}: the image is too large");
        images
    }

    /// Numbers of a row, packed.
    #[inline]
    pub fn row(&self) -> usize {
        (self.width + 2 * self.pad_width) * self.channels
    }

    /// Numbers of an image, packed.
    #[inline]
    pub fn length(&self) -> usize {
        (self.height + 2 * self.pad_height) * self.row()
    }

    /// Where the channels of a pixel begin, counted from the corner of the padding.
    #[inline]
    pub fn place(&self, i: usize, j: usize) -> u32 {
        (i * self.row() + j * self.channels) as u32
    }

    /// An image, packed. The padding stays as it was.
    #[inline]
    pub fn pack<T: Real>(&self, x: &[T], packed: &mut [T]) {
        for (first, start) in self.lines() {
            let pixels = &mut packed[start..][..self.line() * self.channels];
            if self.channels == 1 {
                pixels.copy_from_slice(&x[first..][..pixels.len()]);
                continue;
            }
            for (at, pixel) in pixels.chunks_exact_mut(self.channels).enumerate() {
                for (channel, to) in pixel.iter_mut().enumerate() {
                    *to = x[channel * self.pixels() + first + at];
                }
            }
        }
    }

    /// The pixels of an image that is packed.
    #[inline]
    pub fn unpack<T: Real>(&self, packed: &[T], x: &mut [T]) {
        for (first, start) in self.lines() {
            let pixels = &packed[start..][..self.line() * self.channels];
            for (at, pixel) in pixels.chunks_exact(self.channels).enumerate() {
                for (channel, &from) in pixel.iter().enumerate() {
                    x[channel * self.pixels() + first + at] = from;
                }
            }
        }
    }

    /// An image `[H, W, C]` with its padding. That stays as it was.
    #[inline]
    pub fn pad<T: Real>(&self, x: &[T], packed: &mut [T]) {
        let line = self.line() * self.channels;
        for ((_, start), x) in self.lines().zip(x.chunks_exact(line)) {
            packed[start..][..line].copy_from_slice(x);
        }
    }

    /// The image `[H, W, C]` in its padding.
    #[inline]
    pub fn crop<T: Real>(&self, packed: &[T], x: &mut [T]) {
        let line = self.line() * self.channels;
        for ((_, start), x) in self.lines().zip(x.chunks_exact_mut(line)) {
            x.copy_from_slice(&packed[start..][..line]);
        }
    }

    #[inline]
    fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Pixels that lie one behind the other: those of a row, or where there is no padding between
    /// the rows those of the whole image.
    #[inline]
    fn line(&self) -> usize {
        match self.pad_width {
            0 => self.pixels(),
            _ => self.width,
        }
    }

    /// The first pixel of each line, and where it begins.
    #[inline]
    fn lines(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let images = *self;
        let firsts = (0..self.pixels()).step_by(self.line());
        firsts.map(move |first| {
            let row = first / images.width + images.pad_height;
            (first, images.place(row, images.pad_width) as usize)
        })
    }
}
