//! k-means: each centre the mean of the samples that are nearest to it.
//!
//! ```math
//! E = \sum_n \min_j \lVert x_n - c_j \rVert^2
//! ```
//!
//! Lloyd's rule takes turns: each sample goes to its nearest centre, each centre to the mean of its
//! samples. Neither can raise the inertia E, so it ends where no sample changes its centre any more.
//! A cluster that has lost its last sample begins anew at the sample that is farthest from its own
//! centre.
//!
//! It begins at k-means++: a sample at random, then others, each drawn with a probability in
//! proportion to its squared distance from the centres so far.
//!
//! | | shape |
//! |---|---|
//! | x | `[N, D]` |
//! | centres c | `[k, D]` |
//!
//! Sources: Lloyd 1982; Arthur & Vassilvitskii 2007.

use kernels::sharding::LEAST_WORK;
use kernels::workers::share_if;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::{Rng, RngExt};

use crate::winners::{Winner, squared_distance, winners};
use crate::{Stop, Tick};

/// Samples of a task.
const ROWS: usize = 256;

/// Clusters of samples.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeans {
    /// The mean of each cluster, `[k, D]`.
    pub centers: Array2<f64>,
    /// The cluster of each sample, `[N]`.
    pub labels: Vec<usize>,
    /// E at the beginning of each pass.
    pub inertia: Vec<f64>,
    /// Clusters that lost all their samples and began anew.
    pub reseeded: usize,
    /// Whether no sample changed its cluster in the last pass.
    pub settled: bool,
}

/// Lloyd's rule from these centres, for so many passes at most.
///
/// # Errors
/// What `tick` says, which is called in each pass.
pub fn k_means(
    x: ArrayView2<'_, f64>,
    centers: Array2<f64>,
    passes: usize,
    tick: Tick<'_>,
) -> Result<KMeans, Stop> {
    let mut found = KMeans {
        centers,
        labels: Vec::new(),
        inertia: Vec::new(),
        reseeded: 0,
        settled: false,
    };
    while !found.settled && found.inertia.len() < passes {
        tick()?;
        found.pass(x);
    }
    Ok(found)
}

impl KMeans {
    /// Each sample to its nearest centre, then each centre to the mean of its samples.
    fn pass(&mut self, x: ArrayView2<'_, f64>) {
        let won = winners(x, self.centers.view());
        self.inertia
            .push(won.iter().map(|winner| winner.squared).sum());
        let mut labels: Vec<usize> = won.iter().map(|winner| winner.first).collect();
        let mut sizes = vec![0; self.centers.nrows()];
        labels.iter().for_each(|&label| sizes[label] += 1);
        self.reseeded += reseed(&won, &mut labels, &mut sizes);
        self.settled = labels == self.labels;
        self.labels = labels;
        if !self.settled {
            self.take_means(x);
        }
    }

    /// Centres at the means of their samples; one that has none stays where it is. Threads share
    /// the centres; each sum is in the order of the samples.
    fn take_means(&mut self, x: ArrayView2<'_, f64>) {
        let mut samples = vec![Vec::new(); self.centers.nrows()];
        for (sample, &label) in self.labels.iter().enumerate() {
            samples[label].push(sample);
        }
        let centers = self.centers.axis_iter_mut(Axis(0)).zip(&samples);
        let centers = centers.filter(|(_, samples)| !samples.is_empty());
        share_if(x.len() > LEAST_WORK, centers, |(mut center, samples)| {
            center.fill(0.0);
            samples.iter().for_each(|&sample| center += &x.row(sample));
            center /= samples.len() as f64;
        });
    }
}

/// Gives each empty cluster the sample that is farthest from its centre, if that is not alone in its
/// cluster; how many there were.
fn reseed(won: &[Winner], labels: &mut [usize], sizes: &mut [usize]) -> usize {
    let empty: Vec<usize> = (0..sizes.len()).filter(|&j| sizes[j] == 0).collect();
    let mut farthest: Vec<usize> = match empty.is_empty() {
        true => return 0,
        false => (0..won.len()).filter(|&n| won[n].squared > 0.0).collect(),
    };
    farthest.sort_by(|&a, &b| won[b].squared.total_cmp(&won[a].squared));
    let mut farthest = farthest.into_iter();
    let mut begun = 0;
    for cluster in empty {
        let Some(sample) = farthest.find(|&n| sizes[labels[n]] > 1) else {
            break;
        };
        sizes[labels[sample]] -= 1;
        sizes[cluster] += 1;
        labels[sample] = cluster;
        begun += 1;
    }
    begun
}

/// `k` samples to begin at, drawn by k-means++.
///
/// # Errors
/// With the number of different samples, where that is below `k`.
pub fn plus_plus(
    x: ArrayView2<'_, f64>,
    k: usize,
    rng: &mut impl Rng,
) -> Result<Array2<f64>, usize> {
    if x.nrows() < k {
        return Err(x.nrows());
    }
    let mut drawn = vec![rng.random_range(0..x.nrows())];
    // Squared distance of each sample from the nearest of those drawn.
    let mut squared = Array1::from_elem(x.nrows(), f64::INFINITY)
        .into_raw_vec_and_offset()
        .0;
    while drawn.len() < k {
        nearer(x, drawn[drawn.len() - 1], &mut squared);
        let sum: f64 = squared.iter().sum();
        if sum == 0.0 {
            return Err(drawn.len());
        }
        let mut left = rng.random_range(0.0..sum);
        let reached = squared.iter().position(|squared| {
            left -= squared;
            left < 0.0
        });
        // Rounding may leave a little at the end.
        let last = squared.iter().rposition(|squared| *squared > 0.0);
        drawn.extend(reached.or(last));
    }
    Ok(x.select(Axis(0), &drawn))
}

/// Takes the distance from one more sample where it is smaller.
fn nearer(x: ArrayView2<'_, f64>, drawn: usize, squared: &mut [f64]) {
    let center = x.row(drawn);
    let tasks = squared.chunks_mut(ROWS).enumerate();
    let tasks: Vec<_> = tasks.collect();
    share_if(
        x.len() > LEAST_WORK,
        tasks.into_iter(),
        |(task, squared)| {
            let rows = x.axis_iter(Axis(0)).skip(task * ROWS);
            for (squared, x) in squared.iter_mut().zip(rows) {
                *squared = squared.min(squared_distance(x, center));
            }
        },
    );
}
