//! `[record]`: what a run leaves besides its record.

use serde::{Deserialize, Serialize};

/// What a run leaves besides its record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordSpec {
    /// Whether TensorBoard gets event files: `tensorboard/<implementation>/` in the folder of the
    /// record, written when the run has ended.
    pub tensorboard: bool,
}

impl RecordSpec {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
