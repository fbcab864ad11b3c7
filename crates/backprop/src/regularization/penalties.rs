//! Penalties on the weights, and their largest norm.
//!
//! With the mean loss `$L$` and the textbook's `$\lambda$` the objective is
//!
//! ```math
//! J = \lambda L + l_1 \sum |w| + \frac{c}{2} \sum w^2, \qquad c = l_2 + 2 (1 - \lambda)
//! ```
//!
//! and its gradient
//!
//! ```math
//! \frac{\partial J}{\partial w} = \lambda \frac{\partial L}{\partial w}
//!   + l_1 \operatorname{sign}(w) + c\, w, \qquad \operatorname{sign}(0) = 0
//! ```
//!
//! `$\lambda$` scales every gradient. The sums are over the weights, and over biases and normalisations
//! only where that is asked for. What does not learn is not penalised.
//!
//! Max-norm is no penalty: after an update the weights `$v$` that go into one unit, a row of the
//! weight, are pulled back onto a sphere,
//!
//! ```math
//! v \leftarrow v \cdot \min\Big(1, \frac{r}{\lVert v \rVert}\Big)
//! ```
//!
//! Source: Bishop 2006, section 5.5; max-norm: Srebro, Rennie, Jaakkola 2005, and Srivastava et al.
//! 2014, section 5.1.

use std::ops::Range;

use contract::Real;
use rayon::prelude::*;
use spec::model::{PlannedLayer, PlannedParameter};
use spec::training::RegularizationSpec;

use crate::optimizers::parameters::Parameters;
use kernels::elementwise::{BLOCK, each, sign, sum};

/// The penalties of a network.
pub struct Penalties {
    spec: RegularizationSpec,
    /// The parameters that are penalised; neighbours are put together.
    penalized: Vec<Range<usize>>,
    /// The weights whose norm is bounded, with the numbers in a row.
    bounded: Vec<(Range<usize>, usize)>,
}

impl Penalties {
    /// The penalties on the planned layers' parameters.
    pub fn new(plan: &[PlannedLayer], spec: RegularizationSpec) -> Self {
        let (mut penalized, mut bounded) = (Vec::<Range<usize>>::new(), Vec::new());
        let mut start = 0;
        for parameter in plan.iter().flat_map(|layer| &layer.parameters) {
            let range = start..start + parameter.len();
            start = range.end;
            if parameter.learning_rate == 0.0 || parameter.is_empty() {
                continue;
            }
            if parameter.weighs {
                bounded.push((range.clone(), row(parameter)));
            }
            if parameter.weighs || spec.biases {
                match penalized.last_mut() {
                    Some(last) if last.end == range.start => last.end = range.end,
                    _ => penalized.push(range),
                }
            }
        }
        Self {
            spec,
            penalized,
            bounded,
        }
    }

    /// `$\lambda$`, the factor of the mean loss.
    pub fn lambda(&self) -> f64 {
        self.spec.lambda()
    }

    /// `$l_1 \sum |w| + \frac{c}{2} \sum w^2$` of these parameters.
    pub fn value<T: Real>(&self, w: &[T]) -> f64 {
        if !self.spec.penalizes() {
            return 0.0;
        }
        let (l1, half) = (self.spec.l1, self.spec.half_squares() / 2.0);
        let ranges = self.penalized.iter().cloned();
        ranges
            .map(|range| sum(&w[range], |w| l1 * w.abs() + half * w * w))
            .sum()
    }

    /// Turns gradients of the mean loss into those of the objective:
    /// `$g \leftarrow \lambda g + l_1 \operatorname{sign}(w) + c\, w$`.
    pub fn add_gradient<T: Real>(&self, of: &mut Parameters<'_, T>) {
        let lambda = self.lambda();
        if lambda != 1.0 {
            let lambda = T::of(lambda);
            each([], [&mut *of.g], |[], [g]| *g *= lambda);
        }
        if !self.spec.penalizes() {
            return;
        }
        let (l1, c) = (T::of(self.spec.l1), T::of(self.spec.half_squares()));
        for range in &self.penalized {
            let Parameters { w, g, .. } = of.within(range);
            match self.spec.l1 > 0.0 {
                true => each([w], [g], |[w], [g]| *g += l1 * sign(w) + c * w),
                false => each([w], [g], |[w], [g]| *g += c * w),
            }
        }
    }

    /// Scales down the weights into a unit that are longer than the largest norm.
    pub fn bound_norms<T: Real>(&self, w: &mut [T]) {
        let Some(largest) = self.spec.max_norm else {
            return;
        };
        for (range, row) in &self.bounded {
            // Rows that one thread takes at least, so that a small weight stays on this one.
            let least = BLOCK.div_ceil(*row);
            let rows = w[range.clone()].par_chunks_mut(*row);
            rows.with_min_len(least).for_each(|v| {
                let norm = sum(v, |w| w * w).sqrt();
                if norm > largest {
                    let factor = T::of(largest / norm);
                    v.iter_mut().for_each(|w| *w *= factor);
                }
            });
        }
    }
}

/// Numbers that go into one unit: those behind the first dimension.
fn row(parameter: &PlannedParameter) -> usize {
    parameter.shape.iter().skip(1).product()
}

#[cfg(test)]
mod tests {
    use super::*;
    use spec::model::{LayerSpec, LinearSpec, ModelSpec};

    /// Weights 0..6 `[2, 3]`, biases 6..8; frozen weights 8..12 `[2, 2]`, biases 12..14; weight 14..16
    /// and bias 16..18 of a normalisation; weights 18..20 `[1, 2]`, no bias.
    fn plan() -> Vec<PlannedLayer> {
        let linear = |units, bias, learning_rate| {
            LayerSpec::Linear(LinearSpec {
                bias,
                learning_rate,
                ..LinearSpec::new(units)
            })
        };
        let layers = vec![
            linear(2, true, 1.0),
            linear(2, true, 0.0),
            LayerSpec::LayerNorm(Default::default()),
            linear(1, false, 2.0),
        ];
        ModelSpec::new(layers).plan(&[3]).unwrap()
    }

    const WEIGHTS: [usize; 8] = [0, 1, 2, 3, 4, 5, 18, 19];
    const FROZEN: Range<usize> = 8..14;

    fn parameters() -> Vec<f64> {
        let mut w: Vec<f64> = (0..20).map(|i| (f64::from(i) * 1.3).sin()).collect();
        w[2] = 0.0;
        w
    }

    fn penalties(spec: RegularizationSpec) -> Penalties {
        Penalties::new(&plan(), spec)
    }

    fn add_gradient(penalties: &Penalties, w: &mut [f64], g: &mut [f64]) {
        let mut all = Parameters {
            w,
            g,
            ..Parameters::default()
        };
        // In two parts, cut somewhere.
        penalties.add_gradient(&mut all.split_off(4));
        penalties.add_gradient(&mut all);
    }

    fn every() -> [RegularizationSpec; 6] {
        let none = RegularizationSpec::default();
        [
            none,
            RegularizationSpec { l1: 0.3, ..none },
            RegularizationSpec { l2: 0.7, ..none },
            RegularizationSpec {
                lambda: Some(0.8),
                ..none
            },
            RegularizationSpec {
                l1: 0.3,
                l2: 0.7,
                lambda: Some(0.9),
                ..none
            },
            RegularizationSpec {
                l1: 0.3,
                l2: 0.7,
                lambda: Some(0.9),
                biases: true,
                ..none
            },
        ]
    }

    /// The loss is Σ i w, with gradients 0, 1, 2, ...
    #[test]
    fn the_gradient_is_that_of_the_objective() {
        for spec in every() {
            let (penalties, mut w) = (penalties(spec), parameters());
            let objective = |w: &[f64]| {
                let loss: f64 = w.iter().zip(0..).map(|(w, i)| f64::from(i) * w).sum();
                penalties.lambda() * loss + penalties.value(w)
            };
            let mut g: Vec<f64> = (0..20).map(f64::from).collect();
            add_gradient(&penalties, &mut w, &mut g);
            let h = 1e-5;
            for (index, &by_hand) in g.iter().enumerate() {
                let shifted = |by: f64| {
                    let mut w = w.clone();
                    w[index] += by;
                    objective(&w)
                };
                let difference = (shifted(h) - shifted(-h)) / (2.0 * h);
                assert!(
                    (by_hand - difference).abs() < 1e-8,
                    "{spec:?}, g[{index}]: by hand {by_hand}, by differences {difference}"
                );
            }
        }
    }

    #[test]
    fn values_worked_by_hand() {
        let mut w = vec![0.0; 20];
        (w[0], w[5], w[19]) = (3.0, -4.0, 2.0);
        // A bias, a frozen weight and a normalisation, which do not count.
        (w[7], w[9], w[14]) = (100.0, 100.0, 100.0);
        let mut spec = RegularizationSpec {
            l1: 0.1,
            l2: 0.2,
            lambda: Some(0.75),
            ..RegularizationSpec::default()
        };
        // .1 · 9 + .2 / 2 · 29 + .25 · 29
        assert!((penalties(spec).value(&w) - 11.05).abs() < 1e-13);
        let mut g = vec![4.0; 20];
        add_gradient(&penalties(spec), &mut w, &mut g);
        // .75 · 4, and .1 sign(w) + .7 w
        let by_hand: [(usize, f64); 6] =
            [(0, 5.2), (1, 3.0), (5, 0.1), (7, 3.0), (9, 3.0), (14, 3.0)];
        for (index, exact) in by_hand {
            assert!(
                (g[index] - exact).abs() < 1e-14,
                "g[{index}] = {}",
                g[index]
            );
        }
        // With the bias and the normalisation: .1 · 209 + .35 · 20029
        spec.biases = true;
        assert!((penalties(spec).value(&w) - 7031.05).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_changed_where_nothing_is_asked_for() {
        let penalties = penalties(RegularizationSpec::default());
        let (mut w, mut g) = (parameters(), vec![f64::MIN_POSITIVE; 20]);
        add_gradient(&penalties, &mut w, &mut g);
        penalties.bound_norms(&mut w);
        assert_eq!((w, g), (parameters(), vec![f64::MIN_POSITIVE; 20]));
        assert_eq!(penalties.value(&[f64::NAN; 20]), 0.0);
    }

    #[test]
    fn the_weights_into_a_unit_are_pulled_back_onto_the_sphere() {
        let spec = RegularizationSpec {
            max_norm: Some(1.0),
            biases: true,
            ..RegularizationSpec::default()
        };
        let mut w = vec![7.0; 20];
        w[0..3].copy_from_slice(&[2.0, -1.0, 2.0]); // norm 3
        w[3..6].copy_from_slice(&[0.5, 0.5, 0.5]); // norm below 1
        w[18..20].copy_from_slice(&[3.0, 4.0]); // norm 5
        let before = w.clone();
        penalties(spec).bound_norms(&mut w);
        let by_hand: [f64; 8] = [2.0 / 3.0, -1.0 / 3.0, 2.0 / 3.0, 0.5, 0.5, 0.5, 0.6, 0.8];
        for (index, exact) in WEIGHTS.into_iter().zip(by_hand) {
            assert!(
                (w[index] - exact).abs() < 1e-15,
                "w[{index}] = {}",
                w[index]
            );
        }
        // Biases, normalisations and the frozen layer stay.
        assert_eq!(w[6..18], before[6..18]);
    }

    #[test]
    fn what_is_frozen_is_not_touched() {
        let spec = RegularizationSpec {
            l1: 1.0,
            l2: 1.0,
            max_norm: Some(1e-3),
            biases: true,
            ..RegularizationSpec::default()
        };
        let (mut w, mut g) = (parameters(), vec![0.5; 20]);
        add_gradient(&penalties(spec), &mut w, &mut g);
        penalties(spec).bound_norms(&mut w);
        assert_eq!(g[FROZEN], [0.5; 6]);
        assert_eq!(w[FROZEN], parameters()[FROZEN]);
    }

    #[test]
    fn a_norm_that_is_no_number_is_left_to_show() {
        let spec = RegularizationSpec {
            max_norm: Some(1.0),
            ..RegularizationSpec::default()
        };
        let mut w = vec![f64::NAN; 20];
        penalties(spec).bound_norms(&mut w);
        assert!(w.iter().all(|w| w.is_nan()));
    }
}
