//! What the first convolution makes of one image: its maps, and the edges that it sees.
//!
//! The edges are drawn as strokes. A kernel without its mean answers to changes of brightness
//! alone; its structure tensor J = Σ ∇w ∇wᵀ says in which direction w changes most, and how
//! clearly: edges run across that. At each place the kernel with the largest answer for its size
//! has its stroke.

use std::f64::consts::FRAC_PI_2;

use learners::svg::Svg;
use ndarray::{Array1, Array2, ArrayView1, ArrayView4, Axis, s};
use spec::model::LayerSpec;

use super::filters::FirstConvolution;
use super::kind::{Drawn, Kind};
use super::subject::Subject;
use super::tiles::{Sheet, Tile, around_zero, colours, range, shape_of_images};

/// Of networks with a convolution.
pub const KIND: Kind = Kind {
    name: "features",
    title: "Feature maps",
    shows: "what the first convolution makes of one test sample: its maps",
    draw: draw_maps,
};

/// The same networks.
pub const EDGES: Kind = Kind {
    name: "edges",
    title: "Oriented edges",
    shows: "the edges that the first convolution sees in that sample",
    draw: draw_edges,
};

/// Maps drawn at most.
const MOST: usize = 32;
/// Strokes along a side, at most.
const STROKES: usize = 40;
/// Kernels that are asked for edges.
const MOST_KERNELS: usize = 64;
/// What answers less than this share of the strongest has no stroke.
const WEAK: f64 = 0.15;
/// Width of the picture of edges.
const SIDE: f64 = 560.0;

/// The test sample that is looked at, `[D]`, and its shape.
fn image(subject: &Subject<'_>) -> Option<(Array1<f64>, [usize; 3])> {
    let dataset = &subject.prepared.dataset;
    let shape = shape_of_images(dataset)?;
    let mut x = Array2::zeros((1, dataset.test.width()));
    dataset.test.gather(&[subject.row()], x.view_mut());
    Some((x.row(0).to_owned(), shape))
}

fn draw_maps(subject: &Subject<'_>) -> Drawn {
    let Some((x, shape)) = image(subject) else {
        return Ok(None);
    };
    let (Some(of), Some(mut probe)) = (FirstConvolution::of(subject), subject.probe()?) else {
        return Ok(None);
    };
    probe.forward(x.view().insert_axis(Axis(0)));
    let output = probe.output(of.layer);
    let size = &subject
        .network()
        .map(|network| network.plan[of.layer].output.clone());
    let Some([maps, rows, columns]) = size.as_deref() else {
        return Ok(None);
    };
    let input = Tile {
        columns: shape[2],
        colours: colours(x.view(), shape, range(&x)),
        lines: vec!["input".into()],
    };
    let map = |map: usize| {
        let values = output.slice(s![0, map * rows * columns..(map + 1) * rows * columns]);
        Tile {
            columns: *columns,
            colours: around_zero(values.iter()),
            lines: vec![(map + 1).to_string()],
        }
    };
    let shown = (*maps).min(MOST);
    let which = match shown < *maps {
        true => format!("the first {shown} of {maps} maps"),
        false => format!("{maps} maps"),
    };
    let title = format!(
        "{}, test sample {}: {which} of layer {}",
        subject.name(),
        subject.row() + 1,
        of.name
    );
    let caption = format!("{title}, red above 0, blue below, each to its own largest.");
    let sheet = Sheet {
        title,
        tiles: [input].into_iter().chain((0..shown).map(map)).collect(),
        in_a_row: 7,
        side: 96.0,
    };
    Ok(Some(KIND.picture(caption, sheet.svg())))
}

fn draw_edges(subject: &Subject<'_>) -> Drawn {
    let (Some((x, shape)), Some(of)) = (image(subject), FirstConvolution::of(subject)) else {
        return Ok(None);
    };
    let layer = subject
        .network()
        .map(|network| &network.plan[of.layer].spec);
    let Some(LayerSpec::Conv2d(spec)) = layer else {
        return Ok(None);
    };
    // Kernels that see some of the channels only, or every second pixel, have no plain orientation.
    let (_, channels, rows, columns) = of.kernels.dim();
    let plain = channels == shape[0] && spec.dilation == spec::pair::Pair::one();
    if !plain || rows < 2 || columns < 2 || rows > shape[1] || columns > shape[2] {
        return Ok(None);
    }
    let kernels = of
        .kernels
        .slice(s![..of.kernels.dim().0.min(MOST_KERNELS), .., .., ..]);
    let strokes = strokes(x.view(), shape, kernels);
    let title = format!(
        "{}, test sample {}: edges that layer {} sees",
        subject.name(),
        subject.row() + 1,
        of.name
    );
    let caption = format!(
        "{title}: at each place a stroke along the orientation of the kernel that answers most, the \
         darker the stronger."
    );
    let svg = picture(&title, x.view(), shape, &strokes);
    Ok(Some(EDGES.picture(caption, svg)))
}

/// An edge at a place of the image.
#[derive(Clone, Copy, Debug)]
struct Stroke {
    /// Its middle, in pixels from the top left corner.
    at: (f64, f64),
    /// Its direction, in radians from the first axis to the second, which goes down.
    angle: f64,
    /// How strong the answer is.
    strength: f64,
}

/// What a kernel is sensitive to.
struct Oriented {
    /// Along the edges that it answers to.
    angle: f64,
    /// From 0, no direction, to 1.
    clear: f64,
    /// The kernel without its mean, of length 1, `[C · K_h · K_w]`.
    kernel: Array2<f64>,
}

impl Oriented {
    /// Of a kernel `[C, K_h, K_w]`.
    fn of(kernel: ndarray::ArrayView3<f64>) -> Self {
        let (channels, rows, columns) = kernel.dim();
        let summed = kernel.sum_axis(Axis(0));
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for row in 0..rows - 1 {
            for column in 0..columns - 1 {
                let at = |r: usize, c: usize| summed[[row + r, column + c]];
                let dx = (at(0, 1) + at(1, 1) - at(0, 0) - at(1, 0)) / 2.0;
                let dy = (at(1, 0) + at(1, 1) - at(0, 0) - at(0, 1)) / 2.0;
                xx += dx * dx;
                xy += dx * dy;
                yy += dy * dy;
            }
        }
        let spread = ((xx - yy).powi(2) + 4.0 * xy * xy).sqrt();
        let flat = kernel.to_shape((channels, rows * columns));
        let flat = flat.expect("a kernel lies in one piece").to_owned();
        let mut centered = &flat - flat.mean().unwrap_or(0.0);
        let length = centered.iter().map(|w| w * w).sum::<f64>().sqrt();
        if length > 0.0 {
            centered /= length;
        }
        Self {
            angle: 0.5 * (2.0 * xy).atan2(xx - yy) + FRAC_PI_2,
            clear: if xx + yy > 0.0 {
                spread / (xx + yy)
            } else {
                0.0
            },
            kernel: centered,
        }
    }
}

/// The strokes of an image `[C, H, W]`, those that are weak left out.
fn strokes(
    x: ArrayView1<f64>,
    [channels, rows, columns]: [usize; 3],
    kernels: ArrayView4<f64>,
) -> Vec<Stroke> {
    let (_, _, high, wide) = kernels.dim();
    let oriented: Vec<Oriented> = kernels.axis_iter(Axis(0)).map(Oriented::of).collect();
    let Ok(image) = x.to_shape((channels, rows, columns)) else {
        return Vec::new();
    };
    let step = (rows.max(columns)).div_ceil(STROKES);
    let mut strokes = Vec::new();
    for row in (0..=rows - high).step_by(step) {
        for column in (0..=columns - wide).step_by(step) {
            let window = image.slice(s![.., row..row + high, column..column + wide]);
            let answer = |of: &Oriented| {
                let pairs = window.iter().zip(&of.kernel);
                of.clear * pairs.map(|(x, w)| x * w).sum::<f64>().abs()
            };
            let answers = oriented.iter().map(|of| (of.angle, answer(of)));
            let strongest = answers.max_by(|a, b| a.1.total_cmp(&b.1));
            strokes.extend(strongest.map(|(angle, strength)| Stroke {
                at: (
                    column as f64 + wide as f64 / 2.0,
                    row as f64 + high as f64 / 2.0,
                ),
                angle,
                strength,
            }));
        }
    }
    let largest = strokes
        .iter()
        .map(|stroke| stroke.strength)
        .fold(0.0, f64::max);
    for stroke in &mut strokes {
        stroke.strength /= largest;
    }
    strokes.retain(|stroke| stroke.strength > WEAK);
    strokes
}

/// The strokes over the pale image.
fn picture(title: &str, x: ArrayView1<f64>, shape: [usize; 3], strokes: &[Stroke]) -> String {
    const TOP: f64 = 34.0;
    const LEFT: f64 = 10.0;
    let [_, rows, columns] = shape;
    let pixel = SIDE / rows.max(columns) as f64;
    let (wide, high) = (pixel * columns as f64, pixel * rows as f64);
    let mut svg = Svg::new(wide + 2.0 * LEFT, TOP + high + LEFT);
    svg.text((LEFT, 22.0), 15.0, title);
    let pale = |[r, g, b]: [u8; 3]| [r, g, b].map(|of| 255 - (255 - of) / 4);
    let paper: Vec<_> = colours(x, shape, range(x)).into_iter().map(pale).collect();
    svg.image((LEFT, TOP), pixel, columns, &paper);
    let length = 0.45 * pixel * (rows.max(columns)).div_ceil(STROKES) as f64;
    for stroke in strokes {
        let (x, y) = (LEFT + pixel * stroke.at.0, TOP + pixel * stroke.at.1);
        let (dx, dy) = (length * stroke.angle.cos(), length * stroke.angle.sin());
        let grey = (200.0 * (1.0 - stroke.strength)).round() as u8;
        let colour = format!("rgb({grey},{grey},{grey})");
        svg.line(&[(x - dx, y - dy), (x + dx, y + dy)], &colour, 2.0);
    }
    svg.frame(LEFT, TOP, wide, high, "#c8c8c8");
    svg.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array4, array};
    use std::f64::consts::PI;

    /// Left dark and right bright: a kernel for upright edges; and one for level ones.
    fn kernels() -> Array4<f64> {
        let upright = array![[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]];
        let level = upright.t().to_owned();
        let mut kernels = Array4::zeros((2, 1, 3, 3));
        kernels.slice_mut(s![0, 0, .., ..]).assign(&upright);
        kernels.slice_mut(s![1, 0, .., ..]).assign(&level);
        kernels
    }

    #[test]
    fn kernels_know_the_orientation_of_their_edges() {
        let kernels = kernels();
        let [upright, level] = [0, 1].map(|k| Oriented::of(kernels.index_axis(Axis(0), k)));
        assert!(
            (upright.angle - FRAC_PI_2).abs() < 1e-12,
            "{}",
            upright.angle
        );
        assert!((level.angle - PI).abs() < 1e-12, "{}", level.angle);
        assert!((upright.clear - 1.0).abs() < 1e-12);
    }

    /// A bright square on a dark ground: upright strokes at its sides, level ones above and below.
    #[test]
    fn edges_of_a_square_are_found() {
        let mut image = Array2::zeros((12, 12));
        image.slice_mut(s![3..9, 3..9]).fill(1.0);
        let flat: Array1<f64> = image.iter().copied().collect();
        let strokes = strokes(flat.view(), [1, 12, 12], kernels().view());
        let at = |x: f64, y: f64| strokes.iter().find(|stroke| stroke.at == (x, y));
        let side = at(3.5, 6.5).expect("an edge at the left side");
        assert!((side.angle - FRAC_PI_2).abs() < 1e-12 && side.strength == 1.0);
        let top = at(6.5, 3.5).expect("an edge at the top");
        assert!((top.angle - PI).abs() < 1e-12);
        assert!(at(6.5, 6.5).is_none(), "there is none in the middle");
        let svg = picture("square", flat.view(), [1, 12, 12], &strokes);
        assert_eq!(svg.matches("<polyline").count(), strokes.len());
    }
}
