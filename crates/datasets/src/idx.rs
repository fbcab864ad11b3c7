//! The IDX format of MNIST: a header of big-endian numbers, then the values.
//!
//! | offset | bytes | meaning |
//! |---|---|---|
//! | 0 | 2 | always 0 |
//! | 2 | 1 | type of the values; 0x08, an unsigned byte, is the one supported here |
//! | 3 | 1 | number of dimensions, k |
//! | 4 | 4 k | the size of each dimension, outermost first |
//! | 4 + 4 k | rest | the values, last dimension fastest |
//!
//! A file may be packed with gzip; its first two bytes tell, not its name. Nothing the header
//! claims is believed before it is held against the size of the file.
//!
//! Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".

use crate::error::{DataError, counted, excerpt};
use crate::gzip;
use crate::signature::{self, Format};

/// Type code of unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;

/// An array of unsigned bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    /// Sizes of the dimensions, outermost first; none is 0.
    pub shape: Vec<usize>,
    /// The values, last dimension fastest; as many as the product of the shape.
    pub data: Vec<u8>,
}

/// Reads an IDX file, raw or gzip, from its bytes. `file` is its name for messages.
///
/// # Errors
///
/// [`DataError::Content`] with the byte offset (in the unpacked data) when the magic number, the
/// type or a dimension is wrong, the values are fewer or more than the header says, or the gzip
/// stream is damaged. A file of another format is named as what it is.
pub fn parse(bytes: Vec<u8>, file: &str) -> Result<Idx, DataError> {
    let packed = gzip::is_packed(&bytes);
    let mut bytes = gzip::unpack(bytes, file)?;
    let input = Input {
        bytes: &bytes,
        file,
        packed,
    };
    let shape = input.shape()?;
    let header = 4 + 4 * shape.len();
    input.check_count(&shape, header)?;
    bytes.drain(..header);
    // Fits: as many values are in memory, and no dimension exceeds their number.
    let shape = shape.into_iter().map(|size| size as usize).collect();
    Ok(Idx { shape, data: bytes })
}

/// The unpacked bytes, with what errors need to know.
struct Input<'a> {
    bytes: &'a [u8],
    file: &'a str,
    packed: bool,
}

impl Input<'_> {
    /// The sizes of the dimensions, after the first four bytes are checked.
    fn shape(&self) -> Result<Vec<u64>, DataError> {
        let rank = self.rank()?;
        let mut shape = Vec::with_capacity(usize::from(rank));
        for dimension in 0..usize::from(rank) {
            let at = 4 + 4 * dimension;
            let size = u32::from_be_bytes(self.header(at)?);
            if size == 0 {
                let found = format!("size 0 for dimension {dimension}");
                let remedy = "check how the file was written";
                return Err(self.wrong(at, &found, "at least 1", remedy));
            }
            shape.push(u64::from(size));
        }
        Ok(shape)
    }

    /// Checks the first four bytes and returns the number of dimensions.
    fn rank(&self) -> Result<u8, DataError> {
        if self.bytes.is_empty() {
            let remedy = "download the file again";
            return Err(self.wrong(0, "an empty file", "an IDX header", remedy));
        }
        if let Some(format) = self.other_format() {
            return Err(self.wrong(0, format.name, "an IDX file", format.remedy));
        }
        let magic @ [zero_0, zero_1, kind, rank] = self.header(0)?;
        if (zero_0, zero_1) != (0, 0) {
            return Err(self.no_magic(magic));
        }
        if kind != UNSIGNED_BYTE {
            let found = format!("values of type 0x{kind:02x}{}", type_name(kind));
            let expected = "type 0x08 (unsigned byte)";
            return Err(self.wrong(2, &found, expected, "convert the values to unsigned bytes"));
        }
        if rank == 0 {
            let remedy = "check how the file was written";
            return Err(self.wrong(3, "0 dimensions", "at least 1", remedy));
        }
        Ok(rank)
    }

    /// Another format, by its first bytes.
    fn other_format(&self) -> Option<Format> {
        let is_idx = self.bytes.starts_with(&[0, 0, UNSIGNED_BYTE]);
        (!is_idx).then(|| signature::recognise(self.bytes))?
    }

    /// A file of a format that nobody recognised.
    fn no_magic(&self, magic: [u8; 4]) -> DataError {
        let expected = "the magic number [00, 00, 08, number of dimensions] of an IDX file";
        if let Some(line) = signature::first_line(self.bytes) {
            let found = format!("text, {}", excerpt(&line));
            let remedy = "check that the path names an IDX file; a table of pixels is read by \
                          [dataset.csv]";
            return self.wrong(0, &found, expected, remedy);
        }
        let remedy = match magic {
            [_, UNSIGNED_BYTE, 0, 0] => "write the header's numbers with the highest byte first",
            _ => "check that the path names an IDX file",
        };
        self.wrong(0, &format!("the bytes {magic:02x?}"), expected, remedy)
    }

    /// Whether exactly as many values follow as the header claims.
    fn check_count(&self, shape: &[u64], header: usize) -> Result<(), DataError> {
        let claim = shape
            .iter()
            .try_fold(1_u64, |product, &size| product.checked_mul(size));
        let room = (self.bytes.len() - header) as u64;
        match claim {
            Some(count) if count == room => Ok(()),
            Some(count) if count < room => {
                let more = counted((room - count) as usize, "more byte");
                let found = format!("{more} after the {count} values of the header");
                let remedy = "the header or the file is wrong: download it again";
                Err(self.wrong(
                    header + count as usize,
                    &found,
                    "the end of the file",
                    remedy,
                ))
            }
            _ => Err(self.too_much(shape, claim, room)),
        }
    }

    fn too_much(&self, shape: &[u64], claim: Option<u64>, room: u64) -> DataError {
        let sizes: Vec<String> = shape.iter().map(u64::to_string).collect();
        let count = claim.map_or("over 2^64".into(), |count| count.to_string());
        let product = match sizes.len() {
            1 => count,
            _ => format!("{} = {count}", sizes.join(" x ")),
        };
        let found = format!("a header that claims {product} values");
        let expected = format!("{room}, the bytes that follow");
        let remedy = "the file is truncated or its header corrupt: download it again";
        self.wrong(4, &found, &expected, remedy)
    }

    /// `N` bytes of the header.
    fn header<const N: usize>(&self, at: usize) -> Result<[u8; N], DataError> {
        let bytes = self.bytes.get(at..).and_then(<[u8]>::first_chunk);
        bytes.copied().ok_or_else(|| {
            let expected = format!("{N} more bytes of the IDX header");
            let remedy = "the file is truncated: download it again";
            self.wrong(at, "the end of the file", &expected, remedy)
        })
    }

    fn wrong(&self, byte: usize, found: &str, expected: &str, remedy: &str) -> DataError {
        let unpacked = if self.packed {
            " of the unpacked data"
        } else {
            ""
        };
        DataError::Content {
            file: self.file.into(),
            place: format!("byte {byte}{unpacked}"),
            found: found.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        }
    }
}

/// What the format calls the other types.
fn type_name(kind: u8) -> &'static str {
    match kind {
        0x09 => " (signed byte)",
        0x0b => " (short)",
        0x0c => " (int)",
        0x0d => " (float)",
        0x0e => " (double)",
        _ => "",
    }
}

#[cfg(test)]
pub(crate) mod tests;
