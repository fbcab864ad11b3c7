//! `boltzmann`: stochastic binary units whose states have the probability of their energy.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Coding, Learner};
use crate::Problem;
use crate::check::{Checker, is_positive};
use crate::experiment::DataShape;
use crate::measures::{Better, Measure};

/// With more units nobody looks at all 2ⁿ states.
pub const MOST_ENUMERATED: usize = 20;
/// With more hidden units that see each other the codes are not searched one by one.
const MOST_COUPLED: usize = 12;
/// More units than this have more weights than anybody waits for.
const MOST_UNITS: usize = 1000;

/// A Boltzmann machine; a pass is one cycle of its rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BoltzmannSpec {
    /// Hidden units.
    pub hidden: usize,
    /// Which units see each other.
    pub connect: Connect,
    /// T at which the statistics are taken.
    pub temperature: f64,
    /// Where the probabilities that two units are on together come from.
    pub statistics: Statistics,
    /// What a weight gains of p − p′.
    pub update: WeightUpdate,
    /// The size of a step: of each weight by `sign`, for a difference of 1 by `gradient`.
    pub step: f64,
    /// Cycles at most.
    pub cycles: usize,
    /// It ends when the codes of the vectors have differed for so many cycles in a row; 0: never.
    pub differ_for: usize,
    /// Hidden units in which each two codes must differ.
    pub differ_by: usize,
    /// A safetensors file with `weight` and `bias`, such as a record has, to begin with in place of
    /// 0. Looked up beside the config, then in the current folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_parameters: Option<PathBuf>,
}

/// The weights there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connect {
    /// The inputs are two groups of equal size. Each is fully connected inside and to the hidden
    /// units; the groups do not see each other, nor do the hidden units.
    #[default]
    Encoder,
    /// Each unit to every other.
    Full,
    /// Each input to each hidden unit, and nothing else.
    Restricted,
}

/// How a weight follows p − p′.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightUpdate {
    /// By a step of fixed size in its direction, as the paper has it.
    #[default]
    Sign,
    /// In proportion to it.
    Gradient,
}

/// Where the statistics come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Statistics {
    /// Samples of simulated annealings.
    Annealing(AnnealingSpec),
    /// The sum over all states of at most 20 units.
    Exact,
}

impl Default for Statistics {
    fn default() -> Self {
        Self::Annealing(AnnealingSpec::default())
    }
}

/// Annealings from a random state; in a unit of time as many units are probed, drawn at random, as
/// are free.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnnealingSpec {
    /// Units of time and their temperature, one after the other.
    pub schedule: Vec<(usize, f64)>,
    /// Units of time at `temperature` in which statistics are taken.
    pub time: usize,
    /// How often in that time the state is looked at.
    pub samples: usize,
    /// How often each vector is clamped in a cycle; the free machine is annealed as often.
    pub presentations: usize,
    /// Probability that a 1 of a clamped vector is shown as 0, and a 0 as 1.
    pub noise: [f64; 2],
    /// Noise in so many first cycles only; none: in all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noisy_cycles: Option<usize>,
}

impl Default for AnnealingSpec {
    fn default() -> Self {
        Self {
            schedule: vec![(2, 20.0), (2, 15.0), (2, 12.0), (4, 10.0)],
            time: 10,
            samples: 5,
            presentations: 2,
            noise: [0.15, 0.05],
            noisy_cycles: None,
        }
    }
}

impl Default for BoltzmannSpec {
    fn default() -> Self {
        Self {
            hidden: 2,
            connect: Connect::default(),
            temperature: 10.0,
            statistics: Statistics::default(),
            update: WeightUpdate::default(),
            step: 2.0,
            cycles: 4000,
            differ_for: 1,
            differ_by: 1,
            initial_parameters: None,
        }
    }
}

impl AnnealingSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        for &(time, temperature) in &self.schedule {
            let fine = is_positive(temperature);
            checker.named(("schedule", "temperature"), temperature, fine, "above 0")?;
            checker.require(
                "schedule",
                time > 0,
                "each temperature needs 1 unit of time or more",
            )?;
        }
        checker.require("presentations", self.presentations > 0, "1 or more")?;
        checker.require("time", self.time > 0, "1 unit of time or more")?;
        let fine = self.samples > 0 && self.time.is_multiple_of(self.samples);
        let reason = "the units of time must be a multiple of the samples taken in them";
        checker.require("samples", fine, reason)?;
        let mut noise = self.noise.iter();
        noise.try_for_each(|&noise| checker.share("noise", noise))
    }
}

impl Learner for BoltzmannSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let units = (1..=MOST_UNITS).contains(&self.hidden);
        checker.require("hidden", units, "1 to 1000 hidden units")?;
        let coupled = self.connect == Connect::Full && self.hidden > MOST_COUPLED;
        let reason = "hidden units that see each other are at most 12: their codes are searched one \
                      by one";
        checker.require("hidden", !coupled, reason)?;
        checker.positive("temperature", self.temperature)?;
        checker.positive("step", self.step)?;
        checker.require(
            "cycles",
            (1..=10_000_000).contains(&self.cycles),
            "1 to 10000000 cycles",
        )?;
        let fine = (1..=self.hidden).contains(&self.differ_by);
        checker.require(
            "differ_by",
            fine,
            "1 hidden unit or more, and not more than there are",
        )?;
        match &self.statistics {
            Statistics::Exact => Ok(()),
            Statistics::Annealing(annealing) => {
                annealing.check(&Checker::new(&checker.field("statistics.annealing")))
            }
        }
    }

    fn coding(&self, checker: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem> {
        Coding::input(checker, data)?;
        let units = data.targets + self.hidden;
        if self.statistics == Statistics::Exact && units > MOST_ENUMERATED {
            let reason = format!(
                "{} inputs and {} hidden units have 2^{units} states, too many to look at each",
                data.targets, self.hidden
            );
            let hint = "at most 20 units together, or statistics = { annealing = {} }";
            return Err(Problem::new(checker.field("statistics"), reason).hint(hint));
        }
        if units > MOST_UNITS {
            let reason = format!("{units} units would each be probed many times in a cycle");
            return Err(Problem::new(checker.key, reason).hint("at most 1000 units together"));
        }
        if self.connect == Connect::Encoder && !data.targets.is_multiple_of(2) {
            let reason = format!(
                "{} inputs are no two groups of equal size, as an encoder has them",
                data.targets
            );
            let hint = "an even number of inputs, or connect = \"full\" or \"restricted\"";
            return Err(Problem::new(checker.field("connect"), reason).hint(hint));
        }
        Ok(Coding::Real)
    }

    fn initial_parameters(&self) -> Option<&Path> {
        self.initial_parameters.as_deref()
    }

    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::of_learner("g", Some(Better::Lower)),
            Measure::of_learner("codes", Some(Better::Higher)),
            Measure {
                unit: Some("share".into()),
                ..Measure::of_learner("completed", Some(Better::Higher))
            },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with these settings for so many inputs.
    fn problem(of: impl FnOnce(&mut BoltzmannSpec), inputs: usize) -> Option<String> {
        let mut spec = BoltzmannSpec::default();
        of(&mut spec);
        let data = DataShape {
            samples: 4,
            classes: None,
            targets: inputs,
            positions: 1,
            class_sizes: Vec::new(),
            padded: false,
        };
        let checker = Checker::new("learner.boltzmann");
        let coded = spec
            .check(&checker)
            .and_then(|()| spec.coding(&checker, &data));
        coded
            .err()
            .map(|problem| format!("{}: {}", problem.key, problem.reason))
    }

    fn annealing(of: impl FnOnce(&mut AnnealingSpec)) -> Option<String> {
        let mut annealing = AnnealingSpec::default();
        of(&mut annealing);
        problem(|spec| spec.statistics = Statistics::Annealing(annealing), 8)
    }

    #[test]
    fn settings_that_cannot_be_are_refused_with_their_key() {
        assert_eq!(problem(|_| (), 8), None);
        let found = annealing(|annealing| annealing.schedule[1].1 = 0.0).unwrap();
        let key = "learner.boltzmann.statistics.annealing.schedule";
        assert_eq!(found, format!("{key}: 0 is not a possible temperature"));
        assert!(annealing(|annealing| annealing.samples = 3).is_some());
        assert!(annealing(|annealing| annealing.noise[1] = 1.5).is_some());
        assert!(problem(|spec| spec.temperature = -1.0, 8).is_some());
        assert!(problem(|spec| spec.differ_by = 3, 8).is_some());
        assert_eq!(
            problem(
                |spec| (spec.statistics, spec.hidden) = (Statistics::Exact, 13),
                8
            )
            .unwrap(),
            "learner.boltzmann.statistics: 8 inputs and 13 hidden units have 2^21 states, too \
             many to look at each"
        );
        assert_eq!(
            problem(|_| (), 7).unwrap(),
            "learner.boltzmann.connect: 7 inputs are no two groups of equal size, as an encoder \
             has them"
        );
        assert_eq!(
            problem(|_| (), 1).unwrap(),
            "learner.boltzmann: it learns how its inputs are distributed, and the target is a \
             single number"
        );
    }

    #[test]
    fn a_config_names_only_what_differs_and_comes_back_as_it_was() {
        let text = "hidden = 3\nstatistics = { annealing = { schedule = [[1, 5], [2, 2.5]] } }";
        let spec: BoltzmannSpec = toml::from_str(text).unwrap();
        let Statistics::Annealing(annealing) = &spec.statistics else {
            panic!("an annealing");
        };
        assert_eq!(annealing.schedule, [(1, 5.0), (2, 2.5)]);
        assert_eq!((annealing.time, spec.step), (10, 2.0));
        let again = toml::to_string(&spec).unwrap();
        assert_eq!(toml::from_str::<BoltzmannSpec>(&again).unwrap(), spec);
        let exact: BoltzmannSpec = toml::from_str("statistics = \"exact\"").unwrap();
        assert_eq!(exact.statistics, Statistics::Exact);
    }
}
