//! A stream whose samples are single steps, to be looked at.

use spec::model::LayerSpec;

use super::PreparedNetwork;

impl PreparedNetwork {
    /// Whether it learns from a stream step by step, with an output at each.
    fn goes_step_by_step(&self) -> bool {
        let carries = |layer: &LayerSpec| layer.any(&|layer| layer.carries_state());
        let at_each = |output: &[usize]| matches!(output, [1, _]);
        self.network.model.layers.iter().any(carries)
            && at_each(&self.dataset.sample_shape)
            && self.plan.last().is_some_and(|last| at_each(&last.output))
    }

    /// Of a stream that is learned step by step the same with its samples joined into sequences of
    /// so many steps, each from a state of 0; none of anything else.
    pub fn in_sequences(&self, steps: usize) -> Option<Self> {
        let steps = steps.min(self.dataset.test.len());
        if !self.goes_step_by_step() {
            return None;
        }
        let shape = [steps, self.dataset.sample_shape[1]];
        let mut sequences = Self {
            plan: self.network.model.plan(&shape).ok()?,
            ..self.clone()
        };
        let dataset = &mut sequences.common.dataset;
        dataset.sample_shape = shape.to_vec();
        for part in [&mut dataset.train, &mut dataset.test] {
            *part = part.joined(steps);
        }
        Some(sequences)
    }
}
