//! Convolutional layer (cross-correlation, as everywhere in the field).
//!
//! Output `$o$` and kernel entry `$k$` meet at pixel `$i = s\,o + d\,k - p$` (stride `$s$`,
//! dilation `$d$`, padding `$p$`; down and across alike), and a pixel outside of the image is 0, or
//! another value of the background that the config says:
//!
//! ```math
//! y_{n,m,o} = b_m + \sum_c \sum_k W_{m,c,k}\; x_{n,c,\,s o + d k - p}
//! ```
//!
//! with output map `$m$`, input map `$c$` and the pairs `$o = (o_h, o_w)$`, `$k = (k_h, k_w)$`.
//! `$c$` runs over the input maps of `$m$`'s group. A kernel entry takes part in all outputs of its
//! map, a pixel in the outputs that it meets a kernel entry for. (Untied biases, `$b_{m,o}$`, are
//! not shared: the gradient of each is the sum of its `$dy$` over samples only, LeCun et al. 1989.)
//!
//! ```math
//! \frac{\partial L}{\partial W_{m,c,k}} = \sum_n \sum_o dy_{n,m,o}\; x_{n,c,\,s o + d k - p}, \qquad
//!   \frac{\partial L}{\partial b_m} = \sum_n \sum_o dy_{n,m,o}, \qquad
//!   \frac{\partial L}{\partial x_{n,c,i}} = \sum_m \sum_{\substack{o,\,k \\ s o + d k - p = i}}
//!     dy_{n,m,o}\; W_{m,c,k}
//! ```
//!
//! The second pass ([`Layer::curvature`]) is the same with `$x^2$` and `$W^2$`, since
//! `$\partial y / \partial W$` is an `$x$` and `$\partial y / \partial x$` is a `$W$`.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, C · H · W]` |
//! | `y`, `dy` | `[N, C_out · H_out · W_out]` |
//! | `weight`, `dw` | `[C_out, C / groups, K_h, K_w]` |
//! | `bias`, `db` | `[C_out]`; untied `[C_out, H_out, W_out]` |
//!
//! All three sums are matrix products of one sample and group once the images are packed as
//! `phase_layout.rs` says:
//!
//! | sum | product | columns |
//! |---|---|---|
//! | y | `$W$` `[C_out, C · K]` times rows of x | outputs of a map |
//! | dw | dy `[C_out, outputs]` times rows of x, transposed | `$(c, k)$` |
//! | dx | `$W^\top$` `[C, C_out · K]` times rows of dy | pixels of a map |
//!
//! Source: LeCun, Bottou, Bengio, Haffner 1998, section II; the curvature: appendix C.

mod construction;
#[cfg(test)]
pub(super) mod oracle;
#[cfg(test)]
mod tests;

use aligned_vec::AVec;
use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Linear, Mode, Order, Pass};
use crate::layers::units::UnitGradients;
use kernels::matmul::shifted::{Dots, Gather, Matrices, Panels, SLACK};
use kernels::matmul::vectorized::Vectorized;
use kernels::phase_layout::{InputGather, PhaseLayout};

/// `$y_{m,o} = b_m + \sum_{c,k} W_{m,c,k}\, x_{c,\,s o + d k - p}$`.
pub struct Conv2d<T> {
    sizes: Sizes,
    layout: PhaseLayout,
    /// Where the input of each weight of an output map begins in a packed image, `[C/g · K]`.
    offsets: Vec<usize>,
    input_gathers: Vec<InputGather>,
    buffers: Buffers<T>,
    /// Samples that are packed at a time.
    chunk: usize,
    /// What is around the image.
    padding_value: T,
    /// A kernel as large as the image has one output: the same as a linear layer, and in one
    /// product for the whole batch (C5 of LeNet-5 at batch 64: forward 12, backward 30 times as
    /// fast).
    linear: Option<Linear<T>>,
}

/// Numbers of the group, of a map, of a kernel.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    groups: usize,
    /// Input maps of a group, C/g.
    maps_in: usize,
    /// Output maps of a group, C_out/g.
    maps_out: usize,
    /// K_h · K_w.
    kernel: usize,
    /// H_out · W_out.
    outputs: usize,
    /// Biases of an output map: none, one, or untied one for each output.
    biases: usize,
}

impl Sizes {
    /// Weights of a group.
    fn weights(&self) -> usize {
        self.maps_out * self.maps_in * self.kernel
    }
}

struct Buffers<T> {
    /// Weights of each group.
    forward: Vec<Panels<T>>,
    /// Weights of each group and gather back.
    backward: Vec<Panels<T>>,
    /// A chunk of packed images.
    x: AVec<T>,
    /// Outputs of a sample in wide rows.
    y: AVec<T>,
    /// Gradients of a chunk of outputs, wide_rows.
    dy: AVec<T>,
    /// Gradients of the pixels of a phase.
    dx: AVec<T>,
}

impl<T: Real> Layer<T> for Conv2d<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, mode: Mode) {
        if let Some(linear) = &mut self.linear {
            return linear.forward(w, x, y, mode);
        }
        self.surround(self.padding_value);
        let Self {
            sizes,
            layout,
            offsets,
            buffers,
            ..
        } = self;
        let (weight, bias) = w.split_at(sizes.groups * sizes.weights());
        let row = layout.wide() + SLACK;
        for (panels, weight) in buffers
            .forward
            .iter_mut()
            .zip(weight.chunks_exact(sizes.weights()))
        {
            let columns = offsets.len();
            panels.fill(sizes.maps_out, columns, |m| {
                weight[m * columns..][..columns].iter().copied()
            });
        }
        let x = x.as_standard_layout();
        for (x, mut y) in x.rows().into_iter().zip(y.rows_mut()) {
            layout.pack(row_of(&x), &mut buffers.x, |x| x);
            for (group, panels) in buffers.forward.iter().enumerate() {
                let product = Gather {
                    a: panels,
                    offsets,
                    b: &buffers.x[group * sizes.maps_in * layout.plane()..],
                    c: &mut buffers.y[group * sizes.maps_out * row..],
                    c_row: row,
                    n: layout.wide(),
                };
                product.run(); // y = W · rows of x
            }
            let y = y.as_slice_mut().expect("outputs lie row by row");
            for (m, y) in y.chunks_exact_mut(sizes.outputs).enumerate() {
                let bias = &bias[m * sizes.biases..][..sizes.biases];
                let shared = if let [shared] = bias {
                    *shared
                } else {
                    T::zero()
                };
                layout.crop(&buffers.y[m * row..], shared, y);
                if sizes.biases > 1 {
                    y.iter_mut().zip(bias).for_each(|(y, &bias)| *y += bias);
                }
            }
        }
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        if let Some(linear) = &mut self.linear {
            return linear.backward(w, pass, dx, dw);
        }
        self.back(w, pass, dx, dw, |value| value);
    }

    fn units(&self) -> usize {
        self.linear.as_ref().map_or(0, Layer::<T>::units)
    }

    fn unit_gradients(&self, order: Order, pass: Pass<T>, dw: UnitGradients<T>) {
        if let Some(linear) = &self.linear {
            linear.unit_gradients(order, pass, dw);
        }
    }

    fn curvature(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        if let Some(linear) = &mut self.linear {
            return linear.curvature(w, pass, dx, dw);
        }
        self.back(w, pass, dx, dw, |value| value * value);
    }
}

impl<T: Real> Conv2d<T> {
    /// Backward with `power` of x and W: the first for gradients, the second for curvatures.
    fn back(
        &mut self,
        w: &[T],
        pass: Pass<T>,
        mut dx: Option<ArrayViewMut2<T>>,
        dw: &mut [T],
        power: impl Fn(T) -> T + Copy,
    ) {
        let sizes = self.sizes;
        let (dweight, dbias) = dw.split_at_mut(sizes.groups * sizes.weights());
        if dx.is_some() {
            self.turn(w, power);
        }
        self.surround(power(self.padding_value));
        let image = self.layout.image();
        let wide_rows = sizes.groups * sizes.maps_out * self.layout.wide_row();
        let (x, dy) = (pass.x.as_standard_layout(), pass.dy.as_standard_layout());
        for first in (0..x.nrows()).step_by(self.chunk) {
            let count = self.chunk.min(x.nrows() - first);
            for sample in 0..count {
                let (x, dy) = (x.row(first + sample), dy.row(first + sample));
                let packed = &mut self.buffers.x[sample * image..];
                self.layout.pack(row_of(&x), packed, power);
                let rows = self.buffers.dy[sample * wide_rows..].chunks_mut(self.layout.wide_row());
                for ((m, dy), row) in row_of(&dy)
                    .chunks_exact(sizes.outputs)
                    .enumerate()
                    .zip(rows)
                {
                    match &mut dbias[m * sizes.biases..][..sizes.biases] {
                        [shared] => *shared += total(dy), // db += Σ dy
                        untied => untied.iter_mut().zip(dy).for_each(|(db, &dy)| *db += dy),
                    }
                    self.layout.widen(dy, row);
                }
            }
            self.add_dweight(count, dweight);
            if let Some(dx) = &mut dx {
                for sample in 0..count {
                    let mut dx = dx.row_mut(first + sample);
                    let dx = dx.as_slice_mut().expect("gradients lie row by row");
                    self.dx(sample, dx);
                }
            }
        }
    }

    /// Puts this value around the images that will be packed, where it is not always 0.
    fn surround(&mut self, value: T) {
        if self.padding_value != T::zero() {
            self.buffers.x.fill(value);
        }
    }

    /// dW += dy · (rows of x)ᵀ, over so many samples.
    fn add_dweight(&self, count: usize, dweight: &mut [T]) {
        let Self {
            sizes,
            layout,
            offsets,
            buffers,
            ..
        } = self;
        for (group, dweight) in dweight.chunks_exact_mut(sizes.weights()).enumerate() {
            let dy = group * sizes.maps_out * layout.wide_row() + layout.margin();
            let product = Dots {
                a: Matrices {
                    numbers: &buffers.dy[dy..],
                    distance: sizes.groups * sizes.maps_out * layout.wide_row(),
                    count,
                },
                a_row: layout.wide_row(),
                b: Matrices {
                    numbers: &buffers.x[group * sizes.maps_in * layout.plane()..],
                    distance: layout.image(),
                    count,
                },
                offsets,
                c: dweight,
                n: layout.wide(),
            };
            product.run();
        }
    }

    /// dx = Wᵀ · rows of dy, for one sample of the chunk.
    fn dx(&mut self, sample: usize, dx: &mut [T]) {
        let Self {
            sizes,
            layout,
            input_gathers,
            buffers,
            ..
        } = self;
        let wide_rows = sizes.maps_out * layout.wide_row();
        if layout.misses_pixels() {
            dx.fill(T::zero());
        }
        for (index, panels) in buffers.backward.iter().enumerate() {
            let (group, gather) = (
                index / input_gathers.len(),
                &input_gathers[index % input_gathers.len()],
            );
            let row = gather.places + SLACK;
            let product = Gather {
                a: panels,
                offsets: &gather.offsets,
                b: &buffers.dy[(sample * sizes.groups + group) * wide_rows..],
                c: &mut buffers.dx,
                c_row: row,
                n: gather.places,
            };
            product.run();
            for map in 0..sizes.maps_in {
                let places = &buffers.dx[map * row..];
                layout.unpack(gather.phase, group * sizes.maps_in + map, places, dx);
            }
        }
    }

    /// Turns the weights round: for each group and gather back `[C/g, C_out/g · entries]`.
    fn turn(&mut self, w: &[T], power: impl Fn(T) -> T + Copy) {
        let sizes = self.sizes;
        let mut panels = self.buffers.backward.iter_mut();
        for weight in w.chunks_exact(sizes.weights()).take(sizes.groups) {
            for (gather, panels) in self.input_gathers.iter().zip(&mut panels) {
                let columns = sizes.maps_out * gather.entries.len();
                panels.fill(sizes.maps_in, columns, |c| {
                    (0..sizes.maps_out).flat_map(move |m| {
                        let kernel = &weight[(m * sizes.maps_in + c) * sizes.kernel..];
                        gather.entries.iter().map(move |&k| power(kernel[k]))
                    })
                });
            }
        }
    }
}

/// Σ dy, in 16 sums side by side: one after the other, each addition would wait for the last.
pub(super) fn total<T: Real>(dy: &[T]) -> T {
    let (chunks, rest) = dy.as_chunks::<16>();
    let mut sums = [T::zero(); 16];
    for chunk in chunks {
        for (sum, &dy) in sums.iter_mut().zip(chunk) {
            *sum += dy;
        }
    }
    sums.iter().chain(rest).copied().sum()
}

fn row_of<'a, T>(row: &'a ndarray::ArrayView1<'_, T>) -> &'a [T] {
    row.as_slice().expect("a row of the standard layout")
}
