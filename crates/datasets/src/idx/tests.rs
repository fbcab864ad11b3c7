use super::*;
use crate::gzip::tests::gzip;
use proptest::prelude::*;

/// An IDX file with these dimensions and values.
pub(crate) fn encode(shape: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, UNSIGNED_BYTE, shape.len() as u8];
    for size in shape {
        bytes.extend(size.to_be_bytes());
    }
    bytes.extend(data);
    bytes
}

fn message(bytes: &[u8]) -> String {
    parse(bytes.to_vec(), "a-idx").unwrap_err().to_string()
}

#[test]
fn raw_and_gzip_give_the_same() {
    let file = encode(&[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
    let idx = parse(file.clone(), "a").unwrap();
    assert_eq!(idx.shape, [2, 1, 3]);
    assert_eq!(idx.data, [1, 2, 3, 4, 5, 6]);
    assert_eq!(parse(gzip(&file), "a").unwrap(), idx);
    assert_eq!(parse(gzip(&gzip(&file)), "a").unwrap(), idx);
    let padded = [gzip(&file), vec![0; 100]].concat();
    assert_eq!(parse(padded, "a").unwrap(), idx);
}

#[test]
fn an_empty_file() {
    let text =
        "a-idx, byte 0: found an empty file, expected an IDX header; download the file again";
    assert_eq!(message(&[]), text);
}

#[test]
fn a_wrong_magic_number() {
    let text = "a-idx, byte 0: found the bytes [01, 02, 03, 04], expected the magic number \
                [00, 00, 08, number of dimensions] of an IDX file; check that the path names an \
                IDX file";
    assert_eq!(message(&[1, 2, 3, 4, 0, 0]), text);
    let text = message(&[3, 8, 0, 0, 1, 0, 0, 0]);
    assert!(
        text.ends_with("; write the header's numbers with the highest byte first"),
        "{text}"
    );
}

#[test]
fn another_format_is_named() {
    let text = "a-idx, byte 0: found a PNG picture, expected an IDX file; pictures are read by \
                [dataset.images], from a folder for each class";
    assert_eq!(message(b"\x89PNG\r\n\x1a\n"), text);
    let text = message(&gzip(b"<!DOCTYPE html><html>"));
    let start = "a-idx, byte 0 of the unpacked data: found an HTML page, expected an IDX file; ";
    assert!(text.starts_with(start), "{text}");
    let text = message(b"label,1x1,1x2\n5,0,0\n");
    assert!(
        text.contains("found text, \"label,1x1,1x2\", expected the magic"),
        "{text}"
    );
    assert!(
        text.ends_with("; a table of pixels is read by [dataset.csv]"),
        "{text}"
    );
    // Pixels that happen to spell the mark of another format.
    let mut pixels = vec![0; 300];
    pixels[257 - 8..262 - 8].copy_from_slice(b"ustar");
    assert!(parse(encode(&[300], &pixels), "a").is_ok());
}

#[test]
fn a_wrong_type() {
    let text = message(&[0, 0, 0x0d, 1, 0, 0, 0, 1, 0]);
    assert!(
        text.starts_with("a-idx, byte 2: found values of type 0x0d (float), expected type 0x08")
    );
    assert!(text.ends_with("; convert the values to unsigned bytes"));
}

#[test]
fn no_dimensions_and_empty_dimensions() {
    assert!(message(&[0, 0, 8, 0]).starts_with("a-idx, byte 3: found 0 dimensions"));
    let text = message(&encode(&[2, 0], &[]));
    assert!(text.starts_with("a-idx, byte 8: found size 0 for dimension 1, expected at least 1"));
}

#[test]
fn a_header_that_ends_early() {
    let text = "a-idx, byte 4: found the end of the file, expected 4 more bytes of the IDX header; \
                the file is truncated: download it again";
    assert_eq!(message(&[0, 0, 8, 1, 0, 0]), text);
    assert!(message(&[0, 0]).starts_with("a-idx, byte 0: found the end of the file"));
}

#[test]
fn too_few_values() {
    let text = message(&encode(&[5], &[1, 2, 3]));
    let wanted = "a-idx, byte 4: found a header that claims 5 values, expected 3, the bytes that \
                  follow; the file is truncated or its header corrupt: download it again";
    assert_eq!(text, wanted);
    let text = message(&gzip(&encode(&[5, 1], &[1, 2, 3])));
    let wanted = "a-idx, byte 4 of the unpacked data: found a header that claims 5 x 1 = 5 values, \
                  expected 3, the bytes that follow; the file is truncated or its header corrupt: \
                  download it again";
    assert_eq!(text, wanted);
}

#[test]
fn too_many_values() {
    for file in [encode(&[2], &[1, 2, 3]), gzip(&encode(&[2], &[1, 2, 3]))] {
        let text = message(&file);
        assert!(text.starts_with("a-idx, byte 10"), "{text}");
        assert!(
            text.contains("found 1 more byte after the 2 values of the header"),
            "{text}"
        );
    }
}

#[test]
fn a_header_that_claims_terabytes_is_refused_at_once() {
    let file = encode(&[1 << 20, 1 << 12, 1 << 12], &[0; 16]);
    let text = message(&file);
    assert!(
        text.contains("claims 1048576 x 4096 x 4096 = 17592186044416 values"),
        "{text}"
    );
    assert!(
        text.contains("expected 16, the bytes that follow"),
        "{text}"
    );
    let text = message(&gzip(&file));
    assert!(
        text.contains("expected 16, the bytes that follow"),
        "{text}"
    );
    let text = message(&encode(&[u32::MAX; 200], &[0; 16]));
    assert!(text.contains("= over 2^64 values"), "{text}");
}

#[test]
fn a_truncated_gzip_at_any_length() {
    let values: Vec<u8> = (0..2000_u32).map(|i| (i * i % 251) as u8).collect();
    let file = gzip(&encode(&[2000], &values));
    for length in 2..file.len() {
        let text = message(&file[..length]);
        assert!(
            text.contains("of the unpacked data: found"),
            "{length}: {text}"
        );
        assert!(text.contains("download"), "{length}: {text}");
    }
}

#[test]
fn a_corrupt_gzip() {
    let values: Vec<u8> = (0..2000_u32).map(|i| (i * i % 251) as u8).collect();
    let mut file = gzip(&encode(&[2000], &values));
    // The last eight bytes are checksum and length.
    let checksum = file.len() - 8;
    file[checksum] ^= 1;
    let text = message(&file);
    assert!(text.contains("found corrupt gzip data"), "{text}");
    assert!(text.ends_with("; download the file again"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(bytes, "a");
    }

    #[test]
    fn arbitrary_bytes_after_a_good_magic_never_panic(
        rank in 0_u8..4, bytes in prop::collection::vec(0_u8..3, 0..64), packed: bool,
    ) {
        let mut file = vec![0, 0, UNSIGNED_BYTE, rank];
        file.extend(bytes);
        let _ = parse(if packed { gzip(&file) } else { file }, "a");
    }

    #[test]
    fn damage_anywhere_never_panics(at in 0_usize..100, flip in 1_u8..=255) {
        let mut file = gzip(&encode(&[4, 4], &[7; 16]));
        let at = at % file.len();
        file[at] ^= flip;
        let _ = parse(file, "a");
    }

    #[test]
    fn what_is_written_is_read(
        shape in prop::collection::vec(1_u32..6, 1..4), seed: u8, packed: bool,
    ) {
        let count: u32 = shape.iter().product();
        let data: Vec<u8> = (0..count).map(|i| (i as u8).wrapping_mul(31) ^ seed).collect();
        let file = encode(&shape, &data);
        let idx = parse(if packed { gzip(&file) } else { file }, "a").unwrap();
        prop_assert_eq!(idx.data, data);
        prop_assert_eq!(idx.shape, shape.iter().map(|&s| s as usize).collect::<Vec<_>>());
    }
}
