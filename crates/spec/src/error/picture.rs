//! A message with pictures of the places that it is about.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};

use super::{ConfigError, Mark, printable};
use crate::config::Place;

/// Longest hint that stands beside the carets; a longer one stands below the picture.
const BESIDE: usize = 60;

/// The message, without the word "error" before it.
pub fn draw(error: &ConfigError, colours: bool) -> String {
    if error.marks.is_empty() {
        return error.short();
    }
    let mut marks = error.marks.clone();
    let hint = error.hint.as_deref().map(printable);
    let mut below = Vec::new();
    if let Some(hint) = hint {
        match marks[0].label.is_empty() && hint.chars().count() <= BESIDE {
            true => marks[0].label = hint,
            false => below.push(Level::HELP.message(hint)),
        }
    }
    let notes = error.notes.iter().map(|note| printable(note));
    below.extend(notes.map(|note| Level::NOTE.message(note)));
    let title = Level::ERROR
        .no_name()
        .primary_title(printable(&error.title()));
    let message = title.elements(snippets(&marks)).elements(below);
    let renderer = match colours {
        true => Renderer::styled(),
        false => Renderer::plain(),
    };
    let drawn = renderer.render(&[message]);
    let drawn: Vec<&str> = drawn.lines().map(str::trim_end).collect();
    drawn.join("\n")
}

/// A picture of each source that is marked.
fn snippets(marks: &[Mark]) -> Vec<Snippet<'_, Annotation<'_>>> {
    let mut pictures: Vec<(&Place, Snippet<'_, Annotation<'_>>)> = Vec::new();
    for (index, mark) in marks.iter().enumerate() {
        let kind = match index {
            0 => AnnotationKind::Primary,
            _ => AnnotationKind::Context,
        };
        let label = (!mark.label.is_empty()).then_some(mark.label.as_str());
        let annotation = kind.span(on_one_line(&mark.place)).label(label);
        let same = |(place, _): &&mut (&Place, _)| place.source == mark.place.source;
        match pictures.iter_mut().find(same) {
            Some((_, picture)) => *picture = picture.clone().annotation(annotation),
            None => {
                let source = &mark.place.source;
                let picture = Snippet::source(&source.text)
                    .path(source.file.as_deref())
                    .line_numbering(source.file.is_some());
                pictures.push((&mark.place, picture.annotation(annotation)));
            }
        }
    }
    pictures.into_iter().map(|(_, picture)| picture).collect()
}

/// What is marked of the first line of a place, between whole characters.
fn on_one_line(place: &Place) -> Range<usize> {
    let text = &place.source.text;
    let floor = |at: usize| {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(place.span.start), floor(place.span.end));
    let line = text[start..]
        .find(['\r', '\n'])
        .map_or(text.len(), |at| start + at);
    start..end.clamp(start, line.max(start))
}
