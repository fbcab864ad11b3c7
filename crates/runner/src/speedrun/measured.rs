//! What a seed of a speedrun needed, as a row of the table.

use crate::numbers::percent;

/// One seed, measured.
#[derive(Debug)]
pub struct Measured {
    /// Its seed.
    pub seed: u64,
    /// Test accuracy after the last epoch.
    pub accuracy: f64,
    /// From the start of the process to its end.
    pub seconds: f64,
    /// Of these, training.
    pub training: f64,
}

/// Titles of the columns.
pub const HEADER: [&str; 4] = [
    "seed",
    "test accuracy",
    "seconds in all",
    "of these training",
];

impl Measured {
    /// A row of the table.
    pub fn cells(&self) -> [String; 4] {
        [
            self.seed.to_string(),
            format!("{} %", percent(self.accuracy, 2)),
            format!("{:.2}", self.seconds),
            format!("{:.2}", self.training),
        ]
    }
}
