//! Exclusive or in time.

use contract::streams::Streams;
use ndarray::Array2;
use rand::RngExt;
use spec::datasets::TemporalXorSpec;

use super::{Generated, real};
use crate::dataset::Dataset;
use crate::error::DataError;
use crate::samples::Targets;

/// J. L. Elman, "Finding structure in time" (1990): two random bits, then their exclusive or, then
/// two random bits again. At each bit the target is the next one, which can be known of every
/// third only. The bits to be tested on follow those to learn from.
pub(crate) fn temporal_xor(
    spec: &TemporalXorSpec,
    streams: &Streams,
) -> Result<Dataset, DataError> {
    let mut rng = streams.stream("sequences");
    let mut part = |bits: usize| {
        let (mut stream, steps) = (Vec::with_capacity(bits + 3), spec.steps);
        // One more than the inputs: the target of the last.
        while stream.len() <= bits {
            let [a, b] = [(); 2].map(|()| rng.random::<bool>());
            stream.extend([a, b, a ^ b].map(|bit| f64::from(u8::from(bit))));
        }
        let samples = bits.div_ceil(steps);
        let padded = |from: usize| {
            Array2::from_shape_fn((samples, steps), |(sample, step)| {
                let bit = sample * steps + step;
                if bit < bits { stream[from + bit] } else { 0.0 }
            })
        };
        let length = |sample: usize| steps.min(bits - sample * steps);
        let set = Generated {
            name: "temporal-xor",
            x: padded(0),
            sample_shape: vec![steps, 1],
            targets: Targets::Values(padded(1).into_raw_vec_and_offset().0),
            target: real("next bit"),
            feature_names: vec!["bit".into()],
            lengths: Some((0..samples).map(length).collect()),
            positions: steps,
        };
        set.whole()
    };
    let (train, test) = (part(spec.bits), part(spec.test_bits));
    let test = test.train;
    Ok(Dataset {
        test_is_train: false,
        ..train.clone().with_parts(train.train, test)
    })
}
