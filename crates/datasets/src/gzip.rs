//! Files packed with gzip (RFC 1952); their first two bytes tell, not their names.

use std::io::{self, Read};

use flate2::bufread::GzDecoder;

use crate::error::DataError;
use crate::signature::recognise;

/// The two bytes every gzip file begins with.
const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// gzip inside gzip is unpacked so many times: a download that was packed on its way is packed
/// twice.
const MOST_LAYERS: usize = 4;
/// Memory asked for in advance at most; beyond it the buffer grows as data really arrive.
const RESERVE: usize = 1 << 26;
/// A file may unpack to so many bytes whatever its own size, and beyond that ...
const MOST_BYTES: u64 = 1 << 28;
/// ... to so many times its own size. Data do not come near it; a gzip bomb packs 1000 into one.
const MOST_RATIO: u64 = 100;

/// Whether these bytes are those of a gzip file.
pub(crate) fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// The first bytes of what is packed in a file that begins with these.
pub(crate) fn head(packed: &[u8]) -> Vec<u8> {
    const LOOKED_AT: u64 = 512;
    let mut bytes = Vec::new();
    // The end is missing: what comes before the error is enough.
    let _ = GzDecoder::new(packed)
        .take(LOOKED_AT)
        .read_to_end(&mut bytes);
    bytes
}

/// The bytes of a file, unpacked if they are gzip: all members one after the other, and gzip
/// inside gzip too. Zeros behind the last member are padding. `file` is its name for messages.
///
/// # Errors
///
/// [`DataError::Content`] when a member is truncated or damaged, when something else follows, or
/// when more comes out than any data would give.
pub(crate) fn unpack(mut bytes: Vec<u8>, file: &str) -> Result<Vec<u8>, DataError> {
    for depth in 0..MOST_LAYERS {
        if !is_packed(&bytes) {
            return Ok(bytes);
        }
        let layer = Layer {
            packed: &bytes,
            unpacked: Vec::new(),
            file,
            depth,
        };
        bytes = layer.unpack()?;
    }
    if !is_packed(&bytes) {
        return Ok(bytes);
    }
    Err(DataError::Content {
        file: file.into(),
        place: "byte 0".into(),
        found: format!("gzip inside gzip, {MOST_LAYERS} times and still more"),
        expected: "data packed once or twice".into(),
        remedy: "unpack it with `gzip -dc FILE > UNPACKED`".into(),
    })
}

/// One layer of packing.
struct Layer<'a> {
    packed: &'a [u8],
    unpacked: Vec<u8>,
    file: &'a str,
    /// How many layers are around it.
    depth: usize,
}

impl Layer<'_> {
    fn unpack(mut self) -> Result<Vec<u8>, DataError> {
        self.unpacked.reserve(self.promised());
        let mut rest = self.packed;
        while is_packed(rest) {
            rest = self.member(rest)?;
            let padding = rest.iter().take_while(|&&byte| byte == 0).count();
            rest = &rest[padding..];
        }
        if rest.is_empty() {
            Ok(self.unpacked)
        } else {
            Err(self.followed_by(rest))
        }
    }

    /// Unpacks the member that `rest` begins with; what follows it.
    fn member<'r>(&mut self, rest: &'r [u8]) -> Result<&'r [u8], DataError> {
        let most = MOST_BYTES.max(MOST_RATIO.saturating_mul(self.packed.len() as u64));
        let room = most.saturating_sub(self.unpacked.len() as u64);
        let mut decoder = GzDecoder::new(rest);
        let outcome = decoder
            .by_ref()
            .take(room + 1)
            .read_to_end(&mut self.unpacked);
        let rest = decoder.into_inner();
        if let Err(error) = outcome {
            return Err(self.broken(rest, &error));
        }
        if self.unpacked.len() as u64 > most {
            let found = format!("more than {most} bytes");
            let expected = format!(
                "at most {MOST_RATIO} times the {} bytes of the packed data",
                self.packed.len()
            );
            let remedy = "if it is no mistake, unpack it with `gzip -dc FILE > UNPACKED`";
            return Err(self.wrong(rest, found, expected, remedy));
        }
        Ok(rest)
    }

    /// The size of the last member by its last four bytes, as far as that can be true.
    fn promised(&self) -> usize {
        let size = self
            .packed
            .last_chunk()
            .map_or(0, |last| u32::from_le_bytes(*last));
        let possible = self.packed.len().saturating_mul(MOST_RATIO as usize);
        (size as usize).min(possible).min(RESERVE)
    }

    /// Why unpacking failed before `rest`.
    fn broken(&self, rest: &[u8], error: &io::Error) -> DataError {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            let expected = "the rest of the gzip data".into();
            let remedy = "the file is truncated: download it again";
            return self.wrong(rest, "the end of the gzip data".into(), expected, remedy);
        }
        let found = format!("corrupt gzip data ({error})");
        let expected = "the data as they were packed".into();
        self.wrong(rest, found, expected, "download the file again")
    }

    /// Bytes that are neither a gzip member nor padding.
    fn followed_by(&self, rest: &[u8]) -> DataError {
        let (found, remedy) = match recognise(rest) {
            Some(format) => (
                format.name.to_string(),
                "cut it off, or download the file again",
            ),
            None => {
                let shown = &rest[..rest.len().min(8)];
                let more = if shown.len() < rest.len() { " ..." } else { "" };
                let found = format!("{} bytes, {shown:02x?}{more}", rest.len());
                (found, "cut them off, or download the file again")
            }
        };
        let expected = "the end of the file, for the gzip data end here".into();
        self.wrong(rest, found, expected, remedy)
    }

    /// A problem before `rest`.
    fn wrong(&self, rest: &[u8], found: String, expected: String, remedy: &str) -> DataError {
        let inside = if self.depth == 0 {
            ""
        } else {
            "gzip inside gzip, "
        };
        let (packed, unpacked) = (self.packed.len() - rest.len(), self.unpacked.len());
        DataError::Content {
            file: self.file.into(),
            place: format!("{inside}byte {packed}, byte {unpacked} of the unpacked data"),
            found,
            expected,
            remedy: remedy.into(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use std::io::Write;

    /// One gzip member.
    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn message(bytes: &[u8]) -> String {
        unpack(bytes.to_vec(), "a.gz").unwrap_err().to_string()
    }

    #[test]
    fn what_is_not_packed_stays_as_it_is() {
        for bytes in [&b""[..], b"\x1f", b"1,2,3\n", b"\x8b\x1f"] {
            assert_eq!(unpack(bytes.to_vec(), "a").unwrap(), bytes);
        }
    }

    #[test]
    fn members_follow_each_other_and_lie_in_each_other() {
        let members = [gzip(b"ab"), gzip(b""), gzip(b"cd")].concat();
        assert_eq!(unpack(members.clone(), "a").unwrap(), b"abcd");
        assert_eq!(unpack(gzip(&gzip(&members)), "a").unwrap(), b"abcd");
    }

    #[test]
    fn zeros_behind_the_data_are_padding() {
        let mut packed = gzip(b"ab");
        packed.extend([0; 512]);
        assert_eq!(unpack(packed.clone(), "a").unwrap(), b"ab");
        packed.extend(gzip(b"cd"));
        packed.push(0);
        assert_eq!(unpack(packed, "a").unwrap(), b"abcd");
    }

    #[test]
    fn anything_else_behind_the_data_is_named() {
        let packed = gzip(b"ab");
        let end = packed.len();
        let text = message(&[packed.as_slice(), b"\0\0garbage behind"].concat());
        let wanted = format!(
            "a.gz, byte {}, byte 2 of the unpacked data: found 14 bytes, [67, 61, 72, 62, 61, 67, \
             65, 20] ..., expected the end of the file, for the gzip data end here; cut them off, \
             or download the file again",
            end + 2
        );
        assert_eq!(text, wanted);
        let text = message(&[packed.as_slice(), b"<html>"].concat());
        assert!(
            text.contains(": found an HTML page, expected the end"),
            "{text}"
        );
    }

    #[test]
    fn truncated_data_say_where() {
        let packed = gzip(b"some text that is packed");
        for length in 2..packed.len() {
            let text = message(&packed[..length]);
            let start = format!("a.gz, byte {length}, byte ");
            assert!(text.starts_with(&start), "{text}");
            let end = "found the end of the gzip data, expected the rest of the gzip data; the \
                       file is truncated: download it again";
            assert!(text.ends_with(end), "{text}");
        }
        let text = message(&gzip(&packed[..20]));
        assert!(
            text.starts_with("a.gz, gzip inside gzip, byte 20, "),
            "{text}"
        );
    }

    #[test]
    fn a_bomb_is_refused_before_it_fills_the_memory() {
        let zeros = vec![0; MOST_BYTES as usize + 1];
        let text = message(&gzip(&zeros));
        assert!(
            text.contains("found more than 268435456 bytes, expected at most 100"),
            "{text}"
        );
        let mut layers = b"ab".to_vec();
        for _ in 0..MOST_LAYERS {
            layers = gzip(&layers);
        }
        assert_eq!(unpack(layers.clone(), "a").unwrap(), b"ab");
        let text = message(&gzip(&layers));
        assert!(
            text.contains("found gzip inside gzip, 4 times and still more"),
            "{text}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn damage_anywhere_never_panics(at in 0_usize..60, flip in 1_u8..=255, more: u8) {
            let mut packed = gzip(&gzip(&[7; 16]));
            let at = at % packed.len();
            packed[at] ^= flip;
            packed.push(more);
            let _ = unpack(packed, "a");
        }
    }
}
