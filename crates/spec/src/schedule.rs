//! `training.schedule`: how the learning rate changes.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use crate::Problem;

/// A factor of the optimiser's learning rate η, or, for `epochs`, the rate itself. With
/// e the epoch from 0, s the update from 0 and S the number of updates of the whole training.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ScheduleSpec {
    /// η.
    #[default]
    Constant,
    /// η · factor^⌊e / every⌋.
    Step {
        /// Epochs between two changes.
        every: usize,
        /// What the rate is multiplied by.
        factor: f64,
    },
    /// η · factorᵉ.
    Exponential {
        /// What the rate is multiplied by after each epoch.
        factor: f64,
    },
    /// η / (1 + decay · e).
    InverseTime {
        /// How fast the rate falls.
        decay: f64,
    },
    /// η · (minimum + (1 − minimum) · (1 + cos(π s / S)) / 2) (Loshchilov & Hutter 2017).
    Cosine {
        /// The factor at the end.
        #[serde(default)]
        minimum: f64,
    },
    /// From η · start up to η in the first `rise` of the training and down to η · end in the rest,
    /// both along half a cosine (Smith & Topin 2019).
    OneCycle {
        /// The factor at the beginning.
        #[serde(default = "one_cycle_start")]
        start: f64,
        /// The share of the updates in which the rate rises.
        #[serde(default = "one_cycle_rise")]
        rise: f64,
        /// The factor at the end.
        #[serde(default = "one_cycle_end")]
        end: f64,
    },
    /// A list of `[epochs, learning rate]`: so many epochs at that rate, then the next; the last
    /// rate stays. As LeCun et al. 1998: `[[2, 5e-4], [3, 2e-4], ...]`.
    Epochs(Vec<(usize, f64)>),
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

impl ScheduleSpec {
    /// The learning rate of an update, where the optimiser's is `eta`.
    pub fn learning_rate(&self, eta: f64, at: Position) -> f64 {
        let epoch = at.step / at.steps_per_epoch.max(1);
        let share = at.step as f64 / at.steps.max(1) as f64;
        let half_cosine = |from: f64, to: f64, share: f64| {
            to + (from - to) * (1.0 + (PI * share.clamp(0.0, 1.0)).cos()) / 2.0
        };
        match self {
            Self::Constant => eta,
            Self::Step { every, factor } => eta * factor.powi((epoch / every.max(&1)) as i32),
            Self::Exponential { factor } => eta * factor.powi(epoch as i32),
            Self::InverseTime { decay } => eta / (1.0 + decay * epoch as f64),
            Self::Cosine { minimum } => eta * half_cosine(1.0, *minimum, share),
            Self::OneCycle { start, rise, end } => {
                eta * match share < *rise {
                    true => half_cosine(*start, 1.0, share / rise),
                    false => half_cosine(1.0, *end, (share - rise) / (1.0 - rise)),
                }
            }
            Self::Epochs(list) => {
                let mut until = 0;
                let stage = list.iter().find(|(epochs, _)| {
                    until += epochs;
                    epoch < until
                });
                stage.or(list.last()).map_or(eta, |(_, rate)| *rate)
            }
        }
    }

    /// Finds impossible values.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let require = |kind: &str, field: &str, value: f64, fine: bool, expected: &str| {
            if fine {
                return Ok(());
            }
            let reason = format!("{value} is not a possible {field}");
            let key = format!("training.schedule.{kind}.{field}");
            Err(Problem::new(key, reason).hint(expected))
        };
        let factor = |kind: &str, field: &str, value: f64| {
            let fine = value > 0.0 && value <= 1.0;
            require(kind, field, value, fine, "above 0 and at most 1")
        };
        match self {
            Self::Constant => Ok(()),
            Self::Step { every, factor: f } => {
                if *every == 0 {
                    let key = "training.schedule.step.every";
                    let problem = Problem::new(key, "every 0 epochs is never");
                    return Err(problem.hint("1 or more"));
                }
                factor("step", "factor", *f)
            }
            Self::Exponential { factor: f } => factor("exponential", "factor", *f),
            Self::InverseTime { decay } => {
                let fine = *decay >= 0.0 && decay.is_finite();
                require("inverse_time", "decay", *decay, fine, "0 or more")
            }
            Self::Cosine { minimum } => {
                let fine = (0.0..=1.0).contains(minimum);
                require("cosine", "minimum", *minimum, fine, "0 to 1")
            }
            Self::OneCycle { start, rise, end } => {
                factor("one_cycle", "start", *start)?;
                let fine = *rise > 0.0 && *rise < 1.0;
                require("one_cycle", "rise", *rise, fine, "above 0 and below 1")?;
                let fine = (0.0..=1.0).contains(end);
                require("one_cycle", "end", *end, fine, "0 to 1")
            }
            Self::Epochs(list) => {
                let fine =
                    |(epochs, rate): &(usize, f64)| *epochs > 0 && *rate > 0.0 && rate.is_finite();
                if !list.is_empty() && list.iter().all(fine) {
                    return Ok(());
                }
                let reason = "each entry is [epochs, learning rate], both above 0";
                Err(Problem::new("training.schedule.epochs", reason)
                    .hint("for example [[2, 5e-4], [3, 2e-4]]"))
            }
        }
    }
}

fn one_cycle_start() -> f64 {
    0.04
}

fn one_cycle_rise() -> f64 {
    0.3
}

fn one_cycle_end() -> f64 {
    1e-4
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
        let every_third = ScheduleSpec::Step {
            every: 3,
            factor: 0.1,
        };
        rates(every_third, [0, 29, 30, 60], [0.5, 0.5, 0.05, 0.005]);
        let exponential = ScheduleSpec::Exponential { factor: 0.5 };
        rates(exponential, [0, 9, 10, 25], [0.5, 0.5, 0.25, 0.125]);
        let inverse = ScheduleSpec::InverseTime { decay: 1.0 };
        rates(inverse, [0, 10, 20], [0.5, 0.25, 0.5 / 3.0]);
        let cosine = ScheduleSpec::Cosine { minimum: 0.2 };
        rates(cosine, [0, 50, 100], [0.5, 0.3, 0.1]);
        let one_cycle = ScheduleSpec::OneCycle {
            start: 0.1,
            rise: 0.2,
            end: 0.0,
        };
        rates(
            one_cycle,
            [0, 10, 20, 60, 100],
            [0.05, 0.275, 0.5, 0.25, 0.0],
        );
        let list = ScheduleSpec::Epochs(vec![(2, 5e-4), (3, 2e-4), (1, 1e-5)]);
        rates(
            list,
            [0, 19, 20, 49, 50, 99],
            [5e-4, 5e-4, 2e-4, 2e-4, 1e-5, 1e-5],
        );
    }
}
