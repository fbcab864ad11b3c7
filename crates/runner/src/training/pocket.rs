//! The pocket: training ends with the weights that had the best accuracy on the training samples
//! after any update (Gallant 1990, "Perceptron-based learning algorithms", with the ratchet).
//!
//! The perceptron's rule never settles where no line parts the classes, and forgets again what it
//! had right: among the lines that it tries, the pocket holds the best so far. It only ever becomes
//! better; of equals it keeps the first.

use contract::NamedTensors;
use serde::{Deserialize, Serialize};
use spec::measures::Better;

use super::stopping::Best;

/// The best weights so far, by their accuracy on the training samples.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Pocket {
    best: Option<Best>,
}

impl Pocket {
    /// Looks at the weights after an update of an epoch (from 1).
    pub fn look(
        &mut self,
        epoch: usize,
        accuracy: f64,
        weights: impl FnOnce() -> NamedTensors<f32>,
    ) {
        Best::improve(&mut self.best, Better::Higher, (epoch, accuracy), weights);
    }

    /// What is in it; nothing before the first update.
    pub fn best(&self) -> Option<&Best> {
        self.best.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_pocket_never_gets_worse() {
        let mut pocket = Pocket::default();
        let mut held = Vec::new();
        for (update, accuracy) in [0.5, 0.25, 0.75, f64::NAN, 0.75, 0.5]
            .into_iter()
            .enumerate()
        {
            let mut weights = NamedTensors::default();
            weights.insert("w", array![update as f32].into_dyn());
            pocket.look(update / 2 + 1, accuracy, || weights);
            let best = pocket.best().unwrap();
            held.push((best.epoch, best.value, best.weights.get("w").unwrap()[[0]]));
        }
        let (first, third) = ((1, 0.5, 0.0), (2, 0.75, 2.0));
        assert_eq!(held, [first, first, third, third, third, third]);
    }
}
