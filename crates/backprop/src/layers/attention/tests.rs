use super::*;
use crate::layers::testing::random;
use ndarray::{Array2, array};

fn weights_of(head: Head<f64>, attention: Attention) -> (Vec<f64>, Array2<f64>) {
    let sizes = [head.queries.nrows(), head.keys.nrows()];
    let mut weights = vec![f64::NAN; sizes[0] * sizes[1]];
    let mut context = Array2::from_elem((sizes[0], head.values.ncols()), f64::NAN);
    attention.forward(head, &mut weights, context.view_mut());
    (weights, context)
}

/// q = (.5, −1), keys = values = (1, 0), (0, 1), (1, 1): scores .5, −1, −.5.
#[test]
fn worked_numbers() {
    let (q, kv) = (
        array![[0.5, -1.0]],
        array![[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]],
    );
    let head = Head {
        queries: q.view(),
        keys: kv.view(),
        values: kv.view(),
    };
    let close = |found: &[f64], exact: &[f64]| {
        assert_eq!(found.len(), exact.len());
        for (found, exact) in found.iter().zip(exact) {
            assert!((found - exact).abs() < 1e-15, "{found}, not {exact}");
        }
    };
    let dot = [
        0.628_531_719_211_762_4,
        0.140_244_383_166_088_48,
        0.231_223_897_622_149_07,
    ];
    let scaled = [
        0.543_686_322_280_280_5,
        0.188_238_974_263_491,
        0.268_074_703_456_228_5,
    ];
    let contexts = [
        [0.859_755_616_833_911_6, 0.371_468_280_788_237_57],
        [0.811_761_025_736_509, 0.456_313_677_719_719_53],
    ];
    for ((scale, expected), exact) in [(1.0, dot), (0.5f64.sqrt(), scaled)]
        .into_iter()
        .zip(contexts)
    {
        let attention = Attention {
            scale,
            causal: false,
        };
        let (weights, context) = weights_of(head, attention);
        close(&weights, &expected);
        close(context.as_slice().unwrap(), &exact);
    }
}

/// Q, K, V of more rows than a block, of other numbers of queries and keys, and of other widths.
fn inputs(queries: usize, keys: usize) -> [Array2<f64>; 3] {
    [
        random(queries, 3, "q"),
        random(keys, 3, "k"),
        random(keys, 2, "v"),
    ]
}

const CASES: [(usize, usize, bool); 5] = [
    (1, 1, true),
    (5, 7, false),
    (7, 5, false),
    (60, 60, true),
    (24, 24, true),
];

fn head([queries, keys, values]: &[Array2<f64>; 3]) -> Head<'_, f64> {
    Head {
        queries: queries.view(),
        keys: keys.view(),
        values: values.view(),
    }
}

#[test]
fn every_gradient_agrees_with_central_differences() {
    for (queries, keys, causal) in CASES {
        let attention = Attention { scale: 0.6, causal };
        let inputs = inputs(queries, keys);
        let dc = random(queries, 2, "dc");
        let (weights, _) = weights_of(head(&inputs), attention);
        // `backward` adds to what was there: 1.
        let mut gradients = inputs.clone().map(|input| input.mapv(|_| 1.0));
        let [q, k, v] = gradients.each_mut().map(|gradient| gradient.view_mut());
        let gradients_of = HeadGradients {
            queries: q,
            keys: k,
            values: v,
        };
        let mut room = vec![f64::NAN; weights.len()];
        attention.backward(head(&inputs), &weights, dc.view(), &mut room, gradients_of);
        for (which, gradient) in gradients.iter().enumerate() {
            for (index, by_hand) in gradient.iter().enumerate() {
                let moved = |by: f64| {
                    let mut inputs = inputs.clone();
                    inputs[which].as_slice_mut().unwrap()[index] += by;
                    let (_, context) = weights_of(head(&inputs), attention);
                    (&context * &dc).sum()
                };
                let difference = 1.0 + (moved(1e-5) - moved(-1e-5)) / 2e-5;
                let far = (by_hand - difference).abs();
                assert!(
                    far < 1e-8,
                    "{queries} x {keys}, {which}[{index}]: {by_hand}, {difference}"
                );
            }
        }
    }
}

/// The definition, number by number.
#[test]
fn weights_and_contexts_agree_with_the_definition() {
    for (queries, keys, causal) in CASES {
        let attention = Attention { scale: 0.6, causal };
        let inputs = inputs(queries, keys);
        let [q, k, v] = &inputs;
        let (weights, context) = weights_of(head(&inputs), attention);
        for i in 0..queries {
            let seen = if causal { i + 1 } else { keys };
            let e = |j: usize| (0.6 * q.row(i).dot(&k.row(j))).exp();
            let sum: f64 = (0..seen).map(e).sum();
            let own = attention.of_query(&weights, [queries, keys], i);
            assert!((own.iter().sum::<f64>() - 1.0).abs() < 1e-14);
            for (j, &weight) in own.iter().enumerate() {
                match j < seen {
                    true => assert!((weight - e(j) / sum).abs() < 1e-14),
                    false => assert_eq!(weight, 0.0),
                }
            }
            for (column, &c) in context.row(i).iter().enumerate() {
                let exact: f64 = (0..seen).map(|j| e(j) / sum * v[[j, column]]).sum();
                assert!(
                    (c - exact).abs() < 1e-14,
                    "[{i}, {column}]: {c}, not {exact}"
                );
            }
        }
    }
}

#[test]
fn equal_keys_give_the_mean_and_one_key_its_value() {
    let [q, mut k, v] = inputs(5, 7);
    k.rows_mut().into_iter().for_each(|mut row| row.fill(0.3));
    let attention = Attention {
        scale: 0.6,
        causal: false,
    };
    let mean = v.mean_axis(ndarray::Axis(0)).unwrap();
    let (weights, context) = weights_of(head(&[q.clone(), k.clone(), v.clone()]), attention);
    assert!(
        weights
            .iter()
            .all(|weight| (weight - 1.0 / 7.0).abs() < 1e-15)
    );
    assert!((&context - &mean).iter().all(|far| far.abs() < 1e-15));
    let one = |matrix: Array2<f64>| matrix.slice(s![..1, ..]).to_owned();
    let value = one(v.clone());
    let (weights, context) = weights_of(head(&[q, one(k), value.clone()]), attention);
    assert_eq!(weights, [1.0; 5]);
    assert!(context.rows().into_iter().all(|row| row == value.row(0)));
}

/// Keys and values in another order have the same weights in that order.
#[test]
fn a_permutation_of_keys_and_values_permutes_the_weights() {
    let attention = Attention {
        scale: 0.6,
        causal: false,
    };
    let [q, k, v] = inputs(5, 7);
    let (weights, context) = weights_of(head(&[q.clone(), k.clone(), v.clone()]), attention);
    let order = [3, 0, 6, 2, 5, 1, 4];
    let permuted = |matrix: &Array2<f64>| matrix.select(ndarray::Axis(0), &order);
    let permuted_inputs = [q, permuted(&k), permuted(&v)];
    let (other, same) = weights_of(head(&permuted_inputs), attention);
    for (row, other) in weights.chunks(7).zip(other.chunks(7)) {
        let far = order
            .iter()
            .zip(other)
            .map(|(&j, other)| (row[j] - other).abs());
        assert!(far.fold(0.0, f64::max) < 1e-15);
    }
    assert!((context - same).iter().all(|far| far.abs() < 1e-15));
}
