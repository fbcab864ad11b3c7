//! Learning curves of several runs in one picture: of a config with several seeds the mean, with a
//! band of a standard deviation to either side.

use std::collections::BTreeMap;
use std::error::Error;

use spec::measures::{Measure, Part};

use super::groups::Group;
use crate::metrics::mean_and_deviation;
use crate::pictures::bands::{self, Curve, Panel};
use crate::record::Trained;

/// A panel for each measure of the test samples, in it a line for each row of the table.
///
/// # Errors
/// When nothing was measured, or it cannot be drawn.
pub fn svg(groups: &[Group<'_>]) -> Result<String, Box<dyn Error>> {
    let rows: Vec<(String, Vec<&Trained>)> = groups
        .iter()
        .flat_map(|group| {
            let label = group.label(groups);
            let names = group.implementations().into_iter();
            names.map(move |name| (format!("{label}, {name}"), group.members(name)))
        })
        .collect();
    let mut measures: Vec<&Measure> = Vec::new();
    let records = groups.iter().flat_map(|group| group.records());
    for measure in records.flat_map(|record| record.measured()) {
        let is_new = measures.iter().all(|known| known.key != measure.key);
        if measure.part == Some(Part::Test) && is_new {
            measures.push(measure);
        }
    }
    let panels: Vec<Panel> = measures.into_iter().map(|m| panel(m, &rows)).collect();
    if panels.iter().all(|panel| panel.curves.is_empty()) {
        return Err("these runs measured nothing after an epoch".into());
    }
    let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    bands::svg(&names, &panels)
}

fn panel(measure: &Measure, rows: &[(String, Vec<&Trained>)]) -> Panel {
    let curve = |(row, (_, members)): (usize, &(String, Vec<&Trained>))| {
        let points = points(members, measure);
        (!points.is_empty()).then_some(Curve { row, points })
    };
    Panel {
        title: measure.title(),
        is_share: measure.unit.as_deref() == Some("share"),
        is_loss: measure.name == "loss",
        curves: rows.iter().enumerate().filter_map(curve).collect(),
    }
}

/// Epoch, mean and deviation, where more than half of the runs are still learning.
fn points(members: &[&Trained], measure: &Measure) -> Vec<(f64, f64, f64)> {
    let mut by_epoch: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for (epoch, value) in members.iter().flat_map(|trained| trained.series(measure)) {
        if value.is_finite() {
            by_epoch.entry(epoch).or_default().push(value);
        }
    }
    let most = by_epoch.into_iter();
    let most = most.filter(|(_, values)| 2 * values.len() > members.len());
    most.map(|(epoch, values)| {
        let (mean, deviation) = mean_and_deviation(&values);
        (epoch as f64, mean, deviation.unwrap_or(0.0))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Epoch;

    #[test]
    fn a_curve_is_the_mean_of_its_runs_as_long_as_most_of_them_learn() {
        let measure = Measure::loss(Part::Test);
        let run = |losses: &[f64]| {
            let epochs = losses.iter().enumerate().map(|(at, loss)| Epoch {
                epoch: at + 1,
                run: None,
                measures: [(measure.key.clone(), *loss)].into(),
            });
            Trained {
                epochs: epochs.collect(),
                ..Trained::default()
            }
        };
        let (long, short) = (run(&[3.0, 2.0]), run(&[1.0]));
        let points = points(&[&long, &short], &measure);
        assert_eq!(points, [(1.0, 2.0, 2f64.sqrt())]);
        assert_eq!(super::points(&[&long], &measure).len(), 2);
    }
}
