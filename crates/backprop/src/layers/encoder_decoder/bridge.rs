//! From the encoder's last output to the state that the decoder begins with.
//!
//! ```math
//! s_0 = \tanh(W_b\, k_{\mathrm{last}} + b), \qquad da = ds_0\, (1 - s_0^2), \qquad
//!   dW_b \mathrel{+}= da^\top k_{\mathrm{last}}, \qquad dk_{\mathrm{last}} \mathrel{+}= da\, W_b
//! ```
//!
//! `$k_{\mathrm{last}}$` is of each direction the output where it has read everything: forward at
//! the true end, reverse at the first step.

use contract::{Real, RowBuffer};
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::PlannedLayer;

use super::attention::Size;
use super::rows::matrix;
use kernels::matmul::{matmul, matmul_transposed};

/// W_b `[H, W]` and b `[H]`.
pub(super) struct Bridge<T> {
    size: Size,
    /// Numbers of an output that are of the forward direction.
    forward: usize,
    /// `$k_{\mathrm{last}}$`, then its gradient, `[N, W]`.
    last: RowBuffer<T>,
    d_last: RowBuffer<T>,
    /// `$da$`, `[N, H]`.
    da: RowBuffer<T>,
}

impl<T: Real> Bridge<T> {
    /// Behind an encoder with that last layer.
    pub fn new(size: Size, last: &PlannedLayer) -> Self {
        let recurrence = last.spec.layer().recurrence();
        Self {
            size,
            forward: match recurrence {
                Some(recurrence) if recurrence.bidirectional => recurrence.units,
                _ => size.outputs,
            },
            last: RowBuffer::zeros(0, size.outputs),
            d_last: RowBuffer::zeros(0, size.outputs),
            da: RowBuffer::zeros(0, size.states),
        }
    }

    /// How many parameters it has.
    pub fn parameters(&self) -> usize {
        self.size.states * (self.size.outputs + 1)
    }

    /// Where a number of the last output stands among the outputs of a sample of that length.
    fn place(&self) -> impl Fn(usize, usize) -> usize + use<T> {
        let (forward, outputs) = (self.forward, self.size.outputs);
        move |unit, length| match unit < forward {
            true => (length - 1) * outputs + unit,
            false => unit,
        }
    }

    /// s₀ `[N, H]` of the encoder's outputs `[N, L·W]`.
    pub fn forward(
        &mut self,
        w: &[T],
        keys: ArrayView2<T>,
        lengths: &[usize],
        mut first: ArrayViewMut2<T>,
    ) {
        let place = self.place();
        self.last.make_room(keys.nrows());
        let mut last = self.last.first_mut(keys.nrows());
        for (sample, mut last) in last.rows_mut().into_iter().enumerate() {
            for unit in 0..self.size.outputs {
                last[unit] = keys[[sample, place(unit, lengths[sample])]];
            }
        }
        let (weight, bias) = w.split_at(self.size.states * self.size.outputs);
        first.assign(&ndarray::ArrayView1::from(bias));
        matmul(
            last.view(),
            matrix(weight, self.size.states).t(),
            first.view_mut(),
        );
        first.mapv_inplace(|a| a.tanh());
    }

    /// From s₀ and its gradient: adds to those of the encoder's outputs and of the parameters.
    pub fn backward(
        &mut self,
        w: &[T],
        lengths: &[usize],
        [first, d_first]: [ArrayView2<T>; 2],
        (mut dkeys, dw): (ArrayViewMut2<T>, &mut [T]),
    ) {
        let samples = first.nrows();
        self.da.make_room(samples);
        self.d_last.make_room(samples);
        let mut da = self.da.first_mut(samples);
        ndarray::Zip::from(&mut da)
            .and(&first)
            .and(&d_first)
            .for_each(|da, &s, &ds| *da = ds * (T::one() - s * s));
        let (weight, _) = w.split_at(self.size.states * self.size.outputs);
        let (dweight, dbias) = dw.split_at_mut(weight.len());
        let (da, last) = (self.da.first(samples), self.last.first(samples));
        matmul_transposed(da, 0..self.size.states, last, dweight);
        for da in da.rows() {
            dbias.iter_mut().zip(da).for_each(|(db, &da)| *db += da);
        }
        let mut d_last = self.d_last.first_mut(samples);
        d_last.fill(T::zero());
        matmul(da, matrix(weight, self.size.states), d_last);
        let (place, d_last) = (self.place(), self.d_last.first(samples));
        for ((sample, unit), &d) in d_last.indexed_iter() {
            dkeys[[sample, place(unit, lengths[sample])]] += d;
        }
    }
}
