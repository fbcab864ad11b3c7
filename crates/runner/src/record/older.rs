//! Records of formats 1 and 2: there losses, metrics and times of an epoch were fields of their
//! own, and which measures there are was not written down.

use std::collections::BTreeSet;

use serde::Deserialize;
use spec::measures::{Better, Measure, Metric, Over, Part, Values};

/// An epoch of any format.
#[derive(Deserialize)]
pub(super) struct Epoch {
    epoch: usize,
    run: Option<usize>,
    measures: Option<Values>,
    #[serde(flatten)]
    fields: Fields,
    learning_rate: Option<f64>,
    seconds: Option<f64>,
}

/// What was kept, of any format.
#[derive(Deserialize)]
pub(super) struct Kept {
    best_epoch: usize,
    measures: Option<Values>,
    #[serde(flatten)]
    fields: Fields,
}

/// What both had.
#[derive(Deserialize)]
struct Fields {
    train_loss: Option<f64>,
    validation_loss: Option<f64>,
    #[serde(default)]
    validation: Values,
    test_loss: Option<f64>,
    #[serde(default)]
    test: Values,
}

impl Fields {
    fn measures(self) -> Values {
        let losses = [
            (Part::Train, self.train_loss),
            (Part::Validation, self.validation_loss),
            (Part::Test, self.test_loss),
        ];
        let losses = losses.map(|(part, loss)| Some((Measure::loss(part).key, loss?)));
        let metrics = |part: Part, values: Values| {
            let key = move |(name, value)| (format!("{}_{name}", part.name()), value);
            values.into_iter().map(key)
        };
        let losses = losses.into_iter().flatten();
        let validation = metrics(Part::Validation, self.validation);
        let test = metrics(Part::Test, self.test);
        losses.chain(validation).chain(test).collect()
    }
}

impl Epoch {
    /// Number and run of the epoch, and what was measured.
    pub fn read(self) -> (usize, Option<usize>, Values) {
        let others = [
            (Measure::learning_rate(), self.learning_rate),
            (Measure::seconds(), self.seconds),
        ];
        let others = others.map(|(measure, value)| Some((measure.key, value?)));
        let old = |fields: Fields| {
            let fields = fields.measures().into_iter();
            fields.chain(others.into_iter().flatten()).collect()
        };
        let measures = self.measures.unwrap_or_else(|| old(self.fields));
        (self.epoch, self.run, measures)
    }
}

impl Kept {
    /// The best epoch, and what was measured.
    pub fn read(self) -> (usize, Values) {
        let measures = self.measures.unwrap_or_else(|| self.fields.measures());
        (self.best_epoch, measures)
    }
}

/// The measures of these keys, in the order that those formats had.
pub(super) fn measures<'a>(keys: impl Iterator<Item = &'a String>) -> Vec<Measure> {
    let keys: BTreeSet<&String> = keys.collect();
    let mut measures: Vec<Measure> = keys.into_iter().map(|key| measure(key)).collect();
    let rank = |measure: &Measure| match (measure.part, measure.name.as_str()) {
        (None, "seconds") => (Some(Part::Test), 2),
        (part, "loss") => (part, 0),
        (part, _) => (part, 1),
    };
    measures.sort_by_key(rank);
    measures
}

/// The measure of a key, as those formats knew them.
fn measure(key: &str) -> Measure {
    let parts = [Part::Train, Part::Validation, Part::Test].map(Some);
    let metrics = [Metric::Accuracy, Metric::R2, Metric::Rmse, Metric::Mae];
    let of_parts = parts.into_iter().flatten().flat_map(|part| {
        let metrics = metrics.map(|metric| Measure::metric(part, metric));
        [Measure::loss(part)].into_iter().chain(metrics)
    });
    let mut known = of_parts.chain([Measure::learning_rate(), Measure::seconds()]);
    known.find(|measure| measure.key == key).unwrap_or(Measure {
        key: key.into(),
        name: key.into(),
        part: None,
        unit: None,
        better: None::<Better>,
        over: None::<Over>,
    })
}
