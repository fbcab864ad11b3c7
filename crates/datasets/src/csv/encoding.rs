//! From the bytes of a file to text: UTF-8 and UTF-16 are read, others named.

use super::other_format::check_format;
use crate::error::DataError;
use crate::signature;

/// The text of a table, without the byte order mark that some programs write first.
///
/// # Errors
///
/// When the bytes are of another format or of another encoding.
pub(super) fn decode(bytes: Vec<u8>, file: &str) -> Result<String, DataError> {
    decode_as(check_format, bytes, file)
}

/// The text of a file that `check_format` lets through, which is asked of the bytes and of the
/// text.
///
/// # Errors
///
/// When the bytes are of another format or of another encoding.
pub(crate) fn decode_as(
    check_format: fn(&[u8], &str) -> Result<(), DataError>,
    bytes: Vec<u8>,
    file: &str,
) -> Result<String, DataError> {
    check_format(&bytes, file)?;
    let text = match encoding(&bytes) {
        Encoding::Utf8 => utf_8(bytes, file)?,
        Encoding::Utf16(unit) => utf_16(&bytes, unit, file)?,
        Encoding::Utf32 => return Err(utf_32(file)),
    };
    check_format(text.as_bytes(), file)?;
    // The end of a file, as DOS marked it.
    let text = match text.strip_suffix('\u{1a}') {
        Some(text) => text.into(),
        None => text,
    };
    if let Some(at) = text.find('\0') {
        return Err(DataError::Content {
            file: file.into(),
            place: format!("line {}, byte {at}", line_of(&text.as_bytes()[..at])),
            found: "a byte 0".into(),
            expected: "text".into(),
            remedy: "the file is damaged, or no text file: write it again".into(),
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
            remedy: "write the file again, as UTF-8".into(),
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
        let remedy = "it is no text file: check the path, or export the data as text";
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
}
