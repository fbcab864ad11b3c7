//! `[augmentation]`: training images changed at random, a new one each epoch.

use serde::{Deserialize, Serialize};

use crate::Problem;

/// Random changes of training images, in this order: affine (scale, shear, rotation, shift) and
/// elastic together in one interpolation, then noise. Each sample of each epoch draws from a stream
/// of its own, so every implementation and any number of threads sees the same images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentationSpec {
    /// Largest shift down and across, in pixels.
    pub shift: f64,
    /// Largest rotation, in degrees.
    pub rotation: f64,
    /// Largest change of size: 0.1 is from 90 % to 110 %.
    pub scale: f64,
    /// Largest horizontal shear: the shift across of a pixel one pixel further down.
    pub shear: f64,
    /// Elastic distortion (Simard, Steinkraus & Platt 2003).
    pub elastic: Option<ElasticSpec>,
    /// Standard deviation of Gaussian noise, in the units of the prepared pixels.
    pub noise: f64,
}

/// A random displacement of every pixel, smoothed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElasticSpec {
    /// Standard deviation of the Gaussian that smooths the displacements, in pixels.
    pub sigma: f64,
    /// Factor of the smoothed displacements, which are uniform in \[−1, 1) before, in pixels.
    pub alpha: f64,
}

impl AugmentationSpec {
    /// Finds impossible values.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let elastic = self.elastic.unwrap_or(ElasticSpec {
            sigma: 1.0,
            alpha: 0.0,
        });
        let values = [
            ("shift", self.shift, 1e4),
            ("rotation", self.rotation, 180.0),
            ("scale", self.scale, 0.99),
            ("shear", self.shear, 10.0),
            ("noise", self.noise, 1e4),
            ("elastic.alpha", elastic.alpha, 1e4),
            ("elastic.sigma", elastic.sigma, 1e3),
        ];
        for (name, value, most) in values {
            if !(0.0..=most).contains(&value) {
                let reason = format!("{value} is not a possible {}", name.replace('.', " "));
                return Err(Problem::new(format!("augmentation.{name}"), reason)
                    .hint(format!("0 to {most}")));
            }
        }
        if elastic.sigma == 0.0 {
            let key = "augmentation.elastic.sigma";
            return Err(Problem::new(key, "a Gaussian needs a width").hint("above 0"));
        }
        Ok(())
    }
}
