//! What is found out of the runs of a row before they run: whether they can be, on which data, and
//! how much memory they take.

use datasets::Features;
use learners::Data;
use spec::table::TableMeasure;

use super::key;
use super::plan::Plan;
use crate::Failure;
use crate::memory::{Need, Purpose};
use crate::prepare::Prepared;

/// What was found out.
#[derive(Default)]
pub struct Basis {
    /// The key of their data.
    pub data: String,
    /// Memory that they take at least.
    pub bytes: f64,
}

impl Basis {
    /// Of a row: its first run is prepared.
    ///
    /// # Errors
    /// What is wrong with its data or its model, or that a measure of the table is not there.
    pub fn of(plan: &Plan, row: usize) -> Result<Self, Failure> {
        let Some((_, run)) = plan.runs_of(row).next() else {
            return Ok(Self::default());
        };
        let prepared = Prepared::of(run.config.clone(), Purpose::Training)?;
        expect_measures(plan, row, &prepared)?;
        Ok(Self {
            data: key::of_data(&prepared.config, &prepared.dataset),
            bytes: bytes(&prepared),
        })
    }
}

/// A run has what the columns of the table need.
fn expect_measures(plan: &Plan, row: usize, prepared: &Prepared) -> Result<(), Failure> {
    let measured = prepared.measures();
    let columns = plan.spec.measures.iter().chain(&plan.spec.curves);
    let mut needed = columns.filter_map(TableMeasure::needs);
    let has = |key: &str| measured.iter().any(|measure| measure.key == key);
    let Some(missing) = needed.find(|needed| !has(&needed.key)) else {
        return Ok(());
    };
    let (file, row) = (plan.file.display(), &plan.rows[row].name);
    let there = measured.iter().map(|measure| measure.key.as_str());
    let there = there.collect::<Vec<_>>().join(", ");
    Err(Failure::Input(format!(
        "{file}: row \"{row}\" has no {}; its run measures {there}; metrics of the test samples are \
         listed in training.metrics, those of validation come with training.stopping.patience",
        missing.key
    )))
}

/// Bytes that data and model of a run take at least.
fn bytes(prepared: &Prepared) -> f64 {
    let learns = match prepared {
        Prepared::Network(of) => {
            Need::of(Purpose::Training, &of.network, &of.plan, of.batch_size()).bytes()
        }
        // Its samples once more, in f64.
        Prepared::Learner(of) => {
            let numbers = |data: &Data| (data.x.len() + data.t.len()) as f64;
            8.0 * (numbers(&of.train) + numbers(&of.test))
        }
    };
    let parts = [&prepared.dataset.train, &prepared.dataset.test];
    let data = parts.map(|part| {
        let bytes = match part.features() {
            Features::Bytes { .. } => 1,
            Features::Values(_) => size_of::<f64>(),
        };
        part.len() * part.width() * bytes
    });
    learns + data.into_iter().sum::<usize>() as f64
}
