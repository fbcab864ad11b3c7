//! Progress: a bar for each row of the table on a terminal, a line for each epoch otherwise.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::output;
use crate::record::Epoch;

/// Without a terminal, at most about so many epochs get a line.
const MOST_LINES: usize = 50;

/// What a bar stands for.
pub struct Bar {
    /// An implementation, perhaps with its escape.
    pub name: String,
    /// Steps in all.
    pub steps: usize,
    /// Epochs in all.
    pub epochs: usize,
}

/// The bars of a run.
pub struct Progress {
    bars: Vec<ProgressBar>,
    of: Vec<Bar>,
    /// Of the longest name.
    width: usize,
    terminal: bool,
}

impl Progress {
    /// These bars, one below the other.
    pub fn new(of: impl Iterator<Item = Bar>) -> Self {
        let of: Vec<Bar> = of.collect();
        let width = of.iter().map(|bar| bar.name.len()).max().unwrap_or(0);
        let width = width.max(12);
        let all = MultiProgress::new();
        let template = format!(
            "{{prefix:>{width}}} [{{bar:30}}] {{pos:>6}}/{{len}} steps  {{msg}}  {{elapsed}} (eta {{eta}})"
        );
        let style = ProgressStyle::with_template(&template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
        let bars = of.iter().map(|of| {
            let bar = all.add(ProgressBar::new(of.steps as u64));
            bar.set_style(style.clone());
            bar.set_prefix(of.name.clone());
            bar
        });
        Self {
            bars: bars.collect(),
            width,
            terminal: std::io::stderr().is_terminal(),
            of,
        }
    }

    /// A step is done.
    pub fn step(&self, row: usize) {
        self.bars[row].inc(1);
    }

    /// Another row takes its turn: only its clock runs.
    pub fn begin(&self, row: usize) {
        if self.terminal {
            self.bars[row].enable_steady_tick(Duration::from_millis(200));
        }
    }

    /// An epoch is done, the `last` of its row or not.
    pub fn epoch(&self, row: usize, epoch: &Epoch, last: bool) {
        let (bar, of) = (&self.bars[row], &self.of[row]);
        bar.disable_steady_tick();
        let metrics: Vec<_> = epoch
            .test
            .iter()
            .map(|(name, v)| format!("{name} {v:.4}"))
            .collect();
        let metrics = metrics.join("  ");
        bar.set_message(format!("epoch {}  {metrics}", epoch.epoch));
        if last {
            bar.abandon();
        }
        let every = of.epochs.div_ceil(MOST_LINES);
        let shown = epoch.epoch.is_multiple_of(every) || last;
        if !self.terminal && shown {
            let validation = epoch.validation_loss;
            let validation = validation.map(|loss| format!("validation loss {loss:.5}  "));
            output::line(format!(
                "epoch {:>3}/{}  {:<width$}  train loss {:.5}  {}test loss {:.5}  {metrics}  {:.4} s",
                epoch.epoch,
                of.epochs,
                of.name,
                epoch.train_loss,
                validation.unwrap_or_default(),
                epoch.test_loss,
                epoch.seconds,
                width = self.width,
            ));
        }
    }

    /// Nothing more will come.
    pub fn finish(&self) {
        self.bars.iter().for_each(ProgressBar::abandon);
    }
}
