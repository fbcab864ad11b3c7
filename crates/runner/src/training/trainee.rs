//! Whatever learns pass by pass.
//!
//! The loop of a run ([`super::Training`]) knows nothing else of what learns: a network in any
//! implementation ([`super::network`]), or a learner with a rule of its own ([`super::learner`]).
//! It owns progress, signals, the record and the checkpoints.

use std::io;

use contract::TensorError;

use super::Stop;
use crate::record::Trained;

/// What learns pass by pass, can be saved, and goes on from what was saved.
pub trait Trainee {
    /// Passes in all, if none is left out.
    fn passes(&self) -> usize;

    /// How often a pass ticks.
    fn ticks(&self) -> usize;

    /// Whether nothing is left to do.
    fn is_done(&self) -> bool;

    /// Learns for a pass, measures, and adds both to the record. Calls `tick` now and then.
    ///
    /// # Errors
    /// When it diverged, was interrupted, or cannot learn from the data.
    fn pass(&mut self, trained: &mut Trained, tick: &dyn Fn()) -> Result<(), Stop>;

    /// What was learned, as the bytes of a safetensors file: the best so far where the best comes
    /// back, otherwise as it is.
    ///
    /// # Errors
    /// When it cannot be written in that format.
    fn safetensors(&self) -> Result<Vec<u8>, TensorError>;

    /// What is written beside the weights, with the names of the files, once there is any: pictures
    /// of what was learned, histograms.
    fn files(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Writes all that the next pass depends on. Returns whether that can be saved at all.
    ///
    /// # Errors
    /// When it cannot be written.
    fn save(&self, to: &mut Vec<u8>) -> io::Result<bool>;

    /// Goes on from what was saved.
    ///
    /// # Errors
    /// When that is not of this trainee.
    fn restore(&mut self, saved: &[u8]) -> io::Result<()>;
}
