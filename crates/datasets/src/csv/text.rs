//! From the bytes of a file to text: what is no table is named, UTF-16 is read.

use crate::error::DataError;
use crate::signature::{self, Format};

/// The text of a table, without the byte order mark that some programs write first.
///
/// # Errors
///
/// When the bytes are of another format or of another encoding.
pub(super) fn decode(bytes: Vec<u8>, file: &str) -> Result<String, DataError> {
    let is_table = |bytes: &[u8]| match other_format(bytes) {
        Some(format) => Err(no_table(&format, file)),
        None => Ok(()),
    };
    is_table(&bytes)?;
    let text = match encoding(&bytes) {
        Encoding::Utf8 => utf_8(bytes, file)?,
        Encoding::Utf16(unit) => utf_16(&bytes, unit, file)?,
        Encoding::Utf32 => return Err(utf_32(file)),
    };
    is_table(text.as_bytes())?;
    if let Some(at) = text.find('\0') {
        return Err(DataError::Content {
            file: file.into(),
            place: format!("line {}, byte {at}", line_of(&text.as_bytes()[..at])),
            found: "a byte 0".into(),
            expected: "text".into(),
            remedy: "the file is damaged, or no text file: write the table again".into(),
        });
    }
    Ok(text)
}

/// How two bytes make a unit of UTF-16.
type Unit = fn([u8; 2]) -> u16;

enum Encoding {
    Utf8,
    Utf16(Unit),
    Utf32,
}

/// The encoding by the byte order mark; without one by the zeros that UTF-16 puts beside each
/// ASCII character.
fn encoding(bytes: &[u8]) -> Encoding {
    const LOOKED_AT: usize = 1000;
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Encoding::Utf32,
        [0xff, 0xfe, ..] => return Encoding::Utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => return Encoding::Utf16(u16::from_be_bytes),
        _ => {}
    }
    let (pairs, _) = bytes[..bytes.len().min(LOOKED_AT)].as_chunks::<2>();
    let ascii = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let ascii_in = |unit: Unit| {
        let units = pairs.iter().map(|pair| unit(*pair));
        units
            .filter(|&unit| u8::try_from(unit).is_ok_and(ascii))
            .count()
    };
    let units: [Unit; 2] = [u16::from_le_bytes, u16::from_be_bytes];
    let found = units
        .into_iter()
        .find(|unit| 2 * ascii_in(*unit) > pairs.len());
    found.map_or(Encoding::Utf8, Encoding::Utf16)
}

fn utf_8(bytes: Vec<u8>, file: &str) -> Result<String, DataError> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.into(),
            None => text,
        }),
        Err(error) => Err(not_utf_8(error.as_bytes(), error.utf8_error(), file)),
    }
}

fn utf_16(bytes: &[u8], unit: Unit, file: &str) -> Result<String, DataError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text.trim_start_matches('\u{feff}').into()),
        _ => Err(DataError::Content {
            file: file.into(),
            place: "line 1".into(),
            found: "damaged UTF-16 text".into(),
            expected: "UTF-8 or whole UTF-16".into(),
            remedy: "write the table again, as UTF-8".into(),
        }),
    }
}

fn utf_32(file: &str) -> DataError {
    DataError::Content {
        file: file.into(),
        place: "byte 0".into(),
        found: "the byte order mark of UTF-32".into(),
        expected: "UTF-8 text".into(),
        remedy: format!("convert it with {}", iconv("UTF-32", file)),
    }
}

/// Bytes that are no text, or text in another encoding.
fn not_utf_8(bytes: &[u8], error: std::str::Utf8Error, file: &str) -> DataError {
    let at = error.valid_up_to();
    let wrong = |found: String, remedy: String| DataError::Content {
        file: file.into(),
        place: format!("line {}, byte {at}", line_of(&bytes[..at])),
        found,
        expected: "UTF-8 text".into(),
        remedy,
    };
    if error.error_len().is_none() {
        let found = "the end of the file within a character".into();
        return wrong(
            found,
            "the file is cut off: copy or download it again".into(),
        );
    }
    if signature::first_line(&bytes[..at]).is_none() && bytes.contains(&0) {
        let remedy = "it is no text file: check the path, or export the table as CSV";
        return wrong(format!("the byte 0x{:02x}", bytes[at]), remedy.into());
    }
    let (seen, remedy) = match looks_western(bytes) {
        true => {
            let as_latin = (bytes[at] >= 0xa0).then(|| char::from(bytes[at]));
            let seen = as_latin.map(|c| format!(", {c:?} in Windows-1252 and Latin-1"));
            let command = iconv("WINDOWS-1252", file);
            (
                seen,
                format!("it looks like Windows-1252: convert it with {command}"),
            )
        }
        false => {
            let command = iconv("GB18030", file);
            let names = "(GB18030, SHIFT_JIS, BIG5, EUC-KR or WINDOWS-1251, perhaps)";
            (
                None,
                format!("convert it from the encoding it has {names}, as in {command}"),
            )
        }
    };
    let found = format!("the byte 0x{:02x}{}", bytes[at], seen.unwrap_or_default());
    wrong(found, remedy)
}

/// The command that converts a file to UTF-8.
fn iconv(from: &str, file: &str) -> String {
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, "csv"));
    format!("`iconv -f {from} -t UTF-8 {file} > {stem}-utf8.{ending}`")
}

/// Western languages have single letters beyond ASCII, others whole words of them.
fn looks_western(bytes: &[u8]) -> bool {
    let runs = bytes.split(u8::is_ascii).filter(|run| !run.is_empty());
    let (single, more): (Vec<&[u8]>, Vec<&[u8]>) = runs.partition(|run| run.len() == 1);
    single.len() > more.len()
}

fn no_table(format: &Format, file: &str) -> DataError {
    DataError::Content {
        file: file.into(),
        place: "byte 0".into(),
        found: format.name.into(),
        expected: "a table as text (CSV)".into(),
        remedy: format.remedy.into(),
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
        _ => json(bytes).or_else(|| arff(bytes)),
    }
}

fn json(bytes: &[u8]) -> Option<Format> {
    let text = bytes.trim_ascii();
    let around = text.first().zip(text.last())?;
    let (name, remedy) = ("a JSON file", "export it as a CSV file");
    let is_json = matches!(around, (b'{', b'}') | (b'[', b']'));
    is_json.then_some(Format { name, remedy })
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

/// The line, from 1, on which something behind these bytes stands.
fn line_of(before: &[u8]) -> usize {
    let ends = before.iter().enumerate().filter(|&(at, &byte)| {
        byte == b'\n' || byte == b'\r' && before.get(at + 1) != Some(&b'\n')
    });
    1 + ends.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> String {
        decode(bytes.to_vec(), "t.csv").unwrap_err().to_string()
    }

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf_8_and_utf_16_are_read_with_and_without_a_mark() {
        let wanted = "größe,y\n1,猫\n";
        for mark in ["", "\u{feff}"] {
            let text = format!("{mark}{wanted}");
            let little = utf_16(&text, u16::to_le_bytes);
            let big = utf_16(&text, u16::to_be_bytes);
            for bytes in [text.into_bytes(), little, big] {
                assert_eq!(decode(bytes, "t.csv").unwrap(), wanted);
            }
        }
        let mut odd = utf_16(wanted, u16::to_le_bytes);
        odd.push(b'1');
        assert!(
            message(&odd).contains("damaged UTF-16"),
            "{}",
            message(&odd)
        );
        assert!(message(b"\xff\xfe\0\0a\0\0\0").contains("iconv -f UTF-32 -t UTF-8 t.csv"));
    }

    #[test]
    fn other_encodings_are_told_by_what_they_look_like() {
        let wanted = "t.csv, line 2, byte 9: found the byte 0xe9, 'é' in Windows-1252 and Latin-1, \
                      expected UTF-8 text; it looks like Windows-1252: convert it with `iconv -f \
                      WINDOWS-1252 -t UTF-8 t.csv > t-utf8.csv`";
        assert_eq!(message(b"a,y\n1,caf\xe9\n"), wanted);
        assert_eq!(message(b"a,y\r1,caf\xe9\r"), wanted);
        let gbk = message(b"a,y\n1,\xce\xf7\xb9\xcf\n");
        assert!(
            gbk.contains("found the byte 0xce, expected UTF-8 text; convert it from"),
            "{gbk}"
        );
        assert!(message(b"a,y\n1,\xe7\x8c").contains("the file is cut off"));
        assert!(message(b"a,y\n1,\0u\n").starts_with("t.csv, line 2, byte 6: found a byte 0"));
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
            (b"\xfd7zXZ\0\0\x04", "an xz file"),
            (b"\0\0\x08\x03\0\0\xea\x60", "an IDX file"),
        ] {
            let text = message(bytes);
            assert!(
                text.starts_with(&format!("t.csv, byte 0: found {name}")),
                "{text}"
            );
        }
        for text in ["PAR1,y\n1,2\n", "BZh,y\n1,2\n", "[a],[y]x\n1,2\n"] {
            assert_eq!(decode(text.into(), "t.csv").unwrap(), text);
        }
    }
}
