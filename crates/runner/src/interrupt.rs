//! Signals: the first that asks to end lets a run end well, the second ends the process at once.
//!
//! | signal | exit code |
//! |---|---|
//! | SIGINT (Ctrl-C) | 130 |
//! | SIGTERM | 143 |
//! | SIGHUP (the terminal is gone) | 129 |
//!
//! Until [`install`] is called, before the first file is written, there is nothing to save, and a
//! signal ends the process as the system does.

use std::ffi::c_int;
use std::io;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// The last signal; 0 before the first.
static SIGNAL: AtomicUsize = AtomicUsize::new(0);
/// Whether there was one: the next ends the process.
static REQUESTED: AtomicBool = AtomicBool::new(false);
static INSTALL: Once = Once::new();

/// From now on signals are noted instead of ending the process.
pub fn install() {
    INSTALL.call_once(|| {
        for signal in signals() {
            // Without a handler the signal still works, the record only stays as of the last epoch.
            let _ = note(signal);
        }
    });
}

/// From now on a file that grows beyond the limit of sizes (`ulimit -f`) is an error of its
/// writing, and not the end of the process.
pub fn report_large_files() {
    #[cfg(unix)]
    {
        static LIMITED: AtomicBool = AtomicBool::new(false);
        let _ = flag::register(signal_hook::consts::SIGXFSZ, &LIMITED);
    }
}

fn note(signal: c_int) -> io::Result<()> {
    // In this order: the shutdown looks whether a signal came before.
    flag::register_conditional_shutdown(signal, 128 + signal, &REQUESTED)?;
    flag::register_usize(signal, &SIGNAL, signal.unsigned_abs() as usize)?;
    flag::register(signal, &REQUESTED)?;
    Ok(())
}

fn signals() -> Vec<c_int> {
    let mut signals = vec![SIGINT, SIGTERM];
    #[cfg(unix)]
    if !ignored(signal_hook::consts::SIGHUP) {
        signals.push(signal_hook::consts::SIGHUP);
    }
    signals
}

/// Whether somebody wants a signal ignored (`nohup`), where the system tells (Linux).
#[cfg(unix)]
fn ignored(signal: c_int) -> bool {
    let mask = || {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(line.trim(), 16).ok()
    };
    mask().is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Whether somebody asked to end.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// Asks to end well as soon as standard input is closed: the process that holds it open is gone, or
/// wants this one to stop.
pub fn when_input_is_closed() {
    install();
    // Where the system gives no thread, nobody asks.
    let _ = thread::Builder::new().spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        SIGNAL.store(SIGTERM.unsigned_abs() as usize, Ordering::SeqCst);
        REQUESTED.store(true, Ordering::SeqCst);
    });
}

/// Who asked, in words.
pub fn cause() -> &'static str {
    match signal() {
        SIGTERM => "asked to stop by SIGTERM",
        #[cfg(unix)]
        signal_hook::consts::SIGHUP => "the terminal is gone",
        _ => "interrupted by Ctrl-C",
    }
}

/// What the process ends with, as shells have it: 128 and the number of the signal.
pub fn exit_code() -> u8 {
    match signal() {
        0 => 130,
        signal => u8::try_from(128 + signal).unwrap_or(130),
    }
}

fn signal() -> c_int {
    c_int::try_from(SIGNAL.load(Ordering::SeqCst)).unwrap_or(0)
}
