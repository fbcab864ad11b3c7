//! The two formats that an event file is made of: messages of Protocol Buffers, and TFRecord, which
//! frames each of them.
//!
//! A message is a sequence of fields, each a key, `number · 8 + wire type`, and a value:
//!
//! | wire type | value |
//! |--:|---|
//! | 0 | an integer, seven bits a byte, the lowest first; the highest bit says that more follow |
//! | 1 | 8 bytes, the lowest first: a double |
//! | 2 | the length as such an integer, and so many bytes: a text, a message, packed numbers |
//! | 5 | 4 bytes: a float |
//!
//! A frame is `length: u64 | masked CRC of the length: u32 | bytes | masked CRC of the bytes: u32`,
//! the lowest byte first. Source: protobuf.dev/programming-guides/encoding, and TensorFlow's
//! `core/lib/io/record_writer.h`.

/// A message, field by field.
#[derive(Default)]
pub struct Message(Vec<u8>);

impl Message {
    /// An integer.
    #[must_use]
    pub fn integer(mut self, field: u64, value: u64) -> Self {
        self.key(field, 0);
        self.varint(value);
        self
    }

    /// A double.
    #[must_use]
    pub fn double(mut self, field: u64, value: f64) -> Self {
        self.key(field, 1);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// A float.
    #[must_use]
    pub fn float(mut self, field: u64, value: f32) -> Self {
        self.key(field, 5);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// A text, or bytes.
    #[must_use]
    pub fn bytes(mut self, field: u64, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        self.key(field, 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    /// A message inside this one.
    #[must_use]
    pub fn message(self, field: u64, inside: Self) -> Self {
        self.bytes(field, inside.0)
    }

    /// Doubles behind each other.
    #[must_use]
    pub fn doubles(self, field: u64, values: &[f64]) -> Self {
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.bytes(field, bytes)
    }

    fn key(&mut self, field: u64, wire_type: u64) {
        self.varint(field << 3 | wire_type);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// The message in its frame.
    pub fn framed(&self) -> Vec<u8> {
        let length = (self.0.len() as u64).to_le_bytes();
        let masked = |bytes: &[u8]| mask(crc32c(bytes)).to_le_bytes();
        [&length[..], &masked(&length), &self.0, &masked(&self.0)].concat()
    }
}

/// A checksum of checksums is a poor one: TFRecord turns them around and adds a constant.
fn mask(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// The CRC of Castagnoli, bit by bit from a table of bytes: x³² + x²⁸ + x²⁷ + ... + 1, reflected.
fn crc32c(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    let step = |crc: u32, byte: &u8| TABLE[usize::from(crc as u8 ^ byte)] ^ (crc >> 8);
    !bytes.iter().fold(!0, step)
}

/// What becomes of each byte.
const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0x82f6_3b78 } else { 0 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
    #[test]
    fn checksums_are_those_that_are_published() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(b""), 0);
    }

    /// The examples of the guide to the encoding.
    #[test]
    fn messages_are_those_of_the_guide() {
        assert_eq!(Message::default().integer(1, 150).0, [0x08, 0x96, 0x01]);
        let text = Message::default().bytes(2, "testing");
        assert_eq!(text.0, b"\x12\x07testing");
        let inside = Message::default().integer(1, 150);
        let outside = Message::default().message(3, inside);
        assert_eq!(outside.0, [0x1a, 0x03, 0x08, 0x96, 0x01]);
        let numbers = Message::default().float(2, 1.0).double(1, -2.0);
        let expected = [0x15, 0, 0, 0x80, 0x3f, 0x09, 0, 0, 0, 0, 0, 0, 0, 0xc0];
        assert_eq!(numbers.0, expected);
    }
}
