//! Exclusive or in time.

use contract::streams::Streams;
use rand::RngExt;
use spec::datasets::TemporalXorSpec;

use super::{Stream, real};
use crate::dataset::Dataset;

/// J. L. Elman, "Finding structure in time" (1990): two random bits, then their exclusive or, then
/// two random bits again. At each bit the target is the next one, which can be known of every
/// third only. The bits to be tested on follow those to learn from.
pub(crate) fn temporal_xor(spec: &TemporalXorSpec, streams: &Streams) -> Dataset {
    let mut rng = streams.stream("sequences");
    let parts = [spec.bits, spec.test_bits].map(|bits| {
        let mut numbers = Vec::with_capacity(bits + 3);
        // One more than the inputs: the target of the last.
        while numbers.len() <= bits {
            let [a, b] = [(); 2].map(|()| rng.random::<bool>());
            numbers.extend([a, b, a ^ b].map(|bit| f64::from(u8::from(bit))));
        }
        numbers.truncate(bits + 1);
        Stream {
            numbers,
            width: 1,
            places: None,
        }
    });
    Dataset {
        feature_names: vec!["bit".into()],
        ..Stream::divided("temporal-xor", parts, spec.steps, real("next bit"))
    }
}
