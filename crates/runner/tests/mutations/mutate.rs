//! Random changes of texts and bytes.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// What stands in the place of a word or a number: the ends of ranges, other types, other formats.
const WORDS: [&str; 40] = [
    "0",
    "-1",
    "1",
    "2",
    "1e308",
    "-1e308",
    "1e39",
    "1e-320",
    "nan",
    "inf",
    "-inf",
    "NaN",
    "99999999999999999999",
    "18446744073709551615",
    "9223372036854775807",
    "1000000",
    "0.5",
    "",
    " ",
    "\"",
    "\"\"",
    "\"text\"",
    "true",
    "[]",
    "{}",
    "[1, 2]",
    "{ a = 1 }",
    "1979-05-27",
    "#",
    ",",
    ";",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\u{feff}",
    "é",
    "\0",
    "=",
    ".",
];

/// Bytes that mean something to a reader of files.
const MARKS: [&[u8]; 12] = [
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x80",
    b"\x7f\xff\xff\xff",
    b"<html>",
    b"{",
];

/// A text with some of its words changed.
pub fn text(text: &str, rng: &mut ChaCha8Rng) -> String {
    let mutated = bytes(text.as_bytes(), rng);
    // An argument of a process cannot hold a NUL.
    String::from_utf8_lossy(&mutated).replace('\0', "")
}

/// Bytes with one to four changes.
pub fn bytes(from: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = from.to_vec();
    let textual = std::str::from_utf8(from).is_ok();
    for _ in 0..rng.random_range(1..5) {
        match rng.random_range(0..10) {
            0..=3 if textual => replace_word(&mut bytes, rng),
            4 if textual => change_line(&mut bytes, rng),
            _ => change_bytes(&mut bytes, rng),
        }
    }
    bytes
}

/// Puts another word in the place of one.
fn replace_word(bytes: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte);
    let starts: Vec<usize> = (0..bytes.len())
        .filter(|&at| inside(bytes[at]) && (at == 0 || !inside(bytes[at - 1])))
        .collect();
    let Some(&start) = starts.choose(rng) else {
        return;
    };
    let length = bytes[start..]
        .iter()
        .take_while(|byte| inside(**byte))
        .count();
    let word = WORDS.choose(rng).unwrap_or(&"");
    bytes.splice(start..start + length, word.bytes());
}

/// Removes a line, or repeats it.
fn change_line(bytes: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    let mut lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(Into::into).collect();
    let at = rng.random_range(0..lines.len());
    match rng.random() {
        true => drop(lines.remove(at)),
        false => lines.insert(at, lines[at].clone()),
    }
    *bytes = lines.join(&b'\n');
}

/// Flips, removes, inserts, repeats or cuts off; where a header would be more often than elsewhere.
fn change_bytes(bytes: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    let end = match rng.random() {
        true => bytes.len().min(40),
        false => bytes.len(),
    };
    let at = rng.random_range(0..=end);
    let length = rng.random_range(0..=(bytes.len() - at).min(8));
    match rng.random_range(0..6) {
        0 if at < bytes.len() => bytes[at] ^= 1 << rng.random_range(0..8),
        1 if at < bytes.len() => bytes[at] = rng.random(),
        2 => drop(bytes.drain(at..at + length)),
        3 => {
            let again = bytes[at..at + length].to_vec();
            bytes.splice(at..at, again);
        }
        4 => bytes.truncate(at),
        _ => {
            let mark = MARKS.choose(rng).copied().unwrap_or_default();
            let end = (at + mark.len() * usize::from(rng.random::<bool>())).min(bytes.len());
            bytes.splice(at..end, mark.iter().copied());
        }
    }
}
