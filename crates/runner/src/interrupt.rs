//! Ctrl-C: the first asks a run to end well, the second ends the process.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static REQUESTED: AtomicBool = AtomicBool::new(false);
static INSTALL: Once = Once::new();

/// From now on Ctrl-C (and a termination signal) is noted instead of ending the process.
pub fn install() {
    INSTALL.call_once(|| {
        // Without a handler Ctrl-C still works, it only leaves the record as of the last epoch.
        let _ = ctrlc::set_handler(|| {
            if REQUESTED.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        });
    });
}

/// Whether somebody asked to end.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}
