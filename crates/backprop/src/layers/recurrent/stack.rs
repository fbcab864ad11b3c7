//! Several layers of cells, both directions, the last output alone, a state that is carried.
//!
//! Cells read forward, from a first step to a last one. All else is a matter of what they are given
//! and where what they give is put:
//!
//! - **Layers.** Each reads what the one below gives.
//! - **Both directions.** The other cells of a layer get each sequence mirrored within its true
//!   length `$\ell$`, so that padding stays behind the end, and what they give is mirrored back:
//!   `$\tilde{x}_t = x_{\ell - 1 - t}$` for `$t < \ell$`. A step of the layer has the outputs of
//!   both, `$[\overrightarrow{h}_t, \overleftarrow{h}_t]$`, W numbers.
//! - **The last output.** `$[\overrightarrow{h}_{\ell - 1}, \overleftarrow{h}_0]$`: of each
//!   direction the one that has read everything.
//! - **A state that is carried.** The N samples of T steps are one sample of N·T steps.
//!
//! | | shape |
//! |---|---|
//! | `x`, `dx` | `[N, T·D]` |
//! | `y`, `dy` | `[N, T·W]`, or `[N, W]` of the last output |
//! | parameters | of each layer and direction those of its cells |

use std::ops::Range;

use contract::{Real, RowBuffer};
use ndarray::{ArrayView2, ArrayViewMut2};
use spec::model::{PlannedLayer, Recurrence, StateSpec, StepsSpec};

use super::Cells;
use crate::layers::{Layer, Mode, Pass};

/// Layers of cells C.
pub(crate) struct Stack<T, C> {
    recurrence: Recurrence,
    /// T.
    steps: usize,
    /// From input to output.
    levels: Vec<Level<T, C>>,
    /// `$\ell$` of each sample of the next pass; empty: nothing is padded.
    lengths: Vec<usize>,
    continues: bool,
}

/// One layer: what goes in is D numbers a step, what comes out W.
struct Level<T, C> {
    inputs: usize,
    directions: Vec<Direction<T, C>>,
    /// `[N, T·W]`.
    y: RowBuffer<T>,
    /// `[N, T·W]`.
    dy: RowBuffer<T>,
}

/// The cells of a layer that read in one direction, with what they read and give in their own order
/// of the steps.
struct Direction<T, C> {
    cells: C,
    reverse: bool,
    /// Where their parameters stand among all.
    parameters: Range<usize>,
    /// `[N, T·D]`, then its gradient.
    x: RowBuffer<T>,
    dx: RowBuffer<T>,
    /// `[N, T·H]`, then its gradient.
    y: RowBuffer<T>,
    dy: RowBuffer<T>,
}

impl<T: Real, C: Cells<T>> Stack<T, C> {
    /// The planned layer, of the cells that are made for so many inputs.
    pub fn new(planned: &PlannedLayer, recurrence: Recurrence, make: impl Fn(usize) -> C) -> Self {
        let ([steps, mut inputs], width) = (planned.positions(), recurrence.width());
        let buffer = |width| RowBuffer::zeros(0, steps * width);
        let parameters = planned.parameters.len() / (recurrence.layers * recurrence.directions());
        let mut counts = planned.parameters.chunks_exact(parameters);
        let (mut end, mut levels) = (0, Vec::new());
        for _ in 0..recurrence.layers {
            let direction = |(reverse, own): (bool, &[spec::model::PlannedParameter])| {
                let start = end;
                end += own.iter().map(|parameter| parameter.len()).sum::<usize>();
                Direction {
                    cells: make(inputs),
                    reverse,
                    parameters: start..end,
                    x: buffer(inputs),
                    dx: buffer(inputs),
                    y: buffer(recurrence.units),
                    dy: buffer(recurrence.units),
                }
            };
            let both = [false, true].into_iter().take(recurrence.directions());
            levels.push(Level {
                inputs,
                directions: both.zip(&mut counts).map(direction).collect(),
                y: buffer(width),
                dy: buffer(width),
            });
            inputs = width;
        }
        Self {
            recurrence,
            steps,
            levels,
            lengths: Vec::new(),
            continues: false,
        }
    }

    fn way(&self) -> Way<'_> {
        Way {
            units: self.recurrence.units,
            width: self.recurrence.width(),
            steps: self.steps,
            carried: self.recurrence.state == StateSpec::Carried,
            lengths: &self.lengths,
        }
    }
}

impl<T: Real, C: Cells<T>> Layer<T> for Stack<T, C> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, mut y: ArrayViewMut2<T>, mode: Mode) {
        let (samples, mut levels) = (x.nrows(), std::mem::take(&mut self.levels));
        let way = self.way();
        for index in 0..levels.len() {
            let (below, level) = levels.split_at_mut(index);
            let x = below.last().map_or(x, |below| below.y.first(samples));
            for direction in &mut level[0].directions {
                direction.cells.go_on(way.carried && self.continues);
            }
            level[0].forward(way, w, x, mode);
        }
        if let Some(last) = levels.last() {
            let of_steps = last.y.first(samples);
            match self.recurrence.steps {
                StepsSpec::Every => y.assign(&of_steps),
                StepsSpec::Last => way.each_last(samples, |sample, unit, at| {
                    y[[sample, unit]] = of_steps[[sample, at]];
                }),
            }
        }
        self.levels = levels;
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, mut dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let (samples, mut levels) = (pass.x.nrows(), std::mem::take(&mut self.levels));
        let way = self.way();
        if let Some(last) = levels.last_mut() {
            let mut dy = last.dy.first_mut(samples);
            match self.recurrence.steps {
                StepsSpec::Every => dy.assign(&pass.dy),
                StepsSpec::Last => {
                    dy.fill(T::zero());
                    way.each_last(samples, |sample, unit, at| {
                        dy[[sample, at]] = pass.dy[[sample, unit]];
                    });
                }
            }
        }
        for index in (0..levels.len()).rev() {
            let (below, level) = levels.split_at_mut(index);
            match below.last_mut() {
                None => level[0].backward(way, w, pass.x, dx.take(), dw),
                Some(below) => {
                    let (x, dx) = (below.y.first(samples), below.dy.first_mut(samples));
                    level[0].backward(way, w, x, Some(dx), dw);
                }
            }
        }
        self.levels = levels;
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.lengths.clear();
        self.lengths.extend_from_slice(lengths.unwrap_or_default());
    }

    fn set_continues(&mut self, continues: bool) {
        self.continues = continues;
    }

    /// Those of the last layer's cells that read forward.
    fn states(&self) -> Vec<(&'static str, ArrayView2<'_, T>)> {
        let forward = self.levels.last().and_then(|last| last.directions.first());
        forward.map_or(Vec::new(), |forward| forward.cells.states())
    }
}

impl<T: Real, C: Cells<T>> Level<T, C> {
    fn forward(&mut self, way: Way<'_>, w: &[T], x: ArrayView2<T>, mode: Mode) {
        let samples = x.nrows();
        for buffer in [&mut self.y, &mut self.dy] {
            buffer.make_room(samples);
        }
        for (number, direction) in self.directions.iter_mut().enumerate() {
            let Direction { cells, reverse, .. } = direction;
            for buffer in [
                &mut direction.x,
                &mut direction.dx,
                &mut direction.y,
                &mut direction.dy,
            ] {
                buffer.make_room(samples);
            }
            let all = (self.inputs, 0, self.inputs);
            way.copy(*reverse, (x, all), (direction.x.first_mut(samples), all));
            let w = &w[direction.parameters.clone()];
            let x = way.stream(direction.x.first(samples));
            cells.forward(w, x, way.stream_mut(direction.y.first_mut(samples)), mode);
            let own = (direction.y.first(samples), way.own());
            way.copy(*reverse, own, (self.y.first_mut(samples), way.part(number)));
        }
    }

    fn backward(
        &mut self,
        way: Way<'_>,
        w: &[T],
        x: ArrayView2<T>,
        mut dx: Option<ArrayViewMut2<T>>,
        dw: &mut [T],
    ) {
        let samples = x.nrows();
        if let Some(dx) = &mut dx {
            dx.fill(T::zero());
        }
        for (number, direction) in self.directions.iter_mut().enumerate() {
            let Direction { cells, reverse, .. } = direction;
            let of_level = (self.dy.first(samples), way.part(number));
            way.copy(
                *reverse,
                of_level,
                (direction.dy.first_mut(samples), way.own()),
            );
            let pass = Pass {
                x: way.stream(direction.x.first(samples)),
                y: way.stream(direction.y.first(samples)),
                dy: way.stream(direction.dy.first(samples)),
            };
            let own = way.stream_mut(direction.dx.first_mut(samples));
            let range = direction.parameters.clone();
            let wanted = dx.is_some().then_some(own);
            cells.backward(&w[range.clone()], pass, wanted, &mut dw[range]);
            if let Some(dx) = &mut dx {
                let all = (self.inputs, 0, self.inputs);
                let own = (direction.dx.first(samples), all);
                way.add(*reverse, own, (dx.view_mut(), all));
            }
        }
    }
}

/// Numbers of a step, which of them begin a part, and how many belong to it.
type Part = (usize, usize, usize);

/// How the steps of a batch lie.
#[derive(Clone, Copy)]
struct Way<'a> {
    /// H.
    units: usize,
    /// W.
    width: usize,
    /// T.
    steps: usize,
    carried: bool,
    lengths: &'a [usize],
}

impl Way<'_> {
    /// The numbers of one direction by themselves.
    fn own(&self) -> Part {
        (self.units, 0, self.units)
    }

    /// The same in the outputs of the layer.
    fn part(&self, direction: usize) -> Part {
        (self.width, direction * self.units, self.units)
    }

    /// Samples as cells take them: as they are, or as one.
    fn stream<'a, T>(&self, x: ArrayView2<'a, T>) -> ArrayView2<'a, T> {
        let shape = if self.carried { (1, x.len()) } else { x.dim() };
        let stream = x.into_shape_with_order(shape);
        stream.expect("buffers lie row by row")
    }

    /// The same, to be changed.
    fn stream_mut<'a, T>(&self, x: ArrayViewMut2<'a, T>) -> ArrayViewMut2<'a, T> {
        let shape = if self.carried { (1, x.len()) } else { x.dim() };
        let stream = x.into_shape_with_order(shape);
        stream.expect("buffers lie row by row")
    }

    /// True length of a sample.
    fn length(&self, sample: usize) -> usize {
        let length = self.lengths.get(sample).copied().unwrap_or(self.steps);
        length.clamp(1, self.steps)
    }

    /// Calls `f` with a sample, one of its last outputs, and where that stands among all of its
    /// steps: forward at the true end, reverse at the first step.
    fn each_last(&self, samples: usize, mut f: impl FnMut(usize, usize, usize)) {
        for sample in 0..samples {
            for unit in 0..self.width {
                let reverse = unit >= self.units;
                let step = if reverse { 0 } else { self.length(sample) - 1 };
                f(sample, unit, step * self.width + unit);
            }
        }
    }

    /// Copies a part of every step, mirrored or not.
    fn copy<T: Real>(
        &self,
        mirrored: bool,
        from: (ArrayView2<T>, Part),
        to: (ArrayViewMut2<T>, Part),
    ) {
        self.each(mirrored, from, to, |to, from| to.copy_from_slice(from));
    }

    /// Adds it instead.
    fn add<T: Real>(
        &self,
        mirrored: bool,
        from: (ArrayView2<T>, Part),
        to: (ArrayViewMut2<T>, Part),
    ) {
        self.each(mirrored, from, to, |to, from| {
            to.iter_mut().zip(from).for_each(|(to, &from)| *to += from);
        });
    }

    /// Calls `f` with the same part of every step there and here.
    fn each<T: Real>(
        &self,
        mirrored: bool,
        (from, (from_width, from_first, count)): (ArrayView2<T>, Part),
        (mut to, (to_width, to_first, _)): (ArrayViewMut2<T>, Part),
        f: impl Fn(&mut [T], &[T]),
    ) {
        let rows = from.rows().into_iter().zip(to.rows_mut());
        for (sample, (from, mut to)) in rows.enumerate() {
            let from = from.to_slice().expect("activations lie row by row");
            let to = to.as_slice_mut().expect("activations lie row by row");
            let length = if mirrored { self.length(sample) } else { 0 };
            for step in 0..self.steps {
                let there = if step < length {
                    length - 1 - step
                } else {
                    step
                };
                let (at, there) = (step * to_width + to_first, there * from_width + from_first);
                f(&mut to[at..at + count], &from[there..there + count]);
            }
        }
    }
}

#[cfg(test)]
mod tests;
