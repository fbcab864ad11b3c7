//! How long a computation takes at each size of the batch, measured on the small ones.

use std::time::Instant;

use crate::Failure;

/// What is short is measured again, for so many seconds in all: other work on the machine may have
/// been in the way.
const PATIENCE: f64 = 0.5;
/// How often at most.
const REPEATS: usize = 5;

/// Seconds at some sizes, the smallest first.
#[derive(Clone, Debug)]
pub struct Cost(Vec<(usize, f64)>);

impl Cost {
    /// Measures one size after the other until `enough` says so of what was measured last.
    ///
    /// # Errors
    /// Those of the computation.
    pub fn measure(
        sizes: &[usize],
        enough: impl Fn(usize, f64) -> bool,
        mut run: impl FnMut(usize) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let mut measured = Vec::new();
        for &size in sizes {
            let seconds = seconds(|| run(size))?;
            measured.push((size, seconds));
            if enough(size, seconds) {
                break;
            }
        }
        Ok(Self(measured))
    }

    /// Seconds at a size: of one that was not measured at most, for the time per sample falls as
    /// the batch grows.
    pub fn at(&self, size: usize) -> f64 {
        let below = self.0.iter().rev().find(|(measured, _)| *measured <= size);
        let nearest = below.or(self.0.first());
        nearest.map_or(0.0, |(measured, seconds)| {
            seconds * (size as f64 / *measured as f64).max(1.0)
        })
    }
}

/// Seconds of a computation; of a short one the least of several.
///
/// # Errors
/// Those of the computation.
pub fn seconds(mut run: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let (mut least, mut spent) = (f64::INFINITY, 0.0);
    for _ in 0..REPEATS {
        let start = Instant::now();
        run()?;
        let once = start.elapsed().as_secs_f64();
        (least, spent) = (least.min(once), spent + once);
        if spent > PATIENCE {
            break;
        }
    }
    Ok(least)
}

/// Sizes to choose from, each twice the one before, from the smallest to the whole.
pub fn sizes(smallest: usize, whole: usize) -> Vec<usize> {
    let doubled = std::iter::successors(Some(smallest), |size| size.checked_mul(2));
    let mut sizes: Vec<usize> = doubled.take_while(|size| *size < whole).collect();
    sizes.push(whole);
    sizes
}

/// The largest of some sizes whose time is allowed; the smallest if none is.
pub fn largest(sizes: &[usize], allowed: f64, seconds: impl Fn(usize) -> f64) -> usize {
    let fits = |size: &&usize| seconds(**size) <= allowed;
    let found = sizes.iter().rev().find(fits).or(sizes.first());
    found.copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_double_up_to_the_whole() {
        assert_eq!(sizes(1, 16), [1, 2, 4, 8, 16]);
        assert_eq!(sizes(4, 10), [4, 8, 10]);
        assert_eq!(sizes(4, 4), [4]);
    }

    #[test]
    fn the_largest_size_that_fits_is_taken_and_the_smallest_if_none_does() {
        let sizes = sizes(1, 12);
        assert_eq!(largest(&sizes, 4.0, |size| size as f64), 4);
        assert_eq!(largest(&sizes, 100.0, |size| size as f64), 12);
        assert_eq!(largest(&sizes, 0.5, |size| size as f64), 1);
    }

    #[test]
    fn what_was_not_measured_is_estimated_from_the_size_below() {
        let cost = Cost(vec![(2, 1.0), (4, 1.5)]);
        let estimates = [1, 2, 3, 4, 8].map(|size| cost.at(size));
        assert_eq!(estimates, [1.0, 1.0, 1.5, 1.5, 3.0]);
    }

    #[test]
    fn measuring_ends_when_it_is_enough() {
        let mut run = Vec::new();
        let measured = Cost::measure(
            &sizes(1, 64),
            |size, _| size >= 4,
            |size| {
                run.push(size);
                Ok(())
            },
        );
        assert!(measured.is_ok());
        run.dedup();
        assert_eq!(run, [1, 2, 4]);
    }
}
