//! One network reads a sequence, another writes one, a step at a time.

use burn::tensor::{Int, Tensor, activation};
use spec::model::{AttentionSpec, EncoderDecoderSpec, LayerSpec, PlannedLayer};

use super::recurrent::Steps;
use super::{gru, lstm, lstm_peephole, rnn};
use crate::BurnReal;
use crate::layer::{Layer, Mode};
use crate::network::Network;
use crate::tensors::values;

pub(super) fn layer<T: BurnReal>(
    planned: &PlannedLayer,
    spec: &EncoderDecoderSpec,
    [encoder, decoder]: [Network; 2],
) -> Box<dyn Layer> {
    let [of_encoder, _, of_cell] = [0, 1, 2].map(|chain| planned.chains[chain].last());
    let [last, cell] = [of_encoder, of_cell].map(|of| of.expect("the plan refuses empty parts"));
    let recurrence = last.spec.layer().recurrence();
    let outputs = last.positions_out()[1];
    Box::new(EncoderDecoder {
        steps: last.positions_out()[0],
        outputs,
        states: cell.positions_out()[1],
        forward: match recurrence {
            Some(recurrence) if recurrence.bidirectional => recurrence.units,
            _ => outputs,
        },
        spec: spec.clone(),
        encoder,
        decoder,
        cells: match &cell.spec {
            LayerSpec::Rnn(spec) => Box::new(rnn::cell::<T>(spec)),
            LayerSpec::Lstm(spec) => Box::new(lstm::cell::<T>(spec)),
            LayerSpec::LstmPeephole(spec) => Box::new(lstm_peephole::cell::<T>(spec)),
            LayerSpec::Gru(spec) => Box::new(gru::cell::<T>(spec)),
            _ => panic!("{}: the plan lets only recurrent layers in", planned.name),
        },
        of_cells: cell.parameters.len(),
        values: |x| values::<T, _>(x).into_iter().map(|x| x.f64()).collect(),
    })
}

struct EncoderDecoder {
    /// L.
    steps: usize,
    /// W.
    outputs: usize,
    /// H.
    states: usize,
    /// Numbers of an output that are of the forward direction.
    forward: usize,
    spec: EncoderDecoderSpec,
    encoder: Network,
    decoder: Network,
    cells: Box<dyn Steps>,
    /// Tensors of the cells.
    of_cells: usize,
    /// The numbers of a tensor.
    values: fn(Tensor<1>) -> Vec<f64>,
}

impl Layer for EncoderDecoder {
    fn forward(&mut self, w: &[Tensor<1>], x: Tensor<2>, mode: Mode) -> Tensor<2> {
        let (samples, steps) = (x.dims()[0], self.steps);
        let (of_encoder, rest) = w.split_at(self.encoder.parameters());
        let (of_decoder, rest) = rest.split_at(self.decoder.parameters());
        let (of_cells, own) = rest.split_at(self.of_cells);
        let source = x.clone().narrow(1, 0, steps);
        let lengths = self.lengths(source.clone());
        let source = match self.spec.reverse_source {
            true => self.reversed(source, &lengths),
            false => source,
        };
        self.encoder.set_lengths(Some(&lengths));
        let keys = self.encoder.forward(of_encoder, source, mode);
        let keys = keys.reshape([samples, steps, self.outputs]);
        let symbols = self
            .decoder
            .forward(of_decoder, x.narrow(1, steps, steps), mode);
        let embedded = symbols.dims()[1] / steps;

        let weight = own[0].clone().reshape([self.outputs, self.states]);
        let bias = own[1].clone().reshape([1, self.states]);
        let first = self.last(keys.clone(), &lengths).matmul(weight) + bias;
        let mut state = self.cells.begin(activation::tanh(first));
        let padding = self.padding(&lengths, &keys);
        let mut outputs = Vec::with_capacity(steps);
        for step in 0..steps {
            let x = symbols.clone().narrow(1, step * embedded, embedded);
            let context = |s: &Tensor<2>| self.context(&own[2..], s.clone(), &keys, &padding);
            if self.spec.attention.feeds_cells() {
                let context = context(&state[0]);
                let x = Tensor::cat(vec![x, context.clone()], 1);
                state = self.cells.step(of_cells, x, state);
                outputs.extend([state[0].clone(), context]);
            } else {
                state = self.cells.step(of_cells, x, state);
                outputs.push(state[0].clone());
                if self.spec.attention != AttentionSpec::None {
                    outputs.push(context(&state[0]));
                }
            }
        }
        Tensor::cat(outputs, 1)
    }

    fn set_lengths(&mut self, lengths: Option<&[usize]>) {
        self.decoder.set_lengths(lengths);
    }
}

impl EncoderDecoder {
    /// True lengths of sources `[N, L]`: up to their first 0, which belongs to them.
    fn lengths(&self, source: Tensor<2>) -> Vec<usize> {
        let samples = source.dims()[0];
        let numbers = (self.values)(source.reshape([samples * self.steps]));
        let length = |symbols: &[f64]| {
            let end = symbols.iter().position(|symbol| symbol.round() == 0.0);
            end.map_or(self.steps, |end| end + 1)
        };
        numbers.chunks(self.steps).map(length).collect()
    }

    /// Each source with the symbols before its end in the opposite order.
    fn reversed(&self, source: Tensor<2>, lengths: &[usize]) -> Tensor<2> {
        let samples = lengths.len();
        let flat: Tensor<1> = source.reshape([samples * self.steps]);
        let numbers = (self.values)(flat.clone());
        let places = lengths.iter().enumerate().flat_map(|(sample, &length)| {
            let first = sample * self.steps;
            let ended = numbers[first + length - 1].round() == 0.0;
            let symbols = if ended { length - 1 } else { length };
            (0..self.steps).map(move |step| match step < symbols {
                true => (first + symbols - 1 - step) as i32,
                false => (first + step) as i32,
            })
        });
        let places: Vec<i32> = places.collect();
        let places = Tensor::<1, Int>::from_ints(places.as_slice(), &flat.device());
        flat.select(0, places).reshape([samples, self.steps])
    }

    /// Of each direction the output where it has read everything, `[N, W]`.
    fn last(&self, keys: Tensor<3>, lengths: &[usize]) -> Tensor<2> {
        let samples = lengths.len();
        let rows: Tensor<2> = keys.reshape([samples * self.steps, self.outputs]);
        let at_end = |(sample, &length)| (sample * self.steps + length - 1) as i32;
        let ends: Vec<i32> = lengths.iter().enumerate().map(at_end).collect();
        let starts: Vec<i32> = (0..samples).map(|n| (n * self.steps) as i32).collect();
        let parts = [
            (ends, 0, self.forward),
            (starts, self.forward, self.outputs),
        ];
        let parts = parts.into_iter().filter(|(_, from, to)| from < to);
        let part = |(places, from, to): (Vec<i32>, usize, usize)| {
            let places = Tensor::<1, Int>::from_ints(places.as_slice(), &rows.device());
            rows.clone().select(0, places).narrow(1, from, to - from)
        };
        Tensor::cat(parts.map(part).collect(), 1)
    }

    /// 0 where an output is true, and so far below any score that nothing is left of its weight
    /// where it is padding, `[N, L]`.
    fn padding(&self, lengths: &[usize], keys: &Tensor<3>) -> Tensor<2> {
        const NONE: f64 = -1e30;
        let of_sample = |&length: &usize| {
            (0..self.steps).map(move |step| if step < length { 0.0 } else { NONE })
        };
        let numbers: Vec<f64> = lengths.iter().flat_map(of_sample).collect();
        let options = (&keys.device(), keys.dtype());
        let flat = Tensor::<1>::from_data(numbers.as_slice(), options);
        flat.reshape([lengths.len(), self.steps])
    }

    /// The mean of the outputs by the weights of a state `[N, H]`, `[N, W]`.
    fn context(
        &self,
        w: &[Tensor<1>],
        state: Tensor<2>,
        keys: &Tensor<3>,
        padding: &Tensor<2>,
    ) -> Tensor<2> {
        let ([samples, steps, outputs], states) = (keys.dims(), self.states);
        let rows: Tensor<2> = keys.clone().reshape([samples * steps, outputs]);
        let projected = |width: usize, weight: &Tensor<1>| -> Tensor<3> {
            let product = rows
                .clone()
                .matmul(weight.clone().reshape([outputs, width]));
            product.reshape([samples, steps, width])
        };
        let with = |keys: Tensor<3>, state: Tensor<2>| -> Tensor<2> {
            let width = state.dims()[1];
            let products = keys * state.reshape([samples, 1, width]);
            products.sum_dim(2).reshape([samples, steps])
        };
        let scores = match &self.spec.attention {
            AttentionSpec::None | AttentionSpec::Dot => with(keys.clone(), state),
            AttentionSpec::ScaledDot => with(keys.clone(), state) / (states as f64).sqrt(),
            AttentionSpec::General => with(projected(states, &w[0]), state),
            AttentionSpec::Additive(additive) => {
                let units = additive.units;
                let query = state.matmul(w[0].clone().reshape([states, units]));
                let sums = projected(units, &w[1]) + query.reshape([samples, 1, units]);
                let score = w[2].clone().reshape([1, units]).repeat_dim(0, samples);
                with(activation::tanh(sums), score)
            }
        };
        let weights = activation::softmax(scores + padding.clone(), 1);
        let weighted = keys.clone() * weights.reshape([samples, steps, 1]);
        weighted.sum_dim(1).reshape([samples, outputs])
    }
}
