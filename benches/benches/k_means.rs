//! Ten passes of Lloyd's rule over the 6,000 images of each digit with 100 centres, from the first
//! 100 of them: the work of `benches/peers/k_means.py`.

use std::time::Duration;

use benches::{briefly, config, dataset, in_pool, threads_name};
use criterion::{Criterion, criterion_group, criterion_main};
use learners::rbf::k_means::k_means;
use ndarray::{Array2, s};

const PASSES: usize = 10;
const CENTERS: usize = 100;

/// The training images of each digit, pixels from 0 to 1.
fn digits() -> Vec<Array2<f64>> {
    let images = dataset(&config("rbf")).train;
    let labels = images.labels().expect("digits have classes");
    let of_digit = |digit| {
        let rows: Vec<usize> = (0..images.len())
            .filter(|&row| labels[row] == digit)
            .collect();
        let mut x = Array2::zeros((rows.len(), images.width()));
        images.gather(&rows, x.view_mut());
        x
    };
    (0..10).map(of_digit).collect()
}

fn lloyd(criterion: &mut Criterion) {
    let digits = digits();
    let mut group = criterion.benchmark_group("k_means");
    for threads in [1, 2] {
        group.bench_function(threads_name(threads), |bencher| {
            let inertia = |x: &Array2<f64>| {
                let begun = x.slice(s![..CENTERS, ..]).to_owned();
                let found = k_means(x.view(), begun, PASSES, &|| Ok(()));
                found.expect("nobody interrupts it").inertia[PASSES - 1]
            };
            in_pool(threads, || {
                bencher.iter(|| digits.iter().map(inertia).sum::<f64>())
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = briefly().measurement_time(Duration::from_secs(20));
    targets = lloyd
}
criterion_main!(benches);
