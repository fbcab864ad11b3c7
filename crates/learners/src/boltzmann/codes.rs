//! The codes that the hidden units have for vectors, and what these are good for.

use std::collections::BTreeSet;

use spec::learners::{Connect, Statistics};

use super::Boltzmann;
use super::machine::Code;
use crate::Data;

/// Annealings of each vector's half, after the last cycle.
const COMPLETIONS: usize = 10;

impl Boltzmann {
    /// The codes of the different vectors.
    pub(super) fn codes(&self, data: &Data) -> Vec<Code> {
        let vectors: BTreeSet<Vec<u8>> = data.x.rows().into_iter().map(bits).collect();
        let as_numbers = |v: &Vec<u8>| Vec::from_iter(v.iter().map(|&bit| f64::from(bit)));
        vectors
            .iter()
            .map(|v| self.machine.code(&as_numbers(v)))
            .collect()
    }

    /// Whether each two codes differ in as many units as they must.
    pub(super) fn differ(&self, codes: &[Code]) -> bool {
        let apart = |a: &Code, b: &Code| a.iter().zip(b).filter(|(a, b)| a != b).count();
        let far = |(i, a): (usize, &Code)| {
            let mut others = codes[..i].iter();
            others.all(|b| apart(a, b) >= self.settings.differ_by)
        };
        codes.iter().enumerate().all(far)
    }

    /// How often the second group of an encoder shows its half of a vector when the first is
    /// clamped, after an annealing twice as slow as those of learning.
    pub(super) fn completed(&self, data: &Data) -> Option<f64> {
        let Statistics::Annealing(annealing) = &self.settings.statistics else {
            return None;
        };
        if self.settings.connect != Connect::Encoder {
            return None;
        }
        let mut slow = annealing.clone();
        slow.schedule.iter_mut().for_each(|(time, _)| *time *= 2);
        let (mut rng, half) = (self.streams.stream("complete"), data.x.ncols() / 2);
        let mut right = 0;
        for v in data.x.rows() {
            for _ in 0..COMPLETIONS {
                let mut s = self.machine.random_state(&mut rng);
                s[..half].copy_from_slice(&v.to_vec()[..half]);
                self.machine.anneal(&slow.schedule, half, &mut s, &mut rng);
                right += usize::from(s[half..2 * half] == v.to_vec()[half..]);
            }
        }
        Some(right as f64 / (data.len() * COMPLETIONS) as f64)
    }
}

/// A vector of 0 and 1.
fn bits(v: ndarray::ArrayView1<'_, f64>) -> Vec<u8> {
    v.iter().map(|&bit| u8::from(bit > 0.5)).collect()
}
