//! The line of one unit over two inputs, as it moves: the samples as points, the line after each
//! update, the earlier the paler.

use ndarray::ArrayView1;
use plotters::prelude::*;

use super::Trace;
use crate::batches::BatchBuffer;
use crate::prepare::PreparedNetwork;

const SIZE: (u32, u32) = (640, 600);
const ONE: RGBColor = RGBColor(220, 50, 32);
const OTHER: RGBColor = RGBColor(0, 90, 181);
/// More lines than this are only a blot.
const MOST_LINES: usize = 60;

/// Whether the network is one unit over two inputs.
pub fn has_a_line(prepared: &PreparedNetwork) -> bool {
    let mut tensors = prepared.initial.iter().map(|(_, tensor)| tensor.shape());
    prepared.inputs() == 2
        && tensors.next() == Some(&[1, 2][..])
        && tensors.next().is_none_or(|shape| shape == [1])
        && tensors.next().is_none()
}

/// A sample: where it stands, and whether its target is the larger one.
struct Point {
    x: (f64, f64),
    one: bool,
}

fn points(prepared: &PreparedNetwork) -> Vec<Point> {
    let rows = &prepared.train_rows;
    let mut batch = BatchBuffer::<f64>::new(rows.len(), 2, prepared.outputs());
    let batch = batch.fill(&prepared.dataset.train, &prepared.dataset.target, rows);
    let targets: Vec<f64> = batch.t.column(0).to_vec();
    let middle = datasets::statistics::mean(&targets);
    let point = |(x, t): (ArrayView1<'_, f64>, f64)| Point {
        x: (x[0], x[1]),
        one: t > middle,
    };
    batch.x.rows().into_iter().zip(targets).map(point).collect()
}

/// The picture.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(
    prepared: &PreparedNetwork,
    trace: &Trace,
) -> Result<String, Box<dyn std::error::Error>> {
    let points = points(prepared);
    let range = |of: fn(&Point) -> f64| {
        let low = points.iter().map(of).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        let room = 0.5 * (high - low).max(1e-3);
        (low - room)..(high + room)
    };
    let (across, up) = (range(|p| p.x.0), range(|p| p.x.1));
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let (changes, passes) = (trace.changes, trace.passes);
        let caption = format!(
            "{}: {changes} updates in {passes} passes",
            prepared.config.experiment.name
        );
        let mut chart = ChartBuilder::on(&root)
            .caption(caption, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(44)
            .build_cartesian_2d(across.clone(), up.clone())?;
        // Where 0 is not met exactly it has no sign.
        let label = |value: &f64| format!("{:.1}", (10.0 * value).round() / 10.0 + 0.0);
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .x_label_formatter(&label)
            .y_label_formatter(&label)
            .draw()?;
        let every = trace.updates.len().div_ceil(MOST_LINES).max(1);
        let last = trace.updates.len().saturating_sub(1);
        for (index, update) in trace.updates.iter().enumerate() {
            if index != last && !index.is_multiple_of(every) {
                continue;
            }
            let age = (index + 1) as f64 / (last + 1) as f64;
            let style = match index == last {
                true => BLACK.stroke_width(3),
                false => BLACK.mix(0.08 + 0.4 * age).stroke_width(1),
            };
            if let Some(ends) = line(&update.parameters, &across, &up) {
                chart.draw_series([PathElement::new(ends, style)])?;
            }
        }
        for point in &points {
            let colour = if point.one { ONE } else { OTHER };
            let mark = match point.one {
                true => Circle::new(point.x, 7, colour.filled()),
                false => Circle::new(point.x, 7, colour.stroke_width(2)),
            };
            chart.draw_series([mark])?;
        }
        root.present()?;
    }
    Ok(text)
}

/// The ends of w₁ x₁ + w₂ x₂ + b = 0 within the picture; none: it has no such line.
fn line(
    parameters: &[f64],
    across: &std::ops::Range<f64>,
    up: &std::ops::Range<f64>,
) -> Option<[(f64, f64); 2]> {
    let (w, b) = (
        [parameters[0], parameters[1]],
        parameters.get(2).unwrap_or(&0.0),
    );
    let at_x = |x: f64| (x, -(w[0] * x + b) / w[1]);
    let at_y = |y: f64| (-(w[1] * y + b) / w[0], y);
    let inside = |&(x, y): &(f64, f64)| {
        let near = |range: &std::ops::Range<f64>, v: f64| {
            let room = 1e-9 * (range.end - range.start);
            v >= range.start - room && v <= range.end + room
        };
        near(across, x) && near(up, y)
    };
    let meets = [
        at_x(across.start),
        at_x(across.end),
        at_y(up.start),
        at_y(up.end),
    ];
    let ends: Vec<(f64, f64)> = meets.into_iter().filter(inside).collect();
    let far = |&(x, y): &&(f64, f64)| (x - ends[0].0).abs() + (y - ends[0].1).abs() > 1e-9;
    let other = ends.iter().find(far)?;
    Some([ends[0], *other])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_the_edges_of_the_picture() {
        let (across, up) = (-1.0..1.0, -1.0..1.0);
        // x₁ + x₂ = 1
        assert_eq!(
            line(&[1.0, 1.0, -1.0], &across, &up),
            Some([(1.0, 0.0), (0.0, 1.0)])
        );
        assert_eq!(
            line(&[1.0, 0.0, 0.0], &across, &up),
            Some([(0.0, -1.0), (0.0, 1.0)])
        );
        assert_eq!(line(&[1.0, 1.0, -9.0], &across, &up), None, "outside");
        assert_eq!(line(&[0.0, 0.0, 1.0], &across, &up), None, "no line at all");
    }
}
