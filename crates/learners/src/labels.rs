//! Labels of what was learned from inputs alone: each unit answers with the mean of the targets of
//! its samples. Of one-hot targets these are the shares of the classes, so the largest is the class
//! of most of its samples; of numbers it is their mean, and where the input itself is the target,
//! the mean of its samples.

use contract::{NamedTensors, TensorError};
use ndarray::{Array1, Array2, ArrayView2, Axis};

use crate::Data;
use crate::linear_algebra::ten;

/// How many samples each unit has, and the mean of their targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Labels {
    /// Samples of each unit `[J]`.
    pub hits: Array1<f64>,
    /// Mean of their targets `[J, K]`, 0 where there is none.
    pub means: Array2<f64>,
}

impl Labels {
    /// No unit has a sample.
    pub fn none(units: usize, targets: usize) -> Self {
        Self {
            hits: Array1::zeros(units),
            means: Array2::zeros((units, targets)),
        }
    }

    /// The labels of so many units, given the unit of each sample; none where it was rejected.
    pub fn of(
        units: usize,
        of_samples: impl Iterator<Item = Option<usize>>,
        t: ArrayView2<'_, f64>,
    ) -> Self {
        let mut labels = Self::none(units, t.ncols());
        for (unit, t) in of_samples.zip(t.rows()) {
            if let Some(unit) = unit {
                labels.hits[unit] += 1.0;
                labels.means.row_mut(unit).scaled_add(1.0, &t);
            }
        }
        for (mut mean, &hits) in labels.means.rows_mut().into_iter().zip(&labels.hits) {
            mean.mapv_inplace(|sum| sum / hits.max(1.0));
        }
        labels
    }

    /// Units that have samples, in their order.
    pub fn used(&self) -> Vec<usize> {
        (0..self.hits.len())
            .filter(|&unit| self.hits[unit] > 0.0)
            .collect()
    }

    /// The class of most samples of a unit, the first of several; none: it has no sample.
    pub fn class(&self, unit: usize) -> Option<usize> {
        let means = self.means.row(unit);
        let better = |best: usize, class: usize| match means[class] > means[best] {
            true => class,
            false => best,
        };
        (self.hits[unit] > 0.0).then(|| (0..means.len()).fold(0, better))
    }

    /// The classes of the samples of a unit, as far as somebody still reads them; nothing where
    /// the targets are no classes.
    pub fn names(&self, unit: usize, data: &Data) -> String {
        if !is_of_classes(data) {
            return String::new();
        }
        let means = self.means.row(unit);
        let mut classes: Vec<usize> = (0..means.len()).filter(|&c| means[c] > 0.0).collect();
        classes.sort_by(|&a, &b| means[b].total_cmp(&means[a]).then(a.cmp(&b)));
        let names: Vec<&str> = classes.iter().map(|&c| data.outputs[c].as_str()).collect();
        ten(&names)
    }

    /// Adds them to what a learner keeps.
    pub fn insert(&self, tensors: &mut NamedTensors<f64>) {
        tensors.insert("hits", self.hits.clone().into_dyn());
        tensors.insert("labels", self.means.clone().into_dyn());
    }

    /// Takes those of so many units from what a learner has kept.
    ///
    /// # Errors
    /// When they are missing or of another shape.
    pub fn restore(&mut self, state: &NamedTensors<f64>, units: usize) -> Result<(), TensorError> {
        let targets = self.means.ncols();
        let hits = state.expect("hits", &[units])?;
        let means = state.expect("labels", &[units, targets])?;
        let mut restored = Self::none(units, targets);
        restored.hits.assign(hits);
        restored.means.assign(means);
        *self = restored;
        Ok(())
    }
}

/// Whether each target has a 1 at the place of its class and 0 elsewhere.
pub fn is_of_classes(data: &Data) -> bool {
    let one_hot =
        |t: ndarray::ArrayView1<'_, f64>| t.iter().all(|&t| t == 0.0 || t == 1.0) && t.sum() == 1.0;
    data.t.ncols() > 1 && data.t.axis_iter(Axis(0)).all(one_hot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_unit_has_the_class_of_most_of_its_samples() {
        let t = array![[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]];
        let of_samples = [Some(1), Some(1), Some(1), None];
        let labels = Labels::of(2, of_samples.into_iter(), t.view());
        assert_eq!(labels.hits, array![0.0, 3.0]);
        assert_eq!([labels.class(0), labels.class(1)], [None, Some(1)]);
        assert_eq!(labels.used(), [1]);
        let data = Data::new(t.clone(), t);
        assert_eq!(labels.names(1, &data), "y2, y1");
        assert_eq!(labels.names(0, &data), "");
    }
}
