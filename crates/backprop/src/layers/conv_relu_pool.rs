//! Convolution, ReLU and max-pooling in one, once or several times in a row.
//!
//! With the convolution `$z$` of `conv2d.rs` and the windows `$\Omega_j$` of `max_pool.rs`:
//!
//! ```math
//! z_{m,o} = b_m + \sum_c \sum_k W_{m,c,k}\; x_{c,\,s o + d k - p}, \qquad
//!   y_{m,j} = \max\Bigl(0, \max_{o \in \Omega_j} z_{m,o}\Bigr)
//! ```
//!
//! ReLU does not change which number is the largest, so it may stand before or behind the pooling.
//! Only the winner `$o^*_{m,j}$` of a window has a derivative, and only where `$y_{m,j} > 0$`. Let
//! `$J_m$` be the windows of map `$m$` where it is. Then the sums of the convolution's backward
//! pass run over these alone:
//!
//! ```math
//! \frac{\partial L}{\partial b_m} = \sum_{j \in J_m} dy_{m,j}, \qquad
//!   \frac{\partial L}{\partial W_{m,c,k}} = \sum_{j \in J_m} dy_{m,j}\; x_{c,\,s o^*_{m,j} + d k - p}, \qquad
//!   dx_{c,\,s o^*_{m,j} + d k - p} \mathrel{+}= dy_{m,j}\; W_{m,c,k}
//! ```
//!
//! That is the gain: with windows of 2 x 2 at least three of four `$dz$` are zero, and neither
//! `$z$` nor its gradient is ever in far memory.
//!
//! The second backward pass ([`Layer::curvature`]) is the same with `$x^2$` and `$W^2$`: the
//! derivatives of ReLU and of pooling are 0 and 1, their own squares.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, C · H · W]` |
//! | `y`, `dy` | `[N, C_out · windows]` |
//! | `weight`, `dw` | `[C_out, C, K_h, K_w]` |
//! | `bias`, `db` | `[C_out]` |
//!
//! Images lie channels last inside, `[H, W, C]`: then the patch that an output sees is `$K_h$`
//! stretches of `$K_w C$` numbers, see `matmul/patches.rs`. Where one stage (`stage.rs`) follows
//! another, the images stay so between them, and each sample goes through all of them while it is
//! in a near cache.
//!
//! Source: LeCun, Bottou, Bengio, Haffner 1998, section II, with the units of Krizhevsky,
//! Sutskever, Hinton 2012, sections 3.1 and 3.4.

mod construction;
mod pooling;
mod stage;
#[cfg(test)]
mod tests;

use contract::Real;
use ndarray::{ArrayView2, ArrayViewMut2};

use stage::Stage;

use super::windows::{flat, flat_mut};
use super::{Layer, Mode, Order, Pass};

/// `$y_{m,j} = \max(0, \max_{o \in \Omega_j} (b_m + \sum_{c,k} W_{m,c,k}\, x_{c,\,s o + d k -
/// p}))$`, and of that y the same with the next weights.
pub struct ConvReluPool<T> {
    /// At least one.
    stages: Vec<Stage<T>>,
}

impl<T: Real> Layer<T> for ConvReluPool<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, _: Mode) {
        let mut rest = w;
        for stage in &mut self.stages {
            stage.make_room(x.nrows());
            stage.take_weights(rest.split_off(..stage.parameters()).unwrap_or_default());
        }
        let (d_in, d_out) = (x.ncols(), y.ncols());
        let x = flat(x).chunks_exact(d_in);
        for (n, (x, y)) in x.zip(flat_mut(y).chunks_exact_mut(d_out)).enumerate() {
            for index in 0..self.stages.len() {
                let (before, from) = self.stages.split_at_mut(index);
                match before.last() {
                    None => from[0].take_input(n, x),
                    Some(before) if from[0].reads(before) => {}
                    Some(before) => from[0].take_output_of(before, n),
                }
                from[0].forward(n, before.last());
            }
            self.last().give_output(n, y);
        }
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        self.back(Order::First, w, pass, dx, dw);
    }

    /// The backward pass with `$W^2$` and `$x^2$` in the places of `$W$` and `$x$`.
    fn curvature(&mut self, w: &[T], pass: Pass<T>, d2x: Option<ArrayViewMut2<T>>, d2w: &mut [T]) {
        let mut inputs = Vec::new();
        for index in 0..self.stages.len() {
            let (before, from) = self.stages.split_at_mut(index);
            if let Some(before) = before.last() {
                (0..pass.x.nrows()).for_each(|n| from[0].take_output_of(before, n));
            }
            inputs.push(from[0].x().to_vec());
            from[0].x_mut().iter_mut().for_each(|x| *x *= *x);
        }
        self.back(Order::Second, w, pass, d2x, d2w);
        for (stage, x) in self.stages.iter_mut().zip(&inputs) {
            stage.x_mut().copy_from_slice(x);
        }
    }
}

impl<T: Real> ConvReluPool<T> {
    /// Backward: of second order with the squares of W, and with those of x, which lie in the
    /// stages.
    fn back(
        &mut self,
        order: Order,
        w: &[T],
        pass: Pass<T>,
        mut dx: Option<ArrayViewMut2<T>>,
        dw: &mut [T],
    ) {
        let (mut w, mut dw) = (w, dw);
        for stage in &mut self.stages {
            let w = w.split_off(..stage.parameters()).unwrap_or_default();
            match order {
                Order::First => stage.begin_backward(w, |w| w),
                Order::Second => stage.begin_backward(w, |w| w * w),
            }
        }
        let (d_in, d_out) = (pass.x.ncols(), pass.y.ncols());
        let mut dx = dx
            .as_mut()
            .map(|dx| flat_mut(dx.view_mut()).chunks_exact_mut(d_in));
        // The last sample first: what it left is still in a near cache.
        for (n, dy) in flat(pass.dy).chunks_exact(d_out).enumerate().rev() {
            let dx = dx.as_mut().and_then(DoubleEndedIterator::next_back);
            self.last().take_upstream(dy);
            for index in (0..self.stages.len()).rev() {
                let (before, from) = self.stages.split_at_mut(index);
                let inputs = match order {
                    Order::First => before.last(),
                    Order::Second => None,
                };
                from[0].backward(n, inputs, index > 0 || dx.is_some());
                if let Some(before) = before.last_mut() {
                    before.take_upstream_of(&from[0]);
                }
            }
            if let Some(dx) = dx {
                self.stages[0].give_input_gradient(dx);
            }
        }
        for stage in &mut self.stages {
            let dw = dw.split_off_mut(..stage.parameters());
            stage.end_backward(dw.unwrap_or_default());
        }
    }

    fn last(&mut self) -> &mut Stage<T> {
        self.stages.last_mut().expect("there is at least one")
    }
}
