//! A state that is handed to cells before the first step, and its gradient handed back.

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};

use super::Weights;

/// What cells begin with in place of 0, h `[N, H]` and, of those that have them, c `[N, H]`; and
/// what is exchanged on the way back. Nothing is handed while `h` is empty.
#[derive(Clone, Debug)]
pub(crate) struct Handed<T> {
    /// `$h_0$`.
    pub h: Vec<T>,
    /// `$c_0$`.
    pub c: Vec<T>,
    /// `$\partial L / \partial h_0$`, which the backward pass leaves here.
    pub dh: Vec<T>,
    /// `$\partial L / \partial c_T$` from behind the last step, which becomes that of `$c_0$`.
    pub dc: Vec<T>,
}

impl<T: Real> Handed<T> {
    /// Nothing.
    pub fn new() -> Self {
        Self {
            h: Vec::new(),
            c: Vec::new(),
            dh: Vec::new(),
            dc: Vec::new(),
        }
    }

    /// Makes room for states of N samples of H units.
    pub fn make_room(&mut self, samples: usize, units: usize) {
        for numbers in [&mut self.h, &mut self.c, &mut self.dh, &mut self.dc] {
            numbers.resize(samples * units, T::zero());
        }
    }

    /// Takes the state that other cells ended with; without a c, that is 0.
    pub fn take(&mut self, h: ArrayView2<T>, c: Option<&[T]>) {
        let h = h.to_slice().expect("buffers lie row by row");
        self.h.copy_from_slice(h);
        match c {
            Some(c) => self.c.copy_from_slice(c),
            None => self.c.fill(T::zero()),
        }
    }

    /// `$\partial L / \partial h_0$`, as the upstream gradient of the cells before.
    pub fn give_gradient(&self, mut dh: ArrayViewMut2<T>) {
        let dh = dh.as_slice_mut().expect("buffers lie row by row");
        dh.copy_from_slice(&self.dh);
    }

    /// Takes the gradient of c from the cells behind.
    pub fn take_gradient_of_cell(&mut self, behind: &Self) {
        self.dc.copy_from_slice(&behind.dc);
    }

    /// Puts a state before the first step, where there is one.
    pub fn begin(handed: &[T], first: &mut [T]) {
        if !handed.is_empty() {
            first.copy_from_slice(handed);
        }
    }

    /// dh₀ = `kept` + dz₁ U, where a state was handed.
    pub fn take_gradient(&mut self, kept: Option<&[T]>, dz: ArrayView2<T>, weights: &Weights<T>) {
        if self.h.is_empty() {
            return;
        }
        match kept {
            Some(kept) => self.dh.copy_from_slice(kept),
            None => self.dh.fill(T::zero()),
        }
        let shape = (dz.nrows(), self.dh.len() / dz.nrows());
        let dh = ArrayViewMut2::from_shape(shape, &mut self.dh);
        weights.add_state_gradient(dz, dh.expect("it has N times H numbers"));
    }
}
