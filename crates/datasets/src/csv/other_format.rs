//! Files that are no tables, named by their first bytes.

use crate::error::DataError;
use crate::signature::{self, Format};

/// Refuses the bytes of other formats, and text that is no table.
///
/// # Errors
///
/// With the name of the format, and what to do with it.
pub(super) fn check_format(bytes: &[u8], file: &str) -> Result<(), DataError> {
    match other_format(bytes) {
        None => Ok(()),
        Some(format) => Err(DataError::Content {
            file: file.into(),
            place: "byte 0".into(),
            found: format.name.into(),
            expected: "a table as text (CSV)".into(),
            remedy: format.remedy.into(),
        }),
    }
}

/// What a file is that is no table. Names such as PAR1 may begin a table too, so bytes that are
/// text only count where they are markup, a pointer or a document.
fn other_format(bytes: &[u8]) -> Option<Format> {
    let begins = |mark: &[u8]| bytes.starts_with(mark);
    if begins(&[0, 0, 8]) {
        let (name, remedy) = (
            "an IDX file",
            "images in IDX files are read by [dataset.mnist]",
        );
        return Some(Format { name, remedy });
    }
    let text = signature::first_line(bytes).is_some();
    let marked = begins(b"version https://git-lfs") || begins(b"%PDF-");
    match signature::recognise(bytes) {
        Some(format) if !text || marked || bytes.trim_ascii_start().starts_with(b"<") => {
            Some(format)
        }
        _ => json(bytes).or_else(|| arff(bytes)).or_else(|| page(bytes)),
    }
}

fn json(bytes: &[u8]) -> Option<Format> {
    let text = bytes.trim_ascii();
    let around = text.first().zip(text.last())?;
    let (name, remedy) = ("a JSON file", "export it as a CSV file");
    let is_json = matches!(around, (b'{', b'}') | (b'[', b']'));
    is_json.then_some(Format { name, remedy })
}

/// Part of a web page, or what a server answers in place of a file.
fn page(bytes: &[u8]) -> Option<Format> {
    let text = bytes.trim_ascii();
    let closes = || text.windows(2).any(|pair| pair == b"</");
    let markup = text.starts_with(b"<") && text.ends_with(b">") && closes();
    let answer = text.starts_with(b"404: Not Found") || text == b"Not Found";
    let (name, remedy) = (
        "a web page",
        "the download gave it instead of the file: take the address of the file itself",
    );
    (markup || answer).then_some(Format { name, remedy })
}

/// The format of Weka: a table below lines that describe it.
fn arff(bytes: &[u8]) -> Option<Format> {
    let mut lines = bytes
        .split(|&byte| byte == b'\n' || byte == b'\r')
        .map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"%"))?;
    let mark = first.get(.."@relation".len())?;
    let remedy = "remove the lines up to @data, and set header = false and comment = \"%\"";
    let name = "an ARFF file of Weka";
    mark.eq_ignore_ascii_case(b"@relation")
        .then_some(Format { name, remedy })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> String {
        check_format(bytes, "t.csv").unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_table_is_named() {
        for (bytes, name) in [
            (&b"PK\x03\x04\x14\0\x06\0\x08\0"[..], "a zip archive"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF file"),
            (b"PAR1\x15\x04\x15\x80\x15\0\xff", "a Parquet file"),
            (b"<!DOCTYPE html>\n<html>", "an HTML page"),
            (
                b"version https://git-lfs.github.com/spec/v1\noid",
                "a Git LFS pointer",
            ),
            (b" [{\"a\": 1},\n{\"a\": 2}]\n", "a JSON file"),
            (b"{\"a\": 1}\n{\"a\": 2}\n", "a JSON file"),
            (b"% Iris\r\n\r\n@RELATION iris\r\n", "an ARFF file"),
            (b"<table><tr><td>1</td></tr></table>\n", "a web page"),
            (b"404: Not Found", "a web page"),
            (b"\xfd7zXZ\0\0\x04", "an xz file"),
            (b"\0\0\x08\x03\0\0\xea\x60", "an IDX file"),
        ] {
            let text = message(bytes);
            assert!(
                text.starts_with(&format!("t.csv, byte 0: found {name}")),
                "{text}"
            );
        }
        for text in [
            "PAR1,y\n1,2\n",
            "BZh,y\n1,2\n",
            "[a],[y]x\n1,2\n",
            "<A>,<B>\n1,2\n",
        ] {
            assert!(check_format(text.as_bytes(), "t.csv").is_ok(), "{text}");
        }
    }
}
