//! `[augmentation]`: training images changed at random, a new one each epoch.
//!
//! A change that is one number is a field here; one with settings is a file of its own.

mod elastic;

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;

pub use elastic::ElasticSpec;

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

impl AugmentationSpec {
    /// Finds impossible values.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let values = [
            ("shift", self.shift, 1e4),
            ("rotation", self.rotation, 180.0),
            ("scale", self.scale, 0.99),
            ("shear", self.shear, 10.0),
            ("noise", self.noise, 1e4),
        ];
        let checker = Checker::new("augmentation");
        for (name, value, most) in values {
            checker.up_to((name, name), value, most)?;
        }
        match self.elastic {
            None => Ok(()),
            Some(elastic) => elastic.check(&Checker::new("augmentation.elastic")),
        }
    }
}

/// What several changes have.
impl Checker<'_> {
    /// 0 to `most`, for a field and its name in messages.
    fn up_to(&self, field: (&str, &str), value: f64, most: f64) -> Result<(), Problem> {
        let fine = (0.0..=most).contains(&value);
        self.named(field, value, fine, &format!("0 to {most}"))
    }
}
