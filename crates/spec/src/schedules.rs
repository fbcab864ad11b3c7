//! `training.schedule`: how the learning rate changes.
//!
//! Each schedule is one file here: its settings, the checks of their values, and its formula behind
//! [`Schedule`]. The list of [`ScheduleSpec`] has a line for each.

mod constant;
mod cosine;
mod epochs;
mod exponential;
mod inverse_sqrt;
mod inverse_time;
mod one_cycle;
mod step;

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;
use crate::register::register;

pub use cosine::CosineSpec;
pub use epochs::EpochsSpec;
pub use exponential::ExponentialSpec;
pub use inverse_time::InverseTimeSpec;
pub use one_cycle::OneCycleSpec;
pub use step::StepSpec;

/// What a schedule says of itself.
pub trait Schedule {
    /// Finds impossible settings.
    ///
    /// # Errors
    /// The first of them, with its key.
    fn check(&self, _: &Checker<'_>) -> Result<(), Problem> {
        Ok(())
    }

    /// The learning rate of an update, where the optimiser's is `eta`.
    fn learning_rate(&self, eta: f64, at: Position) -> f64;

    /// Whether the learning rates are its own settings, in place of the optimiser's.
    fn has_rates(&self) -> bool {
        false
    }
}

register! {
    /// A factor of the optimiser's learning rate η, or, for `epochs`, the rate itself. With
    /// e the epoch from 0, s the update from 0 and S the number of updates of the whole training.
    #[derive(Default)]
    enum ScheduleSpec: Schedule by schedule;
    plain {
        /// η.
        #[default]
        Constant => constant,
    }
    settings {
        /// η · factor^⌊e / every⌋.
        Step(StepSpec) => step,
        /// η · factorᵉ.
        Exponential(ExponentialSpec) => exponential,
        /// η / (1 + decay · e).
        InverseTime(InverseTimeSpec) => inverse_time,
        /// η · (minimum + (1 − minimum) · (1 + cos(π s / S)) / 2) (Loshchilov & Hutter 2017).
        Cosine(CosineSpec) => cosine,
        /// From η · start up to η in the first `rise` of the training and down to η · end in the
        /// rest, both along half a cosine (Smith & Topin 2019).
        OneCycle(OneCycleSpec) => one_cycle,
        /// A list of `[epochs, learning rate]`: so many epochs at that rate, then the next; the
        /// last rate stays. As LeCun et al. 1998: `[[2, 5e-4], [3, 2e-4], ...]`.
        Epochs(EpochsSpec) => epochs,
    }
    plain {
        /// η / √t with the update t from 1 (Kingma & Ba 2015).
        InverseSqrt => inverse_sqrt,
    }
}

/// Where an update stands in a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Updates before it.
    pub step: usize,
    /// Updates of an epoch.
    pub steps_per_epoch: usize,
    /// Updates of the whole training.
    pub steps: usize,
}

impl Position {
    /// e: the epoch from 0.
    fn epoch(self) -> usize {
        self.step / self.steps_per_epoch.max(1)
    }

    /// s / S: the share of the training that is over.
    fn share(self) -> f64 {
        self.step as f64 / self.steps.max(1) as f64
    }
}

/// Half a cosine from one number to another, over shares from 0 to 1.
fn half_cosine(from: f64, to: f64, share: f64) -> f64 {
    to + (from - to) * (1.0 + (PI * share.clamp(0.0, 1.0)).cos()) / 2.0
}

impl ScheduleSpec {
    /// The learning rate of an update ([`Schedule::learning_rate`]).
    pub fn learning_rate(&self, eta: f64, at: Position) -> f64 {
        self.schedule().learning_rate(eta, at)
    }

    /// Finds impossible settings.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let key = format!("training.schedule.{}", self.kind());
        self.schedule().check(&Checker::new(&key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(schedule: &ScheduleSpec, step: usize) -> f64 {
        let at = Position {
            step,
            steps_per_epoch: 10,
            steps: 100,
        };
        schedule.learning_rate(0.5, at)
    }

    fn rates<const N: usize>(schedule: ScheduleSpec, steps: [usize; N], expected: [f64; N]) {
        for (step, expected) in steps.into_iter().zip(expected) {
            let rate = rate(&schedule, step);
            assert!(
                (rate - expected).abs() < 1e-12,
                "{schedule:?}, step {step}: {rate}, by hand {expected}"
            );
        }
    }

    #[test]
    fn schedules_by_hand() {
        rates(ScheduleSpec::Constant, [0, 99], [0.5, 0.5]);
        let every_third = ScheduleSpec::Step(StepSpec {
            every: 3,
            factor: 0.1,
        });
        rates(every_third, [0, 29, 30, 60], [0.5, 0.5, 0.05, 0.005]);
        let exponential = ScheduleSpec::Exponential(ExponentialSpec { factor: 0.5 });
        rates(exponential, [0, 9, 10, 25], [0.5, 0.5, 0.25, 0.125]);
        let inverse = ScheduleSpec::InverseTime(InverseTimeSpec { decay: 1.0 });
        rates(inverse, [0, 10, 20], [0.5, 0.25, 0.5 / 3.0]);
        rates(ScheduleSpec::InverseSqrt, [0, 3, 99], [0.5, 0.25, 0.05]);
        let cosine = ScheduleSpec::Cosine(CosineSpec { minimum: 0.2 });
        rates(cosine, [0, 50, 100], [0.5, 0.3, 0.1]);
        let one_cycle = ScheduleSpec::OneCycle(OneCycleSpec {
            start: 0.1,
            rise: 0.2,
            end: 0.0,
        });
        rates(
            one_cycle,
            [0, 10, 20, 60, 100],
            [0.05, 0.275, 0.5, 0.25, 0.0],
        );
        let list = EpochsSpec(vec![(2, 5e-4), (3, 2e-4), (1, 1e-5)]);
        rates(
            ScheduleSpec::Epochs(list),
            [0, 19, 20, 49, 50, 99],
            [5e-4, 5e-4, 2e-4, 2e-4, 1e-5, 1e-5],
        );
    }
}
