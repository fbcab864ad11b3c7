//! `[invariance]`: the test images moved, turned and resized by fixed amounts, to see what a
//! network makes of them.

use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::check::Checker;

/// Fixed changes of the test images. After each epoch the metrics are measured on the changed
/// images too, one change at a time, with its name behind: `test_accuracy_shift_2`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InvarianceSpec {
    /// Pixels: the images are moved to the right, to the left, down and up, in turn.
    pub shift: Vec<f64>,
    /// Degrees: the images are turned clockwise and counterclockwise, in turn.
    pub rotation: Vec<f64>,
    /// Factors of the size: 0.8 makes the picture on an image smaller.
    pub scale: Vec<f64>,
}

/// One of the changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transform {
    /// By so many pixels.
    Shift(f64),
    /// By so many degrees.
    Rotation(f64),
    /// By this factor.
    Scale(f64),
}

impl Transform {
    /// Whether a change has this name.
    pub fn is_named(name: &str) -> bool {
        let kinds = [Self::Shift, Self::Rotation, Self::Scale];
        let amount = name
            .rsplit_once('_')
            .and_then(|(_, amount)| amount.parse().ok());
        amount.is_some_and(|amount| kinds.iter().any(|kind| kind(amount).name() == name))
    }

    /// Its name behind that of a metric: `shift_2`.
    pub fn name(self) -> String {
        match self {
            Self::Shift(pixels) => format!("shift_{pixels}"),
            Self::Rotation(degrees) => format!("rotation_{degrees}"),
            Self::Scale(factor) => format!("scale_{factor}"),
        }
    }
}

impl InvarianceSpec {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// All changes: shifts, rotations, scales.
    pub fn transforms(&self) -> Vec<Transform> {
        let shifts = self.shift.iter().copied().map(Transform::Shift);
        let rotations = self.rotation.iter().copied().map(Transform::Rotation);
        let scales = self.scale.iter().copied().map(Transform::Scale);
        shifts.chain(rotations).chain(scales).collect()
    }

    /// Finds impossible values, and one that stands there twice.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let lists = [
            ("shift", &self.shift, 1e4),
            ("rotation", &self.rotation, 180.0),
            ("scale", &self.scale, 100.0),
        ];
        for (name, values, most) in lists {
            let key = format!("invariance.{name}");
            let checker = Checker::new(&key);
            for (index, &value) in values.iter().enumerate() {
                let fine = value > 0.0 && value <= most;
                let field = index.to_string();
                checker.named(
                    (&field, name),
                    value,
                    fine,
                    &format!("above 0, at most {most}"),
                )?;
                if values[..index].contains(&value) {
                    let reason = format!("{value} stands there twice");
                    return Err(Problem::new(checker.field(&field), reason));
                }
            }
        }
        Ok(())
    }
}
