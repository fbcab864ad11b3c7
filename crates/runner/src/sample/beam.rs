//! Beam search: the most likely sequence, symbol by symbol.
//!
//! A beginning costs the sum of −log₂ p of its symbols, its bits. At every step each beginning is
//! continued by every symbol, and the K that cost least are kept. One that has ended stays as it
//! is; a longer one costs more bits, and nothing is done about that. K = 1 is the greedy search:
//! the most likely symbol at every step.

use ndarray::ArrayView1;

use crate::metrics::bits;

/// The symbol that ends a sequence.
pub const END: usize = 0;

/// What was written up to now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Beginning {
    /// Without the one that ends it.
    pub symbols: Vec<usize>,
    pub ended: bool,
    /// Σ −log₂ p of its symbols, and of its end.
    pub bits: f64,
}

impl Beginning {
    /// With one more symbol, which costs so many bits.
    fn continued(&self, symbol: usize, bits: f64) -> Self {
        let ended = symbol == END;
        let more = (!ended).then_some(symbol);
        Self {
            symbols: self.symbols.iter().copied().chain(more).collect(),
            ended,
            bits: self.bits + bits,
        }
    }

    /// With each of the `width` most likely symbols, the most likely first.
    fn continuations(&self, logits: ArrayView1<f64>, width: usize) -> Vec<Self> {
        let mut symbols: Vec<usize> = (0..logits.len()).collect();
        symbols.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
        let symbols = symbols.into_iter().take(width);
        symbols
            .map(|symbol| self.continued(symbol, bits(logits, symbol)))
            .collect()
    }
}

/// The best of `width` beginnings after at most so many steps. `next` gives the logits of the next
/// symbol behind each of some that have not ended and are of one length.
pub fn search<E>(
    width: usize,
    steps: usize,
    mut next: impl FnMut(&[Beginning]) -> Result<ndarray::Array2<f64>, E>,
) -> Result<Beginning, E> {
    let mut beam = vec![Beginning::default()];
    for _ in 0..steps {
        // What has not ended only gets more expensive.
        if beam[0].ended {
            break;
        }
        let (ended, open): (Vec<_>, Vec<_>) = beam.into_iter().partition(|b| b.ended);
        let logits = next(&open)?;
        let continued = open.iter().zip(logits.rows());
        let continued = continued.flat_map(|(b, logits)| b.continuations(logits, width));
        beam = ended.into_iter().chain(continued).collect();
        beam.sort_by(|a, b| a.bits.total_cmp(&b.bits));
        beam.truncate(width);
    }
    Ok(beam.swap_remove(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use std::convert::Infallible;

    /// p(1) = 0.6 and p(2) = 0.4 at first. Behind 1 all of three symbols are as likely, 2 ends with
    /// 0.9.
    fn next(open: &[Beginning]) -> Result<Array2<f64>, Infallible> {
        let p = |b: &Beginning| match b.symbols[..] {
            [] => [0.0, 0.6, 0.4],
            [1] => [1.0 / 3.0; 3],
            [2] => [0.9, 0.05, 0.05],
            _ => [1.0, 0.0, 0.0],
        };
        let rows = open.iter().flat_map(|b| p(b).map(f64::ln));
        Ok(Array2::from_shape_vec((open.len(), 3), rows.collect()).unwrap())
    }

    #[test]
    fn a_wider_beam_finds_what_greed_passes_by() {
        let Ok(greedy) = search(1, 4, next);
        assert_eq!((&greedy.symbols[..], greedy.ended), (&[1][..], true));
        assert!((greedy.bits + (0.6f64 / 3.0).log2()).abs() < 1e-12);
        for width in [2, 3, 1000] {
            let Ok(best) = search(width, 4, next);
            assert_eq!((&best.symbols[..], best.ended), (&[2][..], true));
            assert!((best.bits + 0.36f64.log2()).abs() < 1e-12, "{best:?}");
        }
    }

    /// All sequences of three symbols at most, one by one.
    #[test]
    fn a_beam_that_keeps_everything_finds_the_most_likely_of_all() {
        let logits = |b: &Beginning| {
            let of =
                |at: usize| (b.symbols.iter().fold(at, |h, s| 7 * h + s + 1) % 11) as f64 / 3.0;
            [0, 1, 2].map(of)
        };
        let next = |open: &[Beginning]| {
            let rows = open.iter().flat_map(logits).collect();
            Ok::<_, Infallible>(Array2::from_shape_vec((open.len(), 3), rows).unwrap())
        };
        let mut all = vec![Beginning::default()];
        for _ in 0..4 {
            let (ended, open): (Vec<_>, Vec<_>) = all.into_iter().partition(|b| b.ended);
            let continued = |b: &Beginning| b.continuations(logits(b)[..].into(), 3);
            all = [ended, open.iter().flat_map(continued).collect()].concat();
        }
        let likelihood: f64 = all.iter().map(|b| (-b.bits).exp2()).sum();
        assert!((likelihood - 1.0).abs() < 1e-12, "all there are");
        let best = all.iter().min_by(|a, b| a.bits.total_cmp(&b.bits)).unwrap();
        let Ok(found) = search(1000, 4, next);
        assert_eq!(&found, best);
        let Ok(cut) = search(1, 2, |open: &[Beginning]| {
            let row = [0.0, 1.0, 0.0].repeat(open.len());
            Ok::<_, Infallible>(Array2::from_shape_vec((open.len(), 3), row).unwrap())
        });
        assert_eq!((&cut.symbols[..], cut.ended), (&[1, 1][..], false));
    }
}
