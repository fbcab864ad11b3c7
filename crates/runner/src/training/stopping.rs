//! When a training ends before its last epoch, and which weights come back.
//!
//! **Patience** (early stopping): with a measure `$V_e$` after epoch `$e$`, as a rule the
//! validation loss, training ends when its best value was reached `epochs` epochs ago; the weights
//! of that best epoch come back, also when training ends for another reason (Prechelt 1998, "Early
//! stopping, but when?").
//!
//! **Plateau**: with the training loss `$E_e$`, training ends when `$|E_k - E_{k-1}| < b$` for each
//! of the last `$a$` epochs `$k$`.

use contract::NamedTensors;
use serde::{Deserialize, Serialize};
use spec::measures::{Better, Measure, Part};
use spec::stopping::StoppingSpec;

use crate::prepare::PreparedNetwork;
use crate::record::{Early, Epoch};

/// Watches one training.
#[derive(Serialize, Deserialize)]
pub struct Stopping {
    spec: StoppingSpec,
    /// The better direction of the measure of early stopping.
    better: Better,
    /// Training loss of each epoch.
    losses: Vec<f64>,
    best: Option<Best>,
}

/// The weights with the best value of a measure so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Best {
    /// When they were found, from 1.
    pub epoch: usize,
    /// The value by which they are the best.
    pub value: f64,
    /// Parameters and running statistics.
    pub weights: NamedTensors<f32>,
}

impl Best {
    /// Takes new weights in the place of the old if their value is better; what is not finite is
    /// not.
    pub fn improve(
        best: &mut Option<Self>,
        better: Better,
        (epoch, value): (usize, f64),
        weights: impl FnOnce() -> NamedTensors<f32>,
    ) {
        let improved = match best {
            Some(best) => better.prefers(value, best.value),
            None => true,
        };
        if improved && value.is_finite() {
            *best = Some(Self {
                epoch,
                value,
                weights: weights(),
            });
        }
    }

    /// [`Best::improve`] by a loss.
    pub fn improve_loss(
        best: &mut Option<Self>,
        epoch: usize,
        loss: f64,
        weights: impl FnOnce() -> NamedTensors<f32>,
    ) {
        Self::improve(best, Better::Lower, (epoch, loss), weights);
    }
}

impl Stopping {
    /// Before the first epoch of a training of this config.
    pub fn new(spec: StoppingSpec, prepared: &PreparedNetwork) -> Self {
        let measures = prepared.network.measures(&prepared.shape);
        let key = spec.patience.as_ref().map(|patience| &patience.measure);
        let measure = measures.iter().find(|measure| Some(&measure.key) == key);
        let better = measure.and_then(|measure| measure.better);
        Self::by(spec, better.unwrap_or(Better::Lower))
    }

    fn by(spec: StoppingSpec, better: Better) -> Self {
        Self {
            spec,
            better,
            losses: Vec::new(),
            best: None,
        }
    }

    /// Looks at an epoch and, if they are asked for, at the weights after it: why training ends
    /// here, if it does.
    pub fn after(
        &mut self,
        epoch: &Epoch,
        weights: impl FnOnce() -> NamedTensors<f32>,
    ) -> Option<Early> {
        self.losses
            .extend(epoch.get(&Measure::loss(Part::Train).key));
        if let Some(patience) = &self.spec.patience {
            if let Some(value) = epoch.get(&patience.measure) {
                Best::improve(&mut self.best, self.better, (epoch.epoch, value), weights);
            }
            let waited = self.best.as_ref().map(|best| epoch.epoch - best.epoch);
            if waited >= Some(patience.epochs) {
                return Some(Early::Patience);
            }
        }
        let plateau = self.spec.plateau.as_ref()?;
        let flat = is_flat(&self.losses, plateau.epochs, plateau.change);
        flat.then_some(Early::Plateau)
    }

    /// The best weights by the measure of early stopping; none without it.
    pub fn best(&self) -> Option<&Best> {
        self.best.as_ref()
    }
}

/// Whether each of the last `epochs` epochs changed the loss by less than `change`.
fn is_flat(losses: &[f64], epochs: usize, change: f64) -> bool {
    let changes = losses.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    let small = changes.rev().take_while(|&size| size < change);
    small.take(epochs).count() == epochs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Values;
    use spec::stopping::{PatienceSpec, PlateauSpec};

    fn epoch(epoch: usize, train_loss: f64, validation_loss: Option<f64>) -> Epoch {
        let mut measures = Values::from([("train_loss".into(), train_loss)]);
        measures.extend(validation_loss.map(|loss| ("validation_loss".into(), loss)));
        Epoch {
            epoch,
            run: None,
            measures,
        }
    }

    fn patience(measure: &str, better: Better) -> Stopping {
        let patience = Some(PatienceSpec {
            epochs: 2,
            measure: measure.into(),
        });
        let plateau = None;
        Stopping::by(StoppingSpec { patience, plateau }, better)
    }

    #[test]
    fn patience_counts_epochs_since_the_lowest_loss() {
        let mut stopping = patience("validation_loss", Better::Lower);
        let validation = [3.0, 1.0, 2.0, 0.5, 0.5, 0.7];
        let ends: Vec<_> = (1..)
            .zip(validation)
            .map(|(e, loss)| stopping.after(&epoch(e, 1.0, Some(loss)), NamedTensors::default))
            .collect();
        assert_eq!(ends[..5], [None; 5], "the same loss again has not fallen");
        assert_eq!(ends[5], Some(Early::Patience));
        assert_eq!(stopping.best().map(|best| best.epoch), Some(4));
    }

    #[test]
    fn patience_goes_by_any_measure_in_its_own_direction() {
        let mut stopping = patience("validation_accuracy", Better::Higher);
        for (number, accuracy) in (1..).zip([0.5, 0.9, 0.8, 0.9]) {
            let mut epoch = epoch(number, 1.0, Some(1.0));
            let key = "validation_accuracy".to_string();
            epoch.measures.insert(key, accuracy);
            let end = stopping.after(&epoch, NamedTensors::default);
            assert_eq!(end, (number == 4).then_some(Early::Patience), "{number}");
        }
        assert_eq!(stopping.best().map(|best| best.epoch), Some(2));
    }

    #[test]
    fn on_a_plateau_each_of_so_many_epochs_changes_little() {
        let plateau = Some(PlateauSpec {
            epochs: 2,
            change: 0.1,
        });
        let patience = None;
        let mut stopping = Stopping::by(StoppingSpec { patience, plateau }, Better::Lower);
        // The ends of a row of epochs may be near although its steps are not.
        let losses = [1.0, 0.99, 0.5, 0.98, 0.95, 0.91];
        let ends: Vec<_> = (1..)
            .zip(losses)
            .map(|(e, loss)| stopping.after(&epoch(e, loss, None), NamedTensors::default))
            .collect();
        assert_eq!(ends[..5], [None; 5]);
        assert_eq!(ends[5], Some(Early::Plateau));
        assert!(stopping.best().is_none());
    }

    #[test]
    fn what_is_no_number_is_never_the_best() {
        let mut best = None;
        Best::improve_loss(&mut best, 1, f64::NAN, NamedTensors::default);
        assert!(best.is_none());
        Best::improve_loss(&mut best, 2, 1.0, NamedTensors::default);
        Best::improve_loss(&mut best, 3, f64::NAN, NamedTensors::default);
        assert_eq!(best.map(|best| best.epoch), Some(2));
    }
}
