//! What each layer gives, in plain f64 and by hand.

use contract::dropout::Masks;
use contract::{Batch, Implementation, Mode, NamedTensors};
use ndarray::{Array2, Array4, ArrayD, Axis, Ix2, array};
use reference::Backend;
use spec::model::{
    Conv2dSpec, DropoutSpec, EmbeddingSpec, LayerSpec, LocalResponseNormSpec, MaxoutSpec,
    PlannedLayer, PoolSpec,
};

use crate::layers::{convolution, maxout, rbf, squared_distance, subsampling, table};
use crate::support::{
    assert_all_close, linear, parameters, passes, plan_for, random, random_parameters, sgd, step,
    streams,
};

/// Output of the first layer in evaluation.
fn output(
    plan: &[PlannedLayer],
    given: &NamedTensors<f64>,
    x: &Array2<f64>,
    backend: Backend,
) -> ArrayD<f64> {
    let t = Array2::zeros((x.nrows(), plan[0].outputs()));
    let mut model = passes(plan, backend, given);
    let y = model
        .evaluate(Mode::Evaluation, Batch::new(x.view(), t.view()))
        .output;
    y.into_dyn()
}

/// The sum over everything under the kernel, in plain loops.
fn correlate(
    plan: &PlannedLayer,
    conv: &Conv2dSpec,
    given: &NamedTensors<f64>,
    x: &Array2<f64>,
) -> ArrayD<f64> {
    let [maps, height, width] = plan.image();
    let (rows, columns) = (plan.output[1], plan.output[2]);
    let (seen, made) = (maps / conv.groups, conv.channels / conv.groups);
    let w = given.get("0.weight").unwrap();
    let b = given.get("0.bias").unwrap();
    let x = x.to_shape((x.nrows(), maps, height, width)).unwrap();
    let mut y = Array4::zeros((x.dim().0, conv.channels, rows, columns));
    for ((n, o, r, s), y) in y.indexed_iter_mut() {
        *y = b[[o]];
        let (sees, first): (Vec<usize>, usize) = match &conv.connections {
            Some(table) => (table[o].clone(), table[..o].iter().map(Vec::len).sum()),
            None => ((0..seen).map(|i| o / made * seen + i).collect(), 0),
        };
        for (i, map) in sees.into_iter().enumerate() {
            for (u, v) in
                (0..conv.kernel.height).flat_map(|u| (0..conv.kernel.width).map(move |v| (u, v)))
            {
                let row = r * conv.stride.height + u * conv.dilation.height;
                let column = s * conv.stride.width + v * conv.dilation.width;
                let pixel = (
                    row.wrapping_sub(conv.padding.height),
                    column.wrapping_sub(conv.padding.width),
                );
                let weight = match conv.connections {
                    Some(_) => w[[first + i, u, v]],
                    None => w[[o, i, u, v]],
                };
                *y += weight * x.get((n, map, pixel.0, pixel.1)).unwrap_or(&0.0);
            }
        }
    }
    let outputs = plan.outputs();
    y.into_shape_with_order((x.dim().0, outputs))
        .unwrap()
        .into_dyn()
}

#[test]
fn a_convolution_is_the_sum_under_its_kernels() {
    for conv in [Conv2dSpec::new(2, 3), convolution(), table()] {
        let plan = plan_for(&[4, 5, 4], &[LayerSpec::Conv2d(conv.clone())]);
        let (given, x) = (random_parameters(&plan, 1), random(3, 80, 2));
        let expected = correlate(&plan[0], &conv, &given, &x);
        for backend in Backend::ALL {
            assert_all_close(&output(&plan, &given, &x, backend), &expected, 1e-14);
        }
    }
}

/// A map of 1 to 9, in windows of 2 x 2 with a border.
#[test]
fn padding_is_below_any_number_for_the_maximum_and_zero_for_the_mean() {
    let pool = PoolSpec {
        padding: 1.into(),
        ..PoolSpec::new(2)
    };
    let x = array![[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]] - 10.0;
    let none = NamedTensors::default();
    for backend in Backend::ALL {
        let y = |layer| output(&plan_for(&[1, 3, 3], &[layer]), &none, &x, backend);
        let largest = y(LayerSpec::MaxPool(pool));
        assert_eq!(largest, array![[-9.0, -7.0, -3.0, -1.0]].into_dyn());
        let mean = y(LayerSpec::AvgPool(pool));
        assert_eq!(mean, array![[-2.25, -3.75, -2.25, -3.0]].into_dyn());
    }
}

#[test]
fn of_equal_numbers_the_first_has_the_gradient() {
    let x = array![[1.0, 3.0, 3.0, 3.0]];
    let none = NamedTensors::default();
    for backend in Backend::ALL {
        let plan = plan_for(&[1, 2, 2], &[LayerSpec::MaxPool(PoolSpec::new(2))]);
        let found = passes(&plan, backend, &none).backward(x.view(), array![[2.0]].view());
        let expected = array![[0.0, 2.0, 0.0, 0.0]].into_dyn();
        assert_eq!(found.gradients.get("x"), Some(&expected));
        let plan = plan_for(&[4], &[maxout()]);
        let given = parameters([
            ("0.weight", ArrayD::zeros(vec![6, 4])),
            ("0.bias", array![1.0, 1.0, 0.0, 2.0, 0.5, 0.5].into_dyn()),
        ]);
        let dy = array![[1.0, 2.0, 3.0]];
        let found = passes(&plan, backend, &given).backward(x.view(), dy.view());
        let db = array![1.0, 0.0, 0.0, 2.0, 3.0, 0.0].into_dyn();
        assert_eq!(found.gradients.get("0.bias"), Some(&db));
    }
}

#[test]
fn subsampling_weighs_the_sum_of_a_window() {
    let plan = plan_for(&[2, 2, 3], &[subsampling()]);
    let given = parameters([
        ("0.weight", array![0.5, -2.0].into_dyn()),
        ("0.bias", array![1.0, 3.0].into_dyn()),
    ]);
    let x = Array2::from_shape_fn((1, 12), |(_, i)| i as f64);
    for backend in Backend::ALL {
        // 0 + … + 5 = 15 and 6 + … + 11 = 51.
        let y = output(&plan, &given, &x, backend);
        assert_all_close(&y, &array![[8.5, -99.0]].into_dyn(), 1e-14);
    }
}

#[test]
fn a_local_response_is_divided_by_its_neighbours_squares_summed() {
    let norm = LocalResponseNormSpec {
        size: 3,
        alpha: 0.5,
        beta: 0.75,
        k: 2.0,
    };
    let plan = plan_for(&[4, 1, 1], &[LayerSpec::LocalResponseNorm(norm)]);
    let x = array![1.0, -2.0, 3.0, 4.0];
    let squares = array![5.0, 14.0, 29.0, 25.0];
    let expected = &x / squares.mapv(|s: f64| (2.0 + 0.5 * s).powf(0.75));
    let x = x.insert_axis(Axis(0));
    for backend in Backend::ALL {
        let y = output(&plan, &NamedTensors::default(), &x, backend);
        assert_all_close(&y, &expected.clone().insert_axis(Axis(0)).into_dyn(), 1e-14);
    }
}

#[test]
fn a_unit_is_the_squared_distance_to_its_centre() {
    let plan = plan_for(&[2], &[squared_distance(2)]);
    let given = parameters([("0.weight", array![[1.0, -1.0], [0.5, 2.0]].into_dyn())]);
    for backend in Backend::ALL {
        let y = output(&plan, &given, &array![[2.0, 1.0]], backend);
        assert_eq!(y, array![[5.0, 3.25]].into_dyn());
    }
}

/// Distances 5 and 3.25 again, under exp(−d ln 2) and exp(−d ln 4).
#[test]
fn a_gaussian_unit_halves_with_the_squared_distance_to_its_centre() {
    let plan = plan_for(&[2], &[rbf(2)]);
    let centers = array![[1.0, -1.0], [0.5, 2.0]].into_dyn();
    let beta = array![2.0f64.ln(), 4.0f64.ln()].into_dyn();
    let given = parameters([("0.centers", centers), ("0.beta", beta)]);
    for backend in Backend::ALL {
        let y = output(&plan, &given, &array![[2.0, 1.0]], backend);
        let wanted = array![[0.5f64.powi(5), 0.25f64.powf(3.25)]].into_dyn();
        assert!((&y - &wanted).iter().all(|far| far.abs() < 1e-15), "{y}");
    }
}

#[test]
fn an_embedding_looks_up_and_gives_each_vector_the_gradients_of_its_places() {
    let table = EmbeddingSpec {
        tokens: 3,
        dimension: 2,
        name: Some("table".into()),
        weights: None,
    };
    let plan = plan_for(&[3], &[LayerSpec::Embedding(table)]);
    let w = array![[0.1, 0.2], [1.1, 1.2], [2.1, 2.2]];
    let given = parameters([("table.weight", w.into_dyn())]);
    let x = array![[2.0, 0.0, 2.0], [0.0, 0.0, 2.0]];
    let dy = array![
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        [7.0, 8.0, 9.0, 1.0, 2.0, 3.0]
    ];
    for backend in Backend::ALL {
        let found = passes(&plan, backend, &given).backward(x.view(), dy.view());
        let y = array![
            [2.1, 2.2, 0.1, 0.2, 2.1, 2.2],
            [0.1, 0.2, 0.1, 0.2, 2.1, 2.2]
        ];
        assert_eq!(found.outputs.get("table.output"), Some(&y.into_dyn()));
        let dw = array![[19.0, 13.0], [0.0, 0.0], [8.0, 11.0]];
        assert_eq!(found.gradients.get("table.weight"), Some(&dw.into_dyn()));
        assert_eq!(found.gradients.get("x"), Some(&ArrayD::zeros(vec![2, 3])));
    }
}

#[test]
fn dropout_takes_the_masks_of_the_streams_by_step_and_nothing_in_evaluation() {
    let layers = [
        LayerSpec::Dropout(DropoutSpec { rate: 0.4 }),
        linear(1, false),
    ];
    let plan = plan_for(&[7], &layers);
    let given = parameters([("1.weight", Array2::zeros((1, 7)).into_dyn())]);
    let x = random(5, 7, 1);
    let dy = Array2::ones((5, 1));
    let masked = |step| {
        let mut mask = Array2::<f64>::zeros((5, 7));
        let masks = Masks::new(streams(), "0", 0.4);
        masks.fill(step, 0, 7, mask.as_slice_mut().unwrap());
        mask * &x
    };
    for backend in Backend::ALL {
        let mut model = passes(&plan, backend, &given);
        let found = model.backward(x.view(), dy.view());
        assert_eq!(found.outputs.get("0.output"), Some(&masked(0).into_dyn()));
        // From w = 0 the update by squared error is −η mean(x̃ · (0 − t)) with t = 1.
        let rule = sgd(1.0);
        model.train_step(step(7, &rule), Batch::new(x.view(), dy.view()));
        let moved = masked(7).mean_axis(Axis(0)).unwrap();
        let w = model.parameters().get("1.weight").unwrap().clone();
        assert_all_close(&w, &moved.insert_axis(Axis(0)).into_dyn(), 1e-15);
        let evaluation = model.evaluate(Mode::Evaluation, Batch::new(x.view(), dy.view()));
        let plain = x.dot(&w.into_dimensionality::<Ix2>().unwrap().t());
        assert_all_close(&evaluation.output.into_dyn(), &plain.into_dyn(), 1e-14);
    }
}

/// Max pooling on the ndarray device passes over it: see the table in the crate's documentation.
#[test]
fn nan_passes_through_what_takes_the_largest_but_for_one() {
    let unit = LayerSpec::Maxout(MaxoutSpec {
        units: 1,
        pieces: 3,
        name: None,
        weights: None,
        biases: None,
    });
    let maxout = plan_for(&[2], &[unit]);
    let given = parameters([
        ("0.weight", ArrayD::zeros(vec![3, 2])),
        ("0.bias", array![1.0, f64::NAN, 2.0].into_dyn()),
    ]);
    let pool = plan_for(&[1, 2, 2], &[LayerSpec::MaxPool(PoolSpec::new(2))]);
    let x = array![[1.0, 3.0, f64::NAN, 2.0]];
    for backend in Backend::ALL {
        let y = output(&maxout, &given, &array![[0.0, 0.0]], backend);
        assert!(y[[0, 0]].is_nan());
        let y = output(&pool, &NamedTensors::default(), &x, backend);
        assert_eq!(y[[0, 0]].is_nan(), backend == Backend::Flex);
    }
}
