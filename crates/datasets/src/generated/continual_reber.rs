//! Strings of the embedded Reber grammar without end.

use rand::Rng;
use spec::datasets::ContinualReberSpec;

use super::Generated;
use super::reber::{draw, of_strings};

/// F. Gers, J. Schmidhuber, F. Cummins, "Learning to forget: continual prediction with LSTM"
/// (2000): strings of the embedded Reber grammar one behind the other; behind the last E of one
/// comes the B of the next.
pub(crate) fn continual_reber(
    spec: &ContinualReberSpec,
    samples: usize,
    rng: &mut impl Rng,
) -> Generated {
    let streams: Vec<Vec<_>> = (0..samples)
        .map(|_| {
            let mut stream = Vec::with_capacity(spec.symbols);
            while stream.len() < spec.symbols {
                let mut string = draw(rng);
                if let Some((_, successors)) = string.last_mut() {
                    successors.push('B');
                }
                stream.extend(string);
            }
            stream.truncate(spec.symbols);
            stream
        })
        .collect();
    let streams = streams.iter().map(Vec::as_slice);
    of_strings("continual-reber", streams, spec.symbols)
}
