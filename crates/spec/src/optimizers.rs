//! `training.optimizer`: the rule of the update.
//!
//! Each rule is one file here: its settings, the checks of their values, and what it says of itself
//! through [`Optimizer`]. The list of [`OptimizerSpec`] has a line for each.

mod adagrad;
mod adam;
mod adamw;
mod diagonal_levenberg_marquardt;
mod momentum;
mod nesterov;
mod quickprop;
mod rmsprop;
mod rprop;
mod sgd;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;
use crate::register::register;

pub use adagrad::AdaGradSpec;
pub use adam::AdamSpec;
pub use adamw::{AdamWSpec, Decays};
pub use diagonal_levenberg_marquardt::DiagonalLevenbergMarquardtSpec;
pub use momentum::MomentumSpec;
pub use nesterov::NesterovSpec;
pub use quickprop::QuickpropSpec;
pub use rmsprop::RmsPropSpec;
pub use rprop::RpropSpec;
pub use sgd::SgdSpec;

/// What a rule of the update says of itself.
pub trait Optimizer {
    /// Finds impossible settings, the learning rate apart.
    ///
    /// # Errors
    /// The first of them, with its key.
    fn check(&self, _: &Checker<'_>) -> Result<(), Problem> {
        Ok(())
    }

    /// η, or what stands in its place.
    fn learning_rate(&self) -> f64;

    /// Numbers that it remembers of each parameter.
    fn state_per_parameter(&self) -> usize;

    /// Which parameters decay apart from their gradients, where some do.
    fn decays(&self) -> Decays {
        Decays::All
    }

    /// Samples whose curvature is estimated before each epoch, if it asks for that.
    fn curvature_samples(&self) -> Option<usize> {
        None
    }
}

register! {
    /// The update of a parameter w with gradient g.
    #[derive(Copy)]
    enum OptimizerSpec: Optimizer by optimizer;
    settings {
        /// w ← w − η g.
        Sgd(SgdSpec) => sgd,
        /// v ← μ v + g; w ← w − η v.
        Momentum(MomentumSpec) => momentum,
        /// v ← μ v + g; w ← w − η (g + μ v).
        Nesterov(NesterovSpec) => nesterov,
        /// s ← s + g²; w ← w − η g / (√s + ε) (Duchi, Hazan & Singer 2011).
        #[serde(rename = "adagrad")]
        AdaGrad(AdaGradSpec) => adagrad,
        /// s ← ρ s + (1 − ρ) g²; w ← w − η g / (√s + ε) (Tieleman & Hinton 2012).
        #[serde(rename = "rmsprop")]
        RmsProp(RmsPropSpec) => rmsprop,
        /// Adam (Kingma & Ba 2015, algorithm 1), ε outside the square root.
        Adam(AdamSpec) => adam,
        /// Adam after w ← w − η λ w, on every parameter or on matrices alone (Loshchilov & Hutter 2019).
        #[serde(rename = "adamw")]
        AdamW(AdamWSpec) => adamw,
        /// Resilient backpropagation (Riedmiller & Braun 1993): only the sign of g counts. Each
        /// step Δ grows while the sign stays and shrinks when it changes; for full batches.
        Rprop(RpropSpec) => rprop,
        /// Quickprop (Fahlman 1988): a jump to the minimum of the parabola through two gradients;
        /// for full batches.
        Quickprop(QuickpropSpec) => quickprop,
        /// Stochastic diagonal Levenberg-Marquardt (LeCun et al. 1998, appendix C):
        /// w ← w − η / (μ + h) g with the curvature h of each weight, estimated on some training
        /// samples before each epoch.
        DiagonalLevenbergMarquardt(DiagonalLevenbergMarquardtSpec) => diagonal_levenberg_marquardt,
    }
}

impl OptimizerSpec {
    /// η, or what stands in its place ([`Optimizer::learning_rate`]).
    pub fn learning_rate(&self) -> f64 {
        self.optimizer().learning_rate()
    }

    /// Numbers that it remembers of each parameter ([`Optimizer::state_per_parameter`]).
    pub fn state_per_parameter(&self) -> usize {
        self.optimizer().state_per_parameter()
    }

    /// Which parameters decay ([`Optimizer::decays`]).
    pub fn decays(&self) -> Decays {
        self.optimizer().decays()
    }

    /// Samples whose curvature is estimated ([`Optimizer::curvature_samples`]).
    pub fn curvature_samples(&self) -> Option<usize> {
        self.optimizer().curvature_samples()
    }

    /// Finds impossible settings of the rule that stands at this key.
    pub(crate) fn check(&self, key: &str) -> Result<(), Problem> {
        let key = format!("{key}.{}", self.kind());
        let checker = Checker::new(&key);
        checker.positive("learning_rate", self.learning_rate())?;
        self.optimizer().check(&checker)
    }
}

fn point_nine() -> f64 {
    0.9
}

fn beta2() -> f64 {
    0.999
}

fn epsilon() -> f64 {
    1e-8
}
