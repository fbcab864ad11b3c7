//! `max_pool` and `avg_pool`: the largest number, or the mean, of each window of a map. Their
//! settings are the same.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer};
use crate::Problem;
use crate::pair::Pair;
use crate::plan::{PlannedLayer, Planner};

/// Max or average pooling.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolSpec {
    /// Height and width of a window.
    pub size: Pair,
    /// Steps between windows; none: as large as a window. Smaller: the windows overlap.
    #[serde(default)]
    pub stride: Option<Pair>,
    /// Put around the map on each side: less than any number for max, zeros for the average.
    #[serde(default)]
    pub padding: Pair,
}

impl PoolSpec {
    /// Windows side by side.
    pub fn new(size: impl Into<Pair>) -> Self {
        Self {
            size: size.into(),
            stride: None,
            padding: Pair::default(),
        }
    }

    /// Steps between windows.
    pub fn stride(&self) -> Pair {
        self.stride.unwrap_or(self.size)
    }
}

impl Layer for PoolSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.sides("size", self.size, 1)?;
        checker.sides("stride", self.stride(), 1)?;
        checker.sides("padding", self.padding, 0)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let [channels, height, width] = planner.image(&layer.input)?;
        let image = [height, width];
        let windows = planner.windows(image, self.size, self.stride(), self.padding)?;
        let fits = 2 * self.padding.height <= self.size.height
            && 2 * self.padding.width <= self.size.width;
        if !fits {
            let reason = "the padding is more than half a window";
            return Err(Problem::new(format!("{}.padding", planner.key), reason)
                .hint("at most half of size"));
        }
        layer.output = vec![channels, windows[0], windows[1]];
        Ok(())
    }

    fn has_curvature(&self) -> bool {
        true
    }
}
