//! The proof of a learner: its rows on small data of their own, and what must hold on the data of
//! the config, once it has learned from them.

use std::path::Path;

use comfy_table::Table;
use learners::{Learner, Stop};
use serde::Serialize;

use super::verdict::Verdict;
use super::{objective, slopes};
use crate::prepare::PreparedLearner;
use crate::proofs::learner::rows;
use crate::proofs::row::Row;
use crate::record;
use crate::{Failure, interrupt, output, tables};

/// Proves the learner of a config and prints the table.
///
/// # Errors
/// [`Failure::Run`] with the first row that is off; [`Failure::Input`] when the data cannot be
/// learned.
pub fn check(prepared: &PreparedLearner, json: Option<&Path>) -> Result<(), Failure> {
    let kind = prepared.learner.kind();
    let mut rows = rows(kind);
    let learner = learned(prepared)?;
    let of_data = learner.proofs(&prepared.train);
    rows.extend(of_data.iter().map(|proof| Row::of_learner(kind, proof)));
    rows.extend(slopes::rows(kind, &learner.slopes(&prepared.train)));
    rows.extend(objective::rows(kind, &*learner, &prepared.train)?);
    output::line(format!("Proof of {kind}\n{}", table(&rows)));
    if let Some(file) = json {
        write_json(file, prepared, &rows)?;
    }
    match rows.iter().find(|row| row.verdict != Verdict::Agrees) {
        None => Ok(()),
        Some(row) => Err(Failure::Run(told(row))),
    }
}

/// What a row that is off says.
pub fn told(row: &Row) -> String {
    let (name, quantity, witness) = (&row.name, row.quantity.name(), &row.witness);
    format!(
        "the proof of {name} fails: {quantity} is off by {:.1e} from its witness ({witness}), more \
         than {:.0e}",
        row.error, row.tolerance
    )
}

/// Learns from the config's data.
fn learned(prepared: &PreparedLearner) -> Result<Box<dyn Learner>, Failure> {
    let mut learner = prepared.learner()?;
    let tick = || match interrupt::requested() {
        true => Err(Stop::Interrupted),
        false => Ok(()),
    };
    let mut pass = 0;
    while !learner.is_done() {
        pass += 1;
        let of_pass = prepared.samples_of_pass(pass);
        learner.pass(&of_pass, &tick).map_err(|stop| match stop {
            Stop::Interrupted => Failure::Interrupted(interrupt::cause().into()),
            Stop::Refused(problem) => prepared.config.locate(problem).into(),
        })?;
        learner.measure(&of_pass, &prepared.test);
    }
    Ok(learner)
}

fn table(rows: &[Row]) -> Table {
    let header = ["on", "quantity", "witness", "error", "tolerance", ""];
    let mut table = tables::table(&header, 3);
    for row in rows {
        table.add_row([
            row.name.clone(),
            row.quantity.name().into(),
            row.witness.clone(),
            format!("{:.1e}", row.error),
            format!("{:.0e}", row.tolerance),
            row.verdict.name().into(),
        ]);
    }
    table
}

#[derive(Serialize)]
struct JsonReport<'a> {
    name: &'a str,
    seed: u64,
    agrees: bool,
    rows: &'a [Row],
    software: record::Software,
    data_checksum: &'a str,
}

fn write_json(file: &Path, prepared: &PreparedLearner, rows: &[Row]) -> Result<(), Failure> {
    let experiment = &prepared.config.experiment;
    let json = JsonReport {
        name: &experiment.name,
        seed: experiment.seed,
        agrees: rows.iter().all(|row| row.verdict == Verdict::Agrees),
        rows,
        software: record::Software::here(),
        data_checksum: &prepared.dataset.checksum,
    };
    record::write_json(file, &json)
}
