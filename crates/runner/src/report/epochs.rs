//! Every measure of every epoch, with all digits: what the other numbers of the page lead to.

use std::collections::BTreeSet;

use spec::measures::{Measure, Values};

use crate::page::{Block, Cell, Column, Section, Table, id};
use crate::record::{Record, Trained};

/// What links to all epochs lead to.
pub const SECTION: &str = "epochs";

/// Rows of a page: of more epochs some are chosen.
const MOST_ROWS: usize = 2000;

/// The row of what a trainee reached at the end.
pub fn reached_id(trained: &Trained) -> String {
    match (&trained.kept, trained.epochs.last()) {
        (Some(_), _) => kept_id(trained),
        (None, Some(last)) => epoch_id(trained, last.epoch),
        (None, None) => SECTION.into(),
    }
}

fn kept_id(trained: &Trained) -> String {
    id(["kept", &trained.implementation])
}

fn epoch_id(trained: &Trained, epoch: usize) -> String {
    id(["epoch", &epoch.to_string(), &trained.implementation])
}

/// The section; none of a run without epochs.
pub fn table(record: &Record) -> Option<Section> {
    let all: usize = record.implementations.iter().map(|t| t.epochs.len()).sum();
    if all == 0 {
        return None;
    }
    let measures: Vec<&Measure> = record.measured().collect();
    let mut epochs = record.implementations.iter().flat_map(|t| &t.epochs);
    let runs = epochs.any(|epoch| epoch.run.is_some());
    let columns = [Column::text("implementation"), Column::number("epoch")];
    let columns = columns
        .into_iter()
        .chain(runs.then(|| Column::number("run")));
    let titles = measures.iter().map(|m| Column::number(&m.key));
    let caption = "Every measure of every epoch, with all digits";
    let mut table = Table::new("all-epochs", caption, columns.chain(titles)).sortable();
    let most = MOST_ROWS / record.implementations.len().max(1);
    for trained in &record.implementations {
        let mut add = |id: String, epoch: usize, run: Option<usize>, values: &Values| {
            let mut cells = vec![Cell::of(&trained.implementation), Cell::of(epoch)];
            cells.extend(runs.then(|| Cell::raw(run.map(|run| run as f64))));
            let value = |measure: &&Measure| Cell::raw(values.get(&measure.key).copied());
            cells.extend(measures.iter().map(value));
            table.add(id, cells);
        };
        for place in chosen(trained.epochs.len(), most) {
            let epoch = &trained.epochs[place];
            let id = epoch_id(trained, epoch.epoch);
            add(id, epoch.epoch, epoch.run, &epoch.measures);
        }
        if let Some(kept) = &trained.kept {
            add(kept_id(trained), kept.best_epoch, None, &kept.measures);
        }
    }
    let kept = record.implementations.iter().any(|t| t.kept.is_some());
    let kept = kept.then_some(
        "The last row of an implementation is what was measured with the weights that came back at \
         the end.",
    );
    let shown = table.rows.len();
    let left_out = (shown < all).then(|| {
        format!("There are {all} epochs; shown are {shown}, all of them are in epochs.csv.")
    });
    let texts = kept.map(String::from).into_iter().chain(left_out);
    let section = Section::new(SECTION, "Epochs").with_all(texts.map(Block::Text));
    Some(section.with(Block::Table(table)))
}

/// Places of at most so many of some, in equal steps, the first and the last among them.
fn chosen(all: usize, most: usize) -> BTreeSet<usize> {
    let Some(last) = all.checked_sub(1) else {
        return BTreeSet::new();
    };
    let steps = (most.max(2) - 1).min(last.max(1));
    (0..=steps).map(|step| step * last / steps).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_few_epochs_all_are_shown_and_of_many_the_first_and_the_last() {
        for all in 0..5 {
            assert!(chosen(all, 4).into_iter().eq(0..all), "{all}");
        }
        assert_eq!(chosen(1001, 3), BTreeSet::from([0, 500, 1000]));
        assert_eq!(chosen(1_000_000, 2000).len(), 2000);
        assert_eq!(chosen(7, 1), BTreeSet::from([0, 6]));
    }
}
