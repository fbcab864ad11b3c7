//! Names of the four files, however they are written.

use crate::folders::Entry;

/// A name as all ways to write it have in common: `Train-Images.idx3-ubyte.gz` is
/// `train-images-idx3-ubyte`.
pub(super) fn plain(name: &str) -> String {
    let mut name = name.to_ascii_lowercase();
    while let Some(packed) = name.strip_suffix(".gz") {
        name.truncate(packed.len());
    }
    name.replace('.', "-")
}

/// The entry with one of these names: rather a file than a folder, the first of the names, as
/// it is in the original, not packed.
pub(super) fn matching<'a>(
    entries: &'a [Entry],
    prefix: &str,
    stems: &[&str],
) -> Option<&'a Entry> {
    let names: Vec<String> = stems.iter().map(|stem| format!("{prefix}{stem}")).collect();
    let rank = |entry: &Entry| {
        let written = plain(&entry.name);
        let stem = names.iter().position(|name| plain(name) == written)?;
        let original = [names[stem].clone(), format!("{}.gz", names[stem])];
        let form = original.iter().position(|name| *name == entry.name);
        Some((entry.is_dir, stem, form.unwrap_or(original.len())))
    };
    let ranked = entries
        .iter()
        .filter_map(|entry| Some((rank(entry)?, entry)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, entry)| entry)
}
