//! One picture, from its file to bytes.

use std::io::Cursor;

use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};
use spec::datasets::ImagesSpec;

use super::jpeg;
use super::{SIZE, smaller};
use crate::error::{DataError, excerpt};
use crate::files::Located;
use crate::signature;

/// Bytes of a decoded picture at most.
const MOST_BYTES: u64 = 1 << 29;

/// What all pictures are to be.
pub(super) struct Wish {
    /// Height and width.
    pub size: [usize; 2],
    /// The picture that has this size, which the others must have too; none: they are resized.
    pub given_by: Option<String>,
    /// 1 or 3; none: as it is.
    pub channels: Option<usize>,
}

/// A picture, decoded.
pub(super) struct Picture {
    /// `[C, H, W]`
    pub pixels: Vec<u8>,
    /// 1 if it is grey, otherwise 3.
    pub channels: usize,
    done: Done,
}

/// What had to be done to a picture.
#[derive(Clone, Copy, Default)]
struct Done {
    resized: bool,
    laid_on_white: bool,
    fewer_bits: bool,
    turned: bool,
    made_grey: bool,
}

/// Height and width of a picture as it stands upright.
pub(super) fn size(bytes: &[u8], file: &Located) -> Result<[usize; 2], DataError> {
    Ok(Opened::new(bytes, file)?.size)
}

/// Decodes a picture and makes it what it is to be.
pub(super) fn decode(bytes: &[u8], file: &Located, wish: &Wish) -> Result<Picture, DataError> {
    let opened = Opened::new(bytes, file)?;
    let resized = opened.size != wish.size;
    if let (true, Some(first)) = (resized, &wish.given_by) {
        return Err(two_sizes(first, wish.size, file, opened.size));
    }
    let mut done = Done {
        resized,
        turned: opened.orientation != Orientation::NoTransforms,
        ..Done::default()
    };
    let mut image = opened.decode(file)?;
    done.fewer_bits = image.color().bits_per_pixel() > 8 * u16::from(image.color().channel_count());
    if image.color().has_alpha() {
        (image, done.laid_on_white) = on_white(image);
    }
    done.made_grey = wish.channels == Some(1) && image.color().has_color();
    let [height, width] = wish.size.map(|side| side as u32);
    let resize = FilterType::Triangle;
    let (pixels, channels) = match as_channels(image, wish.channels) {
        DynamicImage::ImageLuma8(grey) if resized => {
            (imageops::resize(&grey, width, height, resize).into_raw(), 1)
        }
        DynamicImage::ImageLuma8(grey) => (grey.into_raw(), 1),
        color if resized => {
            let color = color.into_rgb8();
            (planes(&imageops::resize(&color, width, height, resize)), 3)
        }
        color => (planes(&color.into_rgb8()), 3),
    };
    Ok(Picture {
        pixels,
        channels,
        done,
    })
}

impl Picture {
    /// What was done to it to have this height and width.
    pub fn done(&self, [height, width]: [usize; 2]) -> Vec<String> {
        let done = [
            (self.done.made_grey, "made grey".into()),
            (
                self.done.resized,
                format!("resized to {height} x {width}, bilinear"),
            ),
            (self.done.laid_on_white, "laid on white".into()),
            (self.done.turned, "turned upright".into()),
        ];
        let done = done.into_iter().filter(|(is, _)| *is);
        done.map(|(_, what)| what).collect()
    }
}

/// A file that is a whole PNG or JPEG picture, as far as can be seen without decoding it.
struct Opened<D> {
    decoder: D,
    format: &'static str,
    orientation: Orientation,
    /// Height and width as it stands upright.
    size: [usize; 2],
}

impl<'a> Opened<Box<dyn ImageDecoder + 'a>> {
    fn new(bytes: &'a [u8], file: &Located) -> Result<Self, DataError> {
        let format = match image::guess_format(bytes) {
            Ok(ImageFormat::Png) => "PNG",
            Ok(ImageFormat::Jpeg) if jpeg::is_whole(bytes) => "JPEG",
            Ok(ImageFormat::Jpeg) => return Err(truncated(file, "JPEG")),
            _ => return Err(no_picture(bytes, file)),
        };
        let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
        let reader = reader.map_err(|error| damaged(file, format, &error.into()))?;
        let decoder = reader.into_decoder();
        let mut decoder = decoder.map_err(|error| damaged(file, format, &error))?;
        let (width, height) = decoder.dimensions();
        if decoder.total_bytes() > MOST_BYTES {
            let problem = format!("is too large a picture: {height} x {width} pixels");
            return Err(unreadable(file, problem, "make it smaller"));
        }
        // Data of a camera that cannot be read turn nothing.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let (height, width) = (height as usize, width as usize);
        let size = match orientation {
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => [width, height],
            _ => [height, width],
        };
        Ok(Self {
            decoder: Box::new(decoder),
            format,
            orientation,
            size,
        })
    }

    fn decode(self, file: &Located) -> Result<DynamicImage, DataError> {
        let image = DynamicImage::from_decoder(self.decoder);
        let mut image = image.map_err(|error| damaged(file, self.format, &error))?;
        image.apply_orientation(self.orientation);
        Ok(image)
    }
}

/// Lays a picture on white; whether anything of it was transparent.
fn on_white(image: DynamicImage) -> (DynamicImage, bool) {
    let image = image.into_rgba8();
    let transparent = image.pixels().any(|pixel| pixel[3] < 255);
    let white = RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0;
        let alpha = u32::from(alpha);
        // Rounded to the nearest.
        let mix = |c: u8| ((u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        image::Rgb([red, green, blue].map(mix))
    });
    (DynamicImage::ImageRgb8(white), transparent)
}

/// Grey or colour as asked for; else grey if each pixel is.
fn as_channels(image: DynamicImage, channels: Option<usize>) -> DynamicImage {
    match channels {
        Some(1) => DynamicImage::ImageLuma8(image.into_luma8()),
        Some(_) => DynamicImage::ImageRgb8(image.into_rgb8()),
        None if !image.color().has_color() => DynamicImage::ImageLuma8(image.into_luma8()),
        None => {
            let image = image.into_rgb8();
            let grey = image
                .pixels()
                .all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]);
            match grey {
                true => {
                    let red = image.pixels().map(|pixel| pixel[0]).collect();
                    let grey = GrayImage::from_raw(image.width(), image.height(), red);
                    grey.map_or(image.into(), DynamicImage::ImageLuma8)
                }
                false => DynamicImage::ImageRgb8(image),
            }
        }
    }
}

/// Channel by channel, `[3, H, W]`.
fn planes(image: &RgbImage) -> Vec<u8> {
    let plane = |channel: usize| image.pixels().map(move |pixel| pixel[channel]);
    (0..3).flat_map(plane).collect()
}

/// What was done to the pictures, a line each.
pub(super) fn notes<'a>(
    pictures: impl Iterator<Item = &'a Picture> + Clone,
    spec: &ImagesSpec,
    channels: usize,
) -> Vec<String> {
    let count = |is: fn(&Picture) -> bool| pictures.clone().filter(|picture| is(picture)).count();
    let all = count(|_| true);
    let grey = count(|picture| picture.channels == 1);
    let mut notes = Vec::new();
    match (spec.channels, channels) {
        (Some(1), _) => notes.push("grey: 0.2126 red + 0.7152 green + 0.0722 blue".into()),
        (None, 1) => notes.push("grey, as all pictures are".into()),
        _ => {}
    }
    let mut tell = |what: &str, count: usize| {
        if count > 0 {
            notes.push(format!("{what}: {count} of {all} pictures"));
        }
    };
    if channels == 3 {
        tell("grey, made three equal channels", grey);
    }
    if let Some([height, width]) = spec.size {
        let resized = count(|picture| picture.done.resized);
        tell(&format!("resized to {height} x {width}, bilinear"), resized);
    }
    let white = count(|picture| picture.done.laid_on_white);
    tell("transparent, laid on white", white);
    let deep = count(|picture| picture.done.fewer_bits);
    tell("16 bits a channel, reduced to 8", deep);
    let turned = count(|picture| picture.done.turned);
    tell("turned upright, as their EXIF data say", turned);
    notes
}

fn two_sizes(first: &str, wanted: [usize; 2], file: &Located, size: [usize; 2]) -> DataError {
    let problem = format!(
        "pictures of different sizes: {first} is {} x {} (height x width), {} is {} x {}",
        wanted[0], wanted[1], file.name, size[0], size[1]
    );
    let [height, width] = smaller([wanted[0].min(size[0]), wanted[1].min(size[1])]);
    let remedy = format!("resize all of them: size = [{height}, {width}], for example");
    DataError::setting(SIZE, problem, remedy)
}

/// A file that is neither PNG nor JPEG.
fn no_picture(bytes: &[u8], file: &Located) -> DataError {
    let replace = "take it out of the class folder, or put a PNG or JPEG picture in its place";
    if bytes.is_empty() {
        return unreadable(file, "is an empty file".into(), replace);
    }
    if let Some(format) = signature::recognise(bytes) {
        let problem = format!("is {}, neither PNG nor JPEG", format.name);
        let is_picture = format.name.ends_with("picture");
        let remedy = if is_picture {
            "convert it to PNG or JPEG"
        } else {
            replace
        };
        return unreadable(file, problem, remedy);
    }
    if bytes.starts_with(b"\x89PNG") {
        let problem = "is a PNG picture whose line ends were changed, as in a transfer of text";
        return unreadable(file, problem.into(), "copy it again as a binary file");
    }
    let problem = match signature::first_line(bytes) {
        Some(line) => format!("is text, {}, not a picture", excerpt(&line)),
        None => {
            let start = &bytes[..bytes.len().min(8)];
            format!("is neither PNG nor JPEG, it begins with the bytes {start:02x?}")
        }
    };
    unreadable(file, problem, replace)
}

fn truncated(file: &Located, format: &str) -> DataError {
    let problem = format!("is a truncated {format} picture");
    unreadable(file, problem, "download or export it again, or take it out")
}

/// A picture whose data its decoder refuses.
fn damaged(file: &Located, format: &str, error: &image::ImageError) -> DataError {
    const ENDS: [&str; 6] = [
        "unexpected end",
        "premature end",
        "not enough bytes",
        "failed to fill",
        "eof",
        "exhausted",
    ];
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let cause = cause.to_string();
    let lower = cause.to_lowercase();
    if ENDS.iter().any(|end| lower.contains(end)) {
        return truncated(file, format);
    }
    // Some decoders print their own data structures.
    let line = cause.lines().next().unwrap_or_default();
    let cause = match line.trim_matches(['"', '.', ' ']) {
        line if line.is_empty() || line.contains('{') => String::new(),
        line => format!(" ({line})"),
    };
    let problem = format!("is a damaged {format} picture{cause}");
    unreadable(file, problem, "download or export it again, or take it out")
}

fn unreadable(file: &Located, problem: String, remedy: &str) -> DataError {
    DataError::Unreadable {
        file: file.name.clone(),
        problem,
        remedy: remedy.into(),
        key: None,
    }
}
