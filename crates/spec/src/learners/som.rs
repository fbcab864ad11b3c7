//! `som`: a sheet of units that unfolds over the data.

use serde::{Deserialize, Serialize};

use super::{Coding, Learner};
use crate::Problem;
use crate::check::{Checker, is_positive};
use crate::experiment::DataShape;
use crate::measures::{Better, Measure};

/// More units than this have more pairs than anybody wants to keep: 128 MB.
const MOST_UNITS: usize = 4096;

/// A self-organising map.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SomSpec {
    /// Rows and columns of the sheet; `[1, n]` is a line.
    pub grid: [usize; 2],
    /// How units lie in it.
    pub topology: Topology,
    /// Whether it is closed, the last row beside the first and the last column beside the first.
    pub torus: bool,
    /// How much a unit learns with the winner, by its distance from it in the sheet.
    pub neighborhood: Neighborhood,
    /// Radius of the neighbourhood at the beginning and at the end, in distances of two units.
    pub radius: [f64; 2],
    /// One sample after the other, or all at once.
    pub rule: SomRule,
    /// η at the beginning and at the end; the batch rule has none.
    pub learning_rate: [f64; 2],
    /// How radius and learning rate get from the beginning to the end.
    pub decay: Decay,
    /// Passes over the samples.
    pub passes: usize,
    /// In which order the online rule takes the samples.
    pub order: SampleOrder,
    /// Where units begin.
    pub initial: SomInitial,
}

/// How units lie in the sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topology {
    /// In squares: a unit has up to eight neighbours, those at its corners among them.
    #[default]
    Rectangular,
    /// Every other row half a distance further: a unit has up to six neighbours, all at distance 1.
    Hexagonal,
}

/// h(d), how much a unit learns at distance d from the winner, with radius σ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Neighborhood {
    /// e^(−d²/2σ²).
    #[default]
    Gaussian,
    /// 1 up to d = σ, 0 beyond it.
    Bubble,
    /// (1 − d²/σ²) e^(−d²/2σ²): units at some distance are pushed away, and where nothing pulls
    /// them back they leave the data for good.
    MexicanHat,
    /// 1 − d/σ up to d = σ, 0 beyond it.
    Triangle,
}

/// When units move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SomRule {
    /// After each sample, towards it.
    #[default]
    Online,
    /// After all samples, to their mean, each weighted by h.
    Batch,
}

/// How a number gets from its beginning a to its end b, at the share s of all steps; the last step
/// is one short of the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// a + (b − a) s.
    #[default]
    Linear,
    /// a (b/a)^s.
    Exponential,
    /// a / (1 + (a/b − 1) s); with b = a/3 it is MiniSom's `asymptotic_decay`.
    Asymptotic,
}

/// In which order samples are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleOrder {
    /// In a new random order each pass.
    #[default]
    Drawn,
    /// As they stand.
    Given,
}

/// Where the units of a map begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SomInitial {
    /// Spread over the plane of the first two principal components, a standard deviation to each
    /// side; the longer side of the sheet along the first.
    #[default]
    Pca,
    /// At samples, drawn.
    Samples,
}

impl Default for SomSpec {
    fn default() -> Self {
        Self {
            grid: [10, 10],
            topology: Topology::default(),
            torus: false,
            neighborhood: Neighborhood::default(),
            radius: [5.0, 1.0],
            rule: SomRule::default(),
            learning_rate: [0.5, 0.01],
            decay: Decay::default(),
            passes: 20,
            order: SampleOrder::default(),
            initial: SomInitial::default(),
        }
    }
}

impl SomSpec {
    /// Units of the sheet.
    pub fn units(&self) -> usize {
        self.grid[0] * self.grid[1]
    }

    fn check_grid(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let [rows, columns] = self.grid;
        let sides = (1..=MOST_UNITS).contains(&rows) && (1..=MOST_UNITS).contains(&columns);
        if !sides || self.units() > MOST_UNITS {
            let reason = format!("{rows} x {columns} units are not a possible sheet");
            let hint = "1 row and 1 column or more, and at most 4096 units";
            return Err(Problem::new(checker.field("grid"), reason).hint(hint));
        }
        let closes = self.topology == Topology::Rectangular || !self.torus || rows % 2 == 0;
        let reason = "rows of hexagons are shifted in turn, so a closed sheet needs an even number";
        checker.require("grid", closes, reason)
    }

    fn check_batch(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let possible =
            self.rule == SomRule::Online || self.neighborhood != Neighborhood::MexicanHat;
        let reason = "the batch rule takes means, and the Mexican hat has weights below 0: use the \
                      online rule, or another neighbourhood";
        checker.require("neighborhood", possible, reason)
    }
}

impl Learner for SomSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        self.check_grid(checker)?;
        self.check_batch(checker)?;
        for radius in self.radius {
            let expected = "above 0; with 0.1 the winner learns alone";
            checker.number("radius", radius, is_positive(radius), expected)?;
        }
        for rate in self.learning_rate {
            checker.factor("learning_rate", rate)?;
        }
        let (passes, what) = (self.passes, ("passes", "number of passes"));
        let fine = (1..=1_000_000).contains(&passes);
        checker.named(what, passes as f64, fine, "1 to 1000000")
    }

    /// It learns from the inputs alone; then each unit is labelled with the mean of the targets of
    /// its samples.
    fn coding(&self, _: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem> {
        Ok(Coding::of_labels(data))
    }

    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::of_learner("quantization_error", Some(Better::Lower)),
            Measure {
                unit: Some("share".into()),
                ..Measure::of_learner("topographic_error", Some(Better::Lower))
            },
            Measure::of_learner("explained_variance", Some(Better::Higher)),
            Measure::of_learner("units_without_samples", None),
        ]
    }
}
