//! The cells of a table: what the runs of a row reached in each measure, from the raw rows.

use polars::prelude::PolarsResult;
use spec::table::{ExpandedRow, Published, TableMeasure};

use super::aggregate::by_row;
use super::plan::Plan;
use super::provenance::Origin;
use super::rows::{self, Ending, Row};
use super::verdict::{Reached, Verdict};
use crate::numbers::{LARGE, number, percent, significant};

/// A row in one measure.
pub struct Cell<'a> {
    /// The row, by its place.
    pub row: usize,
    /// Its name.
    pub name: &'a str,
    /// What is measured.
    pub measure: &'a TableMeasure,
    /// Runs that are planned.
    pub planned: usize,
    /// Runs that diverged.
    pub diverged: usize,
    /// Runs that ended without such a number: they diverged, or never reached the bound.
    pub without: usize,
    /// What the others reached; none: no run has such a number.
    pub reached: Option<Reached>,
    /// What was published.
    pub published: Option<&'a Published>,
}

/// All cells of a table, row by row.
///
/// # Errors
/// When polars cannot put the rows into groups.
pub fn cells<'a>(plan: &'a Plan, rows: &[Row]) -> PolarsResult<Vec<Cell<'a>>> {
    let frame = rows::frame(plan, rows)?;
    let measures = plan.spec.measures.iter();
    let summaries = measures.map(|measure| by_row(&frame, &measure.name));
    let summaries: Vec<_> = summaries.collect::<PolarsResult<_>>()?;
    let of_row = |(index, row): (usize, &'a ExpandedRow)| {
        let raw: Vec<&Row> = rows.iter().filter(|raw| raw.row == row.name).collect();
        let count = |is: &dyn Fn(&Row) -> bool| raw.iter().filter(|raw| is(raw)).count();
        let measures = plan.spec.measures.iter().zip(&summaries).enumerate();
        let cell = measures.map(|(column, (measure, summaries))| {
            let mut summaries = summaries.iter();
            let reached = summaries.find(|(name, _)| *name == row.name);
            let mut published = row.published.iter();
            Cell {
                row: index,
                name: &row.name,
                measure,
                planned: plan.runs_of(index).count(),
                diverged: count(&|raw| raw.ending == Ending::Diverged),
                without: count(&|raw| raw.values[column].is_none()),
                reached: reached.map(|(_, runs)| Reached::of(runs, measure.better())),
                published: published.find(|p| plan.spec.measure_of(p) == Some(measure)),
            }
        });
        cell.collect::<Vec<_>>()
    };
    Ok(plan.rows.iter().enumerate().flat_map(of_row).collect())
}

impl Cell<'_> {
    /// Ours, as it is held against the published figure, beside it.
    pub fn compared(&self) -> Option<(&Published, f64)> {
        let published = self.published?;
        Some((published, self.reached.as_ref()?.compared(published.how)))
    }

    /// The verdict, where something was published and measured. What most of the planned runs ended
    /// without falls short, whatever the others reached: these are a choice of the lucky ones.
    pub fn verdict(&self) -> Option<Verdict> {
        let published = self.published?;
        if 2 * self.without > self.planned {
            return Some(Verdict::Short);
        }
        let reached = self.reached.as_ref()?;
        Some(reached.verdict(published, self.measure.better()))
    }

    /// Whether all its runs ended well and none measures this: it is a column of the table's other
    /// rows. (To reach no bound is a result.)
    pub fn is_not_measured(&self) -> bool {
        let counts = self.measure.counts() || self.published.is_some();
        self.without == self.planned && self.diverged == 0 && !counts
    }

    /// A value with its unit, as people read it.
    pub fn show(&self, value: f64) -> String {
        format!("{}{}", self.digits(value), self.unit())
    }

    /// Without its unit.
    pub fn digits(&self, value: f64) -> String {
        match self.measure.unit() {
            Some("share") => percent(value, 2),
            Some("s") => number(value, 2),
            None if self.measure.is_of_a_learner() && value.abs() < LARGE => significant(value, 6),
            _ if self.measure.counts() => number(value, 1),
            _ => number(value, 4),
        }
    }

    /// What stands behind a value.
    pub fn unit(&self) -> &'static str {
        match self.measure.unit() {
            Some("share") => " %",
            Some("s") => " s",
            _ => "",
        }
    }

    /// Mean and deviation.
    pub fn ours(&self) -> String {
        let Some(reached) = &self.reached else {
            return match (self.diverged, self.planned) {
                (0, _) => String::new(),
                (diverged, planned) if diverged == planned => "diverged".into(),
                (diverged, planned) => format!("{diverged} of {planned} diverged"),
            };
        };
        match reached.deviation {
            None => self.show(reached.mean),
            Some(deviation) => {
                let (mean, deviation) = (self.digits(reached.mean), self.digits(deviation));
                format!("{mean} ± {deviation}{}", self.unit())
            }
        }
    }

    /// How many runs are behind it: `3`, or `2 of 3`.
    pub fn count(&self) -> String {
        let count = self.reached.as_ref().map_or(0, |reached| reached.count);
        match count == self.planned {
            true => count.to_string(),
            false => format!("{count} of {}", self.planned),
        }
    }

    /// Ours minus the published figure, with its sign.
    pub fn difference(&self) -> String {
        let Some((published, ours)) = self.compared() else {
            return String::new();
        };
        let difference = ours - published.value;
        let sign = if difference < 0.0 { "−" } else { "+" };
        format!("{sign}{}{}", self.digits(difference.abs()), self.unit())
    }
}

/// Mean seconds of a row's runs, where they are known.
pub fn seconds(origins: &[Origin], row: &str) -> Option<f64> {
    let of_row = origins.iter().filter(|origin| origin.row == row);
    let seconds: Vec<f64> = of_row.map(|origin| origin.seconds).collect();
    (!seconds.is_empty()).then(|| datasets::statistics::mean(&seconds))
}

/// A time as people read it.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 10.0 => format!("{s:.1} s"),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::aggregate::tests::summary;
    use spec::table::{Accept, How};

    #[test]
    fn what_most_runs_ended_without_falls_short() {
        let measure = TableMeasure::try_from("epochs to train_loss 0.1".to_string()).unwrap();
        let published = Published {
            measure: None,
            value: 10.0,
            source: "a table".into(),
            how: How::Mean,
            runs: None,
            accept: Accept::Within(1.0),
        };
        let verdict = |values: &[f64], without| {
            let cell = Cell {
                row: 0,
                name: "a",
                measure: &measure,
                planned: 4,
                diverged: 0,
                without,
                reached: summary(values).map(|runs| Reached::of(&runs, measure.better())),
                published: Some(&published),
            };
            cell.verdict()
        };
        assert_eq!(verdict(&[10.0, 10.0], 2), Some(Verdict::Reproduced));
        assert_eq!(verdict(&[10.0], 3), Some(Verdict::Short));
        assert_eq!(verdict(&[], 4), Some(Verdict::Short));
        // The other three have not run yet.
        assert_eq!(verdict(&[10.0], 0), Some(Verdict::Reproduced));
        assert_eq!(verdict(&[], 0), None);
    }
}
