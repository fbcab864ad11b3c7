//! `runner predict`: what a recorded run answers to new samples.
//!
//! Classes are told with the probabilities of the likeliest, where the loss makes probabilities of
//! the outputs, and with the outputs themselves where it does not; numbers in the unit of the
//! target. As in [`evaluate`](crate::evaluate), all is computed by hand in f32, whoever trained.

mod answers;
mod screen;

use datasets::{NewFiles, NewSamples, Targeted};

use crate::cli::PredictArguments;
use crate::evaluate::cases::Cases;
use crate::evaluate::outputs::{Chosen, expect_finite, outputs, read_new};
use crate::prepare::Prepared;
use crate::recorded::{Learned, learned_from};
use crate::{Failure, files, interrupt, machine};

use answers::Answers;

/// Answers to new samples.
///
/// # Errors
/// [`Failure::Input`] when there is no such run, its weights are gone or are those of another
/// model, or the samples are not of the form that it learned from; [`Failure::Run`] when a file
/// cannot be written.
pub fn predict(arguments: &PredictArguments) -> Result<(), Failure> {
    let written = [&arguments.csv, &arguments.json];
    for file in written.into_iter().flatten() {
        files::expect_writable(file)?;
    }
    let weights = arguments.weights.as_deref();
    let learned = learned_from(&arguments.run, &arguments.results, weights)?;
    interrupt::install();
    let threads = learned.prepared.threads();
    let answers = machine::in_pool(threads, || answered(&learned, arguments))??;
    let to_output = |file: &std::path::PathBuf| file.as_os_str() == "-";
    match written.into_iter().flatten().any(to_output) {
        true => screen::notes_aside(&answers),
        false => screen::show(&answers),
    }
    if let Some(file) = &arguments.csv {
        let csv = answers.csv();
        let csv = csv.map_err(|error| Failure::Run(files::told(file, &error)))?;
        files::write_file(file, &csv)?;
    }
    match &arguments.json {
        Some(file) => files::write_json(file, &answers),
        None => Ok(()),
    }
}

/// All answers.
fn answered(learned: &Learned, arguments: &PredictArguments) -> Result<Answers, Failure> {
    let (prepared, file) = (&learned.prepared, &learned.weights_file);
    let files = NewFiles {
        files: arguments.files.clone(),
        labels: None,
        invert: arguments.invert,
        targeted: Targeted::No,
    };
    let NewSamples {
        samples,
        names,
        notes,
        ..
    } = read_new(prepared, &files)?;
    let chosen = Chosen::all(&samples);
    let y = outputs(prepared, (&learned.weights, file), &chosen)?;
    if let Prepared::Network(_) = prepared {
        expect_finite(&y, file)?;
    }
    let cases = Cases::new(prepared, &chosen, &y);
    let of: Vec<String> = (arguments.files.iter())
        .map(|file| file.display().to_string())
        .collect();
    Ok(Answers {
        run: learned.folder.display().to_string(),
        weights: learned.weights_name(),
        data: of,
        notes,
        ..Answers::of(&cases.subject, names, arguments.top)
    })
}
