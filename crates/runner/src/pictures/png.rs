//! An SVG as PNG. The letters are those of a font that is built in, and no pixel depends on the
//! processor: the same picture has the same bytes everywhere.

use crate::Failure;

/// Pixels along a side for each of the SVG's.
#[cfg(feature = "png")]
const SCALE: f32 = 2.0;

/// The bytes of the file.
///
/// # Errors
/// [`Failure::Input`] where this program was built without it; [`Failure::Run`] when the picture
/// cannot be read.
#[cfg(feature = "png")]
pub fn png(svg: &str) -> Result<Vec<u8>, Failure> {
    use resvg::tiny_skia::{Pixmap, Transform};
    use resvg::usvg::{Options, Tree};

    const FONT: &[u8] = include_bytes!("fonts/DejaVuSans.ttf");
    const FAMILY: &str = "DejaVu Sans";
    let cannot = |why: String| Failure::Run(format!("no PNG can be made ({why})"));
    let mut options = Options {
        font_family: FAMILY.into(),
        ..Options::default()
    };
    let fonts = options.fontdb_mut();
    fonts.load_font_data(FONT.to_vec());
    fonts.set_sans_serif_family(FAMILY);
    let tree = Tree::from_str(svg, &options).map_err(|error| cannot(error.to_string()))?;
    let size = tree.size().to_int_size().scale_by(SCALE);
    let pixels = size.and_then(|size| Pixmap::new(size.width(), size.height()));
    let mut pixels = pixels.ok_or_else(|| cannot("it is too large".into()))?;
    let scale = Transform::from_scale(SCALE, SCALE);
    resvg::render(&tree, scale, &mut pixels.as_mut());
    pixels
        .encode_png()
        .map_err(|error| cannot(error.to_string()))
}

/// Not in this program.
#[cfg(not(feature = "png"))]
pub fn png(_: &str) -> Result<Vec<u8>, Failure> {
    let remedy = "call `cargo run -p runner --no-default-features --features png -- draw ...`, or \
                  take --format svg";
    Err(Failure::Input(format!(
        "--format png: this program was built without it; {remedy}"
    )))
}
