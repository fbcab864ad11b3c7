//! Progress of long work other than training: a bar, or a line now and then.
//!
//! What takes less than two seconds shows nothing. Both go to standard error; a bar is drawn where
//! that is a terminal that can move its cursor, and is gone when the work is done. Everywhere else
//! (a pipe, a file, CI, `TERM=dumb`) there is a line then, and one every ten seconds.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::progress::can_draw_here;

/// Work that is done by then needs no progress.
const QUIET: Duration = Duration::from_secs(2);
/// Between two drawings of the bar.
const FRAME: Duration = Duration::from_millis(200);
/// Between two lines.
const EVERY: Duration = Duration::from_secs(10);

/// Work under way. It is over when this is dropped.
pub struct Activity {
    shared: Arc<Shared>,
    shower: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Told when the work is over.
    ended: Condvar,
}

/// What is being done.
#[derive(Clone, Default)]
struct State {
    /// The part of the work.
    stage: String,
    /// What of it.
    detail: String,
    /// Steps of the stage.
    done: usize,
    of: usize,
    ended: bool,
}

impl Activity {
    /// Work of that name, e.g. `check`.
    pub fn new(name: &str) -> Self {
        let shared = Arc::new(Shared::default());
        let (name, theirs) = (name.to_string(), Arc::clone(&shared));
        // Where the system gives no thread, the work is done without a word.
        let shower = thread::Builder::new().spawn(move || show(&name, &theirs));
        Self {
            shared,
            shower: shower.ok(),
        }
    }

    /// Work that shows nothing.
    pub fn silent() -> Self {
        Self {
            shared: Arc::default(),
            shower: None,
        }
    }

    /// The next part of the work, with so many steps; 0: nobody knows how many.
    pub fn begin(&self, stage: impl Into<String>, steps: usize) {
        let mut state = self.shared.lock();
        (state.stage, state.detail) = (stage.into(), String::new());
        (state.done, state.of) = (0, steps);
    }

    /// What is at work now: a tensor, a device.
    pub fn at(&self, detail: &str) {
        let mut state = self.shared.lock();
        state.detail.clear();
        state.detail.push_str(detail);
    }

    /// So many steps are done.
    pub fn set(&self, done: usize) {
        self.shared.lock().done = done;
    }

    /// A step is done.
    pub fn step(&self) {
        self.shared.lock().done += 1;
    }
}

impl Drop for Activity {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.ended.notify_all();
        if let Some(shower) = self.shower.take() {
            let _ = shower.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for so long; none if the work is over by then, otherwise what is being done.
    fn wait(&self, time: Duration) -> Option<State> {
        let waited = self
            .ended
            .wait_timeout_while(self.lock(), time, |state| !state.ended);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (!state.ended).then(|| state.clone())
    }
}

impl State {
    /// `central differences, loss, 0.weight`.
    fn what(&self) -> String {
        match self.detail.is_empty() {
            true => self.stage.clone(),
            false => format!("{}, {}", self.stage, self.detail),
        }
    }
}

/// Shows the work until it is over.
fn show(name: &str, work: &Shared) {
    let start = Instant::now();
    let Some(state) = work.wait(QUIET) else {
        return;
    };
    match can_draw_here() {
        true => draw(name, work, state, start),
        false => write_lines(name, work, state, start),
    }
}

fn draw(name: &str, work: &Shared, mut state: State, start: Instant) {
    let template = "{prefix} [{bar:30}] {pos:>6}/{len}  {msg}  {elapsed}";
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::new(0).with_elapsed(start.elapsed());
    bar.set_style(
        style
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> "),
    );
    bar.set_prefix(name.to_string());
    loop {
        bar.set_length(state.of as u64);
        bar.set_position(state.done as u64);
        bar.set_message(state.what());
        bar.tick();
        match work.wait(FRAME) {
            Some(now) => state = now,
            None => return bar.finish_and_clear(),
        }
    }
}

fn write_lines(name: &str, work: &Shared, mut state: State, start: Instant) {
    loop {
        let (what, seconds) = (state.what(), start.elapsed().as_secs());
        let steps = match state.of {
            0 => String::new(),
            of => format!(": {} of {of}", state.done),
        };
        // Where standard error is closed or full there is nobody to tell.
        let line = format!("progress: {name}: {what}{steps} ({seconds} s)");
        let _ = writeln!(std::io::stderr(), "{line}");
        match work.wait(EVERY) {
            Some(now) => state = now,
            None => return,
        }
    }
}
