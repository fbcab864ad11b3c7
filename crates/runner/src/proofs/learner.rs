//! The rows of learners, which are no gradients: what was compared and with what says each.

use learners::Proof;

use super::row::{LEARNERS, Quantity, Row};
use crate::check::verdict::Verdict;

/// A row of a learner.
pub fn row(kind: &str, proof: &Proof) -> Row {
    let verdict = match (proof.holds(), proof.error.is_finite()) {
        (true, _) => Verdict::Agrees,
        (false, true) => Verdict::Differs,
        (false, false) => Verdict::NotFinite,
    };
    Row {
        section: LEARNERS.into(),
        name: format!("`{kind}`, {}", proof.on),
        quantity: Quantity::Other(proof.quantity.clone()),
        witness: proof.witness.name().into(),
        error: crate::numbers::rounded(proof.error),
        tolerance: proof.tolerance,
        verdict,
    }
}

/// The rows of one learner on its small data.
pub fn rows(kind: &str) -> Vec<Row> {
    let all = learners::proofs().into_iter();
    let of_kind = all.filter(|(name, _)| *name == kind);
    let proofs = of_kind.flat_map(|(_, proofs)| proofs);
    proofs.map(|proof| row(kind, &proof)).collect()
}

/// The rows of all learners whose name contains `only`.
pub fn all(only: Option<&str>) -> Vec<Row> {
    let proofs = learners::proofs().into_iter();
    let rows = proofs.flat_map(|(kind, proofs)| {
        let of_kind = move |proof: &Proof| row(kind, proof);
        proofs.iter().map(of_kind).collect::<Vec<_>>()
    });
    let wanted = |row: &Row| only.is_none_or(|only| row.name.contains(only));
    rows.filter(wanted).collect()
}
