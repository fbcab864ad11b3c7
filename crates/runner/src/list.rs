//! `runner list`: the configs, a line each.

use std::path::Path;

use spec::{Config, Overrides};

use crate::Failure;
use crate::cli::ListArguments;
use crate::failure::cause;
use crate::output;

/// Prints each config of a folder with the first line of its opening comment.
///
/// # Errors
/// When the folder cannot be read or holds no config.
pub fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let folder = &arguments.folder;
    let entries = std::fs::read_dir(folder).map_err(|error| {
        let (folder, cause) = (folder.display(), cause(&error));
        Failure::Input(format!(
            "{folder}: cannot list the configs ({cause}); name their folder"
        ))
    })?;
    let mut configs: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    configs.sort();
    if configs.is_empty() {
        return Err(Failure::Input(format!(
            "{}: no config (*.toml) is there",
            folder.display()
        )));
    }
    let width = configs
        .iter()
        .map(|file| file.display().to_string().len())
        .max()
        .unwrap_or(0);
    for file in &configs {
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
