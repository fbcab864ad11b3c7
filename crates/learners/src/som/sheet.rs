//! The sheet: where units lie in it, and how far they are apart.

use ndarray::Array2;
use spec::learners::{SomSpec, Topology};

/// Squares at a corner are √2 apart.
const OF_SQUARES: f64 = 2.1;
/// Hexagons around one are 1 apart, the next √3.
const OF_HEXAGONS: f64 = 1.1;

/// The units of a map as they lie in its sheet, row by row.
pub struct Sheet {
    /// Place of each unit: to the right, and down; neighbours in a row are 1 apart.
    pub places: Vec<(f64, f64)>,
    /// Squared distances of all pairs `[J, J]`; of a torus the shorter way round.
    pub squared: Array2<f64>,
    /// Units with at most this squared distance are neighbours.
    near: f64,
}

impl Sheet {
    /// The sheet of a config.
    pub fn new(settings: &SomSpec) -> Self {
        let [rows, columns] = settings.grid;
        let hexagonal = settings.topology == Topology::Hexagonal;
        let (down, shift) = match hexagonal {
            true => (0.75f64.sqrt(), 0.5),
            false => (1.0, 0.0),
        };
        let place = |unit: usize| {
            let (row, column) = (unit / columns, unit % columns);
            let right = column as f64 + if row % 2 == 1 { shift } else { 0.0 };
            (right, row as f64 * down)
        };
        let places: Vec<(f64, f64)> = (0..rows * columns).map(place).collect();
        let around = (columns as f64, rows as f64 * down);
        let apart = |a: f64, b: f64, around: f64| match settings.torus {
            true => (a - b).abs().min(around - (a - b).abs()),
            false => a - b,
        };
        let squared = Array2::from_shape_fn((places.len(), places.len()), |(i, j)| {
            let right = apart(places[i].0, places[j].0, around.0);
            let down = apart(places[i].1, places[j].1, around.1);
            right * right + down * down
        });
        let near = if hexagonal { OF_HEXAGONS } else { OF_SQUARES };
        Self {
            places,
            squared,
            near,
        }
    }

    /// Whether two units lie beside each other, or at a corner.
    pub fn are_neighbors(&self, one: usize, other: usize) -> bool {
        one != other && self.squared[[one, other]] <= self.near
    }

    /// The neighbours of a unit, in their order.
    pub fn neighbors(&self, unit: usize) -> Vec<usize> {
        let others = 0..self.places.len();
        others
            .filter(|&other| self.are_neighbors(unit, other))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(grid: [usize; 2], topology: Topology, torus: bool) -> Sheet {
        Sheet::new(&SomSpec {
            grid,
            topology,
            torus,
            ..SomSpec::default()
        })
    }

    #[test]
    fn squares_have_eight_neighbours_and_hexagons_six() {
        let squares = sheet([3, 3], Topology::Rectangular, false);
        assert_eq!(squares.neighbors(4).len(), 8);
        assert_eq!(squares.neighbors(0), [1, 3, 4]);
        // The middle row is shifted to the right.
        let hexagons = sheet([3, 3], Topology::Hexagonal, false);
        assert_eq!(hexagons.neighbors(4), [1, 2, 3, 5, 7, 8]);
        assert_eq!(hexagons.neighbors(0), [1, 3]);
        for &other in &hexagons.neighbors(4) {
            assert!((hexagons.squared[[4, other]] - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn on_a_torus_all_units_have_as_many_neighbours() {
        for (topology, neighbors) in [(Topology::Rectangular, 8), (Topology::Hexagonal, 6)] {
            let torus = sheet([4, 5], topology, true);
            for unit in 0..20 {
                assert_eq!(
                    torus.neighbors(unit).len(),
                    neighbors,
                    "{topology:?} {unit}"
                );
            }
        }
        let torus = sheet([4, 5], Topology::Rectangular, true);
        assert_eq!(
            torus.squared[[0, 4]],
            1.0,
            "the last column is beside the first"
        );
        assert_eq!(torus.squared[[0, 19]], 2.0);
    }
}
