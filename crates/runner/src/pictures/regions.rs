//! What is answered over a plane of two inputs, with the samples.

use datasets::{Features, Samples, Targets};
use plotters::prelude::*;

use super::canvas::{self, LETTERS};
use super::kind::{Drawn, Kind};
use super::subject::Subject;
use crate::evaluate::cases::{self, Cases};
use crate::evaluate::outputs::{Chosen, outputs};
use crate::film::grid::Grid;
use crate::film::regions;

/// Of classifiers over two inputs.
pub const KIND: Kind = Kind {
    name: "regions",
    title: "Decision regions",
    shows: "of classes over two inputs: where which is answered",
    draw,
};

const SIZE: (u32, u32) = (720, 460);

fn draw(subject: &Subject<'_>) -> Drawn {
    let prepared = subject.prepared;
    let dataset = &prepared.dataset;
    let tokens = |of: &crate::prepare::PreparedNetwork| {
        let mut layers = of.plan.iter();
        layers.any(|layer| layer.spec.kind() == "embedding")
    };
    let over_a_plane = dataset.sample_shape == [2] && dataset.classes().is_some();
    let weights = subject.weights.filter(|_| over_a_plane);
    let (Some(weights), false) = (weights, subject.network().is_some_and(tokens)) else {
        return Ok(None);
    };
    let grid = Grid::of(prepared);
    let points = grid.points().mapv(f64::from);
    let count = points.nrows();
    let unknown = Targets::Classes(vec![0; count]);
    let samples = Samples::new(Features::Values(points), unknown);
    let chosen = Chosen {
        samples: &samples,
        rows: (0..count).collect(),
    };
    let y = outputs(prepared, (weights, &subject.weights_file()), &chosen)?;
    let cases = Cases::new(prepared, &chosen, &y);
    let cases::Subject::Classes(of) = &cases.subject else {
        return Ok(None);
    };
    let answers = of.about().answers.iter();
    let answers: Vec<f64> = answers
        .map(|answer| answer.map_or(f64::NAN, |class| class as f64))
        .collect();
    let names = &of.about().classes;
    let caption = format!(
        "{}: where over its two inputs which class is answered, with the samples in the full colour \
         of their classes.",
        subject.name()
    );
    let svg = svg(subject, &grid, &answers, names)?;
    Ok(Some(KIND.picture(caption, svg)))
}

fn svg(
    subject: &Subject<'_>,
    grid: &Grid,
    answers: &[f64],
    classes: &[String],
) -> Result<String, Box<dyn std::error::Error>> {
    let features = &subject.prepared.dataset.feature_names;
    let feature = |index: usize| {
        features
            .get(index)
            .map_or(["x", "y"][index], String::as_str)
    };
    canvas::svg(SIZE, |root| {
        let mut left = SIZE.0 as i32 - 12;
        for (class, name) in classes.iter().enumerate().rev() {
            left -= 8 * name.chars().count() as i32 + 16;
            let font = ("sans-serif", LETTERS).into_font();
            root.draw_text(name, &font.color(&regions::colour(class)), (left, 14))?;
        }
        let title = ("sans-serif", 18).into_font().color(&BLACK);
        root.draw_text(subject.name(), &title, (12, 10))?;
        let area = root.margin(36, 12, 12, 20);
        let mut chart = ChartBuilder::on(&area)
            .x_label_area_size(46)
            .y_label_area_size(64)
            .build_cartesian_2d(grid.across.clone(), grid.up.clone())?;
        let mut mesh = chart.configure_mesh();
        mesh.disable_mesh()
            .label_style(("sans-serif", LETTERS))
            .x_desc(feature(0))
            .y_desc(feature(1))
            .draw()?;
        regions::draw(&chart.plotting_area().strip_coord_spec(), grid, answers)
    })
}
