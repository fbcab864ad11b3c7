//! Residual block: layers with a shortcut around them.
//!
//! ```math
//! y = F(x) + S(x), \qquad dx = F'(x)^\top dy + S'(x)^\top dy
//! ```
//!
//! A sum sends its gradient unchanged into both summands. `$S$` is the identity, so that `$dx$` gets
//! `$dy$` as it is, or a chain of layers of its own where `$F$` changes the shape.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, D_in]` |
//! | `y`, `dy` | `[N, D_out]` |
//! | parameters | those of `$F$`, then those of `$S$` |
//!
//! Source: He, Zhang, Ren, Sun 2016, eqs. 1 and 2.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use spec::model::PlannedLayer;
use spec::{Real, Streams};

use super::{Layer, Mode, Pass};
use crate::sequence::{Build, Sequence};

/// `$y = F(x) + S(x)$`.
pub struct Residual<T> {
    layers: Sequence<T>,
    /// None: the identity.
    shortcut: Option<Sequence<T>>,
    /// What comes back through the shortcut, `[rows, D_in]`.
    shortcut_gradient: Array2<T>,
}

impl<T: Real> Residual<T> {
    /// The planned block; `build` makes the layers in it.
    pub fn new(planned: &PlannedLayer, streams: Streams, build: Build<T>) -> Self {
        let [layers, shortcut] = planned.chains.as_slice() else {
            panic!("{}: a residual block has two chains", planned.name);
        };
        let sequence = |chain: &[PlannedLayer]| Sequence::new(chain, streams, build);
        Self {
            layers: sequence(layers),
            shortcut: (!shortcut.is_empty()).then(|| sequence(shortcut)),
            shortcut_gradient: Array2::zeros((0, planned.inputs())),
        }
    }
}

impl<T: Real> Layer<T> for Residual<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, mode: Mode) {
        let (of_layers, of_shortcut) = w.split_at(self.layers.parameters());
        self.layers.forward(of_layers, x, mode);
        y.assign(&self.layers.last_output());
        match &mut self.shortcut {
            None => y += &x,
            Some(shortcut) => {
                shortcut.forward(of_shortcut, x, mode);
                y += &shortcut.last_output();
            }
        }
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let (of_layers, of_shortcut) = w.split_at(self.layers.parameters());
        let (dw_layers, dw_shortcut) = dw.split_at_mut(self.layers.parameters());
        let mut dx = dx;
        self.layers.last_gradient().assign(&pass.dy);
        let through = dx.as_mut().map(|dx| dx.view_mut());
        self.layers.backward(of_layers, pass.x, through, dw_layers);
        match &mut self.shortcut {
            None => {
                if let Some(dx) = &mut dx {
                    *dx += &pass.dy;
                }
            }
            Some(shortcut) => {
                shortcut.last_gradient().assign(&pass.dy);
                if self.shortcut_gradient.nrows() < pass.x.nrows() {
                    self.shortcut_gradient = Array2::zeros(pass.x.raw_dim());
                }
                let mut around = self.shortcut_gradient.slice_mut(s![..pass.x.nrows(), ..]);
                let wanted = dx.as_ref().map(|_| around.view_mut());
                shortcut.backward(of_shortcut, pass.x, wanted, dw_shortcut);
                if let Some(dx) = &mut dx {
                    *dx += &around;
                }
            }
        }
    }

    fn end_step(&mut self) {
        self.layers.end_step();
        self.shortcut.iter_mut().for_each(Sequence::end_step);
    }

    fn save(&self, statistics: &mut Vec<T>) {
        self.layers.save(statistics);
        self.shortcut.iter().for_each(|s| s.save(statistics));
    }

    fn restore(&mut self, statistics: &mut &[T]) {
        self.layers.restore(statistics);
        self.shortcut
            .iter_mut()
            .for_each(|shortcut| shortcut.restore(statistics));
    }
}
