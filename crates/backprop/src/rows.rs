//! A layer cut into rows: for networks in which samples are coupled.
//!
//! Batch normalisation needs the whole batch before any sample can go on. A network that has it goes
//! through the chain in one piece, and its other layers are each cut by themselves: every part of
//! the rows has a layer of its own, and the gradients of the parts are summed in their order.

use ndarray::{ArrayView2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;
use spec::model::PlannedLayer;
use spec::{Real, Streams};

use crate::cut::{Cut, least_rows, work};
use crate::layers::{self, Layer, Mode, Pass, Residual, couples};
use spec::model::LayerSpec;

/// The planned layer, cut into rows unless it needs the whole batch itself.
pub fn build<T: Real>(planned: &PlannedLayer, streams: Streams) -> Box<dyn Layer<T>> {
    match &planned.spec {
        LayerSpec::Residual(_) => Box::new(Residual::new(planned, streams, build)),
        spec if couples(spec) => layers::build(planned, streams),
        _ => Box::new(Rows::new(planned, streams)),
    }
}

/// A layer once for each part of the rows.
pub struct Rows<T> {
    planned: PlannedLayer,
    streams: Streams,
    parts: Vec<Part<T>>,
}

struct Part<T> {
    layer: Box<dyn Layer<T>>,
    dw: Vec<T>,
}

impl<T: Real> Rows<T> {
    /// The planned layer, for no rows yet.
    pub fn new(planned: &PlannedLayer, streams: Streams) -> Self {
        Self {
            planned: planned.clone(),
            streams,
            parts: Vec::new(),
        }
    }

    /// The cut, with a layer for each part.
    fn cut(&mut self, rows: usize) -> Cut {
        let least_rows = least_rows(std::slice::from_ref(&self.planned));
        let cut = Cut::new(rows, work(&self.planned), least_rows);
        while self.parts.len() < cut.pieces {
            self.parts.push(Part {
                layer: layers::build(&self.planned, self.streams),
                dw: vec![T::zero(); self.planned.parameter_count()],
            });
        }
        cut
    }
}

impl<T: Real> Layer<T> for Rows<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, mode: Mode) {
        let cut = self.cut(x.nrows());
        let height = cut.part(0).len().max(1);
        let parts = self.parts[..cut.pieces].par_iter_mut().enumerate();
        parts
            .zip(y.axis_chunks_iter_mut(Axis(0), height).into_par_iter())
            .for_each(|((index, part), y)| {
                let rows = cut.part(index);
                let mode = mode.from_row(rows.start);
                part.layer.forward(w, x.slice(s![rows, ..]), y, mode);
            });
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let cut = self.cut(pass.x.nrows());
        let height = cut.part(0).len().max(1);
        let run = |index: usize, part: &mut Part<T>, dx: Option<ArrayViewMut2<T>>| {
            let rows = cut.part(index);
            let pass = Pass {
                x: pass.x.slice(s![rows.clone(), ..]),
                y: pass.y.slice(s![rows.clone(), ..]),
                dy: pass.dy.slice(s![rows, ..]),
            };
            part.dw.fill(T::zero());
            part.layer.backward(w, pass, dx, &mut part.dw);
        };
        let parts = self.parts[..cut.pieces].par_iter_mut().enumerate();
        match dx {
            None => parts.for_each(|(index, part)| run(index, part, None)),
            Some(mut dx) => parts
                .zip(dx.axis_chunks_iter_mut(Axis(0), height).into_par_iter())
                .for_each(|((index, part), dx)| run(index, part, Some(dx))),
        }
        for part in &self.parts[..cut.pieces] {
            for (sum, &gradient) in dw.iter_mut().zip(&part.dw) {
                *sum += gradient;
            }
        }
    }
}
