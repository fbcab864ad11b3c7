//! What was fitted against what is true, as a picture.

use datasets::Target;
use plotters::prelude::*;

use super::kind::{Drawn, Kind};
use super::subject::Subject;
use crate::evaluate::cases;

/// Of a real target.
pub const KIND: Kind = Kind {
    name: "fit",
    title: "Fitted and true",
    shows: "of one real number: fitted against true, on the test samples",
    draw,
};

const SIZE: (u32, u32) = (640, 640);
/// Of more points every second, third ... is drawn.
const MOST: usize = 2000;
const POINTS: RGBColor = RGBColor(0, 90, 181);

fn draw(subject: &Subject<'_>) -> Drawn {
    let cases = subject.cases()?.map(|cases| &cases.subject);
    let Some(cases::Subject::Real(of)) = cases.filter(|_| has_one_number(subject)) else {
        return Ok(None);
    };
    let quantity = &of.targets[0];
    let points: Vec<_> = of.t.iter().copied().zip(of.y.iter().copied()).collect();
    let caption = format!(
        "{}: {quantity} of {} test samples, fitted (upwards) against true (to the right); on the \
         line both are the same.",
        subject.name(),
        points.len()
    );
    Ok(Some(KIND.picture(caption, svg(quantity, &points)?)))
}

/// Whether the target is a single number.
fn has_one_number(subject: &Subject<'_>) -> bool {
    match &subject.prepared.dataset.target {
        Target::Real(quantities) => quantities.len() == 1,
        _ => false,
    }
}

/// An SVG with a point for each sample, true and fitted; on the line they are the same.
///
/// # Errors
/// When nothing finite can be drawn.
pub fn svg(quantity: &str, points: &[(f64, f64)]) -> Result<String, Box<dyn std::error::Error>> {
    let finite = || {
        let numbers = points.iter().flat_map(|(t, y)| [*t, *y]);
        numbers.filter(|number| number.is_finite())
    };
    let (low, high) = (
        finite().fold(f64::INFINITY, f64::min),
        finite().fold(f64::NEG_INFINITY, f64::max),
    );
    if low > high {
        return Err("nothing is finite".into());
    }
    let margin = (0.05 * (high - low)).max(1e-9 * high.abs()).max(1e-12);
    let range = low - margin..high + margin;
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .caption(format!("{quantity}: fitted and true"), ("sans-serif", 22))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(64)
            .build_cartesian_2d(range.clone(), range.clone())?;
        chart
            .configure_mesh()
            .x_desc("true")
            .y_desc("fitted")
            .light_line_style(WHITE)
            .draw()?;
        let ends = [(range.start, range.start), (range.end, range.end)];
        chart.draw_series(LineSeries::new(ends, BLACK.mix(0.4)))?;
        let finite = points
            .iter()
            .step_by(points.len().div_ceil(MOST).max(1))
            .filter(|(t, y)| t.is_finite() && y.is_finite());
        let point = |&point| Circle::new(point, 3, POINTS.mix(0.6).filled());
        chart.draw_series(finite.map(point))?;
        root.present()?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sample_is_a_point() {
        let points = [(1.0, 1.5), (2.0, 2.5), (3.0, f64::NAN)];
        let svg = svg("price", &points).unwrap();
        assert_eq!(svg.matches("<circle").count(), 2, "{svg}");
        let many = super::svg("price", &[(1.0, 2.0); 5000]).unwrap();
        assert_eq!(many.matches("<circle").count(), 1667);
        assert!(svg.contains("price: fitted and true"));
        assert!(super::svg("price", &[(f64::NAN, 1.0 / 0.0)]).is_err());
    }
}
