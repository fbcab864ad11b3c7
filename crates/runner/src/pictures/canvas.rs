//! What all pictures share: their colours, and a canvas that becomes SVG.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;

/// Of rows, one after the other; told apart in print and without telling red from green.
pub const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 90, 181),
    RGBColor(220, 50, 32),
    RGBColor(0, 130, 60),
    RGBColor(230, 130, 0),
    RGBColor(130, 60, 160),
    RGBColor(90, 90, 90),
];

/// The size of small letters: plotters writes them 1.24 times smaller, 11 pixels high.
pub const LETTERS: i32 = 14;

/// What is drawn on.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Whether something could be drawn.
pub type DrawResult = Result<(), Box<dyn Error>>;

/// An SVG of that size in pixels, white but for what is drawn on it.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(
    size: (u32, u32),
    draw: impl FnOnce(&Area<'_>) -> DrawResult,
) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE)?;
        draw(&root)?;
        root.present()?;
    }
    Ok(text)
}

/// A name of at most so many letters.
pub fn short(name: &str, letters: usize) -> String {
    match name.chars().count() > letters {
        true => name.chars().take(letters - 1).chain(['…']).collect(),
        false => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_off() {
        assert_eq!(short("äpfel", 5), "äpfel");
        assert_eq!(short("äpfeln", 5), "äpfe…");
    }
}
