//! A run that a table needs: what is to be done, by whom and within which bounds.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use spec::Config;

use super::claim::Claim;
use super::store::Store;

/// A run that is to be done.
pub struct Job<'a> {
    /// Its key with that of its data.
    pub id: &'a str,
    /// Its config.
    pub config: &'a Config,
    /// Where it leaves what it did.
    pub store: &'a Store,
    /// That nobody else does it.
    pub claim: &'a Claim,
    /// A claim that was not written for so long is stale.
    pub stale: Duration,
    /// How long it may take.
    pub budget: Option<Duration>,
    /// Whether it is measured from the start of its process to its end.
    pub timed: bool,
    /// Its threads; none: as its config says.
    pub threads: Option<usize>,
    /// Whether it has to stop, as when somebody asks for it.
    pub stop: &'a AtomicBool,
}
