//! Single layers in f32 on one thread. `forward` and `backward` are the hand-written layer alone;
//! `backward_weights` is the backward pass of a first layer, whose input gradient nobody needs. `pass`
//! is a network of that one layer, forward and backward, as everybody offers it: what goes in is
//! copied and what comes out is allocated, which for an activation is most of the time.

use backprop::layers::{self, Mode, Pass};
use benches::{implementation, in_pool, random, streams, threads_name};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array2;
use spec::model::{Conv2dSpec, LayerSpec, ModelSpec, PlannedLayer, PoolSpec};
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};

/// A name, the layer, the shape of a sample, and the samples.
type Case = (&'static str, LayerSpec, &'static [usize], usize);

/// The convolutions of LeNet-5 and what comes after them, with as many samples as a piece of a batch.
fn cases() -> Vec<Case> {
    let conv1 = Conv2dSpec {
        padding: 2.into(),
        ..Conv2dSpec::new(6, 5)
    };
    let overlapping = PoolSpec {
        stride: Some(2.into()),
        ..PoolSpec::new(3)
    };
    let conv2 = LayerSpec::Conv2d(Conv2dSpec::new(16, 5));
    vec![
        ("conv5x5pad2", LayerSpec::Conv2d(conv1), &[1, 28, 28], 8),
        ("conv5x5", conv2, &[6, 14, 14], 8),
        (
            "max_pool2x2",
            LayerSpec::MaxPool(PoolSpec::new(2)),
            &[6, 28, 28],
            8,
        ),
        (
            "max_pool3x3stride2",
            LayerSpec::MaxPool(overlapping),
            &[6, 28, 28],
            8,
        ),
        ("relu", LayerSpec::Relu, &[300], 64),
        ("tanh", LayerSpec::Tanh, &[300], 64),
        ("sigmoid", LayerSpec::Sigmoid, &[300], 64),
        ("softmax", LayerSpec::Softmax, &[300], 64),
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
    fn new(planned: &PlannedLayer, rows: usize) -> Self {
        let (w, _) = random(1, planned.parameter_count(), "w").into_raw_vec_and_offset();
        let y = Array2::zeros((rows, planned.outputs()));
        Self {
            x: random(rows, planned.inputs(), "x"),
            dy: random(rows, planned.outputs(), "dy"),
            dx: Array2::zeros((rows, planned.inputs())),
            dw: vec![0.0; w.len()],
            w,
            y,
        }
    }
}

/// Multiplications and additions of a convolution in one direction, else the numbers that go in.
fn work(planned: &PlannedLayer, rows: usize) -> u64 {
    let of_a_sample = match &planned.spec {
        LayerSpec::Conv2d(conv) => {
            2 * planned.parameters[0].len() * planned.outputs() / conv.channels
        }
        _ => planned.inputs(),
    };
    (rows * of_a_sample) as u64
}

fn alone(group: &mut BenchmarkGroup<'_, WallTime>, planned: &PlannedLayer, rows: usize) {
    let mut layer = layers::build::<f32>(planned, streams());
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
    } = Numbers::new(planned, rows);
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
    group.throughput(Throughput::Elements(directions * work(planned, rows)));
    group.bench_function("backward/backprop", |bencher| {
        bencher.iter(|| layer.backward(&w, pass, Some(dx.view_mut()), &mut dw));
    });
    if learns {
        group.throughput(Throughput::Elements(work(planned, rows)));
        group.bench_function("backward_weights/backprop", |bencher| {
            bencher.iter(|| layer.backward(&w, pass, None, &mut dw));
        });
    }
}

fn as_a_network(group: &mut BenchmarkGroup<'_, WallTime>, planned: &PlannedLayer, rows: usize) {
    // Neither is asked.
    let rule = OptimizerSpec::Sgd { learning_rate: 0.0 };
    let training = TrainingSpec::new(LossSpec::SquaredError, rule);
    let Numbers { x, dy, .. } = Numbers::new(planned, rows);
    let directions = if planned.parameters.is_empty() { 2 } else { 3 };
    group.throughput(Throughput::Elements(directions * work(planned, rows)));
    for name in benches::ALL {
        let mut model = implementation(name, std::slice::from_ref(planned), &training);
        group.bench_function(format!("pass/{}", name.as_str()), |bencher| {
            let pass = || model.backward(x.view(), dy.view());
            in_pool(1, || bencher.iter(pass));
        });
    }
}

fn layers(criterion: &mut Criterion) {
    for (name, spec, shape, rows) in cases() {
        let plan = ModelSpec::new(vec![spec]).plan(shape);
        let planned = &plan.expect("the layer takes that shape")[0];
        let sizes = [&planned.input, &planned.output].map(|shape| sizes(shape));
        let group = format!(
            "layers/{name}/{}-{}/{rows}samples/{}",
            sizes[0],
            sizes[1],
            threads_name(1)
        );
        let mut group = criterion.benchmark_group(group);
        group.throughput(Throughput::Elements(work(planned, rows)));
        alone(&mut group, planned, rows);
        as_a_network(&mut group, planned, rows);
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
