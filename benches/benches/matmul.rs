//! The products of a training step of 784-300-100-10, a piece of 32 rows, on one thread: the
//! hand-written kernels beside the `gemm` crate.

use backprop::matmul::matmul;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gemm::Parallelism;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

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
const PRODUCTS: [(&str, usize, usize, usize, bool, bool); 8] = [
    ("forward1", 32, 784, 300, false, true),
    ("forward2", 32, 300, 100, false, true),
    ("forward3", 32, 100, 10, false, true),
    ("dx3", 32, 10, 100, false, false),
    ("dx2", 32, 100, 300, false, false),
    ("dw1", 300, 32, 784, true, false),
    ("dw2", 100, 32, 300, true, false),
    ("dw3", 10, 32, 100, true, false),
];

fn products(criterion: &mut Criterion) {
    for (name, m, k, n, a_turned, b_turned) in PRODUCTS {
        let mut group = criterion.benchmark_group(format!("matmul/{name}/{m}x{k}x{n}/1thread"));
        group.sample_size(30);
        group.throughput(Throughput::ElementsAndBytes {
            elements: 2 * (m * k * n) as u64,
            bytes: 4 * (m * k + k * n + m * n) as u64,
        });
        let stored = |rows, columns, turned, stream| match turned {
            true => benches::random(columns, rows, stream).reversed_axes(),
            false => benches::random(rows, columns, stream),
        };
        let (a, b) = (stored(m, k, a_turned, "a"), stored(k, n, b_turned, "b"));
        let mut c = Array2::zeros((m, n));
        group.bench_function(BenchmarkId::from_parameter("backprop"), |bencher| {
            bencher.iter(|| matmul(a.view(), b.view(), c.view_mut()));
        });
        group.bench_function(BenchmarkId::from_parameter("gemm"), |bencher| {
            bencher.iter(|| by_gemm(a.view(), b.view(), c.view_mut()));
        });
    }
}

criterion_group!(benches, products);
criterion_main!(benches);
