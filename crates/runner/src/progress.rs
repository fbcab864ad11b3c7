//! Progress: a bar for each row of the table, or a line for each epoch.
//!
//! Bars are drawn on standard error, where that is a terminal that can move its cursor, whatever
//! standard output is. Everywhere else (a pipe, a file, CI, `TERM=dumb` or no `TERM`) there are
//! lines on standard output. So an epoch is seen exactly once. Neither has colours.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use spec::measures::{Measure, Part};

use crate::numbers::number;
use crate::output;
use crate::record::Epoch;

/// Without bars, at most about so many epochs get a line.
const MOST_LINES: usize = 50;

/// What a bar stands for.
pub struct Bar {
    /// An implementation, perhaps with its escape.
    pub name: String,
    /// Steps that are done before.
    pub done: usize,
    /// Steps in all.
    pub steps: usize,
    /// Epochs in all.
    pub epochs: usize,
}

/// The bars of a run.
pub struct Progress {
    bars: Vec<ProgressBar>,
    of: Vec<Bar>,
    /// What is shown of an epoch.
    measures: Vec<Measure>,
    /// Of the longest name.
    width: usize,
    /// Whether the bars are seen.
    drawn: bool,
}

impl Progress {
    /// These bars, one below the other, for epochs with these measures.
    pub fn new(of: impl Iterator<Item = Bar>, measures: Vec<Measure>) -> Self {
        let of: Vec<Bar> = of.collect();
        let width = of.iter().map(|bar| bar.name.len()).max().unwrap_or(0);
        let width = width.max(12);
        let drawn = can_draw_here();
        let all = MultiProgress::with_draw_target(match drawn {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        });
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
            bar.set_position(of.done as u64);
            bar
        });
        Self {
            bars: bars.collect(),
            width,
            drawn,
            of,
            measures,
        }
    }

    /// A step is done.
    pub fn step(&self, row: usize) {
        self.bars[row].inc(1);
    }

    /// Another row takes its turn: only its clock runs.
    pub fn begin(&self, row: usize) {
        if self.drawn {
            self.bars[row].enable_steady_tick(Duration::from_millis(200));
        }
    }

    /// An epoch is done, the `last` of its row or not.
    pub fn epoch(&self, row: usize, epoch: &Epoch, last: bool) {
        let (bar, of) = (&self.bars[row], &self.of[row]);
        bar.disable_steady_tick();
        let metrics = self.metrics(epoch);
        bar.set_message(format!("epoch {}  {metrics}", epoch.epoch));
        if last {
            bar.abandon();
        }
        let every = of.epochs.div_ceil(MOST_LINES);
        let shown = epoch.epoch.is_multiple_of(every) || last;
        if !self.drawn && shown {
            let losses = self.losses(epoch);
            let seconds = epoch.get(&Measure::seconds().key).unwrap_or_default();
            output::line(format!(
                "epoch {:>3}/{}  {:<width$}  {losses}  {metrics}  {seconds:.4} s",
                epoch.epoch,
                of.epochs,
                of.name,
                width = self.width,
            ));
        }
    }

    /// The loss of each part of the data.
    fn losses(&self, epoch: &Epoch) -> String {
        let loss = |measure: &Measure| {
            let (part, value) = (measure.part?, epoch.get(&measure.key)?);
            let is_loss = measure.name == Measure::loss(part).name;
            is_loss.then(|| format!("{} loss {}", part.name(), number(value, 5)))
        };
        let losses: Vec<_> = self.measures.iter().filter_map(loss).collect();
        losses.join("  ")
    }

    /// What is measured on the test samples besides the loss.
    fn metrics(&self, epoch: &Epoch) -> String {
        let metric = |measure: &Measure| {
            let value = epoch.get(&measure.key)?;
            let of_test =
                measure.part == Some(Part::Test) && measure.name != Measure::loss(Part::Test).name;
            // What is neither good nor bad, as of a layer, is for the tables.
            (of_test && measure.better.is_some())
                .then(|| format!("{} {}", measure.name, number(value, 4)))
        };
        let metrics: Vec<_> = self.measures.iter().filter_map(metric).collect();
        metrics.join("  ")
    }

    /// Nothing more will come.
    pub fn finish(&self) {
        self.bars.iter().for_each(ProgressBar::abandon);
    }
}

/// Whether standard error is a terminal that can draw over what it has drawn.
pub fn can_draw_here() -> bool {
    std::io::stderr().is_terminal() && can_draw(std::env::var_os("TERM").as_deref())
}

/// Whether a terminal of that name can draw over what it has drawn. On Windows terminals have none.
fn can_draw(term: Option<&OsStr>) -> bool {
    match term {
        None => cfg!(windows),
        Some(term) => !term.is_empty() && term != "dumb",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_cannot_draw_is_known_by_its_name() {
        assert!(can_draw(Some(OsStr::new("xterm-256color"))));
        assert!(!can_draw(Some(OsStr::new("dumb"))));
        assert!(!can_draw(Some(OsStr::new(""))));
        assert_eq!(can_draw(None), cfg!(windows));
    }
}
