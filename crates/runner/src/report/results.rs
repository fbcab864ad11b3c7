//! What each implementation reached; every number leads to its row of the epochs.

use spec::measures::Measure;

use super::epochs;
use crate::numbers::number;
use crate::page::{Block, Cell, Column, Fact, Section, Table};
use crate::record::{Early, Record, Trained};
use crate::tables;
use crate::training::FIRST_LOSSES;

/// The section.
pub fn section(record: &Record) -> Section {
    let section = Section::new("results", "Results");
    if !super::has_epochs(record) {
        let why = "results: the run ended before its first epoch";
        return section.with(Block::Missing(why.into()));
    }
    let facts = facts(record);
    let warnings = record.implementations.iter().flat_map(|row| &row.warnings);
    section
        .with(Block::Table(table(record)))
        .with_all(warnings.map(|warning| Block::Text(format!("Note: {warning}."))))
        .with_all((!facts.is_empty()).then_some(Block::Facts(facts)))
}

fn table(record: &Record) -> Table {
    let seconds = Measure::seconds();
    let shown = record.measured().filter(|m| m.key != seconds.key);
    let shown: Vec<&Measure> = shown.collect();
    let titles = shown.iter().map(|measure| measure.title());
    let columns = [
        Column::text("implementation"),
        Column::number("weights of epoch"),
    ];
    let columns = columns.into_iter().chain(titles.map(Column::number));
    let last = ["time/epoch", "speed"].map(Column::number);
    let caption = "What each implementation reached; a number leads to its row of the epochs";
    let mut table = Table::new("reached", caption, columns.chain(last));
    let base = record.implementations.first();
    let base = base.map_or(f64::NAN, tables::seconds);
    for trained in &record.implementations {
        let Some(reached) = trained.reached() else {
            continue;
        };
        let row = epochs::reached_id(trained);
        let epoch = match &trained.kept {
            Some(kept) => Some(kept.best_epoch),
            None => trained.epochs.last().map(|last| last.epoch),
        };
        let mut cells = vec![
            Cell::of(&trained.implementation),
            Cell::of(epoch.unwrap_or_default()).to(&row),
        ];
        let value = |measure: &&Measure| {
            let value = reached.get(&measure.key).copied();
            Cell::of(tables::value(measure, value)).to(&row)
        };
        cells.extend(shown.iter().map(value));
        cells.extend(time(trained, base));
        table.add("", cells);
    }
    table
}

/// Median seconds of an epoch, and how many times as fast that is as the first implementation.
fn time(trained: &Trained, base: f64) -> [Cell; 2] {
    let seconds = tables::seconds(trained);
    if !seconds.is_finite() {
        return [Cell::default(), Cell::default()];
    }
    let speed = format!("{}x", number(base / seconds, 2));
    [tables::duration(seconds), speed].map(|text| Cell::of(text).to(epochs::SECTION))
}

fn facts(record: &Record) -> Vec<Fact> {
    let mut facts = Vec::new();
    for trained in &record.implementations {
        let mut endings = Vec::new();
        endings.extend(trained.stopped_early.map(|early| match early {
            Early::Patience => "stopped early: no better for longer than its patience".to_string(),
            Early::Plateau => "stopped early: the training loss did not change any more".into(),
        }));
        let lost = trained.diverged_runs;
        endings.extend((lost > 0).then(|| format!("diverged runs: {lost}")));
        if !endings.is_empty() {
            facts.push(Fact::new(&trained.implementation, endings.join("; ")));
        }
    }
    for (name, gap) in &record.largest_loss_gap {
        let name = format!("largest loss difference to {name} in the first {FIRST_LOSSES} steps");
        facts.push(Fact::new(&name, format!("{gap:.1e}")));
    }
    let initial = record.initial.iter();
    facts.extend(initial.map(|(key, value)| Fact::new(&format!("before training: {key}"), value)));
    facts
}
