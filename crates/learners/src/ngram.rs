//! n-grams: how often each symbol follows each context of n − 1 symbols.
//!
//! With the count c(h s) of symbol s behind the context h, V symbols and k added to every count
//!
//! ```math
//! p(s \mid h) = \frac{c(h s) + k}{\sum_{s'} c(h s') + k V}
//! ```
//!
//! Interpolated Kneser-Ney takes a discount d from every count instead, and shares out what that
//! makes as the context h' without its first symbol says:
//!
//! ```math
//! p(s \mid h) = \frac{\max(m(h s) - d, 0) + d\, |\{s' : m(h s') > 0\}|\; p(s \mid h')}
//!   {\sum_{s'} m(h s')}, \qquad p(s \mid h) = p(s \mid h') \text{ where h was never seen}
//! ```
//!
//! Of the whole context m is the count c; of a shorter one it is the number of different symbols
//! that h s came behind: a symbol that only ever follows one other is no likely one elsewhere.
//! Without any context there is 1 / V to share out as.
//!
//! At the beginning of a sequence there are fewer symbols before than n − 1; what there is is then
//! the whole context.
//!
//! | | shape |
//! |---|---|
//! | x, numbers of symbols | `[N, T]` |
//! | t, numbers of the symbols behind them | `[N, T]` |
//! | y = ln p | `[N, T·V]` |
//! | c of the n-grams of j symbols that were met (`counts.1`, of all symbols, to `counts.n`): those symbols, and how often | `[M, j + 1]` |
//!
//! Sources: C. E. Shannon, "Prediction and entropy of printed English", 1951; R. Kneser, H. Ney,
//! "Improved backing-off for m-gram language modeling", 1995; interpolated as in S. F. Chen, J.
//! Goodman, "An empirical study of smoothing techniques for language modeling", 1999.

use std::collections::BTreeMap;

use contract::{NamedTensors, TensorError};
use ndarray::{Array2, ArrayView2, Ix2, array};
use spec::Problem;
use spec::learners::{NgramSpec, Smoothing};
use spec::measures::Values;

use crate::proof::largest;
use crate::{Data, Findings, Learner, Proof, Sequences, Stop, Tick, Witness};

/// A number for each n-gram that was met, in the order of their [`place`].
type Table = BTreeMap<u64, f64>;

/// Counts of n-grams.
pub struct Ngram {
    smoothing: Smoothing,
    /// V.
    symbols: usize,
    /// Of order 1 to n: c of each n-gram that was met; of order 1, of each symbol.
    counts: Vec<Table>,
    /// Of order 1 to n − 1: different symbols that each of them came behind.
    continuations: Vec<Table>,
}

impl Ngram {
    /// Before the pass.
    ///
    /// # Errors
    /// When symbols are no single inputs, or there are so many that n-grams have no numbers.
    pub fn new(spec: &NgramSpec, data: &Data) -> Result<Self, Problem> {
        let (symbols, order) = (data.outputs.len(), spec.order);
        let steps = data.sequences.as_ref().map(|sequences| sequences.positions);
        if steps != Some(data.x.ncols()) {
            let reason = "it counts symbols by their numbers, and each is several inputs here";
            let hint = "set dataset.text.inputs = \"tokens\"";
            return Err(Problem::new("learner.ngram", reason).hint(hint));
        }
        if (symbols as u64).checked_pow(order as u32).is_none() {
            let reason = format!("of {symbols} symbols there are more {order}-grams than 2^64");
            let hint = "use a lower order, or a text with fewer different characters";
            return Err(Problem::new("learner.ngram.order", reason).hint(hint));
        }
        Ok(Self::of(spec, symbols))
    }

    /// Nothing counted yet.
    fn of(spec: &NgramSpec, symbols: usize) -> Self {
        let mut counts = vec![Table::new(); spec.order];
        counts[0].extend((0..symbols as u64).map(|symbol| (symbol, 0.0)));
        Self {
            smoothing: spec.smoothing,
            symbols,
            counts,
            continuations: vec![Table::new(); spec.order - 1],
        }
    }

    /// What is seen of the symbols up to a position.
    fn context<'a>(&self, symbols: &'a [usize]) -> &'a [usize] {
        &symbols[symbols.len().saturating_sub(self.counts.len() - 1)..]
    }

    /// From the counts of each order how many symbols what is one shorter came behind.
    fn count_continuations(&mut self) {
        let mut shorter_ones = self.symbols as u64;
        for (shorter, counts) in self.continuations.iter_mut().zip(&self.counts[1..]) {
            shorter.clear();
            for ngram in counts.keys() {
                *shorter.entry(ngram % shorter_ones).or_default() += 1.0;
            }
            shorter_ones *= self.symbols as u64;
        }
    }

    /// p of each symbol behind a context, `[V]`.
    fn probabilities(&self, context: &[usize]) -> Vec<f64> {
        let (symbols, whole) = (self.symbols, context.len());
        let counts = &self.row(&self.counts[whole], context);
        match self.smoothing {
            Smoothing::AddK(k) => {
                let sum = counts.iter().sum::<f64>() + k * symbols as f64;
                counts.iter().map(|count| (count + k) / sum).collect()
            }
            Smoothing::KneserNey(discount) => {
                let mut p = vec![1.0 / symbols as f64; symbols];
                for length in 0..whole {
                    let shorter = &context[whole - length..];
                    interpolate(
                        &self.row(&self.continuations[length], shorter),
                        discount,
                        &mut p,
                    );
                }
                interpolate(counts, discount, &mut p);
                p
            }
        }
    }

    /// The numbers of all symbols behind a context, `[V]`.
    fn row(&self, table: &Table, context: &[usize]) -> Vec<f64> {
        let first = place(context, self.symbols) * self.symbols as u64;
        let mut row = vec![0.0; self.symbols];
        for (ngram, number) in table.range(first..=first + (self.symbols as u64 - 1)) {
            row[(ngram - first) as usize] = *number;
        }
        row
    }
}

/// Counts a symbol behind a context, and behind each shorter one.
fn count(counts: &mut [Table], context: &[usize], symbol: usize, symbols: usize) {
    for (length, counts) in counts.iter_mut().enumerate() {
        if let Some(first) = context.len().checked_sub(length) {
            let row = place(&context[first..], symbols);
            *counts
                .entry(row * symbols as u64 + symbol as u64)
                .or_default() += 1.0;
        }
    }
}

/// Symbols as digits of a number, the oldest being the most significant one.
fn place(ngram: &[usize], symbols: usize) -> u64 {
    let digits = ngram.iter().map(|symbol| *symbol as u64);
    digits.fold(0, |number, symbol| number * symbols as u64 + symbol)
}

/// `p` of the shorter context becomes that of the one with the numbers `m`.
fn interpolate(m: &[f64], discount: f64, p: &mut [f64]) {
    let sum: f64 = m.iter().sum();
    if sum == 0.0 {
        return;
    }
    let seen = m.iter().filter(|m| **m > 0.0).count() as f64;
    for (p, m) in p.iter_mut().zip(m) {
        *p = ((m - discount).max(0.0) + discount * seen * *p) / sum;
    }
}

/// The symbols of a row.
fn symbols<'a>(row: impl IntoIterator<Item = &'a f64>) -> Vec<usize> {
    row.into_iter().map(|&symbol| symbol as usize).collect()
}

impl Learner for Ngram {
    fn passes(&self) -> usize {
        1
    }

    fn is_done(&self) -> bool {
        self.counts[0].values().any(|count| *count > 0.0)
    }

    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop> {
        let lengths = data.sequences.iter().flat_map(|of| &of.lengths);
        // Counted apart, so that a pass that is interrupted leaves nothing.
        let mut counts = self.counts.clone();
        for ((x, t), &length) in data.samples().zip(lengths) {
            let (x, t) = (symbols(x), symbols(t));
            for at in 0..length {
                count(&mut counts, self.context(&x[..=at]), t[at], self.symbols);
            }
            tick()?;
        }
        self.counts = counts;
        self.count_continuations();
        Ok(Values::new())
    }

    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut y = Array2::zeros((x.nrows(), x.ncols() * self.symbols));
        for (x, mut y) in x.rows().into_iter().zip(y.rows_mut()) {
            let x = symbols(x);
            for (at, mut y) in y.exact_chunks_mut(self.symbols).into_iter().enumerate() {
                let p = self.probabilities(self.context(&x[..=at]));
                y.iter_mut().zip(p).for_each(|(y, p)| *y = p.ln());
            }
        }
        y
    }

    fn weights(&self) -> NamedTensors<f64> {
        let mut weights = NamedTensors::default();
        for (order, counts) in (1..).zip(&self.counts) {
            let mut rows = Array2::zeros((counts.len(), order + 1));
            for (mut row, (&ngram, &count)) in rows.rows_mut().into_iter().zip(counts) {
                row[order] = count;
                let mut digits = ngram;
                for at in (0..order).rev() {
                    row[at] = (digits % self.symbols as u64) as f64;
                    digits /= self.symbols as u64;
                }
            }
            weights.insert(format!("counts.{order}"), rows.into_dyn());
        }
        weights
    }

    fn state(&self) -> NamedTensors<f64> {
        self.weights()
    }

    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        state.expect("counts.1", &[self.symbols, 2])?;
        for (order, counts) in (1..).zip(&mut self.counts) {
            let name = format!("counts.{order}");
            let met = state
                .get(&name)
                .map_or(0, |saved| saved.len() / (order + 1));
            let saved = state.expect(&name, &[met, order + 1])?.view();
            let rows = saved.into_dimensionality::<Ix2>().expect("rows");
            *counts = rows
                .rows()
                .into_iter()
                .map(|row| {
                    let ngram = symbols(row.iter().take(order));
                    (place(&ngram, self.symbols), row[order])
                })
                .collect();
        }
        self.count_continuations();
        Ok(())
    }

    fn findings(&self, _: &Data) -> Vec<Findings> {
        let findings = Findings::new("order", &["different n-grams", "seen once"]);
        let findings = (1..)
            .zip(&self.counts)
            .fold(findings, |findings, (order, counts)| {
                let seen =
                    |fits: fn(f64) -> bool| counts.values().filter(|c| fits(**c)).count() as f64;
                findings.row(
                    &format!("{order}"),
                    &[seen(|c| c > 0.0), seen(|c| c == 1.0)],
                )
            });
        vec![findings]
    }

    /// Each target was counted once, and behind each context that was met p sums to 1.
    fn proofs(&self, data: &Data) -> Vec<Proof> {
        let positions = data
            .sequences
            .iter()
            .flat_map(|of| &of.lengths)
            .sum::<usize>();
        let counted: f64 = self.counts[0].values().sum();
        let sums = data.x.rows().into_iter().map(|x| {
            let x = symbols(x);
            let sums = (0..x.len()).map(|at| {
                let p = self.probabilities(self.context(&x[..=at]));
                p.iter().sum::<f64>() - 1.0
            });
            largest(sums)
        });
        let row = |quantity, witness, error, tolerance| {
            Proof::within("these data", quantity, witness, error, tolerance)
        };
        let missed = counted - positions as f64;
        vec![
            row("symbols counted", Witness::Invariant, missed.abs(), 0.0),
            row(
                "sum of p, behind each context",
                Witness::Invariant,
                largest(sums),
                1e-12,
            ),
        ]
    }
}

/// The lines ab and b: symbol 0 is the line break, 1 is a, 2 is b.
fn two_lines() -> Data {
    let x = array![[0.0, 1.0, 2.0], [0.0, 2.0, 0.0]];
    let t = array![[1.0, 2.0, 0.0], [2.0, 0.0, 0.0]];
    let mut data = Data::new(x, t);
    data.sequences = Some(Sequences {
        width: 1,
        lengths: vec![3, 2],
        positions: 3,
        marked: Vec::new(),
    });
    data
}

/// After the pass over two lines.
fn learned(order: usize, smoothing: Smoothing) -> Ngram {
    let mut ngram = Ngram::of(&NgramSpec { order, smoothing }, 3);
    // Nobody asks to stop.
    let _ = ngram.pass(&two_lines(), &|| Ok(()));
    ngram
}

/// Fractions worked by hand, and all contexts of three symbols.
pub fn proofs() -> Vec<Proof> {
    let found = |smoothing| {
        let ngram = learned(2, smoothing);
        [[0], [2]]
            .map(|context| ngram.probabilities(&context))
            .concat()
    };
    let by_hand = |quantity, smoothing, wanted: &[f64]| {
        let found = found(smoothing);
        Proof::of("two lines", quantity, Witness::ClosedForm, &found, wanted)
    };
    let add_one = [0.2, 0.4, 0.4, 0.6, 0.2, 0.2];
    let kneser_ney = [0.125, 0.375, 0.5, 0.8125, 0.0625, 0.125];
    let off = [Smoothing::AddK(0.1), Smoothing::KneserNey(0.6)].map(|smoothing| {
        let ngram = learned(3, smoothing);
        let contexts = (0..9).map(|context| [context / 3, context % 3]);
        largest(contexts.map(|h| ngram.probabilities(&h).iter().sum::<f64>() - 1.0))
    });
    let (all, witness) = ("sum of p, behind all 9 contexts", Witness::ExactEnumeration);
    vec![
        by_hand("p of bigrams, 1 added", Smoothing::AddK(1.0), &add_one),
        by_hand(
            "p of bigrams, Kneser-Ney",
            Smoothing::KneserNey(0.5),
            &kneser_ney,
        ),
        Proof::within("two lines", all, witness, largest(off), 1e-12),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_not_counted_and_a_beginning_is_a_shorter_context() {
        let ngram = learned(3, Smoothing::AddK(1.0));
        assert_eq!(ngram.counts[0], Table::from([(0, 2.0), (1, 1.0), (2, 2.0)]));
        // A line begins where one ended: break a, a b, b break, break b, b break.
        let pairs = [(1, 1.0), (2, 1.0), (5, 1.0), (6, 2.0)];
        assert_eq!(ngram.counts[1], Table::from(pairs));
        // Break a b, break b break, a b break.
        assert_eq!(ngram.counts[2].keys().collect::<Vec<_>>(), [&5, &6, &15]);
        assert_eq!(ngram.context(&[1, 2, 0, 1]), [0, 1]);
        assert_eq!(ngram.context(&[1]), [1]);
    }

    #[test]
    fn outputs_are_logarithms_position_behind_position() {
        let ngram = learned(2, Smoothing::AddK(1.0));
        let y = ngram.predict(array![[0.0, 2.0]].view());
        let p = [0.2, 0.4, 0.4, 0.6, 0.2, 0.2];
        assert!(
            y.iter()
                .zip(p)
                .all(|(y, p): (&f64, f64)| (y.exp() - p).abs() < 1e-15)
        );
    }

    #[test]
    fn a_state_is_restored_and_that_of_another_refused() {
        let before = learned(3, Smoothing::KneserNey(0.75));
        let mut after = Ngram::of(&NgramSpec::default(), 3);
        assert!(!after.is_done());
        after.restore(&before.state()).unwrap();
        assert!(after.is_done());
        assert_eq!(after.probabilities(&[0, 1]), before.probabilities(&[0, 1]));
        assert!(after.proofs(&two_lines()).iter().all(Proof::holds));
        let mut other = Ngram::of(&NgramSpec::default(), 4);
        assert!(other.restore(&before.state()).is_err());
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        let spec = NgramSpec::default();
        let reason = |data: &Data| Ngram::new(&spec, data).map(|_| ()).unwrap_err().reason;
        let mut many = two_lines();
        many.outputs = (0..3_000_000).map(|symbol| symbol.to_string()).collect();
        assert!(reason(&many).contains("more 3-grams than 2^64"));
        let mut one_hot = two_lines();
        one_hot.x = Array2::zeros((2, 9));
        assert!(reason(&one_hot).contains("each is several inputs"));
    }

    #[test]
    fn a_pass_can_be_interrupted() {
        let mut ngram = Ngram::of(&NgramSpec::default(), 3);
        let stopped = ngram.pass(&two_lines(), &|| Err(Stop::Interrupted));
        assert!(matches!(stopped, Err(Stop::Interrupted)));
        assert!(!ngram.is_done());
    }
}
