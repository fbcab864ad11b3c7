//! Progress: a bar for each implementation on a terminal, a line for each epoch otherwise.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::output;
use crate::record::Epoch;

/// Without a terminal, at most about so many epochs get a line.
const MOST_LINES: usize = 50;

/// The bars of a run.
pub struct Progress {
    bars: Vec<ProgressBar>,
    names: Vec<String>,
    epochs: usize,
    terminal: bool,
}

impl Progress {
    /// One bar for each name, of so many steps in all.
    pub fn new(names: &[&str], steps: usize, epochs: usize) -> Self {
        let all = MultiProgress::new();
        let template = "{prefix:>12} [{bar:30}] {pos:>6}/{len} steps  {msg}  {elapsed} (eta {eta})";
        let style = ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
        let bar = |name: &&str| {
            let bar = all.add(ProgressBar::new(steps as u64));
            bar.set_style(style.clone());
            bar.set_prefix(name.to_string());
            bar
        };
        Self {
            bars: names.iter().map(bar).collect(),
            names: names.iter().map(|name| name.to_string()).collect(),
            epochs,
            terminal: std::io::stderr().is_terminal(),
        }
    }

    /// A step is done.
    pub fn step(&self, implementation: usize) {
        self.bars[implementation].inc(1);
    }

    /// Another implementation takes its turn: only its clock runs.
    pub fn begin(&self, implementation: usize) {
        if self.terminal {
            self.bars[implementation].enable_steady_tick(Duration::from_millis(200));
        }
    }

    /// An epoch is done.
    pub fn epoch(&self, implementation: usize, epoch: &Epoch) {
        let bar = &self.bars[implementation];
        bar.disable_steady_tick();
        let metrics: Vec<_> = epoch
            .test
            .iter()
            .map(|(name, v)| format!("{name} {v:.4}"))
            .collect();
        let metrics = metrics.join("  ");
        bar.set_message(format!("epoch {}  {metrics}", epoch.epoch));
        let every = self.epochs.div_ceil(MOST_LINES);
        let shown = epoch.epoch.is_multiple_of(every) || epoch.epoch == self.epochs;
        if !self.terminal && shown {
            output::line(format!(
                "epoch {:>3}/{}  {:<12}  train loss {:.5}  test loss {:.5}  {metrics}  {:.4} s",
                epoch.epoch,
                self.epochs,
                self.names[implementation],
                epoch.train_loss,
                epoch.test_loss,
                epoch.seconds
            ));
        }
    }

    /// Nothing more will come.
    pub fn finish(&self) {
        self.bars.iter().for_each(ProgressBar::abandon);
    }
}
