//! Layers that are repeated, as one layer.
//!
//! ```math
//! y = F_K(\dots F_2(F_1(x))), \qquad dx = F_1'^\top F_2'^\top \cdots F_K'^\top dy
//! ```
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, D_in]` |
//! | `y`, `dy` | `[N, D_out]` |
//! | parameters | those of `$F_1$`, then those of `$F_2$` ... |

use contract::{Real, Streams};
use ndarray::{Array3, ArrayView2, ArrayViewMut2};
use spec::model::PlannedLayer;

use super::branch::Branch;
use super::{Layer, Mode, Pass};
use crate::engine::chain::Build;

/// `$y = F_K(\dots F_1(x))$`.
pub struct Repeat<T>(Branch<T>);

impl<T: Real> Repeat<T> {
    /// The planned layers; `build` makes them.
    pub fn new(planned: &PlannedLayer, streams: Streams, build: Build<T>) -> Self {
        Self(Branch::new(planned.chains[0].as_slice(), streams, build))
    }
}

impl<T: Real> Layer<T> for Repeat<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, mode: Mode) {
        y.assign(&self.0.forward(w, x, mode));
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        self.0.output_and_gradient().1.assign(&pass.dy);
        self.0.backward(w, pass.x, dx, dw);
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.0.chain.set_lengths(lengths);
    }

    fn set_continues(&mut self, continues: bool) {
        self.0.chain.set_continues(continues);
    }

    fn attention(&self, sample: usize) -> Vec<Array3<T>> {
        self.0.chain.attention(sample)
    }

    fn end_step(&mut self) {
        self.0.chain.end_step();
    }

    fn save(&self, statistics: &mut Vec<T>) {
        self.0.chain.save(statistics);
    }

    fn restore(&mut self, statistics: &mut &[T]) {
        self.0.chain.restore(statistics);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{prove, random};
    use super::super::{build, build_first};
    use super::*;
    use spec::model::{LayerSpec, LinearSpec, ModelSpec, RepeatSpec};

    #[test]
    fn it_is_its_layers_written_out() {
        let once = || vec![LayerSpec::Linear(LinearSpec::new(4)), LayerSpec::Tanh];
        let repeat = LayerSpec::Repeat(RepeatSpec {
            times: 3,
            layers: once(),
            name: None,
        });
        let planned = ModelSpec::new(vec![repeat]).plan(&[4]).unwrap().remove(0);
        let names = planned.parameters.iter().map(|p| p.name.as_str());
        let weights: Vec<_> = names.filter(|name| name.ends_with("weight")).collect();
        assert_eq!(weights, ["0.0.0.weight", "0.1.0.weight", "0.2.0.weight"]);
        let w = random(1, planned.parameter_count(), "w");
        let w = w.as_slice().unwrap();
        let x = random(5, 4, "x");
        let mut repeated = Repeat::<f64>::new(&planned, Streams::new(1), build_first);
        prove(&mut repeated, w, x.clone(), 4);
        let mut y = x.clone();
        repeated.forward(w, x.view(), y.view_mut(), Mode::Evaluation);
        let written_out = [once(), once(), once()].concat();
        let plan = ModelSpec::new(written_out).plan(&[4]).unwrap();
        let (mut rest, mut expected) = (w, x);
        for layer in &plan {
            let (own, behind) = rest.split_at(layer.parameter_count());
            let x = expected.clone();
            let mut layer = build(layer, Streams::new(1), build_first);
            layer.forward(own, x.view(), expected.view_mut(), Mode::Evaluation);
            rest = behind;
        }
        assert_eq!(y, expected);
    }
}
