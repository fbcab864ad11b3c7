//! The two units that are nearest to each sample.
//!
//! Of many samples |x − w|² = |x|² − 2 x·w + |w|² comes from one product of matrices, in f32. It loses
//! digits, so it only finds the units that may be among the two nearest; their differences, in f64,
//! decide. The result is that of looking at all units one by one, to the bit, on any number of
//! threads.

use kernels::matmul::matmul;
use kernels::sharding::LEAST_WORK;
use kernels::workers::share_if;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

/// Samples of a task.
const ROWS: usize = 128;
/// Below this a product in f32 is nothing.
const TINY: f64 = f32::MIN_POSITIVE as f64;
/// Above this a sum of products may be more than f32 can hold.
const HUGE: f64 = f32::MAX as f64 / 8.0;

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
    let (x, w) = (x.as_standard_layout(), w.as_standard_layout());
    let units = Units::new(w.view());
    let mut winners = vec![Winner::default(); x.nrows()];
    let samples = x.as_slice().expect("row by row").chunks(ROWS * inputs);
    let tasks = samples.zip(winners.chunks_mut(ROWS));
    share_if(work > LEAST_WORK, tasks, |(x, winners)| {
        let shape = (winners.len(), inputs);
        let x = ArrayView2::from_shape(shape, x).expect("as many rows as winners");
        units.nearest(x, winners);
    });
    winners
}

/// Units `[J, D]`, and what the product needs of them.
struct Units<'a> {
    w: ArrayView2<'a, f64>,
    rounded: Array2<f32>,
    /// −|w|²/2, `[J]`
    half_norms: Array1<f32>,
    /// The largest |w|².
    largest: f64,
}

impl<'a> Units<'a> {
    fn new(w: ArrayView2<'a, f64>) -> Self {
        let norms: Array1<f64> = w.rows().into_iter().map(|w| w.dot(&w)).collect();
        Self {
            w,
            rounded: w.mapv(|w| w as f32),
            half_norms: norms.mapv(|norm| (-norm / 2.0) as f32),
            largest: norms.iter().copied().fold(0.0, f64::max),
        }
    }

    /// The two nearest for each of some samples.
    fn nearest(&self, x: ArrayView2<'_, f64>, winners: &mut [Winner]) {
        let rounded = x.mapv(|x| x as f32);
        // x·w − |w|²/2: the larger, the nearer.
        let mut near = Array2::zeros((x.nrows(), self.w.nrows()));
        near.assign(&self.half_norms);
        matmul(rounded.view(), self.rounded.t(), near.view_mut());
        for (sample, winner) in winners.iter_mut().enumerate() {
            let near = near.row(sample);
            let near = near.to_slice().expect("row by row");
            let rounded = rounded.row(sample);
            // Twice as much as rounding can have moved a number of D products.
            let size = f64::from(rounded.dot(&rounded)) + self.largest;
            let terms = 2.0 * (x.ncols() + 4) as f64;
            let slack = terms * (f64::from(f32::EPSILON) * size + TINY);
            let least = match size < HUGE {
                true => (f64::from(second_largest(near)) - slack) as f32,
                false => f32::NEG_INFINITY,
            };
            *winner = nearest_two(x.row(sample), self.w, not_below(near, least));
        }
    }
}

/// Numbers that are looked at side by side.
const LANES: usize = 16;

/// The largest of these but one.
fn second_largest(numbers: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let smaller = |a: f32, b: f32| if a < b { a } else { b };
    let (mut best, mut next) = ([f32::NEG_INFINITY; LANES], [f32::NEG_INFINITY; LANES]);
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            next[lane] = larger(next[lane], smaller(chunk[lane], best[lane]));
            best[lane] = larger(best[lane], chunk[lane]);
        }
    }
    let (mut largest, mut second) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
    for &number in best.iter().chain(&next).chain(rest) {
        second = larger(second, smaller(number, largest));
        largest = larger(largest, number);
    }
    second
}

/// Places of those that are at least that large, or no numbers.
fn not_below(numbers: &[f32], least: f32) -> impl Iterator<Item = usize> {
    let may_be = move |number: &f32| *number >= least || number.is_nan();
    let chunks = numbers.chunks(LANES).enumerate();
    chunks
        .filter(move |(_, chunk)| chunk.iter().fold(false, |any, number| any | may_be(number)))
        .flat_map(move |(chunk, numbers)| {
            let places = numbers.iter().enumerate();
            let places = places.filter(move |(_, number)| may_be(number));
            places.map(move |(lane, _)| chunk * LANES + lane)
        })
}
