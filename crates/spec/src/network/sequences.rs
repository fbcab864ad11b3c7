//! What must fit data that are sequences: positions of targets and outputs, and what is measured.

use super::NetworkSpec;
use crate::Problem;
use crate::experiment::DataShape;
use crate::measures::{Metric, Right};
use crate::model::{LayerSpec, PlannedLayer};

impl NetworkSpec {
    /// Phases are of real targets at each position of a sequence, or of a stream, whose samples
    /// follow one another.
    pub(super) fn check_phases(&self, shape: &DataShape) -> Result<(), Problem> {
        let (phases, positions) = (self.training.phases, shape.positions);
        let carries = |layer: &LayerSpec| layer.any(&|layer| layer.carries_state());
        let stream = shape.classes.is_none() && self.model.layers.iter().any(carries);
        if phases == 0 || stream || positions > 1 && phases <= positions {
            return Ok(());
        }
        let reason = match positions {
            1 => {
                "the data have one target a sample, so there are no positions to tell apart".into()
            }
            _ => format!("a sequence has {positions} positions, {phases} phases are more"),
        };
        Err(Problem::new("training.phases", reason).hint("leave it out, or use fewer"))
    }

    /// What counts wrong outputs needs to be told what is right, and the other way round.
    pub(super) fn check_right(&self, shape: &DataShape) -> Result<(), Problem> {
        let metrics = &self.training.metrics;
        let counted = metrics.iter().position(|m| *m == Metric::Wrong);
        let (key, reason, hint) = match (counted, self.training.right) {
            (Some(_), Some(Right::MostActive)) if shape.targets == 1 => (
                "training.right".into(),
                "a single output is always the most active",
                "right = { within = 0.3 }, say",
            ),
            (Some(index), None) => (
                format!("training.metrics.{index}"),
                "nothing says when an output is right",
                "training.right = { within = 0.04 }, or \"most_active\"",
            ),
            (None, Some(_)) => (
                "training.right".into(),
                "nothing is measured by it",
                "metrics = [\"wrong\"], or leave it out",
            ),
            _ => return Ok(()),
        };
        Err(Problem::new(key, reason).hint(hint))
    }

    /// Errors of each number are of several numbers.
    pub(super) fn check_each_output(&self, shape: &DataShape) -> Result<(), Problem> {
        if !self.training.each_output || shape.classes.is_none() && shape.targets > 1 {
            return Ok(());
        }
        let reason = match shape.classes {
            Some(_) => "the target is a class, of which no number has an error of its own",
            None => "the target is a single number, whose error is measured anyway",
        };
        Err(Problem::new("training.each_output", reason).hint("leave it out"))
    }

    /// A state that is carried would go through the padding.
    pub(super) fn check_padding(&self, shape: &DataShape) -> Result<(), Problem> {
        let carries = |layer: &LayerSpec| layer.any(&|layer| layer.carries_state());
        match self.model.layers.iter().position(carries) {
            Some(index) if shape.padded => {
                let key = format!("model.layers.{index}.{}", self.model.layers[index].kind());
                let reason = "the state is carried from sample to sample, but some samples are \
                              padded: it would go through their padding";
                Err(Problem::new(key, reason).hint(
                    "samples of equal length (a stream cut into pieces without a rest), or state = \
                     \"reset\"",
                ))
            }
            _ => Ok(()),
        }
    }

    /// What is measured of units, or of a single sample, is not measured of sequences: there a unit
    /// has an output at every position, padding among them.
    pub(super) fn check_units(&self, plan: &[PlannedLayer]) -> Result<(), Problem> {
        if !plan.first().is_some_and(PlannedLayer::is_sequence) {
            return Ok(());
        }
        let asked = [
            (!self.training.layer_metrics.is_empty(), "layer_metrics"),
            (self.training.jacobian_samples > 0, "jacobian_samples"),
        ];
        match asked.into_iter().find(|(asked, _)| *asked) {
            None => Ok(()),
            Some((_, setting)) => {
                let reason = "it is measured of single outputs, but the samples are sequences";
                let key = format!("training.{setting}");
                Err(Problem::new(key, reason).hint("leave it out"))
            }
        }
    }

    /// A sequence with one target gets one output, one with a target at every position as many.
    pub(super) fn check_positions(
        &self,
        shape: &DataShape,
        plan: &[PlannedLayer],
    ) -> Result<(), Problem> {
        let Some((last, layer)) = plan.iter().enumerate().next_back() else {
            return Ok(());
        };
        let found = match layer.output[..] {
            [positions, _] => positions,
            _ => 1,
        };
        if found == shape.positions {
            return Ok(());
        }
        let key = format!("model.layers.{last}");
        let (positions, output) = (shape.positions, &layer.output);
        let (reason, hint) = match positions {
            1 => (
                format!("the output {output:?} is a sequence, the data have one target a sample"),
                "put \"last\" (the last position) or \"flatten\" before the output layer",
            ),
            _ => (
                format!(
                    "the data have a target at each of {positions} positions, but the output is \
                     {output:?}"
                ),
                "keep the sequence up to the output: without \"last\" and \"flatten\"",
            ),
        };
        Err(Problem::new(key, reason).hint(hint))
    }
}
