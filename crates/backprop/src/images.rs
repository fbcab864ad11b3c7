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

    /// `f` of an image, laid out. The padding stays as it was.
    pub fn lay_out<T: Real>(&self, x: &[T], laid_out: &mut [T], f: impl Fn(T) -> T) {
        for (line, x) in x.chunks_exact(self.size.width).enumerate() {
            let (start, channel) = self.line(line);
            let pixels = &mut laid_out[start..][..x.len() * self.channels];
            match self.channels {
                1 => pixels
                    .iter_mut()
                    .zip(x)
                    .for_each(|(pixel, &x)| *pixel = f(x)),
                channels => {
                    let pixels = pixels.chunks_exact_mut(channels);
                    pixels.zip(x).for_each(|(pixel, &x)| pixel[channel] = f(x));
                }
            }
        }
    }

    /// The pixels of an image that is laid out.
    pub fn take_back<T: Real>(&self, laid_out: &[T], x: &mut [T]) {
        for (line, x) in x.chunks_exact_mut(self.size.width).enumerate() {
            let (start, channel) = self.line(line);
            let pixels = laid_out[start..].chunks_exact(self.channels);
            x.iter_mut()
                .zip(pixels)
                .for_each(|(x, pixel)| *x = pixel[channel]);
        }
    }

    /// Where a line of an image, one of C · H, begins, and its channel.
    fn line(&self, line: usize) -> (usize, usize) {
        let (channel, i) = (line / self.size.height, line % self.size.height);
        let start = self.place(i + self.padding.height, self.padding.width);
        (start as usize, channel)
    }
}
