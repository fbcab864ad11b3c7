//! What categories have become, as a picture: of patterns the templates as they grow sample by
//! sample, as the paper draws it; of two numbers from 0 to 1 the boxes over the samples.

use super::{Art, Kind, Outcome};
use crate::Data;
use crate::labels::is_of_classes;
use crate::svg::{CLASSES, Svg, image_shape};

/// Growth is drawn of so many samples; of more, the templates at the end.
const MOST_SAMPLES: usize = 40;
/// Templates in a row, at the end.
const ACROSS: usize = 20;
/// Side of the square with boxes, in pixels.
const SQUARE: f64 = 480.0;
const PIXEL: f64 = 4.0;
const MARGIN: f64 = 20.0;

impl<K: Kind> Art<K> {
    /// The picture, as SVG. `data` are the training samples; growth is that of a first pass over
    /// them.
    pub fn picture(&self, data: &Data) -> String {
        match (data.x.ncols(), self.settings.complement) {
            (2, true) => self.boxes(data),
            _ if data.len() <= MOST_SAMPLES => self.growth(data),
            _ => self.at_the_end(data),
        }
    }

    /// Rows and columns of a template; of what is no image, a single row.
    fn shape(&self, data: &Data) -> [usize; 2] {
        image_shape(&data.inputs).unwrap_or([1, data.x.ncols()])
    }

    /// A template, or with complement coding the lower corner of its box.
    fn template(&self, category: usize, data: &Data) -> Vec<f64> {
        let w = self.w.row(category);
        w.iter().take(data.x.ncols()).copied().collect()
    }

    /// A row for each sample: the sample, then all templates after it, the one in resonance framed.
    fn growth(&self, data: &Data) -> String {
        let mut art = Self::new(&self.kind, data).expect("it has learned these data");
        let [rows, columns] = self.shape(data);
        let (width, height) = (columns as f64 * PIXEL + 8.0, rows as f64 * PIXEL + 8.0);
        let s = art.coded(data.x.view());
        let mut frames = Vec::new();
        for s in s.rows() {
            let category = art.learn(s, &mut Outcome::default());
            let templates = (0..art.categories()).map(|category| art.template(category, data));
            frames.push((category, templates.collect::<Vec<_>>()));
        }
        let most = art.categories() as f64;
        let size = (
            (most + 1.0) * width + 4.0 * MARGIN,
            (data.len() as f64) * height + 3.0 * MARGIN,
        );
        let mut svg = Svg::new(size.0, size.1);
        let vigilance = self.settings.vigilance;
        svg.text(
            (MARGIN, MARGIN),
            13.0,
            &format!("vigilance {vigilance}: first pass"),
        );
        for (number, (category, templates)) in frames.iter().enumerate() {
            let top = 2.0 * MARGIN + number as f64 * height;
            svg.bitmap((MARGIN, top), PIXEL, columns, &data.x.row(number).to_vec());
            let left = |category: usize| 3.0 * MARGIN + (category + 1) as f64 * width;
            for (category, template) in templates.iter().enumerate() {
                svg.bitmap((left(category), top), PIXEL, columns, template);
            }
            match category {
                Some(category) => {
                    let (x, y) = (left(*category) - 3.0, top - 3.0);
                    svg.frame(x, y, width - 2.0, height - 2.0, CLASSES[1]);
                }
                None => svg.text((MARGIN + width, top + 12.0), 11.0, "rejected"),
            }
        }
        svg.finish()
    }

    /// All templates, each with its classes.
    fn at_the_end(&self, data: &Data) -> String {
        let [rows, columns] = self.shape(data);
        let (width, height) = (columns as f64 * PIXEL + 12.0, rows as f64 * PIXEL + 24.0);
        let down = self.categories().div_ceil(ACROSS) as f64;
        let across = self.categories().min(ACROSS) as f64;
        let mut svg = Svg::new(across * width + 2.0 * MARGIN, down * height + 2.0 * MARGIN);
        for category in 0..self.categories() {
            let left = MARGIN + (category % ACROSS) as f64 * width;
            let top = MARGIN + (category / ACROSS) as f64 * height;
            svg.bitmap((left, top), PIXEL, columns, &self.template(category, data));
            let end = (left, top + rows as f64 * PIXEL + 12.0);
            let label = match is_of_classes(data) {
                true => self
                    .labels
                    .class(category)
                    .map(|class| data.outputs[class].clone()),
                false => None,
            };
            svg.text(
                end,
                10.0,
                &label.unwrap_or_else(|| (category + 1).to_string()),
            );
        }
        svg.finish()
    }

    /// The box of each category over the samples, from 0 to 1 along both sides.
    fn boxes(&self, data: &Data) -> String {
        let mut svg = Svg::new(SQUARE + 2.0 * MARGIN, SQUARE + 2.0 * MARGIN);
        let place = |x: f64, y: f64| (MARGIN + SQUARE * x, MARGIN + SQUARE * (1.0 - y));
        svg.frame(MARGIN, MARGIN, SQUARE, SQUARE, "#bbb");
        let found = self.found(&self.coded(data.x.view()));
        for (x, found) in data.x.rows().into_iter().zip(found) {
            let fill = found
                .category
                .map_or("#000", |c| CLASSES[c % CLASSES.len()]);
            svg.circle(place(x[0], x[1]), 2.5, fill);
        }
        for (category, w) in self.w.rows().into_iter().enumerate() {
            let (left, top) = place(w[0], 1.0 - w[3]);
            let (right, bottom) = place(1.0 - w[2], w[1]);
            let stroke = CLASSES[category % CLASSES.len()];
            svg.frame(left, top, right - left, bottom - top, stroke);
        }
        svg.finish()
    }
}
