//! What the witnesses say, comparison by comparison.

use std::collections::BTreeMap;

use serde::Serialize;

use super::comparison::Comparison;
use super::fitting::Extent;
use super::subject::Probe;
use super::verdict::Verdict;
use crate::implementations::references;

/// Every comparison of a config.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// In the order in which they were made.
    pub comparisons: Vec<Comparison>,
    /// Samples of the batch whose gradients were compared.
    pub batch_size: usize,
    /// What was left out for want of time, a few words each.
    pub cut: Vec<String>,
}

impl Report {
    /// An empty one: what of the probe is compared, and with whom.
    pub fn new(whole: &Probe<f64>, extent: &Extent) -> Self {
        let mut cut = Vec::new();
        if extent.batch_size < whole.len() {
            let (size, all) = (extent.batch_size, whole.len());
            cut.push(format!("batch of {size} instead of {all}"));
        }
        let built_in = references().into_iter();
        let without = built_in.filter(|name| !extent.references.contains(name));
        cut.extend(without.map(|name| format!("without {}", name.as_str())));
        Self {
            comparisons: Vec::new(),
            batch_size: extent.batch_size,
            cut,
        }
    }

    /// The first comparison that differs, in the order of the data flow: where an error came from.
    pub fn first_fault(&self) -> Option<&Comparison> {
        self.first(Verdict::Differs)
    }

    /// The first comparison with that verdict.
    pub fn first(&self, verdict: Verdict) -> Option<&Comparison> {
        self.comparisons.iter().find(|c| c.verdict == verdict)
    }

    /// The worst comparison of each witness and pass: by verdict, then by relative error.
    pub fn worst(&self) -> Vec<&Comparison> {
        let mut worst: BTreeMap<(&str, &str), (usize, &Comparison)> = BTreeMap::new();
        for (index, comparison) in self.comparisons.iter().enumerate() {
            let key = (comparison.witness.as_str(), comparison.pass.as_str());
            let entry = worst.entry(key).or_insert((index, comparison));
            let gravity = |c: &Comparison| (c.verdict >= Verdict::NotFinite, c.relative);
            if gravity(comparison) > gravity(entry.1) {
                entry.1 = comparison;
            }
        }
        let mut rows: Vec<_> = worst.into_values().collect();
        rows.sort_by_key(|(index, _)| *index);
        rows.into_iter().map(|(_, comparison)| comparison).collect()
    }
}
