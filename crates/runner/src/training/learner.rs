//! Whatever learns pass by pass.
//!
//! The loop of a run ([`super::Training`]) knows nothing else of what learns: a network in any
//! implementation ([`super::network`]), or a machine with a rule of its own. It owns progress,
//! signals, the record and the checkpoints.

use std::io;

use contract::NamedTensors;

use super::Stop;
use super::trainer::Resources;
use crate::record::Trained;

/// What learns pass by pass, can be saved, and goes on from what was saved.
pub trait Learner {
    /// Passes in all, if none is left out.
    fn passes(&self) -> usize;

    /// How often a pass ticks, where the data make so many updates.
    fn ticks(&self, steps: usize) -> usize;

    /// Whether nothing is left to do.
    fn is_done(&self) -> bool;

    /// Learns for a pass, measures, and adds both to the record. Calls `tick` now and then.
    ///
    /// # Errors
    /// When it diverged or was interrupted.
    fn pass(
        &mut self,
        resources: &mut Resources,
        trained: &mut Trained,
        tick: &dyn Fn(),
    ) -> Result<(), Stop>;

    /// What was learned, to be saved: the best so far where the best comes back, otherwise as it
    /// is.
    fn weights(&self) -> NamedTensors<f32>;

    /// Writes all that the next pass depends on. Returns whether that can be saved at all.
    ///
    /// # Errors
    /// When it cannot be written.
    fn save(&self, to: &mut Vec<u8>) -> io::Result<bool>;

    /// Goes on from what was saved.
    ///
    /// # Errors
    /// When that is not of this learner.
    fn restore(&mut self, saved: &[u8]) -> io::Result<()>;
}
