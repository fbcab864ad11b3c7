//! Which loader reads new samples: that of the kind of data that a run learned from.

use std::path::Path;

use contract::streams::Streams;
use spec::datasets::DatasetSpec;

use crate::dataset::Dataset;
use crate::error::DataError;
use crate::files::Located;
use crate::locate::{TABLES, locate};
use crate::new_samples::{NewFiles, NewSamples, located};
use crate::{csv, images};

/// Reads new samples for what learned from `dataset`, which was loaded from `spec` with the same
/// folder and streams.
///
/// # Errors
///
/// When they are not of the form of those that were learned from: with the file, the place, what
/// was found and expected.
pub fn load_new(
    (spec, dataset): (&DatasetSpec, &Dataset),
    base: &Path,
    streams: &Streams,
    new: &NewFiles,
) -> Result<NewSamples, DataError> {
    let of_file = matches!(
        spec,
        DatasetSpec::Series(_) | DatasetSpec::Text(_) | DatasetSpec::Pairs(_)
    );
    let is_points = !of_file && dataset.sample_shape == [dataset.feature_names.len()];
    match spec {
        DatasetSpec::Csv(spec) => {
            let file = one_table(new)?;
            csv::new_rows(spec, base, streams, &file, new.targeted)
        }
        DatasetSpec::Mnist(_) | DatasetSpec::Images(_) | DatasetSpec::Cifar10(_) => {
            images::new_images(spec, dataset, new)
        }
        _ if is_points => csv::new_points(dataset, &one_table(new)?, new.targeted),
        other => Err(DataError::unfit(
            format!(
                "a run of [dataset.{}] takes no samples from other files",
                other.kind()
            ),
            "name a run that learned from a table, from images or from points; what learned texts or \
             pairs of sequences writes with runner sample",
        )),
    }
}

/// The one table among the files.
fn one_table(new: &NewFiles) -> Result<Located, DataError> {
    let refused = |problem: String, remedy: &str| Err(DataError::unfit(problem, remedy));
    if let Some(labels) = &new.labels {
        let problem = format!(
            "--labels {}: the run learned from a table",
            labels.display()
        );
        return refused(problem, "leave it out: the target is a column of the table");
    }
    if new.invert {
        let problem = "--invert: the run learned from a table".into();
        return refused(problem, "leave it out: only pictures have light and dark");
    }
    match &new.files[..] {
        [file] => {
            let shipped = locate(file, Path::new(""), "", TABLES);
            shipped.or_else(|_| located(file))
        }
        files => refused(
            format!("{} files, and the run learned from one table", files.len()),
            "name one table with all rows",
        ),
    }
}
