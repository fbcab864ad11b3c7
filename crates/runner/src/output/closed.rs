//! Whether standard output was closed when the process began (`runner list >&-`).
//!
//! Before `main` Rust opens `/dev/null` in the place of a closed standard output, since the next
//! file that is opened would otherwise become it. So the question must be asked before that.

use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether there was none.
pub fn at_start() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
mod before_main {
    use std::os::fd::BorrowedFd;
    use std::sync::atomic::Ordering;

    extern "C" fn look() {
        // SAFETY: the number is only asked about, and whatever it names stays open meanwhile.
        let output = unsafe { BorrowedFd::borrow_raw(1) };
        let closed = rustix::io::fcntl_getfd(output).is_err();
        super::CLOSED.store(closed, Ordering::Relaxed);
    }

    // SAFETY: the section holds functions of this type, which are called once before `main`; this
    // one needs nothing of the runtime.
    #[used]
    #[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
    #[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
    static LOOK: extern "C" fn() = look;
}
