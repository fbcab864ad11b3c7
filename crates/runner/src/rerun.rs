//! `runner rerun`: runs the config of a record again, and says whether the bits are the same.
//!
//! The new run is recorded like any other. Then the two records are held against each other,
//! implementation by implementation: the losses of the first batches, the measures of every epoch
//! but for the seconds, and every number of the weights, tensor by tensor. Both are read from their
//! files, so that both went the same way.

mod cause;
mod difference;
mod recorded;

use std::path::Path;

use crate::cli::RerunArguments;
use crate::memory::Purpose;
use crate::prepare::Prepared;
use crate::record::{Record, find};
use crate::recorded::{config_of, expect_same_data};
use crate::run;
use crate::sheet::Sheet;
use crate::{Failure, implementations, output};

use difference::{Comparison, compare};
use recorded::Recorded;

/// Runs the config of a record again.
///
/// # Errors
/// [`Failure::Input`] when there is no such run, it did not finish, its weights are gone, or its
/// data have changed; [`Failure::Run`] when the bits differ, and as a run has it.
pub fn rerun(arguments: &RerunArguments) -> Result<(), Failure> {
    let found = find::find(&arguments.run, &arguments.results)?;
    let folder = found.folder;
    expect_finished(&found.record, &folder)?;
    if let Some(note) = found.note {
        output::line(format!("note: {note}"));
    }
    let before = Recorded::read(found.record, &folder)?;
    let config = config_of(&before.record, &folder, &arguments.set)?;
    implementations::expect_built_in(&config)?;
    let prepared = Prepared::of(config, Purpose::Training)?;
    // With another seed, say, they may be others.
    if arguments.set.is_empty() {
        expect_same_data(&prepared, &before.record, &folder)?;
    }
    let anew = run::train(run::begin(prepared, &arguments.results)?, None, true)?;
    let after = Recorded::read(Record::read(&anew.path)?, &anew.path)?;
    let comparisons = compare(&before, &after);
    output::line(format!(
        "Bits of this run against those of {}",
        folder.display()
    ));
    output::line(sheet(&comparisons).terminal());
    let Some(first) = comparisons.iter().find(|comparison| comparison.differs()) else {
        output::line("the bits are the same");
        return Ok(());
    };
    let causes = cause::of(&before.record, &after.record, &folder);
    Err(Failure::Run(format!("the bits differ: {first}; {causes}")))
}

/// What did not finish has no bits to compare with.
fn expect_finished(record: &Record, folder: &Path) -> Result<(), Failure> {
    if record.is_finished() {
        return Ok(());
    }
    let (path, ending) = (folder.display(), record.ending());
    Err(Failure::Input(format!(
        "{path}: this run did not finish ({ending}), so its bits are not those of a whole run; go \
         on with `runner run --resume {path}`, or name one that finished"
    )))
}

fn sheet(comparisons: &[Comparison]) -> Sheet {
    let titles = [
        "implementation",
        "what",
        "first difference",
        "numbers",
        "differ",
        "largest",
    ];
    let mut sheet = Sheet::new(titles, 3);
    for comparison in comparisons {
        let largest = match comparison.differs() {
            true => format!("{:.1e}", comparison.largest),
            false => String::new(),
        };
        sheet.add([
            comparison.implementation.clone(),
            comparison.what.clone(),
            comparison.first.clone().unwrap_or_default(),
            comparison.numbers.to_string(),
            comparison.differing.to_string(),
            largest,
        ]);
    }
    sheet
}
