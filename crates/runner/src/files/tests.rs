//! What is there before and after a file was written.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::*;

/// A folder, and a path in it.
fn folder(file: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    (folder, path)
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[track_caller]
fn refused(path: &Path, cause: &str) {
    let error = place::check(path).unwrap_err();
    assert!(
        error.to_string().contains(cause),
        "{cause} is not in {error}"
    );
}

#[test]
fn modes_of_a_file_are_kept_and_a_new_one_gets_those_of_any_new_file() {
    let (folder, path) = folder("file");
    for bits in [0o600, 0o755] {
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(bits)).unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), mode(&path)),
            ("new", bits)
        );
    }
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
    write(&ours, b"").unwrap();
    fs::write(&theirs, "").unwrap();
    assert_eq!(mode(&ours), mode(&theirs));
    assert_eq!(
        names(&folder),
        ["file", "ours", "theirs"],
        "nothing is left beside"
    );
}

#[test]
fn a_link_stays_and_what_it_leads_to_is_written() {
    let (folder, link) = folder("link");
    fs::create_dir(folder.path().join("deep")).unwrap();
    symlink("deep/second", &link).unwrap();
    symlink("../target", folder.path().join("deep/second")).unwrap();
    let target = folder.path().join("target");
    for text in ["a file that was not there", "replaced"] {
        place::check(&link).unwrap();
        write(&link, text.as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), text);
    }
    assert!(link.is_symlink() && folder.path().join("deep/second").is_symlink());
    assert!(!target.is_symlink());
    assert_eq!(names(&folder), ["deep", "link", "target"]);
}

#[test]
fn links_in_a_circle_are_an_error() {
    let (folder, path) = folder("one");
    symlink("two", &path).unwrap();
    symlink("one", folder.path().join("two")).unwrap();
    refused(&path, "circle");
    assert!(write(&path, b"").is_err());
}

#[test]
fn a_pipe_is_written_into_and_stays_a_pipe() {
    let (_folder, path) = folder("pipe");
    make_pipe(&path);
    place::check(&path).unwrap();
    let reader = path.clone();
    let read = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        File::open(reader).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    });
    // More than a pipe holds.
    let bytes = vec![7; 300_000];
    let nobody = "nobody reads it";
    while let Err(error) = write(&path, &bytes) {
        assert!(error.to_string().contains(nobody), "{error}");
        std::thread::yield_now();
    }
    assert_eq!(read.join().unwrap(), bytes);
    assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
}

#[test]
fn a_pipe_that_nobody_reads_is_an_error_and_does_not_block() {
    let (_folder, path) = folder("pipe");
    make_pipe(&path);
    let error = write(&path, b"bytes").unwrap_err();
    assert!(error.to_string().contains("nobody reads it"), "{error}");
}

#[test]
fn a_device_stays_a_device() {
    let null = Path::new("/dev/null");
    place::check(null).unwrap();
    write(null, b"bytes").unwrap();
    assert!(fs::metadata(null).unwrap().file_type().is_char_device());
    let full = Path::new("/dev/full");
    if full.exists() {
        let error = write(full, b"bytes").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        assert!(told(full, &error).contains("no space left on device"));
    }
}

#[test]
fn an_output_of_the_process_is_known_by_all_its_names() {
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        assert_eq!(place::of(Path::new(name)).unwrap(), Place::Output);
    }
    let (_folder, link) = folder("link");
    symlink("/dev/stdout", &link).unwrap();
    assert_eq!(place::of(&link).unwrap(), Place::Output);
    assert_eq!(place::of(Path::new("/dev/stderr")).unwrap(), Place::Errors);
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_the_work() {
    let (folder, path) = folder("file");
    fs::write(&path, "kept").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    refused(&path, "it is read-only");
    assert!(write(&path, b"new").is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "kept");
    refused(folder.path(), "it is a folder");
    refused(&folder.path().join("new/"), "it is a folder");
    refused(&path.join("inside"), "is a file, not a folder");
    refused(Path::new(""), "empty");
    symlink("nowhere", folder.path().join("link")).unwrap();
    refused(&folder.path().join("link/file"), "leads nowhere");
}

#[test]
fn to_ask_changes_nothing() {
    let (folder, path) = folder("file");
    fs::write(&path, "kept").unwrap();
    place::check(&path).unwrap();
    place::check(&folder.path().join("new/folder/file")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "kept");
    assert_eq!(names(&folder), ["file"]);
}

#[test]
fn a_folder_that_is_not_there_is_made() {
    let (folder, _) = folder("");
    let path = folder.path().join("new/folder/file");
    write(&path, b"text").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "text");
}
