//! Sums over the channels of a batch, and functions that differ from channel to channel.
//!
//! A sample is `[C, P]`: channels one behind the other, `$P = H \cdot W$` pixels each; a vector has
//! one pixel. The loops run along the memory: along the pixels of an image, along the channels of a
//! vector.

use contract::Real;
use rayon::prelude::*;
use spec::model::PlannedLayer;

use kernels::sharding::Sharding;

/// A number costs about as much as so many multiplications of a matrix product.
const COST: usize = 16;
/// Sums at once along an image, so that additions need not wait for each other.
const LANES: usize = 8;

/// The channels of a batch whose samples lie one behind the other.
#[derive(Clone, Debug)]
pub struct Channels {
    /// Number of channels, C.
    pub count: usize,
    pixels: usize,
    /// Sums of each shard, `[shards, C]`.
    sums: Vec<f64>,
}

impl Channels {
    /// Those of the samples that come into a layer.
    pub fn new(planned: &PlannedLayer) -> Self {
        let [count, pixels] = planned.channels();
        Self {
            count,
            pixels,
            sums: Vec::new(),
        }
    }

    /// For each channel the sum of `f(a, b, p)` over all its numbers `a` and `b`, where `p` are its
    /// values of `parameters`, `[C]` each. Shards are summed by themselves, then these sums in
    /// their order.
    pub fn sum<T: Real, const K: usize>(
        &mut self,
        [a, b]: [&[T]; 2],
        parameters: [&[T]; K],
        f: impl Fn(T, T, [T; K]) -> f64 + Sync,
    ) -> &[f64] {
        let (channels, pixels) = (self.count, self.pixels);
        let (sharding, length) = self.sharding(a.len());
        let sums = sharding.shards * channels;
        if self.sums.len() < sums {
            self.sums.resize(sums, 0.0);
        }
        let run = |sums: &mut [f64], a: &[T], b: &[T]| {
            sums.fill(0.0);
            let samples = a.chunks_exact(channels * pixels);
            for (a, b) in samples.zip(b.chunks_exact(channels * pixels)) {
                add_sample(sums, [a, b], parameters, pixels, &f);
            }
        };
        match sharding.shards {
            1 => run(&mut self.sums[..sums], a, b),
            _ => self.sums[..sums]
                .par_chunks_mut(channels)
                .zip(a.par_chunks(length))
                .zip(b.par_chunks(length))
                .for_each(|((sums, a), b)| run(sums, a, b)),
        }
        let (total, others) = self.sums[..sums].split_at_mut(channels);
        for part in others.chunks_exact(channels) {
            for (total, part) in total.iter_mut().zip(part) {
                *total += part;
            }
        }
        total
    }

    /// `y = f(a, b, p)` for all numbers, where `p` are the channel's values of `parameters`, `[C]`
    /// each.
    pub fn map<T: Real, const K: usize>(
        &self,
        y: &mut [T],
        [a, b]: [&[T]; 2],
        parameters: [&[T]; K],
        f: impl Fn(T, T, [T; K]) -> T + Sync,
    ) {
        let (channels, pixels) = (self.count, self.pixels);
        let (sharding, length) = self.sharding(a.len());
        let run = |y: &mut [T], a: &[T], b: &[T]| {
            let samples = y.chunks_exact_mut(channels * pixels);
            let samples = samples.zip(a.chunks_exact(channels * pixels));
            for ((y, a), b) in samples.zip(b.chunks_exact(channels * pixels)) {
                map_sample(y, [a, b], parameters, pixels, &f);
            }
        };
        match sharding.shards {
            1 => run(y, a, b),
            _ => y
                .par_chunks_mut(length)
                .zip(a.par_chunks(length))
                .zip(b.par_chunks(length))
                .for_each(|((y, a), b)| run(y, a, b)),
        }
    }

    /// How so many numbers are divided, and those of a shard.
    fn sharding(&self, numbers: usize) -> (Sharding, usize) {
        let d = self.count * self.pixels;
        let sharding = Sharding::new(numbers / d, COST * d, numbers / d);
        (sharding, sharding.height * d)
    }
}

/// `sums[c] += f(a, b, p)` over one sample.
fn add_sample<T: Real, const K: usize>(
    sums: &mut [f64],
    [a, b]: [&[T]; 2],
    parameters: [&[T]; K],
    pixels: usize,
    f: &impl Fn(T, T, [T; K]) -> f64,
) {
    let channels = sums.len();
    if pixels == 1 {
        // Slices of one length: then the compiler checks no index in the loop.
        let (a, b) = (&a[..channels], &b[..channels]);
        let parameters = parameters.map(|p| &p[..channels]);
        for c in 0..channels {
            sums[c] += f(a[c], b[c], parameters.map(|p| p[c]));
        }
        return;
    }
    let maps = a.chunks_exact(pixels).zip(b.chunks_exact(pixels));
    for ((c, sum), (a, b)) in sums.iter_mut().enumerate().zip(maps) {
        let p = parameters.map(|p| p[c]);
        let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
        let mut lanes = [0.0; LANES];
        for (a, b) in a.iter().zip(b) {
            for lane in 0..LANES {
                lanes[lane] += f(a[lane], b[lane], p);
            }
        }
        let rest = a_rest.iter().zip(b_rest).map(|(&a, &b)| f(a, b, p));
        *sum += lanes.into_iter().chain(rest).sum::<f64>();
    }
}

/// `y = f(a, b, p)` over one sample.
fn map_sample<T: Real, const K: usize>(
    y: &mut [T],
    [a, b]: [&[T]; 2],
    parameters: [&[T]; K],
    pixels: usize,
    f: &impl Fn(T, T, [T; K]) -> T,
) {
    if pixels == 1 {
        let channels = y.len();
        let (a, b) = (&a[..channels], &b[..channels]);
        let parameters = parameters.map(|p| &p[..channels]);
        for c in 0..channels {
            y[c] = f(a[c], b[c], parameters.map(|p| p[c]));
        }
        return;
    }
    let maps = y.chunks_exact_mut(pixels).zip(a.chunks_exact(pixels));
    for (c, ((y, a), b)) in maps.zip(b.chunks_exact(pixels)).enumerate() {
        let p = parameters.map(|p| p[c]);
        for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
            *y = f(a, b, p);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::random;
    use super::*;

    /// Vectors and images, with and without a rest of lanes, in one shard and in several.
    const SHAPES: [([usize; 3], usize); 5] = [
        ([3, 5, 1], 1),
        ([901, 150, 1], 4),
        ([2, 3, 8], 1),
        ([5, 2, 13], 1),
        ([299, 4, 123], 4),
    ];

    #[test]
    fn sums_and_functions_are_those_of_the_definition() {
        for ([n, count, pixels], shards) in SHAPES {
            let (a, b) = (
                random(n, count * pixels, "a"),
                random(n, count * pixels, "b"),
            );
            let (a, b) = (a.as_slice().unwrap(), b.as_slice().unwrap());
            let p: Vec<f64> = (0..count).map(|c| c as f64).collect();
            let f = |a: f64, b: f64, [p]: [f64; 1]| a * (b + p);
            let channel = |index: usize| index / pixels % count;
            let mut by_definition = vec![0.0; count];
            for (index, (&a, &b)) in a.iter().zip(b).enumerate() {
                by_definition[channel(index)] += f(a, b, [p[channel(index)]]);
            }
            let sums = Vec::new();
            let mut channels = Channels {
                count,
                pixels,
                sums,
            };
            assert_eq!(channels.sharding(a.len()).0.shards, shards);
            // Twice: the second time over the sums of the first.
            for _ in 0..2 {
                for (sum, expected) in channels.sum([a, b], [&p], f).iter().zip(&by_definition) {
                    assert!(
                        (sum - expected).abs() < 1e-10 * n as f64,
                        "{n} {count} {pixels}"
                    );
                }
            }
            let mut y = vec![f64::NAN; a.len()];
            channels.map(&mut y, [a, b], [&p], f);
            for (index, &y) in y.iter().enumerate() {
                assert_eq!(y, f(a[index], b[index], [p[channel(index)]]));
            }
        }
    }
}
