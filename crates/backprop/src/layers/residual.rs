//! Residual block: layers with a shortcut around them.
//!
//! ```math
//! y = F(x) + S(x), \qquad dx = F'(x)^\top dy + S'(x)^\top dy
//! ```
//!
//! A sum sends its gradient unchanged into both summands. `$S$` is the identity, so that `$dx$`
//! gets `$dy$` as it is, or a chain of layers of its own where `$F$` changes the shape.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, D_in]` |
//! | `y`, `dy` | `[N, D_out]` |
//! | parameters | those of `$F$`, then those of `$S$` |
//!
//! Source: He, Zhang, Ren, Sun 2016, eqs. 1 and 2.

use std::iter;

use contract::{Real, RowBuffer, Streams};
use ndarray::{Array3, ArrayView2, ArrayViewMut2};
use spec::model::PlannedLayer;

use super::branch::Branch;
use super::{Layer, Mode, Pass};
use crate::engine::chain::Build;

/// `$y = F(x) + S(x)$`.
pub struct Residual<T> {
    layers: Branch<T>,
    /// None: the identity.
    shortcut: Option<Branch<T>>,
    /// What comes back through the shortcut, `[rows, D_in]`.
    shortcut_gradient: RowBuffer<T>,
}

impl<T: Real> Residual<T> {
    /// The planned block; `build` makes the layers in it.
    pub fn new(planned: &PlannedLayer, streams: Streams, build: Build<T>) -> Self {
        let [layers, shortcut] = planned.chains.as_slice() else {
            panic!("{}: a residual block has two chains", planned.name);
        };
        let branch = |chain: &[PlannedLayer]| Branch::new(chain, streams, build);
        Self {
            layers: branch(layers),
            shortcut: (!shortcut.is_empty()).then(|| branch(shortcut)),
            shortcut_gradient: RowBuffer::zeros(0, planned.inputs()),
        }
    }
}

impl<T: Real> Layer<T> for Residual<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, mode: Mode) {
        let (of_layers, of_shortcut) = w.split_at(self.layers.chain.parameters());
        y.assign(&self.layers.forward(of_layers, x, mode));
        match &mut self.shortcut {
            None => y += &x,
            Some(shortcut) => y += &shortcut.forward(of_shortcut, x, mode),
        }
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let parameters = self.layers.chain.parameters();
        let (of_layers, of_shortcut) = w.split_at(parameters);
        let (dw_layers, dw_shortcut) = dw.split_at_mut(parameters);
        let mut dx = dx;
        self.layers.output_and_gradient().1.assign(&pass.dy);
        let through = dx.as_mut().map(|dx| dx.view_mut());
        self.layers.backward(of_layers, pass.x, through, dw_layers);
        match &mut self.shortcut {
            None => {
                if let Some(dx) = &mut dx {
                    *dx += &pass.dy;
                }
            }
            Some(shortcut) => {
                shortcut.output_and_gradient().1.assign(&pass.dy);
                self.shortcut_gradient.make_room(pass.x.nrows());
                let mut around = self.shortcut_gradient.first_mut(pass.x.nrows());
                let wanted = dx.as_ref().map(|_| around.view_mut());
                shortcut.backward(of_shortcut, pass.x, wanted, dw_shortcut);
                if let Some(dx) = &mut dx {
                    *dx += &around;
                }
            }
        }
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.branches()
            .for_each(|branch| branch.chain.set_lengths(lengths));
    }

    fn set_continues(&mut self, continues: bool) {
        self.branches()
            .for_each(|branch| branch.chain.set_continues(continues));
    }

    fn attention(&self, sample: usize) -> Vec<Array3<T>> {
        let branches = iter::once(&self.layers).chain(&self.shortcut);
        branches
            .flat_map(|branch| branch.chain.attention(sample))
            .collect()
    }

    fn end_step(&mut self) {
        self.branches().for_each(|branch| branch.chain.end_step());
    }

    fn save(&self, statistics: &mut Vec<T>) {
        for branch in iter::once(&self.layers).chain(&self.shortcut) {
            branch.chain.save(statistics);
        }
    }

    fn restore(&mut self, statistics: &mut &[T]) {
        self.branches()
            .for_each(|branch| branch.chain.restore(statistics));
    }
}

impl<T> Residual<T> {
    /// F and then S.
    fn branches(&mut self) -> impl Iterator<Item = &mut Branch<T>> {
        iter::once(&mut self.layers).chain(&mut self.shortcut)
    }
}

#[cfg(test)]
mod tests {
    use super::super::build_first;
    use super::super::testing::{TRAINING, prove, random};
    use super::*;
    use crate::engine::sharded_layer;
    use ndarray::{Array2, array};
    use spec::model::{BatchNormSpec, LayerSpec, LinearSpec, ModelSpec, ResidualSpec};

    fn linear(units: usize) -> LayerSpec {
        LayerSpec::Linear(LinearSpec::new(units))
    }

    fn planned(layers: Vec<LayerSpec>, shortcut: Vec<LayerSpec>) -> PlannedLayer {
        let block = LayerSpec::Residual(ResidualSpec {
            layers,
            shortcut,
            name: None,
        });
        ModelSpec::new(vec![block]).plan(&[4]).unwrap().remove(0)
    }

    /// Once with whole layers and once with layers cut into rows, as far as there is a choice.
    fn prove_block(planned: &PlannedLayer) {
        let w = random(1, planned.parameter_count(), "w");
        let w = w.into_raw_vec_and_offset().0;
        for build in [build_first, sharded_layer::build_first] {
            let mut block = Residual::new(planned, Streams::new(1), build);
            prove(&mut block, &w, random(5, 4, "x"), planned.outputs());
        }
    }

    #[test]
    fn gradients_around_an_identity_agree_with_central_differences() {
        prove_block(&planned(
            vec![linear(3), LayerSpec::Tanh, linear(4)],
            vec![],
        ));
    }

    #[test]
    fn gradients_through_a_shortcut_of_its_own_agree_with_central_differences() {
        let layers = vec![linear(5), LayerSpec::Sigmoid, linear(3)];
        prove_block(&planned(layers, vec![linear(3), LayerSpec::Tanh]));
    }

    #[test]
    fn gradients_through_coupled_samples_agree_with_central_differences() {
        // With the default ε the third derivatives of two normalisations of five samples are so
        // large that central differences err by more than the tolerance.
        let norm = LayerSpec::BatchNorm(BatchNormSpec {
            epsilon: 0.1,
            ..BatchNormSpec::default()
        });
        let inner = LayerSpec::Residual(ResidualSpec {
            layers: vec![linear(3), norm.clone()],
            shortcut: vec![],
            name: None,
        });
        let block = planned(vec![linear(3), norm, inner], vec![linear(3)]);
        assert!(block.spec.any(&|layer| layer.couples_samples()));
        prove_block(&block);
    }

    /// F(x) = 2x and S(x) = −3x: dx = 2 dy − 3 dy; without S, dx = 2 dy + dy.
    #[test]
    fn both_branches_by_hand() {
        let without_bias = |units| {
            let bias = false;
            LayerSpec::Linear(LinearSpec {
                bias,
                ..LinearSpec::new(units)
            })
        };
        let block = |shortcut: Vec<LayerSpec>| {
            let spec = LayerSpec::Residual(ResidualSpec {
                layers: vec![without_bias(1)],
                shortcut,
                name: None,
            });
            let planned = &ModelSpec::new(vec![spec]).plan(&[1]).unwrap()[0];
            Residual::<f64>::new(planned, Streams::new(1), build_first)
        };
        let (x, dy) = (array![[5.0], [7.0]], array![[1.0], [10.0]]);
        let run = |mut block: Residual<f64>, w: &[f64]| {
            let (mut y, mut dx) = (Array2::zeros((2, 1)), Array2::zeros((2, 1)));
            block.forward(w, x.view(), y.view_mut(), TRAINING);
            let pass = Pass {
                x: x.view(),
                y: y.view(),
                dy: dy.view(),
            };
            let mut dw = vec![100.0; w.len()];
            block.backward(w, pass, Some(dx.view_mut()), &mut dw);
            (y, dx, dw)
        };
        let (y, dx, dw) = run(block(vec![without_bias(1)]), &[2.0, -3.0]);
        assert_eq!(y, array![[-5.0], [-7.0]]);
        assert_eq!(dx, array![[-1.0], [-10.0]]);
        assert_eq!(dw, [175.0, 175.0]);
        let (y, dx, dw) = run(block(vec![]), &[2.0]);
        assert_eq!(y, array![[15.0], [21.0]]);
        assert_eq!(dx, array![[3.0], [30.0]]);
        assert_eq!(dw, [175.0]);
    }

    #[test]
    fn running_statistics_of_both_chains_are_kept_in_their_order() {
        let norm = || LayerSpec::BatchNorm(BatchNormSpec::default());
        let planned = planned(vec![norm()], vec![norm()]);
        let mut block = Residual::<f64>::new(&planned, Streams::new(1), build_first);
        let statistics: Vec<f64> = (0..17).map(f64::from).collect();
        let mut rest = statistics.as_slice();
        block.restore(&mut rest);
        assert_eq!(rest, [16.0]);
        let mut saved = Vec::new();
        block.save(&mut saved);
        assert_eq!(saved, statistics[..16]);
        // A batch of zeros takes a tenth off the means and off the variances, in both chains.
        let (x, mut y) = (Array2::zeros((3, 4)), Array2::zeros((3, 4)));
        block.forward(&[1.0; 16], x.view(), y.view_mut(), TRAINING);
        block.end_step();
        saved.clear();
        block.save(&mut saved);
        for (new, old) in saved.iter().zip(&statistics) {
            assert!((new - 0.9 * old).abs() < 1e-14, "{new} from {old}");
        }
    }
}
