//! The one room where files are written.
//!
//! | what is there | what happens |
//! |---|---|
//! | nothing | a new file, with the modes that every new file gets |
//! | a regular file | it is replaced, whole or not at all; modes and, where possible, owner are kept |
//! | a symbolic link | what it leads to is written; the link stays a link |
//! | a pipe or a device | it is written into and never replaced |
//! | `-`, `/dev/stdout`, `/dev/stderr`, `/dev/fd/N` | written into, behind what is there |
//! | a read-only file, a folder, a socket, a disk | an error |
//!
//! A regular file is written aside, synced, and renamed; then its folder is synced. So neither a
//! crash nor a full disk leaves half a file, and what is written aside never stays. Only where
//! nothing can be put beside a file, or nothing in its place (a read-only folder, a mounted file),
//! is it overwritten.
//!
//! A pipe that nobody reads is an error at once: its reader has to be there when it is written.

mod place;
mod stream;

/// With this begins the name of what is written aside.
pub(crate) const ASIDE: &str = ".writing-";

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::failure::cause;
use crate::{Failure, interrupt, output};
use place::Place;

/// Whether a file could be written here: found out before the work, and without changing anything.
///
/// # Errors
/// [`Failure::Input`] when it could not.
pub fn expect_writable(path: &Path) -> Result<(), Failure> {
    place::check(path).map_err(|error| Failure::Input(told(path, &error)))
}

/// Makes the folder that `option` chooses, and those above it.
///
/// # Errors
/// [`Failure::Input`] when it cannot be made, or nothing can be written to it.
pub fn make_folder(path: &Path, option: &str) -> Result<(), Failure> {
    let made = place::expect_room_for_files(path).and_then(|()| fs::create_dir_all(path));
    made.map_err(|error| Failure::Input(told_with(path, &error, option)))
}

/// Writes a file, as the head of this module says; makes its folder if it is not there.
///
/// # Errors
/// [`Failure::Run`] when it cannot be written: [`expect_writable`] said that it could.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write(path, bytes).map_err(|error| Failure::Run(told(path, &error)))
}

/// Writes a value as readable JSON.
///
/// # Errors
/// As [`write_file`].
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Failure> {
    let bytes = json(value).map_err(|error| Failure::Run(told(path, &error)))?;
    write_file(path, &bytes)
}

/// A value as readable JSON.
///
/// # Errors
/// When it has no JSON.
pub fn json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// [`write_file`] with the system's error.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match place::of(path)? {
        Place::File(file) => replace(&file, bytes),
        Place::Stream(stream) => stream::open(&stream)?.write_all(bytes),
        Place::Output => {
            output::bytes(bytes);
            Ok(())
        }
        Place::Errors => io::stderr().write_all(bytes),
    }
}

/// What a user reads of a file that cannot be written: the cause, and what helps.
pub fn told(path: &Path, error: &io::Error) -> String {
    told_of(path, error, "choose another place")
}

/// [`told`] of a place that `option` chooses.
pub fn told_with(path: &Path, error: &io::Error, option: &str) -> String {
    told_of(path, error, &format!("choose another place with {option}"))
}

fn told_of(path: &Path, error: &io::Error, choose: &str) -> String {
    let remedy = match error.kind() {
        ErrorKind::StorageFull => "free some space, or ",
        ErrorKind::QuotaExceeded => "free some of your quota, or ",
        ErrorKind::FileTooLarge => "raise the limit (ulimit -f), or ",
        ErrorKind::PermissionDenied => "mend its permissions, or ",
        _ => "",
    };
    let (path, cause) = (path.display(), cause(error));
    format!("{path}: cannot write ({cause}); {remedy}{choose}")
}

/// Puts a regular file in the place of what is there, whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let before = fs::metadata(path).ok();
    if let Some(before) = &before {
        place::expect_not_read_only(before)?;
    }
    match aside(path, bytes, before.as_ref()) {
        // Somebody has removed the folder meanwhile.
        Err(error) if error.kind() == ErrorKind::NotFound => aside(path, bytes, None),
        Err(error) if before.is_some() && only_in_place(error.kind()) => in_place(path, bytes),
        outcome => outcome,
    }
}

/// Whether an error says that nothing can be put beside a file, or in its place.
fn only_in_place(error: ErrorKind) -> bool {
    use ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    [
        PermissionDenied,
        ReadOnlyFilesystem,
        ResourceBusy,
        CrossesDevices,
    ]
    .contains(&error)
}

fn aside(path: &Path, bytes: &[u8], before: Option<&Metadata>) -> io::Result<()> {
    // A signal that ended the process would leave what is written aside.
    interrupt::install();
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(ASIDE);
    // Temporary files are private unless told; a record is as readable as any other file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut aside = builder.tempfile_in(folder)?;
    aside.write_all(bytes)?;
    if let Some(before) = before {
        keep_owner(aside.as_file(), before);
        aside.as_file().set_permissions(before.permissions())?;
    }
    aside.as_file().sync_all()?;
    aside.persist(path).map_err(|error| error.error)?;
    sync_folder(folder);
    Ok(())
}

fn in_place(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).truncate(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Only an administrator gives files away; otherwise the file is ours now.
#[cfg(unix)]
fn keep_owner(file: &File, before: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if fchown(file, Some(before.uid()), Some(before.gid())).is_err() {
        let _ = fchown(file, None, Some(before.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

/// Makes a rename last. Not every file system can; then there is nothing more to be done.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// The folder that a path is in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(all(test, unix))]
mod tests;
