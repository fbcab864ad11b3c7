//! Whether a JPEG file is whole: its decoder fills what is missing with grey and says nothing.

/// Start of image, end of image, start of scan: the second bytes of their markers.
const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// Whether the segments, and the scans behind them, go on to the end-of-image marker. The segments
/// are walked through, since a thumbnail inside one of them has an end of its own.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    reaches_end(bytes).is_some()
}

/// None: the bytes end before.
fn reaches_end(bytes: &[u8]) -> Option<()> {
    let mut at = 0;
    loop {
        let marker = *bytes.get(at + 1)?;
        if bytes[at] != 0xff {
            return after_garbage(bytes, at);
        }
        match marker {
            END => return Some(()),
            // Filling before a marker.
            0xff => at += 1,
            // Markers without a segment.
            START | 0x01 | 0xd0..=0xd7 => at += 2,
            _ => {
                let length = bytes.get(at + 2..at + 4)?;
                at += 2 + usize::from(u16::from_be_bytes([length[0], length[1]]).max(2));
                if marker == SCAN {
                    at += next_marker(bytes.get(at..)?)?;
                }
            }
        }
    }
}

/// Behind a segment comes no marker: whether it is damaged in another way is for the decoder to
/// say, here it counts that an end is there.
fn after_garbage(bytes: &[u8], at: usize) -> Option<()> {
    let rest = bytes.get(at..)?;
    rest.windows(2)
        .any(|pair| pair == [0xff, END])
        .then_some(())
}

/// Where the compressed data of a scan end: 0xff in them is followed by 0, or by the number of a
/// restart.
fn next_marker(data: &[u8]) -> Option<usize> {
    let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7);
    data.windows(2).position(is_marker)
}
