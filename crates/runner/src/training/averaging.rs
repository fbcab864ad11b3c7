//! Averaged weights: training ends with their mean over all updates.
//!
//! ```math
//! \bar{w}_n = \frac{1}{n} \sum_{k=1}^{n} w_k = \bar{w}_{n-1} + \frac{w_n - \bar{w}_{n-1}}{n}
//! ```
//!
//! Where steps of a constant size go round a minimum, the mean lies nearer to it (Polyak & Juditsky
//! 1992). A perceptron that never settles gets a line in the middle of those it tried, weighted by
//! how long each of them stood (Freund & Schapire 1999). Here w₁ is what the first update leaves;
//! the initial weights do not count.

use contract::NamedTensors;
use serde::{Deserialize, Serialize};

/// The mean of parameters, in f64.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Average {
    /// How many updates it is over, n.
    updates: u64,
    mean: NamedTensors<f64>,
}

impl Average {
    /// Takes the parameters after another update in.
    pub fn add(&mut self, parameters: &NamedTensors<f32>) {
        self.updates += 1;
        if self.updates == 1 {
            self.mean = parameters.cast();
            return;
        }
        let n = self.updates as f64;
        for (name, tensor) in parameters.iter() {
            if let Some(mean) = self.mean.get_mut(name) {
                mean.zip_mut_with(tensor, |mean, &w| *mean += (f64::from(w) - *mean) / n);
            }
        }
    }

    /// The mean.
    pub fn weights(&self) -> NamedTensors<f32> {
        self.mean.cast()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_mean_is_over_all_updates_and_a_fixed_weight_stays_as_it_is() {
        let mut average = Average::default();
        for w in [1.0, 2.0, 6.0, 7.0] {
            let mut parameters = NamedTensors::default();
            parameters.insert("w", array![w, 0.1f32].into_dyn());
            average.add(&parameters);
        }
        let weights = average.weights();
        assert_eq!(weights.get("w"), Some(&array![4.0, 0.1f32].into_dyn()));
    }
}
