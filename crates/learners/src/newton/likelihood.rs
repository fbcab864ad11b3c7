//! The log-likelihood of one class against the rest, and what Newton's method asks of it.

use faer::Mat;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, s};
use spec::Problem;

use crate::Data;
use crate::linear_algebra::{dependent_columns, rounding, ten};

/// The likelihood of coefficients β, the bias first, for these samples.
#[derive(Clone, Copy)]
pub struct Likelihood<'a> {
    /// Inputs `[N, D]`.
    x: ArrayView2<'a, f64>,
    /// Targets `[N]` of 0 and 1.
    t: ArrayView1<'a, f64>,
    /// λ: λ/2 |w|² is taken from the log-likelihood, without the bias.
    ridge: f64,
}

impl<'a> Likelihood<'a> {
    /// That of the number `output` of the targets.
    pub fn of(data: &'a Data, output: usize, ridge: f64) -> Self {
        Self {
            x: data.x.view(),
            t: data.t.column(output),
            ridge,
        }
    }

    fn samples(self) -> impl Iterator<Item = (ArrayView1<'a, f64>, f64)> {
        (0..self.t.len()).map(move |n| (self.x.slice_move(s![n, ..]), self.t[n]))
    }

    /// Gradient `[D + 1]` of the log-likelihood with its ridge, and −1 times its second derivative
    /// `[D + 1, D + 1]`, summed over the samples.
    pub fn gradient_and_hessian(self, beta: ArrayView1<'_, f64>) -> (Array1<f64>, Array2<f64>) {
        let mut gradient = Array1::zeros(beta.len());
        let mut hessian = Array2::zeros((beta.len(), beta.len()));
        let mut x = Array1::ones(beta.len());
        for (sample, t) in self.samples() {
            x.slice_mut(s![1..]).assign(&sample);
            let p = sigmoid(x.dot(&beta));
            gradient.scaled_add(t - p, &x);
            for (mut row, xi) in hessian.rows_mut().into_iter().zip(&x) {
                row.scaled_add(p * (1.0 - p) * xi, &x);
            }
        }
        for i in 1..beta.len() {
            gradient[i] -= self.ridge * beta[i];
            hessian[[i, i]] += self.ridge;
        }
        (gradient, hessian)
    }

    /// −2 ℓ, without the ridge; 1 − p is never formed, so that it stays exact where p is near 1.
    pub fn deviance(self, beta: ArrayView1<'_, f64>) -> f64 {
        let of_sample = |(x, t): (ArrayView1<'_, f64>, f64)| {
            let z = beta[0] + x.dot(&beta.slice(s![1..]));
            // ln(1 + e^−z) of the right class.
            let z = if t > 0.5 { z } else { -z };
            (-z).max(0.0) + (-z.abs()).exp().ln_1p()
        };
        2.0 * self.samples().map(of_sample).sum::<f64>()
    }

    /// The deviance of the bias alone: p is the share of class 1.
    pub fn null_deviance(self) -> f64 {
        let (all, ones) = (self.t.len() as f64, self.t.sum());
        let part = |n: f64| if n > 0.0 { n * (n / all).ln() } else { 0.0 };
        -2.0 * (part(ones) + part(all - ones))
    }

    /// What is made small: the deviance, with the ridge.
    pub fn objective(self, beta: ArrayView1<'_, f64>) -> f64 {
        let w = beta.slice(s![1..]);
        self.deviance(beta) + self.ridge * w.dot(&w)
    }

    /// Whether (2t − 1) d·x is nowhere negative, as far as `relative` can tell, and somewhere
    /// positive; with 0: positive everywhere.
    pub fn is_separated(self, direction: ArrayView1<'_, f64>, relative: f64) -> bool {
        let mut some = false;
        for (x, t) in self.samples() {
            let w = direction.slice(s![1..]);
            let side = (direction[0] + x.dot(&w)) * (2.0 * t - 1.0);
            let terms = x.iter().zip(w).map(|(x, w)| (x * w).abs());
            let bound = relative * terms.fold(direction[0].abs(), f64::max);
            if side < -bound || (relative == 0.0 && side == 0.0) {
                return false;
            }
            some |= side > bound;
        }
        some
    }

    /// How far H is from central differences of the gradient, relative to √(Hᵢᵢ Hⱼⱼ).
    pub fn difference_of_hessian(self, beta: ArrayView1<'_, f64>) -> f64 {
        let (_, hessian) = self.gradient_and_hessian(beta);
        let columns = (0..beta.len()).map(|j| {
            // A step that moves the outputs by about 1e-5.
            let curvature = hessian[[j, j]].max(f64::MIN_POSITIVE);
            let h = 1e-5 * (self.t.len() as f64 / curvature).sqrt();
            let gradient = |h: f64| {
                let mut beta = beta.to_owned();
                beta[j] += h;
                self.gradient_and_hessian(beta.view()).0
            };
            let slope = (gradient(-h) - gradient(h)) / (2.0 * h);
            let apart = (0..beta.len()).map(|i| {
                let scale = (hessian[[i, i]] * hessian[[j, j]]).sqrt();
                (slope[i] - hessian[[i, j]]) / scale.max(f64::MIN_POSITIVE)
            });
            crate::proof::largest(apart)
        });
        crate::proof::largest(columns)
    }
}

/// σ(z).
pub fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// Inputs that depend on others leave no single optimum.
///
/// # Errors
/// With the names of those that depend on the ones before them.
pub fn expect_independent(data: &Data) -> Result<(), Problem> {
    let design = Mat::from_fn(data.len(), data.x.ncols() + 1, |i, j| match j {
        0 => 1.0,
        j => data.x[[i, j - 1]],
    });
    let relative = rounding(design.as_ref());
    let dependent = dependent_columns(design.qr().thin_R(), relative);
    if dependent.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = dependent
        .iter()
        .map(|&j| data.inputs[j - 1].as_str())
        .collect();
    let reason = format!(
        "{} of {} inputs depend on those before them, or are constant, so no optimum is the only \
         one: {}",
        names.len(),
        data.x.ncols(),
        ten(&names)
    );
    Err(Problem::new("learner.newton", reason).hint("leave them out, or set a ridge above 0"))
}
