//! `runner list`: the configs, a line each.

use std::path::Path;

use spec::{Config, Overrides};

use crate::Failure;
use crate::cli::ListArguments;
use crate::output;

/// Prints each config of a folder with the first line of its opening comment.
///
/// # Errors
/// When the folder cannot be read or holds no config.
pub fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let folder = &arguments.folder;
    let entries = std::fs::read_dir(folder).map_err(|error| {
        let folder = folder.display();
        Failure::Input(format!(
            "{folder}: cannot list the configs ({error}); name their folder"
        ))
    })?;
    let mut files: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::Input(format!(
            "{}: no config (*.toml) is there",
            folder.display()
        )));
    }
    let width = files
        .iter()
        .map(|file| file.display().to_string().len())
        .max()
        .unwrap_or(0);
    for file in &files {
        output::line(format!(
            "{:<width$}  {}",
            file.display().to_string(),
            describe(file)
        ));
    }
    Ok(())
}

/// The first line of a config's opening comment; for a config that cannot be run, why.
fn describe(file: &Path) -> String {
    match Config::read(file, &Overrides::default()) {
        Err(error) => format!("(invalid: {})", error.short()),
        Ok(config) => {
            let first = config.text().lines().next().unwrap_or("");
            first.trim_start_matches('#').trim().to_string()
        }
    }
}
