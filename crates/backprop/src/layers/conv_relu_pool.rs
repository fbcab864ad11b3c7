//! Convolution, ReLU and max-pooling in one.
//!
//! With the convolution `$z$` of `conv2d.rs` and the windows `$\Omega_j$` of `max_pool.rs`:
//!
//! ```math
//! z_{m,o} = b_m + \sum_c \sum_k W_{m,c,k}\; x_{c,\,s o + d k - p}, \qquad
//!   y_{m,j} = \max\Bigl(0, \max_{o \in \Omega_j} z_{m,o}\Bigr)
//! ```
//!
//! ReLU does not change which number is the largest, so it may stand before or behind the pooling. Only
//! the winner `$o^*_{m,j}$` of a window has a derivative, and only where `$y_{m,j} > 0$`. Let `$J_m$`
//! be the windows of map `$m$` where it is. Then the sums of the convolution's backward pass run over
//! these alone:
//!
//! ```math
//! \frac{\partial L}{\partial b_m} = \sum_{j \in J_m} dy_{m,j}, \qquad
//!   \frac{\partial L}{\partial W_{m,c,k}} = \sum_{j \in J_m} dy_{m,j}\; x_{c,\,s o^*_{m,j} + d k - p}, \qquad
//!   dx_{c,\,s o^*_{m,j} + d k - p} \mathrel{+}= dy_{m,j}\; W_{m,c,k}
//! ```
//!
//! That is the gain: with windows of 2 x 2 at least three of four `$dz$` are zero, and neither `$z$` nor
//! its gradient is ever in far memory. An epoch of LeNet-5 takes half the time of the three layers.
//!
//! The second backward pass ([`Layer::curvature`]) is the same with `$x^2$` and `$W^2$`: the derivatives
//! of ReLU and of pooling are 0 and 1, their own squares.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, C · H · W]` |
//! | `y`, `dy`, winners | `[N, C_out · windows]` |
//! | `weight`, `dw` | `[C_out, C, K_h, K_w]` |
//! | `bias`, `db` | `[C_out]` |
//!
//! Images lie channels last inside, `[H, W, C]`: then the patch that an output sees is `$K_h$` stretches
//! of `$K_w C$` numbers, see `matmul/patches.rs`.
//!
//! Source: LeCun, Bottou, Bengio, Haffner 1998, section II, with the units of Krizhevsky, Sutskever, Hinton
//! 2012, sections 3.1 and 3.4.

mod construction;
mod pooling;
#[cfg(test)]
mod tests;

use ndarray::{ArrayView2, ArrayViewMut2};
use spec::Real;

use pooling::{Pooling, from_bits};

use super::conv2d::total;
use super::windows::{Windows, flat, flat_mut};
use super::{Layer, Mode, Pass};
use crate::images::Images;
use crate::matmul::patches::{Gradients, InputGradient, Outputs, Patch, WeightGradient};
use crate::matmul::vectorized::{Vectorized, lanes};

/// Planned layers that are one here.
pub const FUSED: usize = 3;

/// `$y_{m,j} = \max(0, \max_{o \in \Omega_j} (b_m + \sum_{c,k} W_{m,c,k}\, x_{c,\,s o + d k - p}))$`.
pub struct ConvReluPool<T> {
    images: Images,
    patch: Patch,
    windows: Windows,
    /// Maps that come out.
    maps: usize,
    bias: bool,
    /// Where the patch of each output of the convolution begins.
    starts: Vec<u32>,
    /// The same by [`pooling::to_bits`].
    start_bits: Vec<T>,
    /// The outputs of each window; one on the edge has its first several times, which changes nothing.
    members: Vec<u32>,
    /// Where the numbers of a patch stand, from its start on, `[K_h · K_w · C]`.
    offsets: Vec<u32>,
    /// Where each number of a weight `[C_out, C, K_h, K_w]` stands in `Buffers::forward` and in
    /// `Buffers::backward`.
    weight_places: Vec<[u32; 2]>,
    buffers: Buffers<T>,
}

struct Buffers<T> {
    /// Weights `[K_h, K_w · C, C_out]`, the maps rounded up to whole vectors.
    forward: Vec<T>,
    /// Biases `[C_out]`, rounded up likewise.
    bias: Vec<T>,
    /// Weights `[C_out, K_h, K_w · C]`, the rows rounded up likewise.
    backward: Vec<T>,
    /// Their gradients.
    dw: Vec<T>,
    /// Images laid out, `[N, H, W, C]`.
    x: Vec<T>,
    /// What the convolution gives for a sample, `[outputs, C_out]`.
    z: Vec<T>,
    /// What comes out for a sample, `[windows, C_out]`.
    y: Vec<T>,
    /// Where the patch of each window's winner begins, by [`pooling::to_bits`], `[N, windows, C_out]`.
    winners: Vec<T>,
    nonzero: Nonzero<T>,
    /// Gradient of an image laid out.
    dx: Vec<T>,
}

impl<T: Real> Layer<T> for ConvReluPool<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        self.make_room(x.nrows());
        self.take_weights(w);
        self.lay_out(x, |x| x);
        let (image, d_out) = (self.images.length(), y.ncols());
        for (n, y) in flat_mut(y).chunks_exact_mut(d_out).enumerate() {
            let outputs = Outputs {
                offsets: &self.offsets,
                reach: self.offsets.last().map_or(0, |&last| last as usize + 1),
                starts: &self.starts,
                x: &self.buffers.x[n * image..],
                w: &self.buffers.forward,
                y: &mut self.buffers.z,
                maps: self.buffers.bias.len(),
            };
            outputs.run(); // z = W · patches of x
            self.pool(n, y);
        }
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        self.back(w, pass, dx, dw, |w| w);
    }

    fn curvature(&mut self, w: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, d2w: &mut [T]) {
        let square = |value| value * value;
        self.lay_out(pass.x, square);
        self.back(w, pass, d2x, d2w, square);
        self.lay_out(pass.x, |x| x);
    }
}

impl<T: Real> ConvReluPool<T> {
    /// `f` of all images.
    fn lay_out(&mut self, x: ArrayView2<T>, f: impl Fn(T) -> T) {
        let laid_out = self.buffers.x.chunks_mut(self.images.length());
        for (x, laid_out) in flat(x).chunks_exact(self.images.inputs()).zip(laid_out) {
            self.images.lay_out(x, laid_out, &f);
        }
    }

    /// y and winners of sample `n` from its z.
    fn pool(&mut self, n: usize, y: &mut [T]) {
        let Buffers {
            bias,
            z,
            y: pooled,
            winners,
            ..
        } = &mut self.buffers;
        let (count, maps) = (self.windows.outputs(), bias.len());
        let pooling = Pooling {
            members: &self.members,
            size: self.windows.size.height * self.windows.size.width,
            start_bits: &self.start_bits,
            bias,
            z,
            y: pooled,
            winners: &mut winners[n * count * maps..][..count * maps],
        };
        pooling.run();
        for (m, y) in y.chunks_exact_mut(count).enumerate() {
            for (y, pooled) in y.iter_mut().zip(pooled.chunks_exact(maps)) {
                *y = pooled[m];
            }
        }
    }

    /// Backward with `power` of W: the first for gradients, the second for curvatures.
    fn back(
        &mut self,
        w: &[T],
        pass: Pass<T>,
        dx: Option<ArrayViewMut2<T>>,
        dw: &mut [T],
        power: impl Fn(T) -> T,
    ) {
        let (d_in, count) = (self.images.inputs(), self.windows.outputs());
        let (weight, _) = w.split_at(self.weight_places.len());
        let (dweight, dbias) = dw.split_at_mut(self.weight_places.len());
        let Buffers {
            bias,
            backward,
            dw,
            x: images,
            winners,
            nonzero,
            dx: of_image,
            ..
        } = &mut self.buffers;
        for (&[_, place], &w) in self.weight_places.iter().zip(weight) {
            backward[place as usize] = power(w);
        }
        dw.fill(T::zero());
        let (y, dy) = (flat(pass.y), flat(pass.dy));
        let mut dx = dx.map(flat_mut);
        let (row, wide) = (dw.len() / self.maps, bias.len());
        for n in 0..pass.x.nrows() {
            let x = &images[n * self.images.length()..];
            if dx.is_some() {
                of_image.fill(T::zero());
            }
            for m in 0..self.maps {
                let map = (n * self.maps + m) * count;
                let (y, dy) = (&y[map..][..count], &dy[map..][..count]);
                let winners = winners[n * count * wide..].chunks_exact(wide);
                let gradients =
                    nonzero.gather(y, dy, winners.map(|of_maps| from_bits(&of_maps[m])));
                if self.bias {
                    dbias[m] += total(gradients.values);
                }
                let (patch, of_map) = (self.patch, m * row..(m + 1) * row);
                let to_weights = WeightGradient {
                    patch,
                    gradients,
                    x,
                    dw: &mut dw[of_map.clone()],
                };
                to_weights.run(); // dw += Σ dy · patch of x
                if dx.is_some() {
                    let to_input = InputGradient {
                        patch,
                        gradients,
                        w: &backward[of_map],
                        dx: of_image,
                    };
                    to_input.run(); // patch of dx += dy · w
                }
            }
            if let Some(dx) = &mut dx {
                self.images.take_back(of_image, &mut dx[n * d_in..][..d_in]);
            }
        }
        for (&[_, place], dweight) in self.weight_places.iter().zip(dweight) {
            *dweight += dw[place as usize];
        }
    }

    /// Weights and biases in the order that the forward product reads.
    fn take_weights(&mut self, w: &[T]) {
        let (weight, bias) = w.split_at(self.weight_places.len());
        for (&[place, _], &w) in self.weight_places.iter().zip(weight) {
            self.buffers.forward[place as usize] = w;
        }
        self.buffers.bias[..bias.len()].copy_from_slice(bias);
    }

    fn make_room(&mut self, samples: usize) {
        let slack = self.patch.length.next_multiple_of(lanes::<T>());
        let numbers = samples * self.images.length() + slack;
        let Buffers { x, y, winners, .. } = &mut self.buffers;
        if x.len() < numbers {
            *x = vec![T::zero(); numbers];
            *winners = vec![T::zero(); samples * y.len()];
        }
    }
}

/// The gradients of a map that are not zero, and where their patches begin.
struct Nonzero<T> {
    starts: Vec<u32>,
    values: Vec<T>,
}

impl<T: Real> Nonzero<T> {
    /// Those where `y` is positive.
    fn gather(
        &mut self,
        y: &[T],
        dy: &[T],
        winners: impl Iterator<Item = u32>,
    ) -> Gradients<'_, T> {
        let mut count = 0;
        for ((&y, &dy), winner) in y.iter().zip(dy).zip(winners) {
            // Written always and counted if it is one: a branch could not be foreseen.
            self.starts[count] = winner;
            self.values[count] = dy;
            count += usize::from(y > T::zero());
        }
        Gradients {
            starts: &self.starts[..count],
            values: &self.values[..count],
        }
    }
}
