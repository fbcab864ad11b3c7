//! When a training ends before its last epoch, and which weights come back.
//!
//! **Patience** (early stopping): with the validation loss `$V_e$` after epoch `$e$`, training ends
//! when `$\min_{k \le e} V_k$` was reached `epochs` epochs ago; the weights of that best epoch come
//! back, also when training ends for another reason (Prechelt 1998, "Early stopping, but when?").
//!
//! **Plateau**: with the training loss `$E_e$`, training ends when `$|E_e - E_{e-a}| < b$`.

use contract::NamedTensors;
use spec::stopping::StoppingSpec;

use crate::record::{Early, Epoch};

/// Watches one training.
pub struct Stopping {
    spec: StoppingSpec,
    /// Training loss of each epoch.
    losses: Vec<f64>,
    best: Option<Best>,
}

/// The weights with the lowest loss so far.
#[derive(Clone, Debug)]
pub struct Best {
    /// When they were found, from 1.
    pub epoch: usize,
    /// The loss by which they are the best.
    pub loss: f64,
    /// Parameters and running statistics.
    pub weights: NamedTensors<f32>,
}

impl Best {
    /// Takes new weights in the place of the old if their loss is lower; what is no number loses.
    pub fn improve(
        best: &mut Option<Self>,
        epoch: usize,
        loss: f64,
        weights: impl FnOnce() -> NamedTensors<f32>,
    ) {
        let lowest = best.as_ref().map_or(f64::INFINITY, |best| best.loss);
        if loss < lowest {
            *best = Some(Self {
                epoch,
                loss,
                weights: weights(),
            });
        }
    }
}

impl Stopping {
    /// Before the first epoch.
    pub fn new(spec: StoppingSpec) -> Self {
        Self {
            spec,
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
        self.losses.push(epoch.train_loss);
        if let (Some(patience), Some(loss)) = (self.spec.patience, epoch.validation_loss) {
            Best::improve(&mut self.best, epoch.epoch, loss, weights);
            let waited = self.best.as_ref().map(|best| epoch.epoch - best.epoch);
            if waited >= Some(patience.epochs) {
                return Some(Early::Patience);
            }
        }
        let plateau = self.spec.plateau?;
        let flat = changed_less(&self.losses, plateau.epochs, plateau.change);
        flat.then_some(Early::Plateau)
    }

    /// The best weights by validation loss; none without one.
    pub fn best(&self) -> Option<&Best> {
        self.best.as_ref()
    }
}

/// Whether the last loss is closer than `change` to that of `epochs` epochs ago.
pub fn changed_less(losses: &[f64], epochs: usize, change: f64) -> bool {
    let Some(before) = losses.len().checked_sub(epochs + 1) else {
        return false;
    };
    (losses[losses.len() - 1] - losses[before]).abs() < change
}

#[cfg(test)]
mod tests {
    use super::*;
    use spec::Amount;
    use spec::stopping::{PatienceSpec, PlateauSpec};

    fn epoch(epoch: usize, train_loss: f64, validation_loss: Option<f64>) -> Epoch {
        Epoch {
            epoch,
            run: None,
            learning_rate: None,
            train_loss,
            validation_loss,
            validation: Default::default(),
            test_loss: 0.0,
            test: Default::default(),
            seconds: 0.0,
        }
    }

    #[test]
    fn patience_counts_epochs_since_the_lowest_loss() {
        let mut stopping = Stopping::new(StoppingSpec {
            patience: Some(PatienceSpec {
                epochs: 2,
                validation: Amount(0.1),
                shuffle: true,
            }),
            plateau: None,
        });
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
    fn a_plateau_looks_back_so_many_epochs() {
        let plateau = Some(PlateauSpec {
            epochs: 2,
            change: 0.1,
        });
        let mut stopping = Stopping::new(StoppingSpec {
            patience: None,
            plateau,
        });
        let losses = [1.0, 0.99, 0.5, 0.45, 0.44];
        let ends: Vec<_> = (1..)
            .zip(losses)
            .map(|(e, loss)| stopping.after(&epoch(e, loss, None), NamedTensors::default))
            .collect();
        assert_eq!(ends[..4], [None; 4]);
        assert_eq!(ends[4], Some(Early::Plateau));
        assert!(stopping.best().is_none());
    }

    #[test]
    fn what_is_no_number_is_never_the_best() {
        let mut best = None;
        Best::improve(&mut best, 1, f64::NAN, NamedTensors::default);
        assert!(best.is_none());
        Best::improve(&mut best, 2, 1.0, NamedTensors::default);
        Best::improve(&mut best, 3, f64::NAN, NamedTensors::default);
        assert_eq!(best.map(|best| best.epoch), Some(2));
    }
}
