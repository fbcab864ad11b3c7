use ndarray::{Array2, s};
use spec::model::{GradientSpec, GruSpec, LayerSpec, LstmPeepholeSpec, LstmSpec, RnnSpec};
use spec::model::{StateSpec, StepsSpec};

use super::super::testing::{Passed, planned, run};
use crate::layers::testing::{prove, random};
use crate::layers::{Layer, build_first};
use contract::Streams;

const D: usize = 3;
const H: usize = 2;

/// Every kind of cells, two layers in both directions.
fn deep(steps_given: StepsSpec) -> [LayerSpec; 4] {
    macro_rules! deep {
        ($spec:ident) => {
            $spec {
                layers: 2,
                bidirectional: true,
                steps: steps_given,
                ..$spec::new(H)
            }
        };
    }
    [
        LayerSpec::Rnn(deep!(RnnSpec)),
        LayerSpec::Lstm(deep!(LstmSpec)),
        LayerSpec::LstmPeephole(deep!(LstmPeepholeSpec)),
        LayerSpec::Gru(deep!(GruSpec)),
    ]
}

fn layer(spec: &LayerSpec, steps: usize) -> (Box<dyn Layer<f64>>, Vec<f64>) {
    let plan = planned(spec.clone(), steps, D);
    let w = random(1, plan.parameter_count(), "w");
    let (layer, _) = build_first(std::slice::from_ref(&plan), Streams::new(1));
    (layer, w.into_raw_vec_and_offset().0)
}

#[test]
fn gradients_agree_with_central_differences_with_and_without_padding() {
    for (given, outputs) in [(StepsSpec::Every, 4 * 2 * H), (StepsSpec::Last, 2 * H)] {
        for spec in deep(given) {
            let (mut layer, w) = layer(&spec, 4);
            prove(&mut *layer, &w, random(3, 4 * D, "x"), outputs);
            layer.set_lengths(Some(&[4, 1, 3]));
            prove(&mut *layer, &w, random(3, 4 * D, "x"), outputs);
        }
    }
}

/// The reverse cells begin at the true end: what is behind it changes nothing before it.
#[test]
fn padding_changes_no_bit_of_what_is_before_it() {
    let lengths = [4, 1, 3];
    for spec in deep(StepsSpec::Every) {
        let (mut short, w) = layer(&spec, 4);
        let (mut long, _) = layer(&spec, 6);
        let (x, dy) = (random(3, 4 * D, "x"), Array2::zeros((3, 4 * 2 * H)));
        let (mut padded, no) = (
            Array2::from_elem((3, 6 * D), 9.0),
            Array2::zeros((3, 6 * 2 * H)),
        );
        for (row, length) in lengths.into_iter().enumerate() {
            let own = s![row, ..length * D];
            padded.slice_mut(own).assign(&x.slice(own));
        }
        short.set_lengths(Some(&lengths));
        long.set_lengths(Some(&lengths));
        let (short, long) = (
            run(&mut *short, &w, &x, &dy),
            run(&mut *long, &w, &padded, &no),
        );
        for (row, length) in lengths.into_iter().enumerate() {
            let own = s![row, ..length * 2 * H];
            assert_eq!(short.y.slice(own), long.y.slice(own), "row {row}");
        }
    }
}

/// One layer in both directions is two layers, one of which gets the sequence mirrored.
#[test]
fn the_reverse_cells_are_cells_of_the_mirrored_sequence() {
    let both = LayerSpec::Gru(GruSpec {
        bidirectional: true,
        ..GruSpec::new(H)
    });
    let one = LayerSpec::Gru(GruSpec::new(H));
    let (mut both, w) = layer(&both, 3);
    let ((mut forward, _), (mut reverse, _)) = (layer(&one, 3), layer(&one, 3));
    let x = random(2, 3 * D, "x");
    let mirrored = Array2::from_shape_fn(x.raw_dim(), |(n, at)| x[[n, (2 - at / D) * D + at % D]]);
    let none = Array2::zeros((2, 3 * H));
    let (of_forward, of_reverse) = w.split_at(w.len() / 2);
    let all = run(&mut *both, &w, &x, &Array2::zeros((2, 3 * 2 * H))).y;
    let forward = run(&mut *forward, of_forward, &x, &none).y;
    let reverse = run(&mut *reverse, of_reverse, &mirrored, &none).y;
    for (n, t, j) in [(0, 0, 0), (1, 2, 1), (0, 1, 1), (1, 0, 0)] {
        assert_eq!(all[[n, t * 2 * H + j]], forward[[n, t * H + j]]);
        assert_eq!(all[[n, t * 2 * H + H + j]], reverse[[n, (2 - t) * H + j]]);
    }
}

#[test]
fn the_last_output_is_that_of_the_true_end_and_in_reverse_that_of_the_first_step() {
    let lengths = [4, 1, 3];
    for (every, last) in deep(StepsSpec::Every).iter().zip(&deep(StepsSpec::Last)) {
        let ((mut every, w), (mut last, _)) = (layer(every, 4), layer(last, 4));
        every.set_lengths(Some(&lengths));
        last.set_lengths(Some(&lengths));
        let x = random(3, 4 * D, "x");
        let every = run(&mut *every, &w, &x, &Array2::zeros((3, 4 * 2 * H))).y;
        let last = run(&mut *last, &w, &x, &Array2::zeros((3, 2 * H))).y;
        for (row, length) in lengths.into_iter().enumerate() {
            let end = (length - 1) * 2 * H;
            assert_eq!(last.slice(s![row, ..H]), every.slice(s![row, end..end + H]));
            assert_eq!(last.slice(s![row, H..]), every.slice(s![row, H..2 * H]));
        }
    }
}

/// Each kind of cells with a state that is carried.
fn carried(gradient: GradientSpec) -> [LayerSpec; 4] {
    macro_rules! carried {
        ($spec:ident) => {
            $spec {
                layers: 2,
                state: StateSpec::Carried,
                gradient,
                ..$spec::new(H)
            }
        };
    }
    [
        LayerSpec::Rnn(carried!(RnnSpec)),
        LayerSpec::Lstm(carried!(LstmSpec)),
        LayerSpec::LstmPeephole(carried!(LstmPeepholeSpec)),
        LayerSpec::Gru(carried!(GruSpec)),
    ]
}

fn continued(layer: &mut dyn Layer<f64>, continues: bool, w: &[f64], x: &Array2<f64>) -> Passed {
    layer.set_continues(continues);
    let dy = random(x.nrows(), x.ncols() / D * H, "dy");
    run(layer, w, x, &dy)
}

/// Six samples of two steps are one stream of twelve, however many are in a batch.
#[test]
fn a_state_that_is_carried_makes_one_stream_of_all_samples() {
    for spec in carried(GradientSpec::Full) {
        let (mut whole, w) = layer(&spec, 12);
        let x = random(6, 2 * D, "x");
        let stream = x.to_shape((1, 12 * D)).unwrap().to_owned();
        let expected = continued(&mut *whole, false, &w, &stream).y;
        for size in [1, 2, 3, 6] {
            let (mut pieces, _) = layer(&spec, 2);
            for again in 0..2 {
                for (index, first) in (0..6).step_by(size).enumerate() {
                    let part = x.slice(s![first..first + size, ..]).to_owned();
                    let y = continued(&mut *pieces, index > 0, &w, &part).y;
                    let from = first * 2 * H;
                    let own = expected.slice(s![0, from..from + size * 2 * H]);
                    assert_eq!(Vec::from_iter(&y), Vec::from_iter(own), "pass {again}");
                }
            }
        }
    }
}

/// In a batch the gradient goes back through all samples, and with a gradient of one step not even
/// through one.
#[test]
fn the_gradient_of_a_stream() {
    for (full, cut) in carried(GradientSpec::Full)
        .iter()
        .zip(&carried(GradientSpec::OneStep))
    {
        let (mut together, w) = layer(full, 2);
        prove(&mut *together, &w, random(3, 2 * D, "x"), 2 * H);
        // One step at a time, with one step's gradient, is the same in one batch and in four.
        let ((mut single, _), (mut batch, _)) = (layer(cut, 1), layer(cut, 1));
        let (x, dy) = (random(4, D, "x"), random(4, H, "dy"));
        let all = run(&mut *batch, &w, &x, &dy);
        let mut sum = vec![0.0; w.len()];
        for step in 0..4 {
            single.set_continues(step > 0);
            let row = s![step..=step, ..];
            let one = run(
                &mut *single,
                &w,
                &x.slice(row).to_owned(),
                &dy.slice(row).to_owned(),
            );
            sum.iter_mut().zip(&one.dw).for_each(|(sum, dw)| *sum += dw);
        }
        let far = sum.iter().zip(&all.dw).map(|(a, b)| (a - b).abs());
        assert!(far.fold(0.0, f64::max) < 1e-14);
    }
}
