//! Room for one head at a time: its columns of what belongs to all of them, side by side.

use contract::Real;

use crate::layers::attention::{Attention, Head, HeadGradients, matrix, matrix_mut};

/// T, D and H.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub steps: usize,
    /// D.
    pub width: usize,
    pub heads: usize,
}

impl Shape {
    /// Weights of a sample: P of all heads, H·T·T.
    pub fn weights(self) -> usize {
        self.heads * self.steps * self.steps
    }
}

/// Matrices `[T, d]` of a head.
pub(super) struct Room<T> {
    /// Q, K, V.
    inputs: [Vec<T>; 3],
    /// Their gradients.
    d_inputs: [Vec<T>; 3],
    /// C, or its gradient.
    context: Vec<T>,
    /// The gradients of P, `[T, T]`.
    d_weights: Vec<T>,
}

/// The room while a head of a sample is in it, as many rows as its true length.
pub(super) struct OfHead<'a, T> {
    /// d.
    size: usize,
    /// Which columns of `[D]` are the head's: those from here on.
    first: usize,
    width: usize,
    inputs: [&'a mut [T]; 3],
    d_inputs: [&'a mut [T]; 3],
    context: &'a mut [T],
    d_weights: &'a mut [T],
}

impl<T: Real> Room<T> {
    /// For heads of so many positions and numbers.
    pub fn new(steps: usize, d: usize) -> Self {
        let matrix = || vec![T::zero(); steps * d];
        Self {
            inputs: [(); 3].map(|()| matrix()),
            d_inputs: [(); 3].map(|()| matrix()),
            context: matrix(),
            d_weights: vec![T::zero(); steps * steps],
        }
    }

    /// For a head of a sample of that length.
    pub fn of_head(&mut self, shape: Shape, head: usize, length: usize) -> OfHead<'_, T> {
        let size = shape.width / shape.heads;
        let numbers = length * size;
        OfHead {
            size,
            first: head * size,
            width: shape.width,
            inputs: self.inputs.each_mut().map(|input| &mut input[..numbers]),
            d_inputs: self.d_inputs.each_mut().map(|d| &mut d[..numbers]),
            context: &mut self.context[..numbers],
            d_weights: &mut self.d_weights,
        }
    }
}

impl<T: Real> OfHead<'_, T> {
    /// Takes Q, K and V of those of all heads, `[T, 3D]`.
    pub fn take(&mut self, projected: &[T]) {
        let (size, width) = (self.size, self.width);
        for (part, own) in self.inputs.iter_mut().enumerate() {
            take(projected, [3 * width, part * width + self.first, size], own);
        }
    }

    /// Leaves P in `weights`, and C among those of all heads, `[T, D]`.
    pub fn forward(self, attention: Attention, weights: &mut [T], context: &mut [T]) {
        let [queries, keys, values] = self.inputs.map(|input| matrix(input, self.size));
        let head = Head {
            queries,
            keys,
            values,
        };
        attention.forward(head, weights, matrix_mut(self.context, self.size));
        give(self.context, context, [self.width, self.first, self.size]);
    }

    /// From P and dC of all heads dQ, dK and dV among those of all heads, `[T, 3D]`.
    pub fn backward(
        self,
        attention: Attention,
        weights: &[T],
        d_context: &[T],
        d_projected: &mut [T],
    ) {
        let (size, width) = (self.size, self.width);
        take(d_context, [width, self.first, size], self.context);
        let [queries, keys, values] = self.inputs.map(|input| matrix(input, size));
        let head = Head {
            queries,
            keys,
            values,
        };
        let mut d_inputs = self.d_inputs;
        d_inputs.iter_mut().for_each(|d| d.fill(T::zero()));
        let [queries, keys, values] = d_inputs.each_mut().map(|d| matrix_mut(d, size));
        let gradients = HeadGradients {
            queries,
            keys,
            values,
        };
        let d_context = matrix(self.context, size);
        attention.backward(head, weights, d_context, self.d_weights, gradients);
        for (part, own) in d_inputs.iter().enumerate() {
            give(
                own,
                d_projected,
                [3 * width, part * width + self.first, size],
            );
        }
    }
}

/// Takes `size` columns from `first` on of positions of `width` numbers.
fn take<T: Copy>(all: &[T], [width, first, size]: [usize; 3], own: &mut [T]) {
    for (all, own) in all.chunks_exact(width).zip(own.chunks_exact_mut(size)) {
        own.copy_from_slice(&all[first..first + size]);
    }
}

/// Gives them back.
fn give<T: Copy>(own: &[T], all: &mut [T], [width, first, size]: [usize; 3]) {
    for (all, own) in all.chunks_exact_mut(width).zip(own.chunks_exact(size)) {
        all[first..first + size].copy_from_slice(own);
    }
}
