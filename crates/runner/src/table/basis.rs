//! What is found out of the runs of a row before they run: whether they can be, on which data, and
//! how much memory they take.

use datasets::Features;
use learners::Data;
use spec::measures::Measure;
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
    /// What they measure.
    measured: Vec<Measure>,
    /// Whether they are of a learner.
    learns_by_itself: bool,
}

impl Basis {
    /// Of a row: its first run is prepared.
    ///
    /// # Errors
    /// What is wrong with its data or its model.
    pub fn of(plan: &Plan, row: usize) -> Result<Self, Failure> {
        let Some((_, run)) = plan.runs_of(row).next() else {
            return Ok(Self::default());
        };
        let prepared = Prepared::planned(run.config.clone(), Purpose::Training)?;
        Ok(Self {
            data: key::of_data(&prepared.config, &prepared.dataset),
            bytes: bytes(&prepared),
            measured: prepared.measures(),
            learns_by_itself: matches!(prepared, Prepared::Learner(_)),
        })
    }

    fn measures(&self, needed: &Measure) -> bool {
        self.measured
            .iter()
            .any(|measure| measure.key == needed.key)
    }

    /// Whether a run may lack a measure that another row has: a learner has no loss, and nothing
    /// else has what a learner measures of its own.
    fn may_lack(&self, needed: &Measure) -> bool {
        self.learns_by_itself || needed.is_of_a_learner()
    }

    fn lacks(&self, missing: &Measure, plan: &Plan, row: usize) -> Failure {
        let (file, row) = (plan.file.display(), &plan.rows[row].name);
        let there = self.measured.iter().map(|measure| measure.key.as_str());
        let there = there.collect::<Vec<_>>().join(", ");
        let remedy = match self.learns_by_itself {
            true => "",
            false => {
                "; metrics of the test samples are listed in training.metrics, those of validation \
                 come with training.validation"
            }
        };
        Failure::Input(format!(
            "{file}: row \"{row}\" has no {}; its run measures {there}{remedy}",
            missing.key
        ))
    }
}

/// The rows of a table have what its columns need.
///
/// # Errors
/// The first row that lacks a measure.
pub fn expect_measures(plan: &Plan, bases: &[Basis]) -> Result<(), Failure> {
    for (row, basis) in bases.iter().enumerate() {
        let of_table = plan.spec.measures.iter().filter_map(TableMeasure::needs);
        let lacks = |needed: &&Measure| {
            let elsewhere = bases.iter().any(|other| other.measures(needed));
            !(basis.measures(needed) || basis.may_lack(needed) && elsewhere)
        };
        // A curve is drawn of every row.
        let of_curves = plan.spec.curves.iter().filter_map(TableMeasure::needs);
        let mut lacking = of_table.filter(lacks);
        let mut not_drawn = of_curves.filter(|needed| !basis.measures(needed));
        if let Some(missing) = lacking.next().or_else(|| not_drawn.next()) {
            return Err(basis.lacks(missing, plan, row));
        }
    }
    Ok(())
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
            8.0 * (numbers(&of.train) + numbers(&of.validation) + numbers(&of.test))
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
