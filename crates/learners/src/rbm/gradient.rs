//! What the parameters gain.

use std::ops::Range;

use kernels::Real;
use kernels::matmul::matmul_transposed;
use kernels::workers::share_if;
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// Visible units that a thread sums at a time.
const UNITS: usize = 64;
/// With fewer products a second thread is not worth waking.
const WORTH: usize = 1 << 20;

/// ⟨v h⟩, ⟨v⟩ and ⟨h⟩, or differences of them.
#[derive(Clone, Debug, Default)]
pub struct Gradient<T> {
    /// `[D, H]`
    pub w: Array2<T>,
    /// `[D]`
    pub b: Array1<T>,
    /// `[H]`
    pub c: Array1<T>,
}

impl<T: Real> Gradient<T> {
    /// Nothing.
    pub fn zeros((inputs, hidden): (usize, usize)) -> Self {
        Self {
            w: Array2::zeros((inputs, hidden)),
            b: Array1::zeros(inputs),
            c: Array1::zeros(hidden),
        }
    }

    /// Nothing again, of this shape.
    pub fn clear(&mut self, shape: (usize, usize)) {
        match self.w.dim() == shape {
            true => {
                self.w.fill(T::zero());
                self.b.fill(T::zero());
                self.c.fill(T::zero());
            }
            false => *self = Self::zeros(shape),
        }
    }

    /// Adds `factor` times the mean over the rows of `v` `[N, D]` and `h` `[N, H]`. Threads share
    /// the visible units; each sum is in the order of the rows.
    pub fn add(&mut self, v: ArrayView2<'_, T>, h: ArrayView2<'_, T>, factor: f64) {
        let factor = T::of(factor / v.nrows() as f64);
        let scaled = h.mapv(|h| h * factor);
        let worth = v.nrows() * self.w.len() > WORTH;
        let inputs = v.ncols();
        let parts = self.w.axis_chunks_iter_mut(Axis(0), UNITS).enumerate();
        share_if(worth, parts, |(part, mut w)| {
            let units: Range<usize> = part * UNITS..(part * UNITS + UNITS).min(inputs);
            let w = w.as_slice_mut().expect("whole rows lie in one piece");
            matmul_transposed(v, units, scaled.view(), w);
        });
        self.b.scaled_add(factor, &v.sum_axis(Axis(0)));
        self.c += &scaled.sum_axis(Axis(0));
    }

    /// Takes another one away.
    pub fn less(&mut self, other: &Self) {
        self.w -= &other.w;
        self.b -= &other.b;
        self.c -= &other.c;
    }

    /// In another type.
    pub fn cast<U: Real>(&self) -> Gradient<U> {
        let of = |x: T| U::of(x.f64());
        Gradient {
            w: self.w.mapv(of),
            b: self.b.mapv(of),
            c: self.c.mapv(of),
        }
    }
}
