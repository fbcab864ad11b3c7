//! `runner table --dry-run`: what is missing, how long it takes and how much memory, estimated.

use super::Table;
use super::summary::{duration, seconds};
use crate::sheet::Sheet;

/// What a run takes, of what its data and model take at least: data are read and prepared.
const ROOM: f64 = 3.0;
/// Bytes that a process takes before it has either.
const PROCESS: f64 = 50e6;

/// How long a run takes, in words and in seconds.
struct Time {
    shown: String,
    seconds: Option<f64>,
    /// Whether it is only known to take no longer.
    at_most: bool,
}

impl Table {
    /// A line for each row, and the sum below.
    pub(super) fn estimate(&self) -> String {
        let mut sheet = Sheet::new(
            [
                "row",
                "runs",
                "missing",
                "a run",
                "missing in all",
                "memory",
            ],
            1,
        );
        let missing = self.missing();
        let (mut total, mut unknown, mut at_most) = (0.0, 0, false);
        for (index, row) in self.plan.rows.iter().enumerate() {
            let runs = self.plan.runs_of(index).count();
            let left = missing
                .iter()
                .filter(|&&run| self.plan.runs[run].row == index)
                .count();
            let time = self.time(index);
            at_most |= time.at_most && left > 0;
            match time.seconds {
                Some(seconds) => total += seconds * left as f64,
                None => unknown += left,
            }
            let in_all = time.seconds.map(|seconds| duration(seconds * left as f64));
            sheet.add([
                row.name.clone(),
                runs.to_string(),
                left.to_string(),
                time.shown,
                in_all.filter(|_| left > 0).unwrap_or_default(),
                self.memory(index),
            ]);
        }
        let unknown = match unknown {
            0 => String::new(),
            runs => format!(", and {runs} runs of which nothing is known"),
        };
        let at_most = if at_most { "at most " } else { "" };
        let (table, missing, total) = (sheet.terminal(), missing.len(), duration(total));
        format!("{table}\nmissing: {missing} runs, {at_most}{total}{unknown}")
    }

    /// As long as the row's other runs took; before the first of them no longer than it may.
    fn time(&self, row: usize) -> Time {
        let row = &self.plan.rows[row];
        if let Some(seconds) = seconds(&self.results().origins, &row.name) {
            return Time {
                shown: duration(seconds),
                seconds: Some(seconds),
                at_most: false,
            };
        }
        let seconds = row.minutes.map(|minutes| 60.0 * minutes);
        Time {
            shown: seconds.map_or_else(|| "?".into(), |s| format!("at most {}", duration(s))),
            seconds,
            at_most: true,
        }
    }

    /// The largest memory of the row's other runs, if any is known, in MB.
    fn peak_memory(&self, row: usize) -> Option<u64> {
        let name = &self.plan.rows[row].name;
        let results = self.results();
        let of_row = results.origins.iter().filter(|of| of.row == *name);
        of_row.filter_map(|origin| origin.peak_memory).max()
    }

    /// As much as the row's other runs took; before the first of them what data and model take.
    fn memory(&self, row: usize) -> String {
        match self.peak_memory(row) {
            Some(peak) => format!("{peak} MB"),
            None => format!("{:.0} MB or more", self.bases[row].bytes / 1e6),
        }
    }

    /// Memory that a run of a row takes, in bytes, as far as it is known.
    pub(super) fn bytes(&self, row: usize) -> f64 {
        match self.peak_memory(row) {
            Some(peak) => peak as f64 * 1e6,
            None => PROCESS + ROOM * self.bases[row].bytes,
        }
    }
}
