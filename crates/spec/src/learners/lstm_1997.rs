//! `lstm_1997`: long short-term memory as it was published, with its own online rule.

use serde::{Deserialize, Serialize};

use super::{Coding, Learner};
use crate::Problem;
use crate::check::Checker;
use crate::experiment::DataShape;
use crate::measures::{Better, Measure, Metric, Right};

/// Blocks of memory cells that learn from one sequence after the other. The default is experiment
/// 6a of the paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lstm1997Spec {
    /// Blocks of cells; those of a block share their gates.
    pub blocks: usize,
    /// Cells of each block.
    pub cells: usize,
    /// α, by which every change is multiplied.
    pub learning_rate: f64,
    /// Weights, and biases that nothing else is said of, begin evenly in −w to w.
    pub weights: f64,
    /// Who has a bias.
    pub biases: Vec<Unit>,
    /// Where the biases of the input gates begin, a number for each block. Empty: as weights do.
    pub input_gate_biases: Vec<f64>,
    /// Whether there are output gates; without them they are 1.
    pub output_gates: bool,
    /// Where the biases of the output gates begin.
    pub output_gate_biases: Vec<f64>,
    /// Where the biases of the forget gates begin (Gers, Schmidhuber & Cummins 2000). Empty: there
    /// are none, and nothing is forgotten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forget_gate_biases: Vec<f64>,
    /// Whose activations of the step before gates and cells see, besides the inputs.
    pub recurrent: Vec<Source>,
    /// Whether the output units see the inputs, too.
    #[serde(skip_serializing_if = "is_false")]
    pub inputs_to_outputs: bool,
    /// What squashes the input of a cell.
    pub g: Squashing,
    /// What squashes the state of a cell.
    pub h: Squashing,
    /// Sequences that the output units learn from alone, before the cells join them (experiment
    /// 2a).
    #[serde(skip_serializing_if = "is_zero")]
    pub cells_join_after: usize,
    /// What outputs are moved to.
    #[serde(skip_serializing_if = "Teacher::is_target")]
    pub teacher: Teacher,
    /// When outputs are right, held against the targets.
    pub right: Right,
    /// Of which steps the outputs are judged, where there is a target at each.
    #[serde(skip_serializing_if = "Judged::is_every")]
    pub judged: Judged,
    /// Whether a sequence is left at the first step that is wrong.
    #[serde(skip_serializing_if = "is_false")]
    pub leave_at_error: bool,
    /// When it has learned enough.
    pub stop: StopSpec,
    /// Sequences at most.
    pub most_sequences: usize,
}

/// Units that may have a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// All gates.
    Gates,
    /// The memory cells.
    Cells,
    /// The output units.
    Outputs,
}

/// What is fed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The outputs of all cells.
    Cells,
    /// The activations of all gates.
    Gates,
}

/// A squashing function, by the logistic function σ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Squashing {
    /// σ, from 0 to 1.
    #[serde(rename = "sigma")]
    Sigma,
    /// 2 σ − 1, from −1 to 1.
    #[serde(rename = "2 sigma - 1")]
    TwoSigma,
    /// 4 σ − 2, from −2 to 2.
    #[serde(rename = "4 sigma - 2")]
    FourSigma,
    /// x itself.
    #[serde(rename = "identity")]
    Identity,
}

/// What outputs are moved to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Teacher {
    /// The target.
    #[default]
    Target,
    /// The input of the next step, where there is one: that which came of all that might have come.
    NextInput,
}

impl Teacher {
    fn is_target(&self) -> bool {
        *self == Self::Target
    }
}

/// Steps whose outputs are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// Every step with a target.
    #[default]
    Every,
    /// The last one.
    Last,
}

impl Judged {
    fn is_every(&self) -> bool {
        *self == Self::Every
    }
}

/// When it has learned enough.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopSpec {
    /// By the latest training sequences, each as it was before it was learned from.
    Latest(LatestSpec),
    /// After a pass in which all test sequences are right.
    Test(TestedSpec),
    /// After a pass in which all sequences are right, those of training and of testing.
    All(TestedSpec),
}

/// A bound on the latest sequences.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatestSpec {
    /// How many.
    pub sequences: usize,
    /// At most so many of them are wrong.
    #[serde(default)]
    pub wrong: usize,
    /// Their mean absolute error is below this; none: whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_error: Option<f64>,
}

/// A bound on sequences that are not learned from meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestedSpec {
    /// Their mean absolute error is below this; none: whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_error: Option<f64>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Default for Lstm1997Spec {
    fn default() -> Self {
        Self {
            blocks: 2,
            cells: 2,
            learning_rate: 0.5,
            weights: 0.1,
            biases: vec![Unit::Gates, Unit::Cells, Unit::Outputs],
            input_gate_biases: vec![-2.0, -4.0],
            output_gates: true,
            output_gate_biases: Vec::new(),
            forget_gate_biases: Vec::new(),
            recurrent: vec![Source::Cells, Source::Gates],
            inputs_to_outputs: false,
            g: Squashing::FourSigma,
            h: Squashing::TwoSigma,
            cells_join_after: 0,
            teacher: Teacher::Target,
            right: Right::Within(0.3),
            judged: Judged::Every,
            leave_at_error: false,
            stop: StopSpec::Latest(LatestSpec {
                sequences: 2000,
                wrong: 0,
                mean_error: Some(0.1),
            }),
            most_sequences: 1_000_000,
        }
    }
}

impl Lstm1997Spec {
    /// Whether such units have a bias.
    pub fn has_bias(&self, unit: Unit) -> bool {
        self.biases.contains(&unit)
    }

    /// Biases that are given are of gates that are there, have a bias, and are one for each block.
    fn check_biases(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        for (field, biases) in [
            ("input_gate_biases", &self.input_gate_biases),
            ("output_gate_biases", &self.output_gate_biases),
            ("forget_gate_biases", &self.forget_gate_biases),
        ] {
            if biases.is_empty() {
                continue;
            }
            let refuse = |reason: String, hint: &str| {
                Err(Problem::new(checker.field(field), reason).hint(hint))
            };
            if biases.len() != self.blocks {
                let (numbers, blocks) = (biases.len(), self.blocks);
                return refuse(
                    format!(
                        "{numbers} biases for {blocks} blocks, each of which has one such gate"
                    ),
                    "give one number for each block",
                );
            }
            if let Some(wrong) = biases.iter().find(|bias| !bias.is_finite()) {
                return refuse(format!("{wrong} is not a possible bias"), "a finite number");
            }
            if !self.has_bias(Unit::Gates) {
                let hint = "add \"gates\" to biases, or leave them out";
                return refuse("gates have no bias here".into(), hint);
            }
        }
        let fine = self.output_gates || self.output_gate_biases.is_empty();
        let reason = "there are no output gates: leave it out, or set output_gates = true";
        checker.require("output_gate_biases", fine, reason)
    }

    fn check_stop(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let (kind, mean_error) = match self.stop {
            StopSpec::Latest(latest) => ("stop.latest", latest.mean_error),
            StopSpec::Test(tested) => ("stop.test", tested.mean_error),
            StopSpec::All(tested) => ("stop.all", tested.mean_error),
        };
        let key = checker.field(kind);
        let checker = Checker::new(&key);
        if let StopSpec::Latest(LatestSpec {
            sequences, wrong, ..
        }) = self.stop
        {
            let reason = "1 to 1000000 sequences";
            checker.require("sequences", (1..=1_000_000).contains(&sequences), reason)?;
            let reason = "fewer than the sequences that are counted";
            checker.require("wrong", wrong < sequences, reason)?;
        }
        match mean_error {
            Some(bound) => checker.positive("mean_error", bound),
            None => Ok(()),
        }
    }
}

impl Learner for Lstm1997Spec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        for (field, count) in [("blocks", self.blocks), ("cells", self.cells)] {
            let what = (field, &*format!("number of {field}"));
            checker.named(what, count as f64, (1..=1000).contains(&count), "1 to 1000")?;
        }
        checker.positive("learning_rate", self.learning_rate)?;
        checker.not_negative("weights", self.weights)?;
        self.check_biases(checker)?;
        self.right.check(checker)?;
        let fine = (1..=1_000_000_000).contains(&self.most_sequences);
        let reason = "1 to 1000000000 sequences";
        checker.require("most_sequences", fine, reason)?;
        self.check_stop(checker)
    }

    fn coding(&self, checker: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem> {
        match (data.classes, self.right) {
            (None, _) => Ok(Coding::Real),
            (Some(0 | 1), _) => {
                let reason = "all sequences are of one class, so nothing is to be learned";
                Err(Problem::new(checker.key, reason).hint("use data with two classes or more"))
            }
            (Some(_), _) => Ok(Coding::OneHot),
        }
    }

    fn metrics(&self, _: &DataShape) -> Vec<Metric> {
        // Its own measures say when a sequence counts as right.
        Vec::new()
    }

    fn learns_sequences(&self) -> bool {
        true
    }

    fn measures(&self) -> Vec<Measure> {
        let lower = Some(Better::Lower);
        let share = |name| Measure {
            unit: Some("share".into()),
            ..Measure::of_learner(name, lower)
        };
        vec![
            Measure::of_learner("sequences", None),
            Measure::of_learner("mean_error", lower),
            share("wrong"),
            Measure::of_learner("sequences_to_criterion", lower),
            share("wrong_of_test"),
            Measure::of_learner("mean_error_of_test", lower),
            Measure::of_learner("steps_of_test", Some(Better::Higher)),
        ]
    }
}
