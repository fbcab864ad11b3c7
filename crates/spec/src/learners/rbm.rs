//! `rbm`: a restricted Boltzmann machine.

use serde::{Deserialize, Serialize};

use super::{Coding, Learner, MOST_ENUMERATED};
use crate::Problem;
use crate::check::Checker;
use crate::experiment::DataShape;
use crate::link::Link;
use crate::measures::{Better, Measure};

/// Two layers of units without connections inside a layer; a pass is `report` epochs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RbmSpec {
    /// Hidden units.
    pub hidden: usize,
    /// What the inputs are.
    pub visible: Visible,
    /// Where the negative half of the gradient comes from.
    pub rule: Rule,
    /// What a Gibbs chain takes for its visible units.
    pub reconstruction: Reconstruction,
    /// η, for the mean gradient of a batch.
    pub learning_rate: f64,
    /// Momentum before and from the epoch `switch` on.
    pub momentum: [f64; 2],
    /// The first epoch with the second momentum, counted from 1.
    pub switch: usize,
    /// λ: λW is taken from the gradient of the weights, not of the biases.
    pub decay: f64,
    /// Samples of a batch.
    pub batch_size: usize,
    /// Epochs in all.
    pub epochs: usize,
    /// Epochs of a pass: after them everything is measured.
    pub report: usize,
    /// The standard deviation of the initial weights.
    pub initial: f64,
    /// Share of the samples that is not learned from, for the gap of the free energies; 0: no gap.
    pub held_back: f64,
    /// Gibbs steps of the pictures' fantasies.
    pub fantasy: usize,
    /// The annealed estimate of ln Z, where it is not exact.
    pub ais: AisSpec,
    /// Where the target is a class: softmax regression on the hidden probabilities.
    pub classifier: ClassifierSpec,
}

/// The visible units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visible {
    /// On or off; inputs between 0 and 1 are probabilities of being on.
    #[default]
    Bernoulli,
    /// Real numbers with variance 1 around their mean.
    Gaussian,
    /// Groups of so many units of which one is on: categories.
    Softmax(usize),
}

/// Where the negative half of the gradient comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// So many Gibbs steps from each sample: contrastive divergence.
    Cd(usize),
    /// So many Gibbs steps of chains that go on from batch to batch.
    Pcd(usize),
    /// The sum over all states; inputs or hidden units are at most 20.
    Exact,
}

/// What the visible units of a chain become in a Gibbs step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reconstruction {
    /// Samples.
    #[default]
    Sample,
    /// Their means: probabilities of Bernoulli and softmax units.
    Mean,
}

/// Annealed importance sampling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AisSpec {
    /// Runs; 0: no estimate.
    pub runs: usize,
    /// Steps from the base model to the machine.
    pub temperatures: usize,
}

/// Softmax regression.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClassifierSpec {
    /// λ: λ/2 |W|² is added to the summed loss; 1/C of scikit-learn.
    pub ridge: f64,
    /// Steps of L-BFGS at most.
    pub iterations: usize,
}

impl Default for AisSpec {
    fn default() -> Self {
        Self {
            runs: 100,
            temperatures: 1000,
        }
    }
}

impl Default for ClassifierSpec {
    fn default() -> Self {
        Self {
            ridge: 1.0,
            iterations: 1000,
        }
    }
}

impl Default for RbmSpec {
    fn default() -> Self {
        Self {
            hidden: 100,
            visible: Visible::default(),
            rule: Rule::Cd(1),
            reconstruction: Reconstruction::default(),
            learning_rate: 0.1,
            momentum: [0.5, 0.9],
            switch: 6,
            decay: 0.0002,
            batch_size: 100,
            epochs: 10,
            report: 1,
            initial: 0.01,
            held_back: 0.0,
            fantasy: 200,
            ais: AisSpec::default(),
            classifier: ClassifierSpec::default(),
        }
    }
}

impl RbmSpec {
    fn check_rule(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let reason = "without a Gibbs step both halves of the gradient are the same: 1 or more";
        match self.rule {
            Rule::Cd(steps) => checker.require("rule.cd", steps > 0, reason),
            Rule::Pcd(steps) => checker.require("rule.pcd", steps > 0, reason),
            Rule::Exact => Ok(()),
        }
    }

    /// Finds what so many inputs cannot be for the visible units and the rule. Where the target is
    /// a class that is seen with the data.
    ///
    /// # Errors
    /// With its key.
    pub fn expect_inputs(&self, inputs: usize) -> Result<(), Problem> {
        let checker = Checker::new("learner.rbm");
        if let Visible::Softmax(size) = self.visible
            && !inputs.is_multiple_of(size)
        {
            let reason = format!("{inputs} inputs are not divided into groups of {size}");
            let hint = "a size that divides the number of inputs";
            return Err(Problem::new(checker.field("visible.softmax"), reason).hint(hint));
        }
        let few = match self.visible {
            Visible::Bernoulli => inputs.min(self.hidden),
            Visible::Gaussian | Visible::Softmax(_) => self.hidden,
        };
        if self.rule == Rule::Exact && few > MOST_ENUMERATED {
            let reason = format!("the exact gradient is a sum over 2^{few} states, too many");
            let hint = "at most 20 hidden units (or Bernoulli inputs), or rule = { cd = 1 }";
            return Err(Problem::new(checker.field("rule"), reason).hint(hint));
        }
        Ok(())
    }
}

impl Learner for RbmSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let units = (1..=100_000).contains(&self.hidden);
        checker.require("hidden", units, "1 to 100000 hidden units")?;
        let groups = !matches!(self.visible, Visible::Softmax(0 | 1));
        checker.require("visible.softmax", groups, "a group has 2 units or more")?;
        self.check_rule(checker)?;
        checker.positive("learning_rate", self.learning_rate)?;
        for momentum in self.momentum {
            checker.below_one("momentum", momentum)?;
        }
        checker.not_negative("decay", self.decay)?;
        checker.not_negative("initial", self.initial)?;
        checker.below_one("held_back", self.held_back)?;
        checker.require("batch_size", self.batch_size > 0, "1 sample or more")?;
        checker.require("epochs", self.epochs > 0, "1 epoch or more")?;
        checker.require("report", self.report > 0, "1 epoch or more")?;
        let fine = self.ais.runs == 0 || self.ais.temperatures > 0;
        checker.require("ais.temperatures", fine, "1 step or more, or no runs")?;
        checker.not_negative("classifier.ridge", self.classifier.ridge)?;
        let fine = self.classifier.iterations > 0;
        checker.require("classifier.iterations", fine, "1 step or more")
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Identity)
    }

    fn coding(&self, checker: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem> {
        match data.classes {
            // What the inputs are is seen with the data.
            Some(_) => Ok(Coding::OneHot),
            None => {
                Coding::input(checker, data)?;
                self.expect_inputs(data.targets)?;
                Ok(Coding::Real)
            }
        }
    }

    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::of_learner("reconstruction_error", Some(Better::Lower)),
            Measure::of_learner("pseudo_likelihood", Some(Better::Higher)),
            Measure::of_learner("log_likelihood", Some(Better::Higher)),
            Measure::of_learner("free_energy_gap", None),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<String> {
        let spec: RbmSpec = toml::from_str(text).unwrap();
        let found = spec.check(&Checker::new("learner.rbm"));
        let found = found.and_then(|()| spec.expect_inputs(64));
        found
            .err()
            .map(|problem| format!("{}: {}", problem.key, problem.reason))
    }

    #[test]
    fn settings_that_cannot_be_are_refused_with_their_key() {
        assert_eq!(problem(""), None);
        assert_eq!(
            problem("rule = { cd = 0 }").unwrap(),
            "learner.rbm.rule.cd: without a Gibbs step both halves of the gradient are the same: \
             1 or more"
        );
        for (text, key) in [
            ("rule = { pcd = 0 }", "rule.pcd"),
            ("rule = \"exact\"", "rule"),
            ("visible = { softmax = 1 }", "visible.softmax"),
            ("visible = { softmax = 7 }", "visible.softmax"),
            ("learning_rate = 0.0", "learning_rate"),
            ("momentum = [0.5, 1.0]", "momentum"),
            ("held_back = 1.0", "held_back"),
            ("ais = { temperatures = 0 }", "ais.temperatures"),
            ("classifier = { ridge = -1.0 }", "classifier.ridge"),
        ] {
            let found = problem(text).unwrap_or_default();
            assert!(
                found.starts_with(&format!("learner.rbm.{key}: ")),
                "{text}: {found}"
            );
        }
        assert_eq!(problem("rule = \"exact\"\nhidden = 20"), None);
    }
}
