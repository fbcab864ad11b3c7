//! Parameters with all that belongs to them, in parts for several threads.

use std::mem;
use std::ops::Range;

use kernels::workers;

/// Numbers that a learning rule keeps of each parameter, at most.
pub const STATE: usize = 2;

/// Fewer parameters stay on the thread that calls: with their gradients and state, about 1 MB at
/// most, they are in a nearby cache, and waking a thread takes longer than an update.
const WORTH_SHARING: usize = 1 << 16;

/// Parameters that a thread takes at a time, where there are more.
const TASK: usize = 1 << 14;

/// Neighbouring parameters of a network. What nobody asks for (`w` and `state` where only gradients
/// are wanted) may be empty.
#[derive(Debug)]
pub struct Parameters<'a, T> {
    /// Where they begin among all parameters.
    pub start: usize,
    /// The parameters.
    pub w: &'a mut [T],
    /// Their gradients.
    pub g: &'a mut [T],
    /// What the learning rule keeps of each.
    pub state: [&'a mut [T]; STATE],
}

impl<T> Default for Parameters<'_, T> {
    fn default() -> Self {
        Self {
            start: 0,
            w: &mut [],
            g: &mut [],
            state: Default::default(),
        }
    }
}

impl<'a, T: Send> Parameters<'a, T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.g.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.g.is_empty()
    }

    /// Takes the first ones off.
    pub fn split_off(&mut self, count: usize) -> Self {
        let start = self.start;
        self.start += count;
        Self {
            start,
            w: first(&mut self.w, count),
            g: first(&mut self.g, count),
            state: self.state.each_mut().map(|state| first(state, count)),
        }
    }

    /// Takes the last ones off.
    fn split_off_end(&mut self, count: usize) -> Self {
        let mut rest = mem::take(self);
        *self = rest.split_off(rest.len() - count);
        rest
    }

    /// Cuts them into parts of these lengths, one behind the other.
    pub fn split<I, L>(self, parts: I, length: L) -> Split<'a, T, I, L>
    where
        I: ExactSizeIterator,
        L: Fn(&I::Item) -> usize,
    {
        Split {
            rest: self,
            parts,
            length,
        }
    }

    /// The same ones, for a shorter time.
    pub fn reborrow(&mut self) -> Parameters<'_, T> {
        Parameters {
            start: self.start,
            w: self.w,
            g: self.g,
            state: self.state.each_mut().map(|state| &mut **state),
        }
    }

    /// Those among them that stand in a range of all parameters.
    pub fn within(&mut self, range: &Range<usize>) -> Parameters<'_, T> {
        let end = self.start + self.len();
        let from = range.start.clamp(self.start, end);
        let count = range.end.clamp(from, end) - from;
        let before = from - self.start;
        let mut rest = self.reborrow();
        rest.split_off(before);
        rest.split_off(count)
    }

    /// So many at a time.
    pub fn chunks(self, count: usize) -> impl DoubleEndedIterator<Item = Self> {
        let len = self.len();
        let lengths = (0..len).step_by(count).map(move |at| count.min(len - at));
        self.split(lengths, |&length| length).map(|(_, part)| part)
    }

    /// Calls `run` with all of them, in parts that several threads take if there are enough. The
    /// cuts do not depend on the number of threads.
    pub fn share(self, run: impl Fn(Self) + Sync)
    where
        T: Sync,
    {
        match self.len() > WORTH_SHARING {
            true => workers::share(self.chunks(TASK), run),
            false => run(self),
        }
    }
}

/// Parameters split up, each part with what it was asked for by; from both ends.
pub struct Split<'a, T, I, L> {
    rest: Parameters<'a, T>,
    parts: I,
    length: L,
}

impl<'a, T: Send, I: Iterator, L: Fn(&I::Item) -> usize> Iterator for Split<'a, T, I, L> {
    type Item = (I::Item, Parameters<'a, T>);

    fn next(&mut self) -> Option<Self::Item> {
        let part = self.parts.next()?;
        let length = (self.length)(&part);
        Some((part, self.rest.split_off(length)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.parts.size_hint()
    }
}

impl<T: Send, I: DoubleEndedIterator, L: Fn(&I::Item) -> usize> DoubleEndedIterator
    for Split<'_, T, I, L>
{
    fn next_back(&mut self) -> Option<Self::Item> {
        let part = self.parts.next_back()?;
        let length = (self.length)(&part);
        Some((part, self.rest.split_off_end(length)))
    }
}

impl<T: Send, I: ExactSizeIterator, L: Fn(&I::Item) -> usize> ExactSizeIterator
    for Split<'_, T, I, L>
{
}

/// Takes the first numbers off, all if there are fewer.
fn first<'a, T>(numbers: &mut &'a mut [T], count: usize) -> &'a mut [T] {
    let count = count.min(numbers.len());
    numbers.split_off_mut(..count).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(len: usize, factor: usize) -> Vec<usize> {
        (0..len).map(|i| factor * i).collect()
    }

    /// Calls with `len` parameters that know where they stand.
    fn with(len: usize, run: impl FnOnce(Parameters<'_, usize>)) {
        let [mut w, mut g, mut a, mut b] = [1, 2, 3, 4].map(|factor| numbers(len, factor));
        run(Parameters {
            start: 0,
            w: &mut w,
            g: &mut g,
            state: [&mut a, &mut b],
        });
    }

    /// Everything in a part belongs to the same parameters: those of this range.
    fn assert_are(part: &Parameters<'_, usize>, range: Range<usize>) {
        assert_eq!((part.start, part.len()), (range.start, range.len()));
        let [a, b] = &part.state;
        for (slice, factor) in [&*part.w, &*part.g, a, b].into_iter().zip(1..) {
            assert!(slice.iter().copied().eq(range.clone().map(|i| factor * i)));
        }
    }

    #[test]
    fn what_belongs_together_stays_together() {
        with(10, |mut all| {
            assert_are(&all.within(&(3..7)), 3..7);
            let first = all.split_off(4);
            assert_are(&first, 0..4);
            assert_are(&all, 4..10);
            assert_are(&all.within(&(0..6)), 4..6);
            assert_are(&all.within(&(8..20)), 8..10);
            assert!(all.within(&(0..4)).is_empty());
            assert!(all.within(&(10..12)).is_empty());
            assert_are(&all.reborrow(), 4..10);
            let mut at = 4;
            for part in all.chunks(4) {
                let end = (at + 4).min(10);
                assert_are(&part, at..end);
                at = end;
            }
            assert_eq!(at, 10);
        });
    }

    #[test]
    fn parts_are_the_same_from_both_ends() {
        with(10, |mut all| {
            let lengths = [3, 0, 5, 2];
            let mut parts = all.reborrow().split(lengths.into_iter(), |&length| length);
            for (end, length, range) in [
                (true, 2, 8..10),
                (false, 3, 0..3),
                (true, 5, 3..8),
                (true, 0, 3..3),
            ] {
                let (asked, part) = match end {
                    true => parts.next_back(),
                    false => parts.next(),
                }
                .unwrap();
                assert_eq!(asked, length);
                assert_are(&part, range);
            }
            assert!(parts.next().is_none());
            let starts = |part: Parameters<usize>| part.start;
            assert!(all.chunks(4).rev().map(starts).eq([8, 4, 0]));
        });
    }

    #[test]
    fn what_is_empty_stays_empty() {
        let mut g = numbers(5, 2);
        let mut all = Parameters {
            g: &mut g,
            ..Parameters::default()
        };
        let part = all.within(&(1..3));
        assert_eq!(
            (&*part.g, part.w.len(), part.state[0].len()),
            (&[2, 4][..], 0, 0)
        );
        assert_eq!(all.chunks(2).map(|part| part.len()).sum::<usize>(), 5);
    }

    #[test]
    fn every_parameter_is_met_once_by_whoever_takes_it() {
        for len in [0, 1, WORTH_SHARING, WORTH_SHARING + 1, 5 * TASK + 3] {
            let (mut w, mut g) = (vec![0; len], vec![7; len]);
            let all = Parameters {
                w: &mut w,
                g: &mut g,
                ..Parameters::default()
            };
            all.share(|part| {
                for (i, (w, g)) in part.w.iter_mut().zip(&*part.g).enumerate() {
                    *w += part.start + i + g;
                }
            });
            assert!(w.iter().enumerate().all(|(i, &w)| w == i + 7));
        }
    }
}
