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

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use crate::error::DataError;

/// The two bytes every gzip file begins with (RFC 1952).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Deflate cannot pack more than 1032 bytes into one (RFC 1951: 258 bytes take at least 2 bits).
const DEFLATE_RATIO: u64 = 1032;
/// Memory asked for in advance at most; beyond it the buffer grows as data really arrive.
const RESERVE: u64 = 1 << 26;
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
/// stream is damaged.
pub fn parse(bytes: &[u8], file: &str) -> Result<Idx, DataError> {
    let size = bytes.len() as u64;
    if bytes.starts_with(&GZIP_MAGIC) {
        let input = Input {
            reader: MultiGzDecoder::new(bytes),
            file,
            packed: true,
            most: size.saturating_mul(DEFLATE_RATIO),
            position: 0,
        };
        input.parse()
    } else {
        let input = Input {
            reader: bytes,
            file,
            packed: false,
            most: size,
            position: 0,
        };
        input.parse()
    }
}

/// Bytes being read, with what errors need to know.
struct Input<'a, R> {
    reader: R,
    file: &'a str,
    packed: bool,
    /// How many bytes the reader can give at most.
    most: u64,
    /// How many were taken.
    position: u64,
}

impl<R: Read> Input<'_, R> {
    fn parse(mut self) -> Result<Idx, DataError> {
        let rank = self.magic()?;
        let shape = self.shape(rank)?;
        let count = self.count(&shape)?;
        let data = self.values(count)?;
        // Fits: `count` values are in memory, and no dimension exceeds it.
        let shape = shape.into_iter().map(|size| size as usize).collect();
        Ok(Idx { shape, data })
    }

    /// Checks the first four bytes and returns the number of dimensions.
    fn magic(&mut self) -> Result<u8, DataError> {
        if self.most == 0 {
            return Err(self.wrong("an empty file", "an IDX header", "download the file again"));
        }
        let magic = self.take::<4>()?;
        let [zero_0, zero_1, kind, rank] = magic;
        if (zero_0, zero_1) != (0, 0) {
            let found = format!("the bytes {magic:02x?}");
            let expected = "the magic number [00, 00, 08, number of dimensions] of an IDX file";
            return Err(self.wrong_at(
                0,
                &found,
                expected,
                "check that the path names an IDX file",
            ));
        }
        if kind != UNSIGNED_BYTE {
            let found = format!("values of type 0x{kind:02x}{}", type_name(kind));
            let expected = "type 0x08 (unsigned byte)";
            return Err(self.wrong_at(2, &found, expected, "convert the values to unsigned bytes"));
        }
        if rank == 0 {
            let expected = "at least 1";
            let remedy = "check how the file was written";
            return Err(self.wrong_at(3, "0 dimensions", expected, remedy));
        }
        Ok(rank)
    }

    /// The sizes of the dimensions.
    fn shape(&mut self, rank: u8) -> Result<Vec<u64>, DataError> {
        let mut shape = Vec::with_capacity(usize::from(rank));
        for dimension in 0..rank {
            let size = u32::from_be_bytes(self.take::<4>()?);
            if size == 0 {
                let found = format!("size 0 for dimension {dimension}");
                let remedy = "check how the file was written";
                return Err(self.wrong_at(self.position - 4, &found, "at least 1", remedy));
            }
            shape.push(u64::from(size));
        }
        Ok(shape)
    }

    /// The number of values the header claims, if a file of this size can hold them.
    fn count(&self, shape: &[u64]) -> Result<u64, DataError> {
        let claim = shape
            .iter()
            .try_fold(1_u64, |product, &size| product.checked_mul(size));
        let room = self.most.saturating_sub(self.position);
        match claim {
            Some(count) if count <= room => Ok(count),
            _ => Err(self.too_much(shape, claim, room)),
        }
    }

    fn too_much(&self, shape: &[u64], claim: Option<u64>, room: u64) -> DataError {
        let sizes: Vec<String> = shape.iter().map(u64::to_string).collect();
        let count = claim.map_or("over 2^64".into(), |count| count.to_string());
        let found = format!(
            "a header that claims {} = {count} values",
            sizes.join(" x ")
        );
        let expected = if self.packed {
            format!("at most {room}, all that a gzip file of this size can hold")
        } else {
            format!("{room}, the bytes that follow")
        };
        let remedy = "the file is truncated or its header corrupt: download it again";
        self.wrong_at(4, &found, &expected, remedy)
    }

    /// Exactly `count` values, and then nothing.
    fn values(&mut self, count: u64) -> Result<Vec<u8>, DataError> {
        let mut data = Vec::with_capacity(count.min(RESERVE) as usize);
        let header = self.position;
        // One byte more than claimed: to see whether there is more, and to reach gzip's checksum.
        let outcome = self.reader.by_ref().take(count + 1).read_to_end(&mut data);
        let got = data.len() as u64;
        self.position = header + got.min(count);
        let expected = format!("{count} values after the header");
        match outcome {
            Err(error) => Err(self.broken(&error, &expected)),
            Ok(_) if got < count => {
                let found = format!("the end of the data after {got} values");
                Err(self.wrong(
                    &found,
                    &expected,
                    "the file is truncated: download it again",
                ))
            }
            Ok(_) if got > count => {
                let found = format!("more data after the {count} values of the header");
                let remedy = "the header or the file is wrong: download it again";
                Err(self.wrong(&found, "the end of the file", remedy))
            }
            Ok(_) => Ok(data),
        }
    }

    /// The next `N` bytes of the header.
    fn take<const N: usize>(&mut self) -> Result<[u8; N], DataError> {
        let mut bytes = [0; N];
        match self.reader.read_exact(&mut bytes) {
            Ok(()) => {
                self.position += N as u64;
                Ok(bytes)
            }
            Err(error) => Err(self.broken(&error, &format!("{N} more bytes of the IDX header"))),
        }
    }

    /// Why reading failed: the file ends too early, or gzip's check does not hold.
    fn broken(&self, error: &io::Error, expected: &str) -> DataError {
        let remedy = "the file is truncated: download it again";
        match (error.kind(), self.packed) {
            (io::ErrorKind::UnexpectedEof, true) => {
                self.wrong("the end of the gzip data", expected, remedy)
            }
            (io::ErrorKind::UnexpectedEof, false) => {
                self.wrong("the end of the file", expected, remedy)
            }
            _ => {
                let found = format!("corrupt gzip data ({error})");
                self.wrong(&found, expected, "download the file again")
            }
        }
    }

    fn wrong(&self, found: &str, expected: &str, remedy: &str) -> DataError {
        self.wrong_at(self.position, found, expected, remedy)
    }

    fn wrong_at(&self, byte: u64, found: &str, expected: &str, remedy: &str) -> DataError {
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
