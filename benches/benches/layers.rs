//! Single layers, and layers computed in one, in f32 on one thread. `forward` and `backward` are
//! the hand-written layer alone; `backward_weights` is the backward pass of a first layer, whose
//! input gradient nobody needs. `pass` is a network of just that, forward and backward, as
//! everybody offers it: what goes in is copied and what comes out is allocated, which for an
//! activation is most of the time.

use backprop::layers::{self, Mode, Pass};
use benches::{implementation, in_pool, random, streams, threads_name};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array2;
use spec::model::{Conv2dSpec, LayerSpec, ModelSpec, PlannedLayer, PoolSpec};
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};

/// A name, the layer, or those that are computed in one, the shape of a sample, and the samples.
type Case = (&'static str, Vec<LayerSpec>, &'static [usize], usize);

/// The convolutions of LeNet-5 and what comes after them, with as many samples as a piece of a
/// batch.
fn cases() -> Vec<Case> {
    let conv1 = Conv2dSpec {
        padding: 2.into(),
        ..Conv2dSpec::new(6, 5)
    };
    let overlapping = PoolSpec {
        stride: Some(2.into()),
        ..PoolSpec::new(3)
    };
    let [conv1, conv2] = [conv1, Conv2dSpec::new(16, 5)].map(LayerSpec::Conv2d);
    let pooled = |conv: &LayerSpec| {
        let pool = LayerSpec::MaxPool(PoolSpec::new(2));
        vec![conv.clone(), LayerSpec::Relu, pool]
    };
    let (pooled1, pooled2) = (pooled(&conv1), pooled(&conv2));
    vec![
        ("conv5x5pad2", vec![conv1], &[1, 28, 28], 8),
        ("conv5x5", vec![conv2], &[6, 14, 14], 8),
        ("conv5x5pad2_relu_max_pool2x2", pooled1, &[1, 28, 28], 8),
        ("conv5x5_relu_max_pool2x2", pooled2, &[6, 14, 14], 8),
        (
            "max_pool2x2",
            vec![LayerSpec::MaxPool(PoolSpec::new(2))],
            &[6, 28, 28],
            8,
        ),
        (
            "max_pool3x3stride2",
            vec![LayerSpec::MaxPool(overlapping)],
            &[6, 28, 28],
            8,
        ),
        ("relu", vec![LayerSpec::Relu], &[300], 64),
        ("tanh", vec![LayerSpec::Tanh], &[300], 64),
        ("sigmoid", vec![LayerSpec::Sigmoid], &[300], 64),
        ("softmax", vec![LayerSpec::Softmax], &[300], 64),
    ]
}

/// What goes in and comes back in a pass.
struct Numbers {
    w: Vec<f32>,
    x: Array2<f32>,
    y: Array2<f32>,
    dy: Array2<f32>,
    dx: Array2<f32>,
    dw: Vec<f32>,
}

impl Numbers {
    fn new(plan: &[PlannedLayer], rows: usize) -> Self {
        let parameters = plan.iter().map(PlannedLayer::parameter_count).sum();
        let (w, _) = random(1, parameters, "w").into_raw_vec_and_offset();
        let (inputs, outputs) = (plan[0].inputs(), plan[plan.len() - 1].outputs());
        let y = Array2::zeros((rows, outputs));
        Self {
            x: random(rows, inputs, "x"),
            dy: random(rows, outputs, "dy"),
            dx: Array2::zeros((rows, inputs)),
            dw: vec![0.0; w.len()],
            w,
            y,
        }
    }
}

/// Multiplications and additions of a convolution in one direction, whatever comes behind it and
/// whether they are needed or not; else the numbers that go in.
fn work(plan: &[PlannedLayer], rows: usize) -> u64 {
    let planned = &plan[0];
    let of_a_sample = match &planned.spec {
        LayerSpec::Conv2d(conv) => {
            2 * planned.parameters[0].len() * planned.outputs() / conv.channels
        }
        _ => planned.inputs(),
    };
    (rows * of_a_sample) as u64
}

fn alone(group: &mut BenchmarkGroup<'_, WallTime>, plan: &[PlannedLayer], rows: usize) {
    let (mut layer, _) = layers::build_first::<f32>(plan, streams());
    let training = Mode::Training {
        step: 1,
        first_row: 0,
    };
    let Numbers {
        w,
        x,
        mut y,
        dy,
        mut dx,
        mut dw,
    } = Numbers::new(plan, rows);
    let (x, dy) = (x.view(), dy.view());
    group.bench_function("forward/backprop", |bencher| {
        bencher.iter(|| layer.forward(&w, x, y.view_mut(), training));
    });
    // A filter may have left the bench above out, and max pooling remembers what won.
    layer.forward(&w, x, y.view_mut(), training);
    let y = y.view();
    let pass = Pass { x, y, dy };
    let learns = !dw.is_empty();
    let directions = if learns { 2 } else { 1 };
    group.throughput(Throughput::Elements(directions * work(plan, rows)));
    group.bench_function("backward/backprop", |bencher| {
        bencher.iter(|| layer.backward(&w, pass, Some(dx.view_mut()), &mut dw));
    });
    if learns {
        group.throughput(Throughput::Elements(work(plan, rows)));
        group.bench_function("backward_weights/backprop", |bencher| {
            bencher.iter(|| layer.backward(&w, pass, None, &mut dw));
        });
    }
}

fn as_a_network(group: &mut BenchmarkGroup<'_, WallTime>, plan: &[PlannedLayer], rows: usize) {
    // Neither is asked.
    let rule = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.0 });
    let training = TrainingSpec::new(LossSpec::SquaredError, rule);
    let Numbers { x, dy, .. } = Numbers::new(plan, rows);
    let directions = if plan[0].parameters.is_empty() { 2 } else { 3 };
    group.throughput(Throughput::Elements(directions * work(plan, rows)));
    for name in benches::ALL {
        let mut model = implementation(name, plan, &training);
        group.bench_function(format!("pass/{}", name.as_str()), |bencher| {
            let pass = || model.backward(x.view(), dy.view());
            in_pool(1, || bencher.iter(pass));
        });
    }
}

fn layers(criterion: &mut Criterion) {
    for (name, specs, shape, rows) in cases() {
        let plan = ModelSpec::new(specs).plan(shape);
        let plan = plan.expect("the layers take that shape");
        let sizes = [&plan[0].input, &plan[plan.len() - 1].output].map(|shape| sizes(shape));
        let group = format!(
            "layers/{name}/{}-{}/{rows}samples/{}",
            sizes[0],
            sizes[1],
            threads_name(1)
        );
        let mut group = criterion.benchmark_group(group);
        group.throughput(Throughput::Elements(work(&plan, rows)));
        alone(&mut group, &plan, rows);
        as_a_network(&mut group, &plan, rows);
    }
}

/// `6x28x28`.
fn sizes(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    sizes.join("x")
}

criterion_group! {
    name = benches;
    config = benches::briefly();
    targets = layers
}
criterion_main!(benches);
