//! Where a network is asked: points over two inputs, row by row.

use std::ops::Range;

use datasets::Samples;
use ndarray::Array2;

use crate::prepare::Common;

/// Points along a side where a surface is drawn.
const OF_A_SURFACE: usize = 21;
/// Points across and up where regions are drawn: cells, of which a row is drawn in runs.
const OF_REGIONS: (usize, usize) = (120, 60);
/// Room around the samples of regions, as a share of their range.
const ROOM: f64 = 0.2;

/// A grid over the samples, and these.
pub struct Grid {
    /// Of the first input.
    pub across: Range<f64>,
    /// Of the second.
    pub up: Range<f64>,
    /// Points across and up.
    pub size: (usize, usize),
    /// All samples, those held back too.
    pub samples: Vec<Sample>,
}

/// A sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Its inputs.
    pub x: (f64, f64),
    /// A real target, or the number of its class.
    pub t: f64,
}

impl Grid {
    /// Over all samples of two inputs: of a real target through the outermost of
    /// them, of classes with room around.
    pub fn of(prepared: &Common) -> Self {
        let dataset = &prepared.dataset;
        let mut samples = all(&dataset.train);
        if !dataset.test_is_train {
            samples.extend(all(&dataset.test));
        }
        let (size, room) = match dataset.classes() {
            Some(_) => (OF_REGIONS, ROOM),
            None => ((OF_A_SURFACE, OF_A_SURFACE), 0.0),
        };
        Self {
            across: range(samples.iter().map(|sample| sample.x.0), room),
            up: range(samples.iter().map(|sample| sample.x.1), room),
            size,
            samples,
        }
    }

    /// The points, `[rows · columns, 2]`, the lowest row first.
    pub fn points(&self) -> Array2<f32> {
        let ((columns, rows), at) = (self.size, |range: &Range<f64>, index, of| {
            range.start + (range.end - range.start) * index as f64 / (of - 1) as f64
        });
        Array2::from_shape_fn((rows * columns, 2), |(point, input)| match input {
            0 => at(&self.across, point % columns, columns) as f32,
            _ => at(&self.up, point / columns, rows) as f32,
        })
    }

    /// The target of the nearest sample at each point.
    pub fn targets(&self) -> Vec<f64> {
        let (width, height) = (
            self.across.end - self.across.start,
            self.up.end - self.up.start,
        );
        let nearest = |point: ndarray::ArrayView1<f32>| {
            let (x, y) = (f64::from(point[0]), f64::from(point[1]));
            let far = |s: &Sample| ((s.x.0 - x) / width).powi(2) + ((s.x.1 - y) / height).powi(2);
            let near = self.samples.iter().min_by(|a, b| far(a).total_cmp(&far(b)));
            near.map_or(0.0, |sample| sample.t)
        };
        self.points().rows().into_iter().map(nearest).collect()
    }
}

/// The samples of a part of the data.
fn all(samples: &Samples) -> Vec<Sample> {
    let rows: Vec<usize> = (0..samples.len()).collect();
    let mut inputs = Array2::<f64>::zeros((rows.len(), 2));
    samples.gather(&rows, inputs.view_mut());
    let target = |row: usize| match (samples.labels(), samples.values()) {
        (Some(labels), _) => labels[row] as f64,
        (_, Some(values)) => values[row * samples.target_width()],
        _ => f64::NAN,
    };
    let sample = |(row, x): (usize, ndarray::ArrayView1<f64>)| Sample {
        x: (x[0], x[1]),
        t: target(row),
    };
    inputs.rows().into_iter().enumerate().map(sample).collect()
}

/// From the lowest to the highest, with room around; never empty.
fn range(values: impl Iterator<Item = f64> + Clone, room: f64) -> Range<f64> {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    let room = match high > low {
        true => room * (high - low),
        false => 0.5 * high.abs().max(1.0),
    };
    low - room..high + room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_go_row_by_row_and_have_the_target_of_the_nearest_sample() {
        let sample = |x, t| Sample { x, t };
        let grid = Grid {
            across: 0.0..2.0,
            up: 10.0..40.0,
            size: (3, 2),
            samples: vec![sample((0.0, 10.0), 5.0), sample((2.0, 40.0), 7.0)],
        };
        let points = ndarray::array![
            [0.0, 10.0],
            [1.0, 10.0],
            [2.0, 10.0],
            [0.0, 40.0],
            [1.0, 40.0],
            [2.0, 40.0]
        ];
        assert_eq!(grid.points(), points);
        assert_eq!(grid.targets(), [5.0, 5.0, 5.0, 5.0, 7.0, 7.0]);
    }

    #[test]
    fn a_range_of_one_value_is_not_empty() {
        assert_eq!(range([3.0, 3.0].into_iter(), 0.0), 1.5..4.5);
        assert_eq!(range([0.0, 2.0].into_iter(), 0.25), -0.5..2.5);
    }
}
