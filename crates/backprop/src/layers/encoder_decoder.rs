//! Encoder and decoder: one network reads a sequence, another writes one.
//!
//! The encoder turns the source into outputs `$k_1$` to `$k_\ell$` `[W]`. The decoder's cells begin
//! with a state made of the last one, of each direction where it has read everything, and read the
//! target's symbol of the step before, `$e_t$` `[E]`:
//!
//! ```math
//! s_0 = \tanh(W_b\, k_{\mathrm{last}} + b), \qquad s_t = f(s_{t-1}, e_t), \qquad y_t = s_t
//! ```
//!
//! So everything has to go through `$k_{\mathrm{last}}$`. With attention
//! (`encoder_decoder/attention.rs`) a step also gets a context, a mean of all outputs. By the state
//! behind it (Luong et al. 2015), or, additive, by the one before it, and then the cells read the
//! context too (Bahdanau et al. 2015):
//!
//! ```math
//! c_t = c(s_t), \quad s_t = f(s_{t-1}, e_t) \qquad \text{or} \qquad c_t = c(s_{t-1}), \quad
//!   s_t = f(s_{t-1}, [e_t, c_t]); \qquad y_t = [s_t, c_t]
//! ```
//!
//! The symbol of the step before is the target's own, not the one that was written: teacher
//! forcing. For sequences that are written greedily without an error both are the same.
//!
//! Backward in time, `$ds_t$` is what comes from above, through the cells of the step behind and
//! through attention; what reaches `$s_0$` goes on to the encoder's last output.
//!
//! | | shape |
//! |---|---|
//! | `x`: source, then the target shifted by one; 0 ends a sequence | `[N, 2·L]` |
//! | `y`, `dy` | `[N, L·H]`, or `[N, L·(H + W)]` |
//! | parameters | of the encoder, the decoder's layers, its cells; `bridge.weight` `$W_b$` `[H, W]`, `bridge.bias` `[H]`; of the attention |
//!
//! Symbols have no derivative: `dx` is 0, as that of an embedding.
//!
//! Sources: Cho et al. 2014; Sutskever, Vinyals, Le 2014; Bahdanau, Cho, Bengio 2015; Luong, Pham,
//! Manning 2015.

mod attention;
mod bridge;
mod rows;

use contract::{Real, RowBuffer, Streams};
use ndarray::{ArrayView2, ArrayViewMut2, Axis, s};
use spec::model::{AttentionSpec, EncoderDecoderSpec, PlannedLayer};

use super::recurrent::{Cells, cells};
use super::{Layer, Mode, Order, Pass};
use crate::engine::chain::{Activations, Build, Chain};
use attention::{Attention, Size, Step};
use bridge::Bridge;

/// `$y_t = [s_t, c_t]$`.
pub struct EncoderDecoder<T> {
    size: Size,
    reverse_source: bool,
    encoder: Part<T>,
    decoder: Part<T>,
    /// Parameters of the cells.
    of_cells: usize,
    bridge: Bridge<T>,
    attention: Option<Attention<T>>,
    /// Whether the cells read the context.
    feeds: bool,
    /// Those of the decoder, which share their parameters.
    steps: Vec<StepOf<T>>,
    /// `[N, L]` each: what the encoder reads, and what the decoder does.
    source: RowBuffer<T>,
    target: RowBuffer<T>,
    /// True length of each source.
    lengths: Vec<usize>,
    /// `$s_0$`, and its gradient, `[N, H]`.
    first: RowBuffer<T>,
    d_first: RowBuffer<T>,
}

struct Part<T> {
    chain: Chain<T>,
    activations: Activations<T>,
}

/// The cells of one step, and what is kept of it.
struct StepOf<T> {
    cells: Box<dyn Cells<T>>,
    /// `$[e_t, c_t]$` or `$e_t$`, and its gradient.
    x: RowBuffer<T>,
    dx: RowBuffer<T>,
    /// `$s_t$`, and its gradient, `[N, H]`.
    s: RowBuffer<T>,
    ds: RowBuffer<T>,
    /// `$c_t$`, then its gradient, `[N, W]`.
    context: RowBuffer<T>,
}

impl<T: Real> EncoderDecoder<T> {
    /// The planned layer; `build` makes the layers in its parts.
    pub fn new(
        planned: &PlannedLayer,
        spec: &EncoderDecoderSpec,
        streams: Streams,
        build: Build<T>,
    ) -> Self {
        let [encoder, decoder, cell] = planned.chains.as_slice() else {
            panic!("{}: an encoder-decoder has three chains", planned.name);
        };
        let [last, cell] = [encoder.last(), cell.last()]
            .map(|layer| layer.expect("the plan refuses a part without layers"));
        let size = Size {
            states: cell.positions_out()[1],
            outputs: last.positions_out()[1],
            steps: last.positions_out()[0],
        };
        let inputs = cell.positions()[1];
        let buffer = |columns| RowBuffer::zeros(0, columns);
        let step = || StepOf {
            cells: cells(cell),
            x: buffer(inputs),
            dx: buffer(inputs),
            s: buffer(size.states),
            ds: buffer(size.states),
            context: buffer(size.outputs),
        };
        let part = |chain: &[PlannedLayer]| {
            let chain = Chain::new(chain, streams, build);
            let activations = chain.activations();
            Part { chain, activations }
        };
        let attends = spec.attention != AttentionSpec::None;
        Self {
            size,
            reverse_source: spec.reverse_source,
            encoder: part(encoder),
            decoder: part(decoder),
            of_cells: cell.parameter_count(),
            bridge: Bridge::new(size, last),
            attention: attends.then(|| Attention::new(&spec.attention, size)),
            feeds: spec.attention.feeds_cells(),
            steps: (0..size.steps).map(|_| step()).collect(),
            source: buffer(size.steps),
            target: buffer(size.steps),
            lengths: Vec::new(),
            first: buffer(size.states),
            d_first: buffer(size.states),
        }
    }

    /// How many parameters each part has.
    fn counts(&self) -> [usize; 4] {
        [
            self.encoder.chain.parameters(),
            self.decoder.chain.parameters(),
            self.of_cells,
            self.bridge.parameters(),
        ]
    }

    /// The two sequences of each sample, and where the sources end: with their first 0.
    fn take(&mut self, x: ArrayView2<T>) {
        let (samples, steps) = (x.nrows(), self.size.steps);
        self.source.make_room(samples);
        self.target.make_room(samples);
        let (source, target) = x.split_at(Axis(1), steps);
        self.target.first_mut(samples).assign(&target);
        self.lengths.clear();
        let mut sources = self.source.first_mut(samples);
        for (mut to, source) in sources.rows_mut().into_iter().zip(source.rows()) {
            to.assign(&source);
            let symbols = source.iter().take_while(|s| s.f64().round() != 0.0);
            let length = symbols.count();
            if self.reverse_source {
                (0..length).for_each(|at| to[at] = source[length - 1 - at]);
            }
            self.lengths.push((length + 1).min(steps));
        }
    }

    /// Makes room for N samples.
    fn make_room(&mut self, samples: usize) {
        self.first.make_room(samples);
        self.d_first.make_room(samples);
        for step in &mut self.steps {
            let handed = step.cells.handed();
            handed.make_room(samples, self.size.states);
            let StepOf { x, dx, s, ds, .. } = step;
            let buffers = [x, dx, s, ds, &mut step.context];
            buffers
                .into_iter()
                .for_each(|buffer| buffer.make_room(samples));
        }
    }

    /// The steps of the decoder, the first first.
    fn write(&mut self, [of_cells, of_attention]: [&[T]; 2], y: ArrayViewMut2<T>, mode: Mode) {
        let (mut y, samples, states) = (y, self.lengths.len(), self.size.states);
        let keys = self.encoder.activations.last_output();
        let symbols = self.decoder.activations.last_output();
        let [embedded, width] = [symbols.ncols(), y.ncols()].map(|all| all / self.size.steps);
        for t in 0..self.steps.len() {
            let (before, step) = self.steps.split_at_mut(t);
            let (before, step) = (before.last(), &mut step[0]);
            let state = before.map_or(&self.first, |before| &before.s);
            let state = state.first(samples); // sₜ₋₁
            let mut x = step.x.first_mut(samples);
            let of_step = s![.., t * embedded..(t + 1) * embedded];
            x.slice_mut(s![.., ..embedded])
                .assign(&symbols.slice(of_step));
            let mut context = step.context.first_mut(samples);
            if let (Some(attention), true) = (&mut self.attention, self.feeds) {
                attention.forward(of_attention, t, state, keys, context.view_mut()); // cₜ of sₜ₋₁
                x.slice_mut(s![.., embedded..]).assign(&context);
            }
            let cell = before.and_then(|before| before.cells.last_cell());
            step.cells.handed().take(state, cell);
            let (x, s) = (step.x.first(samples), step.s.first_mut(samples));
            step.cells.forward(of_cells, x, s, mode); // sₜ
            let s = step.s.first(samples);
            if let (Some(attention), false) = (&mut self.attention, self.feeds) {
                attention.forward(of_attention, t, s, keys, context.view_mut()); // cₜ of sₜ
            }
            let mut y = y.slice_mut(s![.., t * width..(t + 1) * width]);
            y.slice_mut(s![.., ..states]).assign(&s);
            if self.attention.is_some() {
                y.slice_mut(s![.., states..]).assign(&context);
            }
        }
    }

    /// The steps of the decoder, the last first. The gradients of the encoder's outputs, of the
    /// decoder's symbols and of `$s_0$` are left in their buffers.
    fn write_back(
        &mut self,
        [of_cells, of_attention]: [&[T]; 2],
        dy: ArrayView2<T>,
        [d_cells, d_attention]: [&mut [T]; 2],
    ) {
        let (samples, states) = (self.lengths.len(), self.size.states);
        let (keys, mut dkeys) = self.encoder.activations.last_output_and_gradient();
        let mut dsymbols = self.decoder.activations.last_gradient();
        let [embedded, width] = [dsymbols.ncols(), dy.ncols()].map(|all| all / self.size.steps);
        dkeys.fill(T::zero());
        for t in (0..self.steps.len()).rev() {
            let (before, step) = self.steps.split_at_mut(t);
            let (mut before, step) = (before.last_mut(), &mut step[0]);
            let dy = dy.slice(s![.., t * width..(t + 1) * width]);
            let mut ds = step.ds.first_mut(samples); // from the step behind
            let mut d_context = step.context.first_mut(samples);
            ds += &dy.slice(s![.., ..states]);
            if let Some(attention) = &mut self.attention {
                d_context.assign(&dy.slice(s![.., states..]));
                if !self.feeds {
                    let asked = Step::new(t, step.s.first(samples), keys);
                    let to = (ds.view_mut(), dkeys.view_mut());
                    attention.backward(of_attention, asked, d_context.view(), to, d_attention);
                }
            }
            let pass = Pass {
                x: step.x.first(samples),
                y: step.s.first(samples),
                dy: ds.view(),
            };
            let mut dx = step.dx.first_mut(samples);
            (step.cells).backward(of_cells, pass, Some(dx.view_mut()), d_cells);
            let mut of_step = dsymbols.slice_mut(s![.., t * embedded..(t + 1) * embedded]);
            of_step.assign(&dx.slice(s![.., ..embedded]));
            let handed = step.cells.handed();
            let (state, d_state) = match &mut before {
                None => (&self.first, &mut self.d_first),
                Some(before) => {
                    before.cells.handed().take_gradient_of_cell(handed);
                    (&before.s, &mut before.ds)
                }
            };
            let mut d_state = d_state.first_mut(samples);
            handed.give_gradient(d_state.view_mut()); // to dsₜ₋₁, through the cells
            if let (Some(attention), true) = (&mut self.attention, self.feeds) {
                d_context += &dx.slice(s![.., embedded..]);
                let asked = Step::new(t, state.first(samples), keys);
                let to = (d_state, dkeys.view_mut());
                attention.backward(of_attention, asked, d_context.view(), to, d_attention);
            }
        }
        if let Some(attention) = &mut self.attention {
            attention.give_back(of_attention, keys, dkeys, d_attention);
        }
    }
}

impl<T: Real> Layer<T> for EncoderDecoder<T> {
    fn forward(&mut self, w: &[T], x: ArrayView2<T>, y: ArrayViewMut2<T>, mode: Mode) {
        let samples = x.nrows();
        let ([encoder, decoder, cells, bridge], attention) = split(w, self.counts());
        self.take(x);
        self.make_room(samples);
        let Part { chain, activations } = &mut self.encoder;
        chain.set_lengths(Some(&self.lengths));
        chain.forward(encoder, self.source.first(samples), activations, mode);
        let keys = activations.last_output();
        let first = self.first.first_mut(samples);
        self.bridge.forward(bridge, keys, &self.lengths, first); // s₀
        if let Some(of) = &mut self.attention {
            of.read(attention, keys, &self.lengths);
        }
        let Part { chain, activations } = &mut self.decoder;
        chain.forward(decoder, self.target.first(samples), activations, mode);
        self.write([cells, attention], y, mode);
    }

    fn backward(&mut self, w: &[T], pass: Pass<T>, dx: Option<ArrayViewMut2<T>>, dw: &mut [T]) {
        let (samples, order) = (pass.x.nrows(), Order::First);
        let ([encoder, decoder, cells, bridge], attention) = split(w, self.counts());
        let ([d_encoder, d_decoder, d_cells, d_bridge], d_attention) = split_mut(dw, self.counts());
        if let Some(last) = self.steps.last_mut() {
            last.ds.first_mut(samples).fill(T::zero());
            last.cells.handed().dc.fill(T::zero());
        }
        self.write_back([cells, attention], pass.dy, [d_cells, d_attention]);
        let Part { chain, activations } = &mut self.decoder;
        let target = self.target.first(samples);
        chain.backward(order, decoder, target, activations, None, d_decoder);
        let Part { chain, activations } = &mut self.encoder;
        let first = [self.first.first(samples), self.d_first.first(samples)];
        let to = (activations.last_gradient(), d_bridge);
        self.bridge.backward(bridge, &self.lengths, first, to);
        let source = self.source.first(samples);
        chain.backward(order, encoder, source, activations, None, d_encoder);
        if let Some(mut dx) = dx {
            dx.fill(T::zero());
        }
    }

    /// The lengths of a batch are those of the targets: what is behind them is in no loss. A source
    /// has its own end.
    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.decoder.chain.set_lengths(lengths);
    }

    fn end_step(&mut self) {
        self.encoder.chain.end_step();
        self.decoder.chain.end_step();
    }

    fn save(&self, statistics: &mut Vec<T>) {
        self.encoder.chain.save(statistics);
        self.decoder.chain.save(statistics);
    }

    fn restore(&mut self, statistics: &mut &[T]) {
        self.encoder.chain.restore(statistics);
        self.decoder.chain.restore(statistics);
    }

    /// The weights of the attention at each step, of the last pass.
    fn states(&self) -> Vec<(&'static str, ArrayView2<'_, T>)> {
        let attention = self.attention.iter();
        attention.map(|of| ("attention", of.weights())).collect()
    }
}

/// One part behind the other, of these lengths, and the rest.
fn split<T>(w: &[T], counts: [usize; 4]) -> ([&[T]; 4], &[T]) {
    let mut rest = w;
    let parts = counts.map(|count| {
        let (part, behind) = rest.split_at(count);
        rest = behind;
        part
    });
    (parts, rest)
}

/// The same, to be changed.
fn split_mut<T>(w: &mut [T], counts: [usize; 4]) -> ([&mut [T]; 4], &mut [T]) {
    let mut rest = w;
    let parts = counts.map(|count| {
        let (part, behind) = std::mem::take(&mut rest).split_at_mut(count);
        rest = behind;
        part
    });
    (parts, rest)
}

#[cfg(test)]
mod tests;
