use super::super::build_first;
use super::super::testing::{TRAINING, prove, random};
use super::*;
use ndarray::{Array2, array};
use spec::model::{
    AdditiveSpec, EmbeddingSpec, GruSpec, LayerSpec, LstmPeepholeSpec, LstmSpec, ModelSpec, RnnSpec,
};

/// Symbols, 0 among them.
const SYMBOLS: usize = 5;

fn embedding(dimension: usize) -> LayerSpec {
    LayerSpec::Embedding(EmbeddingSpec {
        tokens: SYMBOLS,
        dimension,
        name: None,
        weights: None,
    })
}

/// Cells of three units, read by an encoder in one direction or both.
fn spec(attention: AttentionSpec, cell: LayerSpec, bidirectional: bool) -> EncoderDecoderSpec {
    let reader = LayerSpec::Gru(GruSpec {
        bidirectional,
        ..GruSpec::new(3)
    });
    EncoderDecoderSpec {
        encoder: vec![embedding(2), reader],
        decoder: vec![embedding(4)],
        cell: Box::new(cell),
        attention,
        reverse_source: false,
        name: None,
        weights: None,
    }
}

fn planned(spec: &EncoderDecoderSpec, steps: usize) -> PlannedLayer {
    let model = ModelSpec::new(vec![LayerSpec::EncoderDecoder(spec.clone())]);
    model.plan(&[2, steps]).unwrap().remove(0)
}

fn layer(spec: &EncoderDecoderSpec, steps: usize) -> EncoderDecoder<f64> {
    EncoderDecoder::new(&planned(spec, steps), spec, Streams::new(1), build_first)
}

fn weights(spec: &EncoderDecoderSpec) -> Vec<f64> {
    let count = planned(spec, 4).parameter_count();
    random(1, count, "w").into_raw_vec_and_offset().0
}

/// Sources of three, one and no symbols before their end, and one without an end.
fn samples() -> Array2<f64> {
    array![
        [1.0, 2.0, 3.0, 0.0, 0.0, 4.0, 2.0, 1.0],
        [4.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 3.0, 3.0],
        [2.0, 2.0, 1.0, 4.0, 0.0, 2.0, 4.0, 1.0]
    ]
}

fn run(spec: &EncoderDecoderSpec, x: &Array2<f64>) -> Array2<f64> {
    let planned = planned(spec, x.ncols() / 2);
    let mut y = Array2::from_elem((x.nrows(), planned.outputs()), f64::NAN);
    let mut layer = layer(spec, x.ncols() / 2);
    layer.forward(&weights(spec), x.view(), y.view_mut(), TRAINING);
    y
}

fn additive() -> AttentionSpec {
    AttentionSpec::Additive(AdditiveSpec { units: 2 })
}

fn all() -> [AttentionSpec; 5] {
    let dots = [AttentionSpec::Dot, AttentionSpec::ScaledDot];
    let [dot, scaled] = dots;
    [
        AttentionSpec::None,
        additive(),
        dot,
        scaled,
        AttentionSpec::General,
    ]
}

#[test]
fn gradients_agree_with_central_differences_whatever_the_attention() {
    for attention in all() {
        let spec = spec(attention, LayerSpec::Gru(GruSpec::new(3)), false);
        let outputs = planned(&spec, 4).outputs();
        prove(&mut layer(&spec, 4), &weights(&spec), samples(), outputs);
    }
}

#[test]
fn gradients_agree_with_central_differences_whatever_the_cells() {
    let cells = [
        LayerSpec::Rnn(RnnSpec::new(3)),
        LayerSpec::Lstm(LstmSpec::new(3)),
        LayerSpec::LstmPeephole(LstmPeepholeSpec::new(3)),
    ];
    for cell in cells {
        for attention in [additive(), AttentionSpec::General] {
            let spec = EncoderDecoderSpec {
                reverse_source: true,
                ..spec(attention, cell.clone(), true)
            };
            let outputs = planned(&spec, 4).outputs();
            prove(&mut layer(&spec, 4), &weights(&spec), samples(), outputs);
        }
    }
}

/// Each pair with two more places behind its sequences.
fn padded(x: &Array2<f64>) -> Array2<f64> {
    let (samples, steps) = (x.nrows(), x.ncols() / 2);
    Array2::from_shape_fn((samples, 2 * (steps + 2)), |(sample, at)| {
        let (part, step) = (at / (steps + 2), at % (steps + 2));
        if step < steps {
            x[[sample, part * steps + step]]
        } else {
            0.0
        }
    })
}

#[test]
fn more_padding_changes_no_bit() {
    let x = samples();
    let ended = x.slice(s![..3, ..]).to_owned();
    for attention in all() {
        let spec = spec(attention, LayerSpec::Lstm(LstmSpec::new(3)), false);
        let (y, longer) = (run(&spec, &ended), run(&spec, &padded(&ended)));
        assert_eq!(y, longer.slice(s![.., ..y.ncols()]));
    }
}

#[test]
fn a_batch_equals_its_samples_one_by_one_in_bits() {
    let x = samples();
    for attention in all() {
        let spec = spec(attention, LayerSpec::Gru(GruSpec::new(3)), false);
        let y = run(&spec, &x);
        for sample in 0..x.nrows() {
            let own = x.slice(s![sample..sample + 1, ..]).to_owned();
            assert_eq!(run(&spec, &own), y.slice(s![sample..sample + 1, ..]));
        }
    }
}

/// What a step gives does not depend on the target's later symbols: so that to write greedily is
/// to be taught by what was written.
#[test]
fn a_step_sees_nothing_that_comes_later() {
    let (x, mut other) = (samples(), samples());
    other.slice_mut(s![.., 6..]).fill(4.0);
    for attention in all() {
        let spec = spec(attention, LayerSpec::Gru(GruSpec::new(3)), false);
        let (y, changed) = (run(&spec, &x), run(&spec, &other));
        let half = y.ncols() / 2;
        assert_eq!(y.slice(s![.., ..half]), changed.slice(s![.., ..half]));
        assert_ne!(y.slice(s![.., half..]), changed.slice(s![.., half..]));
    }
}

#[test]
fn a_reversed_source_is_the_source_read_from_its_end() {
    let plain = spec(AttentionSpec::None, LayerSpec::Gru(GruSpec::new(3)), false);
    let reverse = EncoderDecoderSpec {
        reverse_source: true,
        ..plain.clone()
    };
    let mut mirrored = samples();
    mirrored
        .row_mut(0)
        .slice_mut(s![..3])
        .assign(&array![3.0, 2.0, 1.0]);
    mirrored
        .row_mut(3)
        .slice_mut(s![..4])
        .assign(&array![4.0, 1.0, 2.0, 2.0]);
    assert_eq!(run(&reverse, &samples()), run(&plain, &mirrored));
}
