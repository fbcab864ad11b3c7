//! The second witness: central differences in f64.
//!
//! ```math
//! \frac{\partial f}{\partial w} \approx D(h) = \frac{f(w + h) - f(w - h)}{2h}
//! ```
//!
//! with an error of order `$h^2$`; `$\frac{4 D(h) - D(2h)}{3}$` has one of order `$h^4$`. On a smooth
//! function `$D(h)$` and `$D(2h)$` agree to order `$h^2$`. Where a kink of a ReLU lies between the points
//! they do not: such an entry proves nothing and is left out. The rule looks at the function only,
//! never at the gradient that is to be proved, so it cannot hide an error.

use ndarray::{Array2, ArrayD, ArrayView2};
use rand::seq::index::sample;
use spec::{Backward, Implementation, Mode, NamedTensors, Streams, TensorError};

use super::comparison::{Comparison, Context, compare_entries, floor};

/// h: small enough for kinks to be rare and for `$h^2$` to vanish, large enough for rounding to be
/// about `$10^{-11}$`.
const STEP: f64 = 1e-5;
/// Largest |D(h) − D(2h)| on a smooth function, relative to the largest entry of the gradient.
const SMOOTH: f64 = 1e-7;

/// What is differentiated: the loss with some targets, or `$\sum dy \odot y$`.
#[derive(Clone, Copy)]
pub enum Function<'a> {
    /// The mean loss of these targets.
    Loss(ArrayView2<'a, f64>),
    /// The sum with this upstream gradient.
    Upstream(ArrayView2<'a, f64>),
}

/// A model at some parameters and inputs.
pub struct Point<'m, 'f> {
    /// The model; only its forward pass is used.
    pub model: &'m mut dyn Implementation<f64>,
    /// Its parameters.
    pub parameters: NamedTensors<f64>,
    /// Its input, `[N, D_in]`.
    pub x: Array2<f64>,
    /// What is differentiated.
    pub function: Function<'f>,
}

impl Point<'_, '_> {
    fn value(&mut self) -> f64 {
        match self.function {
            Function::Loss(t) => self.model.evaluate(Mode::Training, self.x.view(), t).loss,
            Function::Upstream(dy) => {
                let output = self
                    .model
                    .evaluate(Mode::Training, self.x.view(), dy)
                    .output;
                (&output * &dy).sum()
            }
        }
    }

    /// The function where one entry of one tensor is moved.
    fn moved(&mut self, name: &str, index: usize, by: f64) -> Result<f64, TensorError> {
        let before = self.set(name, index, |value| value + by)?;
        let value = self.value();
        self.set(name, index, |_| before)?;
        Ok(value)
    }

    /// Changes one entry and returns what it was.
    fn set(
        &mut self,
        name: &str,
        index: usize,
        change: impl Fn(f64) -> f64,
    ) -> Result<f64, TensorError> {
        let entry = match name {
            "x" => self.x.iter_mut().nth(index),
            _ => {
                let tensor = self.parameters.get_mut(name);
                tensor.and_then(|tensor| tensor.iter_mut().nth(index))
            }
        };
        let before = entry.map_or(f64::NAN, |entry| std::mem::replace(entry, change(*entry)));
        if name != "x" {
            self.model.load(&self.parameters)?;
        }
        Ok(before)
    }

    /// The derivative by one entry of a gradient whose largest entry is `scale`; none across a
    /// kink.
    fn derivative(
        &mut self,
        name: &str,
        index: usize,
        scale: f64,
    ) -> Result<Option<f64>, TensorError> {
        let mut difference = |h: f64| -> Result<f64, TensorError> {
            let difference = self.moved(name, index, h)? - self.moved(name, index, -h)?;
            Ok(difference / (2.0 * h))
        };
        let (near, far) = (difference(STEP)?, difference(2.0 * STEP)?);
        let smooth = (near - far).abs() <= SMOOTH * scale.max(near.abs());
        // A NaN is kept: it must be seen.
        let kept = smooth || near.is_nan() || far.is_nan();
        Ok(kept.then_some((4.0 * near - far) / 3.0))
    }
}

/// Holds the gradients of a backward pass against central differences, from the loss back to the
/// input, in at most so many entries of each tensor.
///
/// # Errors
/// When the model does not take its own parameters.
pub fn compare_with_differences(
    context: Context<'_>,
    by_hand: &Backward<f64>,
    point: &mut Point<'_, '_>,
    entries: usize,
    streams: &Streams,
) -> Result<Vec<Comparison>, TensorError> {
    let floor = floor(&by_hand.gradients);
    let mut comparisons = Vec::new();
    for (name, gradient) in by_hand.gradients.iter().rev() {
        let scale = gradient.fold(floor, |largest: f64, g| largest.max(g.abs()));
        let mut rng = streams.stream(&format!("check/entries/{name}"));
        let mut pairs = Vec::new();
        for index in choose(gradient, entries, &mut rng) {
            if let Some(derivative) = point.derivative(name, index, scale)? {
                let value = gradient.iter().nth(index).copied().unwrap_or(f64::NAN);
                pairs.push((place(gradient.shape(), index), value, derivative));
            }
        }
        let pairs = pairs.into_iter();
        comparisons.push(compare_entries(
            context,
            floor,
            name,
            gradient.shape(),
            pairs,
        ));
    }
    Ok(comparisons)
}

/// Entries to try: the largest, where an error shows best, and others at random.
fn choose(gradient: &ArrayD<f64>, entries: usize, rng: &mut impl rand::Rng) -> Vec<usize> {
    if gradient.len() <= entries {
        return (0..gradient.len()).collect();
    }
    let magnitudes = gradient.iter().map(|g| g.abs()).enumerate();
    let largest = magnitudes
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(i, _)| i);
    let mut chosen: Vec<usize> = largest.into_iter().collect();
    chosen.extend(sample(rng, gradient.len(), entries - 1));
    chosen
}

/// The index of an entry that stands at this position of a tensor in standard layout.
fn place(shape: &[usize], position: usize) -> Vec<usize> {
    let mut rest = position;
    let mut place: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&size| {
            let at = rest % size;
            rest /= size;
            at
        })
        .collect();
    place.reverse();
    place
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_flat_position_becomes_a_place() {
        assert_eq!(place(&[2, 3], 4), [1, 1]);
        assert_eq!(place(&[4], 3), [3]);
        assert_eq!(place(&[2, 3, 5], 29), [1, 2, 4]);
    }
}
