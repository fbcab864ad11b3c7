//! What happens over a sequence, and how the errors fall, as pictures.

use super::Lstm1997;
use super::judge::Sequence;
use crate::Data;
use crate::svg::{CLASSES, Svg};

/// Width and height of a panel, in pixels, and what is around it.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 96.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 30.0;
/// Steps of a sequence that are drawn at most.
const MOST_STEPS: usize = 400;
/// Points of a curve of errors at most; of more, each is a mean.
const MOST_POINTS: usize = 400;

/// Curves over the same numbers, one for each unit.
struct Panel {
    title: String,
    /// Where each curve is at each place, `[places, curves]`.
    places: Vec<Vec<f64>>,
}

impl Lstm1997 {
    /// Gates and cells over the first of the sequences, with the weights as they are.
    pub(super) fn states(&self, data: &Data) -> String {
        let sequence = Sequence::of(data, 0);
        let mut net = self.net.clone();
        net.reset();
        let mut panels: Vec<Panel> = Vec::new();
        for step in 0..sequence.steps().min(MOST_STEPS) {
            net.step(sequence.input(step), false);
            for (kind, (title, numbers)) in net.activities().into_iter().enumerate() {
                if step == 0 {
                    let (title, places) = (format!("{title} over a sequence"), Vec::new());
                    panels.push(Panel { title, places });
                }
                panels[kind].places.push(numbers.to_vec());
            }
        }
        let marked = data.sequences.iter().flat_map(|of| &of.marked).copied();
        let steps = panels.first().map_or(0, |panel| panel.places.len());
        let marked: Vec<usize> = marked.filter(|step| *step < steps).collect();
        svg(&panels, &marked, ["step 1", &format!("step {steps}")])
    }

    /// Mean error and share of wrong sequences of each pass, against the sequences.
    pub(super) fn errors(&self) -> String {
        let group = self.history.len().div_ceil(MOST_POINTS).max(1);
        let mean = |passes: &[[f64; 2]], of: usize| {
            passes.iter().map(|pass| pass[of]).sum::<f64>() / passes.len() as f64
        };
        let panel = |title: &str, of| Panel {
            title: title.into(),
            places: self
                .history
                .chunks(group)
                .map(|passes| vec![mean(passes, of)])
                .collect(),
        };
        let panels = [
            panel("mean absolute error of an output", 0),
            panel("share of wrong sequences", 1),
        ];
        let last = format!("{} sequences", self.sequences);
        svg(&panels, &[], ["0", &last])
    }
}

/// Panels below each other; a line at marked places, and what the two ends are.
fn svg(panels: &[Panel], marked: &[usize], ends: [&str; 2]) -> String {
    let mut svg = Svg::new(
        LEFT + WIDTH + 20.0,
        panels.len() as f64 * (TOP + HEIGHT) + 30.0,
    );
    for (number, panel) in panels.iter().enumerate() {
        panel.draw(&mut svg, number as f64 * (TOP + HEIGHT) + TOP, marked);
    }
    let below = panels.len() as f64 * (TOP + HEIGHT) + 16.0;
    svg.text((LEFT, below), 11.0, ends[0]);
    svg.text((LEFT + WIDTH - 80.0, below), 11.0, ends[1]);
    svg.finish()
}

impl Panel {
    fn draw(&self, svg: &mut Svg, top: f64, marked: &[usize]) {
        let all = || {
            self.places
                .iter()
                .flatten()
                .copied()
                .filter(|y| y.is_finite())
        };
        let (low, high) = (all().fold(0.0, f64::min), all().fold(1e-9, f64::max));
        let last = self.places.len().saturating_sub(1).max(1) as f64;
        let x = |place: usize| LEFT + WIDTH * place as f64 / last;
        let y = |value: f64| top + HEIGHT * (high - value) / (high - low);
        svg.text((LEFT, top - 8.0), 13.0, &self.title);
        svg.text((4.0, top + 10.0), 11.0, &format!("{high:.3}"));
        svg.text((4.0, top + HEIGHT), 11.0, &format!("{low:.3}"));
        svg.frame(LEFT, top, WIDTH, HEIGHT, "#bbb");
        for &place in marked {
            svg.line(&[(x(place), top), (x(place), top + HEIGHT)], "#555", 1.0);
        }
        let curves = self.places.first().map_or(0, Vec::len);
        for (curve, colour) in (0..curves).zip(CLASSES.iter().cycle()) {
            let points = self.places.iter().enumerate();
            let points = points.map(|(place, values)| (x(place), values[curve]));
            let points = points.filter(|(_, value)| value.is_finite());
            let through: Vec<_> = points.map(|(x, value)| (x, y(value))).collect();
            svg.line(&through, colour, 1.4);
        }
    }
}
