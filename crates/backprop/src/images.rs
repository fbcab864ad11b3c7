//! Images laid out channels last, with their padding.

use spec::Real;
use spec::model::Pair;

/// Images `[C, H, W]` that are laid out as `[H + 2 p_h, W + 2 p_w, C]`, with zeros around the pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Images {
    channels: usize,
    size: Pair,
    padding: Pair,
}

impl Images {
    /// The layout of such images.
    ///
    /// # Panics
    /// When an image has more than 2³² numbers.
    pub fn new(channels: usize, size: Pair, padding: Pair) -> Self {
        let images = Self {
            channels,
            size,
            padding,
        };
        let places = u32::try_from(images.length());
        assert!(places.is_ok(), "{size:?}: the image is too large");
        images
    }

    /// Numbers of an image, C · H · W.
    pub fn inputs(&self) -> usize {
        self.channels * self.size.height * self.size.width
    }

    /// Numbers of a row, laid out.
    pub fn row(&self) -> usize {
        (self.size.width + 2 * self.padding.width) * self.channels
    }

    /// Numbers of an image, laid out.
    pub fn length(&self) -> usize {
        (self.size.height + 2 * self.padding.height) * self.row()
    }

    /// Where the channels of a pixel begin, counted from the corner of the padding.
    pub fn place(&self, i: usize, j: usize) -> u32 {
        (i * self.row() + j * self.channels) as u32
    }

    /// An image, laid out. The padding stays as it was.
    pub fn lay_out<T: Real>(&self, x: &[T], laid_out: &mut [T]) {
        let line = self.line();
        for (index, x) in x.chunks_exact(line).enumerate() {
            let start = self.start(index);
            let pixels = &mut laid_out[start..];
            match self.channels {
                1 => pixels[..line].copy_from_slice(x),
                channels => {
                    for (pixel, &x) in pixels.chunks_mut(channels).zip(x) {
                        pixel[0] = x;
                    }
                }
            }
        }
    }

    /// The pixels of an image that is laid out.
    pub fn take_back<T: Real>(&self, laid_out: &[T], x: &mut [T]) {
        for (index, x) in x.chunks_exact_mut(self.line()).enumerate() {
            let pixels = laid_out[self.start(index)..].chunks(self.channels);
            x.iter_mut()
                .zip(pixels)
                .for_each(|(x, pixel)| *x = pixel[0]);
        }
    }

    /// An image `[H, W, C]` with its padding. That stays as it was.
    pub fn surround<T: Real>(&self, x: &[T], laid_out: &mut [T]) {
        let line = self.line() * self.channels;
        for (i, x) in x[..self.inputs()].chunks_exact(line).enumerate() {
            laid_out[self.start(i)..][..line].copy_from_slice(x);
        }
    }

    /// The image `[H, W, C]` in its padding.
    pub fn inside<T: Real>(&self, laid_out: &[T], x: &mut [T]) {
        let line = self.line() * self.channels;
        for (i, x) in x[..self.inputs()].chunks_exact_mut(line).enumerate() {
            x.copy_from_slice(&laid_out[self.start(i)..][..line]);
        }
    }

    /// Pixels that lie one behind the other: those of a row, or where there is no padding between the
    /// rows those of the whole image.
    fn line(&self) -> usize {
        match self.padding.width {
            0 => self.size.height * self.size.width,
            _ => self.size.width,
        }
    }

    /// Where a line begins, its channel included: one of each channel's, one channel behind the other.
    fn start(&self, index: usize) -> usize {
        let lines = self.size.height * self.size.width / self.line();
        let (channel, i) = (index / lines, index % lines);
        let start = self.place(i + self.padding.height, self.padding.width);
        start as usize + channel
    }
}
