//! What a machine has learned, as pictures: the weights of each hidden unit, samples beside their
//! reconstructions, and what the machine makes up by itself.

use std::slice::from_mut;

use std::fmt::Write;

use ndarray::{Array2, ArrayView1, ArrayView2, Axis, s};
use rand::RngExt;
use spec::learners::{Reconstruction, Visible};

use super::Rbm;
use super::machine::{first_rows, sample};

/// Tiles of a sheet at most, and those in a row.
const TILES: usize = 100;
const IN_A_ROW: usize = 10;
/// Pictures of larger samples have fewer tiles.
const MOST_PIXELS: usize = 40_000;
/// Width and height of a tile, of the space between two, and of a title.
const TILE: usize = 48;
const GAP: usize = 4;
const TITLE: usize = 22;
/// Shades from white to black.
const SHADES: usize = 16;

/// Rows of tiles under a title.
struct Sheet<'a> {
    title: String,
    /// `[tiles, D]`, from 0 (white) to 1 (black).
    tiles: ArrayView2<'a, f32>,
}

impl Rbm {
    /// Filters, reconstructions and fantasies as one SVG picture. Samples whose length is a square
    /// are drawn as square images, others as a strip.
    pub fn picture(&self) -> String {
        let most = (MOST_PIXELS / self.x.ncols()).clamp(IN_A_ROW, TILES);
        let filters = self.filters(most);
        let (samples, back) = self.pairs();
        let fantasies = self.fantasies(2 * IN_A_ROW);
        let sheet = |title: &str, tiles| Sheet {
            title: title.into(),
            tiles,
        };
        let sheets = [
            sheet("weights of hidden units, grey is 0", filters.view()),
            sheet("samples", samples.view()),
            sheet("their reconstructions (probabilities)", back.view()),
            Sheet {
                title: format!("fantasies after {} Gibbs steps", self.settings.fantasy),
                tiles: fantasies.view(),
            },
        ];
        svg(&sheets)
    }

    /// Weights from each hidden unit, ½ where they are 0.
    fn filters(&self, most: usize) -> Array2<f32> {
        let w = self.machine.w.t();
        let w = w.slice(s![..most.min(w.nrows()), ..]);
        let largest = w
            .iter()
            .fold(f32::MIN_POSITIVE, |largest, w| largest.max(w.abs()));
        w.mapv(|w| 0.5 + 0.5 * w / largest)
    }

    /// The first samples and what comes back of them.
    fn pairs(&self) -> (Array2<f32>, Array2<f32>) {
        let samples = first_rows(&self.x, IN_A_ROW);
        let back = self.reconstructed(samples);
        (self.shaded(samples), self.shaded(back.view()))
    }

    /// Chains from random hidden units: samples in between, at the end what the visible units would
    /// be on average.
    pub(super) fn fantasies(&self, count: usize) -> Array2<f32> {
        let mut rng = self.streams.stream("fantasies");
        let hidden = self.settings.hidden;
        let mut h = Array2::from_shape_simple_fn((count, hidden), || {
            f32::from(u8::from(rng.random::<bool>()))
        });
        let mut v = Array2::zeros((count, self.x.ncols()));
        let steps = self.settings.fantasy;
        let (v_all, h_all) = (&mut v.view_mut(), &mut h.view_mut());
        self.machine.gibbs(
            steps,
            Reconstruction::Sample,
            v_all,
            h_all,
            from_mut(&mut rng),
        );
        sample(h_all, &mut rng);
        self.machine.means(h.view(), v.view_mut());
        self.shaded(v.view())
    }

    /// Values as shades: of Gaussian units from the least to the greatest of the samples.
    fn shaded(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        if self.settings.visible != Visible::Gaussian {
            return x.to_owned();
        }
        let least = self.x.fold(f32::INFINITY, |a, &b| a.min(b));
        let greatest = self.x.fold(f32::NEG_INFINITY, |a, &b| a.max(b));
        let range = (greatest - least).max(f32::MIN_POSITIVE);
        x.mapv(|x| ((x - least) / range).clamp(0.0, 1.0))
    }
}

fn svg(sheets: &[Sheet<'_>]) -> String {
    let height_of =
        |sheet: &Sheet<'_>| TITLE + sheet.tiles.nrows().div_ceil(IN_A_ROW) * (TILE + GAP) + 2 * GAP;
    let width = GAP + IN_A_ROW * (TILE + GAP);
    let height: usize = sheets.iter().map(height_of).sum();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>A restricted Boltzmann machine</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    let mut top = 0;
    for sheet in sheets {
        // Writing into a string cannot fail.
        let _ = writeln!(
            svg,
            "<text x=\"{GAP}\" y=\"{}\">{}</text>",
            top + 16,
            sheet.title
        );
        for (number, tile) in sheet.tiles.axis_iter(Axis(0)).enumerate() {
            let x = GAP + number % IN_A_ROW * (TILE + GAP);
            let y = top + TITLE + number / IN_A_ROW * (TILE + GAP);
            draw(&mut svg, tile, [x, y]);
        }
        top += height_of(sheet);
    }
    svg.push_str("</svg>\n");
    svg
}

/// One tile: a path for each shade, so that a picture of many pixels stays small.
fn draw(svg: &mut String, tile: ArrayView1<'_, f32>, [x, y]: [usize; 2]) {
    let side = (1..=tile.len())
        .find(|side| side * side >= tile.len())
        .unwrap_or(1);
    let columns = if side * side == tile.len() {
        side
    } else {
        tile.len()
    };
    let (across, down) = (
        TILE as f64 / columns as f64,
        TILE as f64 / tile.len().div_ceil(columns) as f64,
    );
    let _ = writeln!(
        svg,
        "<g transform=\"translate({x} {y}) scale({across:.4} {down:.4})\" \
         shape-rendering=\"crispEdges\">"
    );
    let (wide, high) = (columns, tile.len() / columns);
    let _ = writeln!(
        svg,
        "<rect width=\"{wide}\" height=\"{high}\" fill=\"#eeeeee\"/>"
    );
    let shade_of = |x: f32| (x.clamp(0.0, 1.0) * (SHADES - 1) as f32).round() as usize;
    for shade in 0..SHADES {
        let pixels = tile
            .iter()
            .enumerate()
            .filter(|(_, x)| shade_of(**x) == shade);
        let path: String = pixels
            .map(|(at, _)| format!("M{} {}h1v1h-1z", at % columns, at / columns))
            .collect();
        if !path.is_empty() {
            let grey = 255 - 255 * shade / (SHADES - 1);
            let _ = writeln!(
                svg,
                "<path fill=\"rgb({grey},{grey},{grey})\" d=\"{path}\"/>"
            );
        }
    }
    svg.push_str("</g>\n");
}
