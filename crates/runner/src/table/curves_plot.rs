//! The curves of a table as a picture ([`bands`]).

use std::error::Error;
use std::iter::zip;

use spec::table::{Kind, TableMeasure};

use super::aggregate::summaries;
use super::curves::{self, Point};
use super::plan::Plan;
use crate::pictures::bands::{self, Curve, Panel};

/// The SVG.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(plan: &Plan, points: &[Point]) -> Result<String, Box<dyn Error>> {
    let panel = |measure: &TableMeasure| {
        Ok(Panel {
            title: measure.title(),
            is_share: measure.unit() == Some("share"),
            is_loss: matches!(&measure.kind, Kind::End(of) if of.measure.name == "loss"),
            curves: curves(plan, points, measure)?,
        })
    };
    let panels: Result<Vec<Panel>, Box<dyn Error>> = plan.spec.curves.iter().map(panel).collect();
    let rows: Vec<&str> = plan.rows.iter().map(|row| row.name.as_str()).collect();
    bands::svg(&rows, &panels?)
}

/// The curves of a measure: where more than half of a row's runs are still learning.
fn curves(
    plan: &Plan,
    points: &[Point],
    measure: &TableMeasure,
) -> Result<Vec<Curve>, Box<dyn Error>> {
    let frame = curves::frame(plan, points)?;
    let (keys, summaries) = summaries(&frame, &["row", "epoch"], &measure.name)?;
    let names = keys.column("row")?.str()?.iter();
    let epochs = keys.column("epoch")?.u64()?.iter();
    let all: Vec<_> = zip(zip(names, epochs), summaries).collect();
    let curve = |(row, name): (usize, &str)| {
        let of_row = all.iter().filter(|((of, _), _)| *of == Some(name));
        let runs = of_row.clone().map(|(_, runs)| runs.count).max();
        let most = of_row.filter(|(_, there)| 2 * there.count > runs.unwrap_or(0));
        let points = most.map(|((_, epoch), runs)| {
            let epoch = epoch.unwrap_or_default() as f64;
            (epoch, runs.mean, runs.deviation.unwrap_or(0.0))
        });
        Curve {
            row,
            points: points.collect(),
        }
    };
    let names = plan.rows.iter().map(|row| row.name.as_str()).enumerate();
    Ok(names.map(curve).collect())
}
