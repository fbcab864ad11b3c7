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
//! from β = 0 (or from what a file has), where each x has a 1 in front for the bias. −H is the
//! second derivative of ℓ, which is concave: near the optimum each step doubles the digits that are
//! right. Far from it a step may be too long; it is halved until ℓ grows. A ridge takes λ/2 |w|²
//! from ℓ, so λw from the gradient, and adds λ to the diagonal of H; the bias is left out of it.
//!
//! At the optimum H⁻¹ is the covariance of the coefficients: the roots of its diagonal are their
//! standard errors. The deviance is −2ℓ. Of three classes or more each is told from the rest by a β
//! of its own, and the class with the largest p wins. Where a plane separates the classes ℓ has no
//! optimum, for a longer β is always better: that is found out and told.
//!
//! | | shape |
//! |---|---|
//! | x, t | `[N, D]`, `[N, K]` of 0 and 1, K = 1 of two classes |
//! | β | `[D + 1, K]`, the bias first |
//! | H | `[D + 1, D + 1]` for each of K |
//! | `weight`, `bias` | `[K, D]`, `[K]` |
//!
//! Source: P. McCullagh, J. A. Nelder, *Generalized Linear Models*, 1989; separation: A. Albert, J.
//! A. Anderson, Biometrika 71 (1984).

mod found;
mod likelihood;
mod proofs;

use contract::{NamedTensors, TensorError};
use faer::{Mat, Side, linalg::solvers::Solve};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};
use spec::Problem;
use spec::learners::{Damping, NewtonSpec};
use spec::losses::LossSpec;
use spec::measures::Values;

use crate::linear_algebra::faer;
use crate::proof::largest;
use crate::{Data, Findings, Learner, Objective, Proof, Stop, Tick};
pub use likelihood::Likelihood;
use likelihood::{expect_independent, sigmoid};
pub use proofs::proofs;

/// A step is halved so often at most: then it is nothing but rounding.
const HALVINGS: usize = 60;

/// Logistic regressions on their way to the optimum.
pub struct Newton {
    spec: NewtonSpec,
    /// `[D + 1, K]`, the bias first.
    beta: Array2<f64>,
    /// Steps so far.
    steps: usize,
    /// Which of the K have converged.
    converged: Vec<bool>,
}

/// What came of a step.
struct Taken {
    /// The step, after halving.
    step: Array1<f64>,
    halvings: usize,
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
        let outputs = data.t.ncols();
        Ok(Self {
            spec: spec.clone(),
            beta: Array2::zeros((data.x.ncols() + 1, outputs)),
            steps: 0,
            converged: vec![false; outputs],
        })
    }

    /// The likelihood of each β, with it.
    fn each<'a>(
        &'a self,
        data: &'a Data,
    ) -> impl Iterator<Item = (Likelihood<'a>, ArrayView1<'a, f64>)> {
        let betas = self.beta.columns().into_iter().enumerate();
        betas.map(|(output, beta)| (Likelihood::of(data, output, self.spec.ridge), beta))
    }

    /// H⁻¹ b; none where H has no inverse any more.
    fn solve(hessian: &Array2<f64>, b: &Mat<f64>) -> Option<Mat<f64>> {
        let cholesky = faer(hessian.view()).llt(Side::Lower).ok()?;
        Some(cholesky.solve(b))
    }

    /// One step of the regression of one output.
    fn step(&mut self, data: &Data, output: usize) -> Result<Taken, Problem> {
        let likelihood = Likelihood::of(data, output, self.spec.ridge);
        let beta = self.beta.column(output);
        let (gradient, hessian) = likelihood.gradient_and_hessian(beta);
        let column = faer(gradient.view().insert_axis(Axis(1)));
        let step = Self::solve(&hessian, &column).ok_or_else(no_inverse)?;
        let step = Array1::from_shape_fn(gradient.len(), |i| step[(i, 0)]);
        let taken = self.damped(likelihood, beta, step);
        let mut beta = self.beta.column_mut(output);
        beta += &taken.step;
        let size = largest(taken.step.iter().copied());
        let bound = self.spec.tolerance * largest(beta.iter().copied()).max(1.0);
        self.converged[output] = size <= bound;
        self.expect_not_separable(data, output, &taken.step)?;
        Ok(taken)
    }

    /// The step, halved until the likelihood grows.
    fn damped(
        &self,
        likelihood: Likelihood<'_>,
        beta: ArrayView1<'_, f64>,
        mut step: Array1<f64>,
    ) -> Taken {
        let before = likelihood.objective(beta);
        // At the optimum all that is left of a difference is rounding.
        let rounding = 1e-14 * before.abs();
        for halvings in 0..HALVINGS {
            let after = likelihood.objective((&beta + &step).view());
            if self.spec.damping == Damping::None || after <= before + rounding {
                return Taken { step, halvings };
            }
            step /= 2.0;
        }
        let halvings = HALVINGS;
        Taken { step, halvings }
    }

    /// A plane that leaves no sample on the wrong side, and some on the right one, makes the
    /// likelihood grow for ever.
    fn expect_not_separable(
        &self,
        data: &Data,
        output: usize,
        step: &Array1<f64>,
    ) -> Result<(), Problem> {
        if self.spec.ridge > 0.0 {
            return Ok(());
        }
        let (likelihood, beta) = (Likelihood::of(data, output, 0.0), self.beta.column(output));
        let strictly = likelihood.is_separated(beta, 0.0);
        // The first steps may lead anywhere.
        let weakly = || self.steps > 5 && likelihood.is_separated(step.view(), 1e-9);
        if !(strictly || weakly()) {
            return Ok(());
        }
        let of = match &data.outputs[..] {
            [_] => String::new(),
            outputs => format!("{} against the rest: ", outputs[output]),
        };
        let reason = match strictly {
            true => format!(
                "{of}the data are separable, so there is no finite optimum: after {} steps all \
                 samples are on the right side, and larger coefficients fit ever better (deviance \
                 {:.2e})",
                self.steps,
                likelihood.deviance(beta)
            ),
            false => format!(
                "{of}the data are separable but for samples on the boundary, so there is no finite \
                 optimum: larger coefficients fit ever better"
            ),
        };
        Err(Problem::new("learner.newton.ridge", reason)
            .hint("set a ridge, such as 1, which keeps the coefficients small"))
    }

    fn deviances(&self, data: &Data) -> Vec<f64> {
        let each = self.each(data);
        each.map(|(likelihood, beta)| likelihood.deviance(beta))
            .collect()
    }
}

impl Learner for Newton {
    fn passes(&self) -> usize {
        self.spec.iterations
    }

    fn is_done(&self) -> bool {
        self.converged.iter().all(|&converged| converged) || self.steps == self.spec.iterations
    }

    /// A step of each regression that has not converged.
    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop> {
        self.steps += 1;
        let (mut squares, mut halvings) = (0.0, 0);
        for output in 0..self.converged.len() {
            tick()?;
            if !self.converged[output] {
                let taken = self.step(data, output)?;
                squares += taken.step.dot(&taken.step);
                halvings += taken.halvings;
            }
        }
        Ok(Values::from([
            ("deviance".into(), self.deviances(data).iter().sum()),
            ("step_norm".into(), f64::sqrt(squares)),
            ("halvings".into(), halvings as f64),
        ]))
    }

    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let z = x.dot(&self.beta.slice(s![1.., ..])) + self.beta.row(0);
        z.mapv(sigmoid)
    }

    fn weights(&self) -> NamedTensors<f64> {
        let mut weights = NamedTensors::default();
        let weight = self
            .beta
            .slice(s![1.., ..])
            .t()
            .as_standard_layout()
            .into_owned();
        weights.insert("weight", weight.into_dyn());
        weights.insert("bias", self.beta.row(0).to_owned().into_dyn());
        weights
    }

    fn state(&self) -> NamedTensors<f64> {
        let mut state = self.weights();
        let converged = self
            .converged
            .iter()
            .map(|&converged| f64::from(u8::from(converged)));
        let at: Array1<f64> = [self.steps as f64].into_iter().chain(converged).collect();
        state.insert("steps, converged", at.into_dyn());
        state
    }

    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        let (rows, outputs) = self.beta.dim();
        let weight = state.expect("weight", &[outputs, rows - 1])?;
        let bias = state.expect("bias", &[outputs])?;
        let at = state.expect("steps, converged", &[1 + outputs])?;
        let value = |(i, k)| if i == 0 { bias[k] } else { weight[[k, i - 1]] };
        self.beta = Array2::from_shape_fn((rows, outputs), value);
        self.steps = at[0] as usize;
        self.converged = at
            .iter()
            .skip(1)
            .map(|&converged| converged != 0.0)
            .collect();
        Ok(())
    }

    fn findings(&self, data: &Data) -> Vec<Findings> {
        self.found(data)
    }

    fn objective(&self, data: &Data) -> Option<Objective> {
        let each = self.each(data);
        let hessians = each.map(|(likelihood, beta)| likelihood.gradient_and_hessian(beta).1);
        Some(Objective {
            x: data.x.clone(),
            loss: LossSpec::BinaryCrossEntropy,
            ridge: self.spec.ridge,
            hessians: hessians.collect(),
        })
    }

    fn warnings(&self, _: &Data) -> Vec<String> {
        let steps = self.steps;
        let told = self.converged.contains(&false).then(|| {
            format!(
                "it has not converged in {steps} steps: allow more of them in \
                 learner.newton.iterations"
            )
        });
        told.into_iter().collect()
    }

    fn proofs(&self, data: &Data) -> Vec<Proof> {
        self.hold(data)
    }
}

fn no_inverse() -> Problem {
    let reason = "the matrix of second derivatives has no inverse any more: the data are separable, \
                  or nearly so, and the coefficients grow without bound";
    Problem::new("learner.newton.ridge", reason)
        .hint("set a ridge, such as 1, which keeps the coefficients small")
}

#[cfg(test)]
mod tests;
