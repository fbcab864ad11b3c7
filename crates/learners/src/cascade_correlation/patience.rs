//! When a phase ends because nothing changes any more.

/// Waits for changes of a value, epoch by epoch.
#[derive(Clone, Debug)]
pub struct Patience {
    /// Epochs without a change after which it is over; 0: it never is.
    epochs: usize,
    /// What counts as a change, relative to the value at the last one.
    change: f64,
    /// The value at the last change.
    reference: Option<f64>,
    /// The epoch of the last change, if there must be one.
    changed: Option<usize>,
}

impl Patience {
    /// Of outputs: even the first epochs are counted.
    pub fn from_the_start(epochs: usize, change: f64) -> Self {
        Self {
            epochs,
            change,
            reference: None,
            changed: Some(0),
        }
    }

    /// Of candidates: counting begins at the first change, since they may begin on a plateau.
    pub fn from_the_first_change(epochs: usize, change: f64) -> Self {
        Self {
            changed: None,
            ..Self::from_the_start(epochs, change)
        }
    }

    /// Whether it is over, after this epoch (from 1) with this value.
    pub fn is_over(&mut self, epoch: usize, value: f64) -> bool {
        let Some(reference) = self.reference else {
            self.reference = Some(value);
            return false;
        };
        if (value - reference).abs() > self.change * reference {
            self.reference = Some(value);
            self.changed = Some(epoch);
            return false;
        }
        self.epochs > 0 && self.changed.is_some_and(|at| epoch - at >= self.epochs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The epoch in which it is over.
    fn over(mut patience: Patience, values: impl IntoIterator<Item = f64>) -> Option<usize> {
        let mut values = (1..).zip(values);
        values.find_map(|(epoch, value)| patience.is_over(epoch, value).then_some(epoch))
    }

    #[test]
    fn it_is_over_so_many_epochs_after_the_last_change() {
        let outputs = Patience::from_the_start(3, 0.1);
        assert_eq!(over(outputs.clone(), [1.0; 9]), Some(3));
        assert_eq!(
            over(outputs.clone(), [1.0, 0.8, 0.8, 0.75, 0.74, 0.73]),
            Some(5)
        );
        // Small changes add up, since they are measured from the last large one.
        assert_eq!(
            over(outputs, [1.0, 0.95, 0.89, 0.85, 0.80, 0.79, 0.78, 0.77]),
            Some(8)
        );
        let candidates = Patience::from_the_first_change(3, 0.1);
        assert_eq!(over(candidates.clone(), [1.0; 9]), None);
        assert_eq!(
            over(candidates, [1.0, 1.0, 1.0, 1.2, 1.2, 1.2, 1.2]),
            Some(7)
        );
        assert_eq!(over(Patience::from_the_start(0, 0.1), [1.0; 99]), None);
    }
}
