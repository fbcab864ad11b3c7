//! What a comparison says of an implementation.

use serde::{Deserialize, Serialize};

/// Verdicts, the mildest first. Only [`Verdict::Differs`] says that an implementation is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Both sides are the same within the tolerance.
    Agrees,
    /// Every entry is exactly 0 on both sides, so nothing was proved.
    Zero,
    /// Rounding alone moves the numbers as far, or no entry could be compared: nothing was proved.
    Unproved,
    /// Both sides left the range of the numbers: infinite or NaN.
    NotFinite,
    /// The two sides differ by more than the tolerance.
    Differs,
}

impl Verdict {
    /// Its name in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agrees => "ok",
            Self::Zero => "zero",
            Self::Unproved => "unproved",
            Self::NotFinite => "not finite",
            Self::Differs => "OFF",
        }
    }
}
