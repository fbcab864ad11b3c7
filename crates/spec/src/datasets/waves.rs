//! `waves`: images of plane waves of any size.

use serde::{Deserialize, Serialize};

use super::{Dataset, SetTarget, Split};
use crate::Problem;
use crate::check::Checker;

/// Images of plane waves, `[C, H, W]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WavesSpec {
    /// Images, the classes in turn.
    pub samples: usize,
    /// Classes, each with a direction and a wavelength of its own.
    pub classes: usize,
    /// Channels of an image; each has a phase of its own.
    pub channels: usize,
    /// Height and width.
    pub size: usize,
    /// Standard deviation of the noise on each pixel.
    pub noise: f64,
    /// Which images are held back for testing.
    pub split: Split,
    /// What is to be predicted: what the data come with ("given"), or the "input" itself.
    #[serde(skip_serializing_if = "SetTarget::is_given")]
    pub target: SetTarget,
}

impl Default for WavesSpec {
    fn default() -> Self {
        Self {
            samples: 200,
            classes: 4,
            channels: 1,
            size: 16,
            noise: 0.1,
            split: Split::default(),
            target: SetTarget::default(),
        }
    }
}

impl Dataset for WavesSpec {
    fn predicts_its_input(&self) -> bool {
        self.target == SetTarget::Input
    }

    fn generated_numbers(&self) -> Option<usize> {
        let image = self.channels.saturating_mul(self.size * self.size);
        Some(self.samples.saturating_mul(image))
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.generated(self.samples, self.noise)?;
        let classes = (2..=10_000).contains(&self.classes);
        checker.require("classes", classes, "2 to 10000 classes")?;
        let channels = (1..=1000).contains(&self.channels);
        checker.require("channels", channels, "1 to 1000 channels")?;
        let size = (1..=4096).contains(&self.size);
        checker.require("size", size, "1 to 4096 pixels")?;
        self.split.check(checker)
    }
}
