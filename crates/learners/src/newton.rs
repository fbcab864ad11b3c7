//! Logistic regression by Newton's method.
//!
//! ```math
//! p_n = \sigma(\boldsymbol\beta \cdot \mathbf{x}_n), \qquad
//! \ell(\boldsymbol\beta) = \sum_n t_n \ln p_n + (1 - t_n) \ln (1 - p_n)
//! ```
//! ```math
//! \nabla \ell = \sum_n (t_n - p_n)\, \mathbf{x}_n, \qquad
//! H = \sum_n p_n (1 - p_n)\, \mathbf{x}_n \mathbf{x}_n^\top, \qquad
//! \boldsymbol\beta \leftarrow \boldsymbol\beta + H^{-1} \nabla \ell
//! ```
//!
//! from β = 0, where each x has a 1 in front for the bias. −H is the second derivative of ℓ, which is
//! concave: near the optimum each step doubles the digits that are right. Far from it a step may be
//! too long; it is halved until ℓ grows. A ridge takes λ/2 |w|² from ℓ, so λw from the gradient, and
//! adds λ to the diagonal of H; the bias is left out of it.
//!
//! At the optimum H⁻¹ is the covariance of the coefficients: the roots of its diagonal are their
//! standard errors. The deviance is −2ℓ. Where a plane separates the classes ℓ has no optimum, for a
//! longer β is always better: that is found out and told.
//!
//! | | shape |
//! |---|---|
//! | x, t | `[N, D]`, `[N, 1]` of 0 and 1 |
//! | β | `[D + 1]`, the bias first |
//! | H | `[D + 1, D + 1]` |
//! | `weight`, `bias` | `[1, D]`, `[1]` |
//!
//! Source: P. McCullagh, J. A. Nelder, *Generalized Linear Models*, 1989; separation: A. Albert, J. A.
//! Anderson, Biometrika 71 (1984).

mod proofs;

use contract::{NamedTensors, TensorError};
use faer::{Mat, Side, linalg::solvers::Solve};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, array, s};
use spec::Problem;
use spec::learners::{Damping, NewtonSpec};
use spec::measures::Values;

use crate::linear_algebra::{dependent_columns, faer, rounding, ten};
use crate::proof::largest;
use crate::{Data, Findings, Learner, Proof, Stop, Tick, Witness};
pub use proofs::proofs;

/// A step is halved so often at most: then it is nothing but rounding.
const HALVINGS: usize = 60;

/// A logistic regression on its way to the optimum.
pub struct Newton {
    spec: NewtonSpec,
    /// `[D + 1]`, the bias first.
    beta: Array1<f64>,
    /// Steps so far.
    steps: usize,
    converged: bool,
}

/// Gradient `[D + 1]` of the log-likelihood with its ridge, and −1 times its second derivative
/// `[D + 1, D + 1]`, summed over the samples.
pub fn gradient_and_hessian(
    data: &Data,
    beta: ArrayView1<'_, f64>,
    ridge: f64,
) -> (Array1<f64>, Array2<f64>) {
    let mut gradient = Array1::zeros(beta.len());
    let mut hessian = Array2::zeros((beta.len(), beta.len()));
    let mut x = Array1::ones(beta.len());
    for (sample, t) in data.samples() {
        x.slice_mut(s![1..]).assign(&sample);
        let p = sigmoid(x.dot(&beta));
        gradient.scaled_add(t[0] - p, &x);
        for (mut row, xi) in hessian.rows_mut().into_iter().zip(&x) {
            row.scaled_add(p * (1.0 - p) * xi, &x);
        }
    }
    for i in 1..beta.len() {
        gradient[i] -= ridge * beta[i];
        hessian[[i, i]] += ridge;
    }
    (gradient, hessian)
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// −2 ℓ, without the ridge; 1 − p is never formed, so that it stays exact where p is near 1.
fn deviance(data: &Data, beta: ArrayView1<'_, f64>) -> f64 {
    let of_sample = |(x, t): (ArrayView1<'_, f64>, ArrayView1<'_, f64>)| {
        let z = beta[0] + x.dot(&beta.slice(s![1..]));
        // ln(1 + e^−z) of the right class.
        let z = if t[0] > 0.5 { z } else { -z };
        (-z).max(0.0) + (-z.abs()).exp().ln_1p()
    };
    2.0 * data.samples().map(of_sample).sum::<f64>()
}

impl Newton {
    /// Before the first step.
    ///
    /// # Errors
    /// When columns depend on each other, without a ridge.
    pub fn new(spec: &NewtonSpec, data: &Data) -> Result<Self, Problem> {
        if spec.ridge == 0.0 {
            expect_independent(data)?;
        }
        Ok(Self {
            spec: *spec,
            beta: Array1::zeros(data.x.ncols() + 1),
            steps: 0,
            converged: false,
        })
    }

    /// What is made small: the deviance, with the ridge.
    fn objective(&self, data: &Data, beta: ArrayView1<'_, f64>) -> f64 {
        let w = beta.slice(s![1..]);
        deviance(data, beta) + self.spec.ridge * w.dot(&w)
    }

    /// H⁻¹ b; none where H has no inverse any more.
    fn solve(hessian: &Array2<f64>, b: &Mat<f64>) -> Option<Mat<f64>> {
        let cholesky = faer(hessian.view()).llt(Side::Lower).ok()?;
        Some(cholesky.solve(b))
    }

    /// The step, halved until the likelihood grows, and how often.
    fn damped(&self, data: &Data, mut step: Array1<f64>) -> (Array1<f64>, usize) {
        let before = self.objective(data, self.beta.view());
        // At the optimum all that is left of a difference is rounding.
        let rounding = 1e-14 * before.abs();
        for halvings in 0..HALVINGS {
            let after = self.objective(data, (&self.beta + &step).view());
            if self.spec.damping == Damping::None || after <= before + rounding {
                return (step, halvings);
            }
            step /= 2.0;
        }
        (step, HALVINGS)
    }

    /// A plane that leaves no sample on the wrong side, and some on the right one, makes the
    /// likelihood grow for ever.
    fn expect_not_separable(&self, data: &Data, step: &Array1<f64>) -> Result<(), Problem> {
        if self.spec.ridge > 0.0 {
            return Ok(());
        }
        let strictly = separates(data, &self.beta, 0.0);
        // The first steps may lead anywhere.
        let weakly = || self.steps > 5 && separates(data, step, 1e-9);
        if !(strictly || weakly()) {
            return Ok(());
        }
        let reason = match strictly {
            true => format!(
                "the data are separable, so there is no finite optimum: after {} steps all samples \
                 are on the right side, and larger coefficients fit ever better (deviance {:.2e})",
                self.steps,
                deviance(data, self.beta.view())
            ),
            false => {
                "the data are separable but for samples on the boundary, so there is no finite \
                      optimum: larger coefficients fit ever better"
                    .into()
            }
        };
        Err(Problem::new("learner.newton.ridge", reason)
            .hint("set a ridge, such as 1, which keeps the coefficients small"))
    }
}

/// Whether (2t − 1) d·x is nowhere negative, as far as `relative` can tell, and somewhere positive;
/// with 0: positive everywhere.
fn separates(data: &Data, direction: &Array1<f64>, relative: f64) -> bool {
    let mut some = false;
    for (x, t) in data.samples() {
        let w = direction.slice(s![1..]);
        let side = (direction[0] + x.dot(&w)) * (2.0 * t[0] - 1.0);
        let terms = x.iter().zip(w).map(|(x, w)| (x * w).abs());
        let bound = relative * terms.fold(direction[0].abs(), f64::max);
        if side < -bound || (relative == 0.0 && side == 0.0) {
            return false;
        }
        some |= side > bound;
    }
    some
}

fn expect_independent(data: &Data) -> Result<(), Problem> {
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

impl Learner for Newton {
    fn passes(&self) -> usize {
        self.spec.iterations
    }

    fn is_done(&self) -> bool {
        self.converged || self.steps == self.spec.iterations
    }

    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop> {
        tick()?;
        let (gradient, hessian) = gradient_and_hessian(data, self.beta.view(), self.spec.ridge);
        let column = faer(gradient.view().insert_axis(Axis(1)));
        let step = Self::solve(&hessian, &column).ok_or_else(no_inverse)?;
        let step = Array1::from_shape_fn(gradient.len(), |i| step[(i, 0)]);
        tick()?;
        let (step, halvings) = self.damped(data, step);
        self.beta += &step;
        self.steps += 1;
        let size = largest(step.iter().copied());
        let bound = self.spec.tolerance * largest(self.beta.iter().copied()).max(1.0);
        self.converged = size <= bound;
        self.expect_not_separable(data, &step)?;
        Ok(Values::from([
            ("deviance".into(), deviance(data, self.beta.view())),
            ("step_norm".into(), step.dot(&step).sqrt()),
            ("halvings".into(), halvings as f64),
        ]))
    }

    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let z = x.dot(&self.beta.slice(s![1..])) + self.beta[0];
        z.mapv(sigmoid).insert_axis(Axis(1))
    }

    fn weights(&self) -> NamedTensors<f64> {
        let mut weights = NamedTensors::default();
        let weight = self.beta.slice(s![1..]).to_owned().insert_axis(Axis(0));
        weights.insert("weight", weight.into_dyn());
        weights.insert("bias", array![self.beta[0]].into_dyn());
        weights
    }

    fn state(&self) -> NamedTensors<f64> {
        let mut state = self.weights();
        let at = array![self.steps as f64, f64::from(u8::from(self.converged))];
        state.insert("steps, converged", at.into_dyn());
        state
    }

    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        let weight = state.expect("weight", &[1, self.beta.len() - 1])?;
        let bias = state.expect("bias", &[1])?[0];
        let at = state.expect("steps, converged", &[2])?;
        self.beta = [bias].into_iter().chain(weight.iter().copied()).collect();
        (self.steps, self.converged) = (at[0] as usize, at[1] != 0.0);
        Ok(())
    }

    /// Coefficients with their standard errors, and the deviances.
    fn findings(&self, data: &Data) -> Vec<Findings> {
        let (_, hessian) = gradient_and_hessian(data, self.beta.view(), self.spec.ridge);
        let identity = Mat::identity(self.beta.len(), self.beta.len());
        let covariance = Self::solve(&hessian, &identity);
        let error = |i: usize| covariance.as_ref().map_or(f64::NAN, |c| c[(i, i)].sqrt());
        let titles = ["estimate", "standard error", "z"];
        let mut coefficients = Findings::new("coefficient", &titles);
        let names = ["bias"]
            .into_iter()
            .chain(data.inputs.iter().map(String::as_str));
        for (i, (name, &beta)) in names.zip(&self.beta).enumerate() {
            coefficients = coefficients.row(name, &[beta, error(i), beta / error(i)]);
        }
        let deviances = Findings::new("model", &["deviance"])
            .row("this one", &[deviance(data, self.beta.view())])
            .row("bias alone", &[null_deviance(data)]);
        vec![coefficients, deviances]
    }

    fn warnings(&self, _: &Data) -> Vec<String> {
        let steps = self.steps;
        let told = (!self.converged).then(|| {
            format!(
                "it has not converged in {steps} steps: allow more of them in \
                 learner.newton.iterations"
            )
        });
        told.into_iter().collect()
    }

    /// At the optimum the gradient vanishes; H is minus the derivative of the gradient.
    fn proofs(&self, data: &Data) -> Vec<Proof> {
        let (gradient, hessian) = gradient_and_hessian(data, self.beta.view(), self.spec.ridge);
        let column = |j: usize| match j {
            0 => data.len() as f64,
            j => data.x.column(j - 1).iter().map(|x| x.abs()).sum(),
        };
        let relative = |(j, g): (usize, &f64)| g / column(j).max(f64::MIN_POSITIVE);
        let optimum = largest(gradient.iter().enumerate().map(relative));
        let differences = difference_of_hessian(data, self, &hessian);
        vec![
            Proof::within(
                "these data",
                "gradient at the optimum",
                Witness::Invariant,
                optimum,
                1e-9,
            ),
            Proof::within(
                "these data",
                "Hessian, from differences of the gradient",
                Witness::ClosedForm,
                differences,
                1e-6,
            ),
        ]
    }
}

/// How far H is from central differences of the gradient, relative to √(Hᵢᵢ Hⱼⱼ).
fn difference_of_hessian(data: &Data, at: &Newton, hessian: &Array2<f64>) -> f64 {
    let columns = (0..at.beta.len()).map(|j| {
        // A step that moves the outputs by about 1e-5.
        let h = 1e-5 * (data.len() as f64 / hessian[[j, j]].max(f64::MIN_POSITIVE)).sqrt();
        let gradient = |h: f64| {
            let mut beta = at.beta.clone();
            beta[j] += h;
            gradient_and_hessian(data, beta.view(), at.spec.ridge).0
        };
        let slope = (gradient(-h) - gradient(h)) / (2.0 * h);
        let apart = (0..at.beta.len()).map(|i| {
            let scale = (hessian[[i, i]] * hessian[[j, j]]).sqrt();
            (slope[i] - hessian[[i, j]]) / scale.max(f64::MIN_POSITIVE)
        });
        largest(apart)
    });
    largest(columns)
}

/// The deviance of the bias alone: p is the share of class 1.
fn null_deviance(data: &Data) -> f64 {
    let (all, ones) = (data.len() as f64, data.t.sum());
    let part = |n: f64| if n > 0.0 { n * (n / all).ln() } else { 0.0 };
    -2.0 * (part(ones) + part(all - ones))
}

fn no_inverse() -> Problem {
    let reason = "the matrix of second derivatives has no inverse any more: the data are separable, \
                  or nearly so, and the coefficients grow without bound";
    Problem::new("learner.newton.ridge", reason)
        .hint("set a ridge, such as 1, which keeps the coefficients small")
}

#[cfg(test)]
mod tests;
