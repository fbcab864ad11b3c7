//! Matrix products in f32 on one thread: the hand-written kernels beside the `gemm` crate, both
//! c += a b, and burn's flex device, which makes a new c.

use std::ops::Range;

use benches::{in_pool, random, threads_name};
use burn::tensor::{DType, Device, Tensor, TensorData};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use gemm::Parallelism;
use kernels::matmul::sparse_rows::{SparseColumns, SparseRows};
use kernels::matmul::{matmul, matmul_transposed};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

/// c += a b by the gemm crate.
fn by_gemm(a: ArrayView2<f32>, b: ArrayView2<f32>, mut c: ArrayViewMut2<f32>) {
    let ((m, k), n) = (a.dim(), b.ncols());
    assert_eq!((k, c.dim()), (b.nrows(), (m, n)));
    let [a_row, a_column] = [a.strides()[0], a.strides()[1]];
    let [b_row, b_column] = [b.strides()[0], b.strides()[1]];
    let [c_row, c_column] = [c.strides()[0], c.strides()[1]];
    let (a, b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
    // SAFETY: pointers, shapes and strides are those of live views of the asserted shapes.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c,
            c_column,
            c_row,
            true,
            a,
            a_column,
            a_row,
            b,
            b_column,
            b_row,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// Name, M, K, N, whether A and whether B is a transpose.
type Case = (&'static str, usize, usize, usize, bool, bool);

/// Pieces of 32 rows of 784-300-100-10, its first layer with whole batches, the first linear layer
/// of LeNet-5 with a piece of 8, and one product that no cache holds.
const PRODUCTS: [Case; 12] = [
    ("forward1", 32, 784, 300, false, true),
    ("forward1", 64, 784, 300, false, true),
    ("forward1", 256, 784, 300, false, true),
    ("forward2", 32, 300, 100, false, true),
    ("forward3", 32, 100, 10, false, true),
    ("dx3", 32, 10, 100, false, false),
    ("dx2", 32, 100, 300, false, false),
    ("dw1", 300, 32, 784, true, false),
    ("dw2", 100, 32, 300, true, false),
    ("dw3", 10, 32, 100, true, false),
    ("lenet5_fc1", 8, 400, 120, false, true),
    ("square", 1024, 1024, 1024, false, false),
];

/// Of 300 units those whose gradients one task takes.
const UNITS: Range<usize> = 132..150;

/// The numbers as they lie, on the device whose products take their threads from rayon. Those of
/// burn-ndarray ask the environment, so "1thread" would not hold for them; `training_step` has it.
fn to_burn(stored: &Array2<f32>) -> Tensor<2> {
    let numbers: Vec<f32> = stored.iter().copied().collect();
    let data = TensorData::new(numbers, [stored.nrows(), stored.ncols()]);
    Tensor::from_data(data, (&Device::flex(), DType::F32))
}

/// A matrix for both: a transpose is stored the other way round.
fn stored(rows: usize, columns: usize, transposed: bool, stream: &str) -> (Array2<f32>, Tensor<2>) {
    if !transposed {
        let matrix = random(rows, columns, stream);
        let in_burn = to_burn(&matrix);
        return (matrix, in_burn);
    }
    let matrix = random(columns, rows, stream);
    let in_burn = to_burn(&matrix).transpose();
    (matrix.reversed_axes(), in_burn)
}

/// A group of an M x K times K x N product on one thread.
fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    [m, k, n]: [usize; 3],
) -> BenchmarkGroup<'a, WallTime> {
    let name = format!("matmul/{name}/{m}x{k}x{n}/{}", threads_name(1));
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::ElementsAndBytes {
        elements: 2 * (m * k * n) as u64,
        bytes: 4 * (m * k + k * n + m * n) as u64,
    });
    group
}

fn products(criterion: &mut Criterion) {
    for (name, m, k, n, a_turned, b_turned) in PRODUCTS {
        let mut group = group(criterion, name, [m, k, n]);
        let (a, a_burn) = stored(m, k, a_turned, "a");
        let (b, b_burn) = stored(k, n, b_turned, "b");
        let mut c = Array2::zeros((m, n));
        group.bench_function("backprop", |bencher| {
            bencher.iter(|| matmul(a.view(), b.view(), c.view_mut()));
        });
        group.bench_function("gemm", |bencher| {
            bencher.iter(|| by_gemm(a.view(), b.view(), c.view_mut()));
        });
        group.bench_function("burn-flex", |bencher| {
            let product = || a_burn.clone().matmul(b_burn.clone());
            in_pool(1, || bencher.iter(product));
        });
    }
}

/// dW of some units: a few columns of dy, whose rows lie 300 numbers apart.
fn units(criterion: &mut Criterion) {
    of_units(criterion, "dw1_of_units", random(32, 300, "dy"));
    // As many gradients as in mnist.toml are not zero: of 100 numbers in [-1, 1) 39 are below
    // -0.22.
    let active = |dy: f32| if dy < -0.22 { dy } else { 0.0 };
    let behind_relu = random(32, 300, "dy").mapv(active);
    of_units(criterion, "dw1_of_units_behind_relu", behind_relu);
}

fn of_units(criterion: &mut Criterion, name: &str, dy: Array2<f32>) {
    let x = random(32, 784, "x");
    let sizes = [UNITS.len(), 32, 784];
    let mut group = group(criterion, name, sizes);
    let mut dw = Array2::zeros((UNITS.len(), 784));
    group.bench_function("backprop", |bencher| {
        let dw = dw.as_slice_mut().expect("made row by row");
        bencher.iter(|| matmul_transposed(dy.view(), UNITS, x.view(), dw));
    });
    let some = dy.slice(s![.., UNITS]).reversed_axes();
    group.bench_function("gemm", |bencher| {
        bencher.iter(|| by_gemm(some, x.view(), dw.view_mut()));
    });
}

/// The products of a first layer of 300 units with images, of whose pixels one in five differs from
/// the background, in one block as ink does.
fn images(criterion: &mut Criterion) {
    let mut x = random(64, 784, "x");
    for (at, x) in x.indexed_iter_mut() {
        if !(200..200 + 784 / 5).contains(&at.1) {
            *x = -0.4;
        }
    }
    let (weight, dy) = (random(784, 300, "weight"), random(64, 300, "dy"));
    let weight = weight.as_slice().expect("made row by row");
    let mut sparse = SparseRows::new(0..784, 300);
    let mut of_forward = group(criterion, "forward1_of_images", [64, 784, 300]);
    let mut y = Array2::zeros((64, 300));
    of_forward.bench_function("backprop", |bencher| {
        bencher.iter(|| {
            sparse.take(x.view());
            sparse.outputs(x.view(), weight, y.view_mut());
        });
    });
    of_forward.finish();
    let mut of_block = group(criterion, "dw1_of_images", [784, 64, 300]);
    let mut dw = vec![0.0; 784 * 300];
    let mut sparse_columns = SparseColumns::empty();
    sparse_columns.make_room(64, 300);
    of_block.bench_function("backprop", |bencher| {
        bencher.iter(|| {
            for block in 0..sparse.blocks() {
                let of_block = sparse.block(block);
                let dw = &mut dw[of_block.start * 300..of_block.end * 300];
                sparse.gradients(block, x.view(), dy.view(), &mut sparse_columns, dw);
            }
        });
    });
    of_block.finish();
}

criterion_group! {
    name = benches;
    config = benches::briefly();
    targets = products, units, images
}
criterion_main!(benches);
