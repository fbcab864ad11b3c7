//! Long short-term memory whose gates see the cells.
//!
//! The cells of [`Lstm`](super::Lstm), with a connection from each cell to its own three gates: to
//! the input and the forget gate from the cell before the step, to the output gate from the cell
//! behind it.
//!
//! ```math
//! z_t = x_t W^\top + b + h_{t-1} U^\top + b' = [\hat i_t, \hat f_t, \hat g_t, \hat o_t]
//! ```
//!
//! ```math
//! i_t = \sigma(\hat i_t + p_i c_{t-1}), \quad f_t = \sigma(\hat f_t + p_f c_{t-1}), \quad
//!   g_t = \tanh \hat g_t, \quad o_t = \sigma(\hat o_t + p_o c_t)
//! ```
//!
//! ```math
//! c_t = f_t c_{t-1} + i_t g_t, \qquad h_t = o_t \tanh c_t, \qquad h_0 = c_0 = 0
//! ```
//!
//! So a cell gets gradients through the gates too:
//!
//! ```math
//! dc_t = dh_t\, o_t (1 - \tanh^2 c_t) + d\hat o_t\, p_o
//!   + f_{t+1}\, dc_{t+1} + d\hat i_{t+1}\, p_i + d\hat f_{t+1}\, p_f
//! ```
//!
//! ```math
//! dp_i = \sum_t d\hat i_t\, c_{t-1}, \qquad dp_f = \sum_t d\hat f_t\, c_{t-1}, \qquad
//!   dp_o = \sum_t d\hat o_t\, c_t
//! ```
//!
//! with the derivatives of the net inputs as there.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, T·D]` |
//! | `y` = h, `dy` | `[N, T·H]` |
//! | `weight_ih_l0` W, `weight_hh_l0` U, rows of i, f, g, o | `[4H, D]`, `[4H, H]` |
//! | `bias_ih_l0` b, `bias_hh_l0` b' | `[4H]` |
//! | `weight_ch_l0`, p of i, f, o | `[3H]` |
//!
//! Source: Gers, Schraudolph, Schmidhuber 2002, with the full gradient.

use contract::Real;

use super::sequence::Steps;

/// Adds the gradients of the peepholes to `dp` `[3H]`, of all steps of the cells c (`$c_0$` to
/// `$c_T$`) and of dz; nothing where there are no peepholes.
pub(super) fn add_gradients<T: Real>(units: usize, [c, dz]: [&Steps<T>; 2], dp: &mut [T]) {
    if dp.is_empty() {
        return;
    }
    for t in 0..dz.len() {
        let cells = c.at(t).chunks_exact(units);
        let cells = cells.zip(c.at(t + 1).chunks_exact(units));
        for (dz, (c_before, c)) in dz.at(t).chunks_exact(4 * units).zip(cells) {
            for j in 0..units {
                dp[j] += dz[j] * c_before[j];
                dp[units + j] += dz[units + j] * c_before[j];
                dp[2 * units + j] += dz[3 * units + j] * c[j];
            }
        }
    }
}

#[cfg(test)]
mod tests;
