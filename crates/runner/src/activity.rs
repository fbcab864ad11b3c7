//! Progress of long work other than training: a bar, or a line now and then; where several parts of
//! the work go on at once, one more for each of them.
//!
//! What takes less than two seconds shows nothing. Both go to standard error; bars are drawn where
//! that is a terminal that can move its cursor, and are gone when the work is done. Everywhere else
//! (a pipe, a file, CI, `TERM=dumb`) there is a line then, and one every ten seconds.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

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

/// A part of the work, beside others. It is over when this is dropped.
pub struct Part {
    shared: Arc<Shared>,
    number: usize,
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
    whole: Stage,
    /// What goes on at once, by the order of their beginnings.
    parts: BTreeMap<usize, Stage>,
    /// Parts that have begun so far.
    begun: usize,
    ended: bool,
}

/// How far the work is, or a part of it.
#[derive(Clone, Default)]
struct Stage {
    /// What is done.
    name: String,
    /// What of it.
    detail: String,
    /// Its steps.
    done: usize,
    of: usize,
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
        self.shared.lock().whole = Stage::new(stage, steps);
    }

    /// A part that goes on beside others, with so many steps.
    pub fn part(&self, name: impl Into<String>, steps: usize) -> Part {
        let mut state = self.shared.lock();
        state.begun += 1;
        let number = state.begun;
        state.parts.insert(number, Stage::new(name, steps));
        Part {
            shared: Arc::clone(&self.shared),
            number,
        }
    }

    /// Whether no part is at work.
    pub fn is_idle(&self) -> bool {
        self.shared.lock().parts.is_empty()
    }

    /// What is at work now: a tensor, a device.
    pub fn at(&self, detail: &str) {
        self.shared.lock().whole.at(detail);
    }

    /// So many steps are done.
    pub fn set(&self, done: usize) {
        self.shared.lock().whole.done = done;
    }

    /// A step is done.
    pub fn step(&self) {
        self.shared.lock().whole.done += 1;
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

impl Part {
    /// So many steps are done, and what is at work now.
    pub fn at(&self, done: usize, detail: &str) {
        if let Some(stage) = self.shared.lock().parts.get_mut(&self.number) {
            stage.done = done;
            stage.at(detail);
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.shared.lock().parts.remove(&self.number);
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
    /// What a terminal that cannot draw gets to see.
    fn lines(&self, name: &str, seconds: u64) -> String {
        let (what, steps) = (self.whole.what(), self.whole.steps());
        let mut lines = format!("progress: {name}: {what}{steps} ({seconds} s)\n");
        for part in self.parts.values() {
            lines += &format!("progress: {name}: {}{}\n", part.what(), part.steps());
        }
        lines
    }
}

impl Stage {
    fn new(name: impl Into<String>, of: usize) -> Self {
        Self {
            name: name.into(),
            of,
            ..Self::default()
        }
    }

    fn at(&mut self, detail: &str) {
        self.detail.clear();
        self.detail.push_str(detail);
    }

    /// `central differences, loss, 0.weight`.
    fn what(&self) -> String {
        match self.detail.is_empty() {
            true => self.name.clone(),
            false => format!("{}, {}", self.name, self.detail),
        }
    }

    /// `: 3 of 10`.
    fn steps(&self) -> String {
        match self.of {
            0 => String::new(),
            of => format!(": {} of {of}", self.done),
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
    let all = MultiProgress::new();
    let whole = all.add(bar(name).with_elapsed(start.elapsed()));
    let mut parts: BTreeMap<usize, ProgressBar> = BTreeMap::new();
    loop {
        whole.set_message(state.whole.what());
        place(&whole, &state.whole);
        parts.retain(|number, bar| {
            let goes_on = state.parts.contains_key(number);
            if !goes_on {
                bar.finish_and_clear();
                all.remove(bar);
            }
            goes_on
        });
        for (number, part) in &state.parts {
            let new = || all.add(bar(&format!("  {}", part.name)));
            let bar = parts.entry(*number).or_insert_with(new);
            bar.set_message(part.detail.clone());
            place(bar, part);
        }
        match work.wait(FRAME) {
            Some(now) => state = now,
            None => break,
        }
    }
    parts.values().for_each(ProgressBar::finish_and_clear);
    whole.finish_and_clear();
}

fn bar(name: &str) -> ProgressBar {
    let template = "{prefix} [{bar:30}] {pos:>6}/{len}  {msg}  {elapsed}";
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::new(0);
    bar.set_style(
        style
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> "),
    );
    bar.set_prefix(name.to_string());
    bar
}

fn place(bar: &ProgressBar, stage: &Stage) {
    bar.set_length(stage.of as u64);
    bar.set_position(stage.done as u64);
    bar.tick();
}

fn write_lines(name: &str, work: &Shared, mut state: State, start: Instant) {
    loop {
        // Where standard error is closed or full there is nobody to tell.
        let lines = state.lines(name, start.elapsed().as_secs());
        let _ = write!(std::io::stderr(), "{lines}");
        match work.wait(EVERY) {
            Some(now) => state = now,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_a_line_until_it_is_over() {
        let activity = Activity::silent();
        activity.begin("runs", 4);
        let first = activity.part("a, seed 1", 30);
        let second = activity.part("a, seed 2", 30);
        first.at(3, "train loss 0.5");
        let lines = || activity.shared.lock().lines("moons", 12);
        assert_eq!(
            lines(),
            "progress: moons: runs: 0 of 4 (12 s)\n\
             progress: moons: a, seed 1, train loss 0.5: 3 of 30\n\
             progress: moons: a, seed 2: 0 of 30\n"
        );
        drop((first, second));
        activity.step();
        assert!(activity.is_idle());
        assert_eq!(lines(), "progress: moons: runs: 1 of 4 (12 s)\n");
    }
}
