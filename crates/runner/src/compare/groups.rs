//! Runs that differ in their seed alone are one row: mean ± standard deviation.

use datasets::statistics::median;
use spec::measures::{Measure, Part};

use crate::Failure;
use crate::metrics::mean_and_deviation;
use crate::numbers::{number, percent};
use crate::record::settings::{self, Settings};
use crate::record::{Record, Trained};
use crate::sheet::Sheet;
use crate::tables::{duration, seconds};

/// Most keys by which configs of one name are told apart; of more the number is said.
const KEYS: usize = 3;

/// The runs of one config.
pub struct Group<'a> {
    settings: Settings,
    records: Vec<&'a Record>,
}

/// One row for each config, implementation and measure. Configs of one name are told apart by the
/// keys in which they differ.
pub fn sheet(groups: &[Group<'_>]) -> Sheet {
    let titles = [
        "experiment",
        "implementation",
        "metric",
        "value",
        "n",
        "epochs",
        "time/epoch",
    ];
    let mut sheet = Sheet::new(titles, 3);
    for group in groups {
        let name = group.label(groups);
        for implementation in group.implementations() {
            add(&mut sheet, &name, implementation, group);
        }
    }
    sheet
}

/// Runs of the same config together.
///
/// # Errors
/// When the config of a record cannot be read.
pub fn groups(records: &[Record]) -> Result<Vec<Group<'_>>, Failure> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for record in records {
        let settings = Settings::of(record)?.without_seed();
        let same = |group: &&mut Group<'_>| {
            group.records[0].name == record.name && group.settings == settings
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.records.push(record),
            None => groups.push(Group {
                settings,
                records: vec![record],
            }),
        }
    }
    Ok(groups)
}

impl<'a> Group<'a> {
    /// Its runs.
    pub fn records(&self) -> impl Iterator<Item = &'a Record> {
        self.records.iter().copied()
    }

    /// What one implementation reached in each of them.
    pub fn members(&self, implementation: &str) -> Vec<&'a Trained> {
        let all = self.records().flat_map(|record| &record.implementations);
        all.filter(|trained| trained.implementation == implementation)
            .collect()
    }

    /// Those that learned in them.
    pub fn implementations(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        for trained in self.records().flat_map(|r| &r.implementations) {
            if !names.contains(&trained.implementation.as_str()) {
                names.push(&trained.implementation);
            }
        }
        names
    }

    /// The name; behind it what the config has otherwise than the others of that name.
    pub fn label(&self, groups: &[Group<'_>]) -> String {
        label(self, groups)
    }
}

fn label(group: &Group<'_>, groups: &[Group<'_>]) -> String {
    let name = &group.records[0].name;
    let mut keys: Vec<String> = Vec::new();
    for other in groups.iter().filter(|other| other.records[0].name == *name) {
        let differences = group.settings.differences(&other.settings);
        keys.extend(differences.into_iter().map(|difference| difference.key));
    }
    keys.sort();
    keys.dedup();
    let shown = keys.iter().take(KEYS).map(|key| {
        let value = group
            .settings
            .get(key)
            .map(|value| match settings::kind(value) {
                // Of the same kind, keys inside it would differ.
                Some(kind) => kind.to_string(),
                None => settings::text(value),
            });
        format!("{key} = {}", value.as_deref().unwrap_or("none"))
    });
    let mut shown: Vec<String> = shown.collect();
    if keys.len() > KEYS {
        shown.push(format!("{} keys more", keys.len() - KEYS));
    }
    match shown.is_empty() {
        true => name.clone(),
        false => format!("{name}: {}", shown.join(", ")),
    }
}

/// A row for each measure of an implementation.
fn add(sheet: &mut Sheet, name: &str, implementation: &str, group: &Group<'_>) {
    let members = group.members(implementation);
    let lasts: Vec<_> = members.iter().filter_map(|t| t.epochs.last()).collect();
    let reached: Vec<_> = members.iter().filter_map(|t| t.reached()).collect();
    let times: Vec<f64> = members.iter().map(|trained| seconds(trained)).collect();
    let epochs: Vec<f64> = lasts.iter().map(|e| e.epoch as f64).collect();
    for measure in compared(&group.records) {
        let values = reached
            .iter()
            .filter_map(|of| of.get(&measure.key).copied());
        let values: Vec<f64> = values.collect();
        if values.is_empty() {
            continue;
        }
        sheet.add([
            name.to_string(),
            implementation.into(),
            measure.name.clone(),
            spread(measure, &values),
            values.len().to_string(),
            median(&epochs).to_string(),
            duration(median(&times)),
        ]);
    }
}

/// What runs are compared by: the measures of the test samples besides the loss.
fn compared<'a>(records: &[&'a Record]) -> Vec<&'a Measure> {
    let mut measures: Vec<&Measure> = Vec::new();
    for measure in records.iter().flat_map(|record| record.measured()) {
        let is_metric = measure.part == Some(Part::Test) && measure.name != "loss";
        if is_metric && !measures.iter().any(|known| known.key == measure.key) {
            measures.push(measure);
        }
    }
    measures
}

/// Mean, and standard deviation where there are several.
fn spread(measure: &Measure, values: &[f64]) -> String {
    let (shown, unit): (fn(f64, usize) -> String, _) = match measure.unit.as_deref() {
        Some("share") => (percent, " %"),
        _ => (number, ""),
    };
    match mean_and_deviation(values) {
        (mean, None) => format!("{}{unit}", shown(mean, 4)),
        (mean, Some(d)) => format!("{} ± {}{unit}", shown(mean, 4), shown(d, 4)),
    }
}
