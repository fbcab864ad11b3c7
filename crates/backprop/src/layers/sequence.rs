//! Sequences `[T, D]`: positions as rows, steps as rows.

use std::slice::{ChunksExact, ChunksExactMut};

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2, s};

/// Samples `[N, T·D]` as positions `[N·T, D]`: the same numbers in the same places.
///
/// # Panics
/// When they do not lie row by row, as all activations do.
pub(crate) fn positions<T: Real>(x: ArrayView2<'_, T>, d: usize) -> ArrayView2<'_, T> {
    if x.ncols() == d {
        return x;
    }
    let shape = (x.len() / d, d);
    let positions = x.into_shape_with_order(shape);
    positions.expect("activations lie row by row")
}

/// The same, to be changed.
///
/// # Panics
/// When they do not lie row by row.
pub(crate) fn positions_mut<T: Real>(x: ArrayViewMut2<'_, T>, d: usize) -> ArrayViewMut2<'_, T> {
    if x.ncols() == d {
        return x;
    }
    let shape = (x.len() / d, d);
    let positions = x.into_shape_with_order(shape);
    positions.expect("activations lie row by row")
}

/// Numbers of every step and sample, step behind step, `[T, N, D]`: the rows of a step lie together,
/// and so do those of all steps, which is what products want. There is room for the most samples so
/// far.
#[derive(Clone, Debug)]
pub(crate) struct Steps<T> {
    steps: usize,
    samples: usize,
    d: usize,
    numbers: Vec<T>,
}

impl<T: Real> Steps<T> {
    /// So many steps of D numbers, no samples yet.
    pub fn new(steps: usize, d: usize) -> Self {
        Self {
            steps,
            samples: 0,
            d,
            numbers: Vec::new(),
        }
    }

    /// Makes room for N samples; the numbers are those of a pass before, or 0.
    pub fn make_room(&mut self, samples: usize) {
        self.samples = samples;
        let numbers = self.steps * samples * self.d;
        if self.numbers.len() < numbers {
            self.numbers.resize(numbers, T::zero());
        }
    }

    /// A step, `[N, D]`.
    pub fn step(&self, step: usize) -> ArrayView2<'_, T> {
        self.steps(step, step + 1)
    }

    /// The same, to be changed.
    pub fn step_mut(&mut self, step: usize) -> ArrayViewMut2<'_, T> {
        self.steps_mut(step, step + 1)
    }

    /// Steps `from` up to but not `to`, `[(to − from)·N, D]`.
    pub fn steps(&self, from: usize, to: usize) -> ArrayView2<'_, T> {
        let row = self.samples * self.d;
        let numbers = &self.numbers[from * row..to * row];
        ArrayView2::from_shape(((to - from) * self.samples, self.d), numbers)
            .expect("a step has N times D numbers")
    }

    /// The same, to be changed.
    fn steps_mut(&mut self, from: usize, to: usize) -> ArrayViewMut2<'_, T> {
        let row = self.samples * self.d;
        let numbers = &mut self.numbers[from * row..to * row];
        ArrayViewMut2::from_shape(((to - from) * self.samples, self.d), numbers)
            .expect("a step has N times D numbers")
    }

    /// All steps, `[T·N, D]`.
    pub fn all(&self) -> ArrayView2<'_, T> {
        self.steps(0, self.steps)
    }

    /// The same, to be changed.
    pub fn all_mut(&mut self) -> ArrayViewMut2<'_, T> {
        self.steps_mut(0, self.steps)
    }

    /// Numbers of a step, row by row.
    pub fn at(&self, step: usize) -> &[T] {
        let row = self.samples * self.d;
        &self.numbers[step * row..(step + 1) * row]
    }

    /// The same, to be changed.
    pub fn at_mut(&mut self, step: usize) -> &mut [T] {
        let row = self.samples * self.d;
        &mut self.numbers[step * row..(step + 1) * row]
    }

    /// The samples of a step, D numbers each.
    pub fn rows(&self, step: usize) -> ChunksExact<'_, T> {
        self.at(step).chunks_exact(self.d)
    }

    /// The same, to be changed.
    pub fn rows_mut(&mut self, step: usize) -> ChunksExactMut<'_, T> {
        let d = self.d;
        self.at_mut(step).chunks_exact_mut(d)
    }

    /// The samples of a step and of the one behind it, to be changed.
    pub fn pair_mut(&mut self, step: usize) -> (ChunksExactMut<'_, T>, ChunksExactMut<'_, T>) {
        let (row, d) = (self.samples * self.d, self.d);
        let (at, behind) = self.numbers[step * row..(step + 2) * row].split_at_mut(row);
        (at.chunks_exact_mut(d), behind.chunks_exact_mut(d))
    }

    /// Takes samples `[N, T·D]`.
    pub fn take(&mut self, x: ArrayView2<T>) {
        self.make_room(x.nrows());
        let d = self.d;
        for step in 0..self.steps {
            let of_step = x.slice(s![.., step * d..(step + 1) * d]);
            self.step_mut(step).assign(&of_step);
        }
    }

    /// Gives the steps from `first` on as samples `[N, T·D]`.
    pub fn give(&self, first: usize, mut y: ArrayViewMut2<T>) {
        let d = self.d;
        for step in first..self.steps {
            let place = (step - first) * d..(step - first + 1) * d;
            y.slice_mut(s![.., place]).assign(&self.step(step));
        }
    }
}
