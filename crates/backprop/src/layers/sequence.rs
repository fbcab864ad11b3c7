//! Sequences `[T, D]`: positions as rows, steps as rows.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};

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

/// Numbers of every step and sample, step behind step, `[T, N, D]`: the rows of a step lie
/// together, and so do those of all steps, which is what products want. There is room for the most
/// steps and samples so far.
#[derive(Clone, Debug)]
pub(crate) struct Steps<T> {
    steps: usize,
    samples: usize,
    d: usize,
    numbers: Vec<T>,
}

impl<T: Real> Steps<T> {
    /// Steps of D numbers, none yet.
    pub fn new(d: usize) -> Self {
        Self {
            steps: 0,
            samples: 0,
            d,
            numbers: Vec::new(),
        }
    }

    /// Makes room for T steps of N samples; the numbers are those of a pass before, or 0.
    pub fn make_room(&mut self, steps: usize, samples: usize) {
        (self.steps, self.samples) = (steps, samples);
        let numbers = steps * samples * self.d;
        if self.numbers.len() < numbers {
            self.numbers.resize(numbers, T::zero());
        }
    }

    /// Makes room for the state before the first of T steps and behind each. The first is the last
    /// of the pass before if that `continues`, otherwise 0.
    pub fn begin(&mut self, steps: usize, samples: usize, continues: bool) {
        let row = self.samples * self.d;
        let last = self.steps.saturating_sub(1) * row;
        self.make_room(steps + 1, samples);
        match continues && row == samples * self.d {
            true => self.numbers.copy_within(last..last + row, 0),
            false => self.at_mut(0).fill(T::zero()),
        }
    }

    /// How many steps there are, T.
    pub fn len(&self) -> usize {
        self.steps
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

    /// Numbers of a step and of the one behind it, to be changed.
    pub fn pair_mut(&mut self, step: usize) -> (&mut [T], &mut [T]) {
        let row = self.samples * self.d;
        self.numbers[step * row..(step + 2) * row].split_at_mut(row)
    }

    /// Takes samples `[N, T·D]`.
    pub fn take(&mut self, x: ArrayView2<T>) {
        let (samples, width, d) = (x.nrows(), x.ncols(), self.d);
        self.make_room(width / d, samples);
        for (sample, x) in x.rows().into_iter().enumerate() {
            let x = x.to_slice().expect("activations lie row by row");
            for (step, x) in x.chunks_exact(d).enumerate() {
                let at = (step * samples + sample) * d;
                self.numbers[at..at + d].copy_from_slice(x);
            }
        }
    }

    /// Gives the steps from `first` on as samples `[N, T·D]`.
    pub fn give(&self, first: usize, mut y: ArrayViewMut2<T>) {
        let (samples, d) = (self.samples, self.d);
        for (sample, mut y) in y.rows_mut().into_iter().enumerate() {
            let y = y.as_slice_mut().expect("activations lie row by row");
            for (step, y) in y.chunks_exact_mut(d).enumerate() {
                let at = ((first + step) * samples + sample) * d;
                y.copy_from_slice(&self.numbers[at..at + d]);
            }
        }
    }
}
