//! The rows of learners, which are no gradients: what was compared and with what says each.

use super::row::Row;
use crate::check::slopes;

/// The rows of one learner on its small data: its own, and those of which burn is the witness.
pub fn rows(kind: &str) -> Vec<Row> {
    let of_kind = learners::proofs().into_iter().find(|(of, _)| *of == kind);
    let mut rows = Vec::new();
    if let Some((_, proofs)) = of_kind {
        rows.extend(proofs().iter().map(|proof| Row::of_learner(kind, proof)));
    }
    let of_kind = learners::slopes().into_iter().find(|(of, _)| *of == kind);
    if let Some((_, slopes)) = of_kind {
        rows.extend(slopes::rows(kind, &slopes()));
    }
    rows
}

/// The rows of all learners whose name contains `only`.
pub fn all(only: Option<&str>) -> Vec<Row> {
    let kinds = learners::proofs().into_iter().map(|(kind, _)| kind);
    let wanted = |row: &Row| only.is_none_or(|only| row.name.contains(only));
    kinds.flat_map(rows).filter(wanted).collect()
}
