//! Small pictures: shapes put together as SVG, with the same bytes for the same numbers.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Colours of classes, told apart with any eyes (Okabe & Ito 2008), then again from the first.
pub const CLASSES: [&str; 8] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#b2a800",
];

/// A picture that shapes are added to; lengths are in its pixels, y downwards.
pub struct Svg {
    width: f64,
    height: f64,
    shapes: String,
}

impl Svg {
    /// Nothing on white.
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            shapes: String::new(),
        }
    }

    fn add(&mut self, shape: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.shapes.write_fmt(shape);
        self.shapes.push('\n');
    }

    /// A filled polygon, with a thin white border.
    pub fn polygon(&mut self, corners: &[(f64, f64)], fill: &str) {
        let points = points(corners);
        self.add(format_args!(
            r##"<polygon points="{points}" fill="{fill}" stroke="#fff" stroke-width="0.5"/>"##
        ));
    }

    /// A rectangle's border.
    pub fn frame(&mut self, x: f64, y: f64, width: f64, height: f64, stroke: &str) {
        self.add(format_args!(
            r#"<rect x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}" fill="none" stroke="{stroke}"/>"#
        ));
    }

    /// Lines from point to point.
    pub fn line(&mut self, through: &[(f64, f64)], stroke: &str, width: f64) {
        let points = points(through);
        self.add(format_args!(
            r#"<polyline points="{points}" fill="none" stroke="{stroke}" stroke-width="{width:.2}"/>"#
        ));
    }

    /// A filled circle.
    pub fn circle(&mut self, (x, y): (f64, f64), radius: f64, fill: &str) {
        self.add(format_args!(
            r#"<circle cx="{x:.2}" cy="{y:.2}" r="{radius:.2}" fill="{fill}"/>"#
        ));
    }

    /// A line of text that begins at a place on its base line.
    pub fn text(&mut self, (x, y): (f64, f64), size: f64, text: &str) {
        let text = escaped(text);
        self.add(format_args!(
            r#"<text x="{x:.2}" y="{y:.2}" font-size="{size:.1}">{text}</text>"#
        ));
    }

    /// Pixels of 0 (white) to 1 (black) in rows of so many, in eight shades, each a path: a run of
    /// equal pixels is one piece of it.
    pub fn bitmap(&mut self, (x, y): (f64, f64), pixel: f64, columns: usize, values: &[f64]) {
        let shade = |value: f64| (value.clamp(0.0, 1.0) * 7.0).round() as usize;
        let mut paths: [String; 8] = Default::default();
        for (row, values) in values.chunks(columns.max(1)).enumerate() {
            let mut column = 0;
            for run in values.chunk_by(|a, b| shade(*a) == shade(*b)) {
                let (left, top) = (x + column as f64 * pixel, y + row as f64 * pixel);
                let length = run.len() as f64 * pixel;
                let path = &mut paths[shade(run[0])];
                let _ = write!(
                    path,
                    "M{left:.2} {top:.2}h{length:.2}v{pixel:.2}h-{length:.2}z"
                );
                column += run.len();
            }
        }
        for (shade, path) in paths.iter().enumerate().skip(1) {
            if !path.is_empty() {
                let grey = 255 - 255 * shade / 7;
                self.add(format_args!(
                    r#"<path d="{path}" fill="rgb({grey},{grey},{grey})"/>"#
                ));
            }
        }
    }

    /// Pixels of these colours in rows of so many: all of a colour are one path, in which a run of
    /// them is one piece. White is the paper.
    pub fn image(&mut self, (x, y): (f64, f64), pixel: f64, columns: usize, colours: &[[u8; 3]]) {
        let mut paths: BTreeMap<[u8; 3], String> = BTreeMap::new();
        for (row, colours) in colours.chunks(columns.max(1)).enumerate() {
            let mut column = 0;
            for run in colours.chunk_by(|a, b| a == b) {
                let (path, length) = (paths.entry(run[0]).or_default(), run.len());
                let _ = write!(path, "M{column} {row}h{length}v1h-{length}z");
                column += length;
            }
        }
        self.add(format_args!(
            r#"<g transform="translate({x:.2} {y:.2}) scale({pixel:.4})" shape-rendering="crispEdges">"#
        ));
        for ([red, green, blue], path) in paths.iter().filter(|(colour, _)| **colour != [255; 3]) {
            self.add(format_args!(
                r##"<path fill="#{red:02x}{green:02x}{blue:02x}" d="{path}"/>"##
            ));
        }
        self.add(format_args!("</g>"));
    }

    /// The whole picture.
    pub fn finish(self) -> String {
        let Self {
            width,
            height,
            shapes,
        } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             width=\"{width:.0}\" height=\"{height:.0}\" font-family=\"sans-serif\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{shapes}</svg>\n"
        )
    }
}

/// The colour of a share from 0 to 1: pale yellow, green, dark blue.
pub fn colour(share: f64) -> String {
    const STOPS: [[f64; 3]; 3] = [
        [255.0, 250.0, 200.0],
        [65.0, 174.0, 150.0],
        [20.0, 30.0, 100.0],
    ];
    let share = 2.0 * share.clamp(0.0, 1.0);
    let below = usize::from(share >= 1.0);
    let mix = |i: usize| {
        let (a, b) = (STOPS[below][i], STOPS[below + 1][i]);
        (a + (b - a) * (share - below as f64)).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

/// Numbers as shares of their range; all 0 where they are equal.
pub fn shares(values: &[f64]) -> Vec<f64> {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let share = |value: &f64| match high > low {
        true => (value - low) / (high - low),
        false => 0.0,
    };
    values.iter().map(share).collect()
}

/// Rows and columns of an image whose pixels have these names: `r7c5` or `pixel_7_7`, with rows and
/// columns from 0 or 1, or simply numbered where they fill a square of 4 x 4 or more. None: they are
/// no pixels.
pub fn image_shape(names: &[String]) -> Option<[usize; 2]> {
    let last = names.last()?;
    let numbers: Vec<usize> = last
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect();
    match numbers[..] {
        [row, column] => [[row, column], [row + 1, column + 1]]
            .into_iter()
            .find(|[rows, columns]| rows * columns == names.len()),
        [_] if last.starts_with('x') => {
            let side = names.len().isqrt();
            (side >= 4 && side * side == names.len()).then_some([side, side])
        }
        _ => None,
    }
}

fn points(points: &[(f64, f64)]) -> String {
    let points = points.iter().map(|(x, y)| format!("{x:.2},{y:.2}"));
    points.collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

/// Whether every element of a picture is closed, and it is one.
#[cfg(test)]
pub fn is_well_formed(svg: &str) -> bool {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some((_, tag)) = rest.split_once('<') {
        let Some((tag, behind)) = tag.split_once('>') else {
            return false;
        };
        rest = behind;
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next();
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) if open.pop() != name => return false,
            (false, false) => open.push(name.unwrap_or_default()),
            _ => {}
        }
    }
    open.is_empty()
        && svg.starts_with("<svg ")
        && svg.ends_with("</svg>\n")
        && !svg.contains("NaN")
        && !svg.contains("inf")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_well_formed_and_text_is_escaped() {
        let mut svg = Svg::new(10.0, 10.0);
        svg.text((0.0, 5.0), 4.0, "a < b & c");
        svg.bitmap((0.0, 0.0), 1.0, 2, &[0.0, 1.0, 1.0, 1.0]);
        let [red, white] = [[255, 0, 0], [255; 3]];
        svg.image((1.0, 2.0), 2.0, 3, &[red, red, white, white, white, red]);
        let svg = svg.finish();
        assert!(svg.contains(r##"<path fill="#ff0000" d="M0 0h2v1h-2zM2 1h1v1h-1z"/>"##));
        assert!(!svg.contains("#ffffff"), "{svg}");
        assert!(is_well_formed(&svg), "{svg}");
        assert!(svg.contains("a &lt; b &amp; c"));
        // One pixel of the first row, and both of the second as one piece.
        assert!(svg.contains("M1.00 0.00h1.00v1.00h-1.00zM0.00 1.00h2.00v1.00h-2.00z"));
        assert!(!is_well_formed(&svg.replace("</text>", "")));
    }

    #[test]
    fn pixels_are_known_by_their_names() {
        let named = |name: &dyn Fn(usize) -> String, count| (0..count).map(name).collect();
        let rows: Vec<String> = named(&|i| format!("r{}c{}", i / 5 + 1, i % 5 + 1), 35);
        assert_eq!(image_shape(&rows), Some([7, 5]));
        let pixels: Vec<String> = named(&|i| format!("pixel_{}_{}", i / 8, i % 8), 64);
        assert_eq!(image_shape(&pixels), Some([8, 8]));
        let numbered: Vec<String> = named(&|i| format!("x{i}"), 784);
        assert_eq!(image_shape(&numbered), Some([28, 28]));
        assert_eq!(image_shape(&numbered[..783]), None);
        assert_eq!(
            image_shape(&["sepal_length".into(), "od280_od315".into()]),
            None
        );
    }

    #[test]
    fn colours_go_from_pale_to_dark() {
        assert_eq!(colour(0.0), "#fffac8");
        assert_eq!(colour(0.5), "#41ae96");
        assert_eq!(colour(1.0), "#141e64");
        assert_eq!(shares(&[2.0, 4.0, 3.0]), [0.0, 1.0, 0.5]);
        assert_eq!(shares(&[2.0, 2.0]), [0.0, 0.0]);
    }
}
