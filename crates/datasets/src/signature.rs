//! What a file is by its first bytes, when it is not what was asked for.

use std::path::Path;

/// A file format that is recognised, though not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    /// With its article, for messages: `a zip archive`.
    pub name: &'static str,
    /// What to do with such a file.
    pub remedy: &'static str,
}

impl Format {
    /// Whether it is gzip, which says nothing of what is packed.
    pub fn is_gzip(self) -> bool {
        self.name == GZIP
    }
}

const GZIP: &str = "a gzip file";

const fn format(name: &'static str, remedy: &'static str) -> Format {
    Format { name, remedy }
}

const PICTURE: &str = "pictures are read by [dataset.images], from a folder for each class";
const ARRAYS: &str = "save its arrays as IDX files, or as a CSV file for [dataset.csv]";
const TABLE: &str = "export it as a CSV file for [dataset.csv]";
const PAGE: &str = "the download gave a web page instead of the file: open its address in a \
                    browser, or take the address of the file itself";
const PICKLE: &str = "it is data of a Python program: save its arrays as IDX or CSV files";

/// (offset, bytes that stand there, format); the first that fits.
const SIGNATURES: [(usize, &[u8], Format); 31] = [
    (
        0,
        b"\x1f\x8b",
        format(GZIP, "unpack it with `gzip -dc FILE > UNPACKED`"),
    ),
    (
        0,
        b"PK\x05\x06",
        format("an empty zip archive", "download the file again"),
    ),
    (
        0,
        b"\xfd7zXZ\0",
        format("an xz file", "unpack it with `xz -dc FILE > UNPACKED`"),
    ),
    (
        0,
        b"BZh",
        format("a bzip2 file", "unpack it with `bzip2 -dc FILE > UNPACKED`"),
    ),
    (
        0,
        b"\x28\xb5\x2f\xfd",
        format(
            "a Zstandard file",
            "unpack it with `zstd -dc FILE > UNPACKED`",
        ),
    ),
    (
        0,
        b"\x04\x22\x4d\x18",
        format("an LZ4 file", "unpack it with `lz4 -dc FILE > UNPACKED`"),
    ),
    (
        0,
        b"\x1f\x9d",
        format(
            "a file of `compress`",
            "unpack it with `gzip -dc FILE > UNPACKED`",
        ),
    ),
    (
        0,
        b"7z\xbc\xaf\x27\x1c",
        format("a 7z archive", "unpack it with `7z x`"),
    ),
    (
        0,
        b"Rar!\x1a\x07",
        format("a RAR archive", "unpack it with `unrar x`"),
    ),
    (
        257,
        b"ustar",
        format("a tar archive", "unpack it with `tar xf`"),
    ),
    (0, b"\x93NUMPY", format("a NumPy array (.npy)", ARRAYS)),
    (0, b"\x89HDF\r\n\x1a\n", format("an HDF5 file", ARRAYS)),
    (0, b"MATLAB 5.0", format("a MATLAB file (.mat)", ARRAYS)),
    (0, b"PAR1", format("a Parquet file", TABLE)),
    (0, b"ARROW1", format("an Arrow file", TABLE)),
    (0, b"SQLite format 3\0", format("an SQLite database", TABLE)),
    (
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        format("an old Excel or Word file", TABLE),
    ),
    (
        0,
        b"%PDF-",
        format("a PDF file", "name the data, not a paper about them"),
    ),
    (0, b"\x89PNG\r\n\x1a\n", format("a PNG picture", PICTURE)),
    (0, b"\xff\xd8\xff", format("a JPEG picture", PICTURE)),
    (0, b"GIF8", format("a GIF picture", PICTURE)),
    (8, b"WEBP", format("a WebP picture", PICTURE)),
    (0, b"II*\0", format("a TIFF picture", PICTURE)),
    (0, b"MM\0*", format("a TIFF picture", PICTURE)),
    (4, b"ftypavif", format("an AVIF picture", PICTURE)),
    (4, b"ftyphei", format("a HEIC picture", PICTURE)),
    (4, b"ftypmif1", format("a HEIC picture", PICTURE)),
    (0, b"\x80\x02", format("a Python pickle", PICKLE)),
    (0, b"\x80\x03", format("a Python pickle", PICKLE)),
    (0, b"\x80\x04", format("a Python pickle", PICKLE)),
    (0, b"\x80\x05", format("a Python pickle", PICKLE)),
];

/// The format whose signature these bytes bear.
pub(crate) fn recognise(bytes: &[u8]) -> Option<Format> {
    let bears = |at: usize, mark: &[u8]| bytes.get(at..).is_some_and(|b| b.starts_with(mark));
    if bears(0, b"PK\x03\x04") {
        return Some(zip(bytes));
    }
    if bears(0, b"version https://git-lfs") {
        let remedy = "fetch the data themselves with `git lfs pull`";
        return Some(format("a Git LFS pointer instead of the data", remedy));
    }
    // A bitmap's header gives its own size, and reserves four zero bytes.
    if bears(0, b"BM") && bears(6, &[0; 4]) {
        return Some(format("a BMP picture", PICTURE));
    }
    let found = SIGNATURES.iter().find(|(at, mark, _)| bears(*at, mark));
    found
        .map(|(_, _, format)| *format)
        .or_else(|| markup(bytes))
}

/// Formats that are zip archives inside, told apart by the name of the first entry.
fn zip(bytes: &[u8]) -> Format {
    const NAME: usize = 30;
    let length = bytes
        .get(26..28)
        .map_or(0, |b| usize::from(b[0]) + 256 * usize::from(b[1]));
    let entry = bytes.get(NAME..NAME + length).unwrap_or_default();
    if entry.ends_with(b".npy") {
        format("a NumPy archive (.npz)", ARRAYS)
    } else if entry.ends_with(b"data.pkl") {
        format("a PyTorch file (.pt)", PICKLE)
    } else if entry == b"[Content_Types].xml" || entry.starts_with(b"xl/") {
        format("an Excel or Word file", TABLE)
    } else {
        format("a zip archive", "unpack it with `unzip`")
    }
}

/// Web pages and other markup, whatever space and case.
fn markup(bytes: &[u8]) -> Option<Format> {
    let text = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii_start();
    let begins = |tag: &[u8]| {
        text.get(..tag.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(tag))
    };
    if begins(b"<!doctype html") || begins(b"<html") || begins(b"<head") || begins(b"<!--") {
        return Some(format("an HTML page", PAGE));
    }
    (begins(b"<?xml") || begins(b"<svg")).then_some(format("an XML file", PAGE))
}

/// The command that unpacks an archive, told by its name, into a folder, which may have to be made.
pub(crate) fn unpacking(archive: &Path, folder: &Path, make: bool) -> Option<String> {
    const TARS: [&str; 5] = [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"];
    let name = archive.to_string_lossy().to_lowercase();
    let (archive, to) = (archive.display(), folder.display());
    if name.ends_with(".zip") {
        Some(format!("unzip {archive} -d {to}"))
    } else if TARS.iter().any(|ending| name.ends_with(ending)) {
        let make = if make {
            format!("mkdir {to} && ")
        } else {
            String::new()
        };
        Some(format!("{make}tar xf {archive} -C {to}"))
    } else if name.ends_with(".7z") {
        Some(format!("7z x {archive} -o{to}"))
    } else {
        let rar = name.ends_with(".rar");
        rar.then(|| format!("unrar x {archive} {to}/"))
    }
}

/// The first line of a text; none when the bytes are no text.
pub(crate) fn first_line(bytes: &[u8]) -> Option<String> {
    const LOOKED_AT: usize = 200;
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    let printable = |&byte: &u8| byte >= 0x20 && byte != 0x7f || b"\t\r\n".contains(&byte);
    if start.is_empty() || !start.iter().all(printable) {
        return None;
    }
    // The cut may go through a character of several bytes.
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    Some(text.lines().next().unwrap_or_default().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(bytes: &[u8]) -> Option<&'static str> {
        recognise(bytes).map(|format| format.name)
    }

    #[test]
    fn what_is_downloaded_by_mistake_is_recognised() {
        assert_eq!(name(b"\n<!DOCTYPE HTML><html>"), Some("an HTML page"));
        assert_eq!(name(b"\xef\xbb\xbf<html lang"), Some("an HTML page"));
        assert_eq!(name(b"\x89PNG\r\n\x1a\n"), Some("a PNG picture"));
        assert_eq!(name(b"RIFF\x10\0\0\0WEBPVP8 "), Some("a WebP picture"));
        assert_eq!(name(b"BM\x46\0\0\0\0\0\0\0"), Some("a BMP picture"));
        assert_eq!(name(b"\x93NUMPY\x01\0"), Some("a NumPy array (.npy)"));
        assert_eq!(name(b"\x80\x04\x95\x01"), Some("a Python pickle"));
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:";
        assert_eq!(name(pointer), Some("a Git LFS pointer instead of the data"));
        let mut tar = vec![b'a'; 257];
        tar.extend(b"ustar  \0");
        assert_eq!(name(&tar), Some("a tar archive"));
    }

    #[test]
    fn zip_archives_are_told_apart_by_their_first_entry() {
        let zip = |entry: &str| {
            let mut bytes = b"PK\x03\x04".to_vec();
            bytes.resize(26, 0);
            bytes.extend([entry.len() as u8, 0, 0, 0]);
            bytes.extend(entry.as_bytes());
            bytes
        };
        assert_eq!(name(&zip("x_train.npy")), Some("a NumPy archive (.npz)"));
        assert_eq!(name(&zip("archive/data.pkl")), Some("a PyTorch file (.pt)"));
        assert_eq!(
            name(&zip("[Content_Types].xml")),
            Some("an Excel or Word file")
        );
        assert_eq!(name(&zip("train-images")), Some("a zip archive"));
        assert_eq!(name(b"PK\x03\x04"), Some("a zip archive"));
    }

    #[test]
    fn the_first_line_of_a_text_is_told_and_other_bytes_are_none() {
        assert_eq!(first_line(b"label,1x1\n5,0"), Some("label,1x1".into()));
        let long = "é".repeat(150);
        assert_eq!(first_line(long.as_bytes()), Some("é".repeat(100)));
        for bytes in [&b""[..], b"\0\0\x08", b"ab\xff\xfe"] {
            assert_eq!(first_line(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn data_are_not_mistaken_for_anything() {
        for bytes in [
            &b""[..],
            b"\0\0\x08\x03",
            b"1,2,3\n",
            b"BMW,3\nVW,4\n",
            b"P",
        ] {
            assert_eq!(name(bytes), None, "{bytes:?}");
        }
    }
}
