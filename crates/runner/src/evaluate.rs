//! `runner evaluate`: what a recorded run is worth, and how sure that is.
//!
//! | of | measures | formulas |
//! |---|---|---|
//! | classes | accuracy, confusion matrix, precision, recall, F1, top-k accuracy | [`classes`] |
//! | probabilities of classes | log-loss, Brier score, expected calibration error | [`probabilities`] |
//! | scores of classes | ROC-AUC, average precision, each class against the rest | [`ranking`] |
//! | real targets | MSE, RMSE, MAE, R2, explained variance | [`errors`] |
//! | any of them | intervals of 95 % | [`intervals`] |
//!
//! What becomes of outputs to make probabilities is said by the loss ([`spec::link`]). Where
//! nothing does, the outputs themselves are the scores, and what asks for probabilities is left
//! out. Figures equal scikit-learn's to 1e-12 (`benches/peers/measures.py`). Computed is by hand,
//! in f32, whoever trained.

pub mod cases;
pub mod classes;
pub mod classification;
pub mod errors;
pub mod intervals;
pub mod measures;
pub mod outputs;
pub mod probabilities;
pub mod ranking;
pub mod regression;
pub mod report;
pub(crate) mod screen;

use datasets::{NewFiles, Targeted};
use spec::measures::Part;

use crate::cli::EvaluateArguments;
use crate::prepare::Prepared;
use crate::recorded::{Learned, learned_from};
use crate::{Failure, files, interrupt, machine};

use cases::{Cases, Subject};
use intervals::Bootstrap;
use outputs::{Chosen, expect_finite, outputs, read_new};
use report::{ByClass, Report, rows};

/// Measures a recorded run.
///
/// # Errors
/// [`Failure::Input`] when there is no such run, its weights are gone or are those of another
/// model, its outputs are no numbers; [`Failure::Run`] when a file cannot be written.
pub fn evaluate(arguments: &EvaluateArguments) -> Result<(), Failure> {
    for file in [&arguments.json, &arguments.csv].into_iter().flatten() {
        files::expect_writable(file)?;
    }
    let weights = arguments.weights.as_deref();
    let learned = learned_from(&arguments.run, &arguments.results, weights)?;
    interrupt::install();
    let threads = learned.prepared.threads();
    let bootstrap = Bootstrap {
        resamples: arguments.resamples,
        seed: arguments.seed,
    };
    let (part, new) = (arguments.part.part(), new_files(arguments));
    let report = machine::in_pool(threads, || {
        measured(&learned, part, new.as_ref(), bootstrap)
    })??;
    screen::show(&report);
    if let Some(file) = &arguments.json {
        files::write_json(file, &report)?;
    }
    if let Some(file) = &arguments.csv {
        let csv = report.csv();
        let csv = csv.map_err(|error| Failure::Run(files::told(file, &error)))?;
        files::write_file(file, &csv)?;
    }
    Ok(())
}

/// All that is measured of a part of the data, or of new ones.
///
/// # Errors
/// As [`evaluate`].
pub(crate) fn measured(
    learned: &Learned,
    part: Part,
    new: Option<&NewFiles>,
    bootstrap: Bootstrap,
) -> Result<Report, Failure> {
    let (prepared, file) = (&learned.prepared, &learned.weights_file);
    let new_samples = new.map(|files| read_new(prepared, files)).transpose()?;
    let chosen = match &new_samples {
        Some(new) => Chosen::all(&new.samples),
        None => Chosen::part(prepared, part)?,
    };
    let y = outputs(prepared, (&learned.weights, file), &chosen)?;
    if let Prepared::Network(_) = prepared {
        expect_finite(&y, file)?;
    }
    let cases = Cases::new(prepared, &chosen, &y);
    let record = learned.record.as_ref();
    let mut told = new_samples
        .as_ref()
        .map_or_else(Vec::new, |new| new.notes.clone());
    told.extend(notes(learned, part, new, &cases));
    let data = new.and_then(|new| new.files.first());
    Ok(Report {
        run: learned.folder.display().to_string(),
        status: record.map(|record| record.status),
        message: record.and_then(|record| record.message.clone()),
        weights: learned.weights_name(),
        part: new.map_or(part.name(), |_| "new").into(),
        data: data.map(|file| file.display().to_string()),
        samples: chosen.rows.len(),
        cases: cases.samples.len(),
        notes: told,
        bootstrap,
        measures: rows(&cases, bootstrap)?,
        classes: ByClass::of(&cases.subject),
    })
}

/// The other data, if some are named.
fn new_files(arguments: &EvaluateArguments) -> Option<NewFiles> {
    Some(NewFiles {
        files: vec![arguments.data.clone()?],
        labels: arguments.labels.clone(),
        invert: arguments.invert,
        targeted: Targeted::Yes,
    })
}

/// What is to be known of the figures.
fn notes(learned: &Learned, part: Part, new: Option<&NewFiles>, cases: &Cases) -> Vec<String> {
    let mut notes = Vec::new();
    let of_test = part == Part::Test && new.is_none();
    if learned.prepared.dataset.test_is_train && of_test {
        notes.push("nothing was held back: these are the samples that it learned from".into());
    }
    let Subject::Classes(classification) = &cases.subject else {
        return notes;
    };
    let about = classification.about();
    let confusion = classification.confusion(&vec![1.0; about.truth.len()]);
    let listed = |is: &dyn Fn(usize) -> bool| {
        let names = about.classes.iter().enumerate();
        let names = names
            .filter(|(class, _)| is(*class))
            .map(|(_, name)| name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let absent = listed(&|class| confusion.cases(class) == 0.0);
    if !absent.is_empty() {
        notes.push(format!(
            "no case is of class {absent}: its scores count as 0"
        ));
    }
    let never = listed(&|class| confusion.answered(class) == 0.0);
    if !never.is_empty() {
        notes.push(format!(
            "never answered: {never}; its precision counts as 0"
        ));
    }
    if confusion.rejected() > 0.0 {
        let (rejected, all) = (confusion.rejected(), about.truth.len());
        notes.push(format!(
            "rejected: {rejected} of {all}; they count as wrong, and none has scores"
        ));
    } else if !about.are_probabilities {
        notes.push(
            "the outputs are no probabilities: no log-loss, Brier score and calibration error"
                .into(),
        );
    }
    notes
}

#[cfg(test)]
mod tests;
