use contract::Streams;
use ndarray::Array2;
use proptest::prelude::*;
use spec::model::{Conv2dSpec, LayerSpec, ModelSpec, PlannedLayer, PoolSpec};

use super::super::testing::{TRAINING, prove, prove_curvature, random};
use super::super::{Order, build, build_first};
use super::*;
use crate::engine::chain::{Build, Chain};

/// A convolution, its pooling, whether ReLU stands between them, the image, and perhaps a second
/// stage.
#[derive(Clone, Debug)]
struct Case {
    conv: Conv2dSpec,
    pool: PoolSpec,
    relu_first: bool,
    image: [usize; 3],
    second: Option<Conv2dSpec>,
}

impl Case {
    fn plan(&self) -> Option<Vec<PlannedLayer>> {
        let conv = LayerSpec::Conv2d(self.conv.clone());
        let mut layers = vec![conv, LayerSpec::MaxPool(self.pool), LayerSpec::Relu];
        if self.relu_first {
            layers.swap(1, 2);
        }
        if let Some(second) = &self.second {
            let pool = PoolSpec::new(2);
            layers.push(LayerSpec::Conv2d(second.clone()));
            layers.extend([LayerSpec::Relu, LayerSpec::MaxPool(pool)]);
        }
        ModelSpec::new(layers).plan(&self.image).ok()
    }
}

fn weights(plan: &[PlannedLayer]) -> Vec<f64> {
    let count = plan.iter().map(PlannedLayer::parameter_count).sum();
    random(1, count, "w").into_raw_vec_and_offset().0
}

fn outputs(plan: &[PlannedLayer]) -> usize {
    plan[plan.len() - 1].outputs()
}

/// Each planned layer by itself.
fn one_by_one(plan: &[PlannedLayer], streams: Streams) -> (Box<dyn Layer<f64>>, usize) {
    (build(&plan[0], streams, one_by_one), 1)
}

/// y, dx and dw, the gradient of x once not asked for.
fn run(plan: &[PlannedLayer], build: Build<f64>, x: &Array2<f64>, order: Order) -> [Vec<f64>; 3] {
    let mut chain = Chain::new(plan, Streams::new(1), build);
    let mut activations = chain.activations();
    let w = weights(plan);
    let dy = random(x.nrows(), outputs(plan), "dy");
    // A larger batch before, of which nothing must stay.
    let larger = random(x.nrows() + 2, plan[0].inputs(), "larger");
    chain.forward(&w, larger.view(), &mut activations, TRAINING);
    chain.forward(&w, x.view(), &mut activations, TRAINING);
    activations.last_gradient().assign(&dy);
    let mut dx = Array2::from_elem(x.raw_dim(), f64::NAN);
    let (mut dw, mut dw_alone) = (vec![1.0; w.len()], vec![1.0; w.len()]);
    let wanted = Some(dx.view_mut());
    chain.backward(order, &w, x.view(), &mut activations, wanted, &mut dw);
    if order == Order::First {
        chain.backward(order, &w, x.view(), &mut activations, None, &mut dw_alone);
        let bits = |dw: &[f64]| dw.iter().map(|dw| dw.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&dw), bits(&dw_alone));
    }
    let flat = |matrix: Array2<f64>| matrix.into_raw_vec_and_offset().0;
    [flat(activations.last_output().to_owned()), flat(dx), dw]
}

fn agrees(case: &Case, plan: &[PlannedLayer], x: &Array2<f64>, order: Order) {
    agree(["y", "dx", "dw"].as_slice(), case, plan, x, order);
}

fn agree(what: &[&str], case: &Case, plan: &[PlannedLayer], x: &Array2<f64>, order: Order) {
    let (fused, single) = (
        run(plan, build_first, x, order),
        run(plan, one_by_one, x, order),
    );
    let results = ["y", "dx", "dw"].iter().zip(fused.iter().zip(&single));
    for (name, (fused, single)) in results.filter(|(name, _)| what.contains(name)) {
        for (at, (a, b)) in fused.iter().zip(single).enumerate() {
            let close = (a - b).abs() < 1e-11 || a.is_nan() && b.is_nan();
            assert!(close, "{name}[{at}] of {case:?}: {a} and not {b}");
        }
    }
}

/// Everything that is fused: odd sizes, strides, padding, dilation down, windows that overlap or
/// reach over the edge, more maps than a vector has numbers.
fn cases() -> impl Strategy<Value = Case> {
    let conv = (
        1usize..=19,
        [1usize..=3, 1usize..=4],
        [1usize..=2, 1usize..=3],
        1usize..=2,
    );
    let conv = (conv, [0usize..=2, 0usize..=2], any::<bool>());
    let conv = conv.prop_map(
        |((maps, kernel, stride, dilation), padding, bias)| Conv2dSpec {
            stride: stride.into(),
            padding: padding.into(),
            dilation: [dilation, 1].into(),
            bias,
            ..Conv2dSpec::new(maps, kernel)
        },
    );
    let pool = (
        [1usize..=3, 1usize..=3],
        [1usize..=3, 1usize..=3],
        [0usize..=1, 0usize..=1],
    );
    let pool = pool.prop_map(|(size, stride, padding)| PoolSpec {
        size: size.into(),
        stride: Some(stride.into()),
        padding: padding.into(),
    });
    let image = [1usize..=4, 4usize..=11, 4usize..=11];
    let second = (
        1usize..=5,
        [1usize..=3, 1usize..=3],
        [0usize..=1, 0usize..=1],
    );
    let second = second.prop_map(|(maps, kernel, padding)| Conv2dSpec {
        padding: padding.into(),
        ..Conv2dSpec::new(maps, kernel)
    });
    let second = proptest::option::of(second);
    (conv, pool, any::<bool>(), image, second).prop_map(
        |(conv, pool, relu_first, image, second)| Case {
            conv,
            pool,
            relu_first,
            image,
            second,
        },
    )
}

/// As in LeNet-5, smaller.
fn usual() -> Case {
    Case {
        conv: Conv2dSpec {
            padding: [1, 1].into(),
            ..Conv2dSpec::new(3, [3, 3])
        },
        pool: PoolSpec::new(2),
        relu_first: true,
        image: [2, 5, 6],
        second: None,
    }
}

/// The same and a second stage, with padding where the stages meet.
fn two_stages() -> Case {
    Case {
        second: Some(Conv2dSpec {
            padding: [1, 1].into(),
            ..Conv2dSpec::new(5, [2, 3])
        }),
        ..usual()
    }
}

fn fused(case: &Case) -> (ConvReluPool<f64>, Vec<PlannedLayer>) {
    let plan = case.plan().unwrap();
    (ConvReluPool::of(&plan).expect("it is fused").0, plan)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn it_equals_the_single_layers(case in cases(), rows in 1usize..4) {
        if let Some(plan) = case.plan() {
            let (_, planned) = ConvReluPool::<f64>::of(&plan).unwrap();
            prop_assert_eq!(planned, plan.len());
            let x = random(rows, plan[0].inputs(), "x");
            for order in [Order::First, Order::Second] {
                agrees(&case, &plan, &x, order);
            }
        }
    }
}

/// Images of the same number but for some pixels around a place, `[rows, H · W]`, so that most
/// windows have equal outputs; the last image has none.
fn mostly_empty(rows: usize, [_, height, width]: [usize; 3]) -> Array2<f64> {
    let (pixels, places) = (random(rows, height * width, "x"), random(rows, 2, "place"));
    Array2::from_shape_fn((rows, height * width), |(n, pixel)| {
        let near = |at: usize, size: usize, place: f64| {
            (at as f64 - (0.5 + 0.5 * place) * (size - 1) as f64).abs() <= 1.0
        };
        let shown = near(pixel / width, height, places[[n, 0]])
            && near(pixel % width, width, places[[n, 1]]);
        if shown && n + 1 < rows {
            pixels[[n, pixel]]
        } else {
            0.7
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn it_equals_the_single_layers_where_images_are_mostly_empty(case in cases(), rows in 1usize..5) {
        let [_, height, width] = case.image;
        let case = Case { image: [1, height, width], ..case };
        if let Some(plan) = case.plan() {
            let x = mostly_empty(rows, case.image);
            // Not dx: in an empty window all outputs are equal, and whichever wins sends its
            // gradient to a place of its own. The patches are equal, so dw does not depend on that.
            for order in [Order::First, Order::Second] {
                agree(&["y", "dw"], &case, &plan, &x, order);
            }
        }
    }
}

#[test]
fn gradients_agree_with_central_differences() {
    for case in [usual(), two_stages()] {
        let (mut layer, plan) = fused(&case);
        let (w, x) = (weights(&plan), random(3, plan[0].inputs(), "x"));
        prove(&mut layer, &w, x, outputs(&plan));
    }
}

#[test]
fn curvature_agrees_with_its_definition() {
    let (mut layer, plan) = fused(&usual());
    let (w, x) = (weights(&plan), random(2, plan[0].inputs(), "x"));
    prove_curvature(&mut layer, &w, x, outputs(&plan));
}

#[test]
fn a_nan_passes_as_through_the_single_layers() {
    let case = usual();
    let plan = case.plan().unwrap();
    let mut x = random(2, plan[0].inputs(), "x");
    x[[1, 7]] = f64::NAN;
    let [fused, single] =
        [build_first, one_by_one].map(|build| run(&plan, build, &x, Order::First));
    assert!(fused[0].iter().any(|y| y.is_nan()));
    let nan = |y: &Vec<f64>| y.iter().map(|y| y.is_nan()).collect::<Vec<_>>();
    assert_eq!(nan(&fused[0]), nan(&single[0]));
}

#[test]
fn a_chain_ends_where_something_else_follows() {
    let mut plan = two_stages().plan().unwrap();
    assert_eq!(fused(&two_stages()).0.stages.len(), 2);
    plan.truncate(5);
    let (layer, planned) = ConvReluPool::<f64>::of(&plan).unwrap();
    assert_eq!((layer.stages.len(), planned), (1, 3));
}

#[test]
fn what_is_grouped_dilated_across_or_not_followed_by_both_is_left_alone() {
    let [mut grouped, mut dilated] = [usual(), usual()];
    grouped.conv = Conv2dSpec {
        groups: 2,
        ..Conv2dSpec::new(4, [3, 3])
    };
    dilated.conv.dilation = [1, 2].into();
    for case in [grouped, dilated] {
        assert!(ConvReluPool::<f64>::of(&case.plan().unwrap()).is_none());
    }
    let mut plan = usual().plan().unwrap();
    assert!(ConvReluPool::<f64>::of(&plan[..2]).is_none());
    plan[1] = plan[2].clone();
    assert!(ConvReluPool::<f64>::of(&plan).is_none());
}
