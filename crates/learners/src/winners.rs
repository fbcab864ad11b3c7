//! The two units that are nearest to each sample.
//!
//! Of many samples |x − w|² = |x|² − 2 x·w + |w|² comes from one product of matrices. It loses digits
//! where |x| is large, so it only finds the units that may be among the two nearest; their
//! differences decide. The result is that of looking at all units one by one, to the bit, on any
//! number of threads.

use kernels::matmul::matmul;
use kernels::sharding::LEAST_WORK;
use kernels::workers::share_if;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

/// Samples of a task.
const ROWS: usize = 128;

/// The two nearest units of a sample; of several at the same distance those that come first.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Winner {
    /// The nearest.
    pub first: usize,
    /// The nearest but one; of a single unit that one again.
    pub second: usize,
    /// |x − w|² of the nearest.
    pub squared: f64,
}

/// Σ (a − b)², in eight sums side by side.
pub fn squared_distance(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    let (Some(a), Some(b)) = (a.to_slice(), b.to_slice()) else {
        return a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    };
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            let apart = a[lane] - b[lane];
            sums[lane] += apart * apart;
        }
    }
    let rest: f64 = a_rest
        .iter()
        .zip(b_rest)
        .map(|(a, b)| (a - b) * (a - b))
        .sum();
    sums.iter().sum::<f64>() + rest
}

/// The two nearest of some units, which are in ascending order, looked at one by one.
pub fn nearest_two(
    x: ArrayView1<'_, f64>,
    w: ArrayView2<'_, f64>,
    units: impl Iterator<Item = usize>,
) -> Winner {
    let (mut first, mut second) = ((f64::INFINITY, 0), (f64::INFINITY, 0));
    for unit in units {
        let squared = squared_distance(x, w.row(unit));
        if squared < first.0 {
            (first, second) = ((squared, unit), first);
        } else if squared < second.0 {
            second = (squared, unit);
        }
    }
    Winner {
        first: first.1,
        second: if second.0.is_finite() {
            second.1
        } else {
            first.1
        },
        squared: first.0,
    }
}

/// The two nearest of units `[J, D]` for each of samples `[N, D]`.
pub fn winners(x: ArrayView2<'_, f64>, w: ArrayView2<'_, f64>) -> Vec<Winner> {
    let (inputs, work) = (x.ncols().max(1), x.len() * w.nrows());
    let norms: Array1<f64> = w.rows().into_iter().map(|w| w.dot(&w)).collect();
    let (x, w) = (x.as_standard_layout(), w.as_standard_layout());
    let mut winners = vec![Winner::default(); x.nrows()];
    let samples = x.as_slice().expect("row by row").chunks(ROWS * inputs);
    let tasks = samples.zip(winners.chunks_mut(ROWS));
    share_if(work > LEAST_WORK, tasks, |(x, winners)| {
        let shape = (winners.len(), inputs);
        let x = ArrayView2::from_shape(shape, x).expect("as many rows as winners");
        of_some(x, w.view(), norms.view(), winners);
    });
    winners
}

/// The same for some samples, given |w|² `[J]`.
fn of_some(
    x: ArrayView2<'_, f64>,
    w: ArrayView2<'_, f64>,
    norms: ArrayView1<'_, f64>,
    winners: &mut [Winner],
) {
    // x·w − |w|²/2: the larger, the nearer.
    let mut near = Array2::from_shape_fn((x.nrows(), w.nrows()), |(_, unit)| -norms[unit] / 2.0);
    matmul(x, w.t(), near.view_mut());
    let largest = norms.iter().copied().fold(0.0, f64::max);
    for ((x, near), winner) in x.rows().into_iter().zip(near.rows()).zip(winners) {
        let (mut best, mut next) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for &near in near {
            next = next.max(near.min(best));
            best = best.max(near);
        }
        // Twice as much as rounding can have moved a number of D products.
        let slack = 2.0 * (x.len() + 4) as f64 * f64::EPSILON * (x.dot(&x) + largest);
        let candidates = (0..near.len()).filter(|&unit| near[unit] >= next - slack);
        *winner = nearest_two(x, w, candidates);
    }
}
