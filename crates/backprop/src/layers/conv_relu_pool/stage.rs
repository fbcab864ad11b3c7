//! One convolution, ReLU and max-pooling, sample by sample; images lie channels last.

use std::ops::Range;

use aligned_vec::AVec;
use contract::{Real, aligned_zeros};

use super::pooling::Pooling;
use kernels::elementwise;
use kernels::matmul::patches::{Gradients, InputGradient, Line, Outputs, Patch, WeightGradient};
use kernels::matmul::vectorized::{Vectorized, lanes};
use kernels::packed_images::ImageLayout;

/// With more vectors in a patch it pays to go through those gradients alone that are not zero. To
/// pick one out costs what adding 8 vectors does, and about half of them are zero.
const WORTH_PICKING: usize = 8;

/// A stage with its weights in the orders that the products read, and what one pass leaves for the
/// other.
pub(super) struct Stage<T> {
    /// Images that come in.
    pub images: ImageLayout,
    /// Images that go out.
    pub pooled: ImageLayout,
    pub patch: Patch,
    /// Maps that come out.
    pub maps: usize,
    /// Where the patch of each output of the convolution begins.
    pub starts: Vec<u32>,
    pub pooling: Pooling<T>,
    /// What is pooled as soon as it is there.
    pub bands: Vec<Band>,
    /// Where the numbers of a patch stand, from its start on, `[K_h · K_w · C]`.
    pub offsets: Vec<u32>,
    /// If the outputs of a row lie side by side.
    pub line: Option<Line>,
    /// Where each number of a map's weight `[C, K_h, K_w]` stands: in `forward` if it is the first
    /// map, and in the map's part of `backward`.
    pub weight_places: Vec<[u32; 2]>,
    /// Biases: as many as maps, or none.
    pub biases: usize,
    /// Numbers that a stage behind may read beyond y.
    pub beyond: usize,
    pub workspace: Workspace<T>,
}

/// Rows of windows, with all outputs that they see and no others.
#[derive(Clone)]
pub(super) struct Band {
    pub outputs: Range<usize>,
    pub windows: Range<usize>,
}

pub(super) struct Workspace<T> {
    /// Weights `[K_h, K_w · C, C_out]`, the maps rounded up to whole vectors.
    pub forward: AVec<T>,
    /// Biases `[C_out]`, rounded up likewise.
    pub bias: AVec<T>,
    /// Weights `[C_out, K_h, K_w · C]`, the rows rounded up likewise.
    pub backward: AVec<T>,
    /// Their gradients.
    pub dw: AVec<T>,
    /// Gradients of the biases, `[C_out]`.
    pub db: Vec<T>,
    /// Images with their padding, `[N, H, W, C]`.
    pub x: AVec<T>,
    /// What the convolution gives for a sample, `[outputs, C_out]`, the maps rounded up.
    pub z: AVec<T>,
    /// What comes out, `[N, windows, C_out]`.
    pub y: AVec<T>,
    /// Where the patch of each window's winner begins, by
    /// [`to_bits`](kernels::matmul::patches::to_bits), likewise.
    pub winners: AVec<T>,
    /// Gradient of what comes out for a sample, `[windows, C_out]`.
    pub dy: AVec<T>,
    /// The gradients of a map that are not zero, and the winners of their windows.
    pub picked: [Vec<T>; 2],
    /// Gradient of an image with its padding.
    pub dx: AVec<T>,
}

impl<T: Real> Stage<T> {
    /// y and winners of sample `n` from its x, which may be the y of the stage `before`.
    pub fn forward(&mut self, n: usize, before: Option<&Self>) {
        let (image, pooled) = (self.images.length(), self.pooled.length());
        let before = before.filter(|before| self.reads(before));
        let Workspace {
            forward,
            bias,
            x,
            z,
            y,
            winners,
            ..
        } = &mut self.workspace;
        let x = before.map_or(&x[..], |before| &before.workspace.y);
        let (y, winners) = (&mut y[n * pooled..], &mut winners[n * pooled..]);
        for Band { outputs, windows } in &self.bands {
            let convolution = Outputs {
                offsets: &self.offsets,
                reach: self.offsets.last().map_or(0, |&last| last as usize + 1),
                starts: &self.starts,
                line: self.line,
                outputs: outputs.clone(),
                x: &x[n * image..],
                w: forward,
                bias,
                y: z,
            };
            convolution.run(); // z = b + W · patches of x
            self.pooling.run(windows.clone(), z, y, winners); // y = max(0, max z)
        }
    }

    /// Adds to dw and db, and computes dx if it is wanted, from the dy of sample `n` and its x,
    /// which may be the y of the stage `before`.
    pub fn backward(&mut self, n: usize, before: Option<&Self>, wants_input: bool) {
        let (image, pooled) = (self.images.length(), self.pooled.length());
        let before = before.filter(|before| self.reads(before));
        let patch = self.patch;
        let Workspace {
            backward,
            dw,
            db,
            x,
            y,
            winners,
            dy,
            picked,
            dx,
            ..
        } = &mut self.workspace;
        let x = before.map_or(&x[..], |before| &before.workspace.y);
        let (x, y) = (&x[n * image..], &y[n * pooled..][..pooled]);
        let winners = &winners[n * pooled..][..pooled];
        elementwise::each([y], [&mut *dy], |[y], [dy]| {
            *dy = if y > T::zero() { *dy } else { T::zero() };
        });
        if wants_input {
            dx.fill(T::zero());
        }
        let row = dw.len() / self.maps;
        let worth_picking = row / lanes::<T>() > WORTH_PICKING;
        let weights = backward.chunks_exact(row).zip(dw.chunks_exact_mut(row));
        for (m, ((w, dw), db)) in weights.zip(db).enumerate() {
            let all = Gradients {
                starts: &winners[m..],
                values: &dy[m..],
                step: self.maps,
            };
            let gradients = match worth_picking {
                true => all.nonzero(picked),
                false => all,
            };
            let to_weights = WeightGradient {
                patch,
                gradients,
                x,
                dw,
                sum: db,
            };
            to_weights.run(); // dw += Σ dy · patch of x, db += Σ dy
            if wants_input {
                let to_input = InputGradient {
                    patch,
                    gradients,
                    w,
                    dx,
                };
                to_input.run(); // patch of dx += dy · w
            }
        }
    }

    /// Weight and biases.
    pub fn parameters(&self) -> usize {
        self.weights() + self.biases
    }

    fn weights(&self) -> usize {
        self.maps * self.weight_places.len()
    }

    /// Weights and biases in the order that the forward product reads.
    pub fn take_weights(&mut self, w: &[T]) {
        let (weight, bias) = w.split_at(self.weights());
        let of_map = self.weight_places.len();
        for (index, &[place, _]) in self.weight_places.iter().enumerate() {
            let of_maps = &mut self.workspace.forward[place as usize..][..self.maps];
            for (to, w) in of_maps.iter_mut().zip(weight[index..].chunks(of_map)) {
                *to = w[0];
            }
        }
        self.workspace.bias[..bias.len()].copy_from_slice(bias);
    }

    /// `power` of the weights in the order that the way back reads; no gradients yet.
    pub fn begin_backward(&mut self, w: &[T], power: impl Fn(T) -> T) {
        let weight = w.chunks_exact(self.weight_places.len());
        let of_map = self.workspace.backward.len() / self.maps;
        for (to, w) in self.workspace.backward.chunks_exact_mut(of_map).zip(weight) {
            for (&[_, place], &w) in self.weight_places.iter().zip(w) {
                to[place as usize] = power(w);
            }
        }
        self.workspace.dw.fill(T::zero());
        self.workspace.db.fill(T::zero());
    }

    /// Adds the gradients in the order of the parameters.
    pub fn end_backward(&mut self, dw: &mut [T]) {
        let (dweight, dbias) = dw.split_at_mut(self.weights());
        let of_map = self.workspace.dw.len() / self.maps;
        let dweight = dweight.chunks_exact_mut(self.weight_places.len());
        for (from, dweight) in self.workspace.dw.chunks_exact(of_map).zip(dweight) {
            for (&[_, place], dweight) in self.weight_places.iter().zip(dweight) {
                *dweight += from[place as usize];
            }
        }
        for (dbias, &db) in dbias.iter_mut().zip(&self.workspace.db) {
            *dbias += db;
        }
    }

    /// Takes image `n`, `[C, H, W]`.
    pub fn take_input(&mut self, n: usize, x: &[T]) {
        let at = n * self.images.length();
        self.images.pack(x, &mut self.workspace.x[at..]);
    }

    /// Whether it can read y of the stage before where it lies, since nothing surrounds the images.
    pub fn reads(&self, before: &Self) -> bool {
        self.images.length() == before.pooled.length()
    }

    /// Takes what went out of the stage before for sample `n`.
    pub fn take_output_of(&mut self, before: &Self, n: usize) {
        let at = n * self.images.length();
        let y = &before.workspace.y[n * before.pooled.length()..];
        self.images.pad(y, &mut self.workspace.x[at..]);
    }

    /// What went out for sample `n`, `[C_out, windows]`.
    pub fn give_output(&self, n: usize, y: &mut [T]) {
        let at = n * self.pooled.length();
        self.pooled.unpack(&self.workspace.y[at..], y);
    }

    /// Takes the gradient of what went out, `[C_out, windows]`.
    pub fn take_upstream(&mut self, dy: &[T]) {
        self.pooled.pack(dy, &mut self.workspace.dy);
    }

    /// Takes it from the stage behind.
    pub fn take_upstream_of(&mut self, behind: &Self) {
        behind
            .images
            .crop(&behind.workspace.dx, &mut self.workspace.dy);
    }

    /// The gradient of the image, `[C, H, W]`.
    pub fn give_input_gradient(&self, dx: &mut [T]) {
        self.images.unpack(&self.workspace.dx, dx);
    }

    /// The images that came in, with their padding.
    pub fn x(&self) -> &[T] {
        &self.workspace.x
    }

    /// The same, to be changed.
    pub fn x_mut(&mut self) -> &mut [T] {
        &mut self.workspace.x
    }

    /// Numbers that may be read beyond the last image.
    pub fn reach(&self) -> usize {
        self.patch.length.next_multiple_of(lanes::<T>())
    }

    /// For so many samples.
    pub fn make_room(&mut self, samples: usize) {
        let numbers = samples * self.images.length() + self.reach();
        let Workspace { x, y, winners, .. } = &mut self.workspace;
        if x.len() < numbers {
            *x = aligned_zeros(numbers);
            // The last window's vectors may reach beyond its maps.
            let pooled = samples * self.pooled.length() + self.beyond.max(lanes::<T>());
            *y = aligned_zeros(pooled);
            *winners = aligned_zeros(pooled);
        }
    }
}
