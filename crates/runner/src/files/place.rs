//! What a path names: a regular file, a pipe or device, an output of this process.

use std::fs::{self, File, Metadata};
use std::io::{self, Error, ErrorKind};

use super::{Path, PathBuf, folder_of, stream};

/// As many links as the system follows.
const MOST_LINKS: usize = 40;

/// Where the bytes go.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// A regular file or nothing yet, at the end of all links.
    File(PathBuf),
    /// Something that is written into: a pipe, a device, a file that this process has open.
    Stream(PathBuf),
    /// Standard output.
    Output,
    /// Standard error.
    Errors,
}

/// What a path names. Links are followed one by one, so that a link to nothing leads to the file
/// that it asks for.
///
/// # Errors
/// When it names what no file can be written to.
pub fn of(path: &Path) -> io::Result<Place> {
    let last = path.as_os_str().as_encoded_bytes().last();
    match last {
        None => return Err(Error::new(ErrorKind::InvalidInput, "the name is empty")),
        Some(b'/') => return Err(a_folder()),
        Some(_) => {}
    }
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        if let Some(place) = open_already(&path) {
            return Ok(place);
        }
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => path = folder_of(&path).join(fs::read_link(&path)?),
            Ok(found) => return existing(path, &found),
            Err(error) if is_nothing(&error) => return Ok(Place::File(path)),
            Err(error) => return Err(error),
        }
    }
    Err(Error::other("its links lead in a circle"))
}

/// What this process has open already, by the names that the system gives it.
fn open_already(path: &Path) -> Option<Place> {
    let own = format!("/proc/{}/fd", std::process::id());
    let folders = ["/dev/fd", "/proc/self/fd", "/proc/thread-self/fd", &own];
    if path == Path::new("-") || path == Path::new("/dev/stdout") {
        return Some(Place::Output);
    }
    if path == Path::new("/dev/stderr") {
        return Some(Place::Errors);
    }
    let folder = path.parent()?;
    if !folders.iter().any(|fd| folder == Path::new(fd)) {
        return None;
    }
    match path.file_name()?.to_str()?.parse::<u32>().ok()? {
        1 => Some(Place::Output),
        2 => Some(Place::Errors),
        _ => Some(Place::Stream(path.to_path_buf())),
    }
}

fn existing(path: PathBuf, found: &Metadata) -> io::Result<Place> {
    if found.is_dir() {
        Err(a_folder())
    } else if found.is_file() {
        Ok(Place::File(path))
    } else {
        stream::expect_pipe_or_device(found)?;
        Ok(Place::Stream(path))
    }
}

fn a_folder() -> Error {
    Error::new(ErrorKind::IsADirectory, "it is a folder")
}

/// Whether something could be written there; nothing is changed, and no pipe is opened, which its
/// reader would take for all that comes.
///
/// # Errors
/// When it could not.
pub fn check(path: &Path) -> io::Result<()> {
    match of(path)? {
        Place::File(file) => match fs::metadata(&file) {
            Ok(found) => {
                expect_not_read_only(&found)?;
                File::options().write(true).open(&file).map(|_| ())
            }
            Err(_) => expect_room_for_files(folder_of(&file)),
        },
        Place::Stream(stream) => stream::expect_writable(&stream),
        Place::Output | Place::Errors => Ok(()),
    }
}

/// Who has taken away the right to write a file wants it kept, even from an administrator.
///
/// # Errors
/// When nobody may write it.
pub fn expect_not_read_only(found: &Metadata) -> io::Result<()> {
    match found.permissions().readonly() {
        true => Err(Error::new(ErrorKind::PermissionDenied, "it is read-only")),
        false => Ok(()),
    }
}

/// Whether files can be made in a folder, or the folder where it is not there.
///
/// # Errors
/// When they cannot.
pub fn expect_room_for_files(folder: &Path) -> io::Result<()> {
    let shown = folder.display();
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => stream::expect_writable(folder),
        Ok(_) => Err(Error::other(format!("{shown} is a file, not a folder"))),
        Err(_) if folder.is_symlink() => Err(Error::other(format!(
            "{shown} is a link that leads nowhere"
        ))),
        Err(error) if is_nothing(&error) => match folder.parent() {
            Some(above) if above.as_os_str().is_empty() => expect_room_for_files(Path::new(".")),
            Some(above) => expect_room_for_files(above),
            None => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// Whether there is nothing of that name, perhaps because a folder above is none.
fn is_nothing(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
