//! A run as its files have it.

use std::path::Path;

use contract::NamedTensors;

use crate::Failure;
use crate::record::Record;

/// A record with its weights.
pub struct Recorded {
    /// The record.
    pub record: Record,
    /// The weights of each implementation, as they were trained; f32 keep their bits in f64.
    pub weights: Vec<NamedTensors<f64>>,
}

impl Recorded {
    /// Reads the weights that belong to a record.
    ///
    /// # Errors
    /// [`Failure::Input`] when they are not there.
    pub fn read(record: Record, folder: &Path) -> Result<Self, Failure> {
        let weights = record.implementations.iter().map(|trained| {
            let file = folder.join(&trained.weights);
            let read = NamedTensors::read_safetensors(&file);
            read.map_err(|error| {
                let advice = "without the weights there is nothing to compare with";
                Failure::Input(format!("{error}; {advice}"))
            })
        });
        let weights = weights.collect::<Result<_, _>>()?;
        Ok(Self { record, weights })
    }
}
