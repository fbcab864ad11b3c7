//! The two layers, and what each gives to the other.

use std::f64::consts::PI;

use kernels::Real;
use kernels::matmul::matmul;
use kernels::sigmoid::sigmoid;
use kernels::workers::share_if;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, Zip, s};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use spec::learners::{Reconstruction, Visible};

use crate::logarithms::{log_sum_exp, softplus};

/// With fewer products a second thread is not worth waking.
pub const WORTH: usize = 1 << 18;

/// Weights and biases.
#[derive(Clone, Debug)]
pub struct Machine<T> {
    /// What the visible units are.
    pub visible: Visible,
    /// `[D, H]`
    pub w: Array2<T>,
    /// Biases of the visible units, `[D]`.
    pub b: Array1<T>,
    /// Biases of the hidden units, `[H]`.
    pub c: Array1<T>,
}

impl<T: Real> Machine<T> {
    /// All numbers in another type.
    pub fn cast<U: Real>(&self) -> Machine<U> {
        let of = |x: T| U::of(x.f64());
        Machine {
            visible: self.visible,
            w: self.w.mapv(of),
            b: self.b.mapv(of),
            c: self.c.mapv(of),
        }
    }

    /// c + v W, for each row of `v` `[N, D]`.
    pub fn hidden_inputs(&self, v: ArrayView2<'_, T>, mut z: ArrayViewMut2<'_, T>) {
        z.assign(&self.c);
        matmul(v, self.w.view(), z);
    }

    /// b + h Wᵀ, for each row of `h` `[N, H]`.
    pub fn visible_inputs(&self, h: ArrayView2<'_, T>, mut a: ArrayViewMut2<'_, T>) {
        a.assign(&self.b);
        matmul(h, self.w.t(), a);
    }

    /// P(h = 1 | v): probabilities.
    pub fn hidden(&self, v: ArrayView2<'_, T>, mut h: ArrayViewMut2<'_, T>) {
        self.hidden_inputs(v, h.view_mut());
        each_row(&mut h, sigmoid);
    }

    /// E(v | h): probabilities of Bernoulli and softmax units.
    pub fn means(&self, h: ArrayView2<'_, T>, mut v: ArrayViewMut2<'_, T>) {
        self.visible_inputs(h, v.view_mut());
        match self.visible {
            Visible::Bernoulli => each_row(&mut v, sigmoid),
            Visible::Gaussian => (),
            Visible::Softmax(size) => each_row(&mut v, |v| v.chunks_mut(size).for_each(softmax)),
        }
    }

    /// Means become samples.
    pub fn sample_visible(&self, v: &mut ArrayViewMut2<'_, T>, rng: &mut impl Rng) {
        match self.visible {
            Visible::Bernoulli => sample(v, rng),
            Visible::Gaussian => {
                let mut normal = || -> f64 { StandardNormal.sample(rng) };
                v.iter_mut().for_each(|v| *v += T::of(normal()));
            }
            Visible::Softmax(size) => {
                each_row(v, |v| v.chunks_mut(size).for_each(|v| one_of(v, rng)));
            }
        }
    }

    /// Gibbs steps from samples `h`, at least one: `v` is what `reconstruction` says, and `h` is
    /// left as probabilities given it. Rows are drawn [`in_pieces`].
    pub fn gibbs(
        &self,
        steps: usize,
        reconstruction: Reconstruction,
        v: &mut ArrayViewMut2<'_, T>,
        h: &mut ArrayViewMut2<'_, T>,
        rngs: &mut [impl Rng],
    ) {
        for step in 0..steps {
            if step > 0 {
                in_pieces(h, rngs, sample);
            }
            self.means(h.view(), v.view_mut());
            if reconstruction == Reconstruction::Sample {
                in_pieces(v, rngs, |v, rng| self.sample_visible(v, rng));
            }
            self.hidden(v.view(), h.view_mut());
        }
    }

    /// F(v) = −ln Σₕ e^−E(v, h), of each row of `v` `[N, D]`.
    pub fn free_energies(&self, v: ArrayView2<'_, T>) -> Array1<f64> {
        let mut z = Array2::zeros((v.nrows(), self.c.len()));
        self.hidden_inputs(v, z.view_mut());
        let of_row = |(v, z): (ArrayView1<'_, T>, ArrayView1<'_, T>)| {
            let own = Zip::from(v).and(&self.b).fold(0.0, |sum, v, b| {
                let (v, b) = (v.f64(), b.f64());
                sum + match self.visible {
                    Visible::Gaussian => (v - b).powi(2) / 2.0,
                    Visible::Bernoulli | Visible::Softmax(_) => -b * v,
                }
            });
            own - z.iter().map(|z| softplus(z.f64())).sum::<f64>()
        };
        v.rows().into_iter().zip(z.rows()).map(of_row).collect()
    }

    /// ln Σᵥ e^−E(v, h) without c·h, where `a` is b + W h; of Gaussian units the integral.
    pub fn log_normalizer(&self, a: &[f64]) -> f64 {
        match self.visible {
            Visible::Bernoulli => a.iter().map(|&a| softplus(a)).sum(),
            Visible::Gaussian => {
                let b = self.b.iter().map(|b| b.f64());
                let terms = a.iter().zip(b).map(|(a, b)| (a * a - b * b) / 2.0);
                terms.sum::<f64>() + a.len() as f64 * (2.0 * PI).ln() / 2.0
            }
            Visible::Softmax(size) => {
                let groups = a.chunks(size);
                groups.map(|a| log_sum_exp(a.iter().copied())).sum()
            }
        }
    }

    /// Mean over the rows of `v` `[N, D]` of Σᵢ ln P(vᵢ | the other inputs); of a group of softmax
    /// units, of the group. None of Gaussian units.
    pub fn pseudo_likelihood(&self, v: ArrayView2<'_, T>) -> Option<f64> {
        let size = match self.visible {
            Visible::Gaussian => return None,
            Visible::Bernoulli => 1,
            Visible::Softmax(size) => size,
        };
        let mut z = Array2::zeros((v.nrows(), self.c.len()));
        self.hidden_inputs(v, z.view_mut());
        let of_row = |(v, z): (ArrayView1<'_, T>, ArrayView1<'_, T>)| {
            let here = z.iter().map(|z| softplus(z.f64())).sum::<f64>();
            // −F with inputs changed, above −F as they are.
            let above = |changes: &[(usize, f64)]| {
                let moved = |(j, z): (usize, &T)| {
                    let sum = changes.iter().map(|&(i, d)| d * self.w[[i, j]].f64());
                    softplus(z.f64() + sum.sum::<f64>())
                };
                let biases = changes.iter().map(|&(i, d)| d * self.b[i].f64());
                biases.sum::<f64>() + z.iter().enumerate().map(moved).sum::<f64>() - here
            };
            let groups = (0..v.len()).step_by(size).map(|first| match size {
                1 => -softplus(above(&[(first, 1.0 - 2.0 * v[first].f64())])),
                _ => {
                    let on = (first..first + size)
                        .find(|&i| v[i] > T::of(0.5))
                        .unwrap_or(first);
                    let others = (first..first + size).map(|i| match i == on {
                        true => 0.0,
                        false => above(&[(on, -1.0), (i, 1.0)]),
                    });
                    -log_sum_exp(others.collect::<Vec<_>>().into_iter())
                }
            });
            groups.sum::<f64>()
        };
        let mut sums = vec![0.0; v.nrows()];
        let rows = v.axis_iter(Axis(0)).zip(z.axis_iter(Axis(0)));
        let worth = v.len() * z.ncols() > WORTH;
        share_if(worth, rows.zip(&mut sums), |(row, sum)| *sum = of_row(row));
        Some(sums.iter().sum::<f64>() / v.nrows() as f64)
    }
}

/// Rows that one of several random streams draws for.
pub const ROWS: usize = 16;

/// Draws for the rows of `x`: each stream for [`ROWS`] of them, the last for all that are left.
pub fn in_pieces<T, R>(
    x: &mut ArrayViewMut2<'_, T>,
    rngs: &mut [R],
    draw: impl Fn(&mut ArrayViewMut2<'_, T>, &mut R),
) {
    let (last, mut left) = (rngs.len() - 1, x.view_mut());
    for (piece, rng) in rngs.iter_mut().enumerate() {
        let rows = if piece < last {
            ROWS.min(left.nrows())
        } else {
            left.nrows()
        };
        let (mut its, others) = left.split_at(Axis(0), rows);
        draw(&mut its, rng);
        left = others;
    }
}

/// Probabilities become 1 with that probability, and 0 otherwise.
pub fn sample<T: Real>(p: &mut ArrayViewMut2<'_, T>, rng: &mut impl Rng) {
    p.iter_mut().for_each(|p| {
        let on = T::of(f64::from(rng.random::<f32>())) < *p;
        *p = if on { T::one() } else { T::zero() };
    });
}

/// e^a / Σ e^a.
fn softmax<T: Real>(a: &mut [T]) {
    let largest = a.iter().copied().fold(T::neg_infinity(), T::max);
    a.iter_mut().for_each(|a| *a = (*a - largest).exp());
    let sum: T = a.iter().copied().sum();
    a.iter_mut().for_each(|a| *a /= sum);
}

/// One of them becomes 1, with its probability; the others 0.
fn one_of<T: Real>(p: &mut [T], rng: &mut impl Rng) {
    let mut left = T::of(rng.random::<f64>());
    let below = |p: &T| {
        left -= *p;
        left < T::zero()
    };
    // The probabilities may add up to a little less than 1.
    let chosen = p.iter().position(below).unwrap_or(p.len() - 1);
    p.fill(T::zero());
    p[chosen] = T::one();
}

/// Each row, which lies in one piece.
fn each_row<T: Real>(x: &mut ArrayViewMut2<'_, T>, mut change: impl FnMut(&mut [T])) {
    for mut row in x.rows_mut() {
        change(row.as_slice_mut().expect("rows lie in one piece"));
    }
}

/// The first rows of a matrix, or all of them.
pub fn first_rows<T>(x: &Array2<T>, rows: usize) -> ArrayView2<'_, T> {
    x.slice(s![..rows.min(x.nrows()), ..])
}
