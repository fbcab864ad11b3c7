//! `training.optimizer`: the rule of the update.

use serde::{Deserialize, Serialize};

use crate::Problem;

/// The update of a parameter w with gradient g.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OptimizerSpec {
    /// w ← w − η g.
    Sgd {
        /// η.
        learning_rate: f64,
    },
    /// v ← μ v + g; w ← w − η v.
    Momentum {
        /// η.
        learning_rate: f64,
        /// μ.
        #[serde(default = "point_nine")]
        momentum: f64,
    },
    /// v ← μ v + g; w ← w − η (g + μ v).
    Nesterov {
        /// η.
        learning_rate: f64,
        /// μ.
        #[serde(default = "point_nine")]
        momentum: f64,
    },
    /// s ← s + g²; w ← w − η g / (√s + ε) (Duchi, Hazan & Singer 2011).
    #[serde(rename = "adagrad")]
    AdaGrad {
        /// η.
        learning_rate: f64,
        /// ε.
        #[serde(default = "epsilon")]
        epsilon: f64,
    },
    /// s ← ρ s + (1 − ρ) g²; w ← w − η g / (√s + ε) (Tieleman & Hinton 2012).
    #[serde(rename = "rmsprop")]
    RmsProp {
        /// η.
        learning_rate: f64,
        /// ρ.
        #[serde(default = "point_nine")]
        decay: f64,
        /// ε.
        #[serde(default = "epsilon")]
        epsilon: f64,
    },
    /// Adam (Kingma & Ba 2015, algorithm 1), ε outside the square root.
    Adam {
        /// η.
        learning_rate: f64,
        /// β₁.
        #[serde(default = "point_nine")]
        beta1: f64,
        /// β₂.
        #[serde(default = "beta2")]
        beta2: f64,
        /// ε.
        #[serde(default = "epsilon")]
        epsilon: f64,
    },
    /// Adam after w ← w − η λ w, on every parameter (Loshchilov & Hutter 2019).
    #[serde(rename = "adamw")]
    AdamW {
        /// η.
        learning_rate: f64,
        /// β₁.
        #[serde(default = "point_nine")]
        beta1: f64,
        /// β₂.
        #[serde(default = "beta2")]
        beta2: f64,
        /// ε.
        #[serde(default = "epsilon")]
        epsilon: f64,
        /// λ.
        #[serde(default = "weight_decay")]
        weight_decay: f64,
    },
    /// Resilient backpropagation (Riedmiller & Braun 1993): only the sign of g counts. Each step Δ
    /// grows while the sign stays and shrinks when it changes; for full batches.
    Rprop {
        /// Δ at first.
        learning_rate: f64,
        /// η⁻: factor after a change of sign.
        #[serde(default = "half")]
        decrease: f64,
        /// η⁺: factor while the sign stays.
        #[serde(default = "rprop_increase")]
        increase: f64,
        /// Smallest Δ.
        #[serde(default = "rprop_smallest")]
        smallest: f64,
        /// Largest Δ.
        #[serde(default = "rprop_largest")]
        largest: f64,
    },
    /// Quickprop (Fahlman 1988): a jump to the minimum of the parabola through two gradients; for
    /// full batches.
    Quickprop {
        /// η of the gradient term.
        learning_rate: f64,
        /// μ: a step is at most so many times the one before.
        #[serde(default = "quickprop_growth")]
        growth: f64,
    },
    /// Stochastic diagonal Levenberg-Marquardt (LeCun et al. 1998, appendix C):
    /// w ← w − η / (μ + h) g with the curvature h of each weight, estimated on some training samples
    /// before each epoch.
    DiagonalLevenbergMarquardt {
        /// η.
        learning_rate: f64,
        /// μ.
        #[serde(default = "sdlm_mu")]
        mu: f64,
        /// Samples on which h is estimated.
        #[serde(default = "sdlm_samples")]
        samples: usize,
    },
}

impl OptimizerSpec {
    /// Numbers that the rule remembers of each parameter.
    pub fn state_per_parameter(&self) -> usize {
        match self {
            Self::Sgd { .. } => 0,
            Self::Momentum { .. }
            | Self::Nesterov { .. }
            | Self::AdaGrad { .. }
            | Self::RmsProp { .. }
            | Self::DiagonalLevenbergMarquardt { .. } => 1,
            Self::Adam { .. }
            | Self::AdamW { .. }
            | Self::Rprop { .. }
            | Self::Quickprop { .. } => 2,
        }
    }

    /// Its name in a config.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sgd { .. } => "sgd",
            Self::Momentum { .. } => "momentum",
            Self::Nesterov { .. } => "nesterov",
            Self::AdaGrad { .. } => "adagrad",
            Self::RmsProp { .. } => "rmsprop",
            Self::Adam { .. } => "adam",
            Self::AdamW { .. } => "adamw",
            Self::Rprop { .. } => "rprop",
            Self::Quickprop { .. } => "quickprop",
            Self::DiagonalLevenbergMarquardt { .. } => "diagonal_levenberg_marquardt",
        }
    }

    /// η, or what stands in its place.
    pub fn learning_rate(&self) -> f64 {
        match *self {
            Self::Sgd { learning_rate }
            | Self::Momentum { learning_rate, .. }
            | Self::Nesterov { learning_rate, .. }
            | Self::AdaGrad { learning_rate, .. }
            | Self::RmsProp { learning_rate, .. }
            | Self::Adam { learning_rate, .. }
            | Self::AdamW { learning_rate, .. }
            | Self::Rprop { learning_rate, .. }
            | Self::Quickprop { learning_rate, .. }
            | Self::DiagonalLevenbergMarquardt { learning_rate, .. } => learning_rate,
        }
    }

    /// Samples whose curvature is estimated before each epoch, if the rule asks for it.
    pub fn curvature_samples(&self) -> Option<usize> {
        match *self {
            Self::DiagonalLevenbergMarquardt { samples, .. } => Some(samples),
            _ => None,
        }
    }

    /// Finds impossible values.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        for (name, value, range) in self.settings() {
            let (fine, expected) = match range {
                Range::Positive => (value > 0.0 && value.is_finite(), "above 0"),
                Range::BelowOne => ((0.0..1.0).contains(&value), "0 or more and below 1"),
                Range::AboveOne => (value > 1.0 && value.is_finite(), "above 1"),
            };
            if !fine {
                let key = format!("training.optimizer.{}.{name}", self.kind());
                let what = match name {
                    "samples" => "number of samples".into(),
                    "smallest" | "largest" => format!("{name} step"),
                    _ => name.replace('_', " "),
                };
                let reason = format!("{value} is not a possible {what}");
                return Err(Problem::new(key, reason).hint(expected));
            }
        }
        if let Self::Rprop {
            smallest, largest, ..
        } = *self
            && smallest > largest
        {
            let reason = format!("{smallest} is more than the largest step, {largest}");
            let key = "training.optimizer.rprop.smallest";
            return Err(Problem::new(key, reason).hint("at most largest"));
        }
        Ok(())
    }

    /// Every setting with its name and what it may be.
    fn settings(&self) -> Vec<(&'static str, f64, Range)> {
        use Range::{AboveOne, BelowOne, Positive};
        let mut settings = vec![("learning_rate", self.learning_rate(), Positive)];
        match *self {
            Self::Sgd { .. } => {}
            Self::Momentum { momentum, .. } | Self::Nesterov { momentum, .. } => {
                settings.push(("momentum", momentum, BelowOne));
            }
            Self::AdaGrad { epsilon, .. } => settings.push(("epsilon", epsilon, Positive)),
            Self::RmsProp { decay, epsilon, .. } => {
                settings.push(("decay", decay, BelowOne));
                settings.push(("epsilon", epsilon, Positive));
            }
            Self::Adam {
                beta1,
                beta2,
                epsilon,
                ..
            }
            | Self::AdamW {
                beta1,
                beta2,
                epsilon,
                ..
            } => {
                settings.push(("beta1", beta1, BelowOne));
                settings.push(("beta2", beta2, BelowOne));
                settings.push(("epsilon", epsilon, Positive));
                if let Self::AdamW { weight_decay, .. } = *self {
                    settings.push(("weight_decay", weight_decay, BelowOne));
                }
            }
            Self::Rprop {
                decrease,
                increase,
                smallest,
                largest,
                ..
            } => {
                settings.push(("decrease", decrease, BelowOne));
                settings.push(("increase", increase, AboveOne));
                settings.push(("smallest", smallest, Positive));
                settings.push(("largest", largest, Positive));
            }
            Self::Quickprop { growth, .. } => settings.push(("growth", growth, AboveOne)),
            Self::DiagonalLevenbergMarquardt { mu, samples, .. } => {
                settings.push(("mu", mu, Positive));
                settings.push(("samples", samples as f64, Positive));
            }
        }
        settings
    }
}

enum Range {
    Positive,
    BelowOne,
    AboveOne,
}

fn point_nine() -> f64 {
    0.9
}

fn half() -> f64 {
    0.5
}

fn beta2() -> f64 {
    0.999
}

fn epsilon() -> f64 {
    1e-8
}

fn weight_decay() -> f64 {
    0.01
}

fn rprop_increase() -> f64 {
    1.2
}

fn rprop_smallest() -> f64 {
    1e-6
}

fn rprop_largest() -> f64 {
    50.0
}

fn quickprop_growth() -> f64 {
    1.75
}

fn sdlm_mu() -> f64 {
    0.02
}

fn sdlm_samples() -> usize {
    500
}
